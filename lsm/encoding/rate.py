"""The rate code: the number of spikes is proportional to the value."""

import numpy as np

from .._jit import njit
from .._typing import Array, RandomState
from .._validation import check_number
from .base import Encoder

__all__ = ["RateEncoder"]


class RateEncoder(Encoder):
    """Encode values as firing rates [1]_.

    The rate increases linearly from `min_rate` at the lower limit to `max_rate` at the upper limit.

    Parameters
    ----------
    kind : {"poisson", "bernoulli", "regular"}, default="poisson"
        Spikes in each step: a Poisson number; one or none; or at even distances, which follow a
        varying rate and continue from row to row.
    max_rate : float, default=100.0
        Rate at the upper limit in Hz, at most one spike in a step.
    min_rate : float, default=0.0
        Rate at the lower limit in Hz.
    duration : float, default=100.0
        Time for which a row is held in ms.
    dt : float, default=1.0
        Length of a step in ms.
    limits : (low, high) or "auto", default="auto"
        Range of the values, see :mod:`lsm.encoding`.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws. The spikes of a sample depend on the seed and on its values alone.

    Attributes
    ----------
    low_, high_ : float64 arrays of shape (n_channels,)
        Range of each channel.

    Notes
    -----
    `inverse_transform` counts spikes. Let n be the number of spikes in `duration` at `max_rate`,
    and `min_rate` 0. As a share of the range, a value x is decoded with a standard deviation of
    sqrt(x / n) from Poisson spikes and a little less from Bernoulli spikes. The error of regular
    spikes is at most 1 / n, and half of that in the first row of a sample.

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

    bounds = {
        "kind": ("poisson", "bernoulli", "regular"),
        "max_rate": "> min_rate",
        "min_rate": ">= 0",
    }

    def __init__(
        self,
        kind: str = "poisson",
        max_rate: float = 100.0,
        min_rate: float = 0.0,
        duration: float = 100.0,
        dt: float = 1.0,
        limits: tuple[float, float] | str = "auto",
        random_state: RandomState = None,
    ) -> None:
        self.kind = kind
        self.max_rate = max_rate
        self.min_rate = min_rate
        self.duration = duration
        self.dt = dt
        self.limits = limits
        self.random_state = random_state

    def prepare(self) -> None:
        """Check that there is at most one spike in a step."""
        most = 1000 / self.dt_
        check_number("RateEncoder.max_rate", self.max_rate, self.min_rate, most, low_open=True)

    def encode_sample(self, x: Array) -> Array:
        """Encode one sample; see :class:`Encoder`."""
        rate = self.min_rate + x * (self.max_rate - self.min_rate)
        expected = np.repeat(rate * self.dt_ / 1000, self.hold_, axis=0)
        if self.kind == "poisson":
            return self.generator(x).poisson(expected)
        if self.kind == "bernoulli":
            return self.generator(x).random(expected.shape) < expected
        return _spread(expected)

    def decode_sample(self, rows: Array) -> Array:
        """Decode one sample; see :class:`Encoder`."""
        rate = 1000 * rows.mean(axis=1) / self.dt_
        return (rate - self.min_rate) / (self.max_rate - self.min_rate)


@njit
def _spread(expected):
    """Return spikes, one whenever the sum of the expected numbers has grown by one."""
    spikes = np.zeros(expected.shape, dtype=np.bool_)
    due = np.full(expected.shape[1], 0.5)  # half a spike in advance, so that counts are rounded
    for t in range(len(expected)):
        for c in range(expected.shape[1]):
            due[c] += expected[t, c]
            if due[c] >= 1 - 1e-9:  # or rounded sums would make intervals uneven
                spikes[t, c] = True
                due[c] -= 1
    return spikes
