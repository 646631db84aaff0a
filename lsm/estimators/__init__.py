"""Liquid and readout as one scikit-learn estimator."""

from .classifier import LSMClassifier
from .regressor import LSMRegressor
from .scoring import row_scorer

__all__ = ["LSMClassifier", "LSMRegressor", "row_scorer"]
