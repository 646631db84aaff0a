"""Synapse models, one a file: the current that arriving spikes cause in their target neuron.

A model is a subclass of :class:`SynapseModel`, which documents the parameters and methods that a
model must have. :class:`TsodyksMarkram` is a model of another kind: short-term plasticity of the
recurrent synapses, whatever the current that they cause.
"""

from .alpha import Alpha
from .alpha_conductance import AlphaConductance
from .base import SynapseModel
from .biexponential import Biexponential
from .conductance import Conductance
from .delta import Delta
from .exponential import Exponential
from .sampled import Sampled
from .tsodyks_markram import TsodyksMarkram

__all__ = [
    "Alpha",
    "AlphaConductance",
    "Biexponential",
    "Conductance",
    "Delta",
    "Exponential",
    "Sampled",
    "SynapseModel",
    "TsodyksMarkram",
]
