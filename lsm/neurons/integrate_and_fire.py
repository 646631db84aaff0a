"""The perfect integrate-and-fire neuron."""

from typing import Any

import numpy as np

from .._typing import Parameter
from .._units import steps
from ._reset import ResetNeuron

__all__ = ["IF"]


class IF(ResetNeuron):
    """Perfect integrate-and-fire neuron, whose membrane does not leak [1]_.

    Between spikes the membrane potential follows::

        capacitance dv/dt = I

    When v reaches `v_threshold` the neuron spikes, v is set to `v_reset` and held there for the
    refractory period. I is the sum of the bias, graded input and synaptic currents. Parameters
    may differ between neurons, see :class:`NeuronModel`.

    Parameters
    ----------
    capacitance : float, default=20.0
        Membrane capacitance in nF. The default is that of :class:`LIF`, `tau_m / resistance`.
    v_threshold : float, default=1.0
        Threshold in mV. With the default, potentials are in units of the threshold.
    v_reset : float, default=0.0
        Potential at the start and after a spike in mV, below the threshold.
    refractory : float, default=2.0
        Refractory period in ms, rounded to steps of the liquid's `dt`.
    bias : float, default=0.0
        Constant background current in nA.

    Notes
    -----
    Without a leak the potential keeps all past input: inhibition acts until excitation cancels
    it.

    References
    ----------
    .. [1] L. F. Abbott (1999). Lapicque's introduction of the integrate-and-fire model neuron
       (1907). Brain Research Bulletin 50, 303-304.
    """

    bounds = {"capacitance": "> 0", "v_reset": "< v_threshold"}

    def __init__(
        self,
        capacitance: Parameter = 20.0,
        v_threshold: Parameter = 1.0,
        v_reset: Parameter = 0.0,
        refractory: Parameter = 2.0,
        bias: Parameter = 0.0,
    ) -> None:
        self.capacitance = capacitance
        self.v_threshold = v_threshold
        self.v_reset = v_reset
        self.refractory = refractory
        self.bias = bias

    @staticmethod
    def constants(parameters: dict[str, Any], dt: float) -> tuple[Any, ...]:
        """Return the numbers that a step of `dt` ms needs, in the order of `step`."""
        return (
            dt / np.asarray(parameters["capacitance"]),
            parameters["v_threshold"],
            parameters["v_reset"],
            steps("refractory", parameters["refractory"], dt, may_vanish=True),
            1.0,
        )

    @staticmethod
    def step(n: Any, state: Any, constants: Any, current: Any) -> Any:
        """Move neuron n by one step; return whether it spiked."""
        gain, threshold, reset, refractory, one = constants
        potential, wait = state
        v, waits = potential[n], wait[n]
        moved = v + gain * current
        v = moved if waits < one else v
        spiked = v >= threshold
        potential[n] = reset if spiked else v
        wait[n] = refractory if spiked else waits - one
        return spiked

    @staticmethod
    def reference_step(state: Any, constants: Any, current: Any) -> tuple[Any, Any]:
        """Move all neurons by one step; return the new state and which neurons spiked."""
        gain, threshold, reset, refractory, _ = constants
        v, wait = state
        v = np.where(wait < 1, v + gain * current, v)
        spiked = v >= threshold
        return (np.where(spiked, reset, v), np.where(spiked, refractory, wait - 1)), spiked
