"""Hebbian learning with Oja's bound on the weights."""

from typing import Any

import numpy as np

from .base import SpikeRule

__all__ = ["Oja"]


class Oja(SpikeRule):
    """Hebbian learning with Oja's bound on the weights [1]_.

    For rates the rule is::

        dw/dt = learning_rate (x y - alpha y^2 w)

    where x and y are the rates of the presynaptic and the postsynaptic neuron. The first term
    connects neurons that are active together; the second limits the sum of the squared weights of
    a neuron. Here each postsynaptic spike changes the weight by
    `learning_rate * (x - alpha y w)`, where x and y are sums over the previous spikes, filtered by
    `exp(-t / tau)`. If the rate of a neuron is a weighted sum of its inputs, its weights converge
    to the first principal component of the input rates (not centred).

    Parameters
    ----------
    learning_rate : float, default=0.005
        Change of the weight by a postsynaptic spike just after one presynaptic spike, in mean
        weights.
    alpha : float, default=1.0
        Strength of the bound: the weight from a neuron that is as active as its target settles
        at about `1 / alpha` mean weights.
    tau : float, default=20.0
        Time constant in ms of the traces: time within which spikes count as coincident.

    References
    ----------
    .. [1] E. Oja (1982). A simplified neuron model as a principal component analyzer. Journal of
       Mathematical Biology 15, 267-273.
    """

    n_traces = 1
    bounds = {"learning_rate": ">= 0", "alpha": ">= 0", "tau": "> 0"}

    def __init__(self, learning_rate: float = 0.005, alpha: float = 1.0, tau: float = 20.0) -> None:
        self.learning_rate = learning_rate
        self.alpha = alpha
        self.tau = tau

    def constants(self, dt: float, unit: float) -> tuple[Any, ...]:
        """Return the numbers that the rule needs; see :class:`SpikeRule`."""
        rate = self.learning_rate
        return rate * unit, rate * self.alpha, np.exp(-dt / self.tau), 1.0

    @staticmethod
    def on_post(
        s: int, pre: int, post: int, step: int, w: float, traces: Any, synapse_state: Any,
        constants: Any,
    ) -> Any:  # fmt: skip
        """Raise the weight by the activity of the source, and lower it by that of the target."""
        [trace] = traces
        return w + constants[0] * trace[pre] - constants[1] * trace[post] * w

    @staticmethod
    def decay_traces(n: Any, traces: Any, constants: Any) -> None:
        """Let the trace decay."""
        traces[0][n] *= constants[2]

    @staticmethod
    def add_to_traces(n: Any, traces: Any, constants: Any) -> None:
        """Raise the trace by one."""
        traces[0][n] += constants[3]
