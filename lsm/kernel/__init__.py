"""The simulation: compiled, and its readable reference, two forms of one contract."""

from ._feedback import recursive_least_squares
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
    "recursive_least_squares",
    "simulate",
    "simulate_reference",
]
