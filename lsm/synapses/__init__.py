"""Synapse models: what an arriving spike does to the current of its target.

A model is one file with one class. Its instances hold parameters; the class carries

- `constants(dt, tau_m)`: check the parameters and return the numbers one step needs, a tuple;
- `current(n, syn, constants)`: the current into neuron n, averaged over the coming step as the
  membrane weighs it, from `syn`, the two rows that excitatory and inhibitory weights add to;
- `decay(n, syn, constants)`: move those rows by one step.

The last two are compiled into the kernel; the NumPy reference calls them with a slice for n.
"""

from .exponential import Exponential

__all__ = ["Exponential"]
