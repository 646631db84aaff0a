"""Wirings, weights and drawn parameters against closed forms, networkx and NumPy."""

import numpy as np
from scipy import stats

from lsm.neurons import LIF
from lsm.topology import (
    Column,
    ErdosRenyi,
    FixedWeights,
    Layered,
    Modular,
    Ring,
    ScaleFree,
    SmallWorld,
    Weights,
    spectral_radius,
)

__all__ = ["compare"]


def compare():
    """Yield model, what is compared with what, and the largest deviation relative to it.

    What is drawn deviates by chance; it is None where the oracle is not installed.
    """
    for model, oracle, deviation in CASES:
        try:
            yield model, oracle, deviation()
        except ImportError:
            yield model, oracle, None


def _draw(wiring, n_neurons):
    return wiring.draw(n_neurons, np.random.default_rng(0))


def _off(found, expected):
    return np.max(np.abs(np.divide(found, expected) - 1))


def _erdos_renyi():
    """Compare the degrees of which one is fixed, or only their mean."""
    n, degree = 20_000, 100
    variance, deviations = degree * (1 - degree / (n - 1)), []
    for name, value in (("fan_out", degree), ("fan_in", degree), ("probability", degree / (n - 1))):
        weights = _draw(ErdosRenyi(**{name: value}), n).weights
        out, into = np.diff(weights.indptr), np.bincount(weights.indices, minlength=n)
        for of, found in (("fan_out", out), ("fan_in", into)):
            deviations.append(_off(found.mean(), degree))
            deviations.append(abs(found.var() / variance - (name != of)))
    return max(deviations)


def _column():
    """Count the pairs of each kind, up to a distance of two, that are connected."""
    side = 40
    column = Column(shape=(side,) * 3, periodic=True)
    drawn = _draw(column, side**3)
    pre = np.repeat(np.arange(side**3), np.diff(drawn.weights.indptr))
    apart = np.abs(drawn.positions[pre] - drawn.positions[drawn.weights.indices])
    square = (np.minimum(apart, side - apart) ** 2).sum(axis=1).round().astype(int)
    kind = 2 * drawn.inhibitory[pre] + drawn.inhibitory[drawn.weights.indices]
    share = drawn.inhibitory.mean()
    neighbours = {1: 6, 2: 12, 4: 6}  # of each neuron, by squared distance
    deviations = []
    for distance, n_pairs in neighbours.items():
        for k, (of_pre, of_post) in enumerate(np.ndindex(2, 2)):
            chance = column.C[k] * np.exp(-distance / np.broadcast_to(column.lam, 4)[k] ** 2)
            pairs = side**3 * n_pairs
            pairs *= (share if of_pre else 1 - share) * (share if of_post else 1 - share)
            found = np.sum((square == distance) & (kind == k))
            deviations.append(_off(found, pairs * chance))
    return max(deviations)


def _ring():
    weights = _draw(Ring(fan_out=3), 1000).weights
    expected = np.sort((np.arange(1000)[:, None] + [1, 2, 3]) % 1000, axis=1)
    return float(np.any(weights.indices.reshape(1000, 3) != expected))


def _small_world():
    """The clustering of a ring, times the chance that no side of a triangle is rewired."""
    import networkx as nx

    deviations = []
    for rewiring in (0.0, 0.1, 0.3):
        weights = _draw(SmallWorld(fan_out=20, rewiring=rewiring), 5000).weights
        graph = nx.from_scipy_sparse_array(weights, create_using=nx.DiGraph)
        expected = 3 * (20 - 2) / (4 * (20 - 1)) * (1 - rewiring) ** 3
        deviations.append(_off(nx.average_clustering(graph), expected))
    return max(deviations)


def _scale_free():
    """The shares of degrees m to 10 in the network of Barabási and Albert."""
    n, m = 1_000_000, 3
    weights = _draw(ScaleFree(fan_out=m), n).weights
    degree = np.diff(weights.indptr) + np.bincount(weights.indices, minlength=n)
    k = np.arange(m, 11)
    found = np.bincount(degree)[m:11] / n
    return _off(found, 2 * m * (m + 1) / (k * (k + 1) * (k + 2)))


