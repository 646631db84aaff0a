"""Measures of memory, against closed forms for known systems."""

import functools
import warnings

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from lsm import Liquid, SpikeArray, measures
from lsm.measures import memory
from lsm.neurons import LIF
from lsm.synapses import Exponential
from lsm.topology import ErdosRenyi, RandomInput


def series(n_series=1, n_steps=2000, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1, 1, (n_steps, 1)) for _ in range(n_series)]


def fitted(X, n_neurons=60, **params):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a useless liquid may have a known measure
        return Liquid(n_neurons, **({"random_state": 0} | params)).fit(X)


def relay(X, n_neurons=60, **params):
    """Fit neurons that spike once, at once, for each spike of a channel that they read."""
    return fitted(
        X, n_neurons, calibration=None, topology=ErdosRenyi(fan_out=0), neurons=LIF(refractory=0.0),
        synapses=Exponential(tau_syn_exc=0.2), **params,
        inputs=RandomInput(fan_in=1, weight=200.0, distribution="constant"),
    )  # fmt: skip


def delayed(values, lags):
    """Return the values of each lag before, which are zero at first."""
    return np.stack([np.concatenate([np.zeros(k), values[: len(values) - k]]) for k in lags], 1)


@pytest.mark.parametrize("length", [1, 7, 20])
def test_memory_capacity_of_a_delay_line_is_its_length(length):
    values = series(n_steps=4000)[0][:, 0]
    mixed = delayed(values, range(1, length + 1))
    mixed = mixed @ np.random.default_rng(0).normal(size=(length, length + 3))
    assert memory._memory_capacity(mixed, values, 30) == pytest.approx(length, abs=0.05)


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_memory_capacity_of_a_leaky_integrator(keep):
    values = series(n_steps=8000)[0][:, 0]
    leaky = delayed(values, range(100)) @ keep ** np.arange(100)
    # the squared correlation with the value k back is (1 - keep^2) keep^2k
    assert memory._memory_capacity(leaky[:, None], values, 40) == pytest.approx(keep**2, abs=0.05)


def test_noise_has_no_memory():
    values = series(n_steps=4000)[0][:, 0]
    noise = np.random.default_rng(1).normal(size=(4000, 30))
    assert memory._memory_capacity(noise, values, 50) < 0.1
    assert memory._memory_capacity(0 * noise, values, 50) < 0.1


def test_memory_capacity_of_a_relay_is_that_of_its_traces():
    """The trace of a neuron that repeats its input is a leaky integrator of it."""
    values = np.random.default_rng(0).integers(0, 2, (40000, 1))
    X = SpikeArray.from_dense([values], row_duration=3.0)
    liquid = relay(X, n_neurons=2)
    capacity = measures.memory_capacity(liquid, X, max_lag=40, tau=10.0)
    assert capacity == pytest.approx(np.exp(-2 * 3 / 10), abs=0.06)
    # two traces hold two mixtures of the past, of which lag 0 takes its share
    past = np.exp(-3 * np.arange(40)[:, None] / np.array([5.0, 20.0]))
    basis = np.linalg.qr(past)[0]
    both = measures.memory_capacity(liquid, X, max_lag=39, tau=(5.0, 20.0))
    assert both == pytest.approx(2 - (basis[0] ** 2).sum(), abs=0.1)


def test_a_value_is_held_for_one_step_of_the_liquid():
    # The relay is a step late, so that its trace is all past.
    values = np.random.default_rng(0).integers(0, 2, (40000, 1))
    capacity = measures.memory_capacity(relay([values], 2), [values], max_lag=40, tau=10.0)
    assert capacity == pytest.approx(1, abs=0.1)


def test_series_pass_the_steps_of_a_pipeline():
    values = np.random.default_rng(0).integers(0, 2, (9000, 1))
    doubled = FunctionTransformer(lambda X: [np.repeat(x, 2, axis=1) for x in X])
    model = make_pipeline(doubled, relay(doubled.transform([values]), n_neurons=4))
    capacity = measures.memory_capacity(model, [values], max_lag=40, tau=10.0)
    assert capacity == pytest.approx(1, abs=0.15)
    halved = make_pipeline(FunctionTransformer(lambda X: [x[:-1] for x in X]), relay([values]))
    with pytest.raises(ValueError, match="an equal number of rows of the liquid's input"):
        measures.memory_capacity(halved, [values])


def test_several_series_are_averaged():
    one, other = np.split(np.random.default_rng(0).integers(0, 2, (2000, 1)), [900])
    liquid = relay([one], n_neurons=3)
    each = [measures.memory_capacity(liquid, [x], max_lag=20) for x in (one, other)]
    together = measures.memory_capacity(liquid, [one, other], max_lag=20)
    assert together == pytest.approx(np.mean(each))


