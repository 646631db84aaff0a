"""Layers of integrate-and-fire neurons, step by step."""

from typing import Any

import numpy as np

from .._jit import njit
from .._typing import Array

__all__ = ["reference_run", "run"]


@njit
def run(
    x: Any, steps: Any, channels: Any, amplitudes: Any, n_steps: Any, sizes: Any, weights: Any,
    biases: Any, subtract: Any, counts: Any, firsts: Any, potentials: Any, totals: Any,
) -> None:  # fmt: skip
    """Run one sample through the layers; see :func:`reference_run`.

    The input is the constant `x`, and events at `steps` and `channels`. The weights of all layers
    are one after the other in a flat array, as are biases. What the neurons of the last layer did
    goes into `counts`, `firsts` and `potentials`, of shape (n_steps, n_outputs), and the numbers
    of spikes of all neurons into `totals`, of shape (n_steps,).
    """
    n_layers = len(sizes) - 1
    first_size = sizes[1]
    constant = biases[:first_size].copy()
    for k in range(sizes[0]):
        if x[k] != 0:
            for i in range(first_size):
                constant[i] += x[k] * weights[k * first_size + i]
    v = np.zeros(len(biases))
    current = np.empty(len(biases))
    n_outputs = sizes[n_layers]
    count = np.zeros(n_outputs, np.int64)
    first = np.full(n_outputs, n_steps + 1)
    event, total = 0, 0
    for t in range(n_steps):
        current[:] = biases
        current[:first_size] = constant
        while event < len(steps) and steps[event] == t:
            start = channels[event] * first_size
            for i in range(first_size):
                current[i] += amplitudes[event] * weights[start + i]
            event += 1
        neuron, weight = 0, sizes[0] * first_size
        for layer in range(n_layers):
            n = sizes[layer + 1]
            n_next = sizes[layer + 2] if layer + 1 < n_layers else 0
            for i in range(n):
                v[neuron + i] += current[neuron + i]
                if v[neuron + i] >= 1.0:
                    v[neuron + i] = v[neuron + i] - 1.0 if subtract else 0.0
                    total += 1
                    for j in range(n_next):
                        current[neuron + n + j] += weights[weight + i * n_next + j]
                    if layer + 1 == n_layers:
                        count[i] += 1
                        first[i] = min(first[i], t + 1)
            neuron += n
            weight += n * n_next
        counts[t] = count
        firsts[t] = first
        potentials[t] = v[len(v) - n_outputs :]
        totals[t] = total


def reference_run(
    inputs: Array, weights: list[Array], biases: list[Array], subtract: bool
) -> tuple[Array, Array, Array, Array]:
    """Run one sample through layers of integrate-and-fire neurons.

    In every step and layer, with the spikes s of the layer before::

        v += s @ W + b
        s = v >= 1
        v = v - 1 where s, or 0

    Parameters
    ----------
    inputs : array of shape (n_steps, n_inputs)
        Input currents, the s of the first layer.
    weights : list of arrays of shape (n_in, n_out)
        Weights of each layer.
    biases : list of arrays of shape (n_out,)
        Currents of each layer.
    subtract : bool
        Whether the threshold is subtracted at a spike; else potentials are reset to 0.

    Returns
    -------
    counts, firsts, potentials : arrays of shape (n_steps, n_outputs)
        Of the last layer after each step: number of spikes so far, step of the first spike counted
        from 1, `n_steps + 1` where there is none, and potential.
    totals : int array of shape (n_steps,)
        Number of spikes of all neurons so far.
    """
    v = [np.zeros(len(b)) for b in biases]
    spiked, totals, potentials = [], [], []
    for s in inputs:
        total = 0
        for layer, (W, b) in enumerate(zip(weights, biases, strict=True)):
            v[layer] = v[layer] + (s @ W + b)
            s = v[layer] >= 1
            v[layer] = np.where(s, v[layer] - 1 if subtract else 0.0, v[layer])
            total += s.sum()
        spiked.append(s)
        totals.append(total)
        potentials.append(v[-1])
    counts = np.cumsum(spiked, axis=0)
    n_steps = len(inputs)
    numbers = np.where(spiked, np.arange(1, n_steps + 1)[:, None], n_steps + 1)
    return counts, np.minimum.accumulate(numbers), np.array(potentials), np.cumsum(totals)
