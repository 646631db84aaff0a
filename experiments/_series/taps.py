"""Ridge regression on the last rows of the input, without a network: controls of a liquid."""

import numpy as np
from sklearn.base import BaseEstimator, clone

from lsm import RandomFeatures
from lsm.pooled import Pooled
from lsm.readout import HoldOutRidge

__all__ = ["TapRegression", "make_linear_taps", "make_static"]


def make_linear_taps(n_taps, washout=0, n_held=1):
    """Make an unfitted linear regression on the last rows; as :class:`TapRegression`."""
    return TapRegression(Pooled(tau=None), n_taps, washout, n_held)


def make_static(n_units, n_taps, washout=0, n_held=1, *, random_state=None):
    """Make an unfitted regression on static random features of the last rows."""
    units = RandomFeatures(n_units, tau=None, random_state=random_state)
    return TapRegression(units, n_taps, washout, n_held)


class TapRegression(BaseEstimator):
    """Ridge regression on the last rows of the input, in the form of an `LSMRegressor`.

    Parameters
    ----------
    taps : Pooled or RandomFeatures
        The rows themselves, or random units that read them; unfitted.
    n_taps : sequence of int
        Numbers of rows, of which the one with the lowest error on samples held out is chosen.
        Before its start a sample is taken to have had its first row.
    washout : int, default=0
        Number of rows at the start of each sample that are neither fitted nor scored.
    n_held : int, default=1
        Number of samples that are held out to choose the number of rows, the last ones.
    """

    def __init__(self, taps, n_taps, washout=0, n_held=1):
        self.taps = taps
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
        self.liquid_ = clone(self.taps).set_params(n_taps=n_taps).fit(inputs)
        rows = [taps[self.washout :] for taps in self.liquid_.trajectory(inputs)]
        kept = [target[self.washout :] for target in targets]
        self.readout_ = HoldOutRidge().fit(np.concatenate(rows), np.concatenate(kept))
        return self

    def predict(self, inputs):
        """Return a list of predictions."""
        return [self.readout_.predict(taps) for taps in self.liquid_.trajectory(inputs)]
