"""Run the compiled loop: share samples among threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from joblib import effective_n_jobs
from tqdm.auto import tqdm

from ..spikes import SpikeArray
from ._packed import Packed
from .network import Plan

__all__ = ["record", "share", "simulate"]

# One call of the loop updates about this many neurons (a tenth of a second), so that the
# keyboard can interrupt a run and a progress bar moves.
UPDATES_PER_CALL = 50_000_000
CALLS_PER_THREAD = 16


def simulate(
    network, spikes, plan, *, dtype="float32", n_jobs=None, record=False, verbose=False, loop=None
):  # fmt: skip
    """Run every sample from the network's initial state.

    The result for a sample depends on nothing but the sample: not on its neighbours, the batch
    or the number of jobs.

    Parameters
    ----------
    network : Network
        The network.
    spikes : SpikeArray
        The input.
    plan : Plan
        What to read when.
    dtype : {"float32", "float64"}, default="float32"
        Precision of state and weights.
    n_jobs : int, default=None
        Threads, as in joblib.
    record : bool, default=False
        Whether to return the liquid's spikes too.
    verbose : bool, default=False
        Whether to show a progress bar.
    loop : Loop, optional
        What comes back from a readout; the plan must read at the end of every row of the input.

    Returns
    -------
    readings : array of shape (n_readings, n_filters, n_neurons)
    recorded : list of (steps, neurons), one pair a sample
        Empty unless `record`.
    """
    packed = Packed(network, spikes, plan, dtype)
    n_threads = min(effective_n_jobs(n_jobs), len(spikes))
    if loop is not None:
        packed.close(loop)
        if loop.inverse.size > 0:  # what is learnt on one sample serves the next
            n_threads = 1
    cost = UPDATES_PER_CALL
    if n_threads > 1:  # enough calls for every thread to be busy to the end
        cost = min(cost, packed.costs.sum() / (CALLS_PER_THREAD * n_threads))
    calls = share(packed.durations, packed.costs, cost, record)
    with tqdm(total=len(spikes), unit="sample", desc="liquid", disable=not verbose) as bar:
        interrupted = False

        def run(call):
            recorded = packed.run(*call, record, lambda: interrupted)
            bar.update(call[0][1] - call[0][0])
            return recorded

        if n_threads == 1:
            parts = list(map(run, calls))
        else:
            # A pool of the standard library: joblib's takes 10 ms to start and to stop.
            with ThreadPoolExecutor(n_threads) as pool:
                try:
                    parts = list(pool.map(run, calls))
                except BaseException:
                    interrupted = True  # or the other threads would run on
                    raise
    return packed.readings, [pair for part in parts for pair in part]


def record(network, spikes, *, dtype="float32", n_jobs=None):
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
    steps, neurons = (np.concatenate(parts) for parts in zip(*recorded, strict=True))
    offsets = np.concatenate([[0], np.cumsum([len(pair[0]) for pair in recorded])])
    return SpikeArray(steps, neurons, None, offsets, n_steps, network.n_neurons, dt=network.dt)


def share(durations, costs, cost_of_call, record):
    """Split the work into calls of the loop: `(first, last)` samples, windows of steps."""
    calls, first, total = [], 0, 0
    for sample, (duration, cost) in enumerate(zip(durations, costs, strict=True)):
        long = cost > UPDATES_PER_CALL
        if first < sample and (long or record or total + cost > cost_of_call):
            calls.append(((first, sample), [(0, int(durations[first:sample].max()))]))
            first, total = sample, 0
        if long:
            edges = [*range(0, duration, max(int(duration * UPDATES_PER_CALL / cost), 1)), duration]
            edges = [int(edge) for edge in edges]
            calls.append(((sample, sample + 1), list(zip(edges[:-1], edges[1:], strict=True))))
            first, total = sample + 1, 0
        else:
            total += cost
    if first < len(durations):
        calls.append(((first, len(durations)), [(0, int(durations[first:].max()))]))
    return calls
