"""Neuron models against NEST, Brian2 and ReservoirPy: neurons driven by a random current."""

import os
from functools import partial

import numpy as np
from scipy import sparse

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

__all__ = ["compare"]

HOLD = 5.0  # ms for which a current is held
N_FRAMES = 100
N_NEURONS = 5


def compare():
    """Yield model, oracle, and the largest deviation of a spike time in ms, or what the name says.

    It is infinite where the numbers of spikes differ, and None where the oracle is not installed.
    """
    for model, oracle, deviation in CASES:
        try:
            yield model, oracle, deviation()
        except ImportError:
            yield model, oracle, None


def _spikes(model, dt, mean, deviation, theirs):
    """Return the largest deviation of a spike time in ms under a random current in nA."""
    drawn = np.random.default_rng(0).normal(mean, deviation, (N_FRAMES, N_NEURONS))
    drawn[[0, -1]] = 0
    current = np.rint(drawn * 1024) / 1024  # which single precision holds
    pairs = zip(_ours(model, current, dt), theirs(model, current, dt), strict=True)
    return max(np.abs(a - b).max(initial=0) if len(a) == len(b) else np.inf for a, b in pairs)


def _network(model, n_neurons, dt, synapses=None, w=None, w_in=None, bias=0.0):
    synapses, everyone = synapses or Exponential(), np.zeros(n_neurons, bool)
    parameters = model.draw(everyone, dt, None)
    return Network(
        model, synapses, parameters, synapses.draw(everyone, dt, None),
        model.initial(parameters, n_neurons), np.zeros(n_neurons) + bias,
        sparse.csr_array(np.eye(n_neurons) if w_in is None else w_in),
        sparse.csr_array((n_neurons, n_neurons) if w is None else w), dt=dt, graded=True,
    )  # fmt: skip


def _ours(model, current, dt):
    """Return the spike times of each neuron in ms, by the compiled kernel."""
    n_steps = round(len(current) * HOLD / dt)
    _, [(steps, neurons)] = simulate(
        _network(model, current.shape[1], dt), SpikeArray.from_dense([current], row_duration=HOLD),
        Plan(np.array([0, 1]), np.array([n_steps]), np.ones(1)), dtype="float64", record=True,
    )  # fmt: skip
    return [(steps[neurons == n] + 1) * dt for n in range(current.shape[1])]


# ---- NEST, whose units are pF, nS and pA


def _run_nest(name, parameters, current, dt, record=None):
    """Return what a recorder of each neuron holds: times of spikes, or of a trace and the trace."""
    os.environ.setdefault("PYNEST_QUIET", "1")
    import nest

    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.resolution = dt
    events = []
    amplitude = 1 if name == "izhikevich" else 1000  # whose I is in mV/ms
    # What a generator says takes a step more than ours.
    times = np.round(np.arange(1, len(current)) * HOLD - dt, 6)
    for column in current.T:
        neuron = nest.Create(name, params=parameters)
        generator = nest.Create("step_current_generator")
        generator.set(amplitude_times=times, amplitude_values=amplitude * column[1:])
        nest.Connect(generator, neuron, syn_spec={"delay": dt})
        if record is None:
            recorder = nest.Create("spike_recorder")
            nest.Connect(neuron, recorder)
        else:
            recorder = nest.Create("multimeter", params={"record_from": [record], "interval": dt})
            nest.Connect(recorder, neuron)
        events.append(recorder)
    nest.Simulate(len(current) * HOLD)
    return [recorder.events for recorder in events]


def _nest(name, parameters):
    """Return a function of model, current and dt that lets NEST spike."""

    def spikes(model, current, dt):
        of_model = parameters(model)
        return [events["times"] for events in _run_nest(name, of_model, current, dt)]

    return spikes


def _leaky(model):
    return {
        "C_m": 1000 * model.tau_m / model.resistance,
        "tau_m": model.tau_m,
        "E_L": model.v_rest,
        "V_m": model.v_rest,
        "V_th": model.v_threshold,
        "V_reset": model.v_reset,
        "t_ref": model.refractory,
    }


