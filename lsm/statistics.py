"""Statistics of spike trains: rate, regularity, synchrony, branching and sparseness."""

import numpy as np

from ._typing import Array
from ._validation import check_number
from .spikes import SpikeArray, check_spikes

__all__ = [
    "branching_ratio",
    "fano_factors",
    "interval_cvs",
    "rates",
    "single_spikes",
    "sparseness",
    "synchrony",
]


def rates(spikes: SpikeArray) -> Array:
    """Return the mean rate of each channel.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.

    Returns
    -------
    rates : float64 array of shape (n_channels,)
        Mean rates over all samples in Hz.
    """
    _, _, channels = single_spikes(spikes)
    seconds = spikes.n_rows.sum(dtype=np.int64) * spikes.row_duration / 1000
    return np.bincount(channels, minlength=spikes.n_channels) / seconds


def interval_cvs(spikes: SpikeArray) -> Array:
    """Return the coefficient of variation of each channel's interspike intervals [1]_.

    It is 0 for periodic spikes and 1 for a Poisson train. Intervals lie within samples. Short
    samples miss the long intervals, so the coefficient is too low if a sample has few intervals.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.

    Returns
    -------
    cvs : float64 array of shape (n_channels,)
        Standard deviation (`ddof=0`) divided by mean; NaN for a channel with fewer than two
        intervals.

    References
    ----------
    .. [1] W. R. Softky, C. Koch (1993). The highly irregular firing of cortical cells is
       inconsistent with temporal integration of random EPSPs. Journal of Neuroscience 13,
       334-350.
    """
    samples, steps, channels = single_spikes(spikes)
    order = np.lexsort((steps, samples, channels))
    samples, steps, channels = samples[order], steps[order], channels[order]
    same_train = (np.diff(channels) == 0) & (np.diff(samples) == 0)
    intervals, owners = np.diff(steps)[same_train], channels[1:][same_train]
    mean, variance, counts = _moments(intervals, owners, spikes.n_channels)
    return np.where(counts > 1, _ratio(np.sqrt(variance), mean), np.nan)


def fano_factors(spikes: SpikeArray, window: float = 100.0) -> Array:
    """Return the Fano factor of each channel's spike counts [1]_.

    It is 1 for Poisson trains and 0 if all windows hold equal numbers of spikes.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.
    window : float, default=100.0
        Length in ms of the windows in which spikes are counted. The windows of a sample lie end
        to end. An incomplete window at the end of a sample is left out.

    Returns
    -------
    factors : float64 array of shape (n_channels,)
        Variance of the counts (unbiased, `ddof=1`) divided by their mean, over all windows of all
        samples; NaN for a silent channel.

    Raises
    ------
    ValueError
        If there are fewer than two complete windows.

    References
    ----------
    .. [1] U. Fano (1947). Ionization yield of radiations. II. The fluctuations of the number of
       ions. Physical Review 72, 26-29.
    """
    windows, channels, n_windows = _in_windows(spikes, window)
    n = n_windows.sum()
    if n < 2:
        raise ValueError(
            f"window={window:g} ms must fit into the samples at least twice, but they last only "
            f"{spikes.n_rows.sum() * spikes.row_duration:g} ms in total: give a shorter window"
        )
    counts, owners = _count_cells(windows, channels, spikes.n_channels)
    mean = np.bincount(owners, counts, spikes.n_channels) / n
    squares = np.bincount(owners, counts.astype(float) ** 2, spikes.n_channels) / n
    return _ratio((squares - mean**2) * n / (n - 1), mean)


def synchrony(spikes: SpikeArray, window: float = 5.0) -> float:
    """Return the synchrony of the channels [1]_.

    Synchrony is the square root of a ratio of variances over time: the variance of the channels'
    mean activity, divided by the mean variance of the activities of single channels. It is
    `1 / sqrt(n)` for n independent channels.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.
    window : float, default=5.0
        Length in ms of the windows in which spikes are counted. The windows of a sample lie end
        to end. An incomplete window at the end of a sample is left out.

    Returns
    -------
    synchrony : float
        1 if all channels have the same activity, 0 if no activity varies, as where the samples
        have fewer than two complete windows.

    References
    ----------
    .. [1] D. Golomb, J. Rinzel (1994). Clustering in globally coupled inhibitory neurons.
       Physica D 72, 259-282.
    """
    windows, channels, n_windows = _in_windows(spikes, window)
    counts, _ = _count_cells(windows, channels, spikes.n_channels)
    n = n_windows.sum()
    if n < 2:
        return 0.0
    means = np.bincount(channels, minlength=spikes.n_channels) / n
    variance = (counts.astype(float) ** 2).sum() / (n * spikes.n_channels) - (means**2).mean()
    population = np.bincount(windows, minlength=n) / spikes.n_channels
    return float(np.sqrt(population.var() / variance)) if variance > 0 else 0.0


