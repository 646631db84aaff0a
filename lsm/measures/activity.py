"""Measures of activity: statistics of the liquid's spikes, and their cost."""

from typing import Any

import numpy as np

from .. import statistics
from .._typing import Estimator, Samples
from ..inside import input_spikes

__all__ = [
    "branching_ratio",
    "fano_factor",
    "interval_cv",
    "rate",
    "sparseness",
    "spikes_per_sample",
    "synaptic_events",
    "synchrony",
]


def rate(estimator: Estimator, X: Samples, y: Any = None) -> float:
    """Return the mean rate of the neurons in Hz; see :func:`lsm.statistics.rates`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Samples.
    y : ignored
        Present for scikit-learn's scorers.

    Returns
    -------
    rate : float
    """
    return float(statistics.rates(_record(estimator, X)).mean())


def interval_cv(estimator: Estimator, X: Samples, y: Any = None) -> float:
    """Return the mean coefficient of variation of interspike intervals.

    It measures irregularity, see :func:`lsm.statistics.interval_cvs`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Samples, preferably long ones.
    y : ignored
        Present for scikit-learn's scorers.

    Returns
    -------
    cv : float
        Mean over the neurons with two intervals or more; NaN if there are none.
    """
    return mean_of_defined(statistics.interval_cvs(_record(estimator, X)))


def fano_factor(estimator: Estimator, X: Samples, y: Any = None, *, window: float = 100.0) -> float:
    """Return the mean Fano factor of spike counts; see :func:`lsm.statistics.fano_factors`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Samples.
    y : ignored
        Present for scikit-learn's scorers.
    window : float, default=100.0
        Length in ms of the windows in which spikes are counted.

    Returns
    -------
    factor : float
        Mean over the neurons that spike; NaN if there are none.
    """
    return mean_of_defined(statistics.fano_factors(_record(estimator, X), window))


def synchrony(estimator: Estimator, X: Samples, y: Any = None, *, window: float = 5.0) -> float:
    """Return the synchrony of the neurons; see :func:`lsm.statistics.synchrony`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Samples.
    y : ignored
        Present for scikit-learn's scorers.
    window : float, default=5.0
        Length in ms of the windows in which spikes are counted.

    Returns
    -------
    synchrony : float
        From 0 to 1.
    """
    return statistics.synchrony(_record(estimator, X), window)


def branching_ratio(
    estimator: Estimator, X: Samples, y: Any = None, *, window: float = 1.0
) -> float:
    """Return the branching ratio of the spikes; see :func:`lsm.statistics.branching_ratio`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Samples.
    y : ignored
        Present for scikit-learn's scorers.
    window : float, default=1.0
        Length of the windows in ms.

    Returns
    -------
    ratio : float
    """
    return statistics.branching_ratio(_record(estimator, X), window)


def sparseness(estimator: Estimator, X: Samples, y: Any = None) -> float:
    """Return the sparseness of spike counts; see :func:`lsm.statistics.sparseness`.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Samples.
    y : ignored
        Present for scikit-learn's scorers.

    Returns
    -------
    sparseness : float
        From 0 to 1; NaN if all samples are silent.
    """
    return statistics.sparseness(_record(estimator, X))


def spikes_per_sample(estimator: Estimator, X: Samples, y: Any = None) -> float:
    """Return the mean number of the liquid's spikes per sample.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Samples.
    y : ignored
        Present for scikit-learn's scorers.

    Returns
    -------
    spikes : float
    """
    recorded = _record(estimator, X)
    return len(recorded.rows) / len(recorded)


def synaptic_events(estimator: Estimator, X: Samples, y: Any = None) -> float:
    """Return the mean number of synaptic events per sample, a proxy for energy [1]_.

    A spike of a neuron or of the input counts once for each of its synapses. Graded input has no
    synaptic events.

    Parameters
    ----------
    estimator : Liquid, or estimator or pipeline that contains one
        Fitted estimator.
    X : sequence
        Samples.
    y : ignored
        Present for scikit-learn's scorers.

    Returns
    -------
    events : float
        Mean number per sample.

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
    """Return the spikes of the liquid inside an estimator."""
    liquid, spikes = input_spikes(estimator, X)
    return liquid.record(spikes)


def mean_of_defined(values):
    """Return the mean of the values that are not NaN, or NaN if all are."""
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if len(defined) else np.nan
