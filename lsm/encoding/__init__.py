"""Encoders of signals as input to a liquid, one code a file.

An encoder is a scikit-learn transformer whose `transform` returns a
:class:`~lsm.spikes.SpikeArray`. What it gives for a sample depends on that sample alone, and on
the seed if it draws: a word is encoded alike wherever it stands. Encoders of sound take
waveforms. All others take samples of shape (n_rows, n_channels) as :class:`~lsm.Liquid` does, or
a graded `SpikeArray` such as an encoder of sound gives, and share the following.

**Rows.** An encoder with a `duration` codes values: it holds each row for this long, so that a
row of a 2-D `X` is a vector. For a signal with a row in each step give `duration=dt`. Those
without code the changes of a signal, which has a row in each step; a row of a 2-D `X` is a
signal of one channel. Each step of a graded `SpikeArray` lasts as long as it says.

**Scale.** Values are measured in shares of each channel's range: 0 at the lower limit and 1 at
the upper one. `limits=None` takes both from the data that `fit` saw, channel by channel; a pair
(low, high) of numbers, or of arrays with one for each channel, sets them. Values outside are
clipped, with a warning. A channel that is constant in `fit` is 0.

**Parameters set after `fit`** act at once and are checked when they do. What was learnt, or drawn
from a seed, stays until the next `fit`: steps and rows, limits, ranks, the code in a population.

**Back.** `inverse_transform` gives back samples of shape (n_rows, n_channels) where the code can
be undone; each code's docstring says how well. :mod:`lsm.encoding.decoders` reads spikes of
unknown origin.

A new code is a subclass of `Encoder` in `_base.py`, whose docstring says what it must have.
"""

from .bsa import BSAEncoder
from .burst import BurstEncoder
from .cochleagram import CochleagramEncoder
from .delta import DeltaEncoder
from .direct_current import DirectCurrentEncoder
from .integrate_and_fire import IntegrateAndFireEncoder
from .latency import LatencyEncoder
from .lyon import LyonEncoder
from .per_row import PerRow
from .phase import PhaseEncoder
from .population import PopulationEncoder
from .rank_order import RankOrderEncoder
from .rate import RateEncoder
from .synchrony import SynchronyEncoder

__all__ = [
    "BSAEncoder",
    "BurstEncoder",
    "CochleagramEncoder",
    "DeltaEncoder",
    "DirectCurrentEncoder",
    "IntegrateAndFireEncoder",
    "LatencyEncoder",
    "LyonEncoder",
    "PerRow",
    "PhaseEncoder",
    "PopulationEncoder",
    "RankOrderEncoder",
    "RateEncoder",
    "SynchronyEncoder",
]
