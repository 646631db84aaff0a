"""Base of the estimators of liquid and readout."""

from contextlib import nullcontext

import numpy as np
from sklearn.base import clone
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted

from .._parts import Composite, all_or_nothing
from .._validation import check_integer
from ..liquid import Liquid
from ..samples import RowTargets, has_row_targets, is_table, split_rows
from .online import OnlineRun

__all__ = ["LSM", "readout_has"]


def readout_has(method):
    """Return a condition of `available_if`: the readout has a method of this name."""

    def check(self):
        readout = self.readout_ if hasattr(self, "readout_") else self._part("readout")
        getattr(readout, method)
        return True

    return check


class LSM(Composite):
    """Liquid and readout, with one target a sample or one at every row.

    Parameters
    ----------
    liquid : Liquid or "auto"
        The liquid; a clone of it is fitted.
    readout : estimator or "auto"
        The readout; a clone of it is fitted on the liquid's states.
    washout : int
        With targets at rows: rows at the start of each sample that are neither learnt from nor
        scored.
    """

    _parts = {"liquid": Liquid}
    _part_methods = {"liquid": "trajectory", "readout": "predict"}
    _numeric = False  # whether targets must be finite numbers

    def __init__(self, liquid, readout, washout):
        self.liquid = liquid
        self.readout = readout
        self.washout = washout

    def _check(self, X, y):
        self._check_parts()
        check_integer(f"{type(self).__name__}.washout", self.washout, 0)
        check_consistent_length(X, y)

    def _fit(self, X, y, reward):
        self._check(X, y)
        self.liquid_, self.readout_ = clone(self._part("liquid")), clone(self._part("readout"))
        self._online = OnlineRun(has_learnt=True)
        if not has_row_targets(y):
            self.targets_ = "sample"
            states = self.liquid_.fit(X, reward=reward).transform(X)
            self.readout_.fit(states, y)
            return
        spikes, targets = self._begin_rows(X, y)
        after_washout = self._after_washout(spikes)
        # A table keeps the names of its columns, which a SpikeArray has not.
        self.liquid_.fit(X if is_table(X) else spikes, reward=reward)
        self._fit_rows(spikes, targets, after_washout)

    def _begin_rows(self, X, y):
        """Validate and convert samples and targets at rows, before anything runs."""
        self.targets_, self._form = "row", RowTargets.of(y)
        spikes = self.liquid_.to_spikes(X)
        return spikes, self._form.join(y, spikes, numeric=self._numeric)

    def _fit_rows(self, spikes, targets, after_washout):
        """Fit the readout on the states at rows."""
        states = self.liquid_.simulator_.rows(spikes)
        self.readout_.fit(states[after_washout], targets[after_washout])

    def _after_washout(self, spikes):
        """Return which rows of all samples come after the washout, a bool array (n_rows,)."""
        shortest = spikes.n_rows.min()
        if self.washout >= shortest:
            raise ValueError(
                f"{type(self).__name__}.washout of {self.washout} rows leaves nothing of a "
                f"sample of {shortest} rows: lower it"
            )
        return np.concatenate([np.arange(n) for n in spikes.n_rows]) >= self.washout

    def _partial_fit(self, X, y, **first_call):
        """Continue a stream with its next piece; `first_call` goes to the readout's first one."""
        if not has_row_targets(y) or len(y) != 1 or len(X) != 1:
            raise ValueError(
                "partial_fit takes a stream piece by piece: X and y must be lists of one array, "
                "with a target at every row"
            )
        is_first = not hasattr(self, "liquid_")
        with all_or_nothing(self) if is_first else nullcontext():
            if is_first:
                self._begin(X, y)
            if self.targets_ != "row":
                raise ValueError("a stream has a target at every row, but fit had one a sample")
            spikes = self.liquid_.to_spikes(X)
            targets = self._form.join(y, spikes, numeric=self._numeric)
            self._check_piece(targets, first_call)
            return self._online.learn(
                spikes, targets, self.liquid_.simulator_, self.readout_, washout=self.washout,
                closed_loop=self._loop_for(targets), first_call=first_call,
            )  # fmt: skip

    def _check_piece(self, targets, first_call):
        """Validate the targets of a piece of a stream, before the liquid runs."""

    def _begin(self, X, y):
        """Fit the liquid on the first piece of a stream; the readout has learnt nothing yet."""
        self._check(X, y)
        self.liquid_, self.readout_ = clone(self._part("liquid")), clone(self._part("readout"))
        self._online = OnlineRun(has_learnt=False)
        spikes, targets = self._begin_rows(X, y)
        self.liquid_.fit(spikes)
        return spikes, targets

    def _loop_for(self, targets):
        """Return the closed loop of a stream; None without feedback."""
        return None

    def _predict(self, X, method="predict"):
        check_is_fitted(self, "liquid_")
        if self.targets_ == "sample":
            return getattr(self.readout_, method)(self.liquid_.transform(X))
        spikes = self.liquid_.to_spikes(X)
        outputs = getattr(self.readout_, method)(self.liquid_.simulator_.rows(spikes))
        return split_rows(outputs, spikes)

    def _score_rows(self, X, y, y_pred, metric, sample_weight=None):
        """Compare targets and predictions of all rows after the washout."""
        spikes = self.liquid_.to_spikes(X)
        keep = self._after_washout(spikes)
        if sample_weight is not None:
            sample_weight = np.repeat(sample_weight, spikes.n_rows)[keep]
        y_true = self._form.join(y, spikes, numeric=self._numeric)[keep]
        return metric(y_true, np.concatenate(y_pred)[keep], sample_weight=sample_weight)

    @property
    def n_features_in_(self):
        """Number of input channels."""
        return self.liquid_.n_features_in_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.three_d_array = True
        return tags
