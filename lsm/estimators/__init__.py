"""Liquid and readout as one scikit-learn estimator."""

from .classifier import LSMClassifier
from .forecaster import Forecaster
from .regressor import LSMRegressor
from .scoring import row_scorer

__all__ = ["Forecaster", "LSMClassifier", "LSMRegressor", "row_scorer"]
