"""Distances between spike trains."""

import numpy as np
from scipy.signal import lfilter

from ._jit import njit
from ._typing import Array
from ._validation import check_number
from .spikes import SpikeArray, check_spikes
from .statistics import single_spikes

__all__ = ["van_rossum", "victor_purpura"]


def van_rossum(spikes: SpikeArray, tau: float = 10.0) -> Array:
    """Return the van Rossum distances between all pairs of samples [1]_.

    Each spike becomes an exponential that decays with the time constant `tau`. The distance is
    the square root of the squared difference of two such traces, integrated over time and divided
    by `tau`. Two spikes at an interval of d ms have the distance `sqrt(1 - exp(-d / tau))`, and
    one spike has the distance `sqrt(1 / 2)` from an empty train. The squared distances of several
    channels are added [2]_. The values of graded samples count as the amplitudes of spikes.

    Parameters
    ----------
    spikes : SpikeArray
        Samples.
    tau : float, default=10.0
        Time constant in ms. Two spikes at a much shorter interval have almost no distance.

    Returns
    -------
    distances : float64 array of shape (n_samples, n_samples)
        Dimensionless distances.

    Raises
    ------
    TypeError, ValueError
        If `spikes` is not a SpikeArray or is empty, or `tau` is not positive.

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
    check_spikes(spikes, allow_graded=True)
    decay = np.exp(-spikes.row_duration / tau)
    n_samples, n_steps = len(spikes), spikes.n_rows.max()
    samples = np.repeat(np.arange(n_samples), np.diff(spikes.offsets))
    amplitudes = np.ones(len(samples)) if spikes.amplitudes is None else spikes.amplitudes
    products = np.zeros((n_samples, n_samples))
    order = np.argsort(spikes.channels, kind="stable")
    for events in np.split(order, np.flatnonzero(np.diff(spikes.channels[order])) + 1):
        cells = samples[events] * np.int64(n_steps) + spikes.rows[events]
        raster = np.bincount(cells, amplitudes[events], n_samples * n_steps)
        # A trace falls by `decay` in a row. The last term is the integral after the last row.
        traces = lfilter([1.0], [1.0, -decay], raster.reshape(n_samples, n_steps))
        products += (1 - decay**2) / 2 * traces @ traces.T
        products += decay**2 / 2 * np.outer(traces[:, -1], traces[:, -1])
    squares = np.diag(products)
    distances = np.sqrt(np.maximum(squares[:, None] + squares - (products + products.T), 0))
    np.fill_diagonal(distances, 0)
    return distances


def victor_purpura(spikes: SpikeArray, cost: float = 0.1) -> Array:
    """Return the Victor-Purpura distances between all pairs of samples [1]_.

    The distance is the minimal cost of edits that turn one spike train into the other. Adding or
    removing a spike costs 1, and moving it by d ms costs `cost * d`. The distances of several
    channels are added.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.
    cost : float, default=0.1
        Cost of moving a spike by one ms, in 1/ms. 0 compares the numbers of spikes. A spike is
        never moved further than `2 / cost`.

    Returns
    -------
    distances : float64 array of shape (n_samples, n_samples)
        Dimensionless distances.

    Raises
    ------
    TypeError, ValueError
        If `spikes` is not a SpikeArray, is empty or graded, or `cost` is negative.

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
    return _edit_distances(steps[order] * spikes.row_duration, offsets, len(spikes), cost)


@njit
def _edit_distances(times, offsets, n_samples, cost):
    """Return the distances of all pairs of samples, summed over channels."""
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
    """Return the distance of two trains by dynamic programming, one row of the table at a time.

    Entry (i, j) of the table is the distance of the first i spikes of one train from the first j
    spikes of the other.
    """
    row = np.arange(len(other) + 1.0)
    for i in range(len(one)):
        diagonal, row[0] = row[0], i + 1.0
        for j in range(len(other)):
            moved = diagonal + cost * abs(one[i] - other[j])
            diagonal = row[j + 1]
            row[j + 1] = min(moved, diagonal + 1, row[j] + 1)
    return row[-1]
