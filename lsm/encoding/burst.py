"""The burst code: the larger the value, the more and the denser its spikes."""

import numpy as np

from .._units import steps
from .._validation import check_integer, check_number
from ._base import Encoder, first_spike, spike_at

__all__ = ["BurstEncoder"]


class BurstEncoder(Encoder):
    """Encode values as bursts, by their number of spikes and the interval between them [1]_.

    A value x, in shares of the range, gives `ceil(max_spikes * x)` spikes at intervals of
    `max_interval - (max_interval - min_interval) * x`, rounded to whole steps. The burst starts
    with the row.

    Parameters
    ----------
    max_spikes : int, default=5
        Spikes at the upper limit.
    min_interval : float, default=2.0
        Interval at the upper limit in ms, at least one step.
    max_interval : float, default=20.0
        Interval at the lower limit in ms. A burst of `max_spikes` at this interval must fit into
        a row.
    duration : float, default=100.0
        How long a row is held in ms.
    dt : float, default=1.0
        Length of a step in ms.
    limits : (low, high) or None, default=None
        Range of the values, see :mod:`lsm.encoding`.

    Attributes
    ----------
    low_, high_ : float64 arrays of shape (n_channels,)
        Range of each channel.

    Notes
    -----
    `inverse_transform` gives the middle of the values that have the burst's number of spikes and
    its interval: the error is at most `1 / (2 max_spikes)` of the range, and in a burst of two
    spikes or more also at most `dt / (2 (max_interval - min_interval))`.

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
    >>> X.steps
    array([ 0,  2,  4,  6,  8,  0, 11, 22,  0], dtype=int32)
    >>> encoder.inverse_transform(X).round(3).ravel()
    array([0.986, 0.5  , 0.1  ])
    """

    def __init__(
        self,
        max_spikes=5,
        min_interval=2.0,
        max_interval=20.0,
        duration=100.0,
        dt=1.0,
        limits=None,
    ):
        self.max_spikes = max_spikes
        self.min_interval = min_interval
        self.max_interval = max_interval
        self.duration = duration
        self.dt = dt
        self.limits = limits

    def _check(self):
        n = check_integer("max_spikes", self.max_spikes, 1)
        low = check_number("min_interval", self.min_interval, self.dt_)
        high = check_number("max_interval", self.max_interval, low, low_open=True)
        if (n - 1) * int(steps("max_interval", high, self.dt_)) >= self.hold_:
            raise ValueError(
                f"a burst of max_spikes={n} at max_interval={high:g} ms does not fit into a row "
                f"of {self.hold_ * self.dt_:g} ms: lengthen {self._row_name} or lower one of them"
            )

    def _encode(self, x):
        count = np.ceil(self.max_spikes * x - 1e-9)  # a hair, as 5 * 0.6 is to be 3
        interval = self.max_interval - (self.max_interval - self.min_interval) * x
        step = np.rint(interval / self.dt_)
        spikes = np.zeros((len(x), self.hold_, x.shape[1]), dtype=bool)
        for i in range(self.max_spikes):
            spikes |= spike_at(np.where(i < count, i * step, -1), self.hold_)
        return spikes

    def _decode(self, rows):
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
