"""Random spike trains, and random changes of spike trains: small functions that combine."""

import numpy as np
from sklearn.utils import check_random_state

from lsm._units import steps
from lsm._validation import check_integer, check_number, check_reals
from lsm.spikes import SpikeArray
from lsm.statistics import single_spikes

from .._typing import ArrayLike, RandomState

__all__ = [
    "add_background_spikes",
    "delete_spikes",
    "insert_spikes",
    "jitter_spikes",
    "make_poisson_trains",
    "make_renewal_trains",
    "pack_spikes",
    "warp_spikes",
]


def make_poisson_trains(
    n_samples: int,
    n_channels: int,
    duration: float,
    rate: float | ArrayLike,
    *,
    refractory: float = 0.0,
    row_duration: float = 1.0,
    random_state: RandomState = None,
) -> SpikeArray:
    """
    Draw spike trains of a Poisson process.

    Parameters
    ----------
    n_samples, n_channels : int
        Numbers of samples and of channels.
    duration : float
        Length of the samples in ms.
    rate : float or array of shape (n_channels,)
        Mean rate in Hz of all or of each of the channels.
    refractory : float, default=0.0
        Time in ms without spikes after each spike. The mean rate stays as given.
    row_duration : float, default=1.0
        Duration of a row in ms. Several spikes may fall into one.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    spikes : SpikeArray

    Raises
    ------
    TypeError, ValueError
        If a parameter is invalid, or `rate` is not possible with `refractory`.

    Examples
    --------
    >>> from lsm.datasets import make_poisson_trains
    >>> make_poisson_trains(2, 10, 1000.0, 20.0, random_state=0)
    SpikeArray(n_samples=2, n_channels=10, duration=1 s, row_duration=1 ms, 380 spikes)
    """
    return make_renewal_trains(
        n_samples,
        n_channels,
        duration,
        rate,
        refractory=refractory,
        row_duration=row_duration,
        random_state=random_state,
    )


def make_renewal_trains(
    n_samples: int,
    n_channels: int,
    duration: float,
    rate: float | ArrayLike,
    *,
    shape: float = 1.0,
    refractory: float = 0.0,
    row_duration: float = 1.0,
    random_state: RandomState = None,
) -> SpikeArray:
    """
    Draw spike trains with independent intervals, each a refractory period and a gamma variable.

    Trains are stationary: time zero is a random time in an interval.

    Parameters
    ----------
    n_samples, n_channels : int
        Numbers of samples and of channels.
    duration : float
        Length of the samples in ms.
    rate : float or array of shape (n_channels,)
        Mean rate in Hz of all or of each of the channels.
    shape : float, default=1.0
        Shape of the gamma distribution. Without refractory period the coefficient of variation of
        the intervals is `1 / sqrt(shape)`: 1 gives Poisson trains, more gives regular ones, less
        gives bursts.
    refractory : float, default=0.0
        Shortest interval in ms.
    row_duration : float, default=1.0
        Duration of a row in ms. Several spikes may fall into one row.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    spikes : SpikeArray

    Raises
    ------
    TypeError, ValueError
        If a parameter is invalid, or `rate` is not possible with `refractory`.

    Examples
    --------
    >>> from lsm.datasets import make_renewal_trains
    >>> make_renewal_trains(2, 10, 1000.0, 20.0, shape=9.0, random_state=0)
    SpikeArray(n_samples=2, n_channels=10, duration=1 s, row_duration=1 ms, 409 spikes)
    """
    n_samples = check_integer("n_samples", n_samples, 1)
    n_channels = check_integer("n_channels", n_channels, 1)
    shape = check_number("shape", shape, 0, low_open=True)
    refractory = check_number("refractory", refractory, 0)
    n_steps = check_steps("duration", duration, row_duration)
    rates = _check_rates(rate, n_channels) / 1000  # in 1/ms
    if rates.max() * refractory >= 1:
        raise ValueError(
            f"rate must be below {1000 / refractory:g} Hz with refractory={refractory:g} ms, got "
            f"{1000 * rates.max():g} Hz"
        )
    rng = check_random_state(random_state)
    samples, channels = np.divmod(np.arange(n_samples * n_channels), n_channels)
    lively = rates[channels] > 0
    samples, channels = samples[lively], channels[lively]
    trains, times = _renewals(1 / rates[channels], shape, refractory, n_steps * row_duration, rng)
    found = np.minimum(times / row_duration, n_steps - 1).astype(np.int64)
    durations = np.full(n_samples, n_steps)
    return pack_spikes(
        samples[trains], found, channels[trains], durations, n_channels, row_duration
    )


def jitter_spikes(spikes: SpikeArray, sd: float, *, random_state: RandomState = None) -> SpikeArray:
    """
    Move every spike by a normal number.

    A spike that would leave its sample is reflected at its end.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.
    sd : float
        Standard deviation of the jitter in ms, which is rounded to whole steps.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    spikes : SpikeArray
        With the same number of spikes in each channel of each sample.
    """
    sd = check_number("sd", sd, 0)
    rng = check_random_state(random_state)
    samples, found, channels = single_spikes(spikes)
    ends = spikes.n_rows[samples].astype(np.int64)
    moved = np.rint(found + rng.normal(scale=sd / spikes.row_duration, size=len(found))).astype(
        np.int64
    )
    moved %= 2 * ends
    moved = np.minimum(moved, 2 * ends - 1 - moved)
    return _like(spikes, samples, moved, channels)


