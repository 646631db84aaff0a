"""The rate code: as many spikes as the value is large."""

import numpy as np

from .._jit import njit
from .._validation import check_choice, check_number
from ._base import Encoder

__all__ = ["RateEncoder"]


class RateEncoder(Encoder):
    """Encode values as firing rates [1]_.

    The rate grows linearly from `min_rate` at the lower limit to `max_rate` at the upper one.

    Parameters
    ----------
    kind : {"poisson", "bernoulli", "regular"}, default="poisson"
        A Poisson number of spikes in each step; one spike or none; or spikes at even distances,
        which follow a rate that varies and keep the phase from row to row.
    max_rate : float, default=100.0
        Rate at the upper limit in Hz, at most one spike a step.
    min_rate : float, default=0.0
        Rate at the lower limit in Hz.
    duration : float, default=100.0
        How long a row is held in ms.
    dt : float, default=1.0
        Length of a step in ms.
    limits : (low, high) or None, default=None
        Range of the values, see :mod:`lsm.encoding`.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws. A sample's spikes depend on it and on the sample, not on its place.

    Attributes
    ----------
    low_, high_ : float64 arrays of shape (n_channels,)
        Range of each channel.

    Notes
    -----
    `inverse_transform` counts spikes. In shares of the range, and with n the spikes that
    `duration` has at `max_rate` (and `min_rate` at 0), a value x comes back with a standard
    deviation of sqrt(x / n) from Poisson spikes and a little less from Bernoulli spikes; regular
    spikes miss it by at most 1 / n, and by half of that in a sample's first row.

    References
    ----------
    .. [1] E. D. Adrian, Y. Zotterman (1926). The impulses produced by sensory nerve-endings:
       part II. Journal of Physiology 61, 151-171.

    Examples
    --------
    >>> from lsm.encoding import RateEncoder
    >>> encoder = RateEncoder(kind="regular").fit([[0.0], [1.0]])
    >>> X = encoder.transform([[0.0], [0.5], [1.0]])
    >>> [int(X.to_dense(i).sum()) for i in range(3)]
    [0, 5, 10]
    >>> encoder.inverse_transform(X).ravel()
    array([0. , 0.5, 1. ])
    """

    def __init__(
        self,
        kind="poisson",
        max_rate=100.0,
        min_rate=0.0,
        duration=100.0,
        dt=1.0,
        limits=None,
        random_state=None,
    ):
        self.kind = kind
        self.max_rate = max_rate
        self.min_rate = min_rate
        self.duration = duration
        self.dt = dt
        self.limits = limits
        self.random_state = random_state

    def _check(self):
        check_choice("kind", self.kind, ("poisson", "bernoulli", "regular"))
        check_number("min_rate", self.min_rate, 0)
        check_number("max_rate", self.max_rate, self.min_rate, 1000 / self.dt_, low_open=True)

    def _encode(self, x):
        rate = self.min_rate + x * (self.max_rate - self.min_rate)
        expected = np.repeat(rate * self.dt_ / 1000, self.hold_, axis=0)
        if self.kind == "poisson":
            return self._rng(x).poisson(expected)
        if self.kind == "bernoulli":
            return self._rng(x).random(expected.shape) < expected
        return _spread(expected)

    def _decode(self, rows):
        rate = 1000 * rows.mean(axis=1) / self.dt_
        return (rate - self.min_rate) / (self.max_rate - self.min_rate)


@njit
def _spread(expected):
    """Set a spike whenever the expected number has grown by one."""
    spikes = np.zeros(expected.shape, dtype=np.bool_)
    due = np.full(expected.shape[1], 0.5)  # in advance, so that counts are rounded, not cut off
    for t in range(len(expected)):
        for c in range(expected.shape[1]):
            due[c] += expected[t, c]
            if due[c] >= 1 - 1e-9:  # a hair, as the rounding of sums would make intervals uneven
                spikes[t, c] = True
                due[c] -= 1
    return spikes
