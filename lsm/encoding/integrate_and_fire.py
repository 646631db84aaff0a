"""Encoding neurons: each channel drives an integrate-and-fire neuron."""

import numpy as np

from .._jit import njit
from .._typing import Array
from .._units import steps
from .base import Encoder

__all__ = ["IntegrateAndFireEncoder"]

TOLERANCE = 1e-9  # as a share of the threshold: ten times 0.1 must be 1


class IntegrateAndFireEncoder(Encoder):
    """Encode values by integrate-and-fire neurons, one for each channel [1]_.

    The potential v of a neuron starts each sample at 0 and follows::

        tau_m dv/dt = -v + bias + gain * x

    or, if it is not leaky, the same without `-v`; x is the value as a share of the range. When v
    reaches 1 the neuron spikes, v is set to 0 and held there for the refractory period.

    Parameters
    ----------
    gain : float, default=2.0
        Rise of the drive from the lower to the upper limit; a drive of 1 just reaches the
        threshold of a leaky neuron.
    bias : float, default=0.0
        Drive at the lower limit.
    tau_m : float, default=20.0
        Membrane time constant in ms.
    leaky : bool, default=True
        Whether the potential decays.
    refractory : float, default=2.0
        Refractory period in ms, a multiple of `dt`.
    duration : float, default=100.0
        Time for which a row is held in ms. The potential carries over to the next row.
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
    A constant drive I > 1 gives intervals of `refractory + tau_m log(I / (I - 1))` ms; without a
    leak, I > 0 gives `refractory + tau_m / I` ms. Intervals are rounded up to whole steps.

    `inverse_transform` assigns to each interval the constant drive that gives it, with half a step
    less for the rounding, and averages over the row. The time after the last spike is assigned the
    drive of the last interval. The error of a constant value is at most the change by one step in
    the interval. A value that is too small for a spike is decoded as the lower limit.

    References
    ----------
    .. [1] A. A. Lazar, L. T. Tóth (2004). Perfect recovery and sensitivity analysis of time
       encoded bandlimited signals. IEEE Transactions on Circuits and Systems I 51, 2060-2073.

    Examples
    --------
    >>> from lsm.encoding import IntegrateAndFireEncoder
    >>> encoder = IntegrateAndFireEncoder(leaky=False, gain=4.0, refractory=0.0).fit([[0.0], [1.0]])
    >>> X = encoder.transform([[0.5], [1.0]])
    >>> X[0].rows
    array([ 9, 19, 29, 39, 49, 59, 69, 79, 89, 99], dtype=int32)
    >>> encoder.inverse_transform(X).round(2).ravel()
    array([0.53, 1.11])
    """

    bounds = {
        "gain": "> 0",
        "bias": "number",
        "tau_m": "> 0",
        "leaky": "boolean",
        "refractory": ">= 0",
    }

    def __init__(
        self,
        gain: float = 2.0,
        bias: float = 0.0,
        tau_m: float = 20.0,
        leaky: bool = True,
        refractory: float = 2.0,
        duration: float = 100.0,
        dt: float = 1.0,
        limits: tuple[float, float] | str = "auto",
    ) -> None:
        self.gain = gain
        self.bias = bias
        self.tau_m = tau_m
        self.leaky = leaky
        self.refractory = refractory
        self.duration = duration
        self.dt = dt
        self.limits = limits

    def prepare(self) -> None:
        """Derive the numbers of a step, and check that a step is not too long for the drive."""
        name = "IntegrateAndFireEncoder.refractory"
        self._rest = int(steps(name, self.refractory, self.dt_, exact=True))
        self._decay = np.exp(-self.dt_ / self.tau_m) if self.leaky else 1.0
        # Change of the potential in a step, relative to the drive.
        self._rise = 1 - self._decay if self.leaky else self.dt_ / self.tau_m
        if (self.gain + self.bias) * self._rise > 1 + TOLERANCE:
            raise ValueError(
                f"IntegrateAndFireEncoder.gain={self.gain:g} with bias={self.bias:g} passes the "
                f"threshold in less than a step of {self.dt_:g} ms: lower them or raise tau_m"
            )

    def encode_sample(self, x: Array) -> Array:
        """Encode one sample; see :class:`Encoder`."""
        drive = self._rise * (self.bias + self.gain * np.repeat(x, self.hold_, axis=0))
        return _fire(drive, self._decay, self._rest)

    def decode_sample(self, rows: Array) -> Array:
        """Decode one sample; see :class:`Encoder`."""
        spikes = rows.reshape(-1, rows.shape[2])
        drive = np.full(spikes.shape, float(self.bias))
        for c in range(spikes.shape[1]):
            times = np.flatnonzero(spikes[:, c])
            if len(times):
                drive[:, c] = self._drive_between(times, len(spikes))
        x = (drive - self.bias) / self.gain
        return x.reshape(rows.shape).mean(axis=1)

    def _drive_between(self, times, n_steps):
        """Return the drive in each step, constant from one spike time to the next."""
        intervals = np.diff(times, prepend=-1)
        charging = intervals - 0.5
        charging[1:] -= self._rest
        if self.leaky:
            drive = 1 / -np.expm1(charging * np.log(self._decay))
        else:
            drive = 1 / (charging * self._rise)
        intervals[-1] += n_steps - 1 - times[-1]
        return np.repeat(drive, intervals)


@njit
def _fire(drive, decay, rest):
    """Integrate the drive, (n_steps, n_channels), and return the spikes of each neuron."""
    n_steps, n_channels = drive.shape
    spikes = np.zeros((n_steps, n_channels), dtype=np.bool_)
    potential, wait = np.zeros(n_channels), np.zeros(n_channels, dtype=np.int64)
    for t in range(n_steps):
        for c in range(n_channels):
            if wait[c] > 0:
                wait[c] -= 1
                continue
            potential[c] = decay * potential[c] + drive[t, c]
            if potential[c] >= 1 - TOLERANCE:
                spikes[t, c] = True
                potential[c], wait[c] = 0.0, rest
    return spikes
