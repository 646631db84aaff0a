"""The simulation: compiled, and its readable reference, two forms of one contract."""

from .compiled import simulate
from .learning import learn
from .network import Loop, Network, Plan
from .reference import learn_reference, simulate_reference
from .stream import Stream

__all__ = [
    "Loop",
    "Network",
    "Plan",
    "Stream",
    "learn",
    "learn_reference",
    "simulate",
    "simulate_reference",
]
