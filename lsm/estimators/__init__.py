"""Liquid and readout as one scikit-learn estimator."""

from .classifier import LSMClassifier
from .regressor import LSMRegressor

__all__ = ["LSMClassifier", "LSMRegressor"]
