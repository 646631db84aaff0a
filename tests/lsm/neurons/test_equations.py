"""Neuron models against their equations, solved by SciPy."""

from typing import NamedTuple

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from lsm.neurons import EIF, GLIF, QIF, AdEx, HodgkinHuxley, Izhikevich

DURATION = 250.0  # ms


class Equation(NamedTuple):
    """A model's equation as in its docstring: of state y and current i, both by time."""

    derivative: object  # of (y, i)
    above: object  # y is in a spike where this of y is positive
    reset: object = None  # of y


def solve(equation, current, start, refractory=0.0):
    """Return the spike times in ms of an equation."""

    def event(t, y):
        return equation.above(y)

    event.terminal, event.direction = equation.reset is not None, 1
    t, y, times = 0.0, np.array(start, dtype=float), []
    while t < DURATION:
        solution = solve_ivp(
            lambda t, y: equation.derivative(y, current(t)), (t, DURATION), y,
            "LSODA" if equation.reset is None else "DOP853", events=event, rtol=1e-9, atol=1e-10,
        )  # fmt: skip
        times += list(solution.t_events[0])
        if solution.status != 1:
            break
        y, t = np.array(equation.reset(solution.y[:, -1])), solution.t[-1] + refractory
    return np.array(times)


def run(model, current, dt):
    """Drive one neuron with a current; return the times in ms of its spikes, and its potential."""
    parameters = model.draw(np.zeros(1, bool), dt, None)
    constants, state = model.constants(parameters, dt), model.initial(parameters, 1)
    times, potential = [], []
    for step in range(round(DURATION / dt)):
        middle = np.array([current((step + 0.5) * dt)])
        state, spiked = model.reference_step(state, constants, middle)
        potential.append(state[0][0])
        if spiked[0]:
            times.append((step + 1) * dt)
    return np.array(times), np.array(potential)


def eif(model):
    def derivative(y, i):
        pull = model.delta_t * np.exp(min((y[0] - model.v_threshold) / model.delta_t, 30))
        return [(model.v_rest - y[0] + pull + model.resistance * i) / model.tau_m]

    return Equation(derivative, lambda y: y[0] - model.v_peak, lambda y: [model.v_reset])


def adex(model):
    membrane, above, reset = eif(model)

    def derivative(y, i):
        v, w = y
        return [*membrane([v], i - w), (model.a * (v - model.v_rest) - w) / model.tau_w]

    return Equation(derivative, above, lambda y: [*reset(y), y[1] + model.b])


def qif(model):
    def derivative(y, i):
        span = model.v_threshold - model.v_rest
        square = (y[0] - model.v_rest) * (y[0] - model.v_threshold) / span
        return [(square + model.resistance * i) / model.tau_m]

    return Equation(derivative, lambda y: y[0] - model.v_peak, lambda y: [model.v_reset])


def izhikevich(model):
    def derivative(y, i):
        v, u = y
        rise = 0.04 * v**2 + 5 * v + 140 - u + i / model.capacitance
        return [rise, model.a * (model.b * v - u)]

    return Equation(derivative, lambda y: y[0] - model.v_peak, lambda y: [model.c, y[1] + model.d])


def glif(model):
    resets, currents, follows = model.level in (2, 4, 5), model.level >= 3, model.level == 5
    skipped = np.exp(
        -model.refractory / np.array([model.tau_slow, model.tau_fast, model.tau_spike])
    )
    jumps = np.array([model.slow_jump, model.fast_jump, model.threshold_jump])
    jumps = jumps * [currents, currents, resets]

    def derivative(y, i):
        v, slow, fast, h_s, h_v = y
        return [
            (model.v_rest - v + model.resistance * (i + slow + fast)) / model.tau_m,
            -slow / model.tau_slow,
            -fast / model.tau_fast,
            -h_s / model.tau_spike,
            follows * model.follow * (v - model.v_rest) - h_v / model.tau_follow,
        ]

    def reset(y):
        kept = model.v_rest + model.keep * (y[0] - model.v_rest) + model.reset_jump
        return [kept if resets else model.v_reset, *(y[1:4] * skipped + jumps), y[4]]

    return Equation(derivative, lambda y: y[0] - model.v_threshold - y[3] - y[4], reset)


