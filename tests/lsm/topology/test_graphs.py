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

from lsm.topology import Column, ErdosRenyi, Layered, Modular, Ring, ScaleFree, SmallWorld
from lsm.topology._draws import pick, seed_of, transpose
from tests.helpers.rng import rng


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