def _generalised(model):
    parameters = _leaky(model)
    del parameters["tau_m"]
    return parameters | {
        "g": 1000 / model.resistance,
        "spike_dependent_threshold": model.level in (2, 4, 5),
        "after_spike_currents": model.level >= 3,
        "adapting_threshold": model.level == 5,
        "voltage_reset_fraction": model.keep,
        "voltage_reset_add": model.reset_jump,
        "asc_amps": [1000 * model.slow_jump, 1000 * model.fast_jump],
        "asc_decay": [1 / model.tau_slow, 1 / model.tau_fast],
        "th_spike_add": model.threshold_jump,
        "th_spike_decay": 1 / model.tau_spike,
        "th_voltage_index": model.follow,
        "th_voltage_decay": 1 / model.tau_follow,
    }


def _exponential(model):
    parameters = _leaky(model)
    del parameters["tau_m"]
    adaptation = {"a": 0.0, "b": 0.0}
    if isinstance(model, AdEx):
        adaptation = {"a": 1000 * model.a, "b": 1000 * model.b, "tau_w": model.tau_w}
    return (
        parameters
        | adaptation
        | {"g_L": 1000 / model.resistance, "Delta_T": model.delta_t, "V_peak": model.v_peak}
        | {"gsl_error_tol": 1e-10}
    )


def _simple(model):
    """Izhikevich's neuron, in equal steps of Euler's method."""
    v, u = (row[0] for row in model.initial(model.get_params(), 1))
    return {
        **{name: getattr(model, name) for name in "abcd"},
        "V_th": model.v_peak, "V_m": v, "U_m": u, "consistent_integration": True,
    }  # fmt: skip


def _squid(model):
    return {
        "C_m": 1000 * model.capacitance,
        "g_Na": 1000 * model.g_na,
        "g_K": 1000 * model.g_k,
        "g_L": 1000 * model.g_leak,
        "E_Na": model.e_na,
        "E_K": model.e_k,
        "E_L": model.e_leak,
        "V_m": -65.0,
    }


def _nest_crossings(model, current, dt):
    """NEST tells the peaks of Hodgkin and Huxley's spikes: find where they cross our threshold."""
    times = []
    for events in _run_nest("hh_psc_alpha", _squid(model), current, dt, record="V_m"):
        above = events["V_m"] >= model.v_threshold
        times.append(events["times"][1:][above[1:] & ~above[:-1]])
    return times


# ---- Brian2


def _brian2(equations, threshold, reset, method="rk4", refractory=None):
    """Return a function of model, current and dt that lets Brian2 spike."""

    def spikes(model, current, dt):
        import brian2 as b2

        b2.prefs.codegen.target = "numpy"
        b2.start_scope()
        numbers = model.get_params()
        wait = numbers.pop("refractory", 0.0) * b2.ms
        neurons = b2.NeuronGroup(
            current.shape[1], equations, threshold=threshold, reset=reset, method=method,
            refractory=refractory or wait, dt=dt * b2.ms,
            namespace=numbers | {"ms": b2.ms, "drive": b2.TimedArray(current, dt=HOLD * b2.ms)},
        )  # fmt: skip
        start = model.initial(model.draw(np.zeros(1, bool), dt, None), 1)
        for name, row in zip(STATES.get(type(model), ["v"]), start, strict=False):
            setattr(neurons, name, row[0])
        monitor = b2.SpikeMonitor(neurons)
        b2.Network(neurons, monitor).run(len(current) * HOLD * b2.ms)
        # Brian2 gives the start of the step at whose end the threshold is met.
        trains = monitor.spike_trains().values()
        return [np.asarray(train / b2.ms) + dt for train in trains]

    return spikes


