"""Statistics of the wirings against what their parameters say."""

import itertools
import tracemalloc

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats
from scipy.sparse.csgraph import connected_components
from sklearn.base import clone

from lsm import Liquid, topology
from lsm.topology import (
    Column,
    ErdosRenyi,
    FixedWeights,
    Layered,
    Modular,
    RandomInput,
    Ring,
    ScaleFree,
    SmallWorld,
    Topology,
    Weights,
    spectral_radius,
)
from lsm.topology._draws import pick, seed_of, transpose


def rng(seed=0):
    return np.random.default_rng(seed)


def pattern(wiring, n_neurons, seed=0):
    """Draw a wiring and return who connects to whom as a bool matrix."""
    drawn = wiring.draw(n_neurons, rng(seed)).weights
    pre = np.repeat(np.arange(n_neurons), np.diff(drawn.indptr))
    assert np.all(np.diff(pre * n_neurons + drawn.indices) > 0)  # sorted, none twice
    present = np.zeros(drawn.shape, dtype=bool)
    present[pre, drawn.indices] = True
    return present


# --- draws ---


@settings(max_examples=60)
@given(
    n_columns=st.integers(1, 60),
    share=st.floats(0, 1),
    skip_self=st.booleans(),
    seed=st.integers(0, 2**64 - 1),
)
def test_picked_columns_are_different_and_sorted(n_columns, share, skip_self, seed):
    degree = int(share * (n_columns - skip_self))
    columns = pick(n_columns, degree, n_columns, skip_self, np.uint64(seed))
    assert columns.shape == (n_columns, degree)
    for row, chosen in enumerate(columns):
        assert np.all(np.diff(chosen) > 0)
        assert np.all((chosen >= 0) & (chosen < n_columns))
        assert not skip_self or row not in chosen


@pytest.mark.parametrize(("n_columns", "degree"), [(12, 2), (5, 2), (6, 5)])
def test_all_subsets_are_picked_equally_often(n_columns, degree):
    picked = pick(60000, degree, n_columns, False, seed_of(rng()))
    observed = [
        np.all(picked == subset, axis=1).sum()
        for subset in itertools.combinations(range(n_columns), degree)
    ]
    assert sum(observed) == 60000
    assert stats.chisquare(observed).pvalue > 1e-4


def test_transposed_columns_are_those_of_scipy():
    columns = pick(30, 6, 50, False, seed_of(rng()))
    matrix = sparse.csr_array((np.ones(180), columns.ravel(), np.arange(31) * 6), shape=(30, 50))
    indptr, rows = transpose(columns, 50)
    expected = matrix.T.tocsr()
    np.testing.assert_array_equal(indptr, expected.indptr)
    np.testing.assert_array_equal(rows, expected.indices)


# --- random graphs ---


def test_erdos_renyi_has_a_fixed_out_degree():
    present = pattern(ErdosRenyi(fan_out=30), 400)
    np.testing.assert_array_equal(present.sum(axis=1), 30)
    assert not present.diagonal().any()
    # In-degrees of uniformly drawn targets are binomial.
    assert present.sum(axis=0).var() == pytest.approx(30 * (1 - 30 / 399), rel=0.3)


def test_erdos_renyi_has_a_fixed_in_degree():
    present = pattern(ErdosRenyi(fan_in=30), 400)
    np.testing.assert_array_equal(present.sum(axis=0), 30)
    assert not present.diagonal().any()
    assert present.sum(axis=1).var() == pytest.approx(30 * (1 - 30 / 399), rel=0.3)


def test_erdos_renyi_has_a_fixed_probability():
    n, p = 500, 0.07
    present = pattern(ErdosRenyi(probability=p), n)
    assert not present.diagonal().any()
    deviation = present.sum() - p * n * (n - 1)
    assert abs(deviation) < 4 * np.sqrt(n * (n - 1) * p * (1 - p))
    for axis in (0, 1):
        assert present.sum(axis=axis).var() == pytest.approx((n - 1) * p * (1 - p), rel=0.3)
    assert pattern(ErdosRenyi(probability=1.0), 20).sum() == 20 * 19
    assert pattern(ErdosRenyi(probability=0.0), 20).sum() == 0


