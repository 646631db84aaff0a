"""Synapse models against closed forms, and against what the literature says of them."""

import warnings
from functools import partial

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.integrate import quad, solve_ivp
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import Liquid, centring
from lsm.kernel import Network, Plan, simulate, simulate_reference
from lsm.neurons import LIF, LeakyTanh
from lsm.spikes import SpikeArray
from lsm.synapses import (
    Alpha,
    AlphaConductance,
    Biexponential,
    Conductance,
    Delta,
    Exponential,
    Sampled,
    TsodyksMarkram,
)
from lsm.synapses._shunting import closing

CURRENTS = [Alpha, Biexponential, Delta, Exponential]
CONDUCTANCES = [Conductance, AlphaConductance]
MODELS = [*CURRENTS, *CONDUCTANCES, partial(Sampled, (0.0, 1.0, 0.5), (1.0, 0.2))]
# The defaults are on the scale of the default neuron.
IN_MV = {"e_rev_exc": 0.0, "e_rev_inh": -80.0}
QUIET = LIF(
    tau_m=10.0, v_rest=-70.0, v_reset=-90.0, v_threshold=1e6, refractory=0.0, resistance=100.0
)


def make_network(synapses, neurons=None, w_in=((1.0,),), w=None, dt=1.0, bias=0.0, **further):
    neurons = LIF() if neurons is None else neurons
    w_in = sparse.csr_array(np.asarray(w_in, dtype=float))
    n_neurons = w_in.shape[1]
    w = sparse.csr_array((n_neurons, n_neurons)) if w is None else w
    inhibitory, rng = np.zeros(n_neurons, bool), np.random.default_rng(0)
    parameters = neurons.draw(inhibitory, dt, rng)
    return Network(
        neurons, synapses, parameters, synapses.draw(inhibitory, dt, rng),
        neurons.initial(parameters, n_neurons), np.full(n_neurons, bias), w_in, w, dt=dt, **further,
    )  # fmt: skip


def potentials(network, arrivals, run=simulate_reference, at=None, **params):
    """Return potentials after some steps, by default each, for spikes (n_steps, n_channels)."""
    at = np.arange(len(arrivals)) + 1 if at is None else at
    times, where = np.unique(at, return_inverse=True)
    spikes = SpikeArray.from_dense([np.asarray(arrivals, dtype=int)], row_duration=network.dt)
    plan = Plan(np.array([0, len(times)]), times, np.array([1.0]), potential=True)
    return run(network, spikes, plan, **params)[0][where, 0]


def response(model, t, sign, peak):
    """Return what the docstrings say: the current at time t after a spike of weight `peak`."""
    taus = model.get_params()
    if isinstance(model, Exponential | Conductance):
        return peak * np.exp(-t / taus[f"tau_syn_{sign}"])
    if isinstance(model, Alpha | AlphaConductance):
        t = t / taus[f"tau_syn_{sign}"]
        return peak * t * np.exp(1 - t)
    rise, decay = taus[f"tau_rise_{sign}"], taus[f"tau_decay_{sign}"]
    if rise == decay:
        return response(Alpha(rise, rise), t, sign, peak)
    at_peak = np.log(decay / rise) / (1 / rise - 1 / decay)
    return peak * np.divide(*(np.exp(-x / decay) - np.exp(-x / rise) for x in (t, at_peak)))


@pytest.mark.parametrize(
    "synapses",
    [
        Exponential(3.0, 10.0),
        Alpha(2.0, 10.0),
        Alpha(10.0 + 1e-9, 0.05),
        Biexponential(1.0, 0.5, 5.0, 10.0),
        Biexponential(2.0, 10.0, 2.0, 10.0),
        Biexponential(9.99, 0.001, 10.01, 50.0),
    ],
)
@pytest.mark.parametrize(("sign", "weight"), [("exc", 0.3), ("inh", -0.2)])
@pytest.mark.parametrize("dt", [0.1, 2.0])
def test_postsynaptic_potential_is_the_closed_form(synapses, sign, weight, dt):
    """The current, weighed by the membrane, integrated by quadrature instead of in steps."""
    n_steps = 16
    arrivals = np.eye(n_steps, 1, dtype=int)
    found = potentials(make_network(synapses, QUIET, [[weight]], dt=dt), arrivals)[:, 0]

    def potential(t):
        def flow(s):
            return response(synapses, s, sign, weight) * np.exp((s - t) / 10.0)

        points = np.minimum(t, [0.01, 0.1, 1.0])
        return -70 + 100 / 10.0 * quad(flow, 0, t, epsabs=1e-12, epsrel=1e-12, points=points)[0]

    expected = [potential(k * dt) for k in range(n_steps)]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10)