# The names below of the states that do not start at zero.
STATES = {Izhikevich: ["v", "u"], HodgkinHuxley: ["v", "m", "h", "n"]}
PERFECT = "dv/dt = drive(t, i) / capacitance / ms : 1 (unless refractory)"
LEAKY = "dv/dt = (v_rest - v + resistance * drive(t, i)) / tau_m / ms : 1 (unless refractory)"
ADAPTIVE = """
dv/dt = (v_rest - v + resistance * (drive(t, i) - w)) / tau_m / ms : 1 (unless refractory)
dh/dt = -h / tau_threshold / ms : 1
dw/dt = -w / tau_adaptation / ms : 1
"""
EXPONENTIAL = """
dv/dt = (v_rest - v + delta_t * exp(clip((v - v_threshold) / delta_t, -100, 100))
         + resistance * drive(t, i)) / tau_m / ms : 1 (unless refractory)
"""
ADAPTIVE_EXPONENTIAL = """
dv/dt = (v_rest - v + delta_t * exp(clip((v - v_threshold) / delta_t, -100, 100))
         + resistance * (drive(t, i) - w)) / tau_m / ms : 1
dw/dt = (a * (clip(v, -1000, v_peak) - v_rest) - w) / tau_w / ms : 1
"""
QUADRATIC = """
dv/dt = ((v - v_rest) * (v - v_threshold) / (v_threshold - v_rest)
         + resistance * drive(t, i)) / tau_m / ms : 1 (unless refractory)
"""
SIMPLE = """
dv/dt = (0.04 * v**2 + 5 * v + 140 - u + drive(t, i) / capacitance) / ms : 1
du/dt = a * (b * v - u) / ms : 1
"""
SQUID = """
dv/dt = (g_na * m**3 * h * (e_na - v) + g_k * n**4 * (e_k - v) + g_leak * (e_leak - v)
         + drive(t, i)) / capacitance / ms : 1
dm/dt = ((1 - m) / exprel(-(v + 40) / 10) - 4 * exp(-(v + 65) / 18) * m) / ms : 1
dh/dt = (0.07 * exp(-(v + 65) / 20) * (1 - h) - h / (1 + exp(-(v + 35) / 10))) / ms : 1
dn/dt = (0.1 * (1 - n) / exprel(-(v + 55) / 10) - 0.125 * exp(-(v + 65) / 80) * n) / ms : 1
"""


# ---- what has no spike times to compare


def _escape_rate():
    """Return the largest deviation from NEST of the rate of 1000 neurons, relative to it."""
    os.environ.setdefault("PYNEST_QUIET", "1")
    import nest

    dt, n_neurons, duration = 0.1, 1000, 2000.0
    model = StochasticLIF(15.0, -70.0, -55.0, -72.0, 2.0, 40.0, delta_v=3.0, tau_escape=5.0)
    empty = SpikeArray.from_dense([np.zeros((round(duration / dt), 1))], row_duration=dt)
    plan = Plan(np.array([0, 1]), np.array([round(duration / dt)]), np.ones(1))
    deviations = []
    for current in (0.2, 0.4, 0.8):
        network = _network(model, n_neurons, dt, w_in=np.zeros((1, n_neurons)), bias=current)
        counts, _ = simulate(network, empty, plan, dtype="float64")
        nest.ResetKernel()
        nest.resolution = dt
        parameters = _leaky(model)
        del parameters["tau_m"], parameters["V_th"]
        parameters |= {
            "g_L": 1000 / model.resistance,
            "V_T_star": model.v_threshold,
            "Delta_V": model.delta_v,
            "lambda_0": 1000 / model.tau_escape,
            "I_e": 1000 * current,
        }
        neurons = nest.Create("gif_psc_exp", n_neurons, params=parameters)
        recorder = nest.Create("spike_recorder")
        nest.Connect(neurons, recorder)
        nest.Simulate(duration)
        deviations.append(counts.sum() / recorder.n_events - 1)
    return np.abs(deviations).max()


def _activation():
    """Return the largest deviation of an activation from ReservoirPy's."""
    from reservoirpy.nodes import Reservoir

    rng = np.random.default_rng(0)
    n_neurons, u = 100, np.rint(rng.normal(size=(1000, 3)) * 1024) / 1024
    w = rng.normal(size=(n_neurons, n_neurons)) * 0.9 / np.sqrt(n_neurons)
    w_in, bias = rng.normal(size=(3, n_neurons)), rng.normal(size=n_neurons)
    network = _network(LeakyTanh(leak=0.3), n_neurons, 1.0, Delta(), w, w_in, bias)
    plan = Plan(np.array([0, 1000]), np.arange(1, 1001), np.ones(1), potential=True)
    ours, _ = simulate(network, SpikeArray.from_dense([u]), plan, dtype="float64")
    theirs = Reservoir(lr=0.3, W=w.T, Win=w_in.T, bias=bias).run(u)
    return np.abs(ours[:, 0] - theirs).max()


