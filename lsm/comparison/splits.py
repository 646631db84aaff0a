"""Folds on which models are compared: splits by sample or by group, or by time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.model_selection import GroupKFold, StratifiedGroupKFold, check_cv
from sklearn.utils import check_consistent_length

from .._typing import ArrayLike, Samples
from ..estimators.cross_validation import first_rows, splits_by_time
from ..samples import n_rows_of

__all__ = ["Fold", "folds_by_sample", "folds_by_time"]

N_FOLDS = 5


@dataclass(frozen=True)
class Fold:
    """Samples to fit and samples to score.

    Attributes
    ----------
    X, y : object
        Samples and targets to fit.
    X_test, y_test : object
        Samples and targets to score.
    test_share : float
        Number of samples or rows to score over the number of those to fit.
    """

    X: Any
    y: Any
    X_test: Any
    y_test: Any
    test_share: float


def folds_by_sample(
    X: Samples, y: ArrayLike, cv: Any, groups: ArrayLike | None, *, stratified: bool
) -> list[Any]:
    """Return folds whose samples, or groups of samples, are either fitted or scored.

    Parameters
    ----------
    X : samples
        Samples.
    y : array or list
        A target, or an array of targets at rows, for each of them.
    cv : int, splitter, iterable of (train, test) or None
        None is five folds, or as many as there are groups or samples if they are fewer.
    groups : array of shape (n_samples,) or None
        Groups that no fold may tear apart.
    stratified : bool
        Whether folds are to have equal shares of the classes.

    Returns
    -------
    folds : list of Fold

    Raises
    ------
    ValueError
        If samples of one group are both fitted and scored.
    """
    index = np.zeros(len(y))
    labels = y if stratified else index
    if groups is not None:
        groups = np.asarray(groups)
        check_consistent_length(index, groups)
    if groups is not None and (cv is None or isinstance(cv, int)):
        n_folds = min(N_FOLDS, len(np.unique(groups))) if cv is None else cv
        cv = (StratifiedGroupKFold if stratified else GroupKFold)(n_folds)
    elif cv is None:
        cv = N_FOLDS if stratified else min(N_FOLDS, len(y))
    splits = list(check_cv(cv, labels, classifier=stratified).split(index, labels, groups))
    for train, test in splits:
        if groups is not None and (torn := np.intersect1d(groups[train], groups[test])).size:
            raise ValueError(
                f"cv puts samples of group {torn[0]} into both parts of a split: pass a splitter "
                "that keeps groups, such as GroupKFold(5), or cv=None"
            )
    return [
        Fold(_take(X, train), _take(y, train), _take(X, test), _take(y, test),
             len(test) / len(train))
        for train, test in splits
    ]  # fmt: skip


def folds_by_time(X: Samples, y: Sequence[ArrayLike], cv: Any, *, labels: bool) -> list[Any]:
    """Return folds of which the first rows of each sample are fitted, and later rows scored.

    The rows before those to score are run again, so that the liquid has its state; their targets
    are missing, which leaves them out of the score.

    Parameters
    ----------
    X : sequence of samples
        Samples.
    y : list of arrays of shape (T_i, ...)
        Targets at rows.
    cv : int, splitter or None
        Splits of the rows; None is TimeSeriesSplit(5).
    labels : bool
        Whether targets are labels rather than numbers.

    Returns
    -------
    folds : list of Fold
    """
    folds = []
    for fitted, predicted in splits_by_time(N_FOLDS if cv is None else cv, n_rows_of(X)):
        ends = [(i, rows[-1] + 1) for i, rows in predicted]
        y_test = [_only(y[i], rows, labels) for i, rows in predicted]
        folds.append(Fold(
            first_rows(X, fitted), [y[i][:stop] for i, stop in fitted], first_rows(X, ends),
            y_test, sum(len(rows) for _, rows in predicted) / sum(stop for _, stop in fitted),
        ))  # fmt: skip
    return folds


def _only(y, rows, labels):
    """Return the targets up to the last of some rows, missing at other rows."""
    known = np.full((rows[-1] + 1, *y.shape[1:]), None if labels else np.nan)
    known[rows] = y[rows]
    return known


def _take(values, index):
    """Return some samples, or targets of samples."""
    if isinstance(values, list | tuple):
        return [values[i] for i in index]
    return values.iloc[index] if hasattr(values, "iloc") else values[index]