@pytest.mark.parametrize("name", ["fan_out", "fan_in"])
def test_a_small_liquid_takes_the_degree_that_fits_and_none_is_none(name):
    assert ErdosRenyi().draw(60, rng()).weights.nnz == 60 * 50
    assert ErdosRenyi(**{name: 50}).draw(10, rng()).weights.nnz == 90
    assert ErdosRenyi(**{name: 0}).draw(10, rng()).weights.nnz == 0
    assert ErdosRenyi().draw(1, rng()).weights.nnz == 0


def test_a_large_network_has_no_second_array_of_its_size():
    n_neurons, fan_out = 20000, 100
    ErdosRenyi().draw(200, rng())  # compiled, so that the compiler is not counted
    tracemalloc.start()
    ErdosRenyi(fan_out=fan_out).draw(n_neurons, rng())
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 9 * n_neurons * fan_out  # four bytes of targets and four of weights


# --- columns ---


@pytest.mark.parametrize("periodic", [False, True])
def test_column_connects_by_distance_and_kind(periodic):
    """Counted over many columns, the share of connected pairs is C exp(-(d/lambda)^2)."""
    shape, lam = (9, 4, 3), (2.0, 1.5, 1.0, 3.0)
    column, n = Column(shape=shape, lam=lam, periodic=periodic), 108
    connected, pairs = {}, {}
    for seed in range(80):
        wiring = column.draw(n, rng(seed))
        assert wiring.inhibitory.sum() == 22
        apart = np.abs(wiring.positions[:, None] - wiring.positions)
        if periodic:
            apart = np.minimum(apart, shape - apart)
        d2 = (apart**2).sum(axis=-1)
        kind = 2 * wiring.inhibitory[:, None] + wiring.inhibitory
        present = wiring.weights.toarray() != 0
        for square in (1, 2, 4, 9):
            for k in range(4):
                here = (d2 == square) & (kind == k)
                connected[square, k] = connected.get((square, k), 0) + present[here].sum()
                pairs[square, k] = pairs.get((square, k), 0) + here.sum()
        assert not present.diagonal().any()
    assert min(pairs.values()) > 500
    for (square, k), count in connected.items():
        expected = column.C[k] * np.exp(-square / lam[k] ** 2)
        deviation = count / pairs[square, k] - expected
        assert abs(deviation) < 4.5 * np.sqrt(expected / pairs[square, k])


@pytest.mark.parametrize("shape", [(4000,), (60, 60), (16, 16, 16)])
def test_degrees_of_a_periodic_column_are_sums_of_independent_draws(shape):
    n, C, lam = int(np.prod(shape)), 0.8, 1.7
    present = Column(shape=shape, periodic=True, C=C, lam=lam, inhibitory=0.0).draw(n, rng())
    # The torus is so much larger than lambda that its sum is that of the infinite grid.
    steps = np.arange(-8, 9) ** 2
    square = sum(np.meshgrid(*(steps,) * len(shape)))
    chance = C * np.exp(-square[square > 0] / lam**2)
    for degree in (np.diff(present.weights.indptr), np.bincount(present.weights.indices)):
        deviation = degree.mean() - chance.sum()
        assert abs(deviation) < 4 * np.sqrt((chance * (1 - chance)).sum() / n)
        assert degree.var() == pytest.approx((chance * (1 - chance)).sum(), rel=0.1)


def test_column_without_and_with_all_connections():
    assert pattern(Column(shape=(4, 5), C=0), 20).sum() == 0
    assert pattern(Column(shape=(4, 5), C=1, lam=1e6), 20).sum() == 20 * 19
    assert pattern(Column(shape=(4, 5), C=1, lam=1e6, periodic=True), 20).sum() == 20 * 19
    only_inhibitory = Column(shape=(4, 5), C=(0, 0, 1, 1), lam=1e6)
    inhibitory = only_inhibitory.draw(20, rng()).inhibitory
    np.testing.assert_array_equal(pattern(only_inhibitory, 20).sum(axis=1), 19 * inhibitory)


def test_column_gives_each_kind_of_pair_its_weights_and_delays():
    wiring = Column(shape=(20, 20, 20)).draw(8000, rng())
    w = wiring.weights.tocoo()
    kind = 2 * wiring.inhibitory[w.row] + wiring.inhibitory[w.col]
    for k, (weight, delay) in enumerate(zip((30, 60, -19, -19), (1.5, 0.8, 0.8, 0.8), strict=True)):
        assert w.data[kind == k].mean() == pytest.approx(weight, rel=0.05)
        assert w.data[kind == k].std() == pytest.approx(abs(weight), rel=0.05)
        np.testing.assert_allclose(wiring.delays[kind == k], delay)


