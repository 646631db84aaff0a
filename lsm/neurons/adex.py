"""The adaptive exponential integrate-and-fire neuron."""

from typing import Any

import numpy as np

from .._typing import Parameter
from .._units import steps
from .eif import EIF

__all__ = ["AdEx"]


class AdEx(EIF):
    """Adaptive exponential integrate-and-fire neuron [1]_.

    The membrane potential and an adaptation current follow::

        tau_m dv/dt = -(v - v_rest) + delta_t exp((v - v_threshold) / delta_t)
                      + resistance * (I - w)
        tau_w dw/dt = a (v - v_rest) - w

    Above `v_threshold` v grows without bound. When it reaches `v_peak` the neuron spikes, w jumps
    by `b`, v is set to `v_reset` and held there for the refractory period, while w goes on. I is
    the sum of the bias, graded input and synaptic currents. Parameters may differ between
    neurons, see :class:`NeuronModel`.

    Parameters
    ----------
    tau_m : float, default=9.3667
        Membrane time constant in ms. The defaults are those of [1]_, which gives a capacitance
        of 0.281 nF and a leak conductance of 0.03 uS instead.
    v_rest : float, default=-70.6
        Resting potential in mV, apart from a small shift by the exponential.
    v_threshold : float, default=-50.4
        Potential in mV above which the exponential exceeds the leak.
    v_reset : float, default=-70.6
        Potential after a spike in mV, below `v_peak`; above `v_threshold` the neuron bursts.
    refractory : float, default=0.0
        Refractory period in ms, rounded to steps of the liquid's `dt`.
    resistance : float, default=33.333
        Membrane resistance in MOhm.
    bias : float, default=0.0
        Constant background current in nA.
    delta_t : float, default=2.0
        Slope factor: potential difference in mV over which the exponential grows by a factor of
        e. The larger it is, the more slowly spikes start.
    v_peak : float, default=20.0
        Potential in mV at which a spike ends, above `v_threshold`.
    a : float, default=0.004
        Coupling of the adaptation current to the potential in uS.
    b : float, default=0.0805
        Rise of the adaptation current by a spike in nA.
    tau_w : float, default=144.0
        Time constant of the adaptation current in ms.

    Notes
    -----
    One step moves w by half a step, v by a whole step as in :class:`EIF`, and w by the other
    half, each exactly. The error is of second order in `dt`, except that spikes are at the ends
    of steps.

    References
    ----------
    .. [1] R. Brette, W. Gerstner (2005). Adaptive exponential integrate-and-fire model as an
       effective description of neuronal activity. Journal of Neurophysiology 94, 3637-3642.
    """

    bounds = {"tau_w": "> 0"}
    n_further = 1

    def __init__(
        self,
        tau_m: Parameter = 9.3667,
        v_rest: Parameter = -70.6,
        v_threshold: Parameter = -50.4,
        v_reset: Parameter = -70.6,
        refractory: Parameter = 0.0,
        resistance: Parameter = 33.333,
        bias: Parameter = 0.0,
        delta_t: Parameter = 2.0,
        v_peak: Parameter = 20.0,
        a: Parameter = 0.004,
        b: Parameter = 0.0805,
        tau_w: Parameter = 144.0,
    ) -> None:
        super().__init__(
            tau_m, v_rest, v_threshold, v_reset, refractory, resistance, bias, delta_t, v_peak
        )
        self.a = a
        self.b = b
        self.tau_w = tau_w

    @staticmethod
    def constants(parameters: dict[str, Any], dt: float) -> tuple[Any, ...]:
        """Return the numbers that a step of `dt` ms needs, in the order of `step`."""
        leak = dt / np.asarray(parameters["tau_m"])
        return (
            np.exp(-leak / 2),
            parameters["resistance"] * -np.expm1(-leak / 2),
            parameters["v_rest"],
            parameters["v_threshold"],
            parameters["delta_t"],
            leak,
            parameters["v_peak"],
            parameters["v_reset"],
            steps("refractory", parameters["refractory"], dt, may_vanish=True),
            parameters["a"],
            parameters["b"],
            np.exp(-dt / 2 / np.asarray(parameters["tau_w"])),
            80.0,  # float32 holds its exponential, and a larger v diverges within any step
            1e-30,
            1.0,
        )

    @staticmethod
    def step(n: Any, state: Any, constants: Any, current: Any) -> Any:
        """Move neuron n by one step; return whether it spiked."""
        (
            decay, gain, rest, threshold, width, growth, peak, reset, refractory,
            a, b, decay_w, top, tiny, one,
        ) = constants  # fmt: skip
        potential, wait, adaptation = state
        pull = a * (potential[n] - rest)
        w = pull + decay_w * (adaptation[n] - pull)
        drive, awake = gain * (current - w), wait[n] < one
        v = rest + decay * (potential[n] - rest) + drive
        # The exponential alone moves exp(-v / width) in a straight line, and v to infinity
        # where that meets zero.
        left = one - growth * np.exp(min((v - threshold) / width, top))
        v -= width * np.log(max(left, tiny))
        away = (left <= tiny) | (v >= peak)
        spiked = awake & away
        v = rest + decay * (v - rest) + drive
        v = reset if away else v
        v = v if awake else potential[n]
        pull = a * (v - rest)
        w = pull + decay_w * (w - pull)
        potential[n] = v
        adaptation[n] = w + b * spiked
        wait[n] = refractory if spiked else wait[n] - one
        return spiked

    @staticmethod
    def reference_step(state: Any, constants: Any, current: Any) -> tuple[Any, Any]:
        """Move all neurons by one step; return the new state and which neurons spiked."""
        (
            decay, gain, rest, threshold, width, growth, peak, reset, refractory,
            a, b, decay_w, top, tiny, _,
        ) = constants  # fmt: skip
        potential, wait, w = state
        pull = a * (potential - rest)
        w = pull + decay_w * (w - pull)
        v = rest + decay * (potential - rest) + gain * (current - w)
        left = 1 - growth * np.exp(np.minimum((v - threshold) / width, top))
        v = v - width * np.log(np.maximum(left, tiny))
        spiked = (wait < 1) & ((left <= tiny) | (v >= peak))
        v = rest + decay * (v - rest) + gain * (current - w)
        v = np.where(spiked, reset, np.where(wait < 1, v, potential))
        pull = a * (v - rest)
        w = pull + decay_w * (w - pull)
        return (v, np.where(spiked, refractory, wait - 1), w + b * spiked), spiked
