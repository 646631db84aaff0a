"""Measures of the states that a readout sees: how far apart they are, in how many directions."""

import numpy as np
from scipy.spatial.distance import pdist, squareform
from sklearn.utils import check_consistent_length

from .._validation import check_number
from ..distances import van_rossum
from ._liquid import find_liquid, input_spikes

__all__ = [
    "dimension",
    "generalisation_rank",
    "kernel_quality",
    "separation",
    "separation_curve",
]


def separation_curve(estimator, X, *, tau=10.0):
    """Return how far apart two samples are as input and as states, for each pair [1]_.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that holds one
        Fitted.
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

    References
    ----------
    .. [1] W. Maass, T. Natschläger, H. Markram (2002). Real-time computing without stable
       states: a new framework for neural computation based on perturbations. Neural
       Computation 14, 2531-2560.
    """
    liquid, spikes = input_spikes(estimator, X)
    if len(spikes) < 2:
        raise ValueError("X must hold at least 2 samples to tell apart, got 1")
    states = liquid.transform(spikes).toarray().astype(float)
    return squareform(van_rossum(spikes, tau), checks=False), pdist(states)


def separation(estimator, X, y=None, *, tau=10.0):
    """Return the distance of states for each unit of distance between inputs.

    This is the slope of the line through the origin that fits :func:`separation_curve` best.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that holds one
        Fitted.
    X : sequence
        Two samples or more, not all the same.
    y : ignored
        For scikit-learn's scorers.
    tau : float, default=10.0
        Time constant of the van Rossum distance in ms.

    Returns
    -------
    separation : float
        In the unit of the liquid's snapshots; compare only liquids with equal snapshots.
    """
    inputs, states = separation_curve(estimator, X, tau=tau)
    if not inputs.any():
        raise ValueError("X must hold different samples, got copies of one")
    return float(inputs @ states / (inputs @ inputs))


def kernel_quality(estimator, X, y=None, *, tolerance=0.01):
    """Return the rank of the states for different inputs [1]_.

    So many inputs, at most, can a linear readout give any output that is wanted.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that holds one
        Fitted.
    X : sequence
        Samples that have nothing in common.
    y : ignored
        For scikit-learn's scorers.
    tolerance : float, default=0.01
        Singular values of the states, over the largest, up to which they count as zero. The rank
        depends on it: without a tolerance nearly any liquid has full rank.

    Returns
    -------
    rank : int
        At most the number of samples and the number of states' columns.

    References
    ----------
    .. [1] R. Legenstein, W. Maass (2007). Edge of chaos and prediction of computational
       performance for neural circuit models. Neural Networks 20, 323-334.
    """
    check_number("tolerance", tolerance, 0, 1, high_open=True)
    liquid, X = find_liquid(estimator, X)
    return _rank(liquid.transform(X).toarray(), tolerance)


def generalisation_rank(estimator, X, y=None, *, tolerance=0.01):
    """Return the rank of the states for variants of one input: the lower, the better [1]_.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that holds one
        Fitted.
    X : sequence
        Variants of one input, or of several.
    y : array of shape (n_samples,), optional
        Which input each sample is a variant of; the ranks of different inputs are averaged.
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
    liquid, X = find_liquid(estimator, X)
    states = liquid.transform(X).toarray()
    y = np.zeros(len(states)) if y is None else np.asarray(y)
    check_consistent_length(states, y)
    return float(np.mean([_rank(states[y == label], tolerance) for label in np.unique(y)]))


def dimension(estimator, X, y=None):
    """Return the dimension of the cloud of states, as its participation ratio [1]_.

    With the eigenvalues c of the states' covariance it is `sum(c)**2 / sum(c**2)`: n if the states
    vary equally in n directions and not in others.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that holds one
        Fitted.
    X : sequence
        Samples, many more than the dimension.
    y : ignored
        For scikit-learn's scorers.

    Returns
    -------
    dimension : float
        0 where states do not vary.

    References
    ----------
    .. [1] L. F. Abbott, K. Rajan, H. Sompolinsky (2011). Interactions between intrinsic and
       stimulus-evoked activity in recurrent neural networks. In: The Dynamic Brain, Oxford
       University Press, 65-82.
    """
    liquid, X = find_liquid(estimator, X)
    return _participation_ratio(liquid.transform(X).toarray())


def _rank(states, tolerance):
    values = np.linalg.svd(states.astype(float), compute_uv=False)
    return int((values > tolerance * values[0]).sum())


def _participation_ratio(states):
    centred = states.astype(float) - states.mean(axis=0)
    variances = np.linalg.svd(centred, compute_uv=False) ** 2
    total = variances.sum()
    return float(total**2 / (variances**2).sum()) if total > 0 else 0.0
