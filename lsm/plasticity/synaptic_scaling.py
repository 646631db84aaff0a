"""Homeostatic scaling of all excitatory synapses onto a neuron."""

from dataclasses import replace
from typing import Any

import numpy as np

from .base import Past, SampleRule

__all__ = ["SynapticScaling"]

MAX_EXPONENT = 50.0  # its factor raises any weight to the bound, and is finite


class SynapticScaling(SampleRule):
    """Multiply the excitatory weights onto each neuron by a common factor after each sample [1]_.

    The factor preserves the proportions of the weights. Without a `target_rate` it restores the
    sum of the weights before the sample, so that synapses compete. With a `target_rate` it moves
    the rate of the neuron towards the target: the weights onto a neuron with the rate r change
    as::

        tau dw/dt = w (1 - r / target_rate)

    Parameters
    ----------
    target_rate : float or None, default=None
        Target rate in Hz. With None there is no target, and the sum of the weights is kept.
    tau : float, default=10000.0
        Time in ms in which the weights onto a silent neuron grow by a factor of e; not used
        without a `target_rate`.
    w_max : float, default=10.0
        Upper bound of a weight, in mean weights; not used without a `target_rate`. A weight that
        is above it is not raised further.

    References
    ----------
    .. [1] G. G. Turrigiano, K. R. Leslie, N. S. Desai, L. C. Rutherford, S. B. Nelson (1998).
       Activity-dependent scaling of quantal amplitude in neocortical neurons. Nature 391,
       892-896.
    """

    bounds = {"target_rate": "> 0 or None", "tau": "> 0", "w_max": "> 0"}

    def __init__(
        self, target_rate: float | None = None, tau: float = 10000.0, w_max: float = 10.0
    ) -> None:
        self.target_rate = target_rate
        self.tau = tau
        self.w_max = w_max

    def check_network(self, network: Any) -> None:
        """Check the parameters, and that neurons with a target rate send spikes."""
        super().check_network(network)
        if self.target_rate is not None:
            self.check_spiking(network)

    def between(self, network: Any, past: Past) -> Any:
        """Scale the excitatory weights onto each neuron; see :class:`SampleRule`."""
        w = network.w.copy()
        excitatory = ~np.signbit(w.data)
        before, now = _summed(past.before.w), _summed(w)
        if self.target_rate is None:
            factor = np.divide(before, now, out=np.ones(len(now)), where=now > 0)
            highest = np.inf
        else:
            target = self.target_rate * past.duration / 1000
            change = past.duration / self.tau * (1 - past.counts / target)
            factor = np.exp(np.minimum(change, MAX_EXPONENT))
            highest = self.w_max * past.unit
        scaled = w.data * factor[w.indices]
        # A weight above the bound is not raised.
        scaled = np.minimum(scaled, np.maximum(w.data, highest))
        w.data = np.where(excitatory, scaled, w.data).astype(w.dtype)
        return replace(network, w=w)


def _summed(w):
    """Sum the excitatory weights onto each neuron."""
    return np.bincount(w.indices, np.maximum(w.data, 0), minlength=w.shape[1])
