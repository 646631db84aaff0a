"""The burst code: larger values give more spikes at shorter intervals."""

import numpy as np

from .._typing import Array
from .._units import steps
from .._validation import check_number
from ._timing import first_spike, spike_at
from .base import Encoder

__all__ = ["BurstEncoder"]


class BurstEncoder(Encoder):
    """Encode values as bursts, by the number of spikes and the interval between them [1]_.

    A value x, as a share of the range, gives `ceil(max_spikes * x)` spikes at intervals of
    `max_interval - (max_interval - min_interval) * x` ms, rounded to whole steps. The burst starts
    with the row.

    Parameters
    ----------
    max_spikes : int, default=5
        Number of spikes at the upper limit.
    min_interval : float, default=2.0
        Interval at the upper limit in ms, at least one step.
    max_interval : float, default=20.0
        Interval at the lower limit in ms. A burst of `max_spikes` at this interval must fit into
        a row.
    duration : float, default=100.0
        Time for which a row is held in ms.
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
    `inverse_transform` returns the middle of the values that give the same number of spikes and
    the same interval. Its error is at most `1 / (2 max_spikes)` of the range, and for bursts of two
    or more spikes also at most `dt / (2 (max_interval - min_interval))`.

    References
    ----------
    .. [1] W. Guo, M. E. Fouda, A. M. Eltawil, K. N. Salama (2021). Neural coding in spiking
       neural networks: a comparative study for robust neuromorphic systems. Frontiers in
       Neuroscience 15, 638474.

    Examples
    --------
    >>> from lsm.encoding import BurstEncoder
    >>> encoder = BurstEncoder().fit([[0.0], [1.0]])
    >>> X = encoder.transform([[1.0], [0.5], [0.1]])
    >>> X.rows
    array([ 0,  2,  4,  6,  8,  0, 11, 22,  0], dtype=int32)
    >>> encoder.inverse_transform(X).round(3).ravel()
    array([0.986, 0.5  , 0.1  ])
    """

    bounds = {
        "max_spikes": "integer >= 1",
        "min_interval": "> 0",
        "max_interval": "> min_interval",
    }

    def __init__(
        self,
        max_spikes: int = 5,
        min_interval: float = 2.0,
        max_interval: float = 20.0,
        duration: float = 100.0,
        dt: float = 1.0,
        limits: tuple[float, float] | str = "auto",
    ) -> None:
        self.max_spikes = max_spikes
        self.min_interval = min_interval
        self.max_interval = max_interval
        self.duration = duration
        self.dt = dt
        self.limits = limits

    def prepare(self) -> None:
        """Check that intervals are not shorter than a step, and that bursts fit into a row."""
        check_number("BurstEncoder.min_interval", self.min_interval, self.dt_)
        n, longest = self.max_spikes, self.max_interval
        if (n - 1) * int(steps("BurstEncoder.max_interval", longest, self.dt_)) >= self.hold_:
            raise ValueError(
                f"a burst of BurstEncoder.max_spikes={n} at max_interval={longest:g} ms does not "
                f"fit into a row of {self.hold_ * self.dt_:g} ms: lengthen {self.row_name} or "
                "lower one of them"
            )

    def encode_sample(self, x: Array) -> Array:
        """Encode one sample; see :class:`Encoder`."""
        count = np.ceil(self.max_spikes * x - 1e-9)  # 5 * 0.6 must be 3 in spite of rounding
        interval = self.max_interval - (self.max_interval - self.min_interval) * x
        step = np.rint(interval / self.dt_)
        spikes = np.zeros((len(x), self.hold_, x.shape[1]), dtype=bool)
        for i in range(self.max_spikes):
            spikes |= spike_at(np.where(i < count, i * step, -1), self.hold_)
        return spikes

    def decode_sample(self, rows: Array) -> Array:
        """Decode one sample; see :class:`Encoder`."""
        count = rows.sum(axis=1)
        low, high = np.maximum(count - 1, 0) / self.max_spikes, count / self.max_spikes
        last = self.hold_ - 1 - first_spike(rows[:, ::-1])
        step = last / np.maximum(count - 1, 1)
        width = self.max_interval - self.min_interval
        middle = (self.max_interval - step * self.dt_) / width
        several = count > 1
        low = np.where(several, np.maximum(low, middle - self.dt_ / (2 * width)), low)
        high = np.where(several, np.minimum(high, middle + self.dt_ / (2 * width)), high)
        return (low + high) / 2