def test_column_in_one_and_two_dimensions_and_large():
    assert Column(shape=(50,)).draw(50, rng()).positions.max(axis=0).tolist() == [49, 0, 0]
    assert Column(shape=(5, 4)).draw(20, rng()).weights.shape == (20, 20)
    big = Column(shape=(40, 40, 40)).draw(64000, rng())  # an N x N matrix would take 33 GB
    along_axis = np.exp(-(np.subtract.outer(range(40), range(40)) ** 2) / 4).sum(axis=1).mean()
    share = 0.64 * 0.3 + 0.16 * (0.2 + 0.4) + 0.04 * 0.1
    assert big.weights.nnz / 64000 == pytest.approx(share * (along_axis**3 - 1), rel=0.01)


# --- rings, small worlds and scale-free networks ---


def test_ring_connects_to_the_nearest():
    np.testing.assert_array_equal(pattern(Ring(), 5), np.roll(np.eye(5), 1, axis=1))
    ahead = pattern(Ring(fan_out=3), 9)
    both = pattern(Ring(fan_out=3, direction="both"), 9)
    assert np.flatnonzero(ahead[4]).tolist() == [5, 6, 7]
    assert np.flatnonzero(both[4]).tolist() == [3, 5, 6]
    assert np.flatnonzero(ahead[8]).tolist() == [0, 1, 2]
    for direction in ("forward", "both"):
        np.testing.assert_array_equal(
            pattern(Ring(fan_out=50, direction=direction), 6), ~np.eye(6, dtype=bool)
        )


def test_small_world_keeps_degrees_and_rewires_the_given_share():
    lattice = pattern(SmallWorld(fan_out=20, rewiring=0.0), 1000)
    present = pattern(SmallWorld(fan_out=20, rewiring=0.3), 1000)
    np.testing.assert_array_equal(lattice, pattern(Ring(fan_out=20, direction="both"), 1000))
    np.testing.assert_array_equal(present.sum(axis=1), 20)
    assert not present.diagonal().any()
    # A rewired connection falls back on the lattice by chance.
    kept = 0.7 + 0.3 * 0.3 * 20 / 980
    assert (present & lattice).sum() / 20000 == pytest.approx(kept, abs=0.013)
    all_rewired = pattern(SmallWorld(fan_out=20, rewiring=1.0), 1000)
    assert all_rewired.sum(axis=0).var() == pytest.approx(20 * (1 - 20 / 999), rel=0.2)
    assert pattern(SmallWorld(rewiring=0.5), 10).sum() == 90


@pytest.mark.parametrize("rewiring", [0.0, 0.05, 0.2])
def test_small_world_has_the_clustering_of_theory(rewiring):
    """The clustering is that of a ring, times the chance that no side of a triangle is rewired."""
    graph = nx.DiGraph(pattern(SmallWorld(fan_out=10, rewiring=rewiring), 1000))
    expected = 3 * (10 - 2) / (4 * (10 - 1)) * (1 - rewiring) ** 3
    assert nx.average_clustering(graph) == pytest.approx(expected, abs=0.02 if rewiring else 1e-9)


def test_small_world_is_narrow_with_few_shortcuts():
    ring, few, random = (
        nx.average_shortest_path_length(
            nx.DiGraph(pattern(SmallWorld(fan_out=10, rewiring=rewiring), 500))
        )
        for rewiring in (0.0, 0.1, 1.0)
    )
    # A step on the ring goes to one of five on either side; a random graph widens with the
    # logarithm of its size.
    away = np.minimum(np.arange(1, 500), 500 - np.arange(1, 500))
    assert ring == pytest.approx(np.ceil(away / 5).mean())
    assert random == pytest.approx(np.log(500) / np.log(10), rel=0.15)
    assert few < 1.5 * random


