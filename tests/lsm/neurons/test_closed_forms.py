"""Neuron models against closed forms, published figures and each other.

tests/lsm/kernel/test_kernel.py shows that the compiled step equals the reference. Here the
reference runs, which needs no compiler.
"""

import numpy as np
import pytest
from scipy import sparse
from scipy.optimize import brentq

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
from lsm.neurons._reset import mean_decay
from lsm.spikes import SpikeArray
from lsm.synapses import Delta

# Currents in nA from none to one at which the model fires fast.
HIGHEST = {IF: 2.0, LIF: 4.0, AdaptiveLIF: 4.0, StochasticLIF: 4.0, EIF: 3.0, AdEx: 3.0,
           GLIF: 1.0, QIF: 3.0, Izhikevich: 30.0, HodgkinHuxley: 4.0}  # fmt: skip


def run(model, current, dt, *, n_neurons=1, seed=0):
    """Drive independent neurons with a current by step; return their spikes and potentials.

    Both have the shape (n_steps, n_neurons). The current may have it too.
    """
    rng = np.random.default_rng(seed)
    parameters = model.draw(np.zeros(n_neurons, bool), dt, rng)
    constants, state = model.constants(parameters, dt), model.initial(parameters, n_neurons)
    spikes, potentials = [], []
    with np.errstate(all="raise", under="ignore"):
        for row in np.reshape(current, (len(current), -1)):
            now = np.broadcast_to(row, n_neurons)
            chance = (rng.random(n_neurons),) if model.stochastic else ()
            state, spiked = model.reference_step(state, constants, now, *chance)
            spikes.append(spiked)
            potentials.append(state[0])
    return np.array(spikes), np.array(potentials)


def assert_equal_runs(model, other, current):
    spikes, potential = run(model, current, 1.0)
    expected, expected_potential = run(other, current, 1.0)
    np.testing.assert_array_equal(spikes, expected)
    np.testing.assert_allclose(potential, expected_potential, rtol=1e-9, atol=1e-12)
    assert spikes.sum() > 20


def spike_times(model, current, dt):
    """Return the times in ms of the spikes of one neuron."""
    return dt * (1 + np.flatnonzero(run(model, current, dt)[0]))


def test_perfect_integrator_counts_charge():
    dt, current = 0.5, np.array([0.25, 1.0, 2.75])
    model = IF(capacitance=8.0, v_threshold=1.5, v_reset=-0.5, refractory=3.0)
    spikes, _ = run(model, np.tile(current, (4000, 1)), dt, n_neurons=3)
    for n in range(3):
        steps = np.ceil(8.0 * 2.0 / (current[n] * dt)) + 3.0 / dt
        np.testing.assert_array_equal(np.diff(np.flatnonzero(spikes[:, n])), steps)


@pytest.mark.parametrize(("threshold_jump", "adaptation_jump"), [(0.5, 0), (0, 0.3), (0.2, 0.2)])
def test_adapted_interval_is_the_closed_form(threshold_jump, adaptation_jump):
    current, refractory, dt = 2.5, 2.0, 0.05
    model = AdaptiveLIF(
        refractory=refractory, threshold_jump=threshold_jump, tau_threshold=50.0,
        adaptation_jump=adaptation_jump, tau_adaptation=70.0,
    )  # fmt: skip

    def miss(interval):
        """How far v is below the threshold an interval after a spike, where it is periodic."""
        w = adaptation_jump / (1 - np.exp(-interval / 70.0))
        h = threshold_jump * np.exp(-interval / 50.0) / (1 - np.exp(-interval / 50.0))
        m, a = 1 / 20.0, 1 / 70.0
        waited = interval - refractory
        pull = w * m / (m - a) * (
            np.exp(-a * interval) - np.exp(-a * refractory - m * waited)
        )  # fmt: skip
        return 1 + h - (current * (1 - np.exp(-m * waited)) - pull)

    times = spike_times(model, np.full(round(600 / dt), current), dt)
    interval = brentq(miss, refractory + 0.1, 500)
    assert np.diff(times)[0] < 0.8 * interval  # it did adapt
    np.testing.assert_allclose(np.diff(times)[-5:].mean(), interval, atol=dt)


