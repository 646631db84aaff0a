"""The simulation: compiled, and its readable reference, two forms of one contract."""

from .compiled import simulate
from .network import Network, Plan
from .reference import simulate_reference

__all__ = ["Network", "Plan", "simulate", "simulate_reference"]
