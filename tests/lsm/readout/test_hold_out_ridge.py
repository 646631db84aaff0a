"""A ridge regression that chooses its penalty on the last rows, against scikit-learn's."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm.readout import HoldOutRidge

ALPHAS = (1e-4, 1e-2, 1.0, 100.0)


def rows(n=200, noise=1.0, seed=0):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, 30)) * rng.uniform(0.1, 5, 30) + rng.normal(size=30)
    return X, X[:, :2] @ [[1.0, 0.0], [0.0, 3.0]] + noise * rng.normal(size=(n, 2))


@parametrize_with_checks([HoldOutRidge()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_it_is_the_ridge_regression_that_does_best_on_the_last_rows(share):
    X, y = rows()
    n_fit = round((1 - share) * len(X))
    chosen = []
    for target in y.T:
        errors = []
        for alpha in ALPHAS:
            unit = X[:n_fit].var(axis=0).mean()
            ridge = Ridge(alpha * unit * n_fit).fit(X[:n_fit], target[:n_fit])
            errors.append(np.mean((ridge.predict(X[n_fit:]) - target[n_fit:]) ** 2))
        chosen.append(ALPHAS[np.argmin(errors)])
    ours = HoldOutRidge(ALPHAS, share).fit(X, y)
    np.testing.assert_array_equal(ours.alpha_, chosen)
    for k, alpha in enumerate(chosen):
        theirs = Ridge(alpha * X.var(axis=0).mean() * len(X)).fit(X, y[:, k])
        np.testing.assert_allclose(ours.coef_[k], theirs.coef_, rtol=1e-6, atol=1e-9)
        np.testing.assert_allclose(ours.predict(X)[:, k], theirs.predict(X), rtol=1e-6)
    flat = HoldOutRidge(ALPHAS, share).fit(X, y[:, 0])
    assert flat.predict(X).shape == (200,)
    np.testing.assert_allclose(flat.coef_, ours.coef_[0])


def test_neither_scale_nor_number_of_rows_changes_a_penalty():
    X, y = rows(400)
    once = HoldOutRidge(ALPHAS).fit(X, y)
    scaled = HoldOutRidge(ALPHAS).fit(1000 * X, y)
    np.testing.assert_allclose(scaled.predict(1000 * X), once.predict(X), rtol=1e-6)
    assert (HoldOutRidge((0.1,)).fit(np.tile(X, (3, 1)), np.tile(y, (3, 1))).alpha_ == 0.1).all()


def test_more_features_than_rows_and_silent_ones_are_taken():
    X, y = rows(20)
    X = np.hstack([X, np.zeros((20, 40))])
    fitted = HoldOutRidge().fit(X, y)
    assert np.isfinite(fitted.predict(X)).all()
    np.testing.assert_allclose(fitted.coef_[:, 30:], 0, atol=1e-9)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"alphas": (0.0,)}, "alphas must be a finite number > 0, got 0.0"),
        ({"alphas": ()}, r"alphas must be a sequence of numbers > 0, got \(\)"),
        ({"alphas": 1.0}, "alphas must be a sequence of numbers > 0, got 1.0"),
        ({"share": 1.0}, "share must be a finite number > 0 and < 1, got 1.0"),
    ],
)
def test_bad_parameters_are_named(params, message):
    with pytest.raises(ValueError, match=f"^HoldOutRidge.{message}"):
        HoldOutRidge(**params).fit(*rows())