def test_scale_free_network_has_the_degrees_of_barabasi_and_albert():
    n, m = 20000, 3
    drawn = ScaleFree(fan_out=m).draw(n, rng()).weights
    assert drawn.nnz == n * m - m * (m + 1) // 2
    out, into = np.diff(drawn.indptr), np.bincount(drawn.indices, minlength=n)
    assert out.mean() == pytest.approx(m, rel=0.01)
    degree = out + into
    for k in range(m, 15):
        expected = 2 * m * (m + 1) / (k * (k + 1) * (k + 2))
        assert np.mean(degree == k) == pytest.approx(expected, abs=4 * np.sqrt(expected / n))
    theirs = [d for _, d in nx.barabasi_albert_graph(n, m, seed=0).degree]
    assert stats.ks_2samp(degree, theirs).pvalue > 0.001
    # Directions are fair: of a neuron's synapses half are its own.
    assert np.mean((out - into)[m + 1 :] ** 2 / degree[m + 1 :]) == pytest.approx(1, rel=0.05)


@pytest.mark.parametrize("exponent", [2.5, 3.0, 4.0])
def test_scale_free_network_has_the_exponent(exponent):
    drawn = ScaleFree(fan_out=2, exponent=exponent).draw(300000, rng()).weights
    degree = np.diff(drawn.indptr) + np.bincount(drawn.indices, minlength=300000)
    tail = degree[degree >= 30]
    assert len(tail) > 200
    # Maximum likelihood of a power law (Clauset, Shalizi & Newman 2009).
    found = 1 + len(tail) / np.log(tail / 29.5).sum()
    assert found == pytest.approx(exponent, rel=0.07)


def test_scale_free_network_without_preference_and_small():
    degree = pattern(ScaleFree(fan_out=2, exponent=np.inf), 3000).sum(axis=(0,))
    assert degree.max() < 30
    complete = pattern(ScaleFree(fan_out=50), 20)
    np.testing.assert_array_equal(complete ^ complete.T, ~np.eye(20, dtype=bool))


# --- modules and layers ---


def block_densities(present, sizes):
    """Return the share of connected pairs for each pair of blocks."""
    block = np.repeat(np.arange(len(sizes)), sizes)
    member = (block == np.arange(len(sizes))[:, None]).astype(float)
    pairs = member @ (1 - np.eye(len(block))) @ member.T
    return (member @ present @ member.T) / pairs, pairs


def assert_densities(present, sizes, expected):
    found, pairs = block_densities(present, sizes)
    spread = np.sqrt(np.multiply(expected, np.subtract(1, expected)) / pairs)
    assert np.all(np.abs(found - expected) <= 4.5 * spread)
    assert not present.diagonal().any()


def test_modules_have_their_probabilities():
    sizes = (200, 50, 100)
    present = pattern(Modular(sizes, within=0.3, between=0.05), 350)
    assert_densities(present, sizes, 0.05 + 0.25 * np.eye(3))
    assert Modular(sizes).n_neurons == 350


def test_modules_without_connections_between_are_an_ensemble():
    present = pattern(Modular(4, between=0.0), 202)
    n_parts, label = connected_components(present)
    assert n_parts == 4
    np.testing.assert_array_equal(np.bincount(label), [50, 51, 50, 51])
    assert not hasattr(Modular(4), "n_neurons")


def test_layers_have_their_probabilities():
    sizes = (100, 60, 80)
    layered = Layered(sizes, within=0.1, forward=0.2, backward=0.05)
    expected = 0.1 * np.eye(3) + 0.2 * np.eye(3, k=1) + 0.05 * np.eye(3, k=-1)
    assert_densities(pattern(layered, 240), sizes, expected)
    assert layered.n_neurons == 240
    chain = nx.DiGraph(pattern(Layered.feed_forward(5, forward=0.3), 200))
    assert nx.is_directed_acyclic_graph(chain)
    assert nx.dag_longest_path_length(chain) == 4


# --- weights ---


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
    weights = Weights(cv=cv or 0.3, distribution=distribution, scale=None)
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
    weights = Weights((1.0, 2.0), (3.0, 4.0), distribution="constant", scale=None, gain=0.5)
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
    weights = Weights(scale="spectral_radius", gain=0.8, **params)
    drawn = ErdosRenyi(fan_out=20, weights=weights).draw(n_neurons, rng()).weights
    eigenvalues = np.linalg.eigvals(drawn.toarray().astype(float))
    assert np.abs(eigenvalues).max() == pytest.approx(0.8, rel=1e-5)


