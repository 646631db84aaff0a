"""Scaling of a neuron's synapses together."""

from dataclasses import replace

import numpy as np

from .._validation import check_number
from ._rule import Rule

__all__ = ["SynapticScaling"]

MOST = 50.0  # exponent of a factor that raises any weight to its bound, and makes none infinite


class SynapticScaling(Rule):
    """Multiply the excitatory weights onto each neuron by a common factor after each sample [1]_.

    The factor keeps the proportions that plasticity has made. Without a `rate` it keeps the sum
    of the weights as it was before the sample, so that synapses compete. With one it moves the
    neuron towards that rate: where r is the neuron's rate, its weights change as::

        tau dw/dt = w (1 - r / rate)

    Parameters
    ----------
    rate : float, optional
        Target rate in Hz; None keeps the summed weight instead.
    tau : float, default=10000.0
        Time in ms in which the weights onto a silent neuron grow by a factor of e; of no effect
        without a `rate`.
    w_max : float, default=10.0
        Weight in mean weights to which a rate may raise one; of no effect without a `rate`.

    References
    ----------
    .. [1] G. G. Turrigiano, K. R. Leslie, N. S. Desai, L. C. Rutherford, S. B. Nelson (1998).
       Activity-dependent scaling of quantal amplitude in neocortical neurons. Nature 391,
       892-896.
    """

    _bounds = dict.fromkeys(("tau", "w_max"), {"low": 0, "low_open": True})

    def __init__(self, rate=None, tau=10000.0, w_max=10.0):
        self.rate = rate
        self.tau = tau
        self.w_max = w_max

    def check(self, network):
        """Raise an error if a parameter is outside its meaning, or spikes are missing."""
        super().check(network)
        if self.rate is not None:
            check_number("SynapticScaling.rate", self.rate, 0, low_open=True)
            self.refuse_graded(network)

    def between(self, network, past):
        """Scale the excitatory weights onto each neuron; return the network."""
        w = network.w.copy()
        excitatory = ~np.signbit(w.data)
        before, now = _summed(past.before.w), _summed(w)
        if self.rate is None:
            factor = np.divide(before, now, out=np.ones(len(now)), where=now > 0)
            highest = np.inf
        else:
            spikes_at_rate = self.rate * past.duration / 1000
            change = past.duration / self.tau * (1 - past.counts / spikes_at_rate)
            factor = np.exp(np.minimum(change, MOST))
            highest = self.w_max * past.unit
        scaled = w.data * factor[w.indices]
        # a weight that is higher already is not raised
        scaled = np.minimum(scaled, np.maximum(w.data, highest))
        w.data = np.where(excitatory, scaled, w.data).astype(w.dtype)
        return replace(network, w=w)


def _summed(w):
    """Sum the excitatory weights onto each neuron."""
    return np.bincount(w.indices, np.maximum(w.data, 0), minlength=w.shape[1])
