"""The Hodgkin-Huxley neuron."""

from typing import Any

import numpy as np
from numba.extending import register_jitable

from .._typing import Array, Parameter
from .base import NeuronModel

__all__ = ["HodgkinHuxley"]


class HodgkinHuxley(NeuronModel):
    """Neuron with the sodium and potassium channels of the squid's giant axon [1]_.

    In modern units and signs::

        capacitance dv/dt = g_na m^3 h (e_na - v) + g_k n^4 (e_k - v) + g_leak (e_leak - v) + I
        dx/dt = alpha_x(v) (1 - x) - beta_x(v) x    for x = m, h, n

        alpha_m = 0.1 (v + 40) / (1 - exp(-(v + 40) / 10))      beta_m = 4 exp(-(v + 65) / 18)
        alpha_h = 0.07 exp(-(v + 65) / 20)           beta_h = 1 / (1 + exp(-(v + 35) / 10))
        alpha_n = 0.01 (v + 55) / (1 - exp(-(v + 55) / 10))  beta_n = 0.125 exp(-(v + 65) / 80)

    with v in mV and rates in 1/ms. The neuron spikes when v crosses `v_threshold` from below; the
    state is not reset. I is the sum of the bias, graded input and synaptic currents. Parameters
    may differ between neurons, see :class:`NeuronModel`.

    Parameters
    ----------
    capacitance : float, default=0.1
        Membrane capacitance in nF. The defaults are those of [1]_ for 1e-4 cm^2 of membrane.
    g_na : float, default=12.0
        Maximum conductance of the sodium channels in uS.
    g_k : float, default=3.6
        Maximum conductance of the potassium channels in uS.
    g_leak : float, default=0.03
        Conductance of the leak in uS.
    e_na : float, default=50.0
        Reversal potential of sodium in mV.
    e_k : float, default=-77.0
        Reversal potential of potassium in mV.
    e_leak : float, default=-54.402
        Reversal potential of the leak in mV.
    v_threshold : float, default=0.0
        Potential in mV; each crossing from below is a spike.
    bias : float, default=0.0
        Constant background current in nA.
    max_step : float, default=0.05
        Upper bound on the sub-step in ms: a step is split into equal sub-steps that are not
        longer. The smallest value of all neurons counts.

    Notes
    -----
    A sub-step moves v by half a sub-step, the channels by a whole one, and v by the other half,
    each exactly while the other variables are held. This exponential Euler method is of second
    order and stable for any current.

    References
    ----------
    .. [1] A. L. Hodgkin, A. F. Huxley (1952). A quantitative description of membrane current and
       its application to conduction and excitation in nerve. Journal of Physiology 117, 500-544.
    """

    bounds = {
        "capacitance": "> 0",
        "g_na": ">= 0",
        "g_k": ">= 0",
        "g_leak": "> 0",
        "max_step": "> 0",
    }

    def __init__(
        self,
        capacitance: Parameter = 0.1,
        g_na: Parameter = 12.0,
        g_k: Parameter = 3.6,
        g_leak: Parameter = 0.03,
        e_na: Parameter = 50.0,
        e_k: Parameter = -77.0,
        e_leak: Parameter = -54.402,
        v_threshold: Parameter = 0.0,
        bias: Parameter = 0.0,
        max_step: Parameter = 0.05,
    ) -> None:
        self.capacitance = capacitance
        self.g_na = g_na
        self.g_k = g_k
        self.g_leak = g_leak
        self.e_na = e_na
        self.e_k = e_k
        self.e_leak = e_leak
        self.v_threshold = v_threshold
        self.bias = bias
        self.max_step = max_step

    @staticmethod
    def constants(parameters: dict[str, Any], dt: float) -> tuple[Any, ...]:
        """Return the numbers that a step of `dt` ms needs, in the order of `step`."""
        # One number of sub-steps for all neurons: the finest step that any of them asks for.
        n_steps = np.ceil(dt / np.min(parameters["max_step"]) - 1e-9)
        names = ("g_na", "g_k", "g_leak", "e_na", "e_k", "e_leak", "v_threshold")
        return (
            n_steps,
            dt / n_steps,
            dt / n_steps / 2 / np.asarray(parameters["capacitance"]),
            *(parameters[name] for name in names),
        )

    @staticmethod
    def initial(
        parameters: dict[str, Any], n_neurons: int, rng: np.random.Generator | None = None
    ) -> tuple[Array, ...]:
        """Return the squid's resting state at -65 mV, or one within 10 mV of it at random.

        The channels are in their steady state at this potential.
        """
        v = np.full(n_neurons, -65.0)
        if rng is not None:
            v = v + rng.uniform(-10, 10, n_neurons)
        return v, *(alpha / (alpha + beta) for alpha, beta in _rates(v))

    @staticmethod
    def step(n: Any, state: Any, constants: Any, current: Any) -> Any:
        """Move neuron n by one step; return whether it spiked."""
        potential, activation, inactivation, rectifier = state
        v, gates = potential[n], (activation[n], inactivation[n], rectifier[n])
        spiked = False
        for _ in range(int(constants[0])):
            before = v
            v, gates = _substep(v, gates, constants, current)
            spiked |= (before < constants[-1]) & (v >= constants[-1])
        potential[n] = v
        activation[n], inactivation[n], rectifier[n] = gates
        return spiked

    @staticmethod
    def reference_step(state: Any, constants: Any, current: Any) -> tuple[Any, Any]:
        """Move all neurons by one step; return the new state and which neurons spiked."""
        v, *gates = state
        spiked = np.zeros(len(v), dtype=bool)
        for _ in range(int(constants[0])):
            before = v
            v, gates = _substep(v, gates, constants, current)
            spiked |= (before < constants[-1]) & (v >= constants[-1])
        return (v, *gates), spiked