def warp_spikes(
    spikes: SpikeArray, factor: float, *, random_state: RandomState = None
) -> SpikeArray:
    """
    Stretch or squeeze the time of each sample, as in fast or slow speech [1]_.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.
    factor : float
        Durations are multiplied by a number whose logarithm is uniform between those of
        `1 / factor` and `factor`, which is at least 1.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    spikes : SpikeArray
        With other durations, and with the same number of spikes in each channel of each sample.

    References
    ----------
    .. [1] R. Gütig, H. Sompolinsky (2009). Time-warp-invariant neuronal processing. PLoS Biology
       7, e1000141.
    """
    limit = np.log(check_number("factor", factor, 1))
    factors = np.exp(check_random_state(random_state).uniform(-limit, limit, len(spikes)))
    durations = np.maximum(np.rint(spikes.n_rows * factors), 1).astype(np.int64)
    samples, found, channels = single_spikes(spikes)
    warped = (found + 0.5) * (durations / spikes.n_rows)[samples]
    return pack_spikes(
        samples,
        warped.astype(np.int64),
        channels,
        durations,
        spikes.n_channels,
        spikes.row_duration,
    )


def delete_spikes(
    spikes: SpikeArray, probability: float, *, random_state: RandomState = None
) -> SpikeArray:
    """
    Delete each spike with the same probability.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.
    probability : float
        From 0 to 1.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    spikes : SpikeArray
    """
    check_number("probability", probability, 0, 1)
    found = single_spikes(spikes)
    kept = check_random_state(random_state).uniform(size=len(found[0])) >= probability
    return _like(spikes, *(array[kept] for array in found))


def insert_spikes(
    spikes: SpikeArray, probability: float, *, random_state: RandomState = None
) -> SpikeArray:
    """
    For each spike, with a probability, insert another one at a random time of its channel.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.
    probability : float
        From 0 to 1.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    spikes : SpikeArray
    """
    check_number("probability", probability, 0, 1)
    rng = check_random_state(random_state)
    samples, found, channels = single_spikes(spikes)
    copied = rng.uniform(size=len(samples)) < probability
    return _with_more(spikes, samples[copied], channels[copied], rng)


def add_background_spikes(
    spikes: SpikeArray, rate: float | ArrayLike, *, random_state: RandomState = None
) -> SpikeArray:
    """
    Add Poisson noise.

    Parameters
    ----------
    spikes : SpikeArray
        Spike trains.
    rate : float or array of shape (n_channels,)
        Rate of the noise in Hz, in all or in each of the channels.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    spikes : SpikeArray
    """
    rates = _check_rates(rate, spikes.n_channels)
    rng = check_random_state(random_state)
    seconds = spikes.n_rows * spikes.row_duration / 1000
    counts = rng.poisson(seconds[:, None] * rates)
    samples, channels = np.divmod(np.arange(counts.size), spikes.n_channels)
    return _with_more(
        spikes, np.repeat(samples, counts.ravel()), np.repeat(channels, counts.ravel()), rng
    )


def pack_spikes(samples, found, channels, durations, n_channels, row_duration):
    """
    Make a SpikeArray of single spikes in any order; spikes in one step are counted.

    Parameters
    ----------
    samples, found, channels : int arrays of shape (n_spikes,)
        Sample, step and channel of each spike.
    durations : int array of shape (n_samples,)
        Length of each sample in steps.
    n_channels : int
        Number of channels.
    row_duration : float
        Duration of a row in ms.

    Returns
    -------
    spikes : SpikeArray
    """
    place = (len(durations), int(np.max(durations)), n_channels)
    cells = np.ravel_multi_index((samples, found, channels), place)
    cells, counts = np.unique(cells, return_counts=True)
    samples, found, channels = np.unravel_index(cells, place)
    offsets = np.searchsorted(samples, np.arange(len(durations) + 1))
    amplitudes = None if np.all(counts == 1) else counts
    return SpikeArray(
        found, channels, amplitudes, offsets, durations, n_channels, row_duration=row_duration
    )


def check_steps(name, duration, row_duration):
    """Return a duration in steps, at least one, or raise an error that names it."""
    check_number("row_duration", row_duration, 0, low_open=True)
    return int(steps(name, check_number(name, duration, 0, low_open=True), row_duration))


def _check_rates(rate, n_channels):
    rule = f"rate must be one number or one for each of {n_channels} channels"
    rates = check_reals(rule, rate)
    if rates.shape not in ((), (n_channels,)):
        raise ValueError(f"{rule}, got shape {rates.shape}")
    for extreme in (rates.min(), rates.max()):
        check_number("rate", float(extreme), 0)
    return np.broadcast_to(rates, n_channels)


def _renewals(means, shape, refractory, duration, rng):
    """Return spike times of trains with given mean intervals, and the train of each spike."""
    scales = (means - refractory) / shape
    # The interval that holds time zero is longer than others: drawn in proportion to length.
    longer = rng.uniform(size=len(means)) >= refractory / means
    around = refractory + scales * rng.gamma(shape + longer)
    times = [around * rng.uniform(size=len(means))]
    while times[-1].min(initial=np.inf) < duration:
        times.append(times[-1] + refractory + scales * rng.gamma(shape, size=len(means)))
    times = np.array(times).T
    inside = times < duration
    return np.nonzero(inside)[0], times[inside]


def _with_more(spikes, samples, channels, rng):
    """Add spikes at random times of given samples and channels."""
    more = (rng.uniform(size=len(samples)) * spikes.n_rows[samples]).astype(np.int64)
    found = zip(single_spikes(spikes), (samples, more, channels), strict=True)
    return _like(spikes, *map(np.concatenate, found))


def _like(spikes, samples, found, channels):
    return pack_spikes(
        samples, found, channels, spikes.n_rows, spikes.n_channels, spikes.row_duration
    )
