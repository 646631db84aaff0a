"""Run the compiled loop: pack a network into flat arrays, share samples among threads."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
from joblib import effective_n_jobs
from tqdm.auto import tqdm

from ._loop import kernel_for

__all__ = ["simulate"]

# One call of the loop updates about this many neurons (a tenth of a second), so that the
# keyboard can interrupt a run and a progress bar moves.
UPDATES_PER_CALL = 50_000_000
CALLS_PER_THREAD = 16
# A dense row is added by vector instructions, a sparse one target by target: dense wins from
# about one target in eight, as long as the matrix fits the cache.
DENSE_FROM, DENSE_BYTES = 1 / 8, 2**24


def simulate(network, spikes, plan, *, dtype="float32", n_jobs=None, record=False, verbose=False):
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

    Returns
    -------
    readings : array of shape (n_readings, n_filters, n_neurons)
    recorded : list of (steps, neurons), one pair a sample
        Empty unless `record`.
    """
    packed = _Packed(network, spikes, plan, dtype)
    kernel = kernel_for(type(network.neurons), type(network.synapses), dtype)
    n_threads = min(effective_n_jobs(n_jobs), len(spikes))
    cost = UPDATES_PER_CALL
    if n_threads > 1:  # enough calls for every thread to be busy to the end
        cost = min(cost, packed.costs.sum() / (CALLS_PER_THREAD * n_threads))
    calls = _share(packed.durations, packed.costs, cost, record)
    with tqdm(total=len(spikes), unit="sample", desc="liquid", disable=not verbose) as bar:
        interrupted = False

        def run(call):
            recorded = packed.run(kernel, *call, record, lambda: interrupted)
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


def _share(durations, costs, cost_of_call, record):
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


