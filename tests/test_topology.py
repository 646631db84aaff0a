"""Statistics of the wirings against what their parameters say."""

import numpy as np
import pytest

from lsm import topology
from lsm.topology import Column, ErdosRenyi, RandomInput


def rng(seed=0):
    return np.random.default_rng(seed)


def test_erdos_renyi_has_the_degrees_and_no_self_connections():
    weights = ErdosRenyi(fan_out=30).draw(400, rng()).weights
    assert weights.shape == (400, 400)
    np.testing.assert_array_equal(np.diff(weights.indptr), 30)
    assert weights.diagonal().sum() == 0
    for row in range(400):
        targets = weights.indices[weights.indptr[row] : weights.indptr[row + 1]]
        assert len(set(targets)) == 30
    # In-degrees of uniformly drawn targets are binomial.
    in_degree = np.bincount(weights.indices, minlength=400)
    assert in_degree.mean() == 30
    assert abs(in_degree.var() / (30 * (1 - 30 / 399)) - 1) < 0.3


def test_erdos_renyi_keeps_dales_law_and_the_weights_moments():
    wiring = ErdosRenyi(fan_out=50, gain=2.0, inhibition=3.0, cv=0.5).draw(1000, rng())
    assert wiring.inhibitory.sum() == 200
    weights = wiring.weights.toarray()
    excitatory = weights[~wiring.inhibitory]
    inhibitory = weights[wiring.inhibitory]
    assert excitatory.min() >= 0
    assert inhibitory.max() <= 0
    excitatory, inhibitory = excitatory[excitatory != 0], inhibitory[inhibitory != 0]
    assert excitatory.mean() == pytest.approx(2 / np.sqrt(50), rel=0.01)
    assert excitatory.std() / excitatory.mean() == pytest.approx(0.5, rel=0.02)
    assert inhibitory.mean() == pytest.approx(-6 / np.sqrt(50), rel=0.02)


@pytest.mark.parametrize("distribution", ["constant", "uniform", "normal", "lognormal", "gamma"])
def test_distributions_have_mean_one_and_the_given_cv(distribution):
    wiring = ErdosRenyi(fan_out=100, inhibitory=0.0, cv=0.3, distribution=distribution)
    data = wiring.draw(1000, rng()).weights.data * 10
    assert data.mean() == pytest.approx(1, rel=0.01)
    assert data.std() == pytest.approx(0 if distribution == "constant" else 0.3, rel=0.02)


def test_a_small_liquid_takes_the_fan_out_that_fits_and_none_is_none():
    assert ErdosRenyi().draw(10, rng()).weights.nnz == 90
    assert ErdosRenyi(fan_out=0).draw(10, rng()).weights.nnz == 0
    assert ErdosRenyi().draw(1, rng()).weights.nnz == 0


def test_delays_are_uniform_between_their_ends():
    delays = ErdosRenyi(delay=(2.0, 6.0)).draw(500, rng()).delays
    assert delays.shape == (25000,)
    assert delays.min() >= 2
    assert delays.max() <= 6
    assert delays.mean() == pytest.approx(4, abs=0.03)


def test_column_connects_by_distance_and_kind():
    """Counted over many columns, the share of connected pairs is C exp(-(d/lambda)^2)."""
    column, n = Column(), 135
    connected, pairs = {}, {}
    for seed in range(60):
        wiring = column.draw(n, rng(seed))
        assert wiring.inhibitory.sum() == 27
        d2 = ((wiring.positions[:, None] - wiring.positions) ** 2).sum(axis=-1)
        kind = 2 * wiring.inhibitory[:, None] + wiring.inhibitory
        present = wiring.weights.toarray() != 0
        for square in (1, 2, 4):
            for k in range(4):
                here = (d2 == square) & (kind == k)
                connected[square, k] = connected.get((square, k), 0) + present[here].sum()
                pairs[square, k] = pairs.get((square, k), 0) + here.sum()
        assert not present.diagonal().any()
    for (square, k), count in connected.items():
        expected = column.C[k] * np.exp(-square / 4)
        deviation = count / pairs[square, k] - expected
        assert abs(deviation) < 4.5 * np.sqrt(expected / pairs[square, k])


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


def test_input_reads_different_channels_with_the_right_scale():
    inhibitory = np.arange(500) < 100
    weights = RandomInput(fan_in=8).draw(30, inhibitory, rng())
    assert weights.shape == (30, 500)
    np.testing.assert_array_equal((weights != 0).sum(axis=0), 8)
    assert weights.data.std() == pytest.approx(1 / np.sqrt(8), rel=0.05)
    few = RandomInput(fan_in=8).draw(3, inhibitory, rng())
    assert few.nnz == 1500
    pair = RandomInput.maass2002(fan_in=3).draw(30, inhibitory, rng()).toarray()
    assert pair[:, inhibitory][pair[:, inhibitory] != 0].mean() == pytest.approx(9, rel=0.2)
    assert pair[:, ~inhibitory][pair[:, ~inhibitory] != 0].mean() == pytest.approx(18, rel=0.1)


@pytest.mark.parametrize(
    ("wiring", "message"),
    [
        (ErdosRenyi(fan_out=-1), "ErdosRenyi.fan_out must be an integer >= 0, got -1"),
        (ErdosRenyi(fan_out=2.5), "fan_out must be an integer"),
        (ErdosRenyi(inhibitory=1.2), "inhibitory must be a finite number >= 0 and <= 1, got 1.2"),
        (ErdosRenyi(delay=0.0), "delay must be"),
        (ErdosRenyi(delay=(3.0, 1.0)), "low to high"),
        (ErdosRenyi(distribution="cauchy"), "distribution must be one of .*got 'cauchy'"),
        (ErdosRenyi(distribution="uniform", cv=0.9), "at most 0.577"),
        (ErdosRenyi(gain=np.nan), "gain must be a finite number"),
        (Column(shape=(3, 3, 3)), "has 27 neurons, but n_neurons is 20"),
        (Column(shape=(20,), lam=0), "lam must be"),
        (Column(shape=(20,), C=(0.3, 0.2, 0.4)), "C must have four values"),
        (Column(shape=(20,), C=(0.3, 0.2, 0.4, 1.1)), r"C\[II\] must be .*1.1"),
        (Column(shape=(20,), weight=(30, -60, -19, -19)), "Dale's law"),
        (Column(shape=(2, 2, 5, 1)), "one to three axes"),
    ],
)
def test_parameters_outside_their_meaning_are_refused(wiring, message):
    with pytest.raises((ValueError, TypeError), match=message):
        wiring.draw(20, rng())


WIRINGS = [w for w in (getattr(topology, name) for name in topology.__all__)
           if hasattr(w, "draw") and w is not RandomInput]  # fmt: skip


@pytest.mark.parametrize("wiring", WIRINGS)
def test_every_wiring_keeps_the_contract(wiring):
    n_neurons = getattr(wiring(), "n_neurons", 60)
    drawn, again = (wiring().draw(n_neurons, rng(3)) for _ in range(2))
    weights = drawn.weights
    assert weights.shape == (n_neurons, n_neurons)
    assert (weights != again.weights).nnz == 0
    signs = np.sign(weights.tocoo().data)
    assert np.all(signs * np.where(drawn.inhibitory, -1, 1)[weights.tocoo().row] >= 0)
    assert np.ndim(drawn.delays) == 0 or drawn.delays.shape == (weights.nnz,)
    assert np.min(drawn.delays) > 0
