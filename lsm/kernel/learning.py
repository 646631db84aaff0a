"""Learning in the liquid: samples one after the other, each with the weights the last one left."""

import numpy as np
from tqdm.auto import tqdm

from .._validation import check_reals
from ..plasticity import Past
from ._packed import Packed
from .compiled import share
from .network import Plan

__all__ = ["check_reward", "learn"]


def learn(
    network, spikes, rules, *, unit, dtype="float32", reward=None, rng=None, rewire=None,
    verbose=False,
):  # fmt: skip
    """Let the weights of a network change while it runs.

    Parameters
    ----------
    network : Network
        The network to start from, which is left as it is.
    spikes : SpikeArray
        Samples, learnt from in this order.
    rules : sequence of rules
        At most one acts at spikes, see :mod:`lsm.plasticity`.
    unit : float
        Mean excitatory weight in nA, which the rules count in.
    dtype : {"float32", "float64"}, default="float32"
        Precision.
    reward : array of shape (n_samples,) or function, optional
        Reward after each sample, one by default; a function gets the sample's index and the
        counts of spikes of all neurons, shape (n_neurons,).
    rng : numpy.random.Generator, optional
        Source of draws of the rules that draw.
    rewire : function, optional
        Returns the network with recurrent synapses drawn anew, for rules that rewire.
    verbose : bool, default=False
        Whether to show a progress bar.

    Returns
    -------
    network : Network
        As it has become.
    """
    between = [rule for rule in rules if rule.acts_on == "samples"]
    rule = next((rule for rule in rules if rule.acts_on == "spikes"), None)
    n_steps = network.n_steps(spikes)
    plan = Plan(np.arange(len(spikes) + 1), n_steps, np.ones(1))
    packed = Packed(network, spikes, plan, dtype, rule)
    reward = np.ones(len(spikes)) if reward is None else reward
    constants = None
    if rule is not None:
        constants = tuple(map(packed.dtype.type, rule.constants(network.dt, unit)))
    calls = share(packed.durations, packed.costs, 0, record=True)
    for sample, windows in tqdm(calls, "learning", unit="sample", disable=not verbose):
        learning = packed.learning(constants) if rule is not None else None
        packed.run(sample, windows, learning=learning)
        counts = packed.readings[sample[0], 0]
        if rule is not None:
            given = _ask(reward, sample[0], counts) if callable(reward) else reward[sample[0]]
            rule.consolidate(packed.weight, learning[2], n_steps[sample[0]], given, constants)
        if between:
            before, network = network, packed.learnt()
            past = Past(before, counts, n_steps[sample[0]] * network.dt, unit, rng, rewire)
            for other in between:
                network = other.between(network, past)
            packed.set_network(network)
    return packed.learnt()


def check_reward(reward, n_samples, rules):
    """Return rewards as floats; a function, or None, as it is.

    Parameters
    ----------
    reward : array of shape (n_samples,), function or None
        What the user gave.
    n_samples : int
        Number of samples.
    rules : sequence of rules
        Rules of learning, of which one must learn from reward if there is any.

    Returns
    -------
    reward : float64 array of shape (n_samples,), function or None

    Raises
    ------
    ValueError
        If there is not a finite number for each sample, or nobody to reward.
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
    given = reward(sample, counts)
    rule = f"reward must return a finite number, but for sample {sample}"
    if check_reals(rule, given).shape != () or not np.isfinite(given):
        raise ValueError(f"{rule}, got {given!r:.80}")
    return float(given)
