"""The exponential integrate-and-fire neuron."""

from typing import Any

import numpy as np

from .._typing import Parameter
from .._units import steps
from ._reset import ResetNeuron

__all__ = ["EIF"]


class EIF(ResetNeuron):
    """Exponential integrate-and-fire neuron [1]_.

    The membrane potential follows::

        tau_m dv/dt = -(v - v_rest) + delta_t exp((v - v_threshold) / delta_t) + resistance * I

    Above `v_threshold` it grows without bound. When it reaches `v_peak` the neuron spikes, v is
    set to `v_reset` and held there for the refractory period. I is the sum of the bias, graded
    input and synaptic currents. Parameters may differ between neurons, see :class:`NeuronModel`.

    Parameters
    ----------
    tau_m : float, default=10.0
        Membrane time constant in ms. The defaults are those of [1]_, except `refractory`.
    v_rest : float, default=-65.0
        Resting potential in mV, apart from a small shift by the exponential.
    v_threshold : float, default=-59.9
        Potential in mV at which a constant current starts to make the neuron spike.
    v_reset : float, default=-68.0
        Potential after a spike in mV, below `v_peak`.
    refractory : float, default=2.0
        Refractory period in ms, rounded to steps of the liquid's `dt`. It is 1.7 ms in [1]_, which
        needs a `dt` such as 0.1 ms; the default is the next multiple of 1 ms.
    resistance : float, default=10.0
        Membrane resistance in MOhm.
    bias : float, default=0.0
        Constant background current in nA.
    delta_t : float, default=3.48
        Slope factor: potential difference in mV over which the exponential grows by a factor of
        e. The larger it is, the more slowly spikes start.
    v_peak : float, default=0.0
        Potential in mV at which a spike ends, above `v_threshold`.

    Notes
    -----
    One step applies the leak for half a step, the exponential for a whole step and the leak for
    the other half, each exactly. The error is of second order in `dt`, except that spikes are at
    the ends of steps.

    References
    ----------
    .. [1] N. Fourcaud-Trocmé, D. Hansel, C. van Vreeswijk, N. Brunel (2003). How spike generation
       mechanisms determine the neuronal response to fluctuating inputs. Journal of Neuroscience
       23, 11628-11640.
    """

    bounds = {
        "tau_m": "> 0",
        "resistance": "> 0",
        "delta_t": "> 0",
        "v_reset": "< v_peak",
        "v_threshold": "< v_peak",
    }

    def __init__(
        self,
        tau_m: Parameter = 10.0,
        v_rest: Parameter = -65.0,
        v_threshold: Parameter = -59.9,
        v_reset: Parameter = -68.0,
        refractory: Parameter = 2.0,
        resistance: Parameter = 10.0,
        bias: Parameter = 0.0,
        delta_t: Parameter = 3.48,
        v_peak: Parameter = 0.0,
    ) -> None:
        self.tau_m = tau_m
        self.v_rest = v_rest
        self.v_threshold = v_threshold
        self.v_reset = v_reset
        self.refractory = refractory
        self.resistance = resistance
        self.bias = bias
        self.delta_t = delta_t
        self.v_peak = v_peak

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
            80.0,  # float32 holds its exponential, and a larger v diverges within any step
            1e-30,
            1.0,
        )

    @staticmethod
    def step(n: Any, state: Any, constants: Any, current: Any) -> Any:
        """Move neuron n by one step; return whether it spiked."""
        (
            decay, gain, rest, threshold, width, growth, peak, reset, refractory, top, tiny, one,
        ) = constants  # fmt: skip
        potential, wait = state
        drive, awake = gain * current, wait[n] < one
        v = rest + decay * (potential[n] - rest) + drive
        # The exponential alone moves exp(-v / width) in a straight line, and v to infinity
        # where that meets zero.
        left = one - growth * np.exp(min((v - threshold) / width, top))
        v -= width * np.log(max(left, tiny))
        away = (left <= tiny) | (v >= peak)
        spiked = awake & away
        v = rest + decay * (v - rest) + drive
        v = reset if away else v
        potential[n] = v if awake else potential[n]
        wait[n] = refractory if spiked else wait[n] - one
        return spiked

    @staticmethod
    def reference_step(state: Any, constants: Any, current: Any) -> tuple[Any, Any]:
        """Move all neurons by one step; return the new state and which neurons spiked."""
        (
            decay, gain, rest, threshold, width, growth, peak, reset, refractory, top, tiny, _,
        ) = constants  # fmt: skip
        potential, wait = state
        v = rest + decay * (potential - rest) + gain * current
        left = 1 - growth * np.exp(np.minimum((v - threshold) / width, top))
        v = v - width * np.log(np.maximum(left, tiny))
        spiked = (wait < 1) & ((left <= tiny) | (v >= peak))
        v = rest + decay * (v - rest) + gain * current
        v = np.where(wait < 1, v, potential)
        return (np.where(spiked, reset, v), np.where(spiked, refractory, wait - 1)), spiked