def test_delta_jumps_by_the_weight_in_the_step_of_arrival():
    network = make_network(Delta(), QUIET, [[3.0, -2.0]], dt=0.5)
    found = potentials(network, np.eye(20, 1, -4, dtype=int))
    time = np.arange(20) * 0.5 - 2
    expected = -70 + np.array([3.0, -2.0]) * np.where(time < 0, 0, np.exp(-time / 10))[:, None]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)


def test_delta_reaches_the_threshold_at_once_and_not_in_the_refractory_period():
    network = make_network(Delta(), LIF(refractory=3.0), [[1.01]])
    spikes = SpikeArray.from_dense([np.ones((10, 1), int)])
    plan = Plan(np.array([0, 1]), np.array([10]), np.array([1.0]))
    _, [(steps, _)] = simulate_reference(network, spikes, plan, record=True)
    np.testing.assert_array_equal(steps, [0, 4, 8])


def test_delta_moves_a_membrane_by_its_capacitance_and_a_rate_by_the_weight():
    (scale,) = Delta.constants({}, {"capacitance": 2.0}, 0.1)
    assert scale * 0.1 / 2.0 == pytest.approx(1)
    assert Delta.constants({}, {"leak": 0.3}, 0.1) == (1.0,)


@pytest.mark.parametrize("model", [Exponential, Alpha, Biexponential, *CONDUCTANCES])
def test_each_neuron_may_have_its_own_time_constants(model):
    taus = {name: value * np.array([1.0, 0.5, 2.0])
            for name, value in model().get_params().items() if "tau" in name}  # fmt: skip
    neurons = LIF(tau_m=np.array([20.0, 5.0, 10.0]), v_threshold=1e6, v_reset=-1e6)
    arrivals = np.random.default_rng(0).random((100, 2)) < 0.1
    w_in = np.array([[1.0] * 3, [-1.0] * 3])
    together = potentials(make_network(model(**taus), neurons, w_in), arrivals)
    for n in range(3):
        one = model(**{name: value[n] for name, value in taus.items()})
        neuron = LIF(tau_m=neurons.tau_m[n], v_threshold=1e6, v_reset=-1e6)
        alone = potentials(make_network(one, neuron, w_in[:, :1]), arrivals)
        np.testing.assert_allclose(together[:, n], alone[:, 0], rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("model", CONDUCTANCES)
@pytest.mark.parametrize(("sign", "weight", "reversal"), [("exc", 0.05, 0.0), ("inh", -0.05, -80)])
@pytest.mark.parametrize("bias", [0.0, 0.3])
def test_conductance_error_falls_with_the_square_of_the_step(model, sign, weight, reversal, bias):
    synapses, end = model(**IN_MV), 12.0

    def slope(t, v):
        opened = response(synapses, t, sign, abs(weight))
        return (-(v + 70) + 100 * (bias + opened * (reversal - v))) / 10

    errors = []
    for n_steps in (24, 48, 96):
        network = make_network(synapses, QUIET, [[weight]], dt=end / n_steps, bias=bias)
        found = potentials(network, np.eye(n_steps + 1, 1, dtype=int))[:, 0]
        exact = solve_ivp(slope, (0, end), found[:1], rtol=1e-11, atol=1e-11).y[0, -1]
        errors.append(found[-1] - exact)
    assert abs(errors[-1]) < 1e-3 * abs(exact + 70)
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 4, rtol=0.05)


