"""Rules that change a liquid while it runs, or between samples.

A rule is one file with one class. Excitatory recurrent weights only are changed, and they stay at
zero or above, so Dale's law holds. Weights and changes of weights are measured in units of the
mean excitatory weight before learning.

A rule that acts at each spike is a :class:`~lsm.plasticity._rule.SpikeRule`, given to a liquid as
`plasticity`. It carries

- `n_traces` and `n_synapse_states`: how many numbers it keeps for each neuron and for each
  synapse. They are zero at the start of a sample, but the last `n_lasting` of the traces go on
  from sample to sample;
- `constants(dt, unit)`: the numbers that it needs, a tuple; `unit` is the mean weight in nA;
- `decay_traces(n, traces, constants)`: move the traces of neuron n by one step;
- `on_pre(s, pre, post, step, w, traces, synapse_state, constants)`: neuron `pre` spiked: return the
  new weight of its synapse s onto `post`, whose weight is w;
- `on_post(...)`: the same, neuron `post` spiked;
- `add_to_traces(n, traces, constants)`: neuron n spiked;
- `consolidate(weight, synapse_state, step, reward, constants)`: change all weights after a
  sample. A rule that looks at the reward says so by the class attribute `learns_from_reward`.

All but the first two and the last are compiled into the kernel. A step does them in this order,
each for all neurons: pre- and postsynaptic spikes of one step do not pair. What comes out below
zero is set to zero. A literal number makes the arithmetic double precision, so fast rules take
their numbers from `constants`.

A rule that acts between samples is a :class:`~lsm.plasticity._rule.Rule`, given to a liquid as
`homeostasis`. It carries `between(network, past)`: return the network for the next sample;
:class:`~lsm.plasticity._rule.Past` is what it may look at.
"""

from .bcm import BCM
from .homeostasis import Homeostasis
from .intrinsic_plasticity import IntrinsicPlasticity
from .oja import Oja
from .pair_stdp import PairSTDP
from .reward_stdp import RewardSTDP
from .rewiring import Rewiring
from .synaptic_scaling import SynapticScaling
from .triplet_stdp import TripletSTDP

__all__ = [
    "BCM",
    "Homeostasis",
    "IntrinsicPlasticity",
    "Oja",
    "PairSTDP",
    "RewardSTDP",
    "Rewiring",
    "SynapticScaling",
    "TripletSTDP",
]
