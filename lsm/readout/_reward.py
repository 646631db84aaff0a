"""Trials of a readout that learns from rewards, as compiled code and as a reference to be read."""

from typing import Any, NamedTuple

import numpy as np

from .._jit import njit
from .._typing import Array
from .spike_readout import Trains

__all__ = ["RewardRule", "reference_trial", "trial"]


class RewardRule(NamedTuple):
    """Numbers of a trial, by step.

    Attributes
    ----------
    leak : float
        Share of a trace that remains after a step.
    rate : float
        Expected number of spikes in a step at the potential 1.
    width : float
        Change of the potential by which the rate rises e-fold.
    scale : float
        Mean sum of all traces.
    """

    leak: float
    rate: float
    width: float
    scale: float


@njit
def trial(
    steps: Any, channels: Any, amplitudes: Any, n_steps: int, weights: Any, rule: Any, draws: Any,
    counts: Any, expected: Any, eligibility: Any,
) -> None:  # fmt: skip
    """Run a sample; the last three arrays are added to; see :func:`reference_trial`."""
    n_neurons, n_inputs = weights.shape
    trace = np.zeros(n_inputs)
    event = 0
    for step in range(n_steps):
        for j in range(n_inputs):
            trace[j] *= rule.leak
        while event < len(steps) and steps[event] == step:
            trace[channels[event]] += amplitudes[event] / rule.scale
            event += 1
        for i in range(n_neurons):
            u = 0.0
            for j in range(n_inputs):
                u += weights[i, j] * trace[j]
            chance = 1.0 - np.exp(-rule.rate * np.exp((u - 1.0) / rule.width))
            spiked = draws[step, i] < chance
            counts[i] += spiked
            expected[i] += chance
            for j in range(n_inputs):
                eligibility[i, j] += (spiked - chance) * trace[j]


def reference_trial(
    trains: Trains, sample: int, weights: Array, rule: RewardRule, draws: Array
) -> tuple[Array, Array, Array]:
    """Run a sample as :func:`trial` does, in NumPy.

    Parameters
    ----------
    trains : Trains
        Samples.
    sample : int
        Index of the sample.
    weights : float64 array of shape (n_neurons, n_inputs)
        Weights.
    rule : RewardRule
        Numbers of a trial.
    draws : float64 array of shape (n_steps, n_neurons)
        Random numbers from 0 to 1.

    Returns
    -------
    counts, expected : float64 arrays of shape (n_neurons,)
        Numbers of spikes, and their expectations.
    eligibility : float64 array of shape (n_neurons, n_inputs)
        Sum of the traces at spikes, minus its expectation.
    """
    trace, (counts, expected) = np.zeros(weights.shape[1]), np.zeros((2, len(weights)))
    eligibility = np.zeros_like(weights)
    for events, random in zip(trains.dense(sample), draws, strict=True):
        trace = trace * rule.leak + events / rule.scale
        chance = 1 - np.exp(-rule.rate * np.exp((weights @ trace - 1) / rule.width))
        spiked = random < chance
        counts += spiked
        expected += chance
        eligibility += np.outer(spiked - chance, trace)
    return counts, expected, eligibility
