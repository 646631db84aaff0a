"""Liquid and readout as one scikit-learn estimator."""

from .classifier import LSMClassifier
from .cross_validation import cross_val_predict_rows
from .regressor import LSMRegressor
from .scoring import row_scorer

__all__ = ["LSMClassifier", "LSMRegressor", "cross_val_predict_rows", "row_scorer"]
