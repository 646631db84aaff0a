"""Tasks on spike patterns, against what they promise about linear readouts."""

from itertools import combinations

import numpy as np
import pytest
from scipy.signal import lfilter
from sklearn.linear_model import RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lsm import datasets, statistics
from lsm.distances import van_rossum

MAKERS = [
    datasets.make_spike_templates,
    datasets.make_template_xor,
    datasets.make_delayed_parity,
    datasets.make_pattern_order,
    datasets.make_spike_intervals,
    datasets.make_embedded_pattern,
    datasets.make_equal_rate_patterns,
]


def dense(spikes):
    """Return samples of equal length as an array (n_samples, n_steps, n_channels)."""
    return np.stack([spikes.to_dense(i) for i in range(len(spikes))])


def same(one, other):
    return [one.digest(i) for i in range(len(one))] == [other.digest(i) for i in range(len(other))]


@pytest.mark.parametrize("maker", MAKERS)
def test_a_task_describes_itself_and_is_repeatable(maker):
    task, again, other = (maker(41, test_size=0.3, random_state=seed) for seed in (0, 0, 1))
    assert same(task.data, again.data)
    assert not same(task.data, other.data)
    np.testing.assert_array_equal(task.target, again.target)
    assert len(task.data) == len(task.target) == 41
    assert (len(task.train), len(task.test)) == (29, 12)
    assert set(task.train) | set(task.test) == set(range(41))
    assert ":Samples: 29 for training, 12 for testing" in task.DESCR
    fine = maker(5, row_duration=0.5, random_state=0).data
    assert (fine.n_rows * fine.row_duration == task.data.n_rows[0]).all()


@pytest.mark.parametrize("maker", MAKERS[1:])
def test_classes_are_balanced_in_training_and_in_testing_and_in_random_order(maker):
    task = maker(120, test_size=0.4, random_state=0)
    for part in (task.train, task.test):
        np.testing.assert_array_equal(np.bincount(task.target[part]), len(part) / 2)
    repeats = np.mean(task.target[1:] == task.target[:-1])
    assert repeats == pytest.approx(0.5, abs=0.15)


def test_a_sample_is_its_templates_end_to_end():
    task = datasets.make_spike_templates(
        20, 3, n_segments=3, n_templates=4, segment=100.0, jitter=0.0, random_state=0
    )
    templates = dense(task.templates)
    for sample, target in zip(dense(task.data), task.target, strict=True):
        chosen = [templates[4 * i + j] for i, j in enumerate(target)]
        np.testing.assert_array_equal(sample, np.concatenate(chosen))
    assert len(np.unique(task.target)) == 4
    jittered = datasets.make_spike_templates(
        20, 3, n_segments=3, n_templates=4, segment=100.0, jitter=30.0, random_state=0
    )
    assert not same(jittered.data, task.data)
    in_segments = dense(task.data).reshape(20, 3, 100, 3).sum(axis=2)
    np.testing.assert_array_equal(
        dense(jittered.data).reshape(20, 3, 100, 3).sum(axis=2), in_segments
    )


def test_templates_of_the_published_task():
    task = datasets.make_spike_templates(10, 200, random_state=0)
    assert len(task.templates) == 8
    assert task.data.n_rows[0] == 1000
    assert statistics.rates(task.data).mean() == pytest.approx(20, rel=0.05)


def test_xor_of_templates():
    task = datasets.make_template_xor(
        30, 5, n_segments=3, segments=(0, 2), jitter=0.0, random_state=0
    )
    templates = dense(task.templates)
    for sample, target in zip(dense(task.data), task.target, strict=True):
        parts = np.split(sample, 3)
        first, last = (
            next(j for j in (0, 1) if np.array_equal(parts[i], templates[2 * i + j]))
            for i in (0, 2)
        )
        assert first ^ last == target


@pytest.mark.parametrize(("n_bits", "delay"), [(2, 0), (3, 2), (5, 1)])
def test_parity_of_bits(n_bits, delay):
    task = datasets.make_delayed_parity(
        50, 6, n_bits=n_bits, delay=delay, jitter=0.0, random_state=0
    )
    np.testing.assert_array_equal(task.bits[:, :n_bits].sum(axis=1) % 2, task.target)
    assert task.bits.shape == (50, n_bits + delay)
    assert (task.bits.mean(axis=0) > 0.2).all()
    assert (task.bits.mean(axis=0) < 0.8).all()
    templates = dense(task.templates)
    for sample, bits in zip(dense(task.data), task.bits, strict=True):
        np.testing.assert_array_equal(sample, np.concatenate(templates[bits]))


