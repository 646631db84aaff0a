"""Weights of a wiring: their distributions, scales and signs."""

import numpy as np
import pytest
from scipy import stats

from lsm.topology import ErdosRenyi, Layered, Ring, Weights, spectral_radius
from tests.helpers.rng import rng


def test_weights_keep_dales_law_and_their_moments():
    weights = Weights(gain=2.0, inhibition=3.0, cv=0.5)
    wiring = ErdosRenyi(fan_out=50, weights=weights).draw(1000, rng())
    assert wiring.inhibitory.sum() == 200
    by_row = wiring.weights.data.reshape(1000, 50)
    excitatory, inhibitory = by_row[~wiring.inhibitory], by_row[wiring.inhibitory]
    assert excitatory.min() >= 0
    assert inhibitory.max() <= 0
    assert excitatory.mean() == pytest.approx(2 / np.sqrt(50), rel=0.01)
    assert excitatory.std() / excitatory.mean() == pytest.approx(0.5, rel=0.02)
    assert inhibitory.mean() == pytest.approx(-6 / np.sqrt(50), rel=0.02)


@pytest.mark.parametrize(
    ("distribution", "cv", "frozen"),
    [
        ("constant", 0.0, None),
        ("uniform", 0.5, stats.uniform(1 - np.sqrt(3) / 2, np.sqrt(3))),
        ("normal", 0.25, stats.norm(1, 0.25)),
        ("lognormal", 0.5, stats.lognorm(np.sqrt(np.log(1.25)), scale=1 / np.sqrt(1.25))),
        ("gamma", 0.5, stats.gamma(4, scale=1 / 4)),
    ],
)
def test_distributions_have_mean_one_and_the_given_cv(distribution, cv, frozen):
    weights = Weights(cv=cv or 0.3, distribution=distribution, normalization=None)
    data = ErdosRenyi(fan_out=100, inhibitory=0.0, weights=weights).draw(1000, rng()).weights.data
    assert data.dtype == np.float32
    assert data.mean() == pytest.approx(1, rel=0.01)
    assert data.std() == pytest.approx(cv, rel=0.02)
    assert frozen is None or stats.kstest(data[:20000], frozen.cdf).pvalue > 1e-3


def test_signed_weights_are_normal_with_the_given_spread():
    weights = Weights(distribution="signed", gain=1.5)
    data = ErdosRenyi(fan_out=100, inhibitory=0.0, weights=weights).draw(1000, rng()).weights.data
    assert stats.kstest(data[:20000], stats.norm(0, 1.5 / 10).cdf).pvalue > 1e-3


def test_weights_may_depend_on_the_target_too():
    weights = Weights((1.0, 2.0), (3.0, 4.0), distribution="constant", normalization=None, gain=0.5)
    wiring = ErdosRenyi(probability=0.5, weights=weights, delay=(1.0, 2.0, 3.0, 4.0)).draw(
        50, rng()
    )
    w = wiring.weights.tocoo()
    kind = 2 * wiring.inhibitory[w.row] + wiring.inhibitory[w.col]
    np.testing.assert_array_equal(w.data, np.array([0.5, 1.0, -1.5, -2.0])[kind])
    np.testing.assert_array_equal(wiring.delays, kind + 1.0)


def test_balanced_in_weights_cancel():
    wiring = ErdosRenyi(fan_out=20, weights=Weights(balance=0.7)).draw(300, rng())
    excitation = wiring.weights.maximum(0).sum(axis=0)
    inhibition = wiring.weights.minimum(0).sum(axis=0)
    both = (excitation > 0) & (inhibition < 0)
    assert both.sum() > 290
    np.testing.assert_allclose(inhibition[both], -0.7 * excitation[both], rtol=1e-5)
    same = ErdosRenyi(fan_out=20).draw(300, rng()).weights
    np.testing.assert_array_equal(same.maximum(0).toarray(), wiring.weights.maximum(0).toarray())
    all_inhibitory = ErdosRenyi(inhibitory=1.0, weights=Weights(balance=1.0)).draw(60, rng())
    assert all_inhibitory.weights.data.max() < 0


@pytest.mark.parametrize("n_neurons", [60, 700])
@pytest.mark.parametrize("params", [{}, {"inhibition": 1.0}, {"balance": 1.0}])
def test_weights_are_scaled_to_a_spectral_radius(n_neurons, params):
    weights = Weights(normalization="spectral_radius", gain=0.8, **params)
    drawn = ErdosRenyi(fan_out=20, weights=weights).draw(n_neurons, rng()).weights
    eigenvalues = np.linalg.eigvals(drawn.toarray().astype(float))
    assert np.abs(eigenvalues).max() == pytest.approx(0.8, rel=1e-5)


@pytest.mark.parametrize(
    "weights",
    [None, [], [1, 2], [[1, 2, 3], [4, 5, 6]], [[np.nan]], [[np.inf]], [[1j]], [["0"]]],
    ids=repr,
)
def test_a_spectral_radius_is_of_square_and_finite_weights(weights):
    with pytest.raises(ValueError, match="weights must be a square matrix of finite real numbers"):
        spectral_radius(weights)


def test_spectral_radius_is_that_of_theory():
    """Unbalanced, it is the mean in-weight; balanced, the radius of the disc (Girko's law)."""
    n, k = 1000, 100
    weights = Weights(inhibition=1.0, distribution="constant", normalization=None)
    drawn = ErdosRenyi(fan_in=k, inhibitory=0.0, weights=weights).draw(n, rng()).weights
    assert spectral_radius(drawn) == pytest.approx(k, rel=1e-5)
    weights = Weights(distribution="signed")
    drawn = ErdosRenyi(fan_out=k, inhibitory=0.0, weights=weights).draw(n, rng()).weights
    assert spectral_radius(drawn) == pytest.approx(1, rel=0.06)


@pytest.mark.parametrize("n_neurons", [30, 500])
def test_spectral_radius_of_rings_and_chains(n_neurons):
    weights = Ring().draw(n_neurons, rng()).weights
    geometric_mean = np.exp(np.log(np.abs(weights.data)).mean())
    assert spectral_radius(weights) == pytest.approx(geometric_mean)
    assert spectral_radius(Layered.feed_forward(5).draw(n_neurons, rng()).weights) == 0
    assert spectral_radius(np.diag(np.arange(n_neurons))) == pytest.approx(n_neurons - 1)


def test_networks_without_loops_are_not_scaled_to_a_spectral_radius():
    weights = Weights(normalization="spectral_radius")
    assert ErdosRenyi(fan_out=0, weights=weights).draw(20, rng()).weights.nnz == 0
    with pytest.raises(ValueError, match="needs connections that form a loop"):
        Layered.feed_forward(weights=weights).draw(60, rng())


def test_a_spectral_radius_that_cannot_be_found_is_refused(monkeypatch):
    monkeypatch.setattr("lsm.topology.spectrum.DENSE_LAST", 450)
    with pytest.raises(ValueError, match="no spectral radius was found for 451 neurons"):
        spectral_radius(Ring().draw(451, rng()).weights)