def hodgkin_huxley(model):
    def derivative(y, i):
        v, m, h, n = y
        alpha = np.array([
            0.1 * (v + 40) / (1 - np.exp(-(v + 40) / 10)),
            0.07 * np.exp(-(v + 65) / 20),
            0.01 * (v + 55) / (1 - np.exp(-(v + 55) / 10)),
        ])  # fmt: skip
        beta = np.array([
            4 * np.exp(-(v + 65) / 18),
            1 / (1 + np.exp(-(v + 35) / 10)),
            0.125 * np.exp(-(v + 65) / 80),
        ])  # fmt: skip
        flow = i + (
            model.g_na * m**3 * h * (model.e_na - v)
            + model.g_k * n**4 * (model.e_k - v)
            + model.g_leak * (model.e_leak - v)
        )
        return [flow / model.capacitance, *(alpha * (1 - y[1:]) - beta * y[1:])]

    return Equation(derivative, lambda y: y[0] - model.v_threshold)


def start_of(model):
    """Return the state of one neuron at rest, without its count of refractory steps."""
    state = model.initial(model.draw(np.zeros(1, bool), 1.0, None), 1)
    counts = hasattr(model, "refractory")
    return [row[0] for row in (state[:1] + state[2:] if counts else state)]


# A model, its equation, and the mean in nA of a current that varies by 30 %.
CASES = [
    (EIF(), eif, 0.65),
    (AdEx(v_peak=-20.0), adex, 1.0),
    (AdEx(v_peak=-20.0, v_reset=-47.0, b=0.3, tau_w=60.0), adex, 1.2),  # bursts
    (QIF(), qif, 0.6),
    (QIF(15.0, -65.0, -50.0, -70.0, 2.0, 40.0, v_peak=30.0), qif, 0.4),
    (Izhikevich(), izhikevich, 9.0),
    (Izhikevich.chattering(), izhikevich, 9.0),
    (Izhikevich.fast_spiking(), izhikevich, 9.0),
    *((GLIF(level=level), glif, 0.35) for level in range(1, 6)),
    (HodgkinHuxley(), hodgkin_huxley, 1.0),
]


@pytest.mark.parametrize(("model", "equation", "mean"), CASES)
def test_spikes_are_those_of_the_equation(model, equation, mean):
    def current(t):
        return mean * (1 + 0.3 * np.sin(0.05 * t))

    expected = solve(equation(model), current, start_of(model), getattr(model, "refractory", 0))
    assert len(expected) > 5
    for dt in (0.1, 0.02):
        times, _ = run(model, current, dt)
        assert len(times) == len(expected)
        # Each spike waits for the end of its step, and what it delays may add up.
        assert np.abs(times - expected)[:10].max() < 10 * dt
        assert abs(times[0] - expected[0]) < 1.1 * dt


@pytest.mark.parametrize(
    ("model", "equation", "scale"),
    [
        (EIF(), eif, 0.06),
        (AdEx(), adex, 0.25),
        (QIF(), qif, 0.12),
        (Izhikevich(), izhikevich, 1.2),
        (HodgkinHuxley(max_step=1.0), hodgkin_huxley, 0.1),
    ],
)
def test_below_threshold_the_error_is_of_second_order(model, equation, scale):
    def current(t):
        return scale * (1 + np.cos(0.1 * t))

    t = np.arange(5.0, DURATION, 5.0)
    solution = solve_ivp(
        lambda t, y: equation(model).derivative(y, current(t)), (0, DURATION), start_of(model),
        "LSODA", t_eval=t, rtol=1e-10, atol=1e-10,
    )  # fmt: skip
    errors = []
    for dt in (0.1, 0.05, 0.025):
        times, potential = run(model, current, dt)
        assert len(times) == 0
        errors.append(np.abs(potential[np.rint(t / dt).astype(int) - 1] - solution.y[0]).max())
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 4, rtol=0.1)
    assert errors[-1] < 0.02


def test_sub_steps_find_the_spikes_of_long_steps():
    model = HodgkinHuxley(max_step=0.02)
    expected = solve(hodgkin_huxley(model), lambda t: 1.0, start_of(model))
    times, _ = run(model, lambda t: 1.0, 1.0)
    waits = times - expected
    assert -0.05 < waits.min() < waits.max() < 1.0
