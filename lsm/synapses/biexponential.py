"""Synapses whose current is the difference of two exponentials."""

from typing import Any

from .._typing import Parameter
from ._membrane import membrane
from ._two_stages import TwoStages, two_stages

__all__ = ["Biexponential"]


class Biexponential(TwoStages):
    """Synaptic currents that rise and decay exponentially [1]_.

    A spike that arrives at time 0 through a weight w causes the current::

        I(t) = w k (exp(-t / tau_decay) - exp(-t / tau_rise))

    with k such that the peak is w. For equal time constants it is an alpha function. Positive
    weights add to the excitatory current, negative ones to the inhibitory current. With a LIF
    neuron the pair is integrated exactly [2]_.

    Parameters
    ----------
    tau_rise_exc, tau_rise_inh : float, default=1.0
        Time constants of the rise in ms, at most those of the decay.
    tau_decay_exc : float, default=5.0
        Time constant of the decay of the excitatory current in ms.
    tau_decay_inh : float, default=10.0
        Time constant of the decay of the inhibitory current in ms.

    References
    ----------
    .. [1] A. Roth, M. C. W. van Rossum (2009). Modeling synapses. In: Computational modeling
       methods for neuroscientists, MIT Press, 139-160.
    .. [2] S. Rotter, M. Diesmann (1999). Exact digital simulation of time-invariant linear
       systems with applications to neuronal modeling. Biological Cybernetics 81, 381-402.
    """

    bounds = {
        "tau_rise_exc": "> 0 and <= tau_decay_exc",
        "tau_rise_inh": "> 0 and <= tau_decay_inh",
        "tau_decay_exc": "> 0",
        "tau_decay_inh": "> 0",
    }

    def __init__(
        self,
        tau_rise_exc: Parameter = 1.0,
        tau_rise_inh: Parameter = 1.0,
        tau_decay_exc: Parameter = 5.0,
        tau_decay_inh: Parameter = 10.0,
    ) -> None:
        self.tau_rise_exc = tau_rise_exc
        self.tau_rise_inh = tau_rise_inh
        self.tau_decay_exc = tau_decay_exc
        self.tau_decay_inh = tau_decay_inh

    @staticmethod
    def constants(
        parameters: dict[str, Any], neurons: dict[str, Any], dt: float
    ) -> tuple[Any, ...]:
        """Return the numbers that a step of `dt` ms needs, in the order of their use."""
        leak, _ = membrane(neurons, dt)
        taus = (
            (parameters[f"tau_rise_{sign}"], parameters[f"tau_decay_{sign}"])
            for sign in ("exc", "inh")
        )
        return sum((two_stages(rise, decay, leak, dt) for rise, decay in taus), ())
