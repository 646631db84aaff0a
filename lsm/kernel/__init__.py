"""The simulation: compiled, and its readable reference, two forms of one contract."""

from ._feedback import recursive_least_squares
from .compiled import record, simulate
from .drawing import GENERATORS, draw_network, draw_recurrence
from .learning import check_reward, learn
from .network import Loop, Network, Plan, in_double
from .reference import learn_reference, simulate_reference
from .stream import Stream

__all__ = [
    "in_double",
    "GENERATORS",
    "Loop",
    "Network",
    "Plan",
    "Stream",
    "check_reward",
    "draw_network",
    "draw_recurrence",
    "learn",
    "learn_reference",
    "record",
    "recursive_least_squares",
    "simulate",
    "simulate_reference",
]
