"""Runs of many samples, shared among threads."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
from joblib import effective_n_jobs
from tqdm.auto import tqdm

from .._typing import Array
from ..kernel.network import Loop, Network, Plan
from ..spikes import SpikeArray
from ._blocks import Blocks, n_blocks_for
from ._run import Run

__all__ = ["costs_of", "share", "simulate"]

# One call of the loop updates about this many neurons (a tenth of a second), so that the
# keyboard can interrupt a run and a progress bar moves.
UPDATES_PER_CALL = 50_000_000
UPDATES_PER_THREAD = 10_000_000  # some milliseconds: less is not worth a thread


def simulate(
    network: Network,
    spikes: SpikeArray,
    plan: Plan,
    *,
    dtype: str = "float32",
    n_jobs: int | None = None,
    record: bool = False,
    verbose: bool = False,
    loop: Loop | None = None,
) -> tuple[Array, list[Any]]:
    """Run every sample from the network's initial state.

    The result for a sample does not depend on other samples, on their order, or on the number
    of threads.

    Parameters
    ----------
    network : Network
        The network.
    spikes : SpikeArray
        The input.
    plan : Plan
        Times and filters of the readings.
    dtype : {"float32", "float64"}, default="float32"
        Precision of state and weights.
    n_jobs : int, default=None
        Threads, as in joblib. With fewer samples than threads, several threads run each sample of
        a large network, see :mod:`lsm.kernel._blocks`.
    record : bool, default=False
        Whether to return the liquid's spikes too.
    verbose : bool, default=False
        Whether to show a progress bar.
    loop : Loop, optional
        Readout whose output comes back into the network; the plan must read at the end of every
        row of the input.

    Returns
    -------
    readings : array of shape (n_readings, n_filters, n_neurons)
    recorded : list of (steps, neurons), one pair a sample
        Empty unless `record`.
    """
    run: Run | Blocks = Run(network, spikes, plan, dtype, closed_loop=loop)
    readings, events, n_cores = run.readings, run.events, effective_n_jobs(n_jobs)
    n_threads = min(n_cores, len(spikes))
    if loop is not None and loop.correlation.matrix.size > 0:
        n_threads = 1  # a sample uses what earlier ones taught
    n_blocks = n_blocks_for(run, n_cores) if n_cores > len(spikes) else 1
    if n_blocks > n_threads:  # sample after sample, each on all threads
        run, n_threads = Blocks(run, n_blocks), 1
    costs, cost_of_call = costs_of(network, spikes), UPDATES_PER_CALL
    n_threads = int(min(n_threads, 1 + costs.sum() // UPDATES_PER_THREAD))
    if n_threads > 1:
        # One call a thread where possible. Between two calls a thread takes Python's lock, after
        # which the operating system may let it wait for a slice of time, though a core is idle.
        cost_of_call = min(cost_of_call, costs.sum() / n_threads)
    calls = share(events.n_steps, costs, cost_of_call, record or isinstance(run, Blocks))
    with tqdm(total=len(spikes), unit="sample", desc="liquid", disable=not verbose) as bar:
        interrupted = False

        def run_call(call):
            samples, windows = call
            recorded = run(samples, windows, record=record, stopped=lambda: interrupted)
            bar.update(samples[1] - samples[0])
            return recorded

        if n_threads == 1:
            parts = list(map(run_call, calls))
        else:
            # A pool of the standard library: joblib's takes 10 ms to start and to stop.
            with ThreadPoolExecutor(n_threads) as pool:
                try:
                    parts = list(pool.map(run_call, calls))
                except BaseException:
                    interrupted = True  # or the other threads would run on
                    raise
    return readings.out, [pair for part in parts for pair in part]


def costs_of(network: Any, spikes: SpikeArray) -> Array:
    """Return the neurons that each sample updates, synapses of its input counted as neurons."""
    targets = network.w_in.nnz / spikes.n_channels
    if spikes.values is None:
        n_events = np.diff(spikes.offsets)
    else:
        n_events = spikes.n_rows * np.int64(spikes.n_channels)
    return network.n_steps(spikes) * network.n_neurons + n_events * targets


def share(n_steps: Array, costs: Array, cost_of_call: float, record: bool) -> list[Any]:
    """Share samples among calls of the loop.

    Parameters
    ----------
    n_steps : int array of shape (n_samples,)
        Length of each sample in steps.
    costs : array of shape (n_samples,)
        Costs of the samples, see :func:`costs_of`. A sample that costs more than
        `UPDATES_PER_CALL` is cut into windows of steps.
    cost_of_call : float
        Cost up to which samples share a call.
    record : bool
        Whether every sample has a call of its own.

    Returns
    -------
    calls : list of (samples, windows)
        First sample and the one behind the last; first step of each window and the one behind
        its last.
    """
    calls, first, total = [], 0, 0
    for sample, (length, cost) in enumerate(zip(n_steps, costs, strict=True)):
        long = cost > UPDATES_PER_CALL
        if first < sample and (long or record or total + cost > cost_of_call):
            calls.append(((first, sample), [(0, int(n_steps[first:sample].max()))]))
            first, total = sample, 0
        if long:
            edges = [*range(0, length, max(int(length * UPDATES_PER_CALL / cost), 1)), length]
            edges = [int(edge) for edge in edges]
            calls.append(((sample, sample + 1), list(zip(edges[:-1], edges[1:], strict=True))))
            first, total = sample + 1, 0
        else:
            total += cost
    if first < len(n_steps):
        calls.append(((first, len(n_steps)), [(0, int(n_steps[first:].max()))]))
    return calls
