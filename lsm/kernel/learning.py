"""Learning in the liquid, sample after sample."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from tqdm.auto import tqdm

from .._typing import Array, Reward
from .._validation import check_reals
from ..kernel.network import Network
from ..plasticity import Past
from ..spikes import SpikeArray
from ._arrays import LaterLearning, Learning
from ._matrix import excitatory_by_target
from ._pack import pack_network
from ._plastic import bring_up_to_date
from ._run import Run
from .compiled import costs_of, share
from .network import Plan

__all__ = ["check_reward", "learn"]


def learn(
    network: Network,
    spikes: SpikeArray,
    rules: Sequence[Any],
    *,
    unit: float,
    dtype: str = "float32",
    reward: Reward | None = None,
    rng: np.random.Generator | None = None,
    rewire: Callable[..., Any] | None = None,
    verbose: bool = False,
) -> Network:
    """Let rules change a network while it runs, each sample with the weights that the last left.

    Parameters
    ----------
    network : Network
        The network to start from, which is left as it is.
    spikes : SpikeArray
        Samples, learnt from in this order.
    rules : sequence of rules
        Rules, of which at most one acts at spikes, see :mod:`lsm.plasticity`.
    unit : float
        Mean excitatory weight in nA, the unit of the rules' weights.
    dtype : {"float32", "float64"}, default="float32"
        Precision.
    reward : array of shape (n_samples,) or function, optional
        Reward after each sample, one by default; a function is called with the sample's index
        and the spike counts of all neurons, shape (n_neurons,).
    rng : numpy.random.Generator, optional
        Source of randomness of rules that need one.
    rewire : function, optional
        Function that returns the network with new recurrent synapses, for rules that rewire.
    verbose : bool, default=False
        Whether to show a progress bar.

    Returns
    -------
    network : Network
        With the learnt weights.
    """
    between = [rule for rule in rules if rule.acts_on == "samples"]
    rule = next((rule for rule in rules if rule.acts_on == "spikes"), None)
    n_steps = network.n_steps(spikes)
    plan = Plan(np.arange(len(spikes) + 1), n_steps, np.ones(1))
    run = Run(network, spikes, plan, dtype, rule=rule)
    plastic = rule and _Plastic(network, run.network, rule, unit)
    reward = np.ones(len(spikes)) if reward is None else reward
    calls = share(n_steps, costs_of(network, spikes), 0, record=True)
    for (sample, end), windows in tqdm(calls, "learning", unit="sample", disable=not verbose):
        learning = plastic.begin_sample() if rule is not None else None
        run((sample, end), windows, learning=learning)
        counts = run.readings.out[sample, 0]
        if rule is not None:
            given = _ask(reward, sample, counts) if callable(reward) else reward[sample]
            plastic.consolidate(learning, n_steps[sample], given)
        if between:
            before, network = network, plastic.learnt() if rule is not None else network
            past = Past(before, counts, n_steps[sample] * network.dt, unit, rng, rewire)
            for other in between:
                network = other.between(network, past)
            run.network = pack_network(
                network, spikes.row_duration, run.dtype, plastic=rule is not None
            )
            plastic = rule and _Plastic(network, run.network, rule, unit)
    return plastic.learnt() if rule is not None else network


class _Plastic:
    """Recurrent weights that a rule changes at spikes."""

    def __init__(self, network, packed, rule, unit):
        self.network, self.packed, self.rule = network, packed, rule
        self.weight = packed.recurrence.weight
        dtype, n_neurons = self.weight.dtype, network.n_neurons
        self.constants = tuple(map(dtype.type, rule.constants(network.dt, unit)))
        self.unit = unit
        if rule.is_separable:
            self.seen = np.zeros(len(self.weight), dtype)
        else:
            self.incoming = excitatory_by_target(packed.recurrence)
        self.lasting = np.zeros((rule.n_lasting, n_neurons), dtype)
        if network.lasting is not None and len(network.lasting) == rule.n_lasting:
            self.lasting[:] = network.lasting

    def begin_sample(self):
        """Return the numbers of the rule at the start of a sample."""
        rule, dtype = self.rule, self.weight.dtype
        traces = np.zeros((rule.n_traces - rule.n_lasting, self.network.n_neurons), dtype)
        synapse_state = np.zeros((rule.n_synapse_states, len(self.weight)), dtype)
        numbers = self.constants, (*traces, *self.lasting), tuple(synapse_state)
        if not rule.is_separable:
            return Learning(*numbers, self.incoming)
        one, precision = np.ones((rule.n_traces, 1)), np.finfo(dtype).eps
        rule.decay_traces(0, one, self.constants)
        n_neurons = self.network.n_neurons
        return LaterLearning(
            *numbers,
            highest=dtype.type(rule.w_max * self.unit),
            decay=dtype.type(max(one[0, 0], 1e-30)),  # or the clock could be zero
            # A sum loses as many digits as the clock has zeros: two thirds remain.
            least=dtype.type(precision ** (1 / 3)),
            negligible=dtype.type(precision),
            clock=np.ones(1, dtype),
            risen=np.zeros(n_neurons, dtype),
            rises=np.zeros(n_neurons, dtype),
            seen=self.seen,
        )

    def consolidate(self, learning, n_steps, reward):
        """Bring the weights up to date after a sample, and let the rule change them."""
        if self.rule.is_separable:
            bring_up_to_date(self.packed.recurrence, learning)
        self.rule.consolidate(self.weight, learning.synapse_state, n_steps, reward, self.constants)

    def learnt(self):
        """Return the network with the weights as they are now."""
        w = self.network.w.copy()
        weights = self.weight.astype(w.dtype)
        if self.packed.order is not None:
            weights[self.packed.order] = weights.copy()
        w.data = weights
        return replace(self.network, w=w, lasting=self.lasting.astype(float))


def check_reward(
    reward: Reward | None, n_samples: int, rules: Sequence[Any]
) -> Array | Callable[..., Any] | None:
    """Validate rewards; return an array as floats, a function or None as it is.

    Parameters
    ----------
    reward : array of shape (n_samples,), function or None
        Rewards of a user.
    n_samples : int
        Number of samples.
    rules : sequence of rules
        Rules of the liquid, of which one must learn from reward if there is any.

    Returns
    -------
    reward : float64 array of shape (n_samples,), function or None

    Raises
    ------
    ValueError
        If there is not a finite number for each sample, or no rule learns from reward.
    """
    if reward is None:
        return None
    if not any(rule.learns_from_reward for rule in rules):
        raise ValueError(
            "reward is for rules that learn from it, such as RewardSTDP, but the liquid's are "
            f"{list(rules)}"
        )
    if callable(reward):
        return reward
    rule = f"reward must have a finite number for each of {n_samples} samples, or be a function"
    rewards = check_reals(rule, reward)
    if rewards.shape != (n_samples,) or not np.isfinite(rewards).all():
        raise ValueError(f"{rule}, got {reward!r:.80}")
    return rewards


def _ask(reward, sample, counts):
    """Return the reward of a sample from a user's function."""
    given = reward(sample, counts)
    rule = f"reward must return a finite number, but for sample {sample}"
    if check_reals(rule, given).shape != () or not np.isfinite(given):
        raise ValueError(f"{rule}, got {given!r:.80}")
    return float(given)
