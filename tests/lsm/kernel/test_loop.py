"""The loop as Python against the NumPy reference, on small networks that reach every branch."""

import numpy as np
import pytest

from lsm import neurons as neuron_models
from lsm import plasticity
from lsm import synapses as synapse_models
from lsm.kernel import (
    Correlation,
    Loop,
    Plan,
    Stream,
    _matrix,
    learn,
    learn_reference,
    record,
    record_potentials,
    simulate,
    simulate_reference,
)
from lsm.kernel._feedback import learn_row
from lsm.kernel._pack import pack_network
from lsm.neurons import LIF, LeakyTanh, StochasticLIF
from lsm.plasticity import PairSTDP, TripletSTDP
from lsm.samples import cut_rows
from lsm.spikes import SpikeArray
from lsm.synapses import Alpha, Conductance, Delta, Exponential, Sampled
from tests.helpers.interpreted import interpret_loop
from tests.helpers.models import models_of
from tests.helpers.networks import make_input, make_network, make_plan

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")
N = 9  # with an array of 16 currents: a padding


@pytest.fixture(autouse=True)
def loop_as_python(monkeypatch):
    interpret_loop(monkeypatch)


def lively(**options):
    """Return a network with strong input, so that few neurons with few synapses spike."""
    network = make_network(N, **{"seed": 1} | options)
    network.w_in.data[:] *= 4
    return network


def assert_equals_reference(network, spikes, plan):
    """Check that the loop spikes where the reference spikes, and reads what it reads."""
    ours, our_spikes = simulate(network, spikes, plan, dtype="float64", record=True)
    theirs, their_spikes = simulate_reference(network, spikes, plan, record=True)
    assert len(our_spikes) == len(their_spikes) == len(spikes)
    for pair, other in zip(our_spikes, their_spikes, strict=True):
        np.testing.assert_array_equal(pair, other)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    assert np.abs(theirs).sum() > 0
    return ours


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"dale": False},
        {"density": 0.1},
        {"density": 0.1, "dale": False},
        {"heterogeneous": True, "max_delay": 5},
        {"max_delay": 5, "dale": False},
        {"max_delay": 4, "max_delay_in": 6},
        {"max_delay_in": 3, "dale": False},
        {"dynamic": True},
        {"dynamic": True, "max_delay": 4, "dale": False, "dt": 0.5},
        {"noise": 0.3},
        {"models": (StochasticLIF, Exponential), "seed": 2},
        {"models": (LIF, Delta), "max_delay": 3},
        {"models": (LIF, Delta)},
        {"models": (LIF, Alpha), "heterogeneous": True},
        {"models": (LIF, Sampled), "max_delay_in": 3},
        {"models": (LIF, Conductance), "dale": False},
    ],
)
def test_spikes_are_those_of_the_reference(options):
    network, spikes = lively(**options), make_input(seed=1, rate=0.4)
    readings = assert_equals_reference(network, spikes, make_plan(spikes))
    assert readings[:, 0].sum() > 20


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"dale": False, "density": 0.1},
        {"max_delay": 5},
        {"max_delay_in": 5},
        {"max_delay_in": 5, "max_delay": 2, "dale": False},
        {"models": (LIF, Delta)},
        {"models": (LeakyTanh, Delta)},
        {"models": (LeakyTanh, Delta), "max_delay": 4},
        {"models": (LeakyTanh, Delta), "max_delay": 4, "max_delay_in": 2},
    ],
)
@pytest.mark.parametrize("hold", [1, 1.5, 3])
def test_graded_input_is_held_for_its_row(options, hold):
    network = lively(graded=True, **options)
    spikes = make_input(2, graded=True, seed=2, hold=hold, rate=0.6)
    assert_equals_reference(network, spikes, make_plan(spikes, hold))


@pytest.mark.parametrize("hold", [1.5, 4])
@pytest.mark.parametrize("options", [{}, {"max_delay_in": 3}])
def test_spikes_come_at_the_begin_of_their_row(options, hold):
    network, spikes = make_network(N, **options), make_input(2, hold=hold, rate=0.5)
    assert_equals_reference(network, spikes, make_plan(spikes, hold))


