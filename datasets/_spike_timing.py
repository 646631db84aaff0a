"""Tasks on the relative timing of spikes, at any time in the sample."""

import numpy as np
from sklearn.utils import Bunch, check_random_state

from lsm._validation import check_integer, check_number
from lsm.statistics import single_spikes

from .._typing import RandomState
from ._checks import check_pair
from ._spike_task import balanced, bunch
from ._spike_trains import check_steps, jitter_spikes, make_poisson_trains, pack_spikes

__all__ = ["make_embedded_pattern", "make_equal_rate_patterns", "make_spike_intervals"]


def make_spike_intervals(
    n_samples: int = 1000,
    n_channels: int = 10,
    *,
    intervals: tuple[float, float] = (20.0, 50.0),
    duration: float = 200.0,
    jitter: float = 0.0,
    row_duration: float = 1.0,
    test_size: float = 0.25,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a task: recognise the interval between two spikes.

    All channels spike together, twice, anywhere in the sample. For intervals a and b the spikes are
    at 0 and a or at b and a + b in one class, at 0 and b or at a and a + b in the other, and are
    then moved together. So spikes are at any time equally frequent in both classes, and no linear
    function of the spikes separates the classes.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples.
    n_channels : int, default=10
        Number of channels.
    intervals : (float, float), default=(20.0, 50.0)
        The two intervals in ms.
    duration : float, default=200.0
        Length of the samples in ms, at least the sum of the intervals and a step.
    jitter : float, default=0.0
        Standard deviation of the jitter of each spike in ms.
    row_duration : float, default=1.0
        Duration of a row in ms.
    test_size : float, default=0.25
        Share of the samples for the test.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    task : Bunch
        A dictionary with attributes:

        data : SpikeArray of shape (n_samples,)
            Spike trains.
        target : ndarray of shape (n_samples,), int
            Index into `intervals`.
        train, test : ndarray of int
            Indices of the samples to train on and to test on.
        intervals : ndarray of shape (2,)
            The intervals in ms.
        DESCR : str
            Description of the task.

    Examples
    --------
    >>> from lsm.datasets import make_spike_intervals
    >>> make_spike_intervals(100, random_state=0).data
    SpikeArray(n_samples=100, n_channels=10, duration=200 ms, row_duration=1 ms, 2000 spikes)
    """
    check_integer("n_channels", n_channels, 1)
    n_steps = check_steps("duration", duration, row_duration)
    one, other = (
        check_steps("intervals", interval, row_duration)
        for interval in check_pair("intervals", intervals)
    )
    if one == other:
        raise ValueError(f"intervals must be two different ones, got {intervals!r}")
    if one + other >= n_steps:
        raise ValueError(
            f"duration must be more than the sum of intervals={intervals!r} ms, got {duration!r}"
        )
    rng = check_random_state(random_state)
    kind = balanced(n_samples, 4, test_size, rng)
    pairs = np.array([(0, one), (0, other), (other, one + other), (one, one + other)])
    first = rng.randint(n_steps - one - other, size=len(kind))
    times = np.repeat(first[:, None] + pairs[kind], n_channels, axis=1).ravel()
    samples = np.repeat(np.arange(len(kind)), 2 * n_channels)
    channels = np.tile(np.arange(n_channels), 2 * len(kind))
    durations = np.full(len(kind), n_steps)
    spikes = pack_spikes(samples, times, channels, durations, n_channels, row_duration)
    return bunch(
        jitter_spikes(spikes, jitter, random_state=rng),
        kind % 2,
        test_size,
        "Interval between two spikes",
        f"Two spikes of all channels, {intervals[0]:g} or {intervals[1]:g} ms apart, jittered by "
        f"{jitter:g} ms.",
        "which of the two intervals it is",
        intervals=np.array(intervals, dtype=float),
    )


def make_embedded_pattern(
    n_samples: int = 1000,
    n_channels: int = 20,
    *,
    pattern: float = 50.0,
    duration: float = 300.0,
    rate: float = 40.0,
    jitter: float = 1.0,
    row_duration: float = 1.0,
    test_size: float = 0.25,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a task: detect a known pattern anywhere in noise.

    In every sample each channel has its part of the pattern once, in place of noise. In one class
    all channels have it at the same time, in the other each at its own time. So each single channel
    is the same in both classes, and no linear function of the spikes separates them.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples.
    n_channels : int, default=20
        Number of channels, at least 2.
    pattern : float, default=50.0
        Length of the pattern in ms.
    duration : float, default=300.0
        Length of the samples in ms, longer than the pattern.
    rate : float, default=40.0
        Rate of pattern and noise in Hz.
    jitter : float, default=1.0
        Standard deviation in ms of the jitter of the pattern's spikes, within the pattern.
    row_duration : float, default=1.0
        Duration of a row in ms.
    test_size : float, default=0.25
        Share of the samples for the test.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    task : Bunch
        A dictionary with attributes:

        data : SpikeArray of shape (n_samples,)
            Spike trains.
        target : ndarray of shape (n_samples,), int
            1 where the pattern is, 0 where its channels are scattered.
        train, test : ndarray of int
            Indices of the samples to train on and to test on.
        onsets : ndarray of shape (n_samples, n_channels), int
            Step at which each channel's part of the pattern starts.
        patterns : SpikeArray of shape (1,)
            The pattern.
        DESCR : str
            Description of the task.
    """
    check_integer("n_channels", n_channels, 2)
    n_steps = check_steps("duration", duration, row_duration)
    length = check_steps("pattern", pattern, row_duration)
    if length >= n_steps:
        raise ValueError(f"duration must be more than pattern={pattern!r} ms, got {duration!r}")
    rng = check_random_state(random_state)
    target = balanced(n_samples, 2, test_size, rng)
    onsets = rng.randint(n_steps - length + 1, size=(len(target), n_channels))
    onsets[target == 1] = onsets[target == 1, :1]
    patterns = make_poisson_trains(
        1, n_channels, pattern, rate, row_duration=row_duration, random_state=rng
    )
    copies = jitter_spikes(patterns[np.zeros_like(target)], jitter, random_state=rng)
    noise = make_poisson_trains(
        len(target), n_channels, duration, rate, row_duration=row_duration, random_state=rng
    )
    sample, step, channel = single_spikes(noise)
    before = step - onsets[sample, channel]
    outside = (before < 0) | (before >= length)
    inner_sample, inner_step, inner_channel = single_spikes(copies)
    spikes = pack_spikes(
        np.concatenate([sample[outside], inner_sample]),
        np.concatenate([step[outside], inner_step + onsets[inner_sample, inner_channel]]),
        np.concatenate([channel[outside], inner_channel]),
        noise.n_rows,
        n_channels,
        row_duration,
    )
    return bunch(
        spikes,
        target,
        test_size,
        "Pattern in noise",
        f"A pattern of {pattern:g} ms, jittered by {jitter:g} ms, in noise of the same {rate:g} "
        "Hz: all its channels at once, or each at a time of its own.",
        "1 where the channels come together",
        onsets=onsets,
        patterns=patterns,
    )


def make_equal_rate_patterns(
    n_samples: int = 1000,
    n_channels: int = 20,
    *,
    n_classes: int = 2,
    n_windows: int = 4,
    window: float = 50.0,
    n_spikes: int = 1,
    jitter: float = 1.0,
    row_duration: float = 1.0,
    test_size: float = 0.25,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a task: classify patterns that have the same rates.

    In every sample each channel has the same number of spikes in each window. A class is a pattern
    of spike times. A sample is that pattern shifted by a random time, the same for all channels and
    windows, cyclically in each window. So a spike is equally likely at any time of its window in
    all classes, and no linear function of the spikes separates them.

    Parameters
    ----------
    n_samples : int, default=1000
        Number of samples.
    n_channels : int, default=20
        Number of channels, at least 2.
    n_classes : int, default=2
        Number of patterns.
    n_windows : int, default=4
        Number of windows.
    window : float, default=50.0
        Length of a window in ms.
    n_spikes : int, default=1
        Number of spikes in each window of each channel.
    jitter : float, default=1.0
        Standard deviation of the jitter of each spike in ms, cyclically in its window.
    row_duration : float, default=1.0
        Duration of a row in ms.
    test_size : float, default=0.25
        Share of the samples for the test.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    task : Bunch
        A dictionary with attributes:

        data : SpikeArray of shape (n_samples,)
            Spike trains.
        target : ndarray of shape (n_samples,), int
            Number of the pattern.
        train, test : ndarray of int
            Indices of the samples to train on and to test on.
        patterns : SpikeArray of shape (n_classes,)
            The patterns, before any jitter.
        DESCR : str
            Description of the task.
    """
    check_integer("n_channels", n_channels, 2)
    check_integer("n_classes", n_classes, 2)
    check_integer("n_windows", n_windows, 1)
    check_integer("n_spikes", n_spikes, 1)
    check_number("jitter", jitter, 0)
    length = check_steps("window", window, row_duration)
    rng = check_random_state(random_state)
    target = balanced(n_samples, n_classes, test_size, rng)
    times = rng.randint(length, size=(n_classes, n_windows, n_channels, n_spikes))
    moves = rng.randint(length, size=(len(target), 1, 1, 1))
    moves = moves + np.rint(
        rng.normal(scale=jitter / row_duration, size=(len(target), *times.shape[1:]))
    )

    def pack(times):
        sample, place, channel, _ = np.indices(times.shape).reshape(4, -1)
        step = place * length + times.ravel().astype(np.int64) % length
        durations = np.full(len(times), n_windows * length)
        return pack_spikes(sample, step, channel, durations, n_channels, row_duration)

    return bunch(
        pack(times[target] + moves),
        target,
        test_size,
        "Patterns of equal rates",
        f"{n_classes} patterns at any phase, jittered by {jitter:g} ms. Spikes of each channel in "
        f"each of {n_windows} windows of {window:g} ms: {n_spikes}.",
        "number of the pattern",
        patterns=pack(times),
    )
