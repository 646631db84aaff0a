"""Spike-timing-dependent plasticity, modulated by reward."""

from typing import Any

import numpy as np

from .base import SpikeRule

__all__ = ["RewardSTDP"]


class RewardSTDP(SpikeRule):
    """Spike-timing-dependent plasticity, modulated by reward [1]_.

    Pairs of spikes change the eligibility e of a synapse instead of its weight, as in
    :class:`PairSTDP`, and the eligibility decays::

        tau_eligibility de/dt = -e

    The reward after a sample changes the weight by `reward * e`: a reward strengthens the recently
    eligible synapses, and a punishment (a negative reward) weakens them. Rewards are given to
    :meth:`lsm.Liquid.fit` and `partial_fit`. They should be zero on average, such as the reward
    minus the expected reward.

    Parameters
    ----------
    a_plus : float, default=0.01
        Rise of the eligibility by a pair whose presynaptic spike comes first, in the limit of no
        time between, in mean weights for a reward of one.
    a_minus : float, default=0.012
        Fall of the eligibility by a pair whose postsynaptic spike comes first, like `a_plus`.
    tau_plus : float, default=20.0
        Time constant in ms of pairs whose presynaptic spike comes first.
    tau_minus : float, default=20.0
        Time constant in ms of pairs whose postsynaptic spike comes first.
    tau_eligibility : float, default=1000.0
        Time constant of the eligibility in ms.
    w_max : float, default=3.0
        Upper bound of a weight, in mean weights; the lower bound is zero. A weight that is
        above it at the start is not raised further.

    References
    ----------
    .. [1] E. M. Izhikevich (2007). Solving the distal reward problem through linkage of STDP and
       dopamine signaling. Cerebral Cortex 17, 2443-2452.
    """

    n_traces = n_synapse_states = 2
    learns_from_reward = True
    bounds = {
        "a_plus": ">= 0",
        "a_minus": ">= 0",
        "tau_plus": "> 0",
        "tau_minus": "> 0",
        "tau_eligibility": "> 0",
        "w_max": "> 0",
    }

    def __init__(
        self,
        a_plus: float = 0.01,
        a_minus: float = 0.012,
        tau_plus: float = 20.0,
        tau_minus: float = 20.0,
        tau_eligibility: float = 1000.0,
        w_max: float = 3.0,
    ) -> None:
        self.a_plus = a_plus
        self.a_minus = a_minus
        self.tau_plus = tau_plus
        self.tau_minus = tau_minus
        self.tau_eligibility = tau_eligibility
        self.w_max = w_max

    def constants(self, dt: float, unit: float) -> tuple[Any, ...]:
        """Return the numbers that the rule needs; see :class:`SpikeRule`."""
        return (
            self.a_plus * unit,
            self.a_minus * unit,
            np.exp(-dt / self.tau_plus),
            np.exp(-dt / self.tau_minus),
            dt / self.tau_eligibility,
            self.w_max * unit,
            1.0,
        )

    @staticmethod
    def on_pre(
        s: int, pre: int, post: int, step: int, w: float, traces: Any, synapse_state: Any,
        constants: Any,
    ) -> Any:  # fmt: skip
        """Lower the eligibility by the previous postsynaptic spikes."""
        eligibility, last = synapse_state
        remaining = eligibility[s] * np.exp((last[s] - step) * constants[4])
        eligibility[s] = remaining - constants[1] * traces[1][post]
        last[s] = step
        return w

    @staticmethod
    def on_post(
        s: int, pre: int, post: int, step: int, w: float, traces: Any, synapse_state: Any,
        constants: Any,
    ) -> Any:  # fmt: skip
        """Raise the eligibility by the previous presynaptic spikes."""
        eligibility, last = synapse_state
        remaining = eligibility[s] * np.exp((last[s] - step) * constants[4])
        eligibility[s] = remaining + constants[0] * traces[0][pre]
        last[s] = step
        return w

    @staticmethod
    def decay_traces(n: Any, traces: Any, constants: Any) -> None:
        """Let both traces decay."""
        traces[0][n] *= constants[2]
        traces[1][n] *= constants[3]

    @staticmethod
    def add_to_traces(n: Any, traces: Any, constants: Any) -> None:
        """Raise both traces by one."""
        traces[0][n] += constants[6]
        traces[1][n] += constants[6]

    @staticmethod
    def consolidate(
        weight: Any, synapse_state: Any, step: Any, reward: float, constants: Any
    ) -> None:
        """Change the weights by the reward times the remaining eligibility."""
        eligibility, last = synapse_state
        remaining = eligibility * np.exp((last - (step - 1)) * constants[4])
        # The eligibility of inhibitory synapses is zero, and these bounds leave their weights.
        low, high = np.minimum(weight, 0), np.maximum(weight, constants[5])
        weight[:] = np.clip(weight + reward * remaining, low, high)
