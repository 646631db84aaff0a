"""Cross-validation of a model and its controls on the same folds."""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.metrics import get_scorer
from sklearn.pipeline import Pipeline

from .._typing import ArrayLike, Estimator, Samples
from ..estimators import LSMClassifier, LSMRegressor, row_scorer
from ..estimators.base import LSM
from ..measures import card
from ..samples import as_samples
from ..targets import resolve_targets
from .intervals import paired_difference
from .models import controls_of
from .result import Comparison
from .splits import folds_by_sample, folds_by_time
from .verdict import sentences

__all__ = ["compare"]


def compare(
    model: LSMClassifier | LSMRegressor | Estimator,
    X: Samples,
    y: ArrayLike,
    cv: Any = None,
    groups: ArrayLike | None = None,
    scoring: str | Callable[..., Any] | None = None,
) -> Comparison:
    """Compare a model with the same model without its liquid, or without parts of it.

    On the same folds are fitted and scored:

    - the model;
    - `without recurrence`: :func:`lsm.without_recurrence`;
    - `static random features`: :class:`~lsm.RandomFeatures` in the liquid's place, as many units
      as neurons, on the same channels, with the same windows and the same readout. There is no
      time and no neuron in it;
    - `no liquid`: the readout on the means of the encoded input in the same windows. With targets
      at rows it reads taps, the present and past rows of the input;
    - `majority class`, or the `mean` of the targets. For numbers at rows it is the `present
      input`: linear regression on the present row, which for a forecast is persistence with a
      fitted factor.

    A liquid is worth its time if it is better than all of these.

    Parameters
    ----------
    model : LSMClassifier, LSMRegressor, or pipeline with liquids and a readout
        Clones of it are fitted. Several liquids, as of a LiquidEnsemble, are all replaced.
    X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
        Samples, as of the model's `fit`.
    y : array of shape (n_samples,) or (n_samples, n_outputs), or list of arrays
        Targets, one a sample or one at every row, as of the model's `fit`.
    cv : int, splitter of scikit-learn, iterable or None, default=None
        Splits. None is five folds: stratified by class for one label a sample; of whole groups if
        there are `groups`; of whole samples for targets at rows. A single series with targets at
        rows is split by time, as by `TimeSeriesSplit(5)`.
    groups : array of shape (n_samples,), optional
        Groups of the samples, such as speakers. No group is both fitted and scored, so that
        intervals count groups and not their samples.
    scoring : str or callable, optional
        Scorer of scikit-learn; "accuracy" or "r2" by default. With targets at rows it is applied
        as by :func:`lsm.row_scorer`.

    Returns
    -------
    comparison : Comparison
        Table with paired differences, and a verdict. It prints as text, and shows as HTML in a
        notebook.

    Raises
    ------
    TypeError, ValueError
        If an argument is invalid, the model has no liquid or feedback, or `cv` tears groups apart.

    Notes
    -----
    Intervals are those of the corrected resampled t test [1]_, on the differences of two models
    fold by fold. They hold for any score and any kind of fold. With five folds they are wide;
    `cv=RepeatedStratifiedKFold(n_splits=5, n_repeats=4)` makes them narrower. For splits by time,
    whose training sets grow, they are approximate.

    A control that fails, because a step of the model refuses its values, is named in the verdict.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio (2003). Inference for the generalization error. Machine Learning
       52, 239-281.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import Liquid, LSMClassifier, compare
    >>> t = np.arange(60)[:, None]
    >>> y = np.arange(40) % 2
    >>> X = [np.sin(t / (3 + label) + i) for i, label in enumerate(y)]
    >>> comparison = compare(LSMClassifier(Liquid(100, random_state=0)), X, y)
    >>> print(comparison.table[["model", "score"]].round(1))
                         model  score
    0                    model    1.0
    1       without recurrence    1.0
    2   static random features    1.0
    3  no liquid, window means    1.0
    4           majority class    0.5
    """
    if not (is_classifier(model) or is_regressor(model)):
        raise TypeError(f"model must be a classifier or a regressor, got {model!r:.200}")
    X, y, rows = _targets(model, X, y)
    models = {"model": model, **controls_of(model, rows=rows)}
    scoring = scoring or ("accuracy" if is_classifier(model) else "r2")
    scorer = row_scorer(scoring) if rows else get_scorer(scoring)
    folds = _folds(model, X, y, rows, cv, groups)
    scores, seconds, failures, fitted = {}, {}, {}, None
    for name, unfitted in models.items():
        try:
            fits, scores[name], seconds[name] = _cross_validate(unfitted, folds, scorer)
        except (TypeError, ValueError) as error:
            if name == "model":
                raise
            scores[name], seconds[name] = np.full(len(folds), np.nan), np.nan
            failures[name] = error
        fitted = fitted or fits
    table = _table(scores, seconds, np.mean([fold.test_share for fold in folds]))
    verdict = (*sentences(table, failures), *_health(fitted, folds[-1].X_test))
    name = scoring if isinstance(scoring, str) else "score"
    return Comparison(table, verdict, pd.DataFrame(scores), name)


def _targets(model, X, y):
    """Return samples, targets, and whether these are targets at rows."""
    last = model[-1] if isinstance(model, Pipeline) else model
    if not isinstance(last, LSM):
        return as_samples(X), np.asarray(y), False
    X, y, form = resolve_targets(X, y, last.targets, type(last).__name__)
    return X, y, form is not None


def _folds(model, X, y, rows, cv, groups):
    if not rows or len(y) > 1:
        stratified = is_classifier(model) and not rows
        return folds_by_sample(X, y, cv, groups, stratified=stratified)
    if groups is not None:
        raise ValueError(
            "groups are for splits by sample, but X is one series, which is split by time: leave "
            "groups out"
        )
    return folds_by_time(X, y, cv, labels=is_classifier(model))


def _cross_validate(model, folds, scorer):
    """Return the model fitted on the last fold, the scores of all folds, and the time of one."""
    scores, seconds = [], []
    for fold in folds:
        start = time.perf_counter()
        fitted = clone(model).fit(fold.X, fold.y)
        scores.append(scorer(fitted, fold.X_test, fold.y_test))
        seconds.append(time.perf_counter() - start)
    # The median, since the first run of a kind of network compiles it.
    return fitted, np.array(scores, dtype=float), float(np.median(seconds))


def _table(scores, seconds, test_share):
    """Return a row for each model, with the difference from the first one."""
    table = []
    for name, values in scores.items():
        row = {"model": name, "score": values.mean()}
        row |= dict.fromkeys(("difference", "low", "high"), np.nan)
        if name != "model":
            row |= paired_difference(scores["model"], values, test_share)
        table.append(row | {"seconds": seconds[name]})
    return pd.DataFrame(table)


def _health(model, X):
    """Return what the card of the model's liquid says, if the model has one liquid."""
    try:
        return [f"The liquid: {sentence}" for sentence in card(model, X).advice]
    except TypeError:  # an ensemble, whose liquids have a card each
        return []
