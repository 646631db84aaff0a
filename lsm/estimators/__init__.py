"""Liquid and readout as one scikit-learn estimator."""

from .classifier import LSMClassifier
from .cross_validation import cross_val_predict_rows
from .forecaster import Forecaster
from .regressor import LSMRegressor
from .scoring import row_scorer

__all__ = ["Forecaster", "LSMClassifier", "LSMRegressor", "cross_val_predict_rows", "row_scorer"]
