"""Neuron models: parameter objects with their equation, compiled and as a NumPy reference.

A model is one file with one class. Its instances hold parameters; the class carries

- `draw(inhibitory, dt, rng)`: check the parameters, spread them over the neurons (a dict);
- `constants(parameters, dt)`: the numbers that one step needs, a tuple;
- `initial(parameters, n_neurons, rng)`: the state at the start of a sample, a tuple of arrays;
- `step(n, state, constants, current)`: move neuron n by one step, tell whether it spiked; this
  is compiled into the kernel, so every number in it comes from `state` or `constants` (a
  literal would turn float32 into float64);
- `reference_step(state, constants, current)`: the same for all neurons at once, in NumPy.
"""

from .lif import LIF

__all__ = ["LIF"]