def _blocks(wiring, sizes, expected):
    """Compare the shares of connected pairs of blocks."""
    drawn = _draw(wiring, sum(sizes)).weights
    member = np.repeat(np.eye(len(sizes)), sizes, axis=0)
    found = member.T @ (drawn != 0).astype(float) @ member
    pairs = np.outer(sizes, sizes) - np.diag(sizes)
    return _off(found[expected > 0], (pairs * expected)[expected > 0]) + found[expected == 0].sum()


def _modular():
    expected = 0.05 + 0.25 * np.eye(3)
    return _blocks(Modular((2000, 500, 1000), 0.3, 0.05), (2000, 500, 1000), expected)


def _layered():
    sizes = (1000, 600, 800)
    expected = 0.1 * np.eye(3) + 0.2 * np.eye(3, k=1) + 0.05 * np.eye(3, k=-1)
    return _blocks(Layered(sizes, within=0.1, forward=0.2, backward=0.05), sizes, expected)


def _fixed():
    weights = _draw(ErdosRenyi(fan_out=5), 100).weights
    return float(abs(_draw(FixedWeights(weights), 100).weights - weights).max())


def _moments():
    """Compare mean and spread of the weights of excitatory neurons."""
    deviations = []
    for distribution, cv in (
        ("normal", 0.2), ("uniform", 0.5), ("lognormal", 0.7), ("gamma", 0.7),
    ):  # fmt: skip
        weights = Weights(normalization=None, distribution=distribution, cv=cv, excitation=2.0)
        drawn = _draw(ErdosRenyi(fan_out=100, weights=weights), 10_000).weights.data
        drawn = drawn[drawn > 0].astype(float)
        deviations += [_off(drawn.mean(), 2.0), _off(drawn.std(), 2.0 * cv)]
    return max(deviations)


def _radius():
    """Compare the radius that weights are scaled to with NumPy's eigenvalues."""
    weights = Weights(normalization="spectral_radius", gain=0.9)
    drawn = _draw(ErdosRenyi(fan_out=50, weights=weights), 1000).weights.toarray()
    radius = np.abs(np.linalg.eigvals(drawn.astype(float))).max()
    return max(_off(radius, 0.9), _off(spectral_radius(drawn), radius))


def _balance():
    weights = _draw(ErdosRenyi(weights=Weights(balance=0.7)), 1000).weights.toarray()
    excitation, inhibition = (weights * sign for sign in (weights > 0, weights < 0))
    return _off(-inhibition.sum(axis=0, dtype=float), 0.7 * excitation.sum(axis=0, dtype=float))


def _heterogeneity():
    """Compare mean and spread of a parameter that is drawn for each of a million neurons."""
    deviations = []
    for drawn_from in (
        stats.uniform(10, 20), stats.norm(20, 3), stats.lognorm(0.4, scale=20), stats.gamma(4, 0, 5)
    ):  # fmt: skip
        inhibitory, rng = np.zeros(1_000_000, bool), np.random.default_rng(0)
        tau = LIF(tau_m=drawn_from).draw(inhibitory, 1.0, rng)["tau_m"]
        deviations += [_off(tau.mean(), drawn_from.mean()), _off(tau.std(), drawn_from.std())]
    return max(deviations)


CASES = [
    ("ErdosRenyi", "mean and variance of degrees, binomial", _erdos_renyi),
    ("Column", "connected pairs by distance and kind, C exp(-(d/lambda)²)", _column),
    ("Ring", "the neighbours themselves", _ring),
    ("SmallWorld", "clustering by networkx, closed form of Barrat & Weigt 2000", _small_world),
    ("ScaleFree", "shares of degrees 3 to 10, closed form", _scale_free),
    ("Modular", "connected pairs by pair of modules", _modular),
    ("Layered", "connected pairs by pair of layers", _layered),
    ("FixedWeights", "the matrix itself", _fixed),
    ("Weights, four distributions", "mean and standard deviation", _moments),
    ("Weights, spectral radius", "`numpy.linalg.eigvals`", _radius),
    ("Weights, balance", "sums of in-weights", _balance),
    ("a parameter from `scipy.stats`", "mean and standard deviation", _heterogeneity),
]
