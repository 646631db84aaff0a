"""The neuron of Izhikevich (2003)."""

from typing import Any, Self

import numpy as np

from .._typing import Array, Parameter
from .base import NeuronModel

__all__ = ["Izhikevich"]


class Izhikevich(NeuronModel):
    """Izhikevich's simple model of spiking neurons [1]_.

    Between spikes::

        dv/dt = 0.04 v^2 + 5 v + 140 - u + I / capacitance
        du/dt = a (b v - u)

    with v in mV and time in ms. When v reaches `v_peak` the neuron spikes, v is set to `c` and
    u jumps by `d`. I is the sum of the bias, graded input and synaptic currents. Parameters may
    differ between neurons, see :class:`NeuronModel`.

    Parameters
    ----------
    a : float, default=0.02
        Rate of the recovery variable u in 1/ms.
    b : float, default=0.2
        Coupling of u to v in 1/ms.
    c : float, default=-65.0
        Potential after a spike in mV, below `v_peak`.
    d : float, default=8.0
        Rise of u by a spike in mV/ms.
    v_peak : float, default=30.0
        Potential in mV at which a spike ends.
    capacitance : float, default=1.0
        Membrane capacitance in nF. With the default, a current of 1 nA is I = 1 in [1]_.
    bias : float, default=0.0
        Constant background current in nA.

    Notes
    -----
    One step moves u by half a step, v by a whole step and u by the other half: u exactly, and v
    by Kahan's method [2]_, which is of second order, stable under inhibition of any strength,
    and correct about whether v reaches infinity. The two half steps of Euler's method that [1]_
    takes in 1 ms differ much from the solution of the equations [3]_.

    References
    ----------
    .. [1] E. M. Izhikevich (2003). Simple model of spiking neurons. IEEE Transactions on Neural
       Networks 14, 1569-1572.
    .. [2] W. Kahan, R.-C. Li (1997). Unconventional schemes for a class of ordinary differential
       equations. Journal of Computational Physics 134, 316-331.
    .. [3] R. Pauli, P. Weidel, S. Kunkel, A. Morrison (2018). Reproducing polychronization: a
       guide to maximizing the reproducibility of spiking network models. Frontiers in
       Neuroinformatics 12, 46.

    Examples
    --------
    >>> from lsm.neurons import Izhikevich
    >>> Izhikevich.fast_spiking()
    Izhikevich(a=0.1, d=2.0)
    """

    bounds = {
        "capacitance": "> 0",
        "c": "< v_peak",
    }

    def __init__(
        self,
        a: Parameter = 0.02,
        b: Parameter = 0.2,
        c: Parameter = -65.0,
        d: Parameter = 8.0,
        v_peak: Parameter = 30.0,
        capacitance: Parameter = 1.0,
        bias: Parameter = 0.0,
    ) -> None:
        self.a = a
        self.b = b
        self.c = c
        self.d = d
        self.v_peak = v_peak
        self.capacitance = capacitance
        self.bias = bias

    @classmethod
    def regular_spiking(cls) -> Self:
        """Return a regular spiking neuron: excitatory, cortical, with adaptation."""
        return cls(a=0.02, b=0.2, c=-65.0, d=8.0)

    @classmethod
    def intrinsically_bursting(cls) -> Self:
        """Return an intrinsically bursting neuron: excitatory, cortical, a burst at the onset."""
        return cls(a=0.02, b=0.2, c=-55.0, d=4.0)

    @classmethod
    def chattering(cls) -> Self:
        """Return a chattering neuron: excitatory, cortical, repeated bursts."""
        return cls(a=0.02, b=0.2, c=-50.0, d=2.0)

    @classmethod
    def fast_spiking(cls) -> Self:
        """Return a fast spiking neuron: inhibitory, cortical, without adaptation."""
        return cls(a=0.1, b=0.2, c=-65.0, d=2.0)

    @classmethod
    def low_threshold_spiking(cls) -> Self:
        """Return a low-threshold spiking neuron: inhibitory, cortical, with adaptation."""
        return cls(a=0.02, b=0.25, c=-65.0, d=2.0)

    @classmethod
    def thalamo_cortical(cls) -> Self:
        """Return a thalamo-cortical neuron, which also spikes at the end of inhibition."""
        return cls(a=0.02, b=0.25, c=-65.0, d=0.05)

    @classmethod
    def resonator(cls) -> Self:
        """Return a resonator, which responds best to input at its own frequency."""
        return cls(a=0.1, b=0.26, c=-65.0, d=2.0)

    @staticmethod
    def constants(parameters: dict[str, Any], dt: float) -> tuple[Any, ...]:
        """Return the numbers that a step of `dt` ms needs, in the order of `step`."""
        return (
            0.04 * dt,
            5.0 * dt,
            140.0 * dt,
            dt,
            dt / np.asarray(parameters["capacitance"]),
            1 - 2.5 * dt,
            -np.expm1(-np.asarray(parameters["a"]) * dt / 2),
            parameters["b"],
            parameters["c"],
            parameters["d"],
            parameters["v_peak"],
            0.0,
            1.0,
        )

    @staticmethod
    def initial(
        parameters: dict[str, Any], n_neurons: int, rng: np.random.Generator | None = None
    ) -> tuple[Array, ...]:
        """Return the state at rest, or at a random potential between rest and threshold.

        Rest and threshold are the two fixed points without input. Without fixed points both are
        the potential at which v changes most slowly.
        """
        slope = np.broadcast_to(5 - np.asarray(parameters["b"]), n_neurons)
        width = np.sqrt(np.maximum(slope**2 - 4 * 0.04 * 140, 0))
        v = -(slope + width) / 0.08
        if rng is not None:
            v = v + width / 0.04 * rng.random(n_neurons)
        return v, parameters["b"] * v

    @staticmethod
    def step(n: Any, state: Any, constants: Any, current: Any) -> Any:
        """Move neuron n by one step; return whether it spiked."""
        square, linear, rest, dt, gain, left, share, b, c, d, peak, zero, one = constants
        potential, recovery = state
        v = potential[n]
        u = recovery[n] + share * (b * v - recovery[n])
        # Kahan's method. If its denominator is not positive, v has passed infinity, unless v
        # decreases; then the step is one of Euler's method.
        rise = (square * v + linear) * v + rest - dt * u + gain * current
        below = left - square * v
        finite = below > zero
        moved = v + rise / (below if finite else one)
        spiked = (moved >= peak) | ((rise > zero) & (not finite))
        v = c if spiked else moved
        u = u + share * (b * v - u)
        potential[n] = v
        recovery[n] = u + d * spiked
        return spiked

    @staticmethod
    def reference_step(state: Any, constants: Any, current: Any) -> tuple[Any, Any]:
        """Move all neurons by one step; return the new state and which neurons spiked."""
        square, linear, rest, dt, gain, left, share, b, c, d, peak, _, _ = constants
        v, u = state
        u = u + share * (b * v - u)
        rise = (square * v + linear) * v + rest - dt * u + gain * current
        below = left - square * v
        moved = v + rise / np.where(below > 0, below, 1)
        spiked = (moved >= peak) | ((rise > 0) & (below <= 0))
        v = np.where(spiked, c, moved)
        u = u + share * (b * v - u)
        return (v, u + d * spiked), spiked
