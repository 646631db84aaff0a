"""Synapses whose conductance is an alpha function."""

from typing import Any, Self

from .._typing import Parameter
from ._shunting import shunt, shunted
from ._two_stages import TwoStages, two_stages

__all__ = ["AlphaConductance"]


class AlphaConductance(TwoStages):
    """Synaptic conductances that follow alpha functions [1]_.

    A spike that arrives at time 0 through a weight w opens the conductance::

        g(t) = |w| (t / tau_syn) exp(1 - t / tau_syn)
        I = g_exc (e_rev_exc - v) + g_inh (e_rev_inh - v)

    Positive weights open the excitatory conductance, negative ones the inhibitory conductance; the
    peak is the magnitude of the weight in uS. Steps are taken as in
    :class:`~lsm.synapses.Conductance`.

    Parameters
    ----------
    tau_syn_exc : float, default=2.0
        Time to the peak of the excitatory conductance in ms.
    tau_syn_inh : float, default=2.0
        Time to the peak of the inhibitory conductance in ms.
    e_rev_exc : float, default=6.0
        Reversal potential of excitation in mV. The defaults are on the scale of the default LIF
        neuron, as those of :class:`~lsm.synapses.Conductance`.
    e_rev_inh : float, default=-2.0
        Reversal potential of inhibition in mV, below `e_rev_exc`.

    References
    ----------
    .. [1] W. Rall (1967). Distinguishing theoretical synaptic potentials computed for different
       soma-dendritic distributions of synaptic input. Journal of Neurophysiology 30, 1138-1168.
    """

    needs_potential = True
    bounds = {
        "tau_syn_exc": "> 0",
        "tau_syn_inh": "> 0",
        "e_rev_inh": "< e_rev_exc",
    }

    def __init__(
        self,
        tau_syn_exc: Parameter = 2.0,
        tau_syn_inh: Parameter = 2.0,
        e_rev_exc: Parameter = 6.0,
        e_rev_inh: Parameter = -2.0,
    ) -> None:
        self.tau_syn_exc = tau_syn_exc
        self.tau_syn_inh = tau_syn_inh
        self.e_rev_exc = e_rev_exc
        self.e_rev_inh = e_rev_inh

    @classmethod
    def in_millivolts(cls) -> Self:
        """Return synapses with reversal potentials of 0 and -80 mV, for neurons in mV."""
        return cls(e_rev_exc=0.0, e_rev_inh=-80.0)

    @staticmethod
    def constants(
        parameters: dict[str, Any], neurons: dict[str, Any], dt: float
    ) -> tuple[Any, ...]:
        """Return the numbers that a step of `dt` ms needs, in the order of their use."""
        taus = parameters["tau_syn_exc"], parameters["tau_syn_inh"]
        stages = sum((two_stages(tau, tau, 0.0, dt) for tau in taus), ())
        return *stages, *shunt(parameters, neurons, dt)

    @staticmethod
    def current(n: Any, syn: Any, constants: Any, v: Any, drive: Any) -> Any:
        """Return the mean current into neuron n over the coming step."""
        first_exc, first_inh, exc, inh = syn
        adds_exc, holds_exc = constants[:2]
        adds_inh, holds_inh = constants[5:7]
        return shunted(
            adds_exc * first_exc[n] + holds_exc * exc[n],
            adds_inh * first_inh[n] + holds_inh * inh[n],
            v,
            drive,
            constants[10:],
        )