@pytest.mark.parametrize(
    "models",
    [(neurons, Exponential) for neurons in models_of(neuron_models)]
    + [(LIF, synapses) for synapses in models_of(synapse_models) if hasattr(synapses, "current")],
)
def test_every_model_is_that_of_the_reference(models):
    network = make_network(N, seed=2, dale=False, heterogeneous=True, models=models)
    spikes = make_input(2, seed=1, rate=0.4)
    assert_equals_reference(network, spikes, make_plan(spikes))


@pytest.mark.parametrize("potential", [False, True])
@pytest.mark.parametrize("options", [{}, {"graded": True, "models": (LeakyTanh, Delta)}])
def test_readings_of_one_step_are_equal_and_filters_fade_between_readings(potential, options):
    network, spikes = make_network(N, **options), make_input(3, graded=options.get("graded", False))
    times = [np.sort(np.r_[[1, 1, n, n, n], np.arange(2, n, 7)]).clip(1) for n in spikes.n_rows]
    offsets = np.concatenate([[0], np.cumsum([len(part) for part in times])])
    plan = Plan(offsets, np.concatenate(times), np.array([1.0, 0.9, 0.5]), potential)
    readings = assert_equals_reference(network, spikes, plan)
    np.testing.assert_array_equal(readings[offsets[1:] - 1], readings[offsets[1:] - 2])


def test_steps_after_the_last_reading_count_in_no_reading():
    network, spikes = lively(), make_input(3, seed=1, rate=0.4)
    early = Plan(np.arange(4), np.minimum(spikes.n_rows, 5), np.array([1.0, 0.9]))
    assert_equals_reference(network, spikes, early)
    none = Plan(np.array([0, 0, 1, 1]), spikes.n_rows[1:2] - 1, np.ones(1))
    assert_equals_reference(network, spikes, none)


@pytest.mark.parametrize("dale", [True, False])
def test_weights_that_no_cache_holds_are_fetched_ahead_and_add_up_alike(dale, monkeypatch):
    monkeypatch.setattr(_matrix, "FAR_BYTES", 0)
    monkeypatch.setattr(_matrix, "DENSE_BYTES", 0)
    network, spikes = make_network(N, dale=dale, density=0.5), make_input(seed=1, rate=0.5)
    assert_equals_reference(network, spikes, make_plan(spikes))


@pytest.mark.parametrize(
    "options",
    [
        {"max_delay": 5, "noise": 0.1},
        {"dynamic": True, "max_delay_in": 2},
        {"graded": True, "max_delay_in": 4},
        {"graded": True, "models": (LeakyTanh, Delta), "max_delay": 3},
        {"graded": True, "models": (LeakyTanh, Delta)},
    ],
)
def test_a_run_cut_into_windows_is_the_whole_run(options, monkeypatch):
    graded = options.get("graded", False)
    network, spikes = make_network(N, **options), make_input(3, graded=graded, seed=5, rate=0.5)
    plan = make_plan(spikes)
    whole, recorded = simulate(network, spikes, plan, dtype="float64", record=True)
    monkeypatch.setattr("lsm.kernel.compiled.UPDATES_PER_CALL", N * 7)
    windows, again = simulate(network, spikes, plan, dtype="float64", record=True)
    np.testing.assert_array_equal(windows, whole)
    for pair, other in zip(again, recorded, strict=True):
        np.testing.assert_array_equal(pair, other)


