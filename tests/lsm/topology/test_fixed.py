"""Weights of the user's own: matrices and graphs, which calibration leaves as they are."""

import networkx
import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone

from lsm import Calibration, Liquid
from lsm.topology import ErdosRenyi, FixedInputs, FixedWeights
from tests.helpers.samples import graded_samples, spike_samples

X = spike_samples()
N = 40


def rng(seed=0):
    return np.random.default_rng(seed)


def matrix(gain=0.2):
    """Return weights of excitatory neurons, as numbers of single precision."""
    W = np.abs(rng(1).normal(size=(N, N))) * (rng(2).random((N, N)) < 0.1)
    return (gain * W).astype(np.float32)


INPUTS = rng(3).normal(size=(8, N)).astype(np.float32)


# ------------------------------------------------------------------------------------- inputs


@pytest.mark.parametrize("as_matrix", [np.asarray, np.ndarray.tolist, sparse.coo_array])
def test_fixed_inputs_are_taken_as_they_are(as_matrix):
    W = INPUTS * (rng(4).random(INPUTS.shape) < 0.5)
    weights, delays = clone(FixedInputs(as_matrix(W))).draw(8, np.zeros(N, bool), rng())
    np.testing.assert_array_equal(weights.toarray(), W)
    assert (weights.dtype, weights.nnz, delays) == (np.float32, np.count_nonzero(W), 0.0)
    _, delays = FixedInputs(as_matrix(W), delay=(2.0, 5.0)).draw(8, np.zeros(N, bool), rng())
    assert delays.shape == (weights.nnz,)
    assert 2 <= delays.min() < delays.max() <= 5


@pytest.mark.parametrize("as_matrix", [np.asarray, np.ndarray.tolist, sparse.csr_array])
def test_each_input_may_have_its_own_delay(as_matrix):
    W = INPUTS * (rng(4).random(INPUTS.shape) < 0.5)
    late = rng(5).integers(0, 4, INPUTS.shape).astype(np.float32)  # also where no connection is
    wiring = clone(FixedInputs(W, delay=as_matrix(late)))
    weights, delays = wiring.draw(8, np.zeros(N, bool), rng())
    np.testing.assert_array_equal(delays, late[W != 0])
    network = Liquid(inputs=wiring, dt=0.5, row_duration=1.0, random_state=0).fit(X).network_
    np.testing.assert_array_equal(network.delays_in, 2 * late[W != 0])
    np.testing.assert_array_equal(network.w_in.indices, weights.indices)


def test_a_liquid_has_as_many_neurons_as_its_inputs():
    liquid = Liquid(inputs=FixedInputs(INPUTS), random_state=0).fit(X)
    assert liquid.n_neurons_ == N
    assert Liquid(N, inputs=FixedInputs(INPUTS), random_state=0).fit(X).n_neurons_ == N


def test_an_input_matrix_of_another_size_is_refused_with_a_way_out():
    with pytest.raises(ValueError, match=r"FixedInputs.matrix has shape \(8, 40\), .* 50 neurons"):
        Liquid(50, inputs=FixedInputs(INPUTS)).fit(X)
    Liquid("auto", inputs=FixedInputs(INPUTS), random_state=0).fit(X)
    with pytest.raises(ValueError, match=r"X has 8 channels .* matrix of shape \(8, 40\)"):
        Liquid(inputs=FixedInputs(INPUTS[:5])).fit(X)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"matrix": INPUTS * np.nan}, "FixedInputs.matrix must be finite"),
        ({"matrix": INPUTS * 1j}, "FixedInputs.matrix must be a matrix of real numbers"),
        ({"matrix": INPUTS[0]}, r"must be a matrix of real numbers, got shape \(40,\)"),
        ({"matrix": "W"}, "FixedInputs.matrix must be a matrix of real numbers, got 'W'"),
        ({"delay": -1.0}, "FixedInputs.delay must be"),
        ({"delay": (1.0, 2.0, 3.0, 4.0)}, "FixedInputs.delay must be a number or two ends"),
        ({"delay": INPUTS[:3] ** 2}, r"matrix of shape \(8, 40\) as .* got shape \(3, 40\)"),
        ({"delay": -(INPUTS**2)}, "with no negative delay; got shape .* and delays from -"),
    ],
)
def test_invalid_input_matrices_are_refused(params, message):
    with pytest.raises((TypeError, ValueError), match=message):
        Liquid(N, inputs=FixedInputs(**{"matrix": INPUTS} | params)).fit(X)