@pytest.mark.parametrize("batch", [4, 256])
def test_capacities_of_functions_that_are_there(batch, monkeypatch):
    monkeypatch.setattr(memory, "BATCH", batch)
    values = series(n_steps=20000)[0][:, 0]
    past = delayed(values, range(4))
    square, cube = 1.5 * past**2 - 0.5, 2.5 * past**3 - 1.5 * past
    there = np.stack(
        [past[:, 1], past[:, 2], square[:, 0], past[:, 0] * past[:, 1], cube[:, 3],
         past[:, 0] * square[:, 2]], axis=1,
    )  # fmt: skip
    mixed = there @ np.random.default_rng(0).normal(size=(6, 6)) + 3
    capacities = memory._capacity_by_degree(mixed, values, [6, 5, 4], 1e-4)
    np.testing.assert_allclose(capacities, 2, atol=0.01)
    # functions of values before the lags are not found
    capacities = memory._capacity_by_degree(mixed, values, [2, 1, 1], 1e-4)
    np.testing.assert_allclose(capacities, [1, 1, 0], atol=0.02)


def test_a_noisy_state_has_part_of_a_capacity():
    values = series(n_steps=20000)[0][:, 0]
    noise = np.random.default_rng(1).normal(scale=np.sqrt(1 / 3), size=20000)  # as the values
    capacities = memory._capacity_by_degree((values + noise)[:, None], values, [10, 5], 1e-4)
    np.testing.assert_allclose(capacities, [0.5, 0], atol=0.02)


def test_states_without_input_have_no_capacity():
    values = series(n_steps=3000)[0][:, 0]
    noise = np.random.default_rng(1).normal(size=(3000, 50))
    np.testing.assert_array_equal(memory._capacity_by_degree(noise, values, [50, 20, 8], 1e-4), 0)


def test_capacity_of_a_network_that_forgets_is_its_number_of_states():
    rng = np.random.default_rng(0)
    values = series(n_steps=30000)[0][:, 0]
    w, w_in = rng.normal(size=(8, 8)), rng.normal(size=8)
    w *= 0.6 / np.abs(np.linalg.eigvals(w)).max()
    network = np.zeros((30000, 8))
    for t in range(1, 30000):
        network[t] = np.tanh(0.5 * (w @ network[t - 1] + w_in * values[t] + 0.5))
    total = memory._capacity_by_degree(network, values, [30, 15, 8], 1e-4).sum()
    assert 7.5 < total < 8.01


def test_capacity_of_a_liquid_is_bounded_by_its_traces():
    X = series(n_steps=4000)
    liquid = fitted(X, 15)
    capacities = measures.capacity_by_degree(liquid, X, lags=(20, 5))
    assert measures.information_processing_capacity(liquid, X, lags=(20, 5)) == capacities.sum()
    assert capacities[0] > 0.3
    assert capacities.sum() < 15
    shifted = [100 + 7 * x for x in X]
    np.testing.assert_allclose(memory._to_uniform(shifted[0]), memory._to_uniform(X[0]), atol=1e-3)


@pytest.mark.parametrize(
    "measure",
    [
        functools.partial(measures.memory_capacity, max_lag=20),
        functools.partial(measures.information_processing_capacity, lags=(10, 3)),
    ],
)
def test_a_measure_of_series_scores_a_search(measure):
    search = GridSearchCV(
        Liquid(n_neurons=20, random_state=0), {"neurons__tau_m": [5.0, 20.0]}, scoring=measure,
        cv=2, error_score="raise",
    ).fit(series(2))  # fmt: skip
    assert np.isfinite(search.best_score_)


@pytest.mark.parametrize(
    ("measure", "X", "params", "message"),
    [
        (measures.memory_capacity, series(), {"max_lag": 0}, "max_lag must be"),
        (measures.memory_capacity, series(), {"max_lag": 600}, "at least 2400 values, got 2000"),
        (measures.memory_capacity, series(), {"tau": (10.0, -1.0)}, "tau must be"),
        (measures.memory_capacity, series(), {"tau": True}, "tau must be a number > 0 or a seq"),
        (measures.memory_capacity, series(), {"tau": "30"}, "tau must be a number > 0 or a seq"),
        (measures.memory_capacity, series(), {"tau": 1 + 2j}, "tau must be a number > 0 or a"),
        (measures.memory_capacity, series(), {"tau": ()}, "tau must be a number > 0 or a seq"),
        (measures.capacity_by_degree, series(), {"lags": 5}, "lags must be a sequence"),
        (measures.capacity_by_degree, series(), {"lags": ()}, "lags must be a sequence"),
        (measures.memory_capacity, np.zeros((2, 50, 8)), {}, r"shape \(T, 1\), got 8"),
        (measures.capacity_by_degree, series(), {"lags": (5, 0)}, "lags must be"),
        (measures.capacity_by_degree, series(), {"p_value": 0.0}, "p_value must be"),
        (measures.capacity_by_degree, series(n_steps=60), {}, "many more values than .* traces"),
        (measures.capacity_by_degree, [series()[0] ** 3], {}, "uniformly distributed values"),
        (measures.capacity_by_degree, [0 * series()[0]], {}, "uniformly distributed values"),
    ],
)
def test_bad_series_and_parameters_are_refused(measure, X, params, message):
    with pytest.raises(ValueError, match=message):
        measure(fitted(series()), X, **params)
