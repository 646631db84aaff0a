"""Readouts that are missing in scikit-learn."""

from .hold_out_ridge import HoldOutRidge
from .kernel_ridge import KernelRidgeClassifier
from .residual_ridge import ResidualRidge
from .rls import RLS
from .windowed_ridge import WindowedRidge, WindowedRidgeClassifier
from .within_class_whitener import WithinClassWhitener

__all__ = [
    "RLS",
    "HoldOutRidge",
    "KernelRidgeClassifier",
    "ResidualRidge",
    "WindowedRidge",
    "WindowedRidgeClassifier",
    "WithinClassWhitener",
]
