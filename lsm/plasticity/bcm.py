"""Hebbian learning with a sliding threshold."""

from typing import Any

import numpy as np

from .base import SpikeRule

__all__ = ["BCM"]


class BCM(SpikeRule):
    """Hebbian learning with the sliding threshold of Bienenstock, Cooper and Munro [1]_.

    For rates the rule is::

        dw/dt = learning_rate x y (y - theta)
        tau_threshold dtheta/dt = y^2 - theta

    where x is the rate of the presynaptic neuron, and y the rate of the postsynaptic neuron
    divided by `target_rate`. The active synapses of a neuron grow while its activity is above the
    threshold theta, and shrink while it is below. The threshold follows the mean square of the
    activity [2]_: each neuron becomes selective. Its mean rate is then `target_rate`; if it answers
    a share p of the inputs, its mean squared rate is `target_rate ** 2 / p`.

    Here each postsynaptic spike changes the weight by `learning_rate * x * (y - theta)`, where x
    and y are sums over the previous spikes, filtered by `exp(-t / tau)`, and y is in units of its
    mean at `target_rate`. The threshold starts at one, its value at `target_rate`, and goes on
    from sample to sample.

    Parameters
    ----------
    learning_rate : float, default=0.005
        Change of the weight by a postsynaptic spike just after one presynaptic spike, if y is one
        above the threshold, in mean weights.
    target_rate : float, default=10.0
        Rate in Hz at which the threshold settles.
    tau : float, default=50.0
        Time constant in ms of the measured rates.
    tau_threshold : float, default=10000.0
        Time constant of the threshold in ms, long compared with the time between different
        inputs.
    w_max : float, default=3.0
        Upper bound of a weight, in mean weights; the lower bound is zero. A weight that is
        above it at the start is not raised further.

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
    n_lasting = 1  # the threshold minus one
    bounds = {
        "learning_rate": ">= 0",
        **dict.fromkeys(("target_rate", "tau", "tau_threshold", "w_max"), "> 0"),
    }

    def __init__(
        self,
        learning_rate: float = 0.005,
        target_rate: float = 10.0,
        tau: float = 50.0,
        tau_threshold: float = 10000.0,
        w_max: float = 3.0,
    ) -> None:
        self.learning_rate = learning_rate
        self.target_rate = target_rate
        self.tau = tau
        self.tau_threshold = tau_threshold
        self.w_max = w_max

    def constants(self, dt: float, unit: float) -> tuple[Any, ...]:
        """Return the numbers that the rule needs; see :class:`SpikeRule`."""
        per_step = self.target_rate * dt / 1000
        decay, leak = np.exp(-dt / self.tau), -np.expm1(-dt / self.tau_threshold)
        return (
            self.learning_rate * unit,
            self.w_max * unit,
            decay,
            (1 - decay) / (decay * per_step),
            1 - leak,
            leak,
            leak / per_step,
            1.0,
        )

    @staticmethod
    def on_post(
        s: int, pre: int, post: int, step: int, w: float, traces: Any, synapse_state: Any,
        constants: Any,
    ) -> Any:  # fmt: skip
        """Raise the weight if the target is above its threshold, and lower it otherwise."""
        rate, w_max, _, per_rate, _, _, _, one = constants
        trace, above_one = traces
        change = rate * trace[pre] * (per_rate * trace[post] - one - above_one[post])
        return min(w + change, max(w, w_max))

    @staticmethod
    def decay_traces(n: Any, traces: Any, constants: Any) -> None:
        """Let the trace and the threshold decay."""
        _, _, decay, _, decay_threshold, leak, _, _ = constants
        trace, above_one = traces
        trace[n] *= decay
        above_one[n] = decay_threshold * above_one[n] - leak

    @staticmethod
    def add_to_traces(n: Any, traces: Any, constants: Any) -> None:
        """Raise the threshold by the previous activity, and the trace by one."""
        _, _, _, per_rate, _, _, rise, one = constants
        trace, above_one = traces
        above_one[n] += rise * per_rate * trace[n]
        trace[n] += one
