"""The leaky integrate-and-fire neuron."""

from typing import Any, Self

import numpy as np

from .._typing import Parameter
from .._units import steps
from ._reset import ResetNeuron

__all__ = ["LIF"]


class LIF(ResetNeuron):
    """Leaky integrate-and-fire neuron, integrated exactly [1]_.

    Between spikes the membrane potential follows::

        tau_m dv/dt = -(v - v_rest) + resistance * I

    When v reaches `v_threshold` the neuron spikes, v is set to `v_reset` and held there for the
    refractory period. I is the sum of the bias, graded input and synaptic currents. Parameters
    may differ between neurons, see :class:`NeuronModel`.

    Parameters
    ----------
    tau_m : float, default=20.0
        Membrane time constant in ms.
    v_rest : float, default=0.0
        Resting potential in mV.
    v_threshold : float, default=1.0
        Threshold in mV. With the default, potentials are in units of the threshold.
    v_reset : float, default=0.0
        Potential after a spike in mV, below the threshold.
    refractory : float, default=2.0
        Refractory period in ms, rounded to steps of the liquid's `dt`.
    resistance : float, default=1.0
        Membrane resistance in MOhm.
    bias : float, default=0.0
        Constant background current in nA.

    References
    ----------
    .. [1] S. Rotter, M. Diesmann (1999). Exact digital simulation of time-invariant linear
       systems with applications to neuronal modeling. Biological Cybernetics 81, 381-402.

    Examples
    --------
    >>> from lsm.neurons import LIF
    >>> LIF(tau_m=30.0, refractory=(3.0, 2.0))
    LIF(refractory=(3.0, 2.0), tau_m=30.0)
    """

    bounds = {
        "tau_m": "> 0",
        "resistance": "> 0",
        "v_reset": "< v_threshold",
    }

    def __init__(
        self,
        tau_m: Parameter = 20.0,
        v_rest: Parameter = 0.0,
        v_threshold: Parameter = 1.0,
        v_reset: Parameter = 0.0,
        refractory: Parameter = 2.0,
        resistance: Parameter = 1.0,
        bias: Parameter = 0.0,
    ) -> None:
        self.tau_m = tau_m
        self.v_rest = v_rest
        self.v_threshold = v_threshold
        self.v_reset = v_reset
        self.refractory = refractory
        self.resistance = resistance
        self.bias = bias

    @classmethod
    def maass2002(cls) -> Self:
        """Return the neuron of the column of Maass, Natschläger & Markram (2002)."""
        return cls(tau_m=30.0, v_threshold=15.0, v_reset=13.5, refractory=(3.0, 2.0), bias=13.5)

    @staticmethod
    def constants(parameters: dict[str, Any], dt: float) -> tuple[Any, ...]:
        """Return the numbers that a step of `dt` ms needs, in the order of `step`."""
        decay = np.exp(-dt / np.asarray(parameters["tau_m"]))
        return (
            decay,
            parameters["resistance"] * (1 - decay),
            parameters["v_rest"],
            parameters["v_threshold"],
            parameters["v_reset"],
            steps("refractory", parameters["refractory"], dt, may_vanish=True),
            1.0,
        )

    @staticmethod
    def step(n: Any, state: Any, constants: Any, current: Any) -> Any:
        """Move neuron n by one step; return whether it spiked."""
        decay, gain, rest, threshold, reset, refractory, one = constants
        potential, wait = state
        v, waits = potential[n], wait[n]
        moved = rest + decay * (v - rest) + gain * current
        v = moved if waits < one else v
        spiked = v >= threshold
        potential[n] = reset if spiked else v
        wait[n] = refractory if spiked else waits - one
        return spiked

    @staticmethod
    def reference_step(state: Any, constants: Any, current: Any) -> tuple[Any, Any]:
        """Move all neurons by one step; return the new state and which neurons spiked."""
        decay, gain, rest, threshold, reset, refractory, _ = constants
        v, wait = state
        v = np.where(wait < 1, rest + decay * (v - rest) + gain * current, v)
        spiked = v >= threshold
        return (np.where(spiked, reset, v), np.where(spiked, refractory, wait - 1)), spiked