@pytest.mark.parametrize("options", [{"max_delay": 4}, {"dale": False, "density": 0.8}])
@pytest.mark.parametrize(
    "rule", [rule() for rule in models_of(plasticity) if rule.acts_on == "spikes"]
)
def test_learnt_weights_are_those_of_the_reference(rule, options):
    network = make_network(N, seed=3, **options)
    # A zero of a sign: the positive one may grow, the negative one belongs to inhibition.
    network.w.data[:2] = np.copysign(0.0, network.w.data[:2])
    spikes = make_input(2, seed=1, rate=0.4)
    ours = learn(network, spikes, [rule], unit=0.5, dtype="float64")
    theirs = learn_reference(network, spikes, rule, unit=0.5)
    np.testing.assert_allclose(ours.w.data, theirs.w.data, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(ours.lasting, theirs.lasting, rtol=1e-9)
    inhibitory = np.signbit(network.w.data)
    np.testing.assert_array_equal(ours.w.data[inhibitory], network.w.data[inhibitory])
    assert np.any(ours.w.data != network.w.data)
    assert np.all(ours.w.data[~inhibitory] >= 0)


@pytest.mark.parametrize("rule", [PairSTDP, TripletSTDP])
@pytest.mark.parametrize("pairing", ["all", "nearest"])
def test_weights_that_wait_for_spikes_are_those_of_the_reference(rule, pairing):
    """The clock of a fast trace starts again every few steps, and traces become negligible."""
    names = [name for name in rule().get_params() if name.startswith("a")]
    amplitudes = {name: 4.0 if "plus" in name else 0.6 for name in names}
    rule = rule(tau_plus=0.7, pairing=pairing, w_max=0.6, **amplitudes)
    network, spikes = lively(max_delay=4, seed=3), make_input(3, seed=4, rate=0.3)
    ours = learn(network, spikes, [rule], unit=0.5, dtype="float64")
    theirs = learn_reference(network, spikes, rule, unit=0.5)
    np.testing.assert_allclose(ours.w.data, theirs.w.data, rtol=1e-9, atol=1e-12)
    excitatory = network.w.data > 0
    assert np.any(theirs.w.data[excitatory] == 0)
    assert np.any(theirs.w.data == rule.w_max * 0.5)


def closed_loop(spikes, n_features, delay, n_forced, seed=0, **options):
    rng = np.random.default_rng(seed)
    n_rows = spikes.n_rows.sum()
    return Loop(
        weights=rng.normal(size=(2, N)), targets=rng.normal(size=(n_rows, 2)),
        outputs=np.zeros((n_rows, 2)), n_forced=np.array(n_forced), taught_from=4,
        coef=rng.normal(0, 0.05, (2, n_features)), intercept=rng.normal(size=2),
        **{"correlation": Correlation.of(np.empty((0, 0))), "delay": delay} | options,
    )  # fmt: skip


def plan_of_rows(network, spikes):
    times = np.concatenate([network.row_start(spikes)[1 : n + 1] for n in spikes.n_rows])
    offsets = np.concatenate([[0], np.cumsum(spikes.n_rows)])
    return Plan(offsets, times, np.array([0.9, 0.5]))


@pytest.mark.parametrize("clip", [None, [[-0.5, -9.0], [0.2, 0.5]]])
@pytest.mark.parametrize("taught", [False, True])
@pytest.mark.parametrize("delay", [1, 3])
@pytest.mark.parametrize(
    "options", [{}, {"graded": True, "max_delay": 3}, {"graded": True, "max_delay_in": 2}]
)
def test_outputs_flow_back_as_a_stream_adds_them_row_by_row(options, delay, taught, clip):
    network = make_network(N, **options)
    spikes = make_input(2, graded=options.get("graded", False), hold=2, rate=0.4, seed=4)
    plan = plan_of_rows(network, spikes)
    teaching = {"correlation": Correlation.of(np.eye(2 * N)), "forget": 0.98} if taught else {}
    loop = closed_loop(spikes, 2 * N, delay, [5, 0], **teaching)
    if clip is not None:
        loop = loop._replace(clip=np.array(clip))
    taught_by_kernel = loop._replace(coef=loop.coef.copy())
    readings, _ = simulate(network, spikes, plan, dtype="float64", loop=taught_by_kernel)
    coef, P = loop.coef.copy(), np.eye(2 * N)
    for sample, first in enumerate(plan.offsets[:-1]):
        rows = cut_rows(spikes, sample)
        stream = Stream(network, rows[0], plan, dtype="float64")
        for t, row in enumerate(rows):
            source = t - delay
            is_forced = source < loop.n_forced[sample]
            sent = (loop.targets if is_forced else loop.outputs)[first + source]
            if clip is not None and not is_forced:
                sent = np.clip(sent, *clip)
            back = sent @ loop.weights if source >= 0 else np.zeros(N)
            (state,) = stream.step(row, back)
            np.testing.assert_allclose(readings[first + t], state, rtol=1e-6, atol=1e-9)
            x = state.ravel()
            loop.outputs[first + t] = coef @ x + loop.intercept
            if taught and t >= loop.taught_from:  # Haykin, Adaptive filter theory, table 9.1
                error = loop.outputs[first + t] - loop.targets[first + t]
                gain = P @ x / (loop.forget + x @ P @ x)
                coef -= np.outer(error, gain)
                P = (P - np.outer(gain, x @ P)) / loop.forget
    np.testing.assert_allclose(taught_by_kernel.outputs, loop.outputs, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(taught_by_kernel.coef, coef, rtol=1e-6, atol=1e-9)
    if taught:
        np.testing.assert_allclose(loop.correlation.whole, P, rtol=1e-6, atol=1e-9)


def test_targets_that_flow_back_need_no_readout():
    network, spikes = make_network(N), make_input(1, rate=0.4)
    plan = plan_of_rows(network, spikes)
    loop = closed_loop(spikes, 0, 1, [10**6])
    loop = loop._replace(coef=np.empty((0, 0)), intercept=np.empty(0))
    readings, _ = simulate(network, spikes, plan, dtype="float64", loop=loop)
    stream = Stream(network, cut_rows(spikes, 0)[0], plan, dtype="float64")
    before = np.vstack([np.zeros((1, 2)), loop.targets[:-1]])
    for row, target, reading in zip(cut_rows(spikes, 0), before, readings, strict=True):
        np.testing.assert_allclose(stream.step(row, target @ loop.weights)[0], reading, rtol=1e-6)
    assert not loop.outputs.any()


def test_least_squares_are_those_of_all_rows_at_once_and_the_inverse_stays_bounded():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)), rng.normal(size=(40, 2))

    def learn_from(x, error, coef, correlation, forget):
        learn_row(x, (correlation.matrix @ x)[None], error, coef, correlation, forget)

    coef, correlation = np.zeros((2, 3)), Correlation.of(10.0 * np.eye(3))
    for x, target in zip(X, y, strict=True):
        learn_from(x, coef @ x - target, coef, correlation, 1.0)
    ridge = np.linalg.solve(X.T @ X + 0.1 * np.eye(3), X.T @ y).T
    np.testing.assert_allclose(coef, ridge, rtol=1e-9)
    silent = np.array([1.0, 0.0])
    coef, correlation = np.zeros((1, 2)), Correlation.of(np.array([[1.0, 0.5], [0.5, 1.0]]))
    for _ in range(400):
        learn_from(silent, np.zeros(1), coef, correlation, 0.9)
    inverse = correlation.whole
    assert np.isfinite(inverse).all()
    assert 0.99e12 < inverse[1, 1] < 2.3e12  # until the terms are taken in, it may double
    assert np.linalg.eigvalsh(inverse).min() > 0
    # Without forgetting nothing grows, so nothing is bounded.
    large = Correlation.of(np.diag([1e13, 1e13]))
    for _ in range(100):
        learn_from(silent, np.zeros(1), coef, large, 1.0)
    assert large.whole[1, 1] == 1e13


