"""Liquid state machines: spiking reservoirs as scikit-learn estimators."""

from importlib.metadata import version

from .calibration import Calibration
from .controls import without_recurrence
from .ensemble import LiquidEnsemble
from .estimators import LSMClassifier, LSMRegressor, row_scorer
from .feedback import Feedback
from .liquid import Liquid
from .memory import Memory
from .snapshots import Snapshots
from .spikes import SpikeArray

__all__ = [
    "Calibration",
    "Feedback",
    "LSMClassifier",
    "LSMRegressor",
    "Liquid",
    "LiquidEnsemble",
    "Memory",
    "Snapshots",
    "SpikeArray",
    "row_scorer",
    "without_recurrence",
]
__version__ = version("liquid-state-machine")