@pytest.mark.parametrize("dt", [0.1, 5.0])
@pytest.mark.parametrize("bias", [0.0, 0.3])
def test_constant_conductance_is_exact(dt, bias):
    """Conductances that hardly decay: the potential goes to the mean of three, weighed by them."""
    synapses = Conductance(1e9, 1e9, **IN_MV)
    network = make_network(synapses, QUIET, [[0.02], [-0.05]], dt=dt, bias=bias)
    found = potentials(network, np.eye(12, 1, dtype=int) * [1, 1])[:, 0]
    leak, exc, inh = 0.01, 0.02, 0.05
    aim = (leak * -70 + exc * 0 + inh * -80 + bias) / (leak + exc + inh)
    rate = (leak + exc + inh) / (10 * leak)
    expected = aim + (found[0] - aim) * np.exp(-rate * dt * np.arange(12))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("model", CONDUCTANCES)
@settings(max_examples=20)
@given(
    exc=st.floats(0, 1e12), inh=st.floats(0, 1e12), tau_m=st.floats(0.01, 1e3),
    dt=st.floats(0.01, 20), seed=st.integers(0, 9),
)  # fmt: skip
def test_no_conductance_pulls_beyond_its_reversal_potential(model, exc, inh, tau_m, dt, seed):
    neurons = LIF(tau_m=tau_m, v_rest=-70, v_threshold=1e6, v_reset=-90, refractory=0.0)
    network = make_network(model(**IN_MV), neurons, [[exc], [-inh]], dt=dt)
    v = potentials(network, np.random.default_rng(seed).random((30, 2)) < 0.3)
    assert v.min() >= -80 - 1e-9
    assert v.max() <= 1e-9


def test_conductance_alone_moves_a_neuron_without_a_leak():
    """What a model with a capacitance, and dynamics of its own, is given: the mean current."""
    constants = Conductance.constants(
        Conductance(1e9, 1e9, **IN_MV).get_params(), {"capacitance": 0.5}, 2.0
    )
    syn = np.array([0.3]), np.array([-0.1])
    found = Conductance.current(0, syn, constants, -65.0, 0.0)
    aim = (0.3 * 0 + 0.1 * -80) / 0.4
    moved = (aim + 65) * (1 - np.exp(-0.4 / 0.5 * 2))
    assert found == pytest.approx(moved * 0.5 / 2, rel=1e-6)
    assert Conductance.current(0, (np.zeros(1), np.zeros(1)), constants, -65.0, 0.0) == 0


@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 2e-15), ("float32", 1e-6)])
def test_compiled_exponential_is_exact(dtype, rtol):
    x = np.append(0, np.geomspace(1e-12, 1e30, 5000)).astype(dtype)
    compiled = numba.njit(lambda x: closing(x))
    found = np.array([compiled(value) for value in x])
    assert compiled.nopython_signatures[0].return_type.name == dtype
    np.testing.assert_allclose(found, np.expm1(-x.astype("float64")), rtol=rtol)


def test_sampled_exponential_is_exponential():
    decays, neurons = np.exp(-1 / np.array([3.0, 6.0])), LIF(v_threshold=1e6, v_reset=-1e6)
    factors = make_network(Exponential(3.0, 6.0), neurons).syn_constants[:2]
    kernels = [f * d ** np.arange(300) for f, d in zip(factors, decays, strict=True)]
    arrivals = np.random.default_rng(0).poisson(0.1, (300, 2))
    sampled, exponential = (
        potentials(make_network(synapses, neurons, [[1.0], [-0.7]]), arrivals)
        for synapses in (Sampled(*kernels), Exponential(3.0, 6.0))
    )
    np.testing.assert_allclose(sampled, exponential, rtol=1e-12)


