"""The spectral radius of a network's weights."""

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import ArpackNoConvergence, eigs

from .._typing import Array, ArrayLike
from .._validation import check_reals

__all__ = ["spectral_radius"]

# Up to the first size all eigenvalues are computed, in a tenth of a second; above the second this
# takes too long.
DENSE_FIRST, DENSE_LAST = 400, 3000


def spectral_radius(weights: ArrayLike | sparse.sparray | Array) -> float:
    """Return the largest magnitude among the eigenvalues of a network's weights.

    The activity of the linearised network grows by this factor in each step, so the network is
    stable below one. Weights that obey Dale's law have two kinds of eigenvalues [1]_: a disc,
    whose radius follows from the variance of the weights, and, unless excitation and inhibition
    cancel, a single eigenvalue outside of the disc, the mean sum of the incoming weights of a
    neuron. The spectral radius is the larger of the two. It describes the dynamics of the network
    only if excitation and inhibition nearly cancel.

    Parameters
    ----------
    weights : scipy.sparse array or array of shape (n_neurons, n_neurons)
        Weights.

    Returns
    -------
    radius : float
        Exactly zero for a network without loops.

    Raises
    ------
    ValueError
        If `weights` is no square matrix of finite numbers, or if a large network has many
        eigenvalues of nearly the same magnitude, as a ring has, so that the largest is not found.

    References
    ----------
    .. [1] K. Rajan, L. F. Abbott (2006). Eigenvalue spectra of random matrices for neural
       networks. Physical Review Letters 97, 188104.

    Examples
    --------
    >>> from lsm.topology import spectral_radius
    >>> round(spectral_radius([[0.0, 0.5], [0.5, 0.0]]), 3)
    0.5
    """
    rule = "weights must be a square matrix of finite real numbers"
    if not sparse.issparse(weights):
        weights = check_reals(rule, weights)
    if weights.ndim != 2 or weights.shape[0] != weights.shape[1] or weights.shape[0] == 0:
        raise ValueError(f"{rule}, got shape {weights.shape}")
    weights = sparse.csr_array(weights)
    if weights.dtype.kind not in "iuf":
        raise ValueError(f"{rule}, got an array of {weights.dtype}")
    if not np.isfinite(weights.data).all():
        raise ValueError(f"{rule}, got NaN or infinity")
    weights = weights.astype(float)
    n_neurons = weights.shape[0]
    if not weights.diagonal().any():
        n_loops, _ = connected_components(weights, connection="strong")
        if n_loops == n_neurons:
            return 0.0  # eigenvalue solvers return rounding errors instead
    if n_neurons > DENSE_FIRST:
        # A fixed start, for the same result each time, and an uneven one, since an even vector is
        # an eigenvector of regular networks.
        start = np.random.default_rng(0).uniform(0.5, 1.5, n_neurons)
        try:
            largest = eigs(
                weights, k=6, ncv=60, v0=start, tol=1e-6, maxiter=100, return_eigenvectors=False
            )
            return float(np.abs(largest).max())
        except ArpackNoConvergence:
            if n_neurons > DENSE_LAST:
                raise ValueError(
                    f"no spectral radius was found for {n_neurons} neurons: too many eigenvalues "
                    "are nearly as large as the largest"
                ) from None
    return float(np.abs(np.linalg.eigvals(weights.toarray())).max())
