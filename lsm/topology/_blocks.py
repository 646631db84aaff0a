"""Neurons in blocks, with a probability of connections for each pair of blocks."""

import numbers

import numpy as np

from .._validation import check_integer
from ._draws import pick, seed_of

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
        The pattern, see :class:`~lsm.topology._base.Topology`.
    """
    of_row = np.repeat(np.arange(len(sizes)), sizes)
    options = (np.array(sizes) - np.eye(len(sizes), dtype=int))[of_row]  # none is its own target
    counts = rng.binomial(options, probability[of_row])
    return pick(counts, np.concatenate([[0], np.cumsum(sizes)]), True, seed_of(rng))