@given(
    kernel_exc=st.lists(st.integers(-8, 8), min_size=1, max_size=9),
    kernel_inh=st.lists(st.integers(-8, 8), min_size=1, max_size=9),
    seed=st.integers(0, 10**6),
)
@settings(max_examples=20)
def test_sampled_is_a_convolution(kernel_exc, kernel_inh, seed):
    """Checked on a membrane that forgets in a step: its potential is the current."""
    neurons = LIF(tau_m=1e-3, v_threshold=1e6, v_reset=-1e6)
    network = make_network(Sampled(kernel_exc, kernel_inh), neurons, [[1.0, 2.0], [-1.0, -3.0]])
    arrivals = np.random.default_rng(seed).poisson(0.3, (40, 2))
    exc, inh = (
        np.convolve(arrivals[:, i], kernel)[:39]
        for i, kernel in enumerate((kernel_exc, kernel_inh))
    )
    expected = np.zeros((40, 2))
    expected[1:] = np.stack([exc - inh, 2 * exc - 3 * inh], axis=1)
    for run, params in ((simulate_reference, {}), (simulate, {"dtype": "float64"})):
        np.testing.assert_allclose(potentials(network, arrivals, run, **params), expected)


@pytest.mark.parametrize("model", MODELS)
def test_charge_of_a_spike_is_the_integral_of_its_current(model):
    """What calibration subtracts from the mean input."""
    dt, synapses = 0.1, model()
    network = make_network(synapses, LIF(resistance=100.0), dt=dt)
    charges = np.ravel(centring.charges(network)) * dt
    if isinstance(synapses, Delta):
        expected = [0.2, 0.2]  # the capacitance
    elif isinstance(synapses, Sampled):
        expected = [1.5 * dt, 1.2 * dt]
    else:
        expected = [quad(lambda t, s=s: response(synapses, t, s, 1.0), 0, 200)[0]
                    for s in ("exc", "inh")]  # fmt: skip
    if isinstance(synapses, Conductance | AlphaConductance):
        expected = np.multiply(expected, [6.0, 2.0])  # from rest, at 0
    np.testing.assert_allclose(charges, expected, rtol=3e-3)


def jumps(use, depression, facilitation, periods, dt, n_steps):
    """Return how far the first and the last spike of regular trains move their targets."""
    n, every = len(periods), np.rint(periods / dt).astype(int)
    last = (n_steps - 2) // every * every
    # Neuron i < n spikes with its channel; n + i listens to it, and forgets within a step.
    arrivals = np.arange(n_steps)[:, None] % every == 0
    w_in = np.hstack([10 * np.eye(n), np.zeros((n, n))])
    neurons = LIF(tau_m=1e-3, v_threshold=np.repeat([1.0, 1e6], n), v_reset=-1.0, refractory=0.0)
    network = make_network(
        Delta(), neurons, w_in, sparse.csr_array(np.eye(2 * n, k=n)), dt,
        short_term=tuple(np.full(n, value) for value in (use, depression, facilitation)),
    )  # fmt: skip
    found = potentials(network, arrivals, at=np.array([0, *last]) + 2)[:, n:]
    return found[0], np.diag(found[1:])


@pytest.mark.parametrize("kind", range(4))
def test_efficacy_of_a_regular_train_settles_at_the_closed_form(kind):
    model = TsodyksMarkram.maass2002()
    use, depression, facilitation = model.U[kind], model.D[kind], model.F[kind]
    periods = np.array([10.0, 50.0, 200.0])
    first, last = jumps(use, depression, facilitation, periods, 10.0, 1500)
    u = use / (1 - (1 - use) * np.exp(-periods / facilitation))
    recovered = np.exp(-periods / depression)
    np.testing.assert_allclose(first, use)
    np.testing.assert_allclose(last, u * (1 - recovered) / (1 - (1 - u) * recovered), rtol=1e-3)


def test_facilitating_synapses_have_the_published_peak_frequency():
    """Markram, Wang & Tsodyks (1998): they are strongest at 1 / sqrt(U F D)."""
    periods = np.arange(30.0, 200.0, 10.0)
    use, depression, facilitation = 0.05, 125.0, 1200.0
    _, last = jumps(use, depression, facilitation, periods, 10.0, 800)
    best = periods[np.argmax(last)]
    assert best == pytest.approx(np.sqrt(use * depression * facilitation), rel=0.1)


