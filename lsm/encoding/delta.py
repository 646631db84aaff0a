"""Delta modulation: spikes at the changes of a signal."""

import math
import warnings

import numpy as np

from .._jit import njit
from .._typing import Array
from .._units import steps
from .base import Encoder

__all__ = ["DeltaEncoder"]

MIN_THRESHOLD = 2.0**-24  # a change by the whole range is 2**24 spikes, the most that fit a count
TOLERANCE = 1e-9  # in thresholds: a change from 0 to 0.3 must be three changes by 0.1


class DeltaEncoder(Encoder):
    """Encode the changes of signals, with one channel for rises and one for falls.

    A spike stands for a change of the signal by `threshold` from a baseline, which is:

    - "send-on-delta" [1]_: the signal that the previous spikes add up to. A step has as many
      spikes as the change has thresholds.
    - "step-forward" [2]_: the same with at most one spike in a step, so the baseline lags behind
      a faster signal.
    - "moving-window" [2]_: the mean of the signal over the previous `window`, with at most one
      spike in a step.

    A row of a sample is one step, or the steps in a step of a graded `SpikeArray`. A 2-D `X`
    holds signals of one channel, of shape (n_samples, n_timesteps). The output has the rises of
    all channels first, then the falls.

    Parameters
    ----------
    method : {"send-on-delta", "step-forward", "moving-window"}, default="send-on-delta"
        Baseline of the changes.
    threshold : float, default=0.1
        Change of one spike as a share of the range, at least 2**-24.
    window : float, default=10.0
        Length of the moving window in ms; not used by the other methods.
    start : float or "auto", default="auto"
        Signal before the sample as a share of the range. "auto" takes the first row, so that the
        spikes encode the changes since then.
    dt : float, default=1.0
        Length of a step in ms.
    limits : (low, high) or "auto", default="auto"
        Range of the values, see :mod:`lsm.encoding`.

    Attributes
    ----------
    low_, high_ : float64 arrays of shape (n_channels,)
        Range of each channel.

    Warns
    -----
    UserWarning
        If a signal is too fast for "step-forward".

    Notes
    -----
    `inverse_transform` adds up rises minus falls, from `start`; with `start="auto"` from 0, so that
    it returns the change since the first row. The error is at most `threshold` with
    "send-on-delta", and with "step-forward" unless it warns. With "moving-window" a slow drift
    gives no spikes, so the code cannot be inverted.

    References
    ----------
    .. [1] M. Miskowicz (2006). Send-on-delta concept: an event-based data reporting strategy.
       Sensors 6, 49-63.
    .. [2] B. Petro, N. Kasabov, R. M. Kiss (2020). Selection and optimization of temporal spike
       encoding methods for spiking neural networks. IEEE Transactions on Neural Networks and
       Learning Systems 31, 358-370.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.encoding import DeltaEncoder
    >>> encoder = DeltaEncoder(threshold=0.25, start=0.0, limits=(0.0, 4.0))
    >>> X = encoder.fit_transform(np.array([[0.5, 1.0, 3.9, 2.0, 2.0]]))
    >>> X.to_dense(0).T
    array([[0., 1., 2., 0., 0.],
           [0., 0., 0., 1., 0.]], dtype=float32)
    >>> encoder.inverse_transform(X)
    array([[0., 1., 3., 2., 2.]])
    """

    bounds = {
        "method": ("send-on-delta", "step-forward", "moving-window"),
        "threshold": f">= {MIN_THRESHOLD}",
        "window": "> 0",
        "start": ">= 0 and <= 1 or 'auto'",
    }
    series = True

    def __init__(
        self,
        method: str = "send-on-delta",
        threshold: float = 0.1,
        window: float = 10.0,
        start: float | str = "auto",
        dt: float = 1.0,
        limits: tuple[float, float] | str = "auto",
    ) -> None:
        self.method = method
        self.threshold = threshold
        self.window = window
        self.start = start
        self.dt = dt
        self.limits = limits

    def prepare(self) -> None:
        """Count the steps of the moving window."""
        if self.method == "moving-window":
            self._window = int(steps("DeltaEncoder.window", self.window, self.dt_))

    def n_outputs(self, n_channels: int) -> int:
        """Return the number of channels of the output, for rises and falls."""
        return 2 * n_channels

    def encode_sample(self, x: Array) -> Array:
        """Encode one sample; see :class:`Encoder`."""
        signal = np.repeat(x, self.hold_, axis=0)
        start = x[0] if self._starts_at_first_row() else np.full(x.shape[1], float(self.start))
        if self.method == "moving-window":
            moves = self._leave_window(signal, start)
        else:
            most = 1 if self.method == "step-forward" else np.iinfo(np.int64).max
            moves, lagged = _follow(signal, start, self.threshold, most)
            if lagged:
                warnings.warn(
                    "DeltaEncoder.method='step-forward' lags behind a signal that changes by more "
                    "than the threshold in a step: raise `threshold`, lower `dt`, or use "
                    "'send-on-delta'",
                    UserWarning,
                    stacklevel=5,
                )
        return np.hstack([np.maximum(moves, 0), np.maximum(-moves, 0)])

    def _leave_window(self, signal, start):
        before = np.vstack([np.tile(start, (self._window, 1)), signal[:-1]])
        total = np.cumsum(np.vstack([0 * before[:1], before]), axis=0)
        change = signal - (total[self._window :] - total[: -self._window]) / self._window
        moves = change / self.threshold
        return (moves >= 1 - TOLERANCE).astype(int) - (moves <= TOLERANCE - 1)

    def decode_sample(self, rows: Array) -> Array:
        """Decode one sample; see :class:`Encoder`."""
        if self.method == "moving-window":
            raise ValueError(
                "DeltaEncoder.method='moving-window' cannot be inverted, since a drift gives no "
                "spikes: use 'send-on-delta'"
            )
        rises, falls = np.split(rows, 2, axis=2)
        level = np.cumsum((rises - falls).sum(axis=1), axis=0)
        return (0.0 if self._starts_at_first_row() else self.start) + self.threshold * level

    def unscale(self, x: Array) -> Array:
        """Return values from shares of the range, or changes if `start` is "auto"."""
        return x * self._span() if self._starts_at_first_row() else super().unscale(x)

    def _starts_at_first_row(self):
        return isinstance(self.start, str)


@njit
def _follow(signal, start, threshold, most):
    """Return the move of the baseline in each step, in thresholds, and whether it ever lags."""
    moves = np.empty(signal.shape, dtype=np.int64)
    level = np.zeros(signal.shape[1], dtype=np.int64)
    lagged = False
    for t in range(len(signal)):
        for c in range(signal.shape[1]):
            distance = (signal[t, c] - start[c]) / threshold - level[c]
            move = int(distance + math.copysign(TOLERANCE, distance))  # towards zero
            if abs(move) > most:
                move = most if move > 0 else -most
                lagged = True
            level[c] += move
            moves[t, c] = move
    return moves, lagged