def test_spectral_radius_is_that_of_theory():
    """Unbalanced, it is the mean in-weight; balanced, the radius of the disc (Girko's law)."""
    n, k = 1000, 100
    weights = Weights(inhibition=1.0, distribution="constant", scale=None)
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
    weights = Weights(scale="spectral_radius")
    assert ErdosRenyi(fan_out=0, weights=weights).draw(20, rng()).weights.nnz == 0
    with pytest.raises(ValueError, match="needs connections that form a loop"):
        Layered.feed_forward(weights=weights).draw(60, rng())


def test_a_spectral_radius_that_cannot_be_found_is_refused(monkeypatch):
    monkeypatch.setattr("lsm.topology.spectrum.DENSE_LAST", 450)
    with pytest.raises(ValueError, match="no spectral radius was found for 451 neurons"):
        spectral_radius(Ring().draw(451, rng()).weights)


# --- what a user gives ---


def test_fixed_weights_are_taken_as_they_are():
    dense = np.array([[0.0, 1.5, 0.0], [-1.0, -2.0, 0.0], [0.5, 0.0, 0.0]])
    delays = np.array([[9.0, 2.0, 9.0], [3.0, 4.0, 9.0], [5.0, 9.0, 9.0]])
    messy = sparse.coo_array(
        ([0.5, 1.0, 0.5, -1.0, -2.0, 0.0], ([2, 0, 0, 1, 1, 2], [0, 1, 1, 0, 1, 2])), shape=(3, 3)
    )
    unsorted = sparse.csr_array(
        ([0.5, 0.0, 1.0, -2.0, -1.0, 0.5], [1, 0, 1, 1, 0, 0], [0, 3, 5, 6]), shape=(3, 3)
    )
    for matrix in (dense, dense.tolist(), sparse.csc_matrix(dense), messy, unsorted):
        topology = clone(FixedWeights(matrix, delay=delays))
        assert topology.n_neurons == 3
        drawn = topology.draw(3, rng())
        np.testing.assert_array_equal(drawn.weights.toarray(), dense)
        np.testing.assert_array_equal(drawn.inhibitory, [False, True, False])
        np.testing.assert_array_equal(drawn.delays, [2, 3, 4, 5])
        assert drawn.weights.nnz == 4
    assert FixedWeights(unsorted).draw(3, rng()).weights.indices.tolist() == [1, 0, 1, 0]
    assert messy.nnz == unsorted.nnz == 6  # not touched
    mixed = FixedWeights(np.array([[-1.0, 1.0], [0.0, -1.0]]), delay=3.0).draw(2, rng())
    assert mixed.inhibitory.tolist() == [False, True]
    assert mixed.delays == 3.0
    sparse_delays = sparse.csr_array(delays * (dense != 0))
    np.testing.assert_array_equal(
        FixedWeights(dense, delay=sparse_delays).draw(3, rng()).delays, [2, 3, 4, 5]
    )


# --- input ---


def test_input_reads_different_channels_with_the_right_scale():
    inhibitory = np.arange(500) < 100
    weights, delays = RandomInput(fan_in=8).draw(30, inhibitory, rng())
    assert delays == 0
    assert weights.shape == (30, 500)
    np.testing.assert_array_equal((weights != 0).sum(axis=0), 8)
    assert weights.data.std() == pytest.approx(1 / np.sqrt(8), rel=0.05)
    few, _ = RandomInput(fan_in=8).draw(3, inhibitory, rng())
    assert few.nnz == 1500
    pair = RandomInput.maass2002(fan_in=3).draw(30, inhibitory, rng())[0].toarray()
    assert pair[:, inhibitory][pair[:, inhibitory] != 0].mean() == pytest.approx(9, rel=0.2)
    assert pair[:, ~inhibitory][pair[:, ~inhibitory] != 0].mean() == pytest.approx(18, rel=0.1)


# --- what all wirings share ---


def fixed_weights():
    return FixedWeights(ErdosRenyi(fan_out=5).draw(60, rng()).weights)


# Every wiring of a liquid that its folder exports is covered by the tests below.
NO_WIRINGS = {"RandomInput", "Topology", "Weights", "Wiring", "spectral_radius"}
WIRINGS = {name: getattr(topology, name) for name in topology.__all__ if name not in NO_WIRINGS}
WIRINGS["FixedWeights"] = fixed_weights


