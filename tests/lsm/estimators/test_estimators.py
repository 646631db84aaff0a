"""Liquid and readout in scikit-learn's tools, on ragged input."""

import pickle

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from lsm import Liquid, LSMClassifier, Snapshots, SpikeArray
from lsm.readout import WindowedRidgeClassifier


@pytest.fixture(scope="module")
def task():
    """Two classes that differ in when each half of the channels is active."""
    rng = np.random.default_rng(0)
    X, y = [], np.arange(40) % 2
    for label in y:
        n = rng.integers(60, 100)
        early = np.arange(n)[:, None] < n // 2
        first = np.arange(8) < 4
        X.append(rng.poisson(np.where((early == first) == label, 0.08, 0.02)))
    return X, y


def model():
    return LSMClassifier(Liquid(n_neurons=80, random_state=0, snapshots="auto"))


def test_cross_validation_on_lists_and_spike_arrays(task):
    X, y = task
    from_list = cross_val_score(model(), X, y, cv=4)
    from_packed = cross_val_score(model(), SpikeArray.from_dense(X), y, cv=4)
    np.testing.assert_array_equal(from_list, from_packed)
    assert from_list.mean() > 0.6


def test_more_snapshots_tell_the_halves_apart(task):
    X, y = task
    whole = cross_val_score(model().set_params(liquid__snapshots__n=1), X, y, cv=4).mean()
    halves = cross_val_score(model().set_params(liquid__snapshots__n=2), X, y, cv=4).mean()
    assert halves > whole + 0.15


def test_grid_search_reaches_nested_parameters_in_parallel(task):
    X, y = task
    grid = {"liquid__neurons__tau_m": [10.0, 30.0], "liquid__snapshots__n": [1, 2]}
    search = GridSearchCV(model(), grid, cv=3, n_jobs=2).fit(SpikeArray.from_dense(X), y)
    assert search.best_params_["liquid__snapshots__n"] == 2
    alone = GridSearchCV(model(), grid, cv=3).fit(X, y)
    np.testing.assert_array_equal(
        search.cv_results_["mean_test_score"], alone.cv_results_["mean_test_score"]
    )


def test_a_pipeline_may_hold_liquid_and_encoder(task):
    X, y = task
    pipeline = make_pipeline(
        FunctionTransformer(SpikeArray.from_dense), Liquid(n_neurons=60, random_state=0),
        RidgeClassifier(),
    )  # fmt: skip
    pipeline.set_params(liquid__neurons__tau_m=15.0)
    assert pipeline.fit(X, y).score(X, y) > 0.8
    again = pickle.loads(pickle.dumps(pipeline))
    np.testing.assert_array_equal(again.predict(X), pipeline.predict(X))


def test_the_composite_is_liquid_then_readout(task):
    X, y = task
    composite = model().fit(X, y)
    liquid = Liquid(n_neurons=80, snapshots=Snapshots(n=8), sparse_output=False, random_state=0)
    states = liquid.fit_transform(X).astype(float)
    by_hand = WindowedRidgeClassifier(n_windows=8).fit(states, y)
    np.testing.assert_array_equal(composite.decision_function(X), by_hand.decision_function(states))
    np.testing.assert_array_equal(composite.predict(X), by_hand.predict(states))


def test_the_readouts_methods_show_through(task):
    X, y = task
    assert not hasattr(model(), "predict_proba")
    logistic = LSMClassifier(Liquid(n_neurons=30, random_state=0), LogisticRegression())
    labels = np.where(y == 1, "late", "early")
    proba = logistic.fit(X, labels).predict_proba(X)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    assert set(logistic.predict(X)) <= {"late", "early"}
    assert logistic.n_features_in_ == 8


def test_wrong_lengths_and_targets_are_refused(task):
    X, y = task
    with pytest.raises(ValueError, match="X has .* samples, and y has targets of"):
        model().fit(X, y[:-1])
    with pytest.raises(ValueError, match="Unknown label type"):
        model().fit(X, np.linspace(0, 1, len(y)))
