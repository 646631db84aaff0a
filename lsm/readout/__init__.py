"""Readouts that scikit-learn lacks."""

from .hold_out_ridge import HoldOutRidge
from .kernel_ridge import KernelRidgeClassifier
from .rls import RLS

__all__ = ["RLS", "HoldOutRidge", "KernelRidgeClassifier"]
