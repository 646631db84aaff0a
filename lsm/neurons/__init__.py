"""Neuron models, one a file: parameters, and one step of their equations.

A model is a subclass of :class:`NeuronModel`, which documents the parameters and methods that a
model must have. Every parameter may be a number, an (excitatory, inhibitory) pair, an array with
a value for each neuron, or a frozen `scipy.stats` distribution that is drawn once for each neuron.

The equations of a model are written twice: `step` is compiled into the simulation, and
`reference_step` does the same in NumPy for all neurons at once. Tests compare the two.
"""

from .adaptive_lif import AdaptiveLIF
from .adex import AdEx
from .base import NeuronModel
from .eif import EIF
from .glif import GLIF
from .hodgkin_huxley import HodgkinHuxley
from .integrate_and_fire import IF
from .izhikevich import Izhikevich
from .leaky_tanh import LeakyTanh
from .lif import LIF
from .qif import QIF
from .stochastic_lif import StochasticLIF

__all__ = [
    "EIF",
    "GLIF",
    "IF",
    "LIF",
    "QIF",
    "AdEx",
    "AdaptiveLIF",
    "HodgkinHuxley",
    "Izhikevich",
    "LeakyTanh",
    "NeuronModel",
    "StochasticLIF",
]
