"""Synapses whose current is an alpha function."""

from typing import Any

from .._typing import Parameter
from ._membrane import membrane
from ._two_stages import TwoStages, two_stages

__all__ = ["Alpha"]


class Alpha(TwoStages):
    """Synaptic currents that follow alpha functions [1]_.

    A spike that arrives at time 0 through a weight w causes the current::

        I(t) = w (t / tau_syn) exp(1 - t / tau_syn)

    whose peak is w, at t = tau_syn. Positive weights add to the excitatory current, negative ones
    to the inhibitory current. With a LIF neuron the pair is integrated exactly [2]_.

    Parameters
    ----------
    tau_syn_exc : float, default=2.0
        Time to the peak of the excitatory current in ms.
    tau_syn_inh : float, default=2.0
        Time to the peak of the inhibitory current in ms.

    References
    ----------
    .. [1] W. Rall (1967). Distinguishing theoretical synaptic potentials computed for different
       soma-dendritic distributions of synaptic input. Journal of Neurophysiology 30, 1138-1168.
    .. [2] S. Rotter, M. Diesmann (1999). Exact digital simulation of time-invariant linear
       systems with applications to neuronal modeling. Biological Cybernetics 81, 381-402.
    """

    bounds = {
        "tau_syn_exc": "> 0",
        "tau_syn_inh": "> 0",
    }

    def __init__(self, tau_syn_exc: Parameter = 2.0, tau_syn_inh: Parameter = 2.0) -> None:
        self.tau_syn_exc = tau_syn_exc
        self.tau_syn_inh = tau_syn_inh

    @staticmethod
    def constants(
        parameters: dict[str, Any], neurons: dict[str, Any], dt: float
    ) -> tuple[Any, ...]:
        """Return the numbers that a step of `dt` ms needs, in the order of their use."""
        leak, _ = membrane(neurons, dt)
        taus = parameters["tau_syn_exc"], parameters["tau_syn_inh"]
        return sum((two_stages(tau, tau, leak, dt) for tau in taus), ())
