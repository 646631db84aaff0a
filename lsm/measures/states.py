"""Measures of states: separation, rank and dimension."""

from typing import Any

import numpy as np
from scipy.spatial.distance import pdist, squareform
from sklearn.utils import check_consistent_length

from .._typing import Array, ArrayLike, Estimator, Samples
from .._validation import check_number
from ..distances import van_rossum
from ..inside import input_spikes

__all__ = [
    "dimension",
    "generalisation_rank",
    "kernel_quality",
    "separation",
    "separation_curve",
]


def separation_curve(estimator: Estimator, X: Samples, *, tau: float = 10.0) -> tuple[Array, Array]:
    """Return the distances of inputs and the distances of states for all pairs of samples [1]_.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Two samples or more.
    tau : float, default=10.0
        Time constant of the van Rossum distance in ms.

    Returns
    -------
    input_distances : float64 array of shape (n_pairs,)
        Van Rossum distances, see :func:`lsm.distances.van_rossum`.
    state_distances : float64 array of shape (n_pairs,)
        Euclidean distances of the states, in the unit of the liquid's snapshots.

    Raises
    ------
    ValueError
        If there is only one sample.

    References
    ----------
    .. [1] W. Maass, T. Natschläger, H. Markram (2002). Real-time computing without stable
       states: a new framework for neural computation based on perturbations. Neural
       Computation 14, 2531-2560.
    """
    liquid, spikes = input_spikes(estimator, X)
    if len(spikes) < 2:
        raise ValueError("X must hold at least 2 samples, got 1")
    states = liquid.simulator_.states(liquid.to_spikes(spikes)).toarray().astype(float)
    return squareform(van_rossum(spikes, tau), checks=False), pdist(states)


def separation(estimator: Estimator, X: Samples, y: Any = None, *, tau: float = 10.0) -> float:
    """Return the distance of states per distance of inputs.

    This is the slope of a regression line through the origin in :func:`separation_curve`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Two samples or more, not all equal.
    y : ignored
        Present for scikit-learn's scorers.
    tau : float, default=10.0
        Time constant of the van Rossum distance in ms.

    Returns
    -------
    separation : float
        Slope in the unit of the liquid's snapshots. Compare only liquids with equal snapshots.

    Raises
    ------
    ValueError
        If there is only one sample, or all samples are equal.
    """
    inputs, states = separation_curve(estimator, X, tau=tau)
    if not inputs.any():
        raise ValueError("X must hold different samples, got copies of one")
    return float(inputs @ states / (inputs @ inputs))


def kernel_quality(
    estimator: Estimator, X: Samples, y: Any = None, *, tolerance: float = 0.01
) -> int:
    """Return the rank of the states for different inputs [1]_.

    The rank is an upper bound on the number of inputs that a linear readout can map to arbitrary
    outputs.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Samples that are unrelated to each other.
    y : ignored
        Present for scikit-learn's scorers.
    tolerance : float, default=0.01
        Singular values of the states up to `tolerance` times the largest one count as zero. The
        rank depends on the tolerance: with a tolerance of 0 almost any liquid has full rank.

    Returns
    -------
    rank : int
        Rank, at most the number of samples and the number of columns of the states.

    References
    ----------
    .. [1] R. Legenstein, W. Maass (2007). Edge of chaos and prediction of computational
       performance for neural circuit models. Neural Networks 20, 323-334.
    """
    check_number("tolerance", tolerance, 0, 1, high_open=True)
    liquid, spikes = input_spikes(estimator, X)
    return _rank(liquid.simulator_.states(spikes).toarray(), tolerance)


def generalisation_rank(
    estimator: Estimator, X: Samples, y: ArrayLike | None = None, *, tolerance: float = 0.01
) -> float:
    """Return the rank of the states for variants of one input; lower is better [1]_.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Variants of one input, or of several.
    y : array of shape (n_samples,), optional
        Label of the input that each sample is a variant of. The ranks of different inputs are
        averaged.
    tolerance : float, default=0.01
        As in :func:`kernel_quality`.

    Returns
    -------
    rank : float

    References
    ----------
    .. [1] R. Legenstein, W. Maass (2007). Edge of chaos and prediction of computational
       performance for neural circuit models. Neural Networks 20, 323-334.
    """
    check_number("tolerance", tolerance, 0, 1, high_open=True)
    liquid, spikes = input_spikes(estimator, X)
    states = liquid.simulator_.states(spikes).toarray()
    y = np.zeros(len(states)) if y is None else np.asarray(y)
    check_consistent_length(states, y)
    return float(np.mean([_rank(states[y == label], tolerance) for label in np.unique(y)]))


def dimension(estimator: Estimator, X: Samples, y: Any = None) -> float:
    """Return the dimension of the states, as their participation ratio [1]_.

    The participation ratio is `sum(c)**2 / sum(c**2)`, where c are the eigenvalues of the states'
    covariance. It is n if the states vary equally in n directions and not in others.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Samples, many more than the dimension.
    y : ignored
        Present for scikit-learn's scorers.

    Returns
    -------
    dimension : float
        Dimension; 0 if the states do not vary.

    References
    ----------
    .. [1] L. F. Abbott, K. Rajan, H. Sompolinsky (2011). Interactions between intrinsic and
       stimulus-evoked activity in recurrent neural networks. In: The Dynamic Brain, Oxford
       University Press, 65-82.
    """
    liquid, spikes = input_spikes(estimator, X)
    return _participation_ratio(liquid.simulator_.states(spikes).toarray())


def _rank(states, tolerance):
    """Return the number of singular values above the tolerance."""
    values = np.linalg.svd(states.astype(float), compute_uv=False)
    return int((values > tolerance * values[0]).sum())


def _participation_ratio(states):
    """Return the participation ratio of the variances of states."""
    centred = states.astype(float) - states.mean(axis=0)
    variances = np.linalg.svd(centred, compute_uv=False) ** 2
    total = variances.sum()
    return float(total**2 / (variances**2).sum()) if total > 0 else 0.0
