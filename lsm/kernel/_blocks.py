"""Samples that threads run together, each a block of the neurons."""

from concurrent.futures import ThreadPoolExecutor, wait
from copy import copy

import numpy as np

from .._jit import njit
from ._arrays import Team, aligned_zeros, frozen

__all__ = ["Blocks", "n_blocks_for"]

LEAST_NEURONS = 4096  # in a block: steps of fewer take little longer than a wait for other threads
# Seconds for a window of steps, which take a tenth of a second on idle cores. Where other programs
# keep the cores busy, each step may last until the operating system runs all threads at once.
PATIENCE = 3.0
LINE = 64  # numbers of neurons are rounded to the marks of spikes in a cache line


def n_blocks_for(run, n_threads):
    """Return the number of blocks for a run on some threads; one if threads cannot share a sample.

    They share samples of large networks of spiking neurons, without a readout in the loop, in which
    no neuron or channel has weights of both signs.
    """
    network = run.network
    n_blocks = min(n_threads, len(network.population.bias) // LEAST_NEURONS)
    matrices = network.inputs, network.recurrence
    can_share = network.spiking and run.closed_loop is None
    if n_blocks < 2 or not (can_share and all(map(_has_sorted_targets, matrices))):
        return 1
    return n_blocks


class Blocks:
    """A :class:`Run` whose samples are each run by several threads, with the same result.

    Parameters
    ----------
    run : Run
        The run.
    n_blocks : int
        Number of threads.
    """

    def __init__(self, run, n_blocks):
        network, n_neurons = run.network, len(run.network.population.bias)
        size = -(-n_neurons // (n_blocks * LINE)) * LINE
        self.run, self.first = run, np.arange(0, n_neurons, size)
        ends = np.append(self.first[1:], network.n_updated)  # with the padding of the last block
        self.parts, self.is_crowded = [copy(run) for _ in self.first], False
        inputs = _cut(network.inputs, self.first, ends)
        recurrence = _cut(network.recurrence, self.first, ends)
        for i, part in enumerate(self.parts):
            part.network = network._replace(
                population=_cut_population(network.population, self.first[i], ends[i]),
                inputs=inputs[i],
                recurrence=recurrence[i],
                n_updated=int(ends[i] - self.first[i]),
                n_padded=int(ends[i] - self.first[i]),
            )

    def __call__(self, samples, windows, *, record=False, stopped=None):
        """Run one sample through windows of steps; as :meth:`Run.__call__`.

        If the cores are busy with other work, it and all later samples are run by one thread.
        """
        if self.is_crowded:
            return self.run(samples, windows, record=record, stopped=stopped)
        arrays, recorded = self._allocate(), []
        self.parts[0]((0, 0), windows[:1], arrays=arrays[0])  # compiles, with no sample to run
        with ThreadPoolExecutor(len(self.parts)) as pool:
            for window in windows:
                if stopped is not None and stopped():
                    return []
                runs = []
                try:
                    for part, own in zip(self.parts, arrays, strict=True):
                        runs.append(pool.submit(part, samples, [window], record=record, arrays=own))
                    self.is_crowded = len(wait(runs, PATIENCE).not_done) > 0
                    self.parts[0].team.is_off[0] = self.is_crowded
                    found = [run.result() for run in runs]
                except ValueError:  # a neuron is NaN or infinite
                    return self.run(samples, windows, record=record)  # which says where
                except BaseException:
                    self.parts[0].team.is_off[0] = 1  # or they would wait for ever
                    raise
                if self.is_crowded:
                    return self.run(samples, windows, record=record, stopped=stopped)
                if record:
                    recorded.append(self._in_order([spikes for [spikes] in found]))
        return [tuple(np.concatenate(p) for p in zip(*recorded, strict=True))] if record else []

    def _allocate(self):
        """Allocate the arrays of all threads for a sample; those that they share are the same."""
        arrays, network = [part.allocate() for part in self.parts], self.run.network
        n_neurons, n_padded = len(network.population.bias), network.population.n_padded
        progress, is_off = aligned_zeros((len(self.parts), 8), np.int64), np.zeros(1, np.int64)
        progress[:, 0] = -2  # the first step to publish is -1
        published = np.zeros((2, n_neurons), np.uint32)
        ring = aligned_zeros(network.n_slots * 2 * n_padded, self.run.dtype)
        drive_ring = aligned_zeros(network.n_drive_slots * n_padded, self.run.dtype)
        for i, part in enumerate(self.parts):
            senders = np.zeros(n_neurons, np.uint32)
            part.team = Team(i, self.first, progress, published, senders, is_off)
            scratch, short_term = arrays[i]
            if short_term is not None:
                _, shared = arrays[0]
                short_term = short_term._replace(
                    utilisation=shared.utilisation, resources=shared.resources
                )
            arrays[i] = scratch._replace(ring=ring, drive_ring=drive_ring), short_term
        return arrays

    def _in_order(self, recorded):
        """Return the spikes of all blocks in the order of time, then of neurons."""
        steps = np.concatenate([steps for steps, _ in recorded])
        pairs = zip(recorded, self.first, strict=True)
        neurons = np.concatenate([neurons + np.uint32(first) for (_, neurons), first in pairs])
        order = np.argsort(steps, kind="stable")
        return steps[order], neurons[order]


def _cut_population(population, first, end):
    """Return the neurons from `first` to before `end`."""

    def own(values):
        return tuple(value[first:end] if np.ndim(value) else value for value in values)

    currents = own(population.syn_initial[:2])
    return population._replace(
        constants=own(population.constants),
        syn_constants=own(population.syn_constants),
        initial=own(population.initial),
        syn_initial=(*currents, *own(population.syn_initial[2:])),
        bias=population.bias[first:end],
        first=int(first),
    )


def _cut(matrix, first, ends):
    """Cut a matrix into one for each block, which share the synapses."""
    cuts, parts = _cuts(matrix.indptr, matrix.end, matrix.target, first), []
    for i in range(len(first)):
        dense, width = matrix.dense, ends[i] - first[i]
        base = np.where(matrix.base > 0, width, 0).astype(np.uint64)
        if len(dense) > 0:
            dense = aligned_zeros((len(dense), width), dense.dtype)
            dense[:] = matrix.dense[:, first[i] : ends[i]]
        else:
            base -= np.uint64(first[i])  # modulo 2**64
        indptr, end = frozen(cuts[i]), frozen(cuts[i + 1])
        parts.append(
            matrix._replace(indptr=indptr, end=end, dense=frozen(dense), base=frozen(base))
        )
    return parts


def _has_sorted_targets(matrix):
    """Return whether the synapses of a source are sorted by target, and of one sign."""
    is_mixed = (matrix.split > matrix.indptr[: len(matrix.end)]) & (matrix.split < matrix.end)
    return not is_mixed.any() and _are_sorted(matrix.indptr, matrix.end, matrix.target)


@njit
def _are_sorted(indptr, end, target):
    for source in range(len(end)):
        for s in range(indptr[source] + np.uint64(1), end[source]):
            if target[s - np.uint64(1)] > target[s]:
                return False
    return True


@njit
def _cuts(indptr, end, target, first):
    """Return the first synapse of each source whose target is in a block or behind it."""
    cuts = np.empty((len(first) + 1, len(end)), np.uint64)
    for source in range(len(end)):
        begin, row = indptr[source], target[indptr[source] : end[source]]
        for block in range(len(first)):
            cuts[block, source] = begin + np.uint64(np.searchsorted(row, first[block]))
        cuts[len(first), source] = end[source]
    return cuts
