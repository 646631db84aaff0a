"""Hebbian learning with a sliding threshold."""

import numpy as np

from ._rule import SpikeRule

__all__ = ["BCM"]


class BCM(SpikeRule):
    """Hebbian learning with the sliding threshold of Bienenstock, Cooper and Munro [1]_.

    The rule for rates is, with y the rate of the postsynaptic neuron over `rate` and x that of
    the presynaptic one::

        dw/dt = a x y (y - theta)
        tau_threshold dtheta/dt = y^2 - theta

    so that a neuron's active synapses grow when it is more active than its threshold, and shrink
    when it is less. The threshold follows the mean square of its activity [2]_: each neuron
    comes to be selective, with a mean square of `rate`^2. Here each postsynaptic spike changes
    the weight by `a * x * (y - theta)`, where x and y count the spikes before, filtered by
    `exp(-t / tau)`, y in units of its mean at `rate`. The threshold starts at one, that of
    `rate`, and goes on from sample to sample.

    Parameters
    ----------
    a : float, default=0.005
        Change by one postsynaptic spike with one presynaptic spike just before, where y is one
        above the threshold, in mean weights.
    rate : float, default=10.0
        Rate in Hz at which the threshold comes to rest.
    tau : float, default=50.0
        Time constant in ms over which rates are measured.
    tau_threshold : float, default=10000.0
        Time constant of the threshold in ms: long against the time between different inputs.
    w_max : float, default=3.0
        Upper bound of a weight, in mean weights; the lower one is zero. A weight that starts
        above is not raised further.

    References
    ----------
    .. [1] E. L. Bienenstock, L. N. Cooper, P. W. Munro (1982). Theory for the development of
       neuron selectivity: orientation specificity and binocular interaction in visual cortex.
       Journal of Neuroscience 2, 32-48.
    .. [2] N. Intrator, L. N. Cooper (1992). Objective function formulation of the BCM theory of
       visual cortical plasticity: statistical connections, stability conditions. Neural Networks
       5, 3-17.
    """

    n_traces = 2
    n_lasting = 1  # the threshold, less one
    _bounds = {
        "a": {"low": 0},
        **dict.fromkeys(("rate", "tau", "tau_threshold", "w_max"), {"low": 0, "low_open": True}),
    }

    def __init__(self, a=0.005, rate=10.0, tau=50.0, tau_threshold=10000.0, w_max=3.0):
        self.a = a
        self.rate = rate
        self.tau = tau
        self.tau_threshold = tau_threshold
        self.w_max = w_max

    def constants(self, dt, unit):
        """Return the numbers that the rule needs, for steps of `dt` ms and a mean weight."""
        per_step = self.rate * dt / 1000
        decay, leak = np.exp(-dt / self.tau), -np.expm1(-dt / self.tau_threshold)
        return (
            self.a * unit,
            self.w_max * unit,
            decay,
            (1 - decay) / (decay * per_step),
            1 - leak,
            leak,
            leak / per_step,
            1.0,
        )

    @staticmethod
    def on_post(s, pre, post, step, w, traces, synapse_state, constants):
        """Grow if the target is more active than its threshold, shrink if it is less."""
        a, w_max, _, per_rate, _, _, _, one = constants
        trace, above_one = traces
        change = a * trace[pre] * (per_rate * trace[post] - one - above_one[post])
        return min(w + change, max(w, w_max))

    @staticmethod
    def decay_traces(n, traces, constants):
        """Let the trace and the threshold fall."""
        _, _, decay, _, decay_threshold, leak, _, _ = constants
        trace, above_one = traces
        trace[n] *= decay
        above_one[n] = decay_threshold * above_one[n] - leak

    @staticmethod
    def add_to_traces(n, traces, constants):
        """Count the spike, and raise the threshold by how active the neuron was before."""
        _, _, _, per_rate, _, _, rise, one = constants
        trace, above_one = traces
        above_one[n] += rise * per_rate * trace[n]
        trace[n] += one
