"""The leaky integrate-and-fire neuron with escape noise."""

import numpy as np

from .._units import steps
from ._common import IntegrateAndFire

__all__ = ["StochasticLIF"]


class StochasticLIF(IntegrateAndFire):
    """Leaky integrate-and-fire neuron that spikes by chance, more often near threshold [1]_.

    Between spikes the membrane potential follows that of :class:`LIF`::

        tau_m dv/dt = -(v - v_rest) + resistance * I

    and the neuron spikes at a rate that grows with it (escape noise)::

        rate = exp((v - v_threshold) / delta_v) / tau_escape

    Then v is set to `v_reset` and held there for the refractory period, in which there is no
    spike. With small `delta_v` this becomes :class:`LIF`. I is the sum of the bias, graded input
    and synaptic currents. The draws are a function of the liquid's seed and the sample, so a
    sample gives the same spikes each time. Parameters may differ between neurons, see
    :mod:`lsm.neurons`.

    Parameters
    ----------
    tau_m : float, default=20.0
        Membrane time constant in ms.
    v_rest : float, default=0.0
        Resting potential in mV.
    v_threshold : float, default=1.0
        Potential in mV at which the mean wait for a spike is `tau_escape`. The default measures
        potentials in thresholds.
    v_reset : float, default=0.0
        Potential after a spike in mV, below the threshold.
    refractory : float, default=2.0
        Refractory period in ms, a multiple of the liquid's `dt`.
    resistance : float, default=1.0
        Membrane resistance in MOhm.
    bias : float, default=0.0
        Constant background current in nA.
    delta_v : float, default=0.1
        How soft the threshold is: the potential in mV that changes the rate by a factor of e.
    tau_escape : float, default=10.0
        Mean wait for a spike at threshold, in ms.

    References
    ----------
    .. [1] W. Gerstner, W. M. Kistler (2002). Spiking Neuron Models, section 5.3. Cambridge
       University Press.
    """

    _bounds = {
        "tau_m": {"low": 0, "low_open": True},
        "refractory": {"low": 0},
        "resistance": {"low": 0, "low_open": True},
        "delta_v": {"low": 0, "low_open": True},
        "tau_escape": {"low": 0, "low_open": True},
    }
    stochastic = True

    def __init__(
        self,
        tau_m=20.0,
        v_rest=0.0,
        v_threshold=1.0,
        v_reset=0.0,
        refractory=2.0,
        resistance=1.0,
        bias=0.0,
        delta_v=0.1,
        tau_escape=10.0,
    ):
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
    def constants(parameters, dt):
        """Return what one step of `dt` ms needs, in the order of `step`."""
        leak = dt / np.asarray(parameters["tau_m"])
        return (
            np.exp(-leak),
            parameters["resistance"] * -np.expm1(-leak),
            parameters["v_rest"],
            parameters["v_threshold"],
            parameters["v_reset"],
            steps("refractory", parameters["refractory"], dt),
            1 / np.asarray(parameters["delta_v"]),
            -dt / np.asarray(parameters["tau_escape"]),
            80.0,  # whose exponential float32 holds, and beyond which a spike is certain
            1.0,
        )

    @staticmethod
    def step(n, state, constants, current, chance):
        """Move neuron n by one step and tell whether it spiked."""
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
    def reference_step(state, constants, current, chance):
        """Move all neurons by one step; return the new state and who spiked."""
        decay, gain, rest, threshold, reset, refractory, sharpness, hazard, top, _ = constants
        v, wait = state
        awake = wait < 1
        v = np.where(awake, rest + decay * (v - rest) + gain * current, v)
        certainty = 1 - np.exp(hazard * np.exp(np.minimum(sharpness * (v - threshold), top)))
        spiked = awake & (chance < certainty)
        return (np.where(spiked, reset, v), np.where(spiked, refractory, wait - 1)), spiked