@pytest.mark.parametrize("dynamic", [False, True])
@pytest.mark.parametrize("graded", [False, True])
def test_a_stream_is_the_whole_run(graded, dynamic):
    network = make_network(N, graded=graded, dynamic=dynamic, max_delay=4, max_delay_in=2)
    spikes = make_input(1, graded=graded, hold=1000 / 360, seed=3, rate=0.4)
    plan = plan_of_rows(network, spikes)
    whole, _ = simulate(network, spikes, plan, dtype="float64")
    rows = cut_rows(spikes, 0)
    stream = Stream(network, rows[0], plan, dtype="float64")
    np.testing.assert_array_equal([stream.step(row)[0] for row in rows], whole)
    assert stream.n_rows == len(rows)


def test_a_noisy_stream_draws_anew_for_each_row_and_is_the_same_in_any_pieces():
    network, spikes = make_network(N, noise=0.5, density=0.0), make_input(1, seed=3, rate=0.0)
    plan, row = Plan(np.array([0, 1]), np.array([1]), np.ones(1), True), cut_rows(spikes, 0)[0]
    stream = Stream(network, row, plan, dtype="float64")
    one_by_one = np.concatenate([stream.step(row) for _ in range(8)])
    assert len(np.unique(np.diff(one_by_one[:, 0, 0]))) == 7
    eight_rows = SpikeArray([], [], None, [0, 0], [8], row.n_channels)
    again = Stream(network, row, plan, dtype="float64").step(eight_rows)
    np.testing.assert_array_equal(again, one_by_one)