def test_depressing_synapses_transmit_no_more_above_the_limiting_frequency():
    """Tsodyks & Markram (1997): the efficacy falls as 1 / rate, the mean current stays 1 / D."""
    depression, periods = 800.0, np.array([5.0, 10.0, 20.0])
    _, last = jumps(0.5, depression, 1e-3, periods, 5.0, 1000)
    np.testing.assert_allclose(last / periods * depression, 1, atol=0.04)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (Alpha(tau_syn_exc=0.0), r"Alpha\.tau_syn_exc must be a finite number > 0, got 0\.0"),
        (AlphaConductance(tau_syn_inh=-1.0), r"AlphaConductance\.tau_syn_inh .* got -1\.0"),
        (AlphaConductance(e_rev_inh=7.0), r"AlphaConductance\.e_rev_inh must be below e_rev_exc"),
        (Biexponential(tau_decay_inh=np.inf), r"Biexponential\.tau_decay_inh .* got inf"),
        (Biexponential(tau_rise_exc=6.0), r"Biexponential\.tau_rise_exc must be at most tau_decay"),
        (Conductance(e_rev_exc=np.nan), r"Conductance\.e_rev_exc must be a finite number, got nan"),
        (Conductance(e_rev_exc=-2.0), r"Conductance\.e_rev_inh must be below e_rev_exc, got"),
        (Sampled([]), r"Sampled\.kernel_exc .* got shape \(0,\)"),
        (Sampled(1.0), r"Sampled\.kernel_exc .* got shape \(\)"),
        (Sampled([1.0], [[1.0]]), r"Sampled\.kernel_inh .* got shape \(1, 1\)"),
        (Sampled([1.0, np.inf]), r"Sampled\.kernel_exc must be finite"),
        (Sampled(("1", "2")), r"Sampled\.kernel_exc must be a list of numbers, got \('1', '2'\)"),
        (Sampled([True]), r"Sampled\.kernel_exc must be a list of numbers, got \[True\]"),
        (Sampled([1j]), r"Sampled\.kernel_exc must be a list of numbers, got \[1j\]"),
        (Sampled("fast"), r"Sampled\.kernel_exc must be a list of numbers, got 'fast'"),
    ],
)
def test_parameters_outside_their_meaning_are_refused(model, message):
    X = [np.eye(5, dtype=int)] * 3
    with pytest.raises((TypeError, ValueError), match=message):
        Liquid(n_neurons=10, synapses=model, random_state=0).fit(X)


@pytest.mark.parametrize("model", CONDUCTANCES)
def test_conductances_refuse_neurons_without_a_potential(model):
    liquid = Liquid(n_neurons=10, neurons=LeakyTanh(), synapses=model(), random_state=0)
    with pytest.raises(ValueError, match=rf"synapses={model.__name__}\(\) act on a membrane pot"):
        liquid.fit([np.eye(5, dtype=int)] * 3)


@pytest.mark.parametrize("model", MODELS)
def test_single_precision_stays_single(model):
    """A literal number in a model would make the loop compute in double precision."""
    network = make_network(model())
    constants = tuple(np.float32(value) for value in network.syn_constants)
    further = (row.astype(np.float32) for row in network.synapses.initial(1))
    syn = (*np.zeros((2, 1), np.float32), *further)
    current = numba.njit(network.synapses.current)
    current(0, syn, constants, np.float32(0), np.float32(0))
    (signature,) = current.nopython_signatures
    assert signature.return_type == numba.float32


# Of each kind one: jumps of the potential, conductances, arrays as parameters.
@parametrize_with_checks(
    [
        Liquid(n_neurons=20, synapses=model, random_state=0)
        for model in (Delta(), Conductance(), Sampled(np.array([0.0, 1.0, 0.5])))
    ]
)
def test_scikit_learn_contract(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        check(estimator)


@pytest.mark.parametrize("model", MODELS)
def test_a_liquid_of_any_synapses_is_calibrated_and_alive(model):
    rng = np.random.default_rng(0)
    X = [rng.poisson(0.05, (150, 8)) for _ in range(12)]
    liquid = Liquid(n_neurons=60, synapses=model(), random_state=0).fit(X)
    assert 12.5 < liquid.calibrated_.input_rate < 50
    assert liquid.transform(X).count_nonzero() > 300
