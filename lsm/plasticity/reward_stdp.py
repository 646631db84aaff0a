"""Spike-timing-dependent plasticity that waits for reward."""

import numpy as np

from ._rule import SpikeRule

__all__ = ["RewardSTDP"]


class RewardSTDP(SpikeRule):
    """Spike-timing-dependent plasticity that waits for reward [1]_.

    Pairs of spikes change not the weight but the synapse's eligibility e, as in
    :class:`PairSTDP`, and this fades::

        tau_eligibility de/dt = -e

    The reward after a sample changes the weight by `reward * e`: what was done before a reward
    is done more, before a punishment (a negative reward) less. Rewards are given to
    :meth:`lsm.Liquid.fit` and `partial_fit`; best they are zero on average, such as the reward
    less the one that was expected.

    Parameters
    ----------
    a_plus : float, default=0.01
        Eligibility from a pair with no time between whose presynaptic spike came first, in mean
        weights per reward of one.
    a_minus : float, default=0.012
        The same, taken off where the postsynaptic spike came first.
    tau_plus : float, default=20.0
        Time constant of pairs whose presynaptic spike came first, in ms.
    tau_minus : float, default=20.0
        Time constant of the other pairs in ms.
    tau_eligibility : float, default=1000.0
        Time constant in ms with which eligibility fades.
    w_max : float, default=3.0
        Upper bound of a weight, in mean weights; the lower one is zero. A weight that starts
        above is not raised further.

    References
    ----------
    .. [1] E. M. Izhikevich (2007). Solving the distal reward problem through linkage of STDP and
       dopamine signaling. Cerebral Cortex 17, 2443-2452.
    """

    n_traces = n_synapse_states = 2
    learns_from_reward = True
    _bounds = {
        "a_plus": {"low": 0},
        "a_minus": {"low": 0},
        "tau_plus": {"low": 0, "low_open": True},
        "tau_minus": {"low": 0, "low_open": True},
        "tau_eligibility": {"low": 0, "low_open": True},
        "w_max": {"low": 0, "low_open": True},
    }

    def __init__(
        self,
        a_plus=0.01,
        a_minus=0.012,
        tau_plus=20.0,
        tau_minus=20.0,
        tau_eligibility=1000.0,
        w_max=3.0,
    ):
        self.a_plus = a_plus
        self.a_minus = a_minus
        self.tau_plus = tau_plus
        self.tau_minus = tau_minus
        self.tau_eligibility = tau_eligibility
        self.w_max = w_max

    def constants(self, dt, unit):
        """Return the numbers that the rule needs, for steps of `dt` ms and a mean weight."""
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
    def on_pre(s, pre, post, step, w, traces, synapse_state, constants):
        """Make the synapse less eligible by the postsynaptic spikes before."""
        eligibility, last = synapse_state
        faded = eligibility[s] * np.exp((last[s] - step) * constants[4])
        eligibility[s] = faded - constants[1] * traces[1][post]
        last[s] = step
        return w

    @staticmethod
    def on_post(s, pre, post, step, w, traces, synapse_state, constants):
        """Make the synapse more eligible by the presynaptic spikes before."""
        eligibility, last = synapse_state
        faded = eligibility[s] * np.exp((last[s] - step) * constants[4])
        eligibility[s] = faded + constants[0] * traces[0][pre]
        last[s] = step
        return w

    @staticmethod
    def decay_traces(n, traces, constants):
        """Let both traces fall."""
        traces[0][n] *= constants[2]
        traces[1][n] *= constants[3]

    @staticmethod
    def add_to_traces(n, traces, constants):
        """Count the spike in both traces."""
        traces[0][n] += constants[6]
        traces[1][n] += constants[6]

    @staticmethod
    def consolidate(weight, synapse_state, step, reward, constants):
        """Change the weights by the reward times what is left of eligibility."""
        eligibility, last = synapse_state
        left = eligibility * np.exp((last - (step - 1)) * constants[4])
        # Inhibitory synapses are never eligible: these bounds leave them as they are.
        low, high = np.minimum(weight, 0), np.maximum(weight, constants[5])
        weight[:] = np.clip(weight + reward * left, low, high)
