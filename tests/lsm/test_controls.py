"""Models without recurrence, and the liquid that is an echo state network."""

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline

from lsm import (
    Liquid,
    LSMClassifier,
    LSMRegressor,
    RandomFeatures,
    Snapshots,
    SpikeArray,
    with_random_features,
    without_recurrence,
)
from lsm.neurons import LIF
from lsm.synapses import TsodyksMarkram
from lsm.topology import Column, ErdosRenyi, FixedWeights, RandomInput, Ring, spectral_radius

X = np.random.default_rng(0).poisson(0.1, (12, 80, 5))
Y = np.arange(12) % 2


def small(**params):
    return Liquid(n_neurons=30, random_state=0, **params)


@pytest.mark.parametrize(
    "liquid",
    [
        small(),
        small(topology=ErdosRenyi(probability=0.3, delay=(1.0, 20.0)), initial="random"),
        small(topology=Ring()),
        small(neurons=LIF(refractory=(3.0, 2.0)), short_term_plasticity=TsodyksMarkram()),
        Liquid.maass2002(random_state=0, dt=1.0, topology=Column(), calibration=None),
        Liquid.echo_state(n_neurons=30, dt=40.0, random_state=0),
    ],
)
def test_a_control_differs_in_its_recurrent_synapses_alone(liquid):
    data = SpikeArray.from_dense(X, row_duration=liquid.dt)
    control = without_recurrence(liquid)
    assert not hasattr(control, "network_")
    with_them, without = liquid.fit(data).network_, control.fit(data).network_
    assert with_them.w.nnz > 0
    assert without.w.nnz == 0
    np.testing.assert_array_equal(liquid.inhibitory_, control.inhibitory_)
    for name, values in liquid.parameters_.items():
        np.testing.assert_array_equal(values, control.parameters_[name])
    for one, other in zip(with_them.initial, without.initial, strict=True):
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(with_them.w_in.indices, without.w_in.indices)
    np.testing.assert_array_equal(with_them.delays_in, without.delays_in)
    if liquid.positions_ is not None:
        np.testing.assert_array_equal(liquid.positions_, control.positions_)


def test_states_are_those_of_a_liquid_that_is_drawn_with_no_connection():
    control = without_recurrence(small())
    unconnected = small(topology=ErdosRenyi(fan_out=0))
    states = control.fit_transform(X).toarray()
    np.testing.assert_array_equal(states, unconnected.fit_transform(X).toarray())
    assert (states != small().fit_transform(X).toarray()).any()


def test_liquids_are_found_at_any_depth():
    several = FeatureUnion([("one", small()), ("two", make_pipeline(small(topology=Ring())))])
    model = Pipeline([("liquids", several), ("readout", RidgeClassifier())])
    control = without_recurrence(model).fit(X, Y)
    one, two = (part for _, part in control["liquids"].transformer_list)
    assert one.network_.w.nnz == two[0].network_.w.nnz == 0
    assert not hasattr(model["readout"], "coef_")
    assert isinstance(model["liquids"].transformer_list[1][1][0].topology, Ring)


@pytest.mark.parametrize(
    "model",
    [LSMClassifier(small()), LSMRegressor(small()), LSMClassifier().set_params(liquid__dt=1.0)],
)
def test_a_composite_keeps_its_readout(model):
    control = without_recurrence(model.set_params(liquid__n_neurons=30)).fit(X, Y)
    assert control.liquid_.network_.w.nnz == 0
    assert type(control) is type(model)
    assert control.score(X, Y) <= 1


def test_a_liquid_that_is_left_at_its_default_counts():
    control = without_recurrence(LSMClassifier())
    assert control.set_params(liquid__n_neurons=20).fit(X, Y).liquid_.network_.w.nnz == 0


def test_parameters_of_the_topology_stay_reachable():
    control = without_recurrence(small(topology=ErdosRenyi(fan_out=7)))
    assert control.get_params()["topology__topology__fan_out"] == 7
    wiring = FixedWeights(np.ones((3, 3)) - np.eye(3))
    assert without_recurrence(Liquid(3, topology=wiring)).fit(X).network_.w.shape == (3, 3)


@pytest.mark.parametrize("model", [RidgeClassifier(), make_pipeline(RidgeClassifier()), 3, None])
def test_a_model_without_a_liquid_is_named(model):
    with pytest.raises(TypeError, match=r"must be a Liquid or an estimator with one in it, got"):
        without_recurrence(model)


def test_an_echo_state_network_follows_its_equation():
    rng = np.random.default_rng(1)
    u = rng.normal(size=(50, 3))
    network = Liquid.echo_state(
        n_neurons=20, leak=0.3, bias=0.1, spectral_radius=0.8, dt=10.0, dtype="float64",
        inputs=RandomInput(fan_in=2, weight=0.5), random_state=3,
    )  # fmt: skip
    samples = SpikeArray.from_dense([u], row_duration=10.0, graded=True)
    (states,) = network.fit(samples).trajectory(samples)
    w, w_in = (part.toarray() for part in (network.network_.w, network.network_.w_in))
    assert spectral_radius(network.network_.w) == pytest.approx(0.8, rel=1e-3)
    x, expected = np.zeros(20), []
    for row in u:
        x = 0.7 * x + 0.3 * np.tanh(x @ w + row @ w_in + 0.1)
        expected.append(x)
    np.testing.assert_allclose(states, expected, atol=1e-6)
    assert network.calibrated_ is None


def test_an_echo_state_network_takes_other_parameters_of_a_liquid():
    network = Liquid.echo_state(n_neurons=9, snapshots=Snapshots(feature="trace", tau=30.0))
    assert network.snapshots.feature == "trace"
    assert network.set_params(topology__fan_out=3).fit(X).network_.w.nnz == 27
    with pytest.raises(TypeError, match="neurons"):
        Liquid.echo_state(neurons=LIF())


def test_random_features_take_the_place_of_each_liquid():
    several = FeatureUnion([("one", small(dt=2.0)), ("two", make_pipeline(small(topology=Ring())))])
    model = Pipeline([("liquids", several), ("readout", RidgeClassifier())])
    control = with_random_features(model).fit(X, Y)
    one, two = (part for _, part in control["liquids"].transformer_list)
    assert isinstance(one, RandomFeatures)
    assert isinstance(two[0], RandomFeatures)
    assert (one.n_units, one.dt, two[0].dt) == (30, 2.0, 1.0)
    assert with_random_features(LSMClassifier()).liquid.n_units == 1000
    with pytest.raises(TypeError, match="must have a liquid and a readout, got a liquid alone"):
        with_random_features(small())
    with pytest.raises(TypeError, match="must be a Liquid or an estimator with one in it"):
        with_random_features(RidgeClassifier())
