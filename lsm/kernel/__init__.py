"""The simulation: compiled, and its readable reference, two forms of one contract."""

from .compiled import simulate
from .learning import learn
from .network import Network, Plan
from .reference import learn_reference, simulate_reference

__all__ = ["Network", "Plan", "learn", "learn_reference", "simulate", "simulate_reference"]