@pytest.mark.parametrize(
    ("neuron", "zero"),  # rows of the state that start at zero: currents pass for constant in h_v
    [(IF(), [1]), (LIF(), [1]), (AdaptiveLIF(), [1]), (GLIF(level=4), [1]), (GLIF(), [1, 2, 3])],
)
def test_what_is_integrated_exactly_takes_steps_of_any_length(neuron, zero):
    neuron, rng = neuron.set_params(v_threshold=1e6, refractory=4.0), np.random.default_rng(0)
    start = np.array(neuron.initial(neuron.draw(np.zeros(20, bool), 1.0, rng), 20))
    start += rng.normal(size=start.shape) * ~np.isin(np.arange(len(start)), zero)[:, None]
    ends = []
    for dt, n_steps in ((4.0, 1), (0.125, 32)):
        state = start
        constants = neuron.constants(neuron.draw(np.zeros(20, bool), dt, rng), dt)
        for _ in range(n_steps):
            state, _ = neuron.reference_step(state, constants, 0.3)
        ends.append(np.delete(state, 1, axis=0))  # all but the count of refractory steps
    np.testing.assert_allclose(*ends, rtol=1e-10)


def test_adaptive_neuron_without_jumps_is_the_plain_one():
    current = np.random.default_rng(0).normal(1, 3, 2000)
    assert_equal_runs(AdaptiveLIF(threshold_jump=0.0, adaptation_jump=0.0), LIF(), current)


@pytest.mark.parametrize("v", [0.7, 1.0, 1.2])
def test_escape_rate_is_the_closed_form(v):
    dt, refractory, n_neurons, n_steps = 0.5, 3.0, 400, 2000
    model = StochasticLIF(
        v_rest=v, v_reset=v - 1e-9, v_threshold=1.3, refractory=refractory, delta_v=0.2,
        tau_escape=5.0,
    )  # fmt: skip
    spikes, _ = run(model, np.zeros(n_steps), dt, n_neurons=n_neurons)
    # In each step that the neuron is awake it spikes with a fixed chance.
    chance = 1 - np.exp(-dt / 5.0 * np.exp((v - 1.3) / 0.2))
    interval, deviation = refractory + dt / chance, dt * np.sqrt(1 - chance) / chance
    expected = n_neurons * n_steps * dt / interval
    # A renewal process: the variance of its count is the mean times the squared CV.
    sigma = np.sqrt(expected) * deviation / interval
    assert abs(spikes.sum() - expected) < 4 * sigma + n_neurons
    intervals = np.concatenate([np.diff(np.flatnonzero(column)) for column in spikes.T]) * dt
    assert intervals.min() >= refractory + dt


def test_a_hard_escape_is_the_plain_threshold():
    current = np.random.default_rng(1).normal(1, 3, 3000)
    soft = StochasticLIF(delta_v=1e-6, tau_escape=1e-3)
    assert_equal_runs(soft, LIF(), current)


def test_rheobase_of_the_exponential_neuron_is_the_closed_form():
    model = EIF()
    rheobase = (model.v_threshold - model.v_rest - model.delta_t) / model.resistance
    spikes, _ = run(model, np.tile([0.99, 1.01], (3000, 1)) * rheobase, 0.5, n_neurons=2)
    assert list(spikes.any(axis=0)) == [False, True]


QUADRATIC = QIF(
    tau_m=12.0, v_rest=-65.0, v_threshold=-50.0, v_reset=-60.0, refractory=3.0, resistance=40.0,
    v_peak=30.0,
)  # fmt: skip
SPAN = QUADRATIC.v_threshold - QUADRATIC.v_rest


def test_quadratic_neuron_rests_where_its_equation_says_and_spikes_from_rheobase_on():
    share = np.array([-1e3, -10.0, -0.5, 0.0, 0.5, 0.99, 1.01])
    current = np.tile(share * SPAN / (4 * QUADRATIC.resistance), (3000, 1))
    spikes, v = run(QUADRATIC, current, 1.0, n_neurons=7)
    assert list(spikes.any(axis=0)) == [False] * 6 + [True]
    roots = QUADRATIC.v_rest + SPAN * (1 - np.sqrt(1 - share[:6])) / 2
    np.testing.assert_allclose(v[-1, :6], roots, rtol=1e-9)


