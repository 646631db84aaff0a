"""Spike trains and what can happen to them, against closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from lsm import SpikeArray, datasets, statistics

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
    spikes = datasets.make_renewal_trains(
        200, 2, 5000.0, 30.0, shape=shape, row_duration=0.5, random_state=0
    )
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
    assert len(silence.rows) == 0


def test_jitter_has_its_standard_deviation():
    middle = SpikeArray.from_events([(np.full(3000, 100.0), np.arange(3000))], 3000, 200.0)
    moved = datasets.jitter_spikes(middle, 6.0, random_state=0)
    moves = moved.rows - 100
    assert moves.mean() == pytest.approx(0, abs=0.4)
    assert moves.std() == pytest.approx(np.sqrt(36 + 1 / 12), rel=0.05)
    fine = SpikeArray.from_events(
        [(np.full(3000, 100.0), np.arange(3000))], 3000, 200.0, row_duration=0.5
    )
    moves = datasets.jitter_spikes(fine, 6.0, random_state=0).rows * 0.5 - 100
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
    stretch = warped.n_rows / spikes.n_rows
    assert np.all((stretch >= 1 / factor - 0.01) & (stretch <= factor + 0.01))
    before, after = statistics.single_spikes(spikes), statistics.single_spikes(warped)
    np.testing.assert_array_equal(before[0], after[0])
    times = (after[1] + 0.5) / stretch[after[0]]
    np.testing.assert_allclose(np.sort(times), np.sort(before[1] + 0.5), atol=0.5 * factor + 0.01)


def test_warps_are_as_often_slow_as_fast():
    spikes = datasets.make_poisson_trains(1000, 1, 500.0, 10.0, random_state=0)
    warped = datasets.warp_spikes(spikes, 2.0, random_state=0)
    exponents = np.log2(warped.n_rows / 500)
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
    assert len(none.rows) == 0


def test_background_comes_at_any_time():
    silence = datasets.make_poisson_trains(200, 2, 100.0, 0.0)
    noise = datasets.add_background_spikes(silence, 50.0, random_state=0)
    assert statistics.interval_cvs(
        datasets.add_background_spikes(
            datasets.make_poisson_trains(1, 2, 100000.0, 0.0), 50.0, random_state=0
        )
    ) == pytest.approx(1, rel=0.05)
    assert kstest((noise.rows + 0.5) / 100, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("change", [change for change, _ in CHANGES])
def test_no_change_changes_nothing(change):
    spikes = datasets.make_poisson_trains(5, 3, 100.0, 200.0, random_state=0)
    nothing = 1.0 if change is datasets.warp_spikes else 0.0
    assert same(change(spikes, nothing, random_state=0), spikes)


@pytest.mark.parametrize(("change", "amount"), CHANGES)
def test_changes_are_repeatable_and_leave_their_input_alone(change, amount):
    spikes = datasets.make_poisson_trains(5, 3, 100.0, 50.0, row_duration=0.5, random_state=0)
    before = [spikes.digest(i) for i in range(5)]
    changed = change(spikes, amount, random_state=3)
    assert same(changed, change(spikes, amount, random_state=3))
    assert not same(changed, change(spikes, amount, random_state=4))
    assert [spikes.digest(i) for i in range(5)] == before
    assert changed.row_duration == 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: datasets.make_poisson_trains(0, 1, 10.0, 5.0), "n_samples must be"),
        (lambda: datasets.make_poisson_trains(1, 0, 10.0, 5.0), "n_channels must be"),
        (lambda: datasets.make_poisson_trains(1, 1, 0.0, 5.0), "duration must be"),
        (
            lambda: datasets.make_poisson_trains(1, 1, 10.0, 5.0, row_duration=0.0),
            "row_duration must be",
        ),
        (lambda: datasets.make_poisson_trains(1, 1, 10.0, -5.0), "rate must be"),
        (lambda: datasets.make_poisson_trains(1, 1, 10.0, "5"), "rate must be one number or"),
        (lambda: datasets.make_poisson_trains(1, 1, 10.0, True), "rate must be one number or"),
        (lambda: datasets.make_poisson_trains(1, 3, 10.0, [5.0, 6.0]), r"got shape \(2,\)"),
        (
            lambda: datasets.make_poisson_trains(1, 1, 10.0, 300.0, refractory=5.0),
            "rate must be below 200 Hz with refractory=5 ms, got 300 Hz",
        ),
        (lambda: datasets.make_renewal_trains(1, 1, 10.0, 5.0, shape=0.0), "shape must be"),
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