# The compiled and the NumPy step share the following functions of numbers or arrays.


@register_jitable
def _rates(v):
    """Return the rates (alpha, beta) of m, h and n at a potential, in 1/ms."""
    above = np.minimum(np.maximum(v, -300.0), 300.0) + 65  # so that no current overflows the powers
    # All exponentials but one are powers of the slowest: e8 is exp(-(v + 65) / 10).
    e = np.exp(-above / 80)
    e2 = e * e
    e4 = e2 * e2
    e8 = e4 * e4
    return (
        (_ratio(above / 10 - 2.5, e8 * np.exp(2.5)), 4 * np.exp(-above / 18)),
        (0.07 * e4, 1 / (1 + e8 * np.exp(3.0))),
        (0.1 * _ratio(above / 10 - 1, e8 * np.exp(1.0)), 0.125 * e),
    )


@register_jitable
def _ratio(x, power):
    """Return x / (1 - exp(-x)), also near zero; `power` is exp(-x)."""
    near = np.abs(x) < 1e-6
    return (x + near * (1 - x / 2)) / (1 - power + near * power)


@register_jitable
def _half(v, gates, constants, current):
    """Move the potential by half a sub-step."""
    _, _, push, g_na, g_k, g_leak, e_na, e_k, e_leak, _ = constants
    m, h, n = gates
    sodium, potassium = g_na * m * m * m * h, g_k * (n * n) * (n * n)
    total = sodium + potassium + g_leak
    goal = (sodium * e_na + potassium * e_k + g_leak * e_leak + current) / total
    return goal + (v - goal) * np.exp(-push * total)


@register_jitable
def _move(gate, rates, duration):
    """Move a gate towards its steady state at constant rates."""
    alpha, beta = rates
    goal = alpha / (alpha + beta)
    return goal + (gate - goal) * np.exp(-duration * (alpha + beta))


@register_jitable
def _substep(v, gates, constants, current):
    """Move potential and gates by one sub-step."""
    v = _half(v, gates, constants, current)
    rates_m, rates_h, rates_n = _rates(v)
    m, h, n = gates
    duration = constants[1]
    gates = (_move(m, rates_m, duration), _move(h, rates_h, duration), _move(n, rates_n, duration))
    return _half(v, gates, constants, current), gates
