"""The readout in two stages, against closed forms and scikit-learn."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, Ridge
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm.readout import ResidualRidge


def rows(n=400, n_inputs=3, n_states=20, seed=0):
    rng = np.random.default_rng(seed)
    u = rng.normal(size=(n, n_inputs))
    x = np.tanh(u @ rng.normal(size=(n_inputs, n_states))) + 0.1 * rng.normal(size=(n, n_states))
    return np.hstack([u, 50 + x]), u


OF_TIME = {
    "check_sample_weight_equivalence_on_dense_data": "the check shuffles rows, whose order is time"
}


@parametrize_with_checks([ResidualRidge()], expected_failed_checks=lambda _: OF_TIME)
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def test_a_linear_target_is_left_to_the_inputs():
    X, u = rows()
    readout = ResidualRidge(3).fit(X, 7 + u @ [1.0, -2.0, 3.0])
    np.testing.assert_allclose(readout.coef_, [1, -2, 3] + [0] * 20, atol=1e-6)
    assert readout.intercept_ == pytest.approx(7, abs=1e-5)


def test_without_states_it_is_a_regression_on_the_inputs():
    X, u = rows()
    y = u @ [1.0, 0.0, 2.0] + 0.3 * np.random.default_rng(1).normal(size=400)
    readout = ResidualRidge(3).fit(u, y)
    np.testing.assert_allclose(readout.coef_, LinearRegression().fit(u, y).coef_, atol=0.01)
    assert readout.alpha_.shape == (1,)
    assert readout.errors_[0, 0] == readout.errors_[0, 1]


@pytest.mark.parametrize("weighted", [False, True])
def test_the_second_stage_is_a_ridge_regression_of_residuals_on_residuals(weighted):
    X, u = rows()
    y = u[:, 0] + np.tanh(u @ [1.0, 1.0, -1.0])
    weights = np.linspace(0.1, 2.0, 400) if weighted else None
    readout = ResidualRidge(3, alphas=(0.1,)).fit(X, y, weights)
    assert readout.alpha_ == [0.1]
    w = np.ones(400) if weights is None else weights
    spread = np.average((u - np.average(u, axis=0, weights=w)) ** 2, axis=0, weights=w).mean()
    ridge = Ridge(readout.input_alpha_ * spread * w.sum())
    first, states = clone(ridge).fit(u, y, w), clone(ridge).fit(u, X[:, 3:], w)
    left = X[:, 3:] - states.predict(u)
    variance = np.average(left**2, axis=0, weights=w)
    scaled = left / np.sqrt(np.maximum(variance, 0.01 * variance.mean()))
    second = Ridge(0.1 * w.sum(), fit_intercept=False).fit(scaled, y - first.predict(u), w)
    expected = first.predict(u) + second.predict(scaled)
    np.testing.assert_allclose(readout.predict(X), expected, atol=1e-4)


def test_the_number_of_inputs_is_that_of_the_smallest_error():
    rng = np.random.default_rng(0)
    u = rng.normal(size=(300, 60))
    y = u[:, :4] @ [1.0, 1.0, 1.0, 1.0] + rng.normal(size=300)
    assert ResidualRidge((1, 4, 60)).fit(u, y).n_inputs_ == 4


def test_useless_states_are_left_out_and_each_target_has_its_own_penalty():
    X, u = rows()
    noise = np.random.default_rng(1).normal(size=400)
    y = np.stack([u[:, 0] + noise, np.tanh(u @ [1.0, 1.0, -1.0])], axis=1)
    readout = ResidualRidge(3).fit(X, y)
    assert readout.alpha_[0] > 1
    assert np.isfinite(readout.alpha_[1])
    assert readout.errors_[1, 1] < 0.5 * readout.errors_[1, 0]
    assert (readout.errors_[:, 1] <= readout.errors_[:, 0]).all()


def test_rows_of_no_weight_do_not_count():
    X, u = rows()
    y = u[:, 0] + np.tanh(u[:, 1])
    wrong, weights = y.copy(), np.ones(400)
    wrong[::5], weights[::5] = 1e3, 0.0
    ours = ResidualRidge(3).fit(X, wrong, weights)
    np.testing.assert_allclose(ours.coef_, ResidualRidge(3).fit(X, y, weights).coef_, atol=1e-6)


def test_a_state_that_rests_while_learning_cannot_wreck_a_prediction():
    X, u = rows()
    X[:, 5] = 0
    X[10, 5] = 1e-7
    readout = ResidualRidge(3).fit(X, np.tanh(u @ [1.0, 1.0, -1.0]))
    X[:, 5] = 1.0
    assert np.abs(readout.predict(X)).max() < 5


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_inputs": 0}, r"ResidualRidge.n_inputs must be an integer >= 1, got 0"),
        ({"n_inputs": ()}, "a sequence of them"),
        ({"n_inputs": 30}, "at most the 23 columns of X, got 30: lower it"),
        ({"alphas": (0.0,)}, "ResidualRidge.alphas must be a finite number > 0"),
        ({"alphas": 1.0}, "a sequence of numbers > 0"),
    ],
)
def test_invalid_parameters_are_named(params, message):
    X, u = rows()
    with pytest.raises(ValueError, match=message):
        ResidualRidge(**params).fit(X, u[:, 0])


@pytest.mark.parametrize(
    "weights", [np.ones(3), -np.ones(400), np.zeros(400), np.full(400, np.nan)]
)
def test_invalid_weights_are_refused(weights):
    X, u = rows()
    with pytest.raises(ValueError, match="sample_weight must have a number for each of 400 rows"):
        ResidualRidge(3).fit(X, u[:, 0], weights)
