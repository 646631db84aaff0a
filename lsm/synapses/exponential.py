"""Synapses whose current jumps and decays exponentially."""

from typing import Any, Self

import numpy as np
from scipy.special import exprel

from .._typing import Parameter
from ._membrane import membrane, overlap
from .base import SynapseModel

__all__ = ["Exponential"]


class Exponential(SynapseModel):
    """Synaptic currents that decay exponentially.

    They follow::

        tau_syn dI/dt = -I      and I jumps by the weight when a spike arrives

    Positive weights add to the excitatory current, negative ones to the inhibitory current. With
    a LIF neuron the pair is integrated exactly [1]_.

    Parameters
    ----------
    tau_syn_exc : float, default=5.0
        Time constant of the excitatory current in ms.
    tau_syn_inh : float, default=10.0
        Time constant of the inhibitory current in ms.

    References
    ----------
    .. [1] S. Rotter, M. Diesmann (1999). Exact digital simulation of time-invariant linear
       systems with applications to neuronal modeling. Biological Cybernetics 81, 381-402.
    """

    bounds = {
        "tau_syn_exc": "> 0",
        "tau_syn_inh": "> 0",
    }

    def __init__(self, tau_syn_exc: Parameter = 5.0, tau_syn_inh: Parameter = 10.0) -> None:
        self.tau_syn_exc = tau_syn_exc
        self.tau_syn_inh = tau_syn_inh

    @classmethod
    def maass2002(cls) -> Self:
        """Return the time constants of the column of Maass, Natschläger & Markram (2002)."""
        return cls(tau_syn_exc=3.0, tau_syn_inh=6.0)

    @staticmethod
    def constants(
        parameters: dict[str, Any], neurons: dict[str, Any], dt: float
    ) -> tuple[Any, ...]:
        """Return the numbers that a step of `dt` ms needs, in the order of their use."""
        leak, _ = membrane(neurons, dt)
        falls = [dt / np.asarray(parameters[name]) for name in ("tau_syn_exc", "tau_syn_inh")]
        factors = (overlap(leak, fall) / exprel(-leak) for fall in falls)
        return (*factors, *(np.exp(-fall) for fall in falls))

    @staticmethod
    def current(n: Any, syn: Any, constants: Any, v: Any, drive: Any) -> Any:
        """Return the mean current into neuron n over the coming step."""
        exc, inh = syn
        factor_exc, factor_inh, _, _ = constants
        return factor_exc * exc[n] + factor_inh * inh[n]

    @staticmethod
    def decay(n: Any, syn: Any, constants: Any) -> None:
        """Let the currents into neuron n decay for one step."""
        exc, inh = syn
        _, _, decay_exc, decay_inh = constants
        exc[n] *= decay_exc
        inh[n] *= decay_inh