@pytest.mark.parametrize("n_patterns", [2, 3, 4])
def test_order_of_patterns(n_patterns):
    task = datasets.make_pattern_order(48, n_patterns=n_patterns, jitter=0.0, random_state=0)
    patterns = dense(task.patterns)
    for sample, order, target in zip(dense(task.data), task.order, task.target, strict=True):
        np.testing.assert_array_equal(sample, np.concatenate(patterns[order]))
        inversions = sum(a > b for a, b in combinations(order, 2))
        assert inversions % 2 == target


def test_intervals_between_spikes():
    task = datasets.make_spike_intervals(
        400, 3, intervals=(7.0, 18.0), duration=60.0, row_duration=0.5, random_state=0
    )
    first_times, last_times = [], []
    for sample, target in zip(dense(task.data), task.target, strict=True):
        first, last = np.flatnonzero(sample.any(axis=1))
        assert (last - first) * 0.5 == task.intervals[target]
        assert (sample[[first, last]] == 1).all()
        first_times.append(first)
        last_times.append(last)
    assert min(first_times) <= 2
    assert max(last_times) >= 115


def test_every_spike_of_an_interval_is_jittered():
    params = {"intervals": (40.0, 60.0), "duration": 500.0, "random_state": 0}
    exact = datasets.make_spike_intervals(100, **params).data
    loose = datasets.make_spike_intervals(100, jitter=3.0, **params).data
    moves = [
        b - a
        for before, after in zip(dense(exact), dense(loose), strict=True)
        for a, b in zip(before.T.nonzero()[1], after.T.nonzero()[1], strict=True)
    ]
    assert np.std(moves) == pytest.approx(3, rel=0.1)


def test_pattern_in_noise():
    task = datasets.make_embedded_pattern(300, 6, jitter=0.0, random_state=0)
    pattern, samples = dense(task.patterns)[0], dense(task.data)
    for sample, onsets in zip(samples, task.onsets, strict=True):
        for channel, onset in enumerate(onsets):
            np.testing.assert_array_equal(sample[onset : onset + 50, channel], pattern[:, channel])
    together = (task.onsets == task.onsets[:, :1]).all(axis=1)
    np.testing.assert_array_equal(together, task.target)
    outside = samples.sum(axis=(0, 1)) - 300 * pattern.sum(axis=0)
    np.testing.assert_allclose(outside / (300 * 0.25), 40, rtol=0.1)  # Hz in what is not pattern


@pytest.mark.parametrize(("n_spikes", "jitter"), [(1, 0.0), (3, 8.0)])
def test_rates_say_nothing_about_patterns_of_equal_rates(n_spikes, jitter):
    task = datasets.make_equal_rate_patterns(
        60, 7, n_classes=3, n_spikes=n_spikes, jitter=jitter, random_state=0
    )
    for spikes in (task.data, task.patterns):
        in_windows = dense(spikes).reshape(len(spikes), 4, 50, 7).sum(axis=2)
        assert (in_windows == n_spikes).all()


def test_a_sample_of_equal_rates_is_its_pattern_turned_round():
    task = datasets.make_equal_rate_patterns(40, 7, jitter=0.0, random_state=0)
    patterns = dense(task.patterns).reshape(2, 4, 50, 7)
    for sample, target in zip(dense(task.data), task.target, strict=True):
        windows = sample.reshape(4, 50, 7)
        assert any(
            np.array_equal(np.roll(patterns[target], shift, axis=1), windows) for shift in range(50)
        )


# What tells the classes apart is beyond any linear readout of these.
BEYOND_TRACES = [
    (datasets.make_template_xor, {"n_channels": 4, "segment": 100.0}),
    (datasets.make_delayed_parity, {}),
    (datasets.make_pattern_order, {}),
    (datasets.make_spike_intervals, {}),
    (datasets.make_embedded_pattern, {}),
    (datasets.make_equal_rate_patterns, {}),
]


def traces(spikes, taus=(5.0, 50.0)):
    """Return counts and traces of all channels at four times, side by side."""
    raster = dense(spikes)
    ends = raster.shape[1] * np.arange(1, 5) // 4 - 1
    filtered = [lfilter([1], [1, -np.exp(-1 / tau)], raster, axis=1) for tau in taus]
    features = [f[:, ends] for f in (*filtered, np.cumsum(raster, axis=1))]
    return np.concatenate(features, axis=1).reshape(len(raster), -1)


