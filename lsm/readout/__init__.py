"""Readouts that are missing in scikit-learn."""

from .hold_out_ridge import HoldOutRidge
from .kernel_ridge import KernelRidgeClassifier
from .p_delta import PDeltaClassifier, PDeltaRegressor
from .residual_ridge import ResidualRidge
from .rls import RLS
from .spike_readout import SpikeReadout
from .windowed_ridge import WindowedRidge, WindowedRidgeClassifier
from .within_class_whitener import WithinClassWhitener

__all__ = [
    "RLS",
    "HoldOutRidge",
    "KernelRidgeClassifier",
    "PDeltaClassifier",
    "PDeltaRegressor",
    "ResidualRidge",
    "SpikeReadout",
    "WindowedRidge",
    "WindowedRidgeClassifier",
    "WithinClassWhitener",
]
