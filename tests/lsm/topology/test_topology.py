"""What all wirings share, fixed weights, and the wiring of the input."""

import numpy as np
import pytest
from scipy import sparse, stats
from sklearn.base import clone

from lsm import Liquid, SpikeArray, topology
from lsm.kernel import Plan, simulate_reference
from lsm.topology import (
    Column,
    ErdosRenyi,
    FixedInputs,
    FixedWeights,
    Layered,
    Modular,
    RandomInput,
    Ring,
    ScaleFree,
    SmallWorld,
    Topology,
    Weights,
)
from tests.helpers.models import models_of
from tests.helpers.rng import rng

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


@pytest.mark.filterwarnings("ignore:the liquid")
@pytest.mark.parametrize("graded", [True, False])
@pytest.mark.parametrize("delay", [0.0, (0.0, 100.0)])
def test_calibration_keeps_several_synapses_of_a_channel_apart(graded, delay):
    X = rng().standard_normal((4, 200, 5)) if graded else rng().poisson(0.1, (4, 200, 5))
    inputs = RandomInput(synapses=3, delay=delay)
    liquid = Liquid(40, inputs=inputs, dtype="float64", random_state=0).fit(X)
    drawn = clone(liquid).set_params(calibration=None).fit(X).network_
    network = liquid.network_
    assert network.w_in.nnz == drawn.w_in.nnz == 5 * 40 * 3
    ratio = network.w_in.data / drawn.w_in.data
    of_channel = np.split(ratio, network.w_in.indptr[1:-1])
    for part in of_channel:  # one factor for each channel
        np.testing.assert_allclose(part, part[0], rtol=1e-6)
    plan = Plan(np.arange(5), np.full(4, 200), np.ones(1))
    expected = simulate_reference(network, SpikeArray.from_dense(X), plan)[0][:, 0]
    np.testing.assert_array_equal(liquid.transform(X).toarray(), expected)


def test_four_delays_of_the_input_are_refused():
    with pytest.raises(ValueError, match="RandomInput.delay must be a number or two ends, got"):
        RandomInput(delay=(1.0, 2.0, 3.0, 4.0)).draw(5, np.zeros(100, bool), rng())


# --- what all wirings share ---


def fixed_weights():
    return FixedWeights(ErdosRenyi(fan_out=5).draw(60, rng()).weights)


# Every wiring of a liquid that its folder exports is covered by the tests below.
NO_WIRINGS = {FixedInputs, RandomInput, Weights}
WIRINGS = {model.__name__: model for model in models_of(topology) if model not in NO_WIRINGS}
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
        (ErdosRenyi(fan_out=-1), "ErdosRenyi.fan_out must be an integer >= 0 or .*got -1"),
        (ErdosRenyi(fan_out=2.5), "fan_out must be an integer"),
        (ErdosRenyi(fan_in=-1), "ErdosRenyi.fan_in must be an integer >= 0 or None, got -1"),
        (ErdosRenyi(probability=1.1), "ErdosRenyi.probability must be .*<= 1 or None, got 1.1"),
        (ErdosRenyi(fan_out=3, fan_in=3), "takes one of fan_out, fan_in and probability, got"),
        (ErdosRenyi(inhibitory=1.2), "inhibitory must be a finite number >= 0 and <= 1, got 1.2"),
        (ErdosRenyi(delay=0.0), "delay must be"),
        (ErdosRenyi(delay=(3.0, 1.0)), "low to high"),
        (ErdosRenyi(delay=(3.0, 1.0, 2.0)), "a number or two ends, or four"),
        (ErdosRenyi(delay=(3.0, 1.0, 2.0, -1.0)), r"delay\[II\] must be .*-1"),
        (ErdosRenyi(weights=0.5), r"weights must be an object such as Weights\(\), got 0.5"),
        (ErdosRenyi(weights=Weights(distribution="cauchy")), "distribution must .*got 'cauchy'"),
        (ErdosRenyi(weights=Weights(distribution="uniform", cv=0.9)), "at most 0.577"),
        (ErdosRenyi(weights=Weights(gain=np.nan)), "gain must be a finite number"),
        (ErdosRenyi(weights=Weights(excitation=-1)), "Weights.excitation must be .*>= 0, got -1"),
        (ErdosRenyi(weights=Weights(inhibition=(1, 2, 3))), "inhibition must be one or two numb"),
        (
            ErdosRenyi(weights=Weights(normalization="max")),
            "normalization must be one of .*got 'max'",
        ),
        (ErdosRenyi(weights=Weights(balance=-1)), "balance must be .*>= 0 or None, got -1"),
        (Column(shape=(20,), periodic="no"), "Column.periodic must be True or False, got 'no'"),
        (Column(shape=(3, 3, 3)), "has 27 neurons, but n_neurons is 20"),
        (Column(shape=(20,), lam=0), "lam.* must be"),
        (Column(shape=(20,), C=(0.3, 0.2, 0.4)), "C must be a number or four"),
        (Column(shape=(20,), C=np.array("a")), "C.* must be a number"),
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
        (FixedWeights([["0", "1"], ["1", "0"]]), "must be a matrix of real numbers"),
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
        ({"inhibitory": 0.2}, "must be 'auto' or 2 booleans"),
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
