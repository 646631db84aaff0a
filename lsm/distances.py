"""Distances between spike trains."""

import numpy as np
from scipy.signal import lfilter

from ._jit import njit
from ._validation import check_number
from .statistics import check_spikes, single_spikes

__all__ = ["van_rossum", "victor_purpura"]


def van_rossum(spikes, tau=10.0):
    """Return the van Rossum distance between each two samples [1]_.

    Each spike becomes an exponential that decays with `tau`; the distance is the root of the
    squared difference, integrated over all time and divided by `tau`. Two spikes `d` ms apart are
    `sqrt(1 - exp(-d / tau))` from each other, and one spike is `sqrt(1 / 2)` from none. Channels
    are told apart: their squared distances add up [2]_. A graded signal counts as spikes of its
    amplitudes.

    Parameters
    ----------
    spikes : SpikeArray
        The samples.
    tau : float, default=10.0
        Time constant in ms: spikes much closer than it are the same.

    Returns
    -------
    distances : float64 array of shape (n_samples, n_samples)
        Without a unit.

    References
    ----------
    .. [1] M. C. W. van Rossum (2001). A novel spike distance. Neural Computation 13, 751-763.
    .. [2] C. Houghton, K. Sen (2008). A new multineuron spike train metric. Neural Computation
       20, 1495-1511.

    Examples
    --------
    >>> from lsm.distances import van_rossum
    >>> from lsm.spikes import SpikeArray
    >>> spikes = SpikeArray.from_events([([5.0], [0]), ([9.0], [0])], 1, 20.0)
    >>> float(van_rossum(spikes, tau=4.0)[0, 1]).__round__(6)
    0.79506
    """
    tau = check_number("tau", tau, 0, low_open=True)
    check_spikes(spikes)
    decay = np.exp(-spikes.dt / tau)
    n_samples, n_steps = len(spikes), spikes.durations.max()
    samples = np.repeat(np.arange(n_samples), np.diff(spikes.offsets))
    amplitudes = np.ones(len(samples)) if spikes.amplitudes is None else spikes.amplitudes
    products = np.zeros((n_samples, n_samples))
    order = np.argsort(spikes.channels, kind="stable")
    for events in np.split(order, np.flatnonzero(np.diff(spikes.channels[order])) + 1):
        cells = samples[events] * np.int64(n_steps) + spikes.steps[events]
        raster = np.bincount(cells, amplitudes[events], n_samples * n_steps)
        # A trace falls by `decay` in a step; what is left at the end falls for ever.
        traces = lfilter([1.0], [1.0, -decay], raster.reshape(n_samples, n_steps))
        products += (1 - decay**2) / 2 * traces @ traces.T
        products += decay**2 / 2 * np.outer(traces[:, -1], traces[:, -1])
    squares = np.diag(products)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - (products + products.T), 0))
    np.fill_diagonal(distances, 0)
    return distances


def victor_purpura(spikes, cost=0.1):
    """Return the Victor-Purpura distance between each two samples [1]_.

    It is the least cost of turning one train into the other, where to add or to take away a spike
    costs 1 and to move it by d ms costs `cost * d`. Channels are told apart: their distances add
    up.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.
    cost : float, default=0.1
        Cost of a move in 1/ms; 0 compares the numbers of spikes, and spikes more than `2 / cost`
        apart are never the same.

    Returns
    -------
    distances : float64 array of shape (n_samples, n_samples)
        Without a unit.

    Raises
    ------
    ValueError
        If the samples are graded signals.

    References
    ----------
    .. [1] J. D. Victor, K. P. Purpura (1996). Nature and precision of temporal coding in visual
       cortex: a metric-space analysis. Journal of Neurophysiology 76, 1310-1326.

    Examples
    --------
    >>> from lsm.distances import victor_purpura
    >>> from lsm.spikes import SpikeArray
    >>> spikes = SpikeArray.from_events([([5.0, 9.0], [0, 0]), ([8.0], [0])], 1, 20.0)
    >>> float(victor_purpura(spikes, cost=0.25)[0, 1])
    1.25
    """
    cost = check_number("cost", cost, 0)
    samples, steps, channels = single_spikes(spikes)
    trains = samples * np.int64(spikes.n_channels) + channels
    order = np.lexsort((steps, trains))
    counts = np.bincount(trains, minlength=len(spikes) * spikes.n_channels)
    offsets = np.concatenate([[0], np.cumsum(counts)])
    return _edit_distances(steps[order] * spikes.dt, offsets, len(spikes), cost)


@njit
def _edit_distances(times, offsets, n_samples, cost):
    n_channels = (len(offsets) - 1) // n_samples
    distances = np.zeros((n_samples, n_samples))
    for a in range(n_samples):
        for b in range(a):
            total = 0.0
            for channel in range(n_channels):
                i, j = a * n_channels + channel, b * n_channels + channel
                one = times[offsets[i] : offsets[i + 1]]
                other = times[offsets[j] : offsets[j + 1]]
                total += _edit_distance(one, other, cost)
            distances[a, b] = distances[b, a] = total
    return distances


@njit
def _edit_distance(one, other, cost):
    """Fill the table of distances between beginnings of both trains, a row at a time."""
    row = np.arange(len(other) + 1.0)
    for i in range(len(one)):
        before, row[0] = row[0], i + 1.0
        for j in range(len(other)):
            moved = before + cost * abs(one[i] - other[j])
            before = row[j + 1]
            row[j + 1] = min(moved, before + 1, row[j] + 1)
    return row[-1]
