"""Readouts that are missing in scikit-learn."""

from .hold_out_ridge import HoldOutRidge
from .kernel_ridge import KernelRidgeClassifier
from .p_delta import PDeltaClassifier, PDeltaRegressor
from .residual_ridge import ResidualRidge
from .resume import ReSuMe
from .rls import RLS
from .spike_readout import SpikeReadout
from .spike_train_readout import SpikeTrainReadout
from .super_spike import SuperSpike
from .tempotron import Tempotron
from .windowed_ridge import WindowedRidge, WindowedRidgeClassifier
from .within_class_whitener import WithinClassWhitener

__all__ = [
    "RLS",
    "HoldOutRidge",
    "KernelRidgeClassifier",
    "PDeltaClassifier",
    "PDeltaRegressor",
    "ReSuMe",
    "ResidualRidge",
    "SpikeReadout",
    "SpikeTrainReadout",
    "SuperSpike",
    "Tempotron",
    "WindowedRidge",
    "WindowedRidgeClassifier",
    "WithinClassWhitener",
]
