"""Statistics of spike trains: rates, regularity, synchrony, sparseness."""

import numpy as np

from ._validation import check_number
from .spikes import SpikeArray

__all__ = [
    "branching_ratio",
    "check_spikes",
    "fano_factors",
    "interval_cvs",
    "rates",
    "single_spikes",
    "sparseness",
    "synchrony",
]


def rates(spikes):
    """Return the mean rate of each channel.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.

    Returns
    -------
    rates : float64 array of shape (n_channels,)
        In Hz, over all samples.
    """
    _, _, channels = single_spikes(spikes)
    seconds = spikes.durations.sum(dtype=np.int64) * spikes.dt / 1000
    return np.bincount(channels, minlength=spikes.n_channels) / seconds


def interval_cvs(spikes):
    """Return the coefficient of variation of each channel's interspike intervals [1]_.

    It is 0 for a clock and 1 for a Poisson train. Intervals lie within samples, so that in
    samples of few intervals the long ones are missing and the value is too low.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.

    Returns
    -------
    cvs : float64 array of shape (n_channels,)
        Standard deviation over mean; NaN for a channel with fewer than two intervals.

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


def fano_factors(spikes, window=100.0):
    """Return the Fano factor of each channel's spike counts [1]_.

    It is 1 for Poisson trains and 0 where every window holds as many spikes as the others.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.
    window : float, default=100.0
        Length in ms of the windows that spikes are counted in, which lie end to end in each
        sample; what is left over is not counted.

    Returns
    -------
    factors : float64 array of shape (n_channels,)
        Variance of the counts over their mean, over all windows of all samples; NaN for a silent
        channel.

    Raises
    ------
    ValueError
        If there are fewer than two whole windows.

    References
    ----------
    .. [1] U. Fano (1947). Ionization yield of radiations. II. The fluctuations of the number of
       ions. Physical Review 72, 26-29.
    """
    windows, channels, n_windows = _in_windows(spikes, window, whole=True)
    n = n_windows.sum()
    if n < 2:
        raise ValueError(
            f"window={window:g} ms must fit into the samples at least twice, which last "
            f"{spikes.durations.sum() * spikes.dt:g} ms in all"
        )
    counts, owners = _count_cells(windows, channels, spikes.n_channels)
    mean = np.bincount(owners, counts, spikes.n_channels) / n
    squares = np.bincount(owners, counts.astype(float) ** 2, spikes.n_channels) / n
    return _ratio((squares - mean**2) * n / (n - 1), mean)


def synchrony(spikes, window=5.0):
    """Measure how far channels spike together [1]_.

    The measure is the square root of the variance in time of the mean activity over the mean
    variance of the channels' own activities. Of n independent channels it is `1 / sqrt(n)`.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.
    window : float, default=5.0
        Length in ms of the windows that spikes are counted in.

    Returns
    -------
    synchrony : float
        From 0 to 1, where all do the same; 0 where nothing varies.

    References
    ----------
    .. [1] D. Golomb, J. Rinzel (1994). Clustering in globally coupled inhibitory neurons.
       Physica D 72, 259-282.
    """
    windows, channels, n_windows = _in_windows(spikes, window, whole=False)
    counts, _ = _count_cells(windows, channels, spikes.n_channels)
    n = n_windows.sum()
    means = np.bincount(channels, minlength=spikes.n_channels) / n
    variance = (counts.astype(float) ** 2).sum() / (n * spikes.n_channels) - (means**2).mean()
    population = np.bincount(windows, minlength=n) / spikes.n_channels
    return float(np.sqrt(population.var() / variance)) if variance > 0 else 0.0


def branching_ratio(spikes, window=1.0):
    """Estimate how many spikes each spike brings about in the next window [1]_.

    The estimate is the slope of the line of least squares through the spikes of all channels in a
    window, over those in the window before: what the mean explains, such as a constant drive, does
    not count [2]_.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains of a whole population: of a part of it the slope is too low.
    window : float, default=1.0
        Length of the windows in ms, at least a step.

    Returns
    -------
    ratio : float
        Below 1 activity dies out, above it grows; 0 where activity does not vary.

    References
    ----------
    .. [1] J. M. Beggs, D. Plenz (2003). Neuronal avalanches in neocortical circuits. Journal of
       Neuroscience 23, 11167-11177.
    .. [2] J. Wilting, V. Priesemann (2018). Inferring collective dynamical states from widely
       unobserved systems. Nature Communications 9, 2325.
    """
    windows, _, n_windows = _in_windows(spikes, window, whole=True)
    activity = np.bincount(windows, minlength=n_windows.sum())
    starts = np.zeros(len(activity) + 1, dtype=bool)
    starts[np.cumsum(n_windows)] = starts[0] = True
    before, after = activity[~starts[1:]], activity[~starts[:-1]]
    if before.size < 2 or before.var() == 0:
        return 0.0
    return float(np.cov(before, after)[0, 1] / before.var(ddof=1))


def sparseness(spikes):
    """Measure how few of the channels carry a sample's spikes [1]_.

    With the channels' spike counts r it is `(1 - mean(r)**2 / mean(r**2)) / (1 - 1 / n_channels)`
    [2]_, averaged over the samples with any spike.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains of two channels or more.

    Returns
    -------
    sparseness : float
        0 where all channels spike equally often, 1 where one has all spikes, NaN for silence.

    Raises
    ------
    ValueError
        If there is one channel only.

    References
    ----------
    .. [1] A. Treves, E. T. Rolls (1991). What determines the capacity of autoassociative memories
       in the brain? Network: Computation in Neural Systems 2, 371-397.
    .. [2] W. E. Vinje, J. L. Gallant (2000). Sparse coding and decorrelation in primary visual
       cortex during natural vision. Science 287, 1273-1276.
    """
    n = spikes.n_channels
    if n < 2:
        raise ValueError("sparseness is told between channels: spikes must have at least 2, got 1")
    samples, _, channels = single_spikes(spikes)
    counts, owners = _count_cells(channels, samples, len(spikes))
    total = np.bincount(owners, counts, len(spikes))
    squares = np.bincount(owners, counts.astype(float) ** 2, len(spikes))
    lively = total > 0
    if not lively.any():
        return np.nan
    activity = total[lively] ** 2 / (n * squares[lively])
    return float(((1 - activity) / (1 - 1 / n)).mean())


def single_spikes(spikes):
    """List every spike by itself, several in one step as many times.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.

    Returns
    -------
    samples, steps, channels : int arrays of shape (n_spikes,)

    Raises
    ------
    ValueError
        If the samples are graded signals.
    """
    check_spikes(spikes)
    if spikes.graded:
        raise ValueError("spikes must be spike trains, got graded signals, which have no spikes")
    samples = np.repeat(np.arange(len(spikes)), np.diff(spikes.offsets))
    found = samples, spikes.steps, spikes.channels
    if spikes.amplitudes is None:
        return found
    return tuple(np.repeat(array, spikes.amplitudes.astype(np.int64)) for array in found)


def check_spikes(spikes):
    """Raise an error unless `spikes` is a SpikeArray that holds a sample."""
    if not isinstance(spikes, SpikeArray):
        raise TypeError(f"spikes must be a SpikeArray, got {type(spikes).__name__}")
    if len(spikes) == 0:
        raise ValueError("spikes is empty: at least one sample is required")


def _in_windows(spikes, window, *, whole):
    """Count windows end to end through all samples.

    Returns each spike's window and channel, and the windows of each sample; a window that its
    sample does not fill is left out if `whole`.
    """
    samples, steps, channels = single_spikes(spikes)
    width = round(check_number("window", window, 0, low_open=True) / spikes.dt)
    width = min(max(width, 1), np.iinfo(np.int32).max)  # no sample has more steps
    n_windows = spikes.durations.astype(np.int64) // width
    if not whole:
        n_windows += spikes.durations % width > 0
    kept = steps // width < n_windows[samples]
    first = np.cumsum(n_windows) - n_windows
    return (first[samples] + steps // width)[kept], channels[kept], n_windows


def _count_cells(rows, columns, n_columns):
    """Count how often each pair occurs; return the counts of those that do, and their columns."""
    cells, counts = np.unique(rows * np.int64(n_columns) + columns, return_counts=True)
    return counts, cells % n_columns


def _moments(values, owners, n_owners):
    """Return mean, variance and number of each owner's values."""
    counts = np.bincount(owners, minlength=n_owners)
    mean = _ratio(np.bincount(owners, values, n_owners), counts)
    deviations = (values - mean[owners]) ** 2
    return mean, _ratio(np.bincount(owners, deviations, n_owners), counts), counts


def _ratio(over, under):
    return np.divide(over, under, out=np.full(len(over), np.nan), where=under > 0)
