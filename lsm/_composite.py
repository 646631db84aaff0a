"""What the estimators of liquid and readout share."""

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted

from ._parts import PartsMixin
from ._samples import is_stepwise
from ._validation import check_integer

__all__ = ["LSM", "readout_has"]


def readout_has(method):
    """Return a condition of `available_if`: that the readout has a method."""

    def check(self):
        readout = self.readout_ if hasattr(self, "readout_") else self.part("readout")
        getattr(readout, method)
        return True

    return check


class LSM(PartsMixin, BaseEstimator):
    """Liquid and readout, with one target a sample or one at every row."""

    _part_methods = {"liquid": "trajectory", "readout": "predict"}

    def _check(self, X, y):
        self.check_parts()
        check_integer(f"{type(self).__name__}.washout", self.washout, 0)
        check_consistent_length(X, y)

    def _fit(self, X, y, reward):
        self._check(X, y)
        self.stepwise_ = is_stepwise(y)
        self.liquid_ = clone(self.part("liquid"))
        if self.stepwise_:
            spikes = self.liquid_._spikes(X, reset=True)
            targets = self._rows_of(y, spikes)  # refused before anything runs
            self.liquid_.fit(spikes, reward=reward)
            states, targets = self._teach(spikes, targets)
        else:
            states, targets = self.liquid_.fit(X, reward=reward).transform(X), y
        if not getattr(self, "readout_is_taught_", False):
            self.readout_ = clone(self.part("readout")).fit(states, targets)

    def _teach(self, spikes, targets):
        """Return states and targets of the rows to learn from."""
        keep = self._kept(spikes)
        return self.liquid_._read_rows(spikes)[keep], targets[keep]

    def _spikes(self, X):
        return self.liquid_._spikes(X, reset=False)

    def _kept(self, spikes):
        """Tell which rows of all samples come after the washout."""
        row = np.concatenate([np.arange(n) for n in spikes.durations])
        if self.washout >= spikes.durations.min():
            raise ValueError(
                f"{type(self).__name__}.washout of {self.washout} rows leaves nothing of a "
                f"sample of {spikes.durations.min()}"
            )
        return row >= self.washout

    def _rows_of(self, y, spikes):
        """Join the targets of all samples, and check them against the rows of the input."""
        y = [np.asarray(part) for part in y]
        for sample, (part, n) in enumerate(zip(y, spikes.durations, strict=True)):
            if len(part) != n or part.shape[1:] != y[0].shape[1:]:
                raise ValueError(
                    f"y[{sample}] must have a target for each of the {n} rows of X[{sample}], "
                    f"like y[0] of shape {y[0].shape}, got shape {part.shape}"
                )
        return np.concatenate(y)

    def _predict(self, X, method="predict"):
        check_is_fitted(self, "liquid_")
        if not self.stepwise_:
            states = self.liquid_.transform(X)
            return getattr(self.readout_, method)(states)
        spikes = self._spikes(X)
        said = getattr(self.readout_, method)(self.liquid_._read_rows(spikes))
        return np.split(said, np.cumsum(spikes.durations)[:-1])

    def _score(self, X, y, metric, **params):
        """Compare predictions and targets of all rows after the washout."""
        spikes = self._spikes(X)
        keep = self._kept(spikes)
        weight = params.pop("sample_weight", None)
        if weight is not None:
            params["sample_weight"] = np.repeat(weight, spikes.durations)[keep]
        said = np.concatenate(self.predict(X))
        return metric(self._rows_of(y, spikes)[keep], said[keep], **params)

    @property
    def n_features_in_(self):
        """Number of input channels."""
        return self.liquid_.n_features_in_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.three_d_array = True
        return tags
