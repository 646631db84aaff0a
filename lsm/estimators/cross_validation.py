"""Cross-validated predictions at rows, with splits by sample or by time."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.model_selection import TimeSeriesSplit, check_cv

from .._typing import Array, ArrayLike, Estimator, Samples
from .._validation import check_choice
from ..estimators.classifier import LSMClassifier
from ..estimators.regressor import LSMRegressor
from ..samples import as_samples, is_table, n_rows_of
from ..spikes import SpikeArray
from ..targets import as_rows

__all__ = ["cross_val_predict_rows", "first_rows", "splits_by_time"]


def cross_val_predict_rows(
    estimator: LSMClassifier | LSMRegressor | Estimator,
    X: Samples,
    y: Sequence[Any],
    *,
    by: str = "sample",
    cv: Any = 5,
    groups: ArrayLike | None = None,
    method: str = "predict",
) -> list[Array]:
    """Predict every row by a model that was not fitted on it.

    Parameters
    ----------
    estimator : LSMClassifier, LSMRegressor or pipeline that ends with one
        Clones of it are fitted.
    X : SpikeArray, sequence of (T_i, n_channels) arrays or 3-D array
        Samples; a single series goes into a list.
    y : sequence of arrays of shape (T_i,) or (T_i, n_outputs)
        Targets at rows.
    by : {"sample", "time"}, default="sample"
        "sample": a model is fitted on some samples and predicts others. "time": a model is fitted
        on the first rows of all samples and predicts later ones.
    cv : int or splitter of scikit-learn, default=5
        Splits of the samples, or of the rows of each sample: the number of folds, or an object
        such as `GroupKFold(5)`, or `TimeSeriesSplit(5, gap=10)` for `by="time"`.
    groups : array of shape (n_samples,), optional
        Groups of the samples for `cv`, such as speakers.
    method : {"predict", "predict_proba", "decision_function"}, default="predict"
        Method of the estimator.

    Returns
    -------
    y_pred : list of arrays of shape (T_i, ...)
        Rows that no split predicts, such as the first ones of `by="time"`, are NaN, or None for
        labels.

    Raises
    ------
    ValueError
        If X is a table, or the rows of a split by time are no piece of time.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import Liquid, LSMRegressor, cross_val_predict_rows
    >>> u = np.random.default_rng(0).uniform(-1, 1, (400, 1))
    >>> model = LSMRegressor(Liquid(50, random_state=0), washout=10)
    >>> y_pred = cross_val_predict_rows(model, [u], [np.roll(u[:, 0], 1)], by="time", cv=3)
    >>> y_pred[0].shape, np.isnan(y_pred[0]).sum()
    ((400,), np.int64(100))
    """
    check_choice("by", by, ("sample", "time"))
    check_choice("method", method, ("predict", "predict_proba", "decision_function"))
    if not hasattr(estimator, "fit") or not hasattr(estimator, method):
        raise TypeError(f"estimator must have fit and {method}, got {estimator!r:.200}")
    X = as_samples(X)
    if is_table(X):
        raise ValueError(
            "X is a table, which has no rows: pass a series as [X], and its targets as [y]"
        )
    y, n_rows = as_rows(X, y), n_rows_of(X)
    if by == "time":
        splits = splits_by_time(cv, n_rows)
    else:
        splits = _splits_by_sample(check_cv(cv), n_rows, groups)
    y_pred: list[Any] = [None] * len(y)
    for fitted, predicted in splits:
        model = clone(estimator).fit(first_rows(X, fitted), [y[i][:stop] for i, stop in fitted])
        ends = [(i, rows.max() + 1) for i, rows in predicted]
        outputs = getattr(model, method)(first_rows(X, ends))
        for (i, rows), output in zip(predicted, outputs, strict=True):
            if y_pred[i] is None:
                is_label = is_classifier(estimator) and method == "predict"
                fill = None if is_label else np.nan
                y_pred[i] = np.full((n_rows[i], *output.shape[1:]), fill)
            y_pred[i][rows] = output[rows]
    return y_pred


def _splits_by_sample(cv, n_rows, groups):
    """Yield (sample, n_rows) of the samples to fit, and (sample, rows) of those to predict."""
    for train, test in cv.split(n_rows, groups=groups):
        yield [(i, n_rows[i]) for i in train], [(i, np.arange(n_rows[i])) for i in test]


def splits_by_time(cv: Any, n_rows: ArrayLike) -> Iterator[Any]:
    """Yield the pieces of each split by time.

    Parameters
    ----------
    cv : int or splitter of scikit-learn
        Number of folds of a TimeSeriesSplit, or a splitter of the rows.
    n_rows : int array of shape (n_samples,)
        Number of rows of each sample.

    Yields
    ------
    fitted : list of (sample, stop)
        First rows, to fit.
    predicted : list of (sample, rows)
        Later rows, to predict.

    Raises
    ------
    ValueError
        If the rows of a split are no piece of time.
    """
    if isinstance(cv, int):
        cv = TimeSeriesSplit(cv)
    if isinstance(cv, str) or not hasattr(cv, "split"):
        raise ValueError(
            f"cv must be a number of folds or a splitter such as TimeSeriesSplit(5), got {cv!r:.80}"
        )
    for parts in zip(*[cv.split(np.zeros(n)) for n in n_rows], strict=True):
        for train, test in parts:
            if train.min() > 0 or len(train) <= train.max() or train.max() >= test.min():
                raise ValueError(
                    f"cv must fit the first rows of a sample and predict later ones, got {cv!r}: "
                    "pass TimeSeriesSplit()"
                )
        fitted = [(i, train.max() + 1) for i, (train, _) in enumerate(parts)]
        yield fitted, [(i, test) for i, (_, test) in enumerate(parts)]


def first_rows(X: Samples, ends: Any) -> Any:
    """Return the first rows of some samples, from pairs of a sample's index and its end."""
    if isinstance(X, SpikeArray):
        samples, stops = zip(*ends, strict=True)
        return X.pieces(samples, np.zeros(len(samples), dtype=int), stops)
    return [X[i][:stop] for i, stop in ends]
