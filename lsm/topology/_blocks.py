"""Neurons in consecutive blocks, with a connection probability for each pair of blocks."""

import numbers

import numpy as np

from .._jit import njit
from .._validation import check_integer
from ._draws import STEP, exponential, mix, room_for, seed_of

__all__ = ["block_sizes", "check_blocks", "connect_blocks", "total_size"]


def check_blocks(name, blocks):
    """Raise a TypeError or ValueError unless blocks are a number of blocks, or their sizes."""
    if not isinstance(blocks, tuple | list):
        check_integer(name, blocks, 1)
        return
    if not blocks:
        raise ValueError(f"{name} must be a number of blocks or their sizes, got {blocks!r}")
    for i, size in enumerate(blocks):
        check_integer(f"{name}[{i}]", size, 1)


def total_size(name, blocks):
    """Return the number of neurons in blocks of given sizes."""
    if isinstance(blocks, numbers.Integral):
        raise AttributeError(f"{name} is a number of blocks, and does not fix their sizes")
    check_blocks(name, blocks)
    return sum(blocks)


def block_sizes(name, blocks, n_neurons):
    """Return the size of each block, from the sizes or from the number of blocks."""
    if isinstance(blocks, tuple | list):
        if sum(blocks) != n_neurons:
            raise ValueError(
                f"{name} {blocks!r} has {sum(blocks)} neurons, but n_neurons is {n_neurons}: leave "
                "n_neurons at 'auto', or change either"
            )
        return list(blocks)
    n_blocks = check_integer(name, blocks, 1, n_neurons)
    return np.diff(np.arange(n_blocks + 1) * n_neurons // n_blocks).tolist()


def connect_blocks(sizes, probability, rng):
    """Draw each connection with the probability of its pair of blocks.

    Parameters
    ----------
    sizes : list of int
        Neurons in each block; blocks are consecutive.
    probability : array of shape (n_blocks, n_blocks)
        Probability of a connection from a neuron of the row to another of the column.
    rng : numpy.random.Generator
        Random generator.

    Returns
    -------
    indptr, targets : int arrays
        The pattern, see :meth:`lsm.topology.Topology.connect`.
    """
    edges = np.concatenate([[0], np.cumsum(sizes)])
    targets = room_for(sizes @ np.asarray(probability, dtype=float) @ sizes)
    hazard = -np.log1p(-np.minimum(probability, 1 - 2**-53))
    indptr = _connect(edges, hazard, targets, seed_of(rng))
    targets.resize(indptr[-1], refcheck=False)
    return indptr, targets


@njit
def _connect(edges, hazard, targets, state):
    """Fill `targets` row by row and return `indptr`.

    Gaps between targets are drawn from geometric distributions, so that the cost depends on the
    number of connections alone [1]_.

    References
    ----------
    .. [1] V. Batagelj, U. Brandes (2005). Efficient generation of large random networks.
       Physical Review E 71, 036113.
    """
    indptr = np.zeros(edges[-1] + 1, dtype=np.int64)
    count = 0
    for block in range(len(edges) - 1):
        for pre in range(edges[block], edges[block + 1]):
            for other in range(len(edges) - 1):
                post, stop = edges[other], edges[other + 1]
                while hazard[block, other] > 0:
                    state += STEP
                    gap = exponential(mix(state)) / hazard[block, other]
                    if gap >= stop - post:
                        break
                    post += int(gap)
                    targets[count] = post
                    count += post != pre
                    post += 1
            indptr[pre + 1] = count
    return indptr
