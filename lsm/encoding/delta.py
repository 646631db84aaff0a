"""Delta modulation: spikes where a signal has changed."""

import math
import warnings

import numpy as np

from .._jit import njit
from .._units import steps
from .._validation import check_choice, check_number
from ._base import Encoder

__all__ = ["DeltaEncoder"]

LEAST_THRESHOLD = 2.0**-24  # a move over the whole range is 2**24 spikes, all that a count holds
HAIR = 1e-9  # in thresholds: a move from 0 to 0.3 is to be three of 0.1


class DeltaEncoder(Encoder):
    """Encode the changes of signals, with one channel for rises and one for falls.

    A spike says that the signal has moved by `threshold` from a baseline, which is:

    - "send-on-delta" [1]_: the signal as told by the spikes so far. A step has as many spikes as
      the signal has moved thresholds.
    - "step-forward" [2]_: the same, but with at most one spike a step. The baseline lags behind
      a signal that moves faster.
    - "moving-window" [2]_: the mean of the signal over the `window` before. At most one spike a
      step.

    A row of a sample is one step, or as many as a step of a graded `SpikeArray` has. A 2-D `X`
    holds signals of one channel, of shape (n_samples, n_timesteps). The output has the rises of
    all channels first, then their falls.

    Parameters
    ----------
    method : {"send-on-delta", "step-forward", "moving-window"}, default="send-on-delta"
        What a change is measured from.
    threshold : float, default=0.1
        Change that one spike stands for, in shares of the range, at least 2**-24.
    window : float, default=10.0
        Length of the moving window in ms. The other methods ignore it.
    start : float or None, default=None
        Signal before the sample in shares of the range. None takes the first row, so that only
        changes since then are encoded.
    dt : float, default=1.0
        Length of a step in ms.
    limits : (low, high) or None, default=None
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
    `inverse_transform` adds up rises less falls, from `start`, or from 0 if that is None: then it
    gives the change since the first row. With "send-on-delta", and with "step-forward" where it
    does not warn, the error is at most `threshold`. A moving window lets a slow drift pass without
    a spike, so "moving-window" cannot be undone.

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

    _series = True

    def __init__(
        self,
        method="send-on-delta",
        threshold=0.1,
        window=10.0,
        start=None,
        dt=1.0,
        limits=None,
    ):
        self.method = method
        self.threshold = threshold
        self.window = window
        self.start = start
        self.dt = dt
        self.limits = limits

    def _check(self):
        check_choice("method", self.method, ("send-on-delta", "step-forward", "moving-window"))
        check_number("threshold", self.threshold, LEAST_THRESHOLD)
        if self.start is not None:
            check_number("start", self.start, 0, 1)
        window = check_number("window", self.window, 0, low_open=True)
        if self.method == "moving-window":
            self._window = int(steps("window", window, self.dt_))

    def _count_outputs(self, n_channels):
        return 2 * n_channels

    def _encode(self, x):
        signal = np.repeat(x, self.hold_, axis=0)
        start = x[0] if self.start is None else np.full(x.shape[1], float(self.start))
        if self.method == "moving-window":
            moves = self._leave_window(signal, start)
        else:
            most = 1 if self.method == "step-forward" else np.iinfo(np.int64).max
            moves, lagged = _follow(signal, start, self.threshold, most)
            if lagged:
                warnings.warn(
                    "step-forward lags behind a signal that moves by more than the threshold in "
                    "a step: raise `threshold`, lower `dt`, or use send-on-delta",
                    UserWarning,
                    stacklevel=4,
                )
        return np.hstack([np.maximum(moves, 0), np.maximum(-moves, 0)])

    def _leave_window(self, signal, start):
        before = np.vstack([np.tile(start, (self._window, 1)), signal[:-1]])
        total = np.cumsum(np.vstack([0 * before[:1], before]), axis=0)
        change = signal - (total[self._window :] - total[: -self._window]) / self._window
        moves = change / self.threshold
        return (moves >= 1 - HAIR).astype(int) - (moves <= HAIR - 1)

    def _decode(self, rows):
        if self.method == "moving-window":
            raise ValueError("method='moving-window' cannot be undone: a drift gives no spike")
        rises, falls = np.split(rows, 2, axis=2)
        level = np.cumsum((rises - falls).sum(axis=1), axis=0)
        return (self.start or 0.0) + self.threshold * level

    def _unscale(self, x):
        return x * self._span() if self.start is None else super()._unscale(x)


@njit
def _follow(signal, start, threshold, most):
    """Return by how many thresholds each step moves the baseline, and whether it ever lags."""
    moves = np.empty(signal.shape, dtype=np.int64)
    level = np.zeros(signal.shape[1], dtype=np.int64)
    lagged = False
    for t in range(len(signal)):
        for c in range(signal.shape[1]):
            distance = (signal[t, c] - start[c]) / threshold - level[c]
            move = int(distance + math.copysign(HAIR, distance))  # towards zero
            if abs(move) > most:
                move = most if move > 0 else -most
                lagged = True
            level[c] += move
            moves[t, c] = move
    return moves, lagged
