"""Encoders of signals as input to a liquid, one code a file.

An encoder is a scikit-learn transformer whose `transform` returns a
:class:`~lsm.spikes.SpikeArray`. The encoding of a sample depends on that sample alone, and on the
seed if the encoder draws: a word is encoded alike at any place in `X`. Encoders of sound take
waveforms. All others take samples of shape (n_rows, n_channels) as :class:`~lsm.Liquid` does, or
a graded `SpikeArray` such as an encoder of sound returns, and share the following rules.

**Rows.** An encoder with a `duration` encodes values: it holds each row for this time, and a row
of a 2-D `X` is a vector. For a signal with a row in each step set `duration=dt`. An encoder
without a `duration` encodes the changes of a signal, which has a row in each step; a row of a 2-D
`X` is a signal of one channel if the encoder sets `series = True`. The rows of a graded
`SpikeArray` have their own duration: then an encoder without a `duration` holds each row for
`hold_` steps too.

**Scale.** Values are measured as shares of the range of their channel: 0 at the lower limit and 1
at the upper limit. `limits="auto"` takes both from the data in `fit`, for each channel; a pair
(low, high) of numbers, or of arrays with one for each channel, sets them. Values outside are
clipped, with a warning. A channel that is constant in `fit` is 0.

**Parameters that are set after `fit`** act at once and are checked when they do. Attributes that
were learnt in `fit`, or drawn from a seed, stay until the next `fit`: steps and rows, limits,
ranks, the code in a population.

**Inversion.** `inverse_transform` returns samples of shape (n_rows, n_channels) if the code can be
inverted; the docstring of each encoder states the error. :mod:`lsm.encoding.decoders` decodes
spikes of unknown origin.

An encoder of signals is a subclass of :class:`Encoder`, an encoder of sound one of
:class:`SoundEncoder`; the base classes document the methods that an encoder must have.
"""

from .base import Encoder
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
from .series import SeriesEncoder
from .sound import SoundEncoder
from .synchrony import SynchronyEncoder

__all__ = [
    "BSAEncoder",
    "BurstEncoder",
    "CochleagramEncoder",
    "DeltaEncoder",
    "DirectCurrentEncoder",
    "Encoder",
    "IntegrateAndFireEncoder",
    "LatencyEncoder",
    "LyonEncoder",
    "PerRow",
    "PhaseEncoder",
    "PopulationEncoder",
    "RankOrderEncoder",
    "RateEncoder",
    "SeriesEncoder",
    "SoundEncoder",
    "SynchronyEncoder",
]
