"""The latency code: larger values spike earlier."""

import numpy as np

from .._checked import check_value
from .._typing import Array
from ._timing import first_spike, spike_at
from .base import Encoder

__all__ = ["LatencyEncoder"]


class LatencyEncoder(Encoder):
    """Encode values as the time of a single spike in each row.

    By default the time is linear in the value, as in [1]_: the upper limit spikes in the first
    step of the row and the lower limit in the last one. With `tau_m` it is the time at which a
    membrane that charges towards the value x reaches `threshold`::

        t = tau_m log(x / (x - threshold))

    Parameters
    ----------
    tau_m : float or None, default=None
        Membrane time constant in ms. None makes the time linear in the value.
    threshold : float, default=0.0
        Share of the range below which values give no spike. With `tau_m` it must be positive, and
        values whose time rounds to the end of the row or later give no spike either.
    duration : float, default=100.0
        Time for which a row is held in ms, at least two steps.
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
    `inverse_transform` reads the time of the first spike, which was rounded to whole steps. The
    error of the linear code is at most 1 / (2 (n_steps - 1)) of the range; with `tau_m` it is at
    most the change by half a step. A value without a spike is decoded as the lower limit.

    References
    ----------
    .. [1] J. J. Hopfield (1995). Pattern recognition computation using action potential timing
       for stimulus representation. Nature 376, 33-36.

    Examples
    --------
    >>> from lsm.encoding import LatencyEncoder
    >>> encoder = LatencyEncoder(duration=11.0).fit([[0.0], [1.0]])
    >>> X = encoder.transform([[1.0], [0.7], [0.0]])
    >>> X.rows
    array([ 0,  3, 10], dtype=int32)
    >>> encoder.inverse_transform(X).round(6).ravel()
    array([1. , 0.7, 0. ])
    """

    bounds = {"tau_m": "> 0 or None", "threshold": ">= 0 and < 1"}

    def __init__(
        self,
        tau_m: float | None = None,
        threshold: float = 0.0,
        duration: float = 100.0,
        dt: float = 1.0,
        limits: tuple[float, float] | str = "auto",
    ) -> None:
        self.tau_m = tau_m
        self.threshold = threshold
        self.duration = duration
        self.dt = dt
        self.limits = limits

    def check(self) -> None:
        """Check the parameters; see :class:`Encoder`."""
        super().check()
        if self.tau_m is not None:
            check_value("LatencyEncoder.threshold", self.threshold, "> 0 and < 1")

    def prepare(self) -> None:
        """Check that a row has two steps or more."""
        if self.hold_ < 2:
            raise ValueError(f"{self.row_name} must be at least two steps, got {self.dt_:g} ms")

    def encode_sample(self, x: Array) -> Array:
        """Encode one sample; see :class:`Encoder`."""
        if self.tau_m is None:
            step = np.rint((1 - x) * (self.hold_ - 1))
            step[x < self.threshold - 1e-9] = -1  # 0.6 - 0.2 must be 0.4 in spite of rounding
        else:
            with np.errstate(divide="ignore"):
                time = -self.tau_m * np.log1p(-self.threshold / np.maximum(x, self.threshold))
            step = np.rint(time / self.dt_)
        return spike_at(step, self.hold_)

    def decode_sample(self, rows: Array) -> Array:
        """Decode one sample; see :class:`Encoder`."""
        step = first_spike(rows)
        if self.tau_m is None:
            x = 1 - step / (self.hold_ - 1)
        else:
            # A spike at time zero stands for an infinite value, for which zero must be positive.
            charged = -np.expm1(-(step * self.dt_) / self.tau_m)
            with np.errstate(divide="ignore"):
                x = np.minimum(self.threshold / charged, 1)
        return np.where(rows.any(axis=1), x, 0.0)
