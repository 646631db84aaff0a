"""Intrinsic plasticity: the bias of a neuron follows its activity."""

from dataclasses import replace
from typing import Any

import numpy as np

from .._model import check_values, per_neuron
from .._typing import ArrayLike, Distribution
from .base import Past, SampleRule

__all__ = ["IntrinsicPlasticity"]


class IntrinsicPlasticity(SampleRule):
    """Change the bias of each neuron after each sample, towards a target rate [1]_.

    The bias current I of a neuron with the rate r changes as::

        dI/dt = learning_rate (1 - r / target_rate)

    So a neuron below its target rate becomes more excitable, and one above it less excitable.

    Parameters
    ----------
    target_rate : float, (float, float), array of shape (n_neurons,) or frozen scipy.stats \
distribution, default=10.0
        Target rate in Hz, above 0: one for all neurons, one each for excitatory and inhibitory
        neurons, or one for each neuron. `scipy.stats.expon(1, 9)` spreads the rates of the
        neurons exponentially.
    learning_rate : float, default=0.1
        Rise in nA of the bias of a silent neuron in one second. The default suits neurons that
        reach their threshold with a current of about 1 nA.

    References
    ----------
    .. [1] N. S. Desai, L. C. Rutherford, G. G. Turrigiano (1999). Plasticity in the intrinsic
       excitability of cortical pyramidal neurons. Nature Neuroscience 2, 515-520.
    """

    bounds = {"learning_rate": ">= 0"}

    def __init__(
        self, target_rate: float | ArrayLike | Distribution = 10.0, learning_rate: float = 0.1
    ) -> None:
        self.target_rate = target_rate
        self.learning_rate = learning_rate

    def check(self) -> None:
        """Check the parameters; draws and the number of target rates are checked later."""
        super().check()
        check_values("IntrinsicPlasticity.target_rate", self.target_rate, "> 0")

    def check_network(self, network: Any) -> None:
        """Check the parameters, the target rates of the neurons, and that they send spikes."""
        super().check_network(network)
        self._target_rates(network)
        self.check_spiking(network)

    def between(self, network: Any, past: Past) -> Any:
        """Change the bias of each neuron; see :class:`SampleRule`."""
        target = self._target_rates(network) * past.duration / 1000
        change = self.learning_rate * past.duration / 1000 * (1 - past.counts / target)
        return replace(network, bias=network.bias + change)

    def _target_rates(self, network):
        """Return the target rate of each neuron; the seed of the network fixes the draws."""
        rng = np.random.default_rng(network.seed)
        return per_neuron(
            "IntrinsicPlasticity.target_rate", self.target_rate, network.inhibitory, rng, "> 0"
        )