@pytest.mark.parametrize(
    "value", [rng().normal(size=(N, N)), sparse.eye_array(N), [[0.0, 1.0]], networkx.path_graph(N)]
)
@pytest.mark.parametrize(
    ("name", "wiring"), [("topology", "FixedWeights"), ("inputs", "FixedInputs")]
)
def test_a_bare_matrix_is_told_where_it_goes(name, wiring, value):
    with pytest.raises(TypeError, match=rf"Liquid.{name} must be .* {wiring}\(W\)") as error:
        Liquid(**{name: value}).fit(X)
    assert len(str(error.value)) < 250


# -------------------------------------------------------------------------------------- graphs


@pytest.mark.parametrize("kind", [networkx.Graph, networkx.DiGraph, networkx.MultiDiGraph])
def test_a_graph_is_its_matrix_in_the_order_of_its_nodes(kind):
    graph = kind()
    graph.add_nodes_from("cab")
    graph.add_edge("a", "b", weight=2.0)
    graph.add_edge("b", "c")
    graph.add_edge("a", "b", weight=3.0)
    wiring = clone(FixedWeights(graph))
    assert wiring.n_neurons == 3
    wiring.check()
    weight = 5.0 if kind is networkx.MultiDiGraph else 3.0  # the last one, or parallel edges
    expected = np.zeros((3, 3))
    expected[1, 2], expected[2, 0] = weight, 1.0
    if kind is networkx.Graph:
        expected += expected.T
    np.testing.assert_array_equal(wiring.draw(3, rng()).weights.toarray(), expected)


def test_a_graph_serves_a_liquid_as_its_matrix_does():
    graph = networkx.DiGraph(matrix().astype(float))
    of_graph = Liquid(topology=FixedWeights(graph), random_state=0).fit(X)
    of_matrix = Liquid(topology=FixedWeights(matrix()), random_state=0).fit(X)
    np.testing.assert_array_equal(of_graph.transform(X).toarray(), of_matrix.transform(X).toarray())


def test_graphs_that_are_no_networks_are_refused():
    with pytest.raises(ValueError, match="FixedWeights.matrix is a graph without nodes"):
        Liquid(1, topology=FixedWeights(networkx.Graph())).fit(X)
    graph = networkx.path_graph(3)
    graph.edges[0, 1]["weight"] = "strong"
    with pytest.raises(TypeError, match="edges must have numbers as their attribute 'weight'"):
        Liquid(topology=FixedWeights(graph)).fit(X)


# --------------------------------------------------------------------------------- calibration


def fit(samples=X, topology="auto", inputs="auto", **switches):
    return Liquid(
        N, topology=topology, inputs=inputs, calibration=Calibration(**switches), random_state=0
    ).fit(samples)


def test_calibration_leaves_recurrent_weights_that_are_given():
    liquid = fit(topology=FixedWeights(matrix()))
    np.testing.assert_array_equal(liquid.weights_.toarray(), matrix())
    assert liquid.calibrated_.recurrent_gain == 1.0
    alone = fit(topology=ErdosRenyi(fan_out=0))
    assert liquid.calibrated_.input_gain == alone.calibrated_.input_gain != 1.0
    np.testing.assert_array_equal(liquid.network_.w_in.toarray(), alone.network_.w_in.toarray())


def test_calibration_scales_weights_that_are_given_on_request():
    liquid = fit(topology=FixedWeights(matrix()), recurrence=True)
    gain = liquid.calibrated_.recurrent_gain
    assert gain > 2
    np.testing.assert_allclose(liquid.weights_.toarray(), gain * matrix(), rtol=1e-6)


@pytest.mark.parametrize("samples", [X, graded_samples(n_channels=8)], ids=["spikes", "currents"])
def test_calibration_leaves_input_weights_that_are_given(samples):
    liquid = fit(samples, inputs=FixedInputs(5 * INPUTS))
    np.testing.assert_array_equal(liquid.network_.w_in.toarray(), 5 * INPUTS)
    assert not liquid.network_.bias.any()  # not centred
    assert liquid.calibrated_.input_gain == 1.0
    assert liquid.calibrated_.recurrent_gain > 0
    alone = fit(samples, topology=ErdosRenyi(fan_out=0), inputs=FixedInputs(5 * INPUTS))
    assert alone.calibrated_.input_rate == liquid.calibrated_.input_rate > 0


