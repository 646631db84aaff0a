"""Liquid state machines: spiking reservoirs as scikit-learn estimators."""

from importlib.metadata import version

from .calibration import Calibration
from .comparison import compare
from .controls import with_random_features, without_recurrence
from .ensemble import LiquidEnsemble
from .estimators import (
    Forecaster,
    LSMClassifier,
    LSMRegressor,
    cross_val_predict_rows,
    row_scorer,
)
from .feedback import Feedback
from .liquid import Liquid
from .memory import Memory
from .random_features import RandomFeatures
from .saving import load, save
from .snapshots import Snapshots
from .spikes import SpikeArray

__all__ = [
    "Calibration",
    "Feedback",
    "Forecaster",
    "LSMClassifier",
    "LSMRegressor",
    "Liquid",
    "LiquidEnsemble",
    "Memory",
    "RandomFeatures",
    "Snapshots",
    "SpikeArray",
    "compare",
    "cross_val_predict_rows",
    "load",
    "row_scorer",
    "save",
    "with_random_features",
    "without_recurrence",
]
__version__ = version("liquid-state-machine")
