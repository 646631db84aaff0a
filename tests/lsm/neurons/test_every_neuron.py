"""What holds for every neuron model: its parameters, its start, and the liquid it makes."""

import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse, stats
from sklearn.base import clone
from sklearn.utils.estimator_checks import check_estimator

from lsm import Liquid, neurons
from lsm._units import rounding_named
from lsm.kernel import Network, Plan, simulate
from lsm.neurons import (
    EIF,
    GLIF,
    IF,
    LIF,
    QIF,
    AdaptiveLIF,
    AdEx,
    HodgkinHuxley,
    Izhikevich,
    LeakyTanh,
    StochasticLIF,
)
from lsm.spikes import SpikeArray
from lsm.synapses import Delta, Exponential
from tests.helpers.models import models_of

MODELS = models_of(neurons)
SPIKING = [model for model in MODELS if model.spiking]
POSITIVE = {"capacitance", "resistance", "delta_t", "delta_v", "max_step", "leak", "g_leak"}


@pytest.mark.parametrize("model", SPIKING)
def test_random_start_scatters_the_spikes_but_not_at_once(model):
    rng, neuron = np.random.default_rng(0), model()
    parameters = neuron.draw(np.zeros(50, bool), 1.0, rng)
    rest, start = neuron.initial(parameters, 50), neuron.initial(parameters, 50, rng)
    assert all(np.shape(row) == (50,) for row in (*rest, *start))
    assert len(np.unique(rest[0])) == 1
    assert len(np.unique(start[0])) == 50
    chance = (np.ones(50),) if neuron.stochastic else ()
    _, spiked = neuron.reference_step(
        start, neuron.constants(parameters, 1.0), np.zeros(50), *chance
    )
    assert spiked.mean() < 0.2


@pytest.mark.parametrize("model", MODELS)
def test_models_are_parameter_objects(model):
    neuron = model()
    assert repr(neuron) == f"{model.__name__}()"
    changed = clone(neuron).set_params(bias=stats.norm(0, 0.1))
    again = pickle.loads(pickle.dumps(changed))
    inhibitory = np.arange(30) % 3 == 0
    drawn = [m.draw(inhibitory, 1.0, np.random.default_rng(0)) for m in (changed, again)]
    np.testing.assert_array_equal(drawn[0]["bias"], drawn[1]["bias"])
    assert len(np.unique(drawn[0]["bias"])) == 30
    for name, value in neuron.get_params().items():
        pair = clone(neuron).set_params(**{name: (value, value)}).draw(inhibitory, 1.0, None)
        np.testing.assert_array_equal(pair[name], np.full(30, value))


@pytest.mark.parametrize(
    "model", [model for model in SPIKING if "refractory" in model().get_params()]
)
@pytest.mark.parametrize(("refractory", "used"), [(1.6, 2.0), (0.3, 0.0)])
def test_refractory_periods_are_rounded_to_steps(model, refractory, used):
    inhibitory = np.zeros(3, bool)
    warned = pytest.warns(UserWarning, match=f"{model.__name__}.refractory from {refractory} to")
    with warned, rounding_named():
        rounded = model(refractory=refractory).draw(inhibitory, 1.0, None)
    exact = model(refractory=used).draw(inhibitory, 1.0, None)
    np.testing.assert_equal(model.constants(rounded, 1.0), model.constants(exact, 1.0))


@pytest.mark.parametrize("model", MODELS)
def test_time_constants_and_the_like_must_be_positive(model):
    for name in model().get_params():
        if name.startswith("tau") or name in POSITIVE:
            for value in (0.0, -1.0, (1.0, 0.0), np.nan):
                with pytest.raises(ValueError, match=f"{model.__name__}.{name} must be a finite"):
                    model().set_params(**{name: value}).draw(np.arange(4) > 1, 1.0, None)
    for name in model().get_params():
        with pytest.raises(TypeError, match=f"{model.__name__}.{name} must be a number"):
            model().set_params(**{name: "much"}).draw(np.arange(4) > 1, 1.0, None)