@pytest.mark.parametrize("wiring", WIRINGS.values(), ids=WIRINGS)
def test_every_wiring_keeps_the_contract(wiring):
    n_neurons = getattr(wiring(), "n_neurons", 60)
    drawn, again = (wiring().draw(n_neurons, rng(3)) for _ in range(2))
    weights = drawn.weights
    assert weights.shape == (n_neurons, n_neurons)
    assert weights.nnz > 0
    assert (weights.dtype, weights.indices.dtype) == (np.float32, np.int32)
    assert (weights != again.weights).nnz == 0
    np.testing.assert_array_equal(drawn.delays, again.delays)
    pre = np.repeat(np.arange(n_neurons), np.diff(weights.indptr))
    assert np.all(np.diff(pre * n_neurons + weights.indices) > 0)  # sorted, none twice
    assert np.all(weights.data * np.where(drawn.inhibitory, -1, 1)[pre] >= 0)
    assert np.ndim(drawn.delays) == 0 or drawn.delays.shape == (weights.nnz,)
    assert np.min(drawn.delays) > 0
    assert drawn.positions is None or drawn.positions.shape == (n_neurons, 3)


@pytest.mark.parametrize("wiring", WIRINGS.values(), ids=WIRINGS)
def test_every_wiring_serves_a_liquid_and_is_reached_by_name(wiring):
    liquid = clone(Liquid(getattr(wiring(), "n_neurons", 60), topology=wiring(), random_state=0))
    liquid.set_params(topology__delay=2.0)
    X = [rng(seed).poisson(0.05, (100, 5)) for seed in range(3)]
    assert liquid.fit(X).transform(X).shape == (3, liquid.network_.n_neurons)
    if isinstance(wiring(), Topology):
        liquid.set_params(topology__weights__cv=0.1, topology__inhibitory=0.5)
        assert liquid.fit(X).inhibitory_.sum() == round(liquid.network_.n_neurons / 2)
        assert liquid.get_params()["topology__weights__cv"] == 0.1


def test_a_change_of_one_part_leaves_the_others():
    base = ErdosRenyi(delay=(1.0, 5.0)).draw(100, rng())
    reweighted = ErdosRenyi(delay=(1.0, 5.0), weights=Weights(cv=0.0)).draw(100, rng())
    np.testing.assert_array_equal(base.weights.indices, reweighted.weights.indices)
    np.testing.assert_array_equal(base.delays, reweighted.delays)
    rewired = ErdosRenyi(fan_in=20).draw(100, rng())
    np.testing.assert_array_equal(base.inhibitory, rewired.inhibitory)


def test_delays_are_uniform_between_their_ends():
    delays = ErdosRenyi(delay=(2.0, 6.0)).draw(500, rng()).delays
    assert delays.shape == (25000,)
    assert delays.dtype == np.float32
    assert stats.kstest(delays, stats.uniform(2, 4).cdf).pvalue > 1e-3
    for delay in (3.0, (3.0, 3.0), (3.0,) * 4):  # one number costs no array
        assert ErdosRenyi(delay=delay).draw(100, rng()).delays == 3.0


SQUARE = np.array([[0.0, 1.0], [-1.0, 0.0]])


