"""Competition of neurons, as compiled code and as a reference to be read."""

from typing import Any, NamedTuple

import numpy as np

from .._jit import njit
from .._typing import Array
from .spike_readout import Trains

__all__ = ["Competition", "compete", "reference_compete"]


class Competition(NamedTuple):
    """Numbers of a competition, by step.

    Attributes
    ----------
    leak, trace_decay : float
        Share of a potential and of a trace that remains after a step.
    refractory_steps : int
        Steps for which a neuron stays at zero after its spike.
    inhibition, learning_rate, offset, mean_weight : float
        As of :class:`SpikingCompetition`.
    rise, fall : float
        Factors on a threshold at each spike of the neuron, and after each sample.
    """

    leak: float
    trace_decay: float
    refractory_steps: int
    inhibition: float
    learning_rate: float
    offset: float
    mean_weight: float
    rise: float
    fall: float


@njit
def compete(
    steps: Any, channels: Any, amplitudes: Any, offsets: Any, n_steps: Any, weights: Any,
    thresholds: Any, rule: Any, reach: float, learns: bool, counts: Any, peaks: Any,
) -> None:  # fmt: skip
    """Run samples of events; `counts`, `peaks`, and if `learns` the network, change in place.

    A neuron may spike above `reach` times its threshold; `weights` has the shape
    (n_inputs, n_neurons); see :func:`reference_compete`.
    """
    n_inputs, n_neurons = weights.shape
    for sample in range(len(n_steps)):
        v, trace = np.zeros(n_neurons), np.zeros(n_inputs)
        free = np.zeros(n_neurons, dtype=np.int64)  # first step after the refractory time
        event = offsets[sample]
        for step in range(n_steps[sample]):
            for n in range(n_neurons):
                v[n] *= rule.leak
            for c in range(n_inputs):
                trace[c] *= rule.trace_decay
            while event < offsets[sample + 1] and steps[event] == step:
                c, amplitude = channels[event], amplitudes[event]
                trace[c] += amplitude
                for n in range(n_neurons):
                    v[n] += amplitude * weights[c, n]
                event += 1
            winner, highest = -1, -np.inf
            for n in range(n_neurons):
                if step < free[n]:
                    v[n] = min(v[n], 0.0)
                height = v[n] / thresholds[n]
                peaks[sample, n] = max(peaks[sample, n], height)
                if height > highest:
                    winner, highest = n, height
            if not highest >= reach:
                continue
            counts[sample, winner] += 1
            free[winner] = step + 1 + rule.refractory_steps
            fall = rule.inhibition * thresholds[winner]
            for n in range(n_neurons):
                v[n] -= fall
            v[winner] = 0.0
            if learns:
                thresholds[winner] *= rule.rise
                total = 0.0
                for c in range(n_inputs):
                    change = rule.learning_rate * (trace[c] - rule.offset)
                    weights[c, winner] = min(max(weights[c, winner] + change, 0.0), 1.0)
                    total += weights[c, winner]
                if total > 0:
                    for c in range(n_inputs):
                        weights[c, winner] *= rule.mean_weight * n_inputs / total
                        weights[c, winner] = min(weights[c, winner], 1.0)
        if learns:
            for n in range(n_neurons):
                thresholds[n] *= rule.fall


def reference_compete(
    trains: Trains, weights: Array, thresholds: Array, rule: Competition, *, learns: bool = False
) -> tuple[Array, Array]:
    """Run samples as :func:`compete` does, in NumPy; if `learns` the network changes in place.

    Parameters
    ----------
    trains : Trains
        Samples.
    weights : float64 array of shape (n_inputs, n_neurons)
        Weights.
    thresholds : float64 array of shape (n_neurons,)
        Thresholds.
    rule : Competition
        Numbers of the competition.
    learns : bool, default=False
        Whether weights and thresholds change.

    Returns
    -------
    counts, peaks : float64 arrays of shape (n_samples, n_neurons)
        Numbers of spikes, and the highest potentials in thresholds.
    """
    counts, peaks = np.zeros((2, len(trains), len(thresholds)))
    for sample in range(len(trains)):
        raster = trains.dense(sample)
        v, trace = np.zeros(len(thresholds)), np.zeros(len(weights))
        last: dict[int, int] = {}
        heights = []
        for step, spikes in enumerate(raster):
            trace = trace * rule.trace_decay + spikes
            v = v * rule.leak + spikes @ weights
            silent = [n for n, t in last.items() if step - t <= rule.refractory_steps]
            v[silent] = np.minimum(v[silent], 0)
            heights.append(v / thresholds)
            winner = heights[-1].argmax()
            if heights[-1][winner] < 1:
                continue
            counts[sample, winner] += 1
            last[winner] = step
            v -= rule.inhibition * thresholds[winner]
            v[winner] = 0
            if learns:
                thresholds[winner] *= rule.rise
                w = weights[:, winner] + rule.learning_rate * (trace - rule.offset)
                w = np.clip(w, 0, 1)
                weights[:, winner] = np.minimum(w * rule.mean_weight / (w.mean() or 1), 1)
        peaks[sample] = np.max(heights, axis=0)
        if learns:
            thresholds *= rule.fall
    return counts, peaks
