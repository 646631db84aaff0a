"""Readouts that scikit-learn lacks, one a file."""

from .kernel_ridge import KernelRidgeClassifier

__all__ = ["KernelRidgeClassifier"]
