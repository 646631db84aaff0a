"""Recursive least squares against ridge regression."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm.readout import RLS


@parametrize_with_checks([RLS()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def test_recursive_least_squares_is_ridge_regression():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(80, 5)), rng.normal(size=(80, 2))
    ridge = Ridge(0.3, fit_intercept=False).fit(X, y)
    ours = RLS(alpha=0.3).fit(X[:50], y[:50]).partial_fit(X[50:], y[50:])
    np.testing.assert_allclose(ours.coef_, ridge.coef_, rtol=1e-8)
    np.testing.assert_allclose(ours.predict(X), ridge.predict(X), rtol=1e-8)
    weights = 0.9 ** np.arange(80)[::-1]
    forgetful = RLS(alpha=0.3, forget=0.9).fit(X, y)
    weighed = Ridge(0.3 * 0.9**80, fit_intercept=False).fit(X, y, sample_weight=weights)
    np.testing.assert_allclose(forgetful.coef_, weighed.coef_, rtol=1e-6)


@pytest.mark.parametrize("first", [1, 2])
def test_another_number_of_targets_is_refused(first):
    X = np.random.default_rng(0).normal(size=(60, 5))
    rls = RLS().fit(X, X[:, :first].squeeze())
    coef = rls.coef_.copy()
    for y in (X[:, :3], X[:, 0] if first == 2 else X[:, :2], X[:, :1]):
        with pytest.raises(
            ValueError, match="y must have targets of shape .* in each row as before"
        ):
            rls.partial_fit(X, y)
    with pytest.raises(ValueError, match="RLS.forget must be a finite number > 0 and <= 1, got -5"):
        rls.set_params(forget=-5).partial_fit(X, X[:, :first].squeeze())
    np.testing.assert_array_equal(rls.coef_, coef)


def test_coefficients_of_forgotten_features_stay_finite():
    rng = np.random.default_rng(0)
    X = np.c_[rng.normal(size=80_000), np.zeros(80_000)]
    X[-50:, 1] = rng.normal(size=50)  # a neuron that wakes up late
    rls = RLS(1.0, 0.99).fit(X[:-50], X[:-50, 0])
    np.testing.assert_allclose(rls.coef_, [1, 0], atol=1e-9)
    rls.partial_fit(X[-50:], X[-50:] @ [1.0, 3.0])
    np.testing.assert_allclose(rls.coef_, [1, 3], atol=1e-3)


def test_a_mask_of_another_length_is_refused():
    X = np.random.default_rng(0).normal(size=(6, 2))
    with pytest.raises(ValueError, match=r"learns must have shape \(6,\), got \(5,\)"):
        RLS().predict_and_learn(X, X[:, 0], np.ones(5, bool))


def naive(X, y, alpha, forget):
    """Recursive least squares as in the textbook, one row after the other."""
    coef, inverse = np.zeros((y.shape[1], X.shape[1])), np.eye(X.shape[1]) / alpha
    for state, target in zip(X, y, strict=True):
        direction = inverse @ state
        scale = 1 / (forget + state @ direction)
        coef -= scale * np.outer(coef @ state - target, direction)
        inverse = (inverse - scale * np.outer(direction, direction)) / forget
    return coef, inverse


@pytest.mark.parametrize(
    ("n_features", "forget"), [(3, 0.6), (3, 0.99), (70, 1.0), (70, 0.99), (130, 1.0)]
)
def test_terms_that_are_kept_apart_change_nothing(n_features, forget):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, n_features)), rng.normal(size=(200, 2))
    coef, inverse = naive(X, y, 0.3, forget)
    ours = RLS(alpha=0.3, forget=forget).fit(X, y)
    np.testing.assert_allclose(ours.coef_, coef, rtol=1e-10, atol=1e-10 * np.abs(coef).max())
    scale = np.abs(inverse).max()
    np.testing.assert_allclose(ours.correlation_.whole, inverse, rtol=1e-9, atol=1e-9 * scale)
    in_pieces = RLS(alpha=0.3, forget=forget)
    for start in range(0, 200, 30):
        in_pieces.partial_fit(X[start : start + 30], y[start : start + 30])
    np.testing.assert_array_equal(in_pieces.coef_, ours.coef_)
