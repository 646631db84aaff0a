"""The latency code: the larger the value, the earlier the spike."""

import numpy as np

from .._validation import check_number
from ._base import Encoder, first_spike, spike_at

__all__ = ["LatencyEncoder"]


class LatencyEncoder(Encoder):
    """Encode values as the time to the first and only spike of each row.

    By default the time is linear in the value, as in [1]_: the upper limit spikes in the first
    step of the row and the lower limit in the last. With `tau_m` it is the time at which a
    membrane that charges towards the value reaches `threshold`::

        t = tau_m log(x / (x - threshold))

    Parameters
    ----------
    tau_m : float or None, default=None
        Membrane time constant in ms. None makes the time linear in the value.
    threshold : float, default=0.0
        Values below it are silent, in shares of the range. With `tau_m` it must be positive, and
        values whose time rounds to the end of the row or beyond are silent too.
    duration : float, default=100.0
        How long a row is held in ms, at least two steps.
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
    `inverse_transform` reads the time of the first spike, which was rounded to whole steps. A
    linear code is off by at most 1 / (2 (n_steps - 1)) of the range; one with `tau_m` by what
    half a step changes. A silent value comes back as the lower limit.

    References
    ----------
    .. [1] J. J. Hopfield (1995). Pattern recognition computation using action potential timing
       for stimulus representation. Nature 376, 33-36.

    Examples
    --------
    >>> from lsm.encoding import LatencyEncoder
    >>> encoder = LatencyEncoder(duration=11.0).fit([[0.0], [1.0]])
    >>> X = encoder.transform([[1.0], [0.7], [0.0]])
    >>> X.steps
    array([ 0,  3, 10], dtype=int32)
    >>> encoder.inverse_transform(X).round(6).ravel()
    array([1. , 0.7, 0. ])
    """

    def __init__(self, tau_m=None, threshold=0.0, duration=100.0, dt=1.0, limits=None):
        self.tau_m = tau_m
        self.threshold = threshold
        self.duration = duration
        self.dt = dt
        self.limits = limits

    def _check(self):
        charges = self.tau_m is not None
        check_number("threshold", self.threshold, 0, 1, low_open=charges, high_open=True)
        if charges:
            check_number("tau_m", self.tau_m, 0, low_open=True)
        if self.hold_ < 2:
            raise ValueError(f"{self._row_name} must be at least two steps, got {self.dt_:g} ms")

    def _encode(self, x):
        if self.tau_m is None:
            step = np.rint((1 - x) * (self.hold_ - 1))
            step[x < self.threshold - 1e-9] = -1  # a hair, as 0.6 - 0.2 is to be 0.4
        else:
            with np.errstate(divide="ignore"):
                time = -self.tau_m * np.log1p(-self.threshold / np.maximum(x, self.threshold))
            step = np.rint(time / self.dt_)
        return spike_at(step, self.hold_)

    def _decode(self, rows):
        step = first_spike(rows)
        if self.tau_m is None:
            x = 1 - step / (self.hold_ - 1)
        else:
            # At once is infinitely strong, which the sign of zero needs to know.
            charged = -np.expm1(-(step * self.dt_) / self.tau_m)
            with np.errstate(divide="ignore"):
                x = np.minimum(self.threshold / charged, 1)
        return np.where(rows.any(axis=1), x, 0.0)
