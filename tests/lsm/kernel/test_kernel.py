"""The compiled kernel against the NumPy reference, and both against closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from lsm import neurons as neuron_models
from lsm import plasticity
from lsm import synapses as synapse_models
from lsm.kernel import (
    Network,
    Plan,
    learn,
    learn_reference,
    simulate,
    simulate_reference,
)  # fmt: skip
from lsm.neurons import LIF
from lsm.spikes import SpikeArray
from lsm.synapses import Exponential
from tests.helpers.models import models_of
from tests.helpers.networks import make_input, make_network, make_plan

# Every model that its folder exports is covered by the equality test below.
NEURONS, RULES = models_of(neuron_models), models_of(plasticity)
SYNAPSES = [model for model in models_of(synapse_models) if hasattr(model, "current")]


def assert_compiled_equals_reference(network, spikes, plan):
    ours, our_spikes = simulate(network, spikes, plan, dtype="float64", record=True)
    theirs, their_spikes = simulate_reference(network, spikes, plan, record=True)
    for (step, neuron), (their_step, their_neuron) in zip(our_spikes, their_spikes, strict=True):
        np.testing.assert_array_equal(step, their_step)
        np.testing.assert_array_equal(neuron, their_neuron)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)


@settings(max_examples=80)
@given(
    seed=st.integers(0, 10**6),
    n_neurons=st.integers(1, 70),
    density=st.sampled_from([0.0, 0.05, 0.5]),
    dale=st.booleans(),
    graded=st.booleans(),
    heterogeneous=st.booleans(),
    max_delay=st.sampled_from([1, 2, 5, 16]),
    max_delay_in=st.sampled_from([0, 0, 3, 16]),
    dynamic_and_noisy=st.booleans(),
    potential=st.booleans(),
    hold=st.sampled_from([1, 3, 1.5, 1000 / 256, 1000 / 360]),
)
def test_compiled_equals_reference(
    seed, n_neurons, density, dale, graded, heterogeneous, max_delay, max_delay_in,
    dynamic_and_noisy, potential, hold,
):  # fmt: skip
    network = make_network(
        n_neurons, density=density, dale=dale, graded=graded, max_delay=max_delay, seed=seed,
        max_delay_in=max_delay_in, heterogeneous=heterogeneous, dynamic=dynamic_and_noisy,
        noise=0.3 if dynamic_and_noisy else 0.0,
    )  # fmt: skip
    spikes = make_input(graded=graded, seed=seed, hold=hold)
    plan = make_plan(spikes, hold)._replace(potential=potential)
    assert_compiled_equals_reference(network, spikes, plan)


@pytest.mark.parametrize(
    "models",
    [(neurons, Exponential) for neurons in NEURONS if neurons is not LIF]
    + [(LIF, synapses) for synapses in SYNAPSES if synapses is not Exponential],
)
@settings(max_examples=10)
@given(
    seed=st.integers(0, 10**6),
    dale=st.booleans(),
    graded=st.booleans(),
    max_delay=st.sampled_from([1, 4]),
)
def test_compiled_equals_reference_for_every_model(models, seed, dale, graded, max_delay):
    network = make_network(
        dale=dale, graded=graded, max_delay=max_delay, seed=seed, heterogeneous=True,
        models=models,
    )  # fmt: skip
    spikes = make_input(graded=graded, seed=seed)
    plan = make_plan(spikes)._replace(potential=bool(seed % 2))
    assert_compiled_equals_reference(network, spikes, plan)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.acts_on == "spikes"])
@settings(max_examples=15)
@given(
    seed=st.integers(0, 10**6),
    dale=st.booleans(),
    max_delay=st.sampled_from([1, 4]),
    variant=st.integers(0, 3),
)
def test_compiled_learning_equals_reference(rule, seed, dale, max_delay, variant):
    network = make_network(dale=dale, max_delay=max_delay, seed=seed)
    spikes = make_input(2, seed=seed)
    words = [name for name, bounds in rule.bounds.items() if isinstance(bounds, tuple)]
    rule = rule(**{name: rule.bounds[name][variant >> i & 1] for i, name in enumerate(words)})
    ours = learn(network, spikes, [rule], unit=0.5, dtype="float64")
    theirs = learn_reference(network, spikes, rule, unit=0.5)
    np.testing.assert_allclose(ours.w.data, theirs.w.data, rtol=1e-9, atol=1e-12)
    assert np.all(ours.w.data * network.w.data >= 0)


@pytest.mark.parametrize("neurons", [model for model in NEURONS if model.spiking])
def test_networks_of_the_equality_test_are_alive(neurons):
    models, spikes = (neurons, Exponential), make_input(seed=1)
    network = make_network(50, models=models)
    counts, _ = simulate_reference(network, spikes, make_plan(spikes))
    without = make_network(50, density=0.0, models=models)
    other, _ = simulate_reference(without, spikes, make_plan(spikes))
    assert counts[:, 0].sum() > 100
    assert not np.array_equal(counts, other)


@pytest.mark.parametrize("run", [simulate, simulate_reference])
@pytest.mark.parametrize("current", [1.1, 1.5, 4.0])
def test_rate_of_a_constant_current_is_the_closed_form(run, current):
    dt, lif = 0.1, LIF()
    parameters = lif.draw(np.zeros(1, bool), dt, None)
    empty = sparse.csr_array((1, 1))
    network = Network(
        lif, Exponential(), parameters, Exponential().draw(np.zeros(1, bool), dt, None),
        lif.initial(parameters, 1), np.array([current]), empty, empty, dt=dt,
    )  # fmt: skip
    spikes = SpikeArray.from_dense([np.zeros((4000, 1), dtype=int)], row_duration=dt)
    plan = Plan(np.array([0, 1]), np.array([4000]), np.array([1.0]))
    _, [(steps, _)] = run(network, spikes, plan, record=True)
    # From v_reset = 0 the potential I(1 - exp(-t/tau)) meets the threshold of 1.
    rise = -20.0 * np.log(1 - 1 / current)
    interval = np.ceil(rise / dt) + 2.0 / dt
    np.testing.assert_array_equal(np.diff(steps), interval)
    assert steps[0] == np.ceil(rise / dt) - 1


@pytest.mark.parametrize("run", [simulate, simulate_reference])
@pytest.mark.parametrize(("tau_m", "tau_syn"), [(20.0, 5.0), (5.0, 20.0), (10.0, 10.0)])
def test_response_to_one_input_spike_is_the_closed_form(run, tau_m, tau_syn):
    """The neuron fires at the step where the closed-form potential first exceeds threshold."""
    dt, n_steps, weight = 0.5, 200, 1.0
    t = np.arange(n_steps) * dt  # time since arrival, at the end of each step
    if tau_m == tau_syn:
        psp = weight * t / tau_m * np.exp(-t / tau_m)
    else:
        psp = weight * tau_syn / (tau_m - tau_syn) * (np.exp(-t / tau_m) - np.exp(-t / tau_syn))
    thresholds = np.linspace(0.1, 0.95, 7) * psp.max()
    expected = [int(np.argmax(psp >= threshold)) for threshold in thresholds]
    lif = LIF(tau_m=tau_m, v_threshold=thresholds, v_reset=-1.0, refractory=1000.0)
    parameters = lif.draw(np.zeros(7, bool), dt, None)
    synapses = Exponential(tau_syn_exc=tau_syn)
    network = Network(
        lif, synapses, parameters, synapses.draw(np.zeros(7, bool), dt, None),
        lif.initial(parameters, 7), np.zeros(7), sparse.csr_array(np.full((1, 7), weight)),
        sparse.csr_array((7, 7)), dt=dt,
    )  # fmt: skip
    spikes = SpikeArray.from_dense([np.eye(n_steps, 1, dtype=int)], row_duration=dt)
    plan = Plan(np.array([0, 1]), np.array([n_steps]), np.array([1.0]))
    dtype = {"dtype": "float64"} if run is simulate else {}
    _, [(steps, neurons)] = run(network, spikes, plan, record=True, **dtype)
    found = np.empty(7, dtype=int)
    found[neurons] = steps
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("max_delay", [1, 7])
def test_float32_counts_agree_with_float64(max_delay):
    network = make_network(60, max_delay=max_delay, density=0.1)
    spikes = make_input(20, seed=3)
    plan = make_plan(spikes)
    single, _ = simulate(network, spikes, plan)
    double, _ = simulate(network, spikes, plan, dtype="float64")
    assert single.dtype == np.float32
    assert abs(single[:, 0].sum() / double[:, 0].sum() - 1) < 0.02


def test_a_sample_gives_the_same_alone_in_any_batch_and_in_windows(monkeypatch):
    network = make_network(60, max_delay=5)
    spikes = make_input(9, seed=5)
    whole, recorded = simulate(network, spikes, make_plan(spikes), record=True)
    monkeypatch.setattr("lsm.kernel.compiled.UPDATES_PER_THREAD", 1)
    threads, _ = simulate(network, spikes, make_plan(spikes), n_jobs=3)
    np.testing.assert_array_equal(whole, threads)
    monkeypatch.setattr("lsm.kernel.compiled.UPDATES_PER_CALL", 60 * 7)
    windows, recorded_again = simulate(network, spikes, make_plan(spikes), record=True, n_jobs=2)
    np.testing.assert_array_equal(whole, windows)
    for pair, again in zip(recorded, recorded_again, strict=True):
        np.testing.assert_array_equal(pair, again)
    order = np.array([4, 0, 8])
    plan = make_plan(spikes[order])
    alone, _ = simulate(network, spikes[order], plan)
    offsets = make_plan(spikes).offsets
    rows = np.concatenate([np.arange(offsets[i], offsets[i + 1]) for i in order])
    np.testing.assert_array_equal(whole[rows], alone)


class Counts(LIF):
    """A neuron whose step tells spikes by a number that is not one."""

    @staticmethod
    def step(n, state, constants, current):
        return 255 * (current > constants[-1])


def test_a_neuron_that_spikes_is_listed_once_whatever_its_step_returns():
    network = make_network(64, models=(Counts, Exponential))
    _, recorded = simulate(network, make_input(2), make_plan(make_input(2)), record=True)
    assert sum(len(steps) for steps, _ in recorded) > 0
    for steps, neurons in recorded:
        assert len({*zip(steps, neurons, strict=True)}) == len(steps)
        assert np.all(neurons < 64)
