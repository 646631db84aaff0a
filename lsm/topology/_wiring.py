"""What every wiring returns, and the draws they share."""

from typing import NamedTuple

import numpy as np
from scipy import sparse

from .._jit import njit
from .._validation import check_choice, check_number

__all__ = ["Wiring", "choose_inhibitory", "csr", "distinct", "draw_magnitudes"]

DISTRIBUTIONS = ("constant", "uniform", "normal", "lognormal", "gamma")


class Wiring(NamedTuple):
    """A drawn network.

    Attributes
    ----------
    weights : scipy.sparse.csr_array of shape (n_neurons, n_neurons), float32
        `weights[pre, post]`; rows of inhibitory neurons are not positive (Dale's law).
    inhibitory : bool array of shape (n_neurons,)
        Which neurons are inhibitory.
    delays : float or float32 array of shape (nnz,)
        Delay of each synapse in ms, in the order of `weights.data`.
    positions : float array of shape (n_neurons, 3) or None
        Where the neurons are, for wirings that have a space.
    """

    weights: sparse.csr_array
    inhibitory: np.ndarray
    delays: float | np.ndarray
    positions: np.ndarray | None = None


def choose_inhibitory(n_neurons, fraction, rng):
    """Choose which neurons are inhibitory: a rounded share of them, at random."""
    inhibitory = np.zeros(n_neurons, dtype=bool)
    chosen = rng.permutation(n_neurons)[: round(fraction * n_neurons)]
    inhibitory[chosen] = True
    return inhibitory


def draw_magnitudes(name, distribution, cv, size, rng):
    """Draw float32 magnitudes of mean one.

    Parameters
    ----------
    name : str
        Name of the wiring, for messages.
    distribution : {"constant", "uniform", "normal", "lognormal", "gamma"}
        Kind of distribution. Normal draws are clipped at zero, to keep Dale's law.
    cv : float
        Standard deviation over mean.
    size : int
        How many.
    rng : numpy.random.Generator
        Source of draws.

    Returns
    -------
    magnitudes : float32 array of shape (size,)
    """
    check_choice(f"{name}.distribution", distribution, DISTRIBUTIONS)
    cv = check_number(f"{name}.cv", cv, 0)
    if distribution == "constant" or cv == 0:
        return np.ones(size, dtype=np.float32)
    if distribution == "gamma":
        shape = 1 / cv**2
        return rng.standard_gamma(shape, size, dtype=np.float32) / np.float32(shape)
    if distribution == "uniform":
        if cv > 1 / np.sqrt(3):
            raise ValueError(f"{name}.cv of a uniform distribution is at most 0.577, got {cv!r}")
        width = np.float32(np.sqrt(12) * cv)
        return 1 + width * (rng.random(size, dtype=np.float32) - np.float32(0.5))
    normal = rng.standard_normal(size, dtype=np.float32)
    if distribution == "normal":
        return np.maximum(1 + np.float32(cv) * normal, 0)
    sigma = np.sqrt(np.log1p(cv**2))
    return np.exp(np.float32(sigma) * normal - np.float32(sigma**2 / 2))


def csr(data, indices, indptr, shape):
    """Assemble a CSR array without checks that copy."""
    if indptr[-1] <= np.iinfo(np.int32).max:
        indptr = indptr.astype(np.int32)
    array = sparse.csr_array(shape, dtype=np.float32)
    array.data, array.indices, array.indptr = data, indices, indptr
    return array


@njit
def distinct(n_rows, n_options, per_row, rng):
    """Draw for each row `per_row` different numbers below `n_options`, sorted (Floyd's algorithm).

    Compiled, so that a million rows take seconds and no memory beside the result.
    """
    picks = np.empty((n_rows, per_row), dtype=np.int32)
    last_row = np.full(n_options, -1, dtype=np.int32)
    for row in range(n_rows):
        for k in range(per_row):
            top = n_options - per_row + k
            pick = rng.integers(0, top + 1)
            if last_row[pick] == row:
                pick = top
            last_row[pick] = row
            picks[row, k] = pick
        picks[row].sort()
    return picks
