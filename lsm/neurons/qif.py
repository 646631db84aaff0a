"""The quadratic integrate-and-fire neuron."""

from typing import Any

import numpy as np

from .._typing import Parameter
from .._units import steps
from ._reset import ResetNeuron

__all__ = ["QIF"]


class QIF(ResetNeuron):
    """Quadratic integrate-and-fire neuron [1]_.

    The membrane potential follows::

        tau_m dv/dt = (v - v_rest) (v - v_threshold) / (v_threshold - v_rest) + resistance * I

    Above `v_threshold` it grows without bound. When it reaches `v_peak` the neuron spikes, v is
    set to `v_reset` and held there for the refractory period. I is the sum of the bias, graded
    input and synaptic currents. Parameters may differ between neurons, see :class:`NeuronModel`.

    The neuron spikes under constant currents above (v_threshold - v_rest) / (4 resistance), at a
    rate that grows from zero if `v_reset` is nearer to `v_rest` than to `v_threshold`. The model
    is the canonical one of neurons with this onset, a saddle-node bifurcation on an invariant
    circle [2]_.

    Parameters
    ----------
    tau_m : float, default=10.0
        Membrane time constant in ms, near rest.
    v_rest : float, default=0.0
        Resting potential in mV, below `v_threshold`.
    v_threshold : float, default=1.0
        Potential in mV above which v grows without bound even without a current. With the
        default, potentials are in units of the threshold.
    v_reset : float, default=0.0
        Potential after a spike in mV, below `v_peak`.
    refractory : float, default=2.0
        Refractory period in ms, rounded to steps of the liquid's `dt`.
    resistance : float, default=1.0
        Membrane resistance in MOhm, near rest.
    bias : float, default=0.0
        Constant background current in nA.
    v_peak : float, default=10.0
        Potential in mV at which a spike ends, above `v_threshold`.

    Notes
    -----
    Each step is a step of Kahan's method [3]_, which is of second order, stable under inhibition
    of any strength, and correct about whether v reaches infinity. Spikes are at the ends of
    steps.

    References
    ----------
    .. [1] P. E. Latham, B. J. Richmond, P. G. Nelson, S. Nirenberg (2000). Intrinsic dynamics in
       neuronal networks. I. Theory. Journal of Neurophysiology 83, 808-827.
    .. [2] G. B. Ermentrout, N. Kopell (1986). Parabolic bursting in an excitable system coupled
       with a slow oscillation. SIAM Journal on Applied Mathematics 46, 233-253.
    .. [3] W. Kahan, R.-C. Li (1997). Unconventional schemes for a class of ordinary differential
       equations. Journal of Computational Physics 134, 316-331.

    Examples
    --------
    Below threshold the potential is a nonlinear function of the current, so a linear readout of
    potentials has access to products of inputs:

    >>> import numpy as np
    >>> from lsm.neurons import QIF
    >>> neuron = QIF(bias=[-0.2, -0.1, 0.0, 0.1, 0.2])
    >>> parameters = neuron.draw(np.zeros(5, bool), 1.0, None)
    >>> constants, state = neuron.constants(parameters, 1.0), neuron.initial(parameters, 5)
    >>> for _ in range(200):
    ...     state, _ = neuron.reference_step(state, constants, parameters["bias"])
    >>> state[0].round(2).tolist()
    [-0.17, -0.09, 0.0, 0.11, 0.28]
    """

    bounds = {
        "tau_m": "> 0",
        "resistance": "> 0",
        "v_rest": "< v_threshold",
        "v_threshold": "< v_peak",
        "v_reset": "< v_peak",
    }

    def __init__(
        self,
        tau_m: Parameter = 10.0,
        v_rest: Parameter = 0.0,
        v_threshold: Parameter = 1.0,
        v_reset: Parameter = 0.0,
        refractory: Parameter = 2.0,
        resistance: Parameter = 1.0,
        bias: Parameter = 0.0,
        v_peak: Parameter = 10.0,
    ) -> None:
        self.tau_m = tau_m
        self.v_rest = v_rest
        self.v_threshold = v_threshold
        self.v_reset = v_reset
        self.refractory = refractory
        self.resistance = resistance
        self.bias = bias
        self.v_peak = v_peak

    @staticmethod
    def constants(parameters: dict[str, Any], dt: float) -> tuple[Any, ...]:
        """Return the numbers that a step of `dt` ms needs, in the order of `step`."""
        leak = dt / np.asarray(parameters["tau_m"])
        rest, threshold = parameters["v_rest"], parameters["v_threshold"]
        square = leak / (threshold - rest)
        return (
            square,
            parameters["resistance"] * leak,
            1 + square * (rest + threshold) / 2,
            rest,
            threshold,
            parameters["v_peak"],
            parameters["v_reset"],
            steps("refractory", parameters["refractory"], dt, may_vanish=True),
            0.0,
            1.0,
        )

    @staticmethod
    def step(n: Any, state: Any, constants: Any, current: Any) -> Any:
        """Move neuron n by one step; return whether it spiked."""
        square, gain, left, rest, threshold, peak, reset, refractory, zero, one = constants
        potential, wait = state
        v, waits = potential[n], wait[n]
        # Kahan's method. If its denominator is not positive, v has passed infinity, unless v
        # decreases; then the step is one of Euler's method.
        rise = square * (v - rest) * (v - threshold) + gain * current
        below = left - square * v
        finite = below > zero
        moved = v + rise / (below if finite else one)
        away = (moved >= peak) | ((rise > zero) & (not finite))
        awake = waits < one
        spiked = awake & away
        v = moved if awake else v
        potential[n] = reset if spiked else v
        wait[n] = refractory if spiked else waits - one
        return spiked

    @staticmethod
    def reference_step(state: Any, constants: Any, current: Any) -> tuple[Any, Any]:
        """Move all neurons by one step; return the new state and which neurons spiked."""
        square, gain, left, rest, threshold, peak, reset, refractory, _, _ = constants
        v, wait = state
        rise = square * (v - rest) * (v - threshold) + gain * current
        below = left - square * v
        moved = v + rise / np.where(below > 0, below, 1)
        spiked = (wait < 1) & ((moved >= peak) | ((rise > 0) & (below <= 0)))
        v = np.where(wait < 1, moved, v)
        return (np.where(spiked, reset, v), np.where(spiked, refractory, wait - 1)), spiked
