"""Ridge regression on counts in windows, against scikit-learn and against leaving samples out."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import LeaveOneOut, cross_val_predict
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import Liquid, Snapshots
from lsm.readout import WindowedRidge, WindowedRidgeClassifier
from tests.helpers.samples import spike_samples

ALPHAS = (1e-4, 1e-2, 1.0)


@parametrize_with_checks([WindowedRidge(), WindowedRidgeClassifier()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def counts(n=40, n_windows=4, n_neurons=6, seed=0):
    return np.random.default_rng(seed).poisson(3.0, (n, n_windows, n_neurons)).astype(float)


def early_and_late(n=40, **shape):
    X = counts(n, **shape)
    half = X.shape[1] // 2
    y = X[:, :half].sum(axis=(1, 2)) - X[:, half:].sum(axis=(1, 2))
    return X.reshape(n, -1), y + np.random.default_rng(1).normal(size=n)


@pytest.mark.parametrize("n", [15, 60])  # more and fewer features than samples
def test_the_fit_is_that_of_ridge_on_counts_in_the_partition(n):
    X, y = early_and_late(n)
    model = WindowedRidge(4, [(1, 2)], root=True, alphas=[0.01]).fit(X, y)
    fine = X.reshape(n, 4, 6)
    whole, halves = fine.sum(axis=1), fine.reshape(n, 2, 2, 6).sum(axis=2)
    features = np.sqrt(np.hstack([whole, halves.reshape(n, -1)]))
    penalty = 0.01 * ((features - features.mean(axis=0)) ** 2).sum()
    theirs = Ridge(alpha=penalty).fit(features, y)
    np.testing.assert_allclose(model.predict(X), theirs.predict(features))
    np.testing.assert_allclose(model.coef_[0], theirs.coef_, atol=1e-10)


@pytest.mark.parametrize("n", [15, 60])
def test_the_error_is_that_of_leaving_out_each_sample(n):
    X, y = early_and_late(n)
    model = WindowedRidge(4, [(4,)], root=False, alphas=[0.003, 0.1]).fit(X, y)
    for error, alpha in zip(model.errors_[0], (0.003, 0.1), strict=True):
        penalty = alpha * ((X - X.mean(axis=0)) ** 2).sum()
        left_out = cross_val_predict(Ridge(alpha=penalty), X, y, cv=LeaveOneOut())
        assert error == pytest.approx(((left_out - y) ** 2).mean())


def test_windows_of_a_liquid_add_up():
    X = spike_samples()
    fine, coarse = (
        Liquid(30, snapshots=Snapshots(n=n), random_state=0).fit_transform(X).toarray()
        for n in (8, (1, 2, 4))
    )
    y = np.arange(len(X)) % 2
    chosen = WindowedRidgeClassifier(8, [(1, 2, 4)], root=True).fit(fine, y)
    given = WindowedRidgeClassifier(1, root=True).fit(coarse, y)
    np.testing.assert_allclose(chosen.decision_function(fine), given.decision_function(coarse))


def test_the_data_choose_the_windows():
    X, y = early_and_late(80)
    model = WindowedRidge(4, root=False).fit(X, y)
    assert model.partition_ == (2,)
    assert model.errors_.shape == (5, 10)
    assert model.errors_.min() == model.errors_[1].min()
    total = X.sum(axis=1) + np.random.default_rng(1).normal(size=80)
    assert WindowedRidge(4, root=False).fit(X, total).partition_ == (1,)
    again = WindowedRidge(4, root=False).fit(X, y)
    np.testing.assert_array_equal(again.coef_, model.coef_)


def test_partitions_are_compared_on_some_of_many_samples():
    X, y = early_and_late(900)
    model = WindowedRidge(4, root=False, alphas=[1e-3]).fit(X, y)
    some = np.linspace(0, 899, 500).astype(int)
    few = WindowedRidge(4, root=False, alphas=[1e-3]).fit(X[some], y[some])
    np.testing.assert_allclose(model.errors_, few.errors_)
    whole = WindowedRidge(4, [model.partition_], root=False, alphas=[1e-3]).fit(X, y)
    np.testing.assert_allclose(model.coef_, whole.coef_)


@pytest.mark.parametrize(
    "model", [WindowedRidge(4, alphas=ALPHAS), WindowedRidge(4, [(2,)], alphas=ALPHAS)]
)
def test_weights_are_copies_and_zero_is_absence(model):
    X, y = early_and_late(30)
    weights = np.random.default_rng(2).integers(0, 4, 30)
    weighted = model.fit(X, y, sample_weight=weights).predict(X)
    errors = model.errors_
    copies = np.repeat(np.arange(30), weights)
    np.testing.assert_allclose(model.fit(X[copies], y[copies]).predict(X), weighted, atol=1e-8)
    np.testing.assert_allclose(model.errors_, errors, rtol=1e-6)
    small = model.fit(X, y, sample_weight=weights / weights.sum())  # a sample is left out as one
    assert np.isfinite(small.errors_).all()


def test_classes_and_labels():
    X = counts(60).reshape(60, -1)
    y = np.where(X[:, 0] > X[:, 1], "a", np.where(X[:, 2] > 3, "b", "c"))
    model = WindowedRidgeClassifier(4).fit(X, y)
    assert model.decision_function(X).shape == (60, 3)
    assert model.score(X, y) > 0.7
    two = WindowedRidgeClassifier(4).fit(X, y == "a")
    assert two.decision_function(X).shape == (60,)
    np.testing.assert_array_equal(two.predict(X), two.decision_function(X) > 0)
    one = WindowedRidgeClassifier(4).fit(X, np.full(60, "a"))  # as RidgeClassifier
    assert set(one.predict(X)) == {"a"}
    labels = np.c_[X[:, 0] > X[:, 1], X[:, 2] > 3].astype(int)
    assert WindowedRidgeClassifier(4).fit(X, labels).predict(X).shape == (60, 2)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_windows": 5}, "WindowedRidge.n_windows=5 does not divide the 24 columns"),
        ({"n_windows": 4, "partitions": [(3,)]}, "partitions must hold divisors of n_windows=4"),
        ({"n_windows": 4, "partitions": []}, "partitions must hold partitions"),
        ({"alphas": [0.0]}, "WindowedRidge.alphas must be a finite number > 0"),
        ({"alphas": []}, "WindowedRidge.alphas must not be empty"),
    ],
)
def test_invalid_parameters_are_named(params, message):
    X, y = early_and_late()
    with pytest.raises(ValueError, match=message):
        WindowedRidge(**params).fit(X, y)


def test_roots_need_counts():
    X, y = early_and_late()
    with pytest.raises(ValueError, match="WindowedRidge.root needs counts, got -[0-9]+: set"):
        WindowedRidge(4).fit(X - 5, y)