@pytest.mark.parametrize("switch", ["inputs", "recurrence"])
def test_calibration_leaves_drawn_weights_on_request(switch):
    calibration = Calibration(**{switch: False})
    kept = Liquid(N, calibration=calibration, random_state=0).fit(X)
    scaled = Liquid(N, random_state=0).fit(X)
    drawn = Liquid(N, calibration=None, random_state=0)
    with pytest.warns(UserWarning, match="nearly silent"):
        drawn.fit(X)
    name, gain = {"inputs": ("w_in", "input_gain"), "recurrence": ("w", "recurrent_gain")}[switch]
    np.testing.assert_array_equal(
        getattr(kept.network_, name).toarray(), getattr(drawn.network_, name).toarray()
    )
    assert getattr(kept.calibrated_, gain) == 1.0 != getattr(scaled.calibrated_, gain)


def test_calibration_of_nothing_changes_nothing_and_health_speaks():
    parts = {"topology": FixedWeights(matrix()), "inputs": FixedInputs(0.001 * INPUTS)}
    with pytest.warns(UserWarning, match="nearly silent.*Calibration.inputs=True") as caught:
        liquid = fit(**parts)
    assert len(caught) == 1
    uncalibrated = Liquid(N, **parts, calibration=None, random_state=0)
    with pytest.warns(UserWarning, match="nearly silent"):
        uncalibrated.fit(X)
    calibrated = liquid.calibrated_
    assert (calibrated.input_gain, calibrated.recurrent_gain, calibrated.input_rate) == (1, 1, 0)
    np.testing.assert_array_equal(liquid.network_.bias, uncalibrated.network_.bias)
    with pytest.warns(UserWarning, match="nearly silent"):
        fit([np.zeros((50, 8), int)] * 3, **parts)  # no gain is searched, so silence is no error


def test_the_remedies_of_health_work_for_weights_that_are_given(recwarn):
    fit(topology=FixedWeights(matrix()), inputs=FixedInputs(0.001 * INPUTS))
    assert "Calibration.inputs=True" in str(recwarn.pop(UserWarning).message)
    assert scaled_inputs(0.001 * INPUTS).health_.complaint() is None
    saturated = FixedWeights(matrix(gain=100.0))
    fit(topology=saturated)
    assert "Calibration.recurrence=True" in str(recwarn.pop(UserWarning).message)
    assert fit(topology=saturated, recurrence=True).health_.complaint() is None


def scaled_inputs(W):
    return Liquid(
        topology=FixedWeights(matrix()), inputs=FixedInputs(W),
        calibration=Calibration(inputs=True), random_state=0,
    ).fit(X)  # fmt: skip


def test_scaled_inputs_do_not_depend_on_their_scale():
    one, other = scaled_inputs(INPUTS), scaled_inputs(INPUTS / 4)
    assert other.calibrated_.input_gain == 4 * one.calibrated_.input_gain
    np.testing.assert_array_equal(one.transform(X).toarray(), other.transform(X).toarray())


def test_neurons_that_send_no_spikes_keep_given_inputs():
    currents = graded_samples(n_channels=8, scale=3.0)
    params = {"n_neurons": N, "calibration": "auto", "random_state": 0}
    kept = Liquid.echo_state(inputs=FixedInputs(INPUTS), **params).fit(currents)
    np.testing.assert_array_equal(kept.network_.w_in.toarray(), INPUTS)
    centred = Liquid.echo_state(
        inputs=FixedInputs(INPUTS), **params | {"calibration": Calibration(inputs=True)}
    ).fit(currents)
    assert not np.array_equal(centred.network_.w_in.toarray(), INPUTS)


@pytest.mark.parametrize("name", ["inputs", "recurrence"])
def test_the_switches_are_booleans_or_auto(name):
    with pytest.raises(TypeError, match=f"Calibration.{name} must be True or False or 'auto'"):
        Liquid(N, calibration=Calibration(**{name: "yes"})).fit(X)
