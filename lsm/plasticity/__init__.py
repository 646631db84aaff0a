"""Learning rules, one a file: they change a liquid at its spikes, or between samples.

A rule at spikes is a subclass of :class:`SpikeRule`, a rule between samples a subclass of
:class:`SampleRule`; the base classes document the methods that a rule must have. Rules change
excitatory recurrent weights, wiring or biases; weights never change their sign, so Dale's law
holds. Weights and their changes are in units of the mean excitatory weight before learning.

:class:`EProp` is another kind: it learns from targets, and is given to an estimator as `learning`.
"""

from .base import Past, SampleRule, SpikeRule
from .bcm import BCM
from .eprop import EProp
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
    "EProp",
    "Homeostasis",
    "IntrinsicPlasticity",
    "Oja",
    "PairSTDP",
    "Past",
    "RewardSTDP",
    "Rewiring",
    "SampleRule",
    "SpikeRule",
    "SynapticScaling",
    "TripletSTDP",
]
