"""Readouts that scikit-learn lacks."""

from .kernel_ridge import KernelRidgeClassifier
from .rls import RLS

__all__ = ["RLS", "KernelRidgeClassifier"]
