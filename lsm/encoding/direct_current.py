"""Direct current: values as graded currents, without spikes."""

import numpy as np

from .._typing import Array
from .base import Encoder

__all__ = ["DirectCurrentEncoder"]

AMPLITUDES = np.finfo(np.float32)


class DirectCurrentEncoder(Encoder):
    """Encode values as constant currents, from 0 at the lower limit to `gain` at the upper limit.

    Parameters
    ----------
    gain : float, default=1.0
        Current at the upper limit in nA, a normal number of float32.
    duration : float, default=100.0
        Time for which a row is held in ms; also the step `dt` of the output.
    limits : (low, high) or "auto", default="auto"
        Range of the values, see :mod:`lsm.encoding`.

    Attributes
    ----------
    low_, high_ : float64 arrays of shape (n_channels,)
        Range of each channel.

    Notes
    -----
    `inverse_transform` is exact, except for the rounding of currents to float32, which changes a
    value by less than 1e-7 of the range.

    Examples
    --------
    >>> from lsm.encoding import DirectCurrentEncoder
    >>> encoder = DirectCurrentEncoder(gain=2.0)
    >>> X = encoder.fit_transform([[0.0], [3.0], [4.0]])
    >>> X
    SpikeArray(n_samples=3, n_channels=1, duration=100 ms, row_duration=100 ms, 2 currents)
    >>> X.amplitudes
    array([1.5, 2. ], dtype=float32)
    >>> encoder.inverse_transform(X).ravel()
    array([0., 3., 4.])
    """

    bounds = {"gain": f">= {float(AMPLITUDES.tiny)} and <= {float(AMPLITUDES.max)}"}
    required_parameters = ("duration", "limits")
    graded = True

    def __init__(
        self, gain: float = 1.0, duration: float = 100.0, limits: tuple[float, float] | str = "auto"
    ) -> None:
        self.gain = gain
        self.duration = duration
        self.limits = limits

    def clock(self, row: float | None) -> tuple[float, int]:
        """Return the length of a row as that of a step; see :class:`Encoder`."""
        return float(self.duration if row is None else row), 1

    def encode_sample(self, x: Array) -> Array:
        """Encode one sample; see :class:`Encoder`."""
        return self.gain * x

    def decode_sample(self, rows: Array) -> Array:
        """Decode one sample; see :class:`Encoder`."""
        return rows[:, 0] / self.gain
