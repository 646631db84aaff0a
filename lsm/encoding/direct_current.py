"""No spikes at all: the value as a current."""

import numpy as np

from .._validation import check_number
from ._base import Encoder

__all__ = ["DirectCurrentEncoder"]

AMPLITUDES = np.finfo(np.float32)


class DirectCurrentEncoder(Encoder):
    """Pass values on as constant currents, from 0 at the lower limit to `gain` at the upper one.

    Parameters
    ----------
    gain : float, default=1.0
        Current at the upper limit in nA, a normal number of float32.
    duration : float, default=100.0
        How long a row is held in ms. It is the step `dt` of the output.
    limits : (low, high) or None, default=None
        Range of the values, see :mod:`lsm.encoding`.

    Attributes
    ----------
    low_, high_ : float64 arrays of shape (n_channels,)
        Range of each channel.

    Notes
    -----
    `inverse_transform` is exact but for the rounding of currents to float32, which moves a value
    by less than a ten-millionth of the range.

    Examples
    --------
    >>> from lsm.encoding import DirectCurrentEncoder
    >>> encoder = DirectCurrentEncoder(gain=2.0)
    >>> X = encoder.fit_transform([[0.0], [3.0], [4.0]])
    >>> X
    SpikeArray(n_samples=3, n_channels=1, n_events=2, dt=100 ms, graded)
    >>> X.amplitudes
    array([1.5, 2. ], dtype=float32)
    >>> encoder.inverse_transform(X).ravel()
    array([0., 3., 4.])
    """

    _graded = True

    def __init__(self, gain=1.0, duration=100.0, limits=None):
        self.gain = gain
        self.duration = duration
        self.limits = limits

    def _clock(self, row):
        duration = check_number("duration", self.duration, 0, low_open=True)
        return row or duration, 1

    def _check(self):
        check_number("gain", self.gain, float(AMPLITUDES.tiny), float(AMPLITUDES.max))

    def _encode(self, x):
        return self.gain * x

    def _decode(self, rows):
        return rows[:, 0] / self.gain
