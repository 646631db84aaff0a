"""Scorers for targets at rows, for scikit-learn's searches and cross-validations."""

from collections.abc import Callable
from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, is_classifier
from sklearn.metrics import get_scorer
from sklearn.pipeline import Pipeline

from .base import LSM

__all__ = ["row_scorer"]


def row_scorer(scoring: str | Callable[..., Any]) -> Callable[..., Any]:
    """Make a scorer of predictions at rows from any scorer of scikit-learn.

    scikit-learn's own scorers take one target a sample. With targets at rows they fail, and a
    search returns its first candidate. This scorer puts the rows of all samples one after the
    other, without those of the washout and those without a target.

    Parameters
    ----------
    scoring : str or callable
        Name of a scorer of scikit-learn, such as "f1_macro", or a scorer itself.

    Returns
    -------
    scorer : callable
        Takes an estimator, X and y; for `scoring=` of GridSearchCV and `cross_val_score`.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.model_selection import cross_val_score
    >>> from lsm import Liquid, LSMRegressor, row_scorer
    >>> X = [np.random.default_rng(i).normal(size=(60 + i, 2)) for i in range(6)]
    >>> y = [np.cumsum(x[:, 0]) for x in X]
    >>> model = LSMRegressor(Liquid(50, random_state=0))
    >>> scores = cross_val_score(model, X, y, cv=3, scoring=row_scorer("neg_mean_absolute_error"))
    >>> scores.shape
    (3,)
    """
    return _RowScorer(get_scorer(scoring))


class _RowScorer:
    """Scorer of predictions at rows, by a scorer of scikit-learn."""

    def __init__(self, scorer):
        self.scorer = scorer

    def __call__(self, estimator, X, y, sample_weight=None):
        """Return the score of a fitted model."""
        before, model = _split(estimator)
        X = X if before is None else before.transform(X)
        used, y_true, weights = model.scored_rows(X, y, sample_weight)
        kind = _Classes if is_classifier(model) else _Numbers
        params = {} if weights is None else {"sample_weight": weights}
        return self.scorer(kind(model, used), X, y_true, **params)


def _split(estimator):
    """Return the steps before the model, or None, and the model."""
    if isinstance(estimator, Pipeline):
        before = estimator[:-1] if len(estimator) > 1 else None
        estimator = estimator[-1]
    else:
        before = None
    if not isinstance(estimator, LSM):
        raise TypeError(
            "row_scorer is for LSMClassifier, LSMRegressor, and pipelines that end with one of "
            f"them, got {estimator!r:.200}"
        )
    return before, estimator


class _Rows(BaseEstimator):
    """Fitted model whose predictions are those for the scored rows."""

    def __init__(self, model, used):
        self.model = model
        self.used = used

    def _at_rows(self, outputs):
        stacked = isinstance(outputs, list) or len(outputs) != len(self.used)
        return (np.concatenate(outputs) if stacked else outputs)[self.used]

    def fit(self, X, y):
        """Do nothing: the model is fitted."""
        return self

    def predict(self, X):
        """Return the predictions for the scored rows."""
        return self._at_rows(self.model.predict(X))

    def __sklearn_is_fitted__(self):
        return True


class _Numbers(RegressorMixin, _Rows):
    """Regressor at rows."""


class _Classes(ClassifierMixin, _Rows):
    """Classifier at rows."""

    @property
    def classes_(self):
        """Labels."""
        return self.model.classes_

    def decision_function(self, X):
        """Return the scores of the scored rows."""
        return self._at_rows(self.model.decision_function(X))

    def predict_proba(self, X):
        """Return the probabilities of the scored rows."""
        return self._at_rows(self.model.predict_proba(X))
