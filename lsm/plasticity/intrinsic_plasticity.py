"""Excitability that follows activity."""

from dataclasses import replace

import numpy as np

from .._validation import per_neuron
from ._rule import Rule

__all__ = ["IntrinsicPlasticity"]


class IntrinsicPlasticity(Rule):
    """Move each neuron's bias after each sample, so that its rate goes to a target [1]_.

    Where r is a neuron's rate, its bias current I changes as::

        dI/dt = speed (1 - r / rate)

    A neuron that is too quiet becomes more excitable, one that is too active less.

    Parameters
    ----------
    rate : float, (float, float), array of shape (n_neurons,) or frozen scipy.stats distribution, \
default=10.0
        Target rate in Hz: one for all, one for excitatory and one for inhibitory neurons, or one
        for each. `scipy.stats.expon(1, 9)` spreads the rates of the neurons exponentially.
    speed : float, default=0.1
        Current in nA by which the bias of a silent neuron grows in a second. The default is for
        neurons whose threshold is about 1 nA above rest.

    References
    ----------
    .. [1] N. S. Desai, L. C. Rutherford, G. G. Turrigiano (1999). Plasticity in the intrinsic
       excitability of cortical pyramidal neurons. Nature Neuroscience 2, 515-520.
    """

    _bounds = {"speed": {"low": 0}}

    def __init__(self, rate=10.0, speed=0.1):
        self.rate = rate
        self.speed = speed

    def check(self, network):
        """Raise an error if a parameter is outside its meaning, or spikes are missing."""
        super().check(network)
        self._rates(network)
        self.refuse_graded(network)

    def between(self, network, past):
        """Move the bias of each neuron; return the network."""
        spikes_at_rate = self._rates(network) * past.duration / 1000
        change = self.speed * past.duration / 1000 * (1 - past.counts / spikes_at_rate)
        return replace(network, bias=network.bias + change)

    def _rates(self, network):
        """Return the target of each neuron: drawn from the network's seed, so always the same."""
        rng = np.random.default_rng(network.seed)
        return per_neuron(
            "IntrinsicPlasticity.rate", self.rate, network.inhibitory, rng, 0, low_open=True
        )  # fmt: skip