@pytest.mark.parametrize("dt", [0.02, 0.25, 1.0])
def test_interval_of_the_quadratic_neuron_is_the_closed_form(dt):
    """Above rheobase v is the tangent of an angle of even speed: by Kahan's method too."""
    current = np.array([1.05, 2.0, 10.0]) * SPAN / (4 * QUADRATIC.resistance)
    width = np.sqrt(QUADRATIC.resistance * current * SPAN - SPAN**2 / 4)
    speed = width / SPAN / QUADRATIC.tau_m
    middle = QUADRATIC.v_rest + SPAN / 2
    angle = np.arctan((QUADRATIC.v_peak - middle) / width)
    angle -= np.arctan((QUADRATIC.v_reset - middle) / width)
    spikes, _ = run(QUADRATIC, np.tile(current, (round(1200 / dt), 1)), dt, n_neurons=3)
    for n in range(3):
        interval = np.diff(np.flatnonzero(spikes[:, n]))
        # A step of Kahan's turns the angle by the arctangent of what the equation does.
        expected = QUADRATIC.refractory / dt + np.ceil(angle[n] / np.arctan(speed[n] * dt))
        np.testing.assert_array_equal(interval, expected)
        assert len(interval) >= 3
        late = dt * interval - QUADRATIC.refractory - angle[n] / speed[n]
        assert np.all((late > 0) & (late < 1.1 * dt))


def test_neuron_of_izhikevich_without_recovery_is_the_quadratic_one():
    low, high = (-5 + np.array([-1, 1]) * np.sqrt(25 - 4 * 0.04 * 140)) / 0.08
    tau_m = 1 / (0.04 * (high - low))
    model = QIF(tau_m, low, high, -65.0, 0.0, resistance=tau_m, v_peak=30.0)
    current = np.random.default_rng(0).normal(20, 10, 3000)
    assert_equal_runs(model, Izhikevich(a=0.0, b=0.0, c=-65.0, d=0.0), current)


def ramp(target, dt, duration=6000.0):
    """A current that rises slowly to a target, one for each neuron, and stays there."""
    share = np.minimum(np.arange(round(duration / dt)) * dt * 1.25 / duration, 1.0)
    return share[:, None] * target


@pytest.mark.parametrize("a", [0.0, 0.0005, 0.004, 0.03])
def test_rheobase_of_adex_is_the_one_of_touboul_and_brette(a):
    """At a saddle-node bifurcation (2008, section 2.3), or before it at a Hopf bifurcation."""
    model = AdEx(a=a)
    leak = 1 / model.resistance
    span = model.v_threshold - model.v_rest - model.delta_t
    if a / leak < model.tau_m / model.tau_w:
        rheobase = (leak + a) * (span + model.delta_t * np.log(1 + a / leak))
    else:
        ratio = model.tau_m / model.tau_w
        rheobase = (leak + a) * (span + model.delta_t * np.log(1 + ratio))
        rheobase += model.delta_t * leak * (a / leak - ratio)
    current = ramp(rheobase * np.array([0.98, 1.02]), 0.5)
    spikes, _ = run(model, current, 0.5, n_neurons=2)
    assert list(spikes.any(axis=0)) == [False, True]


def test_adaptation_of_adex_settles_where_its_equation_says():
    model, current = AdEx(a=0.01), 0.3
    parameters = model.draw(np.zeros(1, bool), 0.5, None)
    state = model.initial(parameters, 1)
    for _ in range(6000):
        state, _ = model.reference_step(state, model.constants(parameters, 0.5), current)
    v, _, w = (float(x[0]) for x in state)
    np.testing.assert_allclose(w, 0.01 * (v - model.v_rest), rtol=1e-6)
    pull = model.delta_t * np.exp((v - model.v_threshold) / model.delta_t)
    np.testing.assert_allclose(v - model.v_rest, pull + model.resistance * (current - w), rtol=1e-4)


