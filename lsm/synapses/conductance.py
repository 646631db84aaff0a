"""Synapses whose conductance jumps and decays exponentially."""

from typing import Any, Self

import numpy as np
from scipy.special import exprel

from .._typing import Parameter
from ._shunting import shunt, shunted
from .base import SynapseModel

__all__ = ["Conductance"]


class Conductance(SynapseModel):
    """Synaptic conductances that decay exponentially [1]_.

    They follow::

        tau_syn dg/dt = -g      and g jumps by the weight when a spike arrives
        I = g_exc (e_rev_exc - v) + g_inh (e_rev_inh - v)

    Positive weights open the excitatory conductance, negative ones the inhibitory conductance, by
    their magnitude in uS. Each step holds the conductances at their mean; with a LIF neuron the
    leak and the conductances are then integrated exactly together. The error is of second order
    in `dt`, and the method is stable for weights of any size.

    Parameters
    ----------
    tau_syn_exc : float, default=5.0
        Time constant of the excitatory conductance in ms.
    tau_syn_inh : float, default=10.0
        Time constant of the inhibitory conductance in ms.
    e_rev_exc : float, default=6.0
        Reversal potential of excitation in mV. The defaults are those of [1]_ on the scale of the
        default LIF neuron, where rest is 0 and the threshold 1.
    e_rev_inh : float, default=-2.0
        Reversal potential of inhibition in mV, below `e_rev_exc`.

    References
    ----------
    .. [1] T. P. Vogels, L. F. Abbott (2005). Signal propagation and logic gating in networks of
       integrate-and-fire neurons. Journal of Neuroscience 25, 10786-10795.
    """

    needs_potential = True
    bounds = {
        "tau_syn_exc": "> 0",
        "tau_syn_inh": "> 0",
        "e_rev_inh": "< e_rev_exc",
    }

    def __init__(
        self,
        tau_syn_exc: Parameter = 5.0,
        tau_syn_inh: Parameter = 10.0,
        e_rev_exc: Parameter = 6.0,
        e_rev_inh: Parameter = -2.0,
    ) -> None:
        self.tau_syn_exc = tau_syn_exc
        self.tau_syn_inh = tau_syn_inh
        self.e_rev_exc = e_rev_exc
        self.e_rev_inh = e_rev_inh

    @classmethod
    def vogels2005(cls) -> Self:
        """Return the synapses of Vogels & Abbott (2005), for neurons whose rest is -60 mV."""
        return cls(tau_syn_exc=5.0, tau_syn_inh=10.0, e_rev_exc=0.0, e_rev_inh=-80.0)

    @staticmethod
    def constants(
        parameters: dict[str, Any], neurons: dict[str, Any], dt: float
    ) -> tuple[Any, ...]:
        """Return the numbers that a step of `dt` ms needs, in the order of their use."""
        falls = [dt / np.asarray(parameters[name]) for name in ("tau_syn_exc", "tau_syn_inh")]
        return (
            *(exprel(-fall) for fall in falls),
            *(np.exp(-fall) for fall in falls),
            *shunt(parameters, neurons, dt),
        )

    @staticmethod
    def current(n: Any, syn: Any, constants: Any, v: Any, drive: Any) -> Any:
        """Return the mean current into neuron n over the coming step."""
        exc, inh = syn
        mean_exc, mean_inh = constants[:2]
        return shunted(mean_exc * exc[n], mean_inh * inh[n], v, drive, constants[4:])

    @staticmethod
    def decay(n: Any, syn: Any, constants: Any) -> None:
        """Let the conductances onto neuron n decay for one step."""
        exc, inh = syn
        decay_exc, decay_inh = constants[2:4]
        exc[n] *= decay_exc
        inh[n] *= decay_inh