def _cases():
    """List models, dt in ms, mean and deviation of the current in nA, oracles and their spikes."""
    nest_adex = _nest("aeif_psc_exp", _exponential)
    nest_simple = _nest("izhikevich", _simple)
    brian2_eif = _brian2(EXPONENTIAL, "v >= v_peak", "v = v_reset")
    brian2_adex = _brian2(ADAPTIVE_EXPONENTIAL, "v >= v_peak", "v = v_reset; w += b")
    brian2_quadratic = _brian2(QUADRATIC, "v >= v_peak", "v = v_reset")
    brian2_simple = _brian2(SIMPLE, "v >= v_peak", "v = c; u += d")

    threshold, reset = "v >= v_threshold", "v = v_reset"
    brian2_perfect = _brian2(PERFECT, threshold, reset, "euler")
    yield IF(refractory=0.0), 0.1, (1.0, 2.0), "Brian2", brian2_perfect
    leaky = LIF(10.0, -70.0, -55.0, -72.0, 2.0, 40.0)
    yield leaky, 0.1, (0.4, 0.3), "NEST iaf_psc_exp", _nest("iaf_psc_exp", _leaky)
    brian2_leaky = _brian2(LEAKY, threshold, reset, "exact")
    yield LIF(refractory=0.0), 0.1, (1.2, 1.0), "Brian2", brian2_leaky
    reset += "; h += threshold_jump; w += adaptation_jump"
    brian2_adaptive = _brian2(ADAPTIVE, threshold + " + h", reset, "exact")
    adaptive = AdaptiveLIF(refractory=0.0, threshold_jump=0.3, adaptation_jump=0.2)
    yield adaptive, 0.1, (2.0, 2.0), "Brian2", brian2_adaptive
    for level in range(1, 6):
        model = GLIF(level, refractory=3.8)
        yield model, 0.1, (0.3, 0.2), "NEST glif_psc", _nest("glif_psc", _generalised)
    yield EIF(refractory=0.0), 0.002, (0.5, 0.4), "NEST aeif_psc_exp", nest_adex
    yield EIF(refractory=0.0), 0.01, (0.5, 0.4), "Brian2", brian2_eif
    for model in AdEx(v_peak=0.0), AdEx(v_peak=0.0, v_reset=-47.0, b=0.3, tau_w=60.0):
        yield model, 0.002, (0.8, 0.4), "NEST aeif_psc_exp", nest_adex
        yield model, 0.01, (0.8, 0.4), "Brian2", brian2_adex
    yield QIF(refractory=0.0), 0.01, (0.6, 0.4), "Brian2", brian2_quadratic
    yield Izhikevich(), 0.001, (8.0, 4.0), "NEST izhikevich", nest_simple
    yield Izhikevich(), 0.01, (8.0, 4.0), "Brian2", brian2_simple
    yield Izhikevich.fast_spiking(), 0.001, (20.0, 1.0), "NEST izhikevich", nest_simple
    yield Izhikevich.chattering(), 0.01, (8.0, 4.0), "Brian2", brian2_simple
    yield HodgkinHuxley(), 0.01, (0.8, 0.4), "NEST hh_psc_alpha", _nest_crossings
    above = "v > v_threshold"
    yield HodgkinHuxley(), 0.01, (0.8, 0.4), "Brian2", _brian2(SQUID, above, "", refractory=above)


CASES = [
    *(
        (f"{model!r}, dt={dt:g}", oracle, partial(_spikes, model, dt, *current, theirs))
        for model, dt, current, oracle, theirs in _cases()
    ),
    ("StochasticLIF, its rate, relative", "NEST gif_psc_exp", _escape_rate),
    ("LeakyTanh, its activation", "ReservoirPy", _activation),
]