def _frozen(array):
    """Return a read-only view: numba would compile anew for the read-only arrays of joblib."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


class _Packed:
    """A network and its input as the flat arrays that the loop takes."""

    def __init__(self, network, spikes, plan, dtype):
        self.dtype = np.dtype(dtype)
        self.n_neurons = network.n_neurons
        self.hold = network.hold(spikes)
        self.graded = network.graded
        if spikes.n_channels != network.w_in.shape[0]:
            raise ValueError(
                f"X has {spikes.n_channels} channels, but the network has {network.w_in.shape[0]}"
            )
        self.durations = network.n_steps(spikes)
        # Neurons updated in a sample, with synapses of the input counted as neurons.
        targets = network.w_in.nnz / spikes.n_channels
        self.costs = self.durations * self.n_neurons + np.diff(spikes.offsets) * targets
        delayed_ = network.w.nnz > 0 and np.any(np.asarray(network.delays) > 1)
        # Rings wrap by a mask, so with delays a step's slot is a power of two long.
        self.padded = (
            1 << (self.n_neurons - 1).bit_length() if delayed_ else -(-self.n_neurons // 8) * 8
        )
        self.padded = max(self.padded, 8)
        amplitudes = spikes.amplitudes
        if amplitudes is None:  # all are one, which graded input must say
            amplitudes = np.ones(len(spikes.steps) if self.graded else 0, np.float32)
        self.events = tuple(
            map(
                _frozen,
                (spikes.offsets, spikes.steps, spikes.channels, amplitudes, self.durations),
            )
        )
        self.bias = self._real(network.bias)
        self.w_in = self._matrix(network.w_in, by_sign=not network.graded)
        self.w, order = self._matrix(network.w, by_sign=True, dense=not delayed_, ordered=True)
        self.n_slots, self.delays = 0, _frozen(np.empty(0, np.uint32))
        if delayed_:
            self._pack_delays(np.broadcast_to(network.delays, network.w.nnz)[order])
        self.constants = self._constants(network.constants)
        self.syn_constants = self._constants(network.syn_constants)
        self.initial = tuple(self._real(row) for row in network.initial)
        self.plan = _frozen(plan.offsets), _frozen(plan.times.astype(np.int32))
        ages = np.arange(int(self.durations.max()) + 1)
        tables = plan.decays[:, None] ** ages
        self.tables = self._real(np.where(tables < 1e-30, 0, tables))  # no slow denormals
        self.readings = np.empty((len(plan.times), len(plan.decays), self.n_neurons), self.dtype)

    def _real(self, array):
        return _frozen(np.asarray(array, dtype=self.dtype))

    def _constants(self, values):
        if all(np.ndim(value) == 0 for value in values):
            return tuple(self.dtype.type(value) for value in values)
        return tuple(self._real(np.broadcast_to(value, self.n_neurons)) for value in values)

    def _matrix(self, w, *, by_sign, dense=True, ordered=False):
        """Pack a CSR array: within each row positive weights, then from `split` negative ones.

        With mixed signs in a row the dense form is two rows side by side, excitatory and
        inhibitory; without, `base` tells which of the two currents the row feeds.
        """
        n_rows, n_columns = w.shape
        indptr, indices, data = w.indptr.astype(np.uint64), w.indices, w.data
        order = slice(None)
        split, base, mixed = indptr[1:], np.zeros(n_rows, np.uint64), False
        if by_sign:
            negative = data < 0
            before = np.concatenate([[0], np.cumsum(negative)])
            count = np.diff(before[w.indptr])
            split = indptr[1:] - count.astype(np.uint64)
            mixed = np.any((count > 0) & (count < np.diff(w.indptr)))
            base[(count > 0)] = self.padded
            if mixed:
                rows = np.repeat(np.arange(n_rows), np.diff(w.indptr))
                order = np.lexsort((negative, rows))
                indices, data = indices[order], data[order]
        dense_rows, width = np.empty((0, 0)), self.padded * (2 if mixed else 1)
        if dense and self._use_dense(w.nnz, n_rows, width):
            dense_rows = np.zeros((n_rows, width), self.dtype)
            if mixed:
                base[:] = 0
                rows = np.repeat(np.arange(n_rows), np.diff(w.indptr))
                np.add.at(dense_rows, (rows, indices + self.padded * (data < 0)), data)
            else:
                dense_rows[:, :n_columns] = w.toarray()
        # Only 32-bit indices can be looked at as unsigned without a copy.
        targets = indices.astype(np.int32, copy=False).view(np.uint32)
        packed = (
            _frozen(indptr), _frozen(split), _frozen(targets), self._real(data),
            self._real(dense_rows), _frozen(base),
        )  # fmt: skip
        return (packed, order) if ordered else packed

    def _use_dense(self, nnz, n_rows, width):
        size = n_rows * width
        return nnz >= DENSE_FROM * size and size * self.dtype.itemsize <= DENSE_BYTES

    def _pack_delays(self, delays):
        """Give each synapse its place in the ring, counted from the slot of the present step."""
        slot = 2 * self.padded
        self.n_slots = 1 << int(delays.max() - 1).bit_length()
        indptr, split, target = (part.astype(np.int64) for part in self.w[:3])
        inhibitory = np.arange(len(target)) >= np.repeat(split, np.diff(indptr))
        place = delays.astype(np.int64) * slot + inhibitory * self.padded + target
        self.delays = _frozen((place % (self.n_slots * slot)).astype(np.uint32))

    def scratch(self):
        """Return the arrays that one thread works in."""
        currents = np.zeros(2 * self.padded, self.dtype)
        state = tuple(np.zeros(self.n_neurons, self.dtype) for _ in self.initial)
        return (
            state,
            (currents[: self.padded], currents[self.padded :]),
            currents,
            np.zeros(self.padded, self.dtype),
            np.zeros(self.n_slots * 2 * self.padded, self.dtype),
            np.zeros(self.padded, np.uint8),
            np.zeros(self.padded, np.uint32),
            np.zeros((len(self.tables), self.n_neurons), self.dtype),
            np.zeros(4, np.int64),
        )

    def run(self, kernel, samples, windows, record, stopped):
        """Run some samples through windows of steps; return their spikes if asked."""
        recorded, scratch = [], self.scratch()
        for window in windows:
            if stopped():
                return []
            capacity = (window[1] - window[0]) * self.n_neurons if record else 0
            spikes = (np.empty(capacity, np.int32), np.empty(capacity, np.uint32))
            counter = np.zeros(1, np.int64)
            kernel(
                samples, window, self.events, self.graded, self.hold, self.bias, self.w_in,
                self.w, self.delays, self.constants, self.syn_constants, self.initial, scratch,
                self.plan, self.tables, self.readings, (*spikes, counter),
            )  # fmt: skip
            recorded.append([array[: counter[0]].copy() for array in spikes])
        if not record:
            return []
        return [tuple(np.concatenate(parts) for parts in zip(*recorded, strict=True))]