@pytest.mark.parametrize(
    ("wiring", "message"),
    [
        (ErdosRenyi(fan_out=-1), "ErdosRenyi.fan_out must be an integer >= 0, got -1"),
        (ErdosRenyi(fan_out=2.5), "fan_out must be an integer"),
        (ErdosRenyi(fan_in=-1), "ErdosRenyi.fan_in must be an integer >= 0, got -1"),
        (ErdosRenyi(probability=1.1), "ErdosRenyi.probability must be .*<= 1, got 1.1"),
        (ErdosRenyi(fan_out=3, fan_in=3), "takes one of fan_out, fan_in and probability, got"),
        (ErdosRenyi(inhibitory=1.2), "inhibitory must be a finite number >= 0 and <= 1, got 1.2"),
        (ErdosRenyi(delay=0.0), "delay must be"),
        (ErdosRenyi(delay=(3.0, 1.0)), "low to high"),
        (ErdosRenyi(delay=(3.0, 1.0, 2.0)), "a number, two ends, or four"),
        (ErdosRenyi(delay=(3.0, 1.0, 2.0, -1.0)), r"delay\[II\] must be .*-1"),
        (ErdosRenyi(weights=0.5), r"weights must be an object such as Weights\(\), got 0.5"),
        (ErdosRenyi(weights=Weights(distribution="cauchy")), "distribution must .*got 'cauchy'"),
        (ErdosRenyi(weights=Weights(distribution="uniform", cv=0.9)), "at most 0.577"),
        (ErdosRenyi(weights=Weights(gain=np.nan)), "gain must be a finite number"),
        (ErdosRenyi(weights=Weights(excitation=-1)), "Weights.excitation must be .*>= 0, got -1"),
        (ErdosRenyi(weights=Weights(inhibition=(1, 2, 3))), "inhibition must be one or two numb"),
        (ErdosRenyi(weights=Weights(scale="max")), "scale must be one of .*got 'max'"),
        (ErdosRenyi(weights=Weights(balance=-1)), "balance must be .*>= 0, got -1"),
        (Column(shape=(3, 3, 3)), "has 27 neurons, but n_neurons is 20"),
        (Column(shape=(20,), lam=0), "lam.* must be"),
        (Column(shape=(20,), C=(0.3, 0.2, 0.4)), "C must be a number or four"),
        (Column(shape=(20,), C=(0.3, 0.2, 0.4, 1.1)), r"C\[II\] must be .*1.1"),
        (Column(shape=(2, 2, 5, 1)), "one to three axes"),
        (Ring(direction="back"), "Ring.direction must be one of"),
        (Ring(fan_out=-1), "Ring.fan_out must be"),
        (SmallWorld(rewiring=1.1), "SmallWorld.rewiring must be .*got 1.1"),
        (ScaleFree(exponent=2), "ScaleFree.exponent must be .*> 2"),
        (Modular(between=-0.1), "Modular.between must be .*got -0.1"),
        (Modular(21), "Modular.modules must be an integer >= 1 and <= 20, got 21"),
        (Modular((5, 5)), r"modules \(5, 5\) has 10 neurons, but n_neurons is 20"),
        (Layered((20, 0)), r"Layered.layers\[1\] must be an integer >= 1, got 0"),
        (Layered(forward=2), "Layered.forward must be .*got 2"),
        (FixedWeights(SQUARE), "shape .* but n_neurons is 20"),
        (FixedWeights("weights"), "must be a matrix of real numbers, got 'weights'"),
    ],
)
def test_parameters_outside_their_meaning_are_refused(wiring, message):
    with pytest.raises((ValueError, TypeError), match=message):
        wiring.draw(20, rng())


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"matrix": SQUARE * np.nan}, "finite, not NaN"),
        ({"matrix": SQUARE * 1j}, "real numbers"),
        ({"matrix": SQUARE[:1]}, "square"),
        ({"inhibitory": 0.2}, "must be 2 booleans"),
        ({"inhibitory": np.array([True, True])}, r"\[0, 1\] is 1, but neuron 0 is inhibitory"),
        ({"inhibitory": np.array([False, False])}, r"\[1, 0\] is -1, but neuron 1 is excitatory"),
        ({"delay": SQUARE}, "positive for every connection: 1 of 2"),
        ({"delay": np.triu(SQUARE)}, "positive for every connection: 1 of 2"),
        ({"delay": -1.0}, "delay must be"),
    ],
)
def test_matrices_outside_their_meaning_are_refused(params, message):
    with pytest.raises((ValueError, TypeError), match=message):
        FixedWeights(**({"matrix": SQUARE} | params)).draw(2, rng())


def test_several_synapses_of_a_channel_have_their_own_weights_and_delays():
    inputs = RandomInput(fan_in=2, synapses=3, delay=(0.0, 800.0))
    weights, delays = inputs.draw(2, np.zeros(500, bool), rng())
    assert weights.nnz == 500 * 2 * 3
    assert delays.shape == (3000,)
    assert delays.min() < 10
    assert delays.max() > 790
    assert delays.mean() == pytest.approx(400, rel=0.05)
    assert weights.data.std() == pytest.approx(1 / np.sqrt(6), rel=0.05)
    assert len(np.unique(weights.data)) > 2900
