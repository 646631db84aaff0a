"""Linear taps: ridge regression on the last rows of the input, without a network."""

import numpy as np
from sklearn.base import BaseEstimator

from lsm.readout import HoldOutRidge

__all__ = ["DelayLine", "LinearTaps"]


class LinearTaps(BaseEstimator):
    """Ridge regression on the last rows of the input, in the form of an `LSMRegressor`.

    Parameters
    ----------
    n_taps : sequence of int
        Numbers of rows, of which the one with the lowest error on samples held out is chosen. Rows
        before the start of a sample are zero.
    washout : int, default=0
        Number of rows at the start of each sample that are neither fitted nor scored.
    n_held : int, default=1
        Number of samples that are held out to choose the number of rows, the last ones.
    """

    def __init__(self, n_taps, washout=0, n_held=1):
        self.n_taps = n_taps
        self.washout = washout
        self.n_held = n_held

    def fit(self, inputs, targets):
        """Choose the number of rows, then fit all samples."""
        self.n_taps_ = self.n_taps[0]
        if len(self.n_taps) > 1:
            self.n_taps_ = min(self.n_taps, key=lambda n: self._held_error(n, inputs, targets))
        return self._fit(self.n_taps_, inputs, targets)

    def _held_error(self, n_taps, inputs, targets):
        n_fit = len(inputs) - self.n_held
        y_pred = self._fit(n_taps, inputs[:n_fit], targets[:n_fit]).predict(inputs[n_fit:])
        errors = [(a - b)[self.washout :] for a, b in zip(y_pred, targets[n_fit:], strict=True)]
        return np.mean(np.concatenate(errors) ** 2)

    def _fit(self, n_taps, inputs, targets):
        self.liquid_ = DelayLine(n_taps)
        rows = [taps[self.washout :] for taps in self.liquid_.trajectory(inputs)]
        kept = [target[self.washout :] for target in targets]
        self.readout_ = HoldOutRidge().fit(np.concatenate(rows), np.concatenate(kept))
        return self

    def predict(self, inputs):
        """Return a list of predictions."""
        return [self.readout_.predict(taps) for taps in self.liquid_.trajectory(inputs)]


class DelayLine:
    """The last rows of the input, read in the way of a liquid by `trajectory` and `stream`."""

    def __init__(self, n_taps):
        self.n_taps = n_taps

    def trajectory(self, inputs):
        """Return a list of arrays of shape (n_rows, n_channels * n_taps), the newest first."""
        return [self._taps(inputs.to_dense(i)) for i in range(len(inputs))]

    def _taps(self, values):
        padded = np.pad(values.astype(float), ((self.n_taps - 1, 0), (0, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.n_taps, axis=0)
        return windows[:, :, ::-1].reshape(len(values), -1)

    def stream(self, row):
        """Start a stream: a run that continues row by row."""
        return _TapStream(np.zeros((row.n_channels, self.n_taps)))


class _TapStream:
    def __init__(self, past):
        self.past = past

    def step(self, row):
        self.past = np.column_stack([row.to_dense(0)[0], self.past[:, :-1]])
        return self.past
