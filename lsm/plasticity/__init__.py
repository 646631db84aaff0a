"""Rules that change the recurrent weights while the liquid runs, or between samples.

A rule is one file with one class, a :class:`~lsm.plasticity._rule.Rule`. Excitatory weights
only are changed, and never to below zero, so Dale's law holds. Weights and changes of weights are
measured in units of the mean excitatory weight before learning.

A rule that acts at each spike sets `acts_on = "spikes"` and carries

- `n_traces`, `n_memory`: how many numbers it keeps for each neuron and for each synapse; they
  are zero at the start of a sample;
- `constants(dt, unit)`: the numbers that it needs, a tuple; `unit` is the mean weight in nA;
- `on_pre(s, pre, post, step, weight, traces, memory, constants)`: neuron `pre` spiked: change
  `weight[s]` of its synapse onto `post`;
- `on_post(...)`: the same, neuron `post` spiked;
- `decay_traces(n, traces, constants)`: move the traces of neuron n by one step;
- `add_to_traces(n, traces, constants)`: neuron n spiked.

These are compiled into the kernel. Within a step all weights change first, by the traces of the
spikes before, then the traces: pre- and postsynaptic spikes of one step do not pair.

A rule that acts between samples sets `acts_on = "samples"` and carries
`between(network, counts, duration, unit, rng, rewire)`: it gets the network and each neuron's
spikes in a sample of so many ms, and returns the network for the next sample. `rewire()` draws
other recurrent weights by the liquid's own wiring rule.
"""

from .pair_stdp import PairSTDP

__all__ = ["PairSTDP"]
