"""Layout of weights and delays for the compiled loop."""

import numpy as np
from scipy.sparse import csr_array

from .._jit import njit
from ._arrays import Incoming, Matrix, aligned_zeros, as_real, frozen

__all__ = ["add_delays", "excitatory_by_target", "pack_matrix"]

# Weights of a source are added by vector instructions where they are dense, else target by target:
# dense wins from about one target in eight, as long as the matrix fits the cache.
DENSE_FROM, DENSE_BYTES = 1 / 8, 2**24
FAR_BYTES = 2**17  # weights that the nearest caches do not hold beside the rest


def pack_matrix(w, dtype, n_padded, *, by_sign, dense):
    """Lay out weights for the loop.

    Parameters
    ----------
    w : scipy.sparse.csr_array of shape (n_sources, n_neurons)
        Weights in nA.
    dtype : numpy.dtype
        Precision.
    n_padded : int
        Length of an array of currents: the number of neurons, rounded up.
    by_sign : bool
        Whether negative weights add to a current of their own.
    dense : bool
        Whether a dense form may be used.

    Returns
    -------
    matrix : Matrix
        Without places in a ring.
    order : int array of shape (n_synapses,) or None
        For each synapse its index in `w.data`, None if they are the same.
    """
    n_sources = w.shape[0]
    indptr, indices, data = w.indptr.astype(np.uint64), w.indices, w.data
    split, mixed, order = indptr[1:], False, None
    base = np.zeros(n_sources, np.uint64)
    if by_sign:
        split, mixed = _split(indptr, data)
        if mixed:
            order = _order_by_sign(indptr, split, data)
            indices, data = indices[order], data[order]
            indices += n_padded * np.signbit(data)
        else:
            base[split < indptr[1:]] = n_padded
    dense_rows, width = np.empty((0, 0)), n_padded * (2 if mixed else 1)
    size = n_sources * width
    if dense and w.nnz >= DENSE_FROM * size and size * dtype.itemsize <= DENSE_BYTES:
        dense_rows = aligned_zeros((n_sources, width), dtype)
        if mixed:
            rows = np.repeat(np.arange(n_sources), np.diff(w.indptr))
            np.add.at(dense_rows, (rows, indices), data)
        else:
            # Synapses between the same two are added in the precision of the run; the method
            # `astype` would add them before.
            real = csr_array((w.data.astype(dtype), w.indices, w.indptr), shape=w.shape)
            dense_rows[:, : w.shape[1]] = real.toarray()
    return Matrix(
        indptr=frozen(indptr),
        end=frozen(indptr[1:]),
        split=frozen(split),
        # Only 32-bit indices can be viewed as unsigned without a copy.
        target=frozen(indices.astype(np.int32, copy=False).view(np.uint32)),
        weight=as_real(data, dtype),
        dense=as_real(dense_rows, dtype),
        base=frozen(base),
        far=data.nbytes > FAR_BYTES,
        place=frozen(np.empty(0, np.uint32)),
    ), order


def add_delays(matrix, order, delays, slot):
    """Give each synapse its place in a ring, such that its spikes arrive after its delay.

    Parameters
    ----------
    matrix : Matrix
        Weights.
    order : int array of shape (n_synapses,) or None
        New order of the synapses, see :func:`pack_matrix`.
    delays : int or int array of shape (n_synapses,)
        Delays in steps, in the order of the network.
    slot : int
        Length of a slot of the ring, which holds the arrivals of one step.

    Returns
    -------
    matrix : Matrix
        With places in a ring.
    """
    delays = np.broadcast_to(delays, len(matrix.target))
    if order is not None:
        delays = delays[order]
    place = _places(delays, matrix.indptr, matrix.base, matrix.target, slot)
    return matrix._replace(place=frozen(place))


def excitatory_by_target(matrix):
    """Return the excitatory synapses of a matrix by target, an :class:`Incoming`."""
    return Incoming(*map(frozen, _by_target(matrix.indptr, matrix.split, matrix.target)))


@njit
def _split(indptr, data):
    """Return each source's first negative weight, and whether any source has both signs.

    A weight of -0.0 belongs to an inhibitory neuron: learning must not raise it.
    """
    split, mixed = indptr[1:].copy(), False
    for source in range(len(split)):
        negative = np.uint64(0)
        for s in range(indptr[source], indptr[source + 1]):
            negative += np.uint64(np.signbit(data[s]))
        split[source] -= negative
        mixed |= np.uint64(0) < negative < indptr[source + 1] - indptr[source]
    return split, mixed


@njit
def _order_by_sign(indptr, split, data):
    """List the synapses source by source, those with negative weights last."""
    order = np.empty(len(data), np.int64)
    for source in range(len(split)):
        front, back = indptr[source], split[source]
        for s in range(indptr[source], indptr[source + 1]):
            if np.signbit(data[s]):
                order[back] = s
                back += np.uint64(1)
            else:
                order[front] = s
                front += np.uint64(1)
    return order


@njit
def _places(delays, indptr, base, target, slot):
    """Return delay * slot + place in the slot."""
    places = np.empty(len(target), np.uint32)
    for source in range(len(base)):
        for s in range(indptr[source], indptr[source + 1]):
            places[s] = delays[s] * slot + base[source] + target[s]
    return places


@njit
def _by_target(indptr, split, target):
    """List the excitatory synapses and their sources by target, and where each target begins."""
    starts = np.zeros(len(split) + 1, np.uint64)
    for source in range(len(split)):
        for s in range(indptr[source], split[source]):
            starts[target[s] + 1] += np.uint64(1)
    starts[:] = np.cumsum(starts)
    end = starts.copy()
    synapses, sources = np.empty(starts[-1], np.uint32), np.empty(starts[-1], np.uint32)
    for source in range(len(split)):
        for s in range(indptr[source], split[source]):
            place = end[target[s]]
            synapses[place], sources[place] = s, source
            end[target[s]] += np.uint64(1)
    return starts, synapses, sources
