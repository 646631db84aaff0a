"""Hebbian learning with Oja's bound."""

import numpy as np

from ._rule import SpikeRule

__all__ = ["Oja"]


class Oja(SpikeRule):
    """Hebbian learning with Oja's bound, on the rates of spikes [1]_.

    The rule for rates is::

        dw/dt = a (x y - alpha y^2 w)

    where x and y are the rates of the presynaptic and the postsynaptic neuron: what is active
    together is connected, and the bound limits the sum of squares of a neuron's weights. Here
    each postsynaptic spike changes the weight by `a * (x - alpha y w)`, where x and y count the
    spikes before, filtered by `exp(-t / tau)`. In a neuron whose rate is a weighted sum of its
    inputs, the weights go to the first principal component of the inputs' rates, about zero.

    Parameters
    ----------
    a : float, default=0.005
        Change by one postsynaptic spike and one presynaptic spike just before, in mean weights.
    alpha : float, default=1.0
        Strength of the bound: the weight of a source that is as active as the neuron comes to
        about `1 / alpha` mean weights.
    tau : float, default=20.0
        Time constant in ms over which spikes count as being together.

    References
    ----------
    .. [1] E. Oja (1982). A simplified neuron model as a principal component analyzer. Journal of
       Mathematical Biology 15, 267-273.
    """

    n_traces = 1
    _bounds = {
        "a": {"low": 0},
        "alpha": {"low": 0},
        "tau": {"low": 0, "low_open": True},
    }

    def __init__(self, a=0.005, alpha=1.0, tau=20.0):
        self.a = a
        self.alpha = alpha
        self.tau = tau

    def constants(self, dt, unit):
        """Return the numbers that the rule needs, for steps of `dt` ms and a mean weight."""
        return self.a * unit, self.a * self.alpha, np.exp(-dt / self.tau), 1.0

    @staticmethod
    def on_post(s, pre, post, step, w, traces, synapse_state, constants):
        """Grow with what the source did, and shrink with the weight and what the target did."""
        [trace] = traces
        return w + constants[0] * trace[pre] - constants[1] * trace[post] * w

    @staticmethod
    def decay_traces(n, traces, constants):
        """Let the trace fall."""
        traces[0][n] *= constants[2]

    @staticmethod
    def add_to_traces(n, traces, constants):
        """Count the spike."""
        traces[0][n] += constants[3]
