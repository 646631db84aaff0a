"""The phase code: the phase of a spike in a background oscillation."""

import numpy as np

from .._typing import Array
from .._validation import check_number
from ._timing import first_spike, period_steps, spike_at
from .base import Encoder

__all__ = ["PhaseEncoder"]


class PhaseEncoder(Encoder):
    """Encode values as the phase of a spike in each cycle of an oscillation [1]_.

    The upper limit spikes in the first step of every cycle and the lower limit in the last one.
    The oscillation is the same in all channels and starts with the sample.

    Parameters
    ----------
    frequency : float, default=20.0
        Frequency of the oscillation in Hz. Its period must be a multiple of `dt`.
    reference : bool, default=False
        Whether an additional last channel spikes at the start of each cycle.
    duration : float, default=100.0
        Time for which a row is held in ms, a whole number of periods.
    dt : float, default=1.0
        Length of a step in ms.
    limits : (low, high) or "auto", default="auto"
        Range of the values, see :mod:`lsm.encoding`.

    Attributes
    ----------
    low_, high_ : float64 arrays of shape (n_channels,)
        Range of each channel.

    Notes
    -----
    `inverse_transform` reads the phase in the first cycle of a row, which was rounded to whole
    steps: with n steps in a period the error is at most 1 / (2 (n - 1)) of the range.

    References
    ----------
    .. [1] J. O'Keefe, M. L. Recce (1993). Phase relationship between hippocampal place units and
       the EEG theta rhythm. Hippocampus 3, 317-330.

    Examples
    --------
    >>> from lsm.encoding import PhaseEncoder
    >>> encoder = PhaseEncoder(frequency=100.0, duration=20.0).fit([[0.0], [1.0]])
    >>> X = encoder.transform([[1.0], [1 / 3]])
    >>> X.rows
    array([ 0, 10,  6, 16], dtype=int32)
    >>> encoder.inverse_transform(X).round(6).ravel()
    array([1.      , 0.333333])
    """

    bounds = {"frequency": "> 0", "reference": "boolean"}

    def __init__(
        self,
        frequency: float = 20.0,
        reference: bool = False,
        duration: float = 100.0,
        dt: float = 1.0,
        limits: tuple[float, float] | str = "auto",
    ) -> None:
        self.frequency = frequency
        self.reference = reference
        self.duration = duration
        self.dt = dt
        self.limits = limits

    def prepare(self) -> None:
        """Count the steps of a period."""
        name = "PhaseEncoder.frequency"
        check_number(name, self.frequency, 0, 500 / self.dt_, low_open=True)
        self._period = period_steps(name, self.frequency, self)

    def n_outputs(self, n_channels: int) -> int:
        """Return the number of channels of the output, with the reference."""
        return n_channels + self.reference

    def encode_sample(self, x: Array) -> Array:
        """Encode one sample; see :class:`Encoder`."""
        step = np.rint((1 - x) * (self._period - 1))
        if self.reference:
            step = np.pad(step, ((0, 0), (0, 1)))
        return np.tile(spike_at(step, self._period), (1, self.hold_ // self._period, 1))

    def decode_sample(self, rows: Array) -> Array:
        """Decode one sample; see :class:`Encoder`."""
        first = rows[:, : self._period, : rows.shape[2] - self.reference]
        x = 1 - first_spike(first) / (self._period - 1)
        return np.where(first.any(axis=1), x, 0.0)
