"""The simulation: compiled, and its readable reference, two forms of one contract."""

from ._feedback import recursive_least_squares
from .compiled import record, simulate
from .drawing import STREAMS, draw_network
from .learning import learn
from .network import Loop, Network, Plan
from .reference import learn_reference, simulate_reference
from .stream import Stream

__all__ = [
    "STREAMS",
    "Loop",
    "Network",
    "Plan",
    "Stream",
    "draw_network",
    "learn",
    "learn_reference",
    "record",
    "recursive_least_squares",
    "simulate",
    "simulate_reference",
]
