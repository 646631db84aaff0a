"""Readouts that are missing in scikit-learn."""

from .actor_critic import SpikingActorCritic
from .competition import SpikingCompetition
from .hold_out_ridge import HoldOutRidge
from .kernel_ridge import KernelRidgeClassifier
from .p_delta import PDeltaClassifier, PDeltaRegressor
from .place_cells import PlaceCells
from .residual_ridge import ResidualRidge
from .response_vote import ResponseVote
from .resume import ReSuMe
from .reward_readout import RewardReadout
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
    "PlaceCells",
    "ReSuMe",
    "ResidualRidge",
    "ResponseVote",
    "RewardReadout",
    "SpikeReadout",
    "SpikingActorCritic",
    "SpikingCompetition",
    "SpikeTrainReadout",
    "SuperSpike",
    "Tempotron",
    "WindowedRidge",
    "WindowedRidgeClassifier",
    "WithinClassWhitener",
]
