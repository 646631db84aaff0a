"""The leaky integrate-and-fire neuron with spike-frequency adaptation."""

from typing import Any

import numpy as np

from .._typing import Parameter
from .._units import steps
from ._reset import ResetNeuron, mean_decay

__all__ = ["AdaptiveLIF"]


class AdaptiveLIF(ResetNeuron):
    """Leaky integrate-and-fire neuron with spike-frequency adaptation, integrated exactly.

    Each spike raises the threshold [1]_ and an inhibitory current [2]_; both decay::

        tau_m dv/dt           = -(v - v_rest) + resistance * (I - w)
        tau_threshold dh/dt   = -h      and h jumps by threshold_jump at a spike
        tau_adaptation dw/dt  = -w      and w jumps by adaptation_jump at a spike

    When v reaches `v_threshold` + h the neuron spikes, v is set to `v_reset` and held there for
    the refractory period, while h and w go on decaying. I is the sum of the bias, graded input and
    synaptic currents. Parameters may differ between neurons, see :class:`NeuronModel`.

    Parameters
    ----------
    tau_m : float, default=20.0
        Membrane time constant in ms.
    v_rest : float, default=0.0
        Resting potential in mV.
    v_threshold : float, default=1.0
        Threshold in mV of a neuron that has not spiked. With the default, potentials are in
        units of the threshold.
    v_reset : float, default=0.0
        Potential after a spike in mV, below the threshold.
    refractory : float, default=2.0
        Refractory period in ms, rounded to steps of the liquid's `dt`.
    resistance : float, default=1.0
        Membrane resistance in MOhm.
    bias : float, default=0.0
        Constant background current in nA.
    threshold_jump : float, default=0.1
        Rise of the threshold by a spike in mV, not negative.
    tau_threshold : float, default=200.0
        Time constant in ms of the raised threshold's decay.
    adaptation_jump : float, default=0.0
        Rise of the adaptation current by a spike in nA.
    tau_adaptation : float, default=200.0
        Time constant of the adaptation current in ms.

    Notes
    -----
    The ALIF neuron of [1]_ has `threshold_jump` = beta (1 - exp(-dt / `tau_threshold`)).

    References
    ----------
    .. [1] G. Bellec, D. Salaj, A. Subramoney, R. Legenstein, W. Maass (2018). Long short-term
       memory and learning-to-learn in networks of spiking neurons. Advances in Neural
       Information Processing Systems 31.
    .. [2] J. Benda, A. V. M. Herz (2003). A universal model for spike-frequency adaptation.
       Neural Computation 15, 2523-2564.
    """

    bounds = {
        "tau_m": "> 0",
        "resistance": "> 0",
        "threshold_jump": ">= 0",
        "tau_threshold": "> 0",
        "tau_adaptation": "> 0",
        "v_reset": "< v_threshold",
    }
    n_further = 2

    def __init__(
        self,
        tau_m: Parameter = 20.0,
        v_rest: Parameter = 0.0,
        v_threshold: Parameter = 1.0,
        v_reset: Parameter = 0.0,
        refractory: Parameter = 2.0,
        resistance: Parameter = 1.0,
        bias: Parameter = 0.0,
        threshold_jump: Parameter = 0.1,
        tau_threshold: Parameter = 200.0,
        adaptation_jump: Parameter = 0.0,
        tau_adaptation: Parameter = 200.0,
    ) -> None:
        self.tau_m = tau_m
        self.v_rest = v_rest
        self.v_threshold = v_threshold
        self.v_reset = v_reset
        self.refractory = refractory
        self.resistance = resistance
        self.bias = bias
        self.threshold_jump = threshold_jump
        self.tau_threshold = tau_threshold
        self.adaptation_jump = adaptation_jump
        self.tau_adaptation = tau_adaptation

    @staticmethod
    def constants(parameters: dict[str, Any], dt: float) -> tuple[Any, ...]:
        """Return the numbers that a step of `dt` ms needs, in the order of `step`."""
        leak, fall_h, fall_w = (
            dt / np.asarray(parameters[name])
            for name in ("tau_m", "tau_threshold", "tau_adaptation")
        )
        return (
            np.exp(-leak),
            parameters["resistance"] * -np.expm1(-leak),
            parameters["v_rest"],
            parameters["v_threshold"],
            parameters["v_reset"],
            steps("refractory", parameters["refractory"], dt, may_vanish=True),
            np.exp(-fall_h),
            parameters["threshold_jump"],
            mean_decay(leak, fall_w),
            np.exp(-fall_w),
            parameters["adaptation_jump"],
            1.0,
        )

    @staticmethod
    def step(n: Any, state: Any, constants: Any, current: Any) -> Any:
        """Move neuron n by one step; return whether it spiked."""
        (
            decay, gain, rest, threshold, reset, refractory,
            decay_h, jump_h, mean_w, decay_w, jump_w, one,
        ) = constants  # fmt: skip
        potential, wait, raised, adaptation = state
        v, waits = potential[n], wait[n]
        moved = rest + decay * (v - rest) + gain * (current - mean_w * adaptation[n])
        v = moved if waits < one else v
        h, w = decay_h * raised[n], decay_w * adaptation[n]
        spiked = v >= threshold + h
        potential[n] = reset if spiked else v
        wait[n] = refractory if spiked else waits - one
        raised[n] = h + jump_h * spiked
        adaptation[n] = w + jump_w * spiked
        return spiked

    @staticmethod
    def reference_step(state: Any, constants: Any, current: Any) -> tuple[Any, Any]:
        """Move all neurons by one step; return the new state and which neurons spiked."""
        (
            decay, gain, rest, threshold, reset, refractory,
            decay_h, jump_h, mean_w, decay_w, jump_w, _,
        ) = constants  # fmt: skip
        v, wait, h, w = state
        moved = rest + decay * (v - rest) + gain * (current - mean_w * w)
        v, h, w = np.where(wait < 1, moved, v), decay_h * h, decay_w * w
        spiked = v >= threshold + h
        v, wait = np.where(spiked, reset, v), np.where(spiked, refractory, wait - 1)
        return (v, wait, h + jump_h * spiked, w + jump_w * spiked), spiked
