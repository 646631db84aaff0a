"""Neurons in blocks, with a probability of connections for each pair of blocks."""

import numbers

import numpy as np

from .._jit import njit
from .._validation import check_integer
from ._draws import STEP, exponential, mix, room_for, seed_of

__all__ = ["block_sizes", "connect_blocks", "total_size"]


def total_size(name, blocks):
    """Return the number of neurons in blocks whose sizes are given."""
    if isinstance(blocks, numbers.Integral):
        raise AttributeError(f"{name} does not say the number of neurons")
    return sum(block_sizes(name, blocks))


def block_sizes(name, blocks, n_neurons=None):
    """Return the size of each block, from their sizes or from their number."""
    if isinstance(blocks, tuple | list):
        sizes = [check_integer(f"{name}[{i}]", size, 1) for i, size in enumerate(blocks)]
        if not sizes or n_neurons not in (None, sum(sizes)):
            raise ValueError(
                f"{name} {blocks!r} has {sum(sizes)} neurons, but n_neurons is {n_neurons}: leave "
                "n_neurons at None, or change either"
            )
        return sizes
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
        Source of draws.

    Returns
    -------
    indptr, targets : int arrays
        The pattern, see :class:`~lsm.topology.Topology`.
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

    From one target to the next the gap is geometric, so that nothing is done in between [1]_.

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