@pytest.mark.parametrize(
    ("neuron", "message"),
    [
        *(
            (model(v_reset=1.0, v_threshold=1.0), rf"{model.__name__}.v_reset must be below v_thr")
            for model in (IF, LIF, AdaptiveLIF, StochasticLIF, GLIF)
        ),
        (EIF(v_reset=0.0), r"EIF.v_reset must be below v_peak, got v_reset=0.0 and v_peak=0.0"),
        (AdEx(v_threshold=30.0), r"AdEx.v_threshold must be below v_peak, got v_threshold=30.0"),
        (QIF(v_reset=10.0), r"QIF.v_reset must be below v_peak, got v_reset=10.0 and v_peak=10.0"),
        (QIF(v_rest=1.0), r"QIF.v_rest must be below v_threshold, got v_rest=1.0"),
        (QIF(v_threshold=10.0), r"QIF.v_threshold must be below v_peak, got v_threshold=10.0"),
        (Izhikevich(c=40.0), r"Izhikevich.c must be below v_peak, got c=40.0 and v_peak=30.0"),
        (AdaptiveLIF(threshold_jump=-0.1), r"AdaptiveLIF.threshold_jump must be .* >= 0"),
        (GLIF(level=0), r"GLIF.level must be an integer >= 1 and <= 5, got 0"),
        (GLIF(level=2.5), r"GLIF.level must be an integer >= 1 and <= 5, got 2.5"),
        (GLIF(keep=1.1), r"GLIF.keep must be a finite number >= 0 and <= 1, got 1.1"),
        (LeakyTanh(leak=1.5), r"LeakyTanh.leak must be a finite number > 0 and <= 1, got 1.5"),
        (HodgkinHuxley(g_na=-1.0), r"HodgkinHuxley.g_na must be a finite number >= 0"),
    ],
)
def test_parameters_outside_their_meaning_are_refused(neuron, message):
    with pytest.raises(ValueError, match=message):
        neuron.draw(np.zeros(3, bool), 1.0, None)
    with pytest.raises(ValueError, match=message):
        Liquid(n_neurons=5, neurons=neuron).fit([np.ones((10, 2), int)])


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=10)
@given(seed=st.integers(0, 10**6), scale=st.sampled_from([1e-3, 1.0, 1e3, 1e6]))
def test_states_stay_finite_in_single_precision(model, seed, scale):
    rng = np.random.default_rng(seed)
    neuron, synapses, inhibitory = model(), Exponential(), np.arange(20) > 15
    parameters = neuron.draw(inhibitory, 1.0, rng)
    network = Network(
        neuron, synapses, parameters, synapses.draw(inhibitory, 1.0, rng),
        neuron.initial(parameters, 20, rng), np.zeros(20),
        sparse.csr_array(scale * rng.normal(size=(3, 20))),
        sparse.csr_array(scale * rng.normal(size=(20, 20))), graded=True,
    )  # fmt: skip
    u = SpikeArray.from_dense([rng.normal(size=(100, 3))])
    plan = Plan(np.array([0, 100]), np.arange(1, 101), np.ones(1), potential=True)
    states, _ = simulate(network, u, plan)
    assert states.dtype == np.float32
    assert np.isfinite(states).all()


def liquid(model, **params):
    synapses = Exponential() if model.spiking else Delta()
    return Liquid(neurons=model(), synapses=synapses, random_state=0, **params)


@pytest.mark.parametrize("model", [model for model in MODELS if model is not LIF])
def test_scikit_learn_contract(model):
    estimator = liquid(model, n_neurons=5, static_steps=40)
    if model is HodgkinHuxley:
        estimator.set_params(neurons__max_step=0.5)  # good enough for this, and fast
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        check_estimator(estimator)


@pytest.mark.parametrize("model", MODELS)
def test_a_liquid_of_every_model_tells_inputs_apart(model):
    rng = np.random.default_rng(0)
    X = [rng.poisson(0.05 + 0.1 * (i % 2), (150, 8)) for i in range(12)]
    fitted = liquid(model, n_neurons=40).fit(X)
    states = fitted.transform(X)
    assert np.linalg.matrix_rank(states.toarray()) == 12
    alone = pickle.loads(pickle.dumps(fitted)).transform(X[3:4])
    np.testing.assert_array_equal(alone.toarray()[0], states.toarray()[3])
    if model.spiking:
        assert 5 < fitted.health_.rate < 60