def test_potentials_of_every_step_are_those_of_the_reference(monkeypatch):
    monkeypatch.setattr("lsm.kernel.recording.WINDOW", 5 * N)
    network, spikes = make_network(N, max_delay=3), make_input(2, rate=0.4)
    recorded, potentials = record_potentials(network, spikes, [4, 0], dtype="float64")
    whole = record(network, spikes, dtype="float64")
    for i, n in enumerate(spikes.n_rows):
        plan = Plan(np.array([0, n]), np.arange(1, n + 1), np.ones(1), True)
        expected, [pair] = simulate_reference(network, spikes[[i]], plan, record=True)
        np.testing.assert_allclose(potentials[i], expected[:, 0, [4, 0]], rtol=1e-9, atol=1e-12)
        for spikes_of_all in (recorded, whole):
            part = slice(spikes_of_all.offsets[i], spikes_of_all.offsets[i + 1])
            np.testing.assert_array_equal(spikes_of_all.rows[part], pair[0])
            np.testing.assert_array_equal(spikes_of_all.channels[part], pair[1])


def simulate_and_fail(network, spikes):
    with np.errstate(all="ignore"), pytest.raises(ValueError, match="NaN or infinite") as caught:
        simulate(network, spikes, make_plan(spikes), dtype="float64")
    return str(caught.value)


def test_a_neuron_that_is_not_finite_is_named_with_step_and_sample():
    network, spikes = make_network(N, density=0.5), make_input(3, seed=1, rate=0.4)
    event = spikes.offsets[1] + 20
    channel, step = spikes.channels[event], spikes.rows[event]
    spikes.amplitudes = np.ones(len(spikes.rows), np.float32)
    spikes.amplitudes[event] = 1e38
    first = network.w_in.indptr[channel]
    network.w_in.data[first] = 1e300
    assert step > 1
    assert simulate_and_fail(network, spikes) == (
        f"neuron {network.w_in.indices[first]} became NaN or infinite in step {step} of sample 1: "
        "a weight or an amplitude is too large for float64; scale it down"
    )


def test_weights_and_initial_states_that_are_not_finite_are_found():
    spikes, network = make_input(2, seed=1, rate=0.4), make_network(N, density=0.5)
    network.w.data[:] = 1.7e308
    assert "of sample 0: a weight" in simulate_and_fail(network, spikes)
    network = make_network(N)
    network.initial[0][7] = np.nan
    assert "neuron 7 became NaN or infinite in step 0" in simulate_and_fail(network, spikes)


def test_neurons_without_synapses_follow_their_bias():
    network, spikes = make_network(N, density=0.0), make_input(2, seed=1)
    network.bias[:] += 1.5
    assert_equals_reference(network, spikes, make_plan(spikes))


def test_weights_are_reordered_only_where_a_neuron_has_both_signs():
    packed = pack_network(make_network(N, density=0.5), 1.0, np.dtype("float64"))
    assert packed.order is None
    assert packed.recurrence.dense.shape == (N, packed.n_padded)
    packed = pack_network(make_network(N, density=0.5, dale=False), 1.0, np.dtype("float64"))
    assert sorted(packed.order) == list(range(len(packed.order)))
