"""Measures of how a liquid spikes: its statistics, and what they cost."""

import numpy as np

from .. import statistics
from ._liquid import find_liquid, input_spikes

__all__ = [
    "branching_ratio",
    "cv_of_intervals",
    "fano_factor",
    "rate",
    "sparseness",
    "spikes_per_sample",
    "synaptic_events",
    "synchrony",
]


def rate(estimator, X, y=None):
    """Return the mean rate of the neurons in Hz; see :func:`lsm.statistics.rates`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that holds one
        Fitted.
    X : sequence
        Samples.
    y : ignored
        For scikit-learn's scorers.

    Returns
    -------
    rate : float
    """
    return float(statistics.rates(_record(estimator, X)).mean())


def cv_of_intervals(estimator, X, y=None):
    """Return how irregularly neurons spike; see :func:`lsm.statistics.interval_cvs`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that holds one
        Fitted.
    X : sequence
        Samples, the longer the better.
    y : ignored
        For scikit-learn's scorers.

    Returns
    -------
    cv : float
        Mean over the neurons that have two intervals or more; NaN if there are none.
    """
    return mean_of_defined(statistics.interval_cvs(_record(estimator, X)))


def fano_factor(estimator, X, y=None, *, window=100.0):
    """Return how much spike counts vary; see :func:`lsm.statistics.fano_factors`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that holds one
        Fitted.
    X : sequence
        Samples.
    y : ignored
        For scikit-learn's scorers.
    window : float, default=100.0
        Length in ms of the windows that spikes are counted in.

    Returns
    -------
    factor : float
        Mean over the neurons that spike; NaN if there are none.
    """
    return mean_of_defined(statistics.fano_factors(_record(estimator, X), window))


def synchrony(estimator, X, y=None, *, window=5.0):
    """Return how far neurons spike together; see :func:`lsm.statistics.synchrony`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that holds one
        Fitted.
    X : sequence
        Samples.
    y : ignored
        For scikit-learn's scorers.
    window : float, default=5.0
        Length in ms of the windows that spikes are counted in.

    Returns
    -------
    synchrony : float
        From 0 to 1.
    """
    return statistics.synchrony(_record(estimator, X), window)


def branching_ratio(estimator, X, y=None, *, window=1.0):
    """Return how many spikes a spike brings about; see :func:`lsm.statistics.branching_ratio`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that holds one
        Fitted.
    X : sequence
        Samples.
    y : ignored
        For scikit-learn's scorers.
    window : float, default=1.0
        Time from spike to spike in ms.

    Returns
    -------
    ratio : float
    """
    return statistics.branching_ratio(_record(estimator, X), window)


def sparseness(estimator, X, y=None):
    """Return how few neurons carry a sample's spikes; see :func:`lsm.statistics.sparseness`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that holds one
        Fitted.
    X : sequence
        Samples.
    y : ignored
        For scikit-learn's scorers.

    Returns
    -------
    sparseness : float
        From 0 to 1; NaN for silence.
    """
    return statistics.sparseness(_record(estimator, X))


def spikes_per_sample(estimator, X, y=None):
    """Return how many spikes the liquid spends on a sample.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that holds one
        Fitted.
    X : sequence
        Samples.
    y : ignored
        For scikit-learn's scorers.

    Returns
    -------
    spikes : float
    """
    recorded = _record(estimator, X)
    return len(recorded.steps) / len(recorded)


def synaptic_events(estimator, X, y=None):
    """Return how often a synapse is used in a sample, a proxy for energy [1]_.

    Every spike of a neuron or of the input counts once for each of its synapses. Graded input has
    none.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that holds one
        Fitted.
    X : sequence
        Samples.
    y : ignored
        For scikit-learn's scorers.

    Returns
    -------
    events : float
        Mean number a sample.

    References
    ----------
    .. [1] P. A. Merolla et al. (2014). A million spiking-neuron integrated circuit with a scalable
       communication network and interface. Science 345, 668-673.
    """
    liquid, spikes = input_spikes(estimator, X)
    trains = [(liquid.record(spikes), liquid.network_.w)]
    if not spikes.graded:
        trains.append((spikes, liquid.network_.w_in))
    total = 0
    for train, weights in trains:
        _, _, channels = statistics.single_spikes(train)
        total += np.diff(weights.indptr)[channels].sum()
    return float(total / len(spikes))


def _record(estimator, X):
    liquid, X = find_liquid(estimator, X)
    return liquid.record(X)


def mean_of_defined(values):
    """Return the mean of what is not NaN, or NaN."""
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if len(defined) else np.nan
