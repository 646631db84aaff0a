"""Synapse models: what an arriving spike does to the current of its target.

A model is one file with one class, a :class:`~lsm._model.SynapseModel`: its instances hold
parameters, which `draw` spreads over the target neurons as a dict. The class carries

- `constants(parameters, neurons, dt)`: the numbers one step needs, a tuple; `neurons` is the
  dict of the neurons' parameters;
- `initial(n_neurons)`: state beyond the two rows that excitatory and inhibitory weights add to,
  a tuple of arrays, empty by default;
- `current(n, syn, constants, v, drive)`: the current into neuron n at potential v, averaged over
  the coming step as the membrane weighs it, from `syn`: the two rows, then the further state;
  `drive` is the other current into the neuron, constant over the step;
- `decay(n, syn, constants)`: move that state by one step.

The last two are compiled into the kernel; the NumPy reference calls them with a slice for n.
What arrives in a step adds to the two rows after the neurons have moved; where the class
attribute `arrives_first` is true, before. Where `needs_potential` is true, the neurons must have
one: rate neurons are refused.
"""

from .alpha import Alpha
from .alpha_conductance import AlphaConductance
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
    "TsodyksMarkram",
]
