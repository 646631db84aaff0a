"""Recording of spikes and membrane potentials at every step."""

from concurrent.futures import ThreadPoolExecutor
from copy import copy

import numpy as np
from joblib import effective_n_jobs

from .._typing import Array
from ..kernel.network import Network
from ..spikes import SpikeArray
from ._arrays import frozen
from ._run import Run
from .compiled import simulate
from .network import Plan

__all__ = ["record", "record_potentials"]

WINDOW = 2**22  # potentials of all neurons that are held at once, before the chosen ones are kept


def record(
    network: Network, spikes: SpikeArray, *, dtype: str = "float32", n_jobs: int | None = None
) -> SpikeArray:
    """Run every sample and return the spikes of all neurons.

    Parameters
    ----------
    network : Network
        The network.
    spikes : SpikeArray
        The input.
    dtype : {"float32", "float64"}, default="float32"
        Precision of state and weights.
    n_jobs : int, default=None
        Threads, as in joblib.

    Returns
    -------
    recorded : SpikeArray
        One channel a neuron, in steps of the network's `dt`.
    """
    n_steps = network.n_steps(spikes)
    plan = Plan(np.arange(len(spikes) + 1), n_steps, np.ones(1))
    _, recorded = simulate(network, spikes, plan, dtype=dtype, n_jobs=n_jobs, record=True)
    return _as_spikes(recorded, n_steps, network)


def record_potentials(
    network: Network,
    spikes: SpikeArray,
    neurons: Array,
    *,
    dtype: str = "float32",
    n_jobs: int | None = None,
) -> tuple[SpikeArray | None, list[Array]]:
    """Run every sample and return all spikes, and the potentials of some neurons at every step.

    Memory holds the potentials of the chosen neurons, and those of all for a window of steps.

    Parameters
    ----------
    network : Network
        The network.
    spikes : SpikeArray
        The input.
    neurons : int array of shape (n_chosen,)
        Indices of the neurons.
    dtype : {"float32", "float64"}, default="float32"
        Precision of state and weights.
    n_jobs : int, default=None
        Threads, as in joblib.

    Returns
    -------
    recorded : SpikeArray or None
        One channel a neuron of the network, in steps of the network's `dt`; None if the neurons
        send no spikes.
    potentials : list of arrays of shape (n_steps, n_chosen)
        Potentials in mV, or activations, at the end of each step, of each sample.
    """
    n_steps = network.n_steps(spikes)
    plan = Plan(np.arange(len(spikes) + 1), np.ones(len(spikes), int), np.ones(1), True)
    run = Run(network, spikes, plan, dtype)
    width = max(WINDOW // network.n_neurons, 1)

    def run_sample(sample):
        return _run_sample(copy(run), sample, int(n_steps[sample]), width, neurons)

    n_threads = min(effective_n_jobs(n_jobs), len(spikes))
    if n_threads == 1:
        parts = [run_sample(sample) for sample in range(len(spikes))]
    else:
        with ThreadPoolExecutor(n_threads) as pool:
            parts = list(pool.map(run_sample, range(len(spikes))))
    recorded, potentials = zip(*parts, strict=True)
    spiking = network.neurons.spiking
    return _as_spikes(recorded, n_steps, network) if spiking else None, list(potentials)


def _run_sample(run, sample, n_steps, width, neurons):
    """Return the spikes of one sample, and the potentials of some neurons, window by window."""
    arrays, readings, spiking = run.allocate(), run.readings, run.network.spiking
    offset = np.zeros(len(readings.offset), np.int64)
    potentials, recorded = np.empty((n_steps, len(neurons)), run.dtype), []
    for first in range(0, n_steps, width):
        end = min(first + width, n_steps)
        offset[sample + 1 :] = end - first
        out = np.empty((end - first, 1, readings.out.shape[2]), run.dtype)
        run.readings = readings._replace(
            offset=frozen(offset.copy()),
            step=frozen(np.arange(first + 1, end + 1, dtype=np.int32)),
            out=out,
        )
        arrays[0].cursor["reading"] = 0  # each window has readings of its own
        recorded += run((sample, sample + 1), [(first, end)], record=spiking, arrays=arrays)
        potentials[first:end] = out[:, 0, neurons]
    return [np.concatenate(parts) for parts in zip(*recorded, strict=True)], potentials


def _as_spikes(recorded, n_steps, network):
    """Return recorded pairs of steps and neurons as a SpikeArray."""
    offsets = np.concatenate([[0], np.cumsum([len(steps) for steps, _ in recorded])])
    steps, neurons = (np.concatenate(parts) for parts in zip(*recorded, strict=True))
    return SpikeArray(
        steps, neurons, None, offsets, n_steps, network.n_neurons, row_duration=network.dt
    )