def test_adaptation_goes_on_in_the_refractory_period():
    model = AdEx(v_reset=-60.0, refractory=10.0, bias=2.0)
    parameters = model.draw(np.zeros(1, bool), 0.5, None)
    constants, state = model.constants(parameters, 0.5), model.initial(parameters, 1)
    spiked = False
    while not spiked:
        state, spiked = model.reference_step(state, constants, 2.0)
    goal, w = 0.004 * (-60.0 + 70.6), state[2][0]
    for step in range(1, 21):
        state, spiked = model.reference_step(state, constants, 2.0)
        assert state[0] == -60.0
        np.testing.assert_allclose(state[2], goal + (w - goal) * np.exp(-0.5 * step / 144.0))
    state, _ = model.reference_step(state, constants, 2.0)
    assert state[0] > -60.0


def test_fixed_points_of_izhikevich_are_the_closed_forms():
    # At rest 0.04 v^2 + (5 - b) v + 140 = 0: for b = 0.2 that is v = -70 and v = -50.
    _, v = run(Izhikevich(), np.zeros(500), 1.0)
    np.testing.assert_allclose(v, -70.0, atol=1e-9)
    # The focus loses its stability where 0.08 v + 5 = a, at a current of 3.7975.
    current = ramp(np.array([3.79, 3.81]), 1.0, 20000.0)
    spikes, _ = run(Izhikevich(), current, 1.0, n_neurons=2)
    assert list(spikes.any(axis=0)) == [False, True]


def test_a_strong_inhibition_makes_no_spike():
    spikes, v = run(Izhikevich(), np.tile([-10.0, -1e3, -1e6], (200, 1)), 1.0, n_neurons=3)
    assert not spikes.any()
    # v is drawn to where 0.04 v^2 + (5 - b) v + 140 + I = 0.
    roots = (-4.8 - np.sqrt(4.8**2 - 0.16 * (140 + np.array([-10.0, -1e3])))) / 0.08
    np.testing.assert_allclose(v[-1, :2], roots, rtol=0.02)


def test_named_izhikevich_neurons_do_what_they_are_named_for():
    dt = 0.2
    step = np.where(np.arange(3000) * dt < 50, 0.0, 10.0)

    def intervals(model, current=step):
        return np.diff(spike_times(model, current, dt))

    regular, fast = intervals(Izhikevich.regular_spiking()), intervals(Izhikevich.fast_spiking())
    assert regular[0] < 0.7 * regular[-1]
    assert len(fast) > 3 * len(regular)
    assert fast[-1] < 1.5 * fast[1]
    bursting, chattering = (
        intervals(model()) for model in (Izhikevich.intrinsically_bursting, Izhikevich.chattering)
    )
    assert bursting[0] < 0.3 * bursting[-1]
    assert bursting[-5:].min() > 0.8 * bursting[-5:].max()  # one burst, then single spikes
    assert chattering[-20:].max() > 4 * chattering[-20:].min()  # bursts all along
    assert len(intervals(Izhikevich.low_threshold_spiking())) > len(regular)
    release = np.where(np.arange(3000) * dt < 300, -10.0, 0.0)
    assert len(spike_times(Izhikevich.thalamo_cortical(), release, dt)) >= 2
    assert len(spike_times(Izhikevich.regular_spiking(), release, dt)) == 0

    def pair(gap):
        t = np.arange(1500) * dt - 100
        return 0.6 * (((t > 0) & (t < 4)) | ((t > gap) & (t < gap + 4)))

    # One pulse is too weak, and a second one helps when it comes a whole period later.
    answers = [len(spike_times(Izhikevich.resonator(), pair(gap), dt)) for gap in (0, 22, 42)]
    assert answers == [0, 0, 1]


def test_resting_squid_axon_is_the_published_one():
    # Hodgkin & Huxley (1952): at rest m = 0.05, h = 0.6, n = 0.32.
    v, m, h, n = HodgkinHuxley.initial({}, 1)
    np.testing.assert_allclose([m[0], h[0], n[0]], [0.0529, 0.5961, 0.3177], atol=1e-4)
    _, v = run(HodgkinHuxley(), np.zeros(200), 1.0)
    np.testing.assert_allclose(v, -65.0, atol=0.05)