def branching_ratio(spikes: SpikeArray, window: float = 1.0) -> float:
    """Estimate the number of spikes that one spike causes in the next window [1]_.

    The estimate is the slope of a linear regression: of the number of spikes of all channels in a
    window on that in the window before. The intercept takes up constant activity, such as that of
    a constant input [2]_.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains of a whole population. The slope is too low for a part of a population.
    window : float, default=1.0
        Length of the windows in ms, at least one row.

    Returns
    -------
    ratio : float
        Activity dies out below 1 and grows above 1; 0 if activity does not vary.

    References
    ----------
    .. [1] J. M. Beggs, D. Plenz (2003). Neuronal avalanches in neocortical circuits. Journal of
       Neuroscience 23, 11167-11177.
    .. [2] J. Wilting, V. Priesemann (2018). Inferring collective dynamical states from widely
       unobserved systems. Nature Communications 9, 2325.
    """
    windows, _, n_windows = _in_windows(spikes, window)
    activity = np.bincount(windows, minlength=n_windows.sum())
    starts = np.zeros(len(activity) + 1, dtype=bool)
    starts[np.cumsum(n_windows)] = starts[0] = True
    before, after = activity[~starts[1:]], activity[~starts[:-1]]
    if before.size < 2 or before.var() == 0:
        return 0.0
    return float(np.cov(before, after)[0, 1] / before.var(ddof=1))


def sparseness(spikes: SpikeArray) -> float:
    """Return the sparseness of the channels' spike counts [1]_.

    The sparseness of a sample with the spike counts r is
    `(1 - mean(r)**2 / mean(r**2)) / (1 - 1 / n_channels)` [2]_. It is averaged over the samples
    that have spikes.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains of two channels or more.

    Returns
    -------
    sparseness : float
        0 if all channels have equally many spikes, 1 if one channel has all spikes, NaN if all
        samples are silent.

    Raises
    ------
    ValueError
        If there is only one channel.

    References
    ----------
    .. [1] A. Treves, E. T. Rolls (1991). What determines the capacity of autoassociative memories
       in the brain? Network: Computation in Neural Systems 2, 371-397.
    .. [2] W. E. Vinje, J. L. Gallant (2000). Sparse coding and decorrelation in primary visual
       cortex during natural vision. Science 287, 1273-1276.
    """
    check_spikes(spikes)
    n = spikes.n_channels
    if n < 2:
        raise ValueError("sparseness compares channels: spikes must have at least 2, got 1")
    samples, _, channels = single_spikes(spikes)
    counts, owners = _count_cells(channels, samples, len(spikes))
    total = np.bincount(owners, counts, len(spikes))
    squares = np.bincount(owners, counts.astype(float) ** 2, len(spikes))
    active = total > 0
    if not active.any():
        return np.nan
    activity = total[active] ** 2 / (n * squares[active])
    return float(((1 - activity) / (1 - 1 / n)).mean())


def single_spikes(spikes: SpikeArray) -> tuple[Array, Array, Array]:
    """Return sample, row and channel of every spike.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.

    Returns
    -------
    samples, steps, channels : int arrays of shape (n_spikes,)
        Sample, row in the sample and channel. Several spikes in one row of one channel are
        repeated.

    Raises
    ------
    TypeError
        If `spikes` is not a SpikeArray.
    ValueError
        If `spikes` is empty or graded.
    """
    check_spikes(spikes)
    samples = np.repeat(np.arange(len(spikes)), np.diff(spikes.offsets))
    events = samples, spikes.rows, spikes.channels
    if spikes.amplitudes is None:
        return events
    samples, rows, channels = (
        np.repeat(array, spikes.amplitudes.astype(np.int64)) for array in events
    )
    return samples, rows, channels


def _in_windows(spikes, window):
    """Assign spikes to the complete windows, which are numbered through all samples.

    Returns
    -------
    windows, channels : int arrays of shape (n_spikes,)
        Window and channel of each spike.
    n_windows : int array of shape (n_samples,)
        Number of complete windows of each sample.
    """
    samples, steps, channels = single_spikes(spikes)
    width = round(check_number("window", window, 0, low_open=True) / spikes.row_duration)
    width = min(max(width, 1), np.iinfo(np.int32).max)  # the limit of rows
    n_windows = spikes.n_rows.astype(np.int64) // width
    kept = steps // width < n_windows[samples]
    first = np.cumsum(n_windows) - n_windows
    return (first[samples] + steps // width)[kept], channels[kept], n_windows


def _count_cells(rows, columns, n_columns):
    """Return the number of occurrences of each pair (row, column), and the pair's column."""
    cells, counts = np.unique(rows * np.int64(n_columns) + columns, return_counts=True)
    return counts, cells % n_columns


def _moments(values, owners, n_owners):
    """Return mean, variance and number of each owner's values."""
    counts = np.bincount(owners, minlength=n_owners)
    mean = _ratio(np.bincount(owners, values, n_owners), counts)
    deviations = (values - mean[owners]) ** 2
    return mean, _ratio(np.bincount(owners, deviations, n_owners), counts), counts


def _ratio(numerators, denominators):
    """Return ratios, which are NaN where a denominator is not positive."""
    undefined = np.full(len(numerators), np.nan)
    return np.divide(numerators, denominators, out=undefined, where=denominators > 0)
