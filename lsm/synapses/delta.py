"""Synapses whose spikes change the potential in one step."""

from typing import Any

from scipy.special import exprel

from ._membrane import membrane
from .base import SynapseModel

__all__ = ["Delta"]


class Delta(SynapseModel):
    """Synapses whose spikes change the potential at once, by the weight in mV [1]_.

    The jump happens in the step in which the spike arrives, before the threshold is tested; a
    refractory neuron ignores it. A current that lasts for this step causes the jump::

        I = jump / (resistance (1 - exp(-dt / tau_m)))

    which is exact for a LIF neuron. If a neuron has no `tau_m`, the current follows from its
    capacitance: I = jump capacitance / dt. If it has neither, as a rate neuron, I is the sum of
    the weights.

    References
    ----------
    .. [1] N. Brunel (2000). Dynamics of sparsely connected networks of excitatory and inhibitory
       spiking neurons. Journal of Computational Neuroscience 8, 183-208.
    """

    arrives_first = True

    @staticmethod
    def constants(
        parameters: dict[str, Any], neurons: dict[str, Any], dt: float
    ) -> tuple[Any, ...]:
        """Return the current in nA that makes the potential jump by 1 mV in a step of `dt` ms."""
        leak, push = membrane(neurons, dt)
        return (1 / (push * exprel(-leak)),)

    @staticmethod
    def current(n: Any, syn: Any, constants: Any, v: Any, drive: Any) -> Any:
        """Return the current into neuron n in the coming step."""
        exc, inh = syn
        (scale,) = constants
        return scale * (exc[n] + inh[n])

    @staticmethod
    def decay(n: Any, syn: Any, constants: Any) -> None:
        """Remove the weights that have arrived, which act for one step."""
        exc, inh = syn
        exc[n] = 0
        inh[n] = 0
