"""The leaky integrate-and-fire neuron with escape noise."""

from typing import Any

import numpy as np

from .._typing import Parameter
from .._units import steps
from ._reset import ResetNeuron

__all__ = ["StochasticLIF"]


class StochasticLIF(ResetNeuron):
    """Leaky integrate-and-fire neuron with escape noise [1]_.

    Between spikes the membrane potential follows the equation of :class:`LIF`::

        tau_m dv/dt = -(v - v_rest) + resistance * I

    and the neuron spikes at random, at a rate that grows with its potential::

        rate = exp((v - v_threshold) / delta_v) / tau_escape

    After a spike v is set to `v_reset` and held there for the refractory period, in which the
    neuron cannot spike. For small `delta_v` the model becomes :class:`LIF`. I is the sum of the
    bias, graded input and synaptic currents. The draws depend on the liquid's seed and on the
    sample alone, so a sample gives the same spikes each time. Parameters may differ between
    neurons, see :class:`NeuronModel`.

    Parameters
    ----------
    tau_m : float, default=20.0
        Membrane time constant in ms.
    v_rest : float, default=0.0
        Resting potential in mV.
    v_threshold : float, default=1.0
        Potential in mV at which the mean waiting time for a spike is `tau_escape`. With the
        default, potentials are in units of the threshold.
    v_reset : float, default=0.0
        Potential after a spike in mV, below the threshold.
    refractory : float, default=2.0
        Refractory period in ms, rounded to steps of the liquid's `dt`.
    resistance : float, default=1.0
        Membrane resistance in MOhm.
    bias : float, default=0.0
        Constant background current in nA.
    delta_v : float, default=0.1
        Softness of the threshold: potential difference in mV that changes the rate by a factor
        of e.
    tau_escape : float, default=10.0
        Mean waiting time for a spike at threshold in ms.

    References
    ----------
    .. [1] W. Gerstner, W. M. Kistler (2002). Spiking Neuron Models, section 5.3. Cambridge
       University Press.
    """

    bounds = {
        "tau_m": "> 0",
        "resistance": "> 0",
        "delta_v": "> 0",
        "tau_escape": "> 0",
        "v_reset": "< v_threshold",
    }
    stochastic = True

    def __init__(
        self,
        tau_m: Parameter = 20.0,
        v_rest: Parameter = 0.0,
        v_threshold: Parameter = 1.0,
        v_reset: Parameter = 0.0,
        refractory: Parameter = 2.0,
        resistance: Parameter = 1.0,
        bias: Parameter = 0.0,
        delta_v: Parameter = 0.1,
        tau_escape: Parameter = 10.0,
    ) -> None:
        self.tau_m = tau_m
        self.v_rest = v_rest
        self.v_threshold = v_threshold
        self.v_reset = v_reset
        self.refractory = refractory
        self.resistance = resistance
        self.bias = bias
        self.delta_v = delta_v
        self.tau_escape = tau_escape

    @staticmethod
    def constants(parameters: dict[str, Any], dt: float) -> tuple[Any, ...]:
        """Return the numbers that a step of `dt` ms needs, in the order of `step`."""
        leak = dt / np.asarray(parameters["tau_m"])
        return (
            np.exp(-leak),
            parameters["resistance"] * -np.expm1(-leak),
            parameters["v_rest"],
            parameters["v_threshold"],
            parameters["v_reset"],
            steps("refractory", parameters["refractory"], dt, may_vanish=True),
            1 / np.asarray(parameters["delta_v"]),
            -dt / np.asarray(parameters["tau_escape"]),
            80.0,  # float32 holds its exponential, and beyond it a spike is certain
            1.0,
        )

    @staticmethod
    def step(  # type: ignore[override]  # a stochastic model gets a random number
        n: Any, state: Any, constants: Any, current: Any, chance: Any
    ) -> Any:
        """Move neuron n by one step; return whether it spiked."""
        decay, gain, rest, threshold, reset, refractory, sharpness, hazard, top, one = constants
        potential, wait = state
        v, waits = potential[n], wait[n]
        moved = rest + decay * (v - rest) + gain * current
        awake = waits < one
        v = moved if awake else v
        certainty = one - np.exp(hazard * np.exp(min(sharpness * (v - threshold), top)))
        spiked = awake & (chance < certainty)
        potential[n] = reset if spiked else v
        wait[n] = refractory if spiked else waits - one
        return spiked

    @staticmethod
    def reference_step(state: Any, constants: Any, current: Any, chance: Any) -> tuple[Any, Any]:
        """Move all neurons by one step; return the new state and which neurons spiked."""
        decay, gain, rest, threshold, reset, refractory, sharpness, hazard, top, _ = constants
        v, wait = state
        awake = wait < 1
        v = np.where(awake, rest + decay * (v - rest) + gain * current, v)
        certainty = 1 - np.exp(hazard * np.exp(np.minimum(sharpness * (v - threshold), top)))
        spiked = awake & (chance < certainty)
        return (np.where(spiked, reset, v), np.where(spiked, refractory, wait - 1)), spiked