@pytest.mark.parametrize(("maker", "params"), BEYOND_TRACES)
def test_a_linear_readout_of_traces_is_at_chance(maker, params):
    scores = []
    for seed in range(8):
        task = maker(600, test_size=0.5, random_state=seed, **params)
        features = traces(task.data)
        readout = make_pipeline(StandardScaler(), RidgeClassifier(alpha=10.0))
        readout.fit(features[task.train], task.target[task.train])
        scores.append(readout.score(features[task.test], task.target[task.test]))
    # Samples come in few kinds, so that one seed is right or wrong about many of them at once.
    assert np.mean(scores) == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize(("maker", "params"), BEYOND_TRACES)
def test_classes_are_equal_in_the_mean(maker, params):
    task = maker(4000, random_state=0, **params)
    features = traces(task.data)
    one, other = features[task.target == 0], features[task.target == 1]
    error = np.sqrt(one.var(axis=0) / len(one) + other.var(axis=0) / len(other))
    score = np.abs(one.mean(axis=0) - other.mean(axis=0)) / np.where(error > 0, error, 1)
    assert score.max() < 4.5


def test_order_of_two_patterns_is_linear_and_says_so():
    task = datasets.make_pattern_order(300, n_patterns=2, random_state=0)
    features = traces(task.data)
    readout = RidgeClassifier().fit(features[task.train], task.target[task.train])
    assert readout.score(features[task.test], task.target[task.test]) > 0.95


@pytest.mark.parametrize(
    ("maker", "params"), [pair for pair in BEYOND_TRACES if pair[0] != MAKERS[5]]
)
def test_the_nearest_neighbour_solves_the_task(maker, params):
    task = maker(500, random_state=0, **params)
    distances = van_rossum(task.data, tau=5.0)
    nearest = KNeighborsClassifier(1, metric="precomputed")
    nearest.fit(distances[np.ix_(task.train, task.train)], task.target[task.train])
    known = distances[np.ix_(task.test, task.train)]
    assert nearest.score(known, task.target[task.test]) > 0.9


def test_a_matched_filter_finds_the_pattern_in_noise():
    task = datasets.make_embedded_pattern(300, random_state=0)
    pattern = dense(task.patterns)[0]
    smooth = lfilter(np.ones(5), [1], np.pad(pattern, ((2, 2), (0, 0))), axis=0)
    matches = [
        sum(np.correlate(x, p, "valid") for x, p in zip(sample.T, smooth.T, strict=True)).max()
        for sample in dense(task.data)
    ]
    threshold = np.median(matches)
    assert np.mean((matches > threshold) == task.target) > 0.95


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: datasets.make_spike_templates(n_templates=1), "n_templates must be"),
        (lambda: datasets.make_spike_templates(jitter=-1.0), "jitter must be"),
        (lambda: datasets.make_spike_templates(segment=0.1), "segment of 0.1 ms is less than"),
        (lambda: datasets.make_spike_templates(rate="20"), "rate must be one number"),
        (lambda: datasets.make_template_xor(segments=(0,)), "segments must be a pair, got"),
        (lambda: datasets.make_delayed_parity(segment=0.0), "segment must be"),
        (lambda: datasets.make_pattern_order(pattern=0.0), "pattern must be"),
        (lambda: datasets.make_spike_intervals(intervals=(20.0,)), "intervals must be a pair"),
        (lambda: datasets.make_spike_templates(1), "n_samples must be"),
        (lambda: datasets.make_spike_templates(test_size=1.0), "test_size must be"),
        (lambda: datasets.make_template_xor(segments=(0, 2)), "segments must be"),
        (lambda: datasets.make_template_xor(segments=(1, 1)), "two different ones"),
        (lambda: datasets.make_delayed_parity(n_bits=1), "n_bits must be"),
        (lambda: datasets.make_delayed_parity(delay=0.5), "delay must be an integer"),
        (lambda: datasets.make_pattern_order(n_patterns=7), "n_patterns must be"),
        (lambda: datasets.make_spike_intervals(intervals=(5.0, 5.0)), "two different ones"),
        (lambda: datasets.make_spike_intervals(duration=70.0), "more than the sum of intervals"),
        (lambda: datasets.make_spike_intervals(n_channels=0), "n_channels must be"),
        (lambda: datasets.make_embedded_pattern(duration=50.0), "more than pattern=50.0 ms"),
        (lambda: datasets.make_equal_rate_patterns(n_spikes=0), "n_spikes must be"),
    ],
)
def test_bad_parameters_are_refused(call, message):
    with pytest.raises((ValueError, TypeError), match=message):
        call()
