"""Linear taps: ridge regression on the last rows of the input, which needs no network."""

import numpy as np

from lsm.readout import HoldOutRidge

__all__ = ["DelayLine", "LinearTaps"]


class LinearTaps:
    """Ridge regression on the last rows of the input, in the form of an `LSMRegressor`.

    Parameters
    ----------
    n_taps : sequence of int
        How many rows; what does best on held samples is taken, if there are several. Before the
        start of a sample there is nothing.
    washout : int, default=0
        Rows at the start of each sample that are neither learnt from nor scored.
    n_held : int, default=1
        How many samples, the last ones, the number of rows is chosen on.
    """

    def __init__(self, n_taps, washout=0, n_held=1):
        self.n_taps, self.washout, self.n_held = n_taps, washout, n_held

    def fit(self, inputs, targets):
        """Choose the number of rows, then fit all samples."""
        self.n_taps_ = self.n_taps[0]
        if len(self.n_taps) > 1:
            self.n_taps_ = min(self.n_taps, key=lambda n: self._held_error(n, inputs, targets))
        return self._fit(self.n_taps_, inputs, targets)

    def _held_error(self, n_taps, inputs, targets):
        n_fit = len(inputs) - self.n_held
        said = self._fit(n_taps, inputs[:n_fit], targets[:n_fit]).predict(inputs[n_fit:])
        apart = [(a - b)[self.washout :] for a, b in zip(said, targets[n_fit:], strict=True)]
        return np.mean(np.concatenate(apart) ** 2)

    def _fit(self, n_taps, inputs, targets):
        self.liquid_ = DelayLine(n_taps)
        rows = [taps[self.washout :] for taps in self.liquid_.trajectory(inputs)]
        known = [target[self.washout :] for target in targets]
        self.readout_ = HoldOutRidge().fit(np.concatenate(rows), np.concatenate(known))
        return self

    def predict(self, inputs):
        """Return a list of predictions."""
        return [self.readout_.predict(taps) for taps in self.liquid_.trajectory(inputs)]


class DelayLine:
    """Keeps the last rows of the input, as a liquid's `trajectory` and `stream` do its state."""

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
        """Start a run that goes on row by row."""
        return _TapStream(np.zeros((row.n_channels, self.n_taps)))


class _TapStream:
    def __init__(self, past):
        self.past = past

    def step(self, row):
        self.past = np.column_stack([row.to_dense(0)[0], self.past[:, :-1]])
        return self.past
