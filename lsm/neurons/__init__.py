"""Neuron models: parameter objects with their equation, compiled and as a NumPy reference.

Every parameter may be a number, an (excitatory, inhibitory) pair, an array with a value for each
neuron, or a frozen `scipy.stats` distribution that is drawn once for each neuron.

A model is one file with one class, a :class:`~lsm._model.NeuronModel`: its instances hold
parameters, which `draw` spreads over the neurons as a dict. The class carries

- `constants(parameters, dt)`: the numbers that one step needs, a tuple;
- `initial(parameters, n_neurons, rng)`: the state at the start of a sample, a tuple of arrays,
  the membrane potential first;
- `step(n, state, constants, current)`: move neuron n by one step, tell whether it spiked; this
  is compiled into the kernel. A literal number in it makes the arithmetic double precision, so
  fast models take all their numbers from `constants`;
- `reference_step(state, constants, current)`: the same for all neurons at once, in NumPy,
  returns the new state and who spiked.

Two class attributes tell what a model needs beyond that. Where `stochastic` is true, both steps
take one argument more, `chance`: a number from 0 to 1, drawn anew for each neuron and step.
Where `spiking` is false, a neuron sends its first state variable in every step, not spikes.

Others read some parameters by name: a synapse asks for `tau_m` with `resistance`, or else for
`capacitance`, to know how the membrane takes a current, the liquid for `bias` and `refractory`.
What spikes and is reset shares its checks and its start in `_common.py`.
"""

from .adaptive_lif import AdaptiveLIF
from .adex import AdEx
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
    "StochasticLIF",
]
