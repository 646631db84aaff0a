"""The simulation: compiled, and its readable reference, two forms of one contract."""

from ._feedback import recursive_least_squares
from .compiled import record, simulate
from .drawing import GENERATORS, Recipe
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
    "Recipe",
    "Stream",
    "check_reward",
    "learn",
    "learn_reference",
    "record",
    "recursive_least_squares",
    "simulate",
    "simulate_reference",
]
