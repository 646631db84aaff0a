"""The spectral radius of a network's weights."""

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import ArpackNoConvergence, eigs

from .._validation import check_reals

__all__ = ["spectral_radius"]

# Below the first size all eigenvalues are found in a tenth of a second; above the second they take
# too long.
DENSE_FIRST, DENSE_LAST = 400, 3000


def spectral_radius(weights):
    """Return the largest magnitude among the eigenvalues of a network's weights.

    It is the factor by which the activity of the linearised network grows from step to step, so
    one is the border of its stability. Weights that obey Dale's law have two kinds of
    eigenvalues [1]_: a disc, whose radius comes from the variance of the weights, and a single
    one outside it, the mean sum of a neuron's in-weights, where excitation outweighs inhibition
    or the reverse. The larger of the two is the spectral radius: only where excitation and
    inhibition nearly cancel does it say how rich the network's own dynamics are.

    Parameters
    ----------
    weights : scipy.sparse array or array of shape (n_neurons, n_neurons)
        The weights.

    Returns
    -------
    radius : float
        Exactly zero for a network without loops.

    Raises
    ------
    ValueError
        If a large network has so many eigenvalues of nearly the same magnitude that the largest
        is not found, as in a ring.

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
    if weights.dtype.kind not in "iuf" or not np.isfinite(weights.data).all():
        raise ValueError(f"{rule}, got {weights.dtype} of which not all are")
    weights = weights.astype(float)
    n_neurons = weights.shape[0]
    if not weights.diagonal().any():
        n_loops, _ = connected_components(weights, connection="strong")
        if n_loops == n_neurons:
            return 0.0  # eigenvalue solvers find rounding errors instead
    if n_neurons > DENSE_FIRST:
        # Neither chance nor an even start, which is itself an eigenvector of regular networks.
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
