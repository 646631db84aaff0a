"""Spike trains against closed forms, and tasks against what they promise about linear readouts."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import lfilter
from scipy.stats import kstest
from sklearn.linear_model import RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from lsm import SpikeArray, datasets, statistics
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
CHANGES = [
    (datasets.jitter_spikes, 3.0),
    (datasets.warp_spikes, 1.5),
    (datasets.delete_spikes, 0.3),
    (datasets.insert_spikes, 0.3),
    (datasets.add_background_spikes, 50.0),
]


def dense(spikes):
    """Return samples of equal length as an array (n_samples, n_steps, n_channels)."""
    return np.stack([spikes.to_dense(i) for i in range(len(spikes))])


def same(one, other):
    return [one.digest(i) for i in range(len(one))] == [other.digest(i) for i in range(len(other))]


def counts(spikes):
    """Return spikes by sample and channel."""
    return np.array([spikes.to_dense(i).sum(axis=0) for i in range(len(spikes))])


# ------------------------------------------------------------------------------ spike trains


@pytest.mark.parametrize("refractory", [0.0, 5.0])
def test_poisson_trains(refractory):
    spikes = datasets.make_poisson_trains(
        50, 4, 5000.0, [10, 20, 40, 80], refractory=refractory, random_state=0
    )
    rates = np.array([10, 20, 40, 80])
    np.testing.assert_allclose(statistics.rates(spikes), rates, rtol=0.05)
    # of an interval of a constant and an exponential part, the latter alone varies
    cvs = statistics.interval_cvs(spikes)
    np.testing.assert_allclose(cvs, 1 - rates * refractory / 1000, rtol=0.05)
    if not refractory:
        np.testing.assert_allclose(statistics.fano_factors(spikes), 1, rtol=0.1)


def test_no_interval_is_shorter_than_the_refractory_period():
    spikes = datasets.make_poisson_trains(5, 3, 2000.0, 60.0, refractory=7.0, random_state=0)
    for raster in dense(spikes):
        assert raster.max() == 1
        for channel in raster.T:
            assert np.diff(np.flatnonzero(channel)).min() >= 7


@pytest.mark.parametrize("shape", [0.5, 4.0, 25.0])
def test_renewal_trains(shape):
    spikes = datasets.make_renewal_trains(200, 2, 5000.0, 30.0, shape=shape, dt=0.5, random_state=0)
    np.testing.assert_allclose(statistics.rates(spikes), 30, rtol=0.05)
    np.testing.assert_allclose(statistics.interval_cvs(spikes), shape**-0.5, rtol=0.05)
    # counts in long windows vary as intervals do, squared
    np.testing.assert_allclose(statistics.fano_factors(spikes, 5000.0), 1 / shape, rtol=0.35)


@pytest.mark.parametrize("params", [{"shape": 40.0}, {"refractory": 20.0}, {"shape": 0.3}])
def test_trains_are_stationary_from_the_start(params):
    spikes = datasets.make_renewal_trains(4000, 1, 60.0, 40.0, **params, random_state=0)
    raster = dense(spikes)[:, :, 0]
    expected = 4000 * 0.04 * 5
    for start in (0, 5, 25, 55):
        assert raster[:, start : start + 5].sum() == pytest.approx(expected, rel=0.15)


def test_a_channel_may_be_silent():
    spikes = datasets.make_poisson_trains(3, 2, 1000.0, [0.0, 50.0], random_state=0)
    assert counts(spikes)[:, 0].sum() == 0
    silence = datasets.make_poisson_trains(3, 2, 1000.0, 0.0, random_state=0)
    assert len(silence.steps) == 0


def test_jitter_has_its_standard_deviation():
    middle = SpikeArray.from_events([(np.full(3000, 100.0), np.arange(3000))], 3000, 200.0)
    moved = datasets.jitter_spikes(middle, 6.0, random_state=0)
    moves = moved.steps - 100
    assert moves.mean() == pytest.approx(0, abs=0.4)
    assert moves.std() == pytest.approx(np.sqrt(36 + 1 / 12), rel=0.05)
    fine = SpikeArray.from_events([(np.full(3000, 100.0), np.arange(3000))], 3000, 200.0, dt=0.5)
    moves = datasets.jitter_spikes(fine, 6.0, random_state=0).steps * 0.5 - 100
    assert moves.std() == pytest.approx(6, rel=0.05)


def test_jitter_is_reflected_so_that_noise_stays_noise():
    spikes = datasets.make_poisson_trains(500, 4, 60.0, 50.0, random_state=0)
    profile = dense(datasets.jitter_spikes(spikes, 20.0, random_state=1)).sum(axis=(0, 2))
    thirds = profile.reshape(3, 20).sum(axis=1) / profile.sum()
    np.testing.assert_allclose(thirds, 1 / 3, atol=0.03)


@given(sd=st.floats(0, 200), seed=st.integers(0, 50))
def test_jitter_keeps_every_spike_in_its_channel_and_sample(sd, seed):
    spikes = datasets.make_poisson_trains(3, 5, 40.0, 100.0, random_state=seed)
    moved = datasets.jitter_spikes(spikes, sd, random_state=seed)
    np.testing.assert_array_equal(counts(moved), counts(spikes))


@given(factor=st.floats(1, 4), seed=st.integers(0, 50))
def test_warping_stretches_all_times_of_a_sample_alike(factor, seed):
    spikes = datasets.make_poisson_trains(4, 3, 200.0, 50.0, random_state=seed)
    warped = datasets.warp_spikes(spikes, factor, random_state=seed)
    np.testing.assert_array_equal(counts(warped), counts(spikes))
    stretch = warped.durations / spikes.durations
    assert np.all((stretch >= 1 / factor - 0.01) & (stretch <= factor + 0.01))
    before, after = statistics.single_spikes(spikes), statistics.single_spikes(warped)
    np.testing.assert_array_equal(before[0], after[0])
    times = (after[1] + 0.5) / stretch[after[0]]
    np.testing.assert_allclose(np.sort(times), np.sort(before[1] + 0.5), atol=0.5 * factor + 0.01)


def test_warps_are_as_often_slow_as_fast():
    spikes = datasets.make_poisson_trains(1000, 1, 500.0, 10.0, random_state=0)
    warped = datasets.warp_spikes(spikes, 2.0, random_state=0)
    exponents = np.log2(warped.durations / 500)
    assert kstest(exponents, "uniform", (-1, 2)).pvalue > 0.01


def test_deleted_inserted_and_background_spikes_are_as_many_as_said():
    spikes = datasets.make_poisson_trains(100, 4, 1000.0, [10, 20, 40, 80], random_state=0)
    rates = statistics.rates(spikes)
    for change, amount, expected in (
        (datasets.delete_spikes, 0.25, 0.75 * rates),
        (datasets.insert_spikes, 0.5, 1.5 * rates),
        (datasets.add_background_spikes, 30.0, rates + 30),
        (datasets.add_background_spikes, [0, 5, 0, 50], rates + [0, 5, 0, 50]),
    ):
        changed = change(spikes, amount, random_state=0)
        np.testing.assert_allclose(statistics.rates(changed), expected, rtol=0.05)
        left = dense(changed) - dense(spikes)
        assert (left <= 0).all() if change is datasets.delete_spikes else (left >= 0).all()
    none = datasets.delete_spikes(spikes, 1.0)
    assert len(none.steps) == 0


def test_background_comes_at_any_time():
    silence = datasets.make_poisson_trains(200, 2, 100.0, 0.0)
    noise = datasets.add_background_spikes(silence, 50.0, random_state=0)
    assert statistics.interval_cvs(
        datasets.add_background_spikes(
            datasets.make_poisson_trains(1, 2, 100000.0, 0.0), 50.0, random_state=0
        )
    ) == pytest.approx(1, rel=0.05)
    assert kstest((noise.steps + 0.5) / 100, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("change", [change for change, _ in CHANGES])
def test_no_change_changes_nothing(change):
    spikes = datasets.make_poisson_trains(5, 3, 100.0, 200.0, random_state=0)
    nothing = 1.0 if change is datasets.warp_spikes else 0.0
    assert same(change(spikes, nothing, random_state=0), spikes)


@pytest.mark.parametrize(("change", "amount"), CHANGES)
def test_changes_are_repeatable_and_leave_their_input_alone(change, amount):
    spikes = datasets.make_poisson_trains(5, 3, 100.0, 50.0, dt=0.5, random_state=0)
    before = [spikes.digest(i) for i in range(5)]
    changed = change(spikes, amount, random_state=3)
    assert same(changed, change(spikes, amount, random_state=3))
    assert not same(changed, change(spikes, amount, random_state=4))
    assert [spikes.digest(i) for i in range(5)] == before
    assert changed.dt == 0.5


# ------------------------------------------------------------------------------------- tasks


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
    fine = maker(5, dt=0.5, random_state=0).data
    assert (fine.durations * fine.dt == task.data.durations[0]).all()


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
    assert task.data.durations[0] == 1000
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
        400, 3, intervals=(7.0, 18.0), duration=60.0, dt=0.5, random_state=0
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
        (lambda: datasets.make_poisson_trains(0, 1, 10.0, 5.0), "n_samples must be"),
        (lambda: datasets.make_poisson_trains(1, 0, 10.0, 5.0), "n_channels must be"),
        (lambda: datasets.make_poisson_trains(1, 1, 0.0, 5.0), "duration must be"),
        (lambda: datasets.make_poisson_trains(1, 1, 10.0, 5.0, dt=0.0), "dt must be"),
        (lambda: datasets.make_poisson_trains(1, 1, 10.0, -5.0), "rate must be"),
        (lambda: datasets.make_poisson_trains(1, 3, 10.0, [5.0, 6.0]), r"got shape \(2,\)"),
        (
            lambda: datasets.make_poisson_trains(1, 1, 10.0, 300.0, refractory=5.0),
            "rate must be below 200 Hz with refractory=5 ms, got 300 Hz",
        ),
        (lambda: datasets.make_renewal_trains(1, 1, 10.0, 5.0, shape=0.0), "shape must be"),
        (lambda: datasets.make_spike_templates(n_templates=1), "n_templates must be"),
        (lambda: datasets.make_spike_templates(jitter=-1.0), "sd must be"),
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


@pytest.mark.parametrize(
    ("change", "amount"),
    [
        (datasets.jitter_spikes, -1.0),
        (datasets.warp_spikes, 0.5),
        (datasets.delete_spikes, 1.5),
        (datasets.insert_spikes, -0.1),
        (datasets.add_background_spikes, np.nan),
    ],
)
def test_bad_changes_are_refused(change, amount):
    spikes = datasets.make_poisson_trains(2, 2, 50.0, 50.0, random_state=0)
    with pytest.raises(ValueError, match="must be a finite number"):
        change(spikes, amount)
    with pytest.raises(ValueError, match="graded"):
        change(SpikeArray.from_dense([np.ones((3, 2))]), 1.0)
