"""Scorers of predictions at rows."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lsm import Liquid, LSMClassifier, LSMRegressor, row_scorer
from lsm.encoding import PerRow

pytestmark = pytest.mark.filterwarnings("ignore:the liquid")


def liquid():
    return Liquid(50, random_state=0)


def test_scorers_of_rows_serve_searches():
    X = [np.random.default_rng(i).normal(size=(60 + i, 2)) for i in range(9)]
    y = [np.cumsum(x[:, 0]) for x in X]
    model = LSMRegressor(liquid())
    scorer = row_scorer("neg_mean_absolute_error")
    search = GridSearchCV(model, {"washout": [0, 5, 10]}, cv=3, scoring=scorer).fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    fitted = model.fit(X, y)
    errors = np.concatenate([np.abs(a - b) for a, b in zip(fitted.predict(X), y, strict=True)])
    assert scorer(fitted, X, y) == pytest.approx(-errors.mean())
    labels = [(part > 0).astype(int) for part in y]
    classifier = LSMClassifier(liquid(), LogisticRegression())
    for name in ("f1_macro", "roc_auc", "neg_log_loss"):
        scores = cross_val_score(classifier, X, labels, cv=KFold(3), scoring=row_scorer(name))
        assert np.isfinite(scores).all()
    with pytest.raises(TypeError, match="row_scorer is for LSMClassifier"):
        row_scorer("r2")(Ridge().fit([[0.0]], [0.0]), X, y)


def test_a_scorer_takes_weights_missing_targets_and_steps_before_the_model():
    X = [np.random.default_rng(i).normal(size=(60, 2)) for i in range(4)]
    y = [np.cumsum(x[:, 0]) for x in X]
    y[0][::3] = np.nan
    model = make_pipeline(PerRow(StandardScaler()), LSMRegressor(liquid(), washout=7)).fit(X, y)
    y_pred, weights = model.predict(X), [np.arange(60.0) for _ in X]
    known = [np.isfinite(part) & (np.arange(60) >= 7) for part in y]
    errors = [np.abs(a - b)[k] for a, b, k in zip(y, y_pred, known, strict=True)]
    parts = [w[k] for w, k in zip(weights, known, strict=True)]
    expected = np.average(np.concatenate(errors), weights=np.concatenate(parts))
    found = row_scorer("neg_mean_absolute_error")(model, X, y, sample_weight=weights)
    assert found == pytest.approx(-expected)


def test_rows_are_scored_where_fit_had_targets_at_rows():
    X, y = np.random.default_rng(0).normal(size=(6, 40, 2)), np.arange(6.0)
    model = LSMRegressor(liquid()).fit(X, y)
    with pytest.raises(ValueError, match="rows are scored where fit had a target at every row"):
        row_scorer("r2")(model, X, y)
    missing = [np.r_[np.zeros(7), np.full(33, np.nan)]] * 6
    with pytest.raises(ValueError, match="y has no target after the washout: every one is NaN"):
        LSMRegressor(liquid(), washout=7).fit(list(X), missing)
