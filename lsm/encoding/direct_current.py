"""No spikes at all: the value as a current."""

import numpy as np

from .._validation import check_number
from ._base import Encoder

__all__ = ["DirectCurrentEncoder"]


class DirectCurrentEncoder(Encoder):
    """Pass values on as constant currents, from 0 at the lower limit to `gain` at the upper one.

    Parameters
    ----------
    gain : float, default=1.0
        Current at the upper limit in nA.
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
    `inverse_transform` is exact but for the rounding of currents to float32, of one part in
    10 million.

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
        return row or check_number("duration", self.duration, 0, low_open=True), 1

    def _check(self):
        most = float(np.finfo(np.float32).max)  # amplitudes are float32
        check_number("gain", self.gain, 0, most, low_open=True)

    def _encode(self, x):
        return self.gain * x

    def _decode(self, rows):
        return rows[:, 0] / self.gain