def test_first_level_of_glif_is_the_plain_neuron():
    current = np.random.default_rng(0).normal(0.3, 0.3, 3000)
    shared = {"tau_m": 6.2, "v_rest": -79.0, "v_threshold": -52.0, "v_reset": -75.0,
              "refractory": 4.0, "resistance": 106.0}  # fmt: skip
    assert_equal_runs(GLIF(level=1, **shared), LIF(**shared), current)


def test_adex_without_adaptation_is_the_exponential_neuron():
    current = np.random.default_rng(0).normal(0.5, 2.0, 3000)
    shared = EIF().get_params()
    assert_equal_runs(AdEx(**shared, a=0.0, b=0.0), EIF(), current)


@pytest.mark.parametrize("leak", [1.0, 0.3])
@pytest.mark.parametrize("delays", [1, 3])
def test_rate_neurons_with_delta_synapses_are_an_echo_state_network(leak, delays):
    rng = np.random.default_rng(0)
    n_neurons, u = 40, rng.normal(size=(200, 2))
    w = rng.normal(size=(n_neurons, n_neurons)) * (rng.random((n_neurons, n_neurons)) < 0.2)
    w *= 0.9 / np.abs(np.linalg.eigvals(w)).max()
    w_in, bias = rng.normal(size=(2, n_neurons)), rng.normal(size=n_neurons)
    neurons, synapses, excitatory = LeakyTanh(leak=leak), Delta(), np.zeros(n_neurons, bool)
    parameters = neurons.draw(excitatory, 1.0, rng)
    network = Network(
        neurons, synapses, parameters, synapses.draw(excitatory, 1.0, rng),
        neurons.initial(parameters, n_neurons), bias, sparse.csr_array(w_in), sparse.csr_array(w),
        delays=delays, graded=True,
    )  # fmt: skip
    plan = Plan(np.array([0, 200]), np.arange(1, 201), np.ones(1), potential=True)
    states, _ = simulate(network, SpikeArray.from_dense([u]), plan, dtype="float64")
    past = [np.zeros(n_neurons)] * delays
    for t in range(200):
        x = (1 - leak) * past[-1] + leak * np.tanh(past[-delays] @ w + u[t] @ w_in + bias)
        past.append(x)
    # Amplitudes of the input are kept in single precision.
    np.testing.assert_allclose(states[:, 0], past[delays:], atol=1e-6)


@pytest.mark.parametrize("model", HIGHEST)
def test_rate_grows_with_the_current(model):
    currents, n_steps = np.repeat(np.linspace(0, HIGHEST[model], 9), 20), 500
    spikes, _ = run(model(), np.tile(currents, (n_steps, 1)), 1.0, n_neurons=len(currents))
    counts = spikes.sum(axis=0).reshape(9, 20).sum(axis=1)
    assert counts[0] <= 0.01 * counts[-1]
    assert counts[-1] > 20 * n_steps / 100
    assert np.all(np.diff(counts) >= 0)


@pytest.mark.parametrize(("leak", "fall"), [(0.1, 0.02), (0.5, 0.5), (3.0, 0.01), (0.01, 40.0)])
def test_the_mean_of_a_falling_current_is_weighed_by_the_membrane(leak, fall):
    s = (np.arange(200_000) + 0.5) / 200_000
    weight = np.exp(-leak * (1 - s))
    mean = np.mean(weight * np.exp(-fall * s)) / np.mean(weight)
    assert mean_decay(leak, fall) == pytest.approx(mean, rel=1e-5)


@pytest.mark.parametrize("model", [AdaptiveLIF, GLIF])
def test_a_membrane_much_faster_than_a_step_follows_its_current(model):
    current = np.array([0.3, 0.5, 0.2, 0.4]) / 10
    fast, slower = (run(model(tau_m=tau_m), current, 1.0)[1] for tau_m in (1e-3, 0.02))
    assert np.ptp(fast) > 0
    np.testing.assert_allclose(fast, slower, rtol=1e-9)  # both have settled after each step
