"""Synapses that move the potential at once."""

from scipy.special import exprel

from .._model import SynapseModel
from ._membrane import membrane

__all__ = ["Delta"]


class Delta(SynapseModel):
    """Synapses through which a spike makes the potential jump by the weight, in mV [1]_.

    The jump happens in the step in which the spike arrives, before the threshold is tested; a
    refractory neuron ignores it. What moves the potential is a current that lasts for this step::

        I = jump / (resistance (1 - exp(-dt / tau_m)))

    so that a LIF neuron jumps exactly. Of a neuron without `tau_m` the capacitance tells the
    current, I = jump capacitance / dt. Where a model has neither, as a rate neuron, I is the sum
    of the weights itself.

    References
    ----------
    .. [1] N. Brunel (2000). Dynamics of sparsely connected networks of excitatory and inhibitory
       spiking neurons. Journal of Computational Neuroscience 8, 183-208.
    """

    arrives_first = True

    @staticmethod
    def constants(parameters, neurons, dt):
        """Return what one step of `dt` ms needs: the current in nA of a jump of 1 mV."""
        leak, push = membrane(neurons, dt)
        return (1 / (push * exprel(-leak)),)

    @staticmethod
    def current(n, syn, constants, v, drive):
        """Return the current into neuron n in the coming step."""
        exc, inh = syn
        (scale,) = constants
        return scale * (exc[n] + inh[n])

    @staticmethod
    def decay(n, syn, constants):
        """Take back what arrived: it acts for one step."""
        exc, inh = syn
        exc[n] = 0
        inh[n] = 0
