"""Statistics of spike trains, against closed forms for Poisson trains, clocks and branching."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lsm import SpikeArray, statistics

rasters = arrays(np.int64, (4, 30, 3), elements=st.integers(0, 2))


def poisson(probability, shape, seed=0):
    """Spikes with a probability for each step, channel by channel."""
    raster = np.random.default_rng(seed).random(shape) < probability
    return SpikeArray.from_dense(raster.astype(int))


def clock(period, n_steps, n_channels=1):
    raster = np.zeros((1, n_steps, n_channels), dtype=int)
    raster[0, ::period] = 1
    return SpikeArray.from_dense(raster)


def test_poisson_trains_have_cv_and_fano_factor_one():
    spikes = poisson(0.02, (2, 50000, 20))
    # each is that of a geometric or binomial count, where a step holds one spike at most
    assert statistics.rates(spikes) == pytest.approx(20, rel=0.1)
    assert statistics.interval_cvs(spikes).mean() == pytest.approx(np.sqrt(0.98), abs=0.01)
    assert statistics.fano_factors(spikes, 100.0).mean() == pytest.approx(0.98, abs=0.02)


def test_clocks_have_cv_and_fano_factor_zero():
    spikes = clock(10, 1000)
    assert statistics.rates(spikes) == 100
    assert statistics.interval_cvs(spikes) == 0
    assert statistics.fano_factors(spikes, 50.0) == 0


def test_intervals_of_known_mean_and_spread():
    # intervals 2, 6, 2, 6 in one sample and 4 in another: mean 4, variance 16/5
    spikes = SpikeArray.from_events(
        [([0, 2, 8, 10, 16], [1] * 5), ([3, 7], [1, 1]), ([5], [0])], 2, 20.0
    )
    cvs = statistics.interval_cvs(spikes)
    assert np.isnan(cvs[0])
    assert cvs[1] == pytest.approx(np.sqrt(16 / 5) / 4)


def test_two_spikes_in_a_step_are_an_interval_of_zero():
    spikes = SpikeArray.from_events([([0, 4, 4], [0, 0, 0])], 1, 10.0)
    assert statistics.interval_cvs(spikes) == 1  # intervals 4 and 0


@given(rasters)
def test_fano_factors_are_variance_over_mean_of_counts(samples):
    counts = samples[:, :28].reshape(16, 7, 3).sum(axis=1)  # 2 of 30 steps are left over
    factors = statistics.fano_factors(SpikeArray.from_dense(samples), 7.0)
    mean = counts.mean(axis=0)
    np.testing.assert_allclose(factors[mean > 0] * mean[mean > 0], counts.var(0, ddof=1)[mean > 0])
    assert np.isnan(factors[mean == 0]).all()


@pytest.mark.parametrize("n", [4, 25, 100])
def test_independent_channels_have_synchrony_one_over_root_n(n):
    spikes = poisson(0.03, (4, 20000, n))
    assert statistics.synchrony(spikes) == pytest.approx(1 / np.sqrt(n), rel=0.05)


def test_channels_in_lockstep_have_synchrony_one():
    raster = np.random.default_rng(0).poisson(0.05, (3, 400, 1))
    spikes = SpikeArray.from_dense(np.tile(raster, (1, 1, 7)))
    assert statistics.synchrony(spikes) == pytest.approx(1)
    assert statistics.synchrony(clock(5, 100)) == 0


def test_an_incomplete_window_does_not_count():
    raster = np.random.default_rng(0).poisson(0.05, (400, 60, 100))
    spikes = SpikeArray.from_dense(raster)
    assert statistics.synchrony(spikes, 50) == pytest.approx(0.1, rel=0.15)
    whole = SpikeArray.from_dense(raster[:, :50])
    assert statistics.synchrony(spikes, 50) == statistics.synchrony(whole, 50)
    assert statistics.synchrony(spikes[:1], 50) == statistics.synchrony(spikes, 70) == 0


@given(rasters)
def test_synchrony_is_golombs_formula(samples):
    counts = samples.reshape(4 * 6, 5, 3).sum(axis=1)
    variance = counts.var(axis=0).mean()
    expected = np.sqrt(counts.mean(axis=1).var() / variance) if variance > 0 else 0
    given = statistics.synchrony(SpikeArray.from_dense(samples))
    assert given == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize("ratio", [0.3, 0.7, 0.95])
@pytest.mark.parametrize("dt", [1.0, 0.5])
def test_branching_ratio_of_a_branching_process(ratio, dt):
    rng = np.random.default_rng(0)
    activity = [10]
    for _ in range(20000):
        activity.append(rng.poisson(ratio * activity[-1] + 1.0))
    raster = np.array(activity)[:, None]
    spikes = SpikeArray.from_dense([raster, raster[:5]], row_duration=dt)
    assert statistics.branching_ratio(spikes, window=dt) == pytest.approx(ratio, abs=0.02)


def test_branching_ratio_never_looks_from_one_sample_into_the_next():
    halving = np.array([16, 8, 4, 2, 1])[:, None]
    spikes = SpikeArray.from_dense([halving, halving])
    assert statistics.branching_ratio(spikes) == pytest.approx(0.5)
    pairs = np.repeat([10, 6, 3, 7, 3, 1], 2)[:, None]  # the same twice as slowly
    once = SpikeArray.from_dense([np.array([20, 12, 6, 14, 6, 2])[:, None]])
    slow = statistics.branching_ratio(SpikeArray.from_dense([pairs]), window=2.0)
    assert slow == pytest.approx(statistics.branching_ratio(once))


def test_constant_activity_has_no_branching():
    assert statistics.branching_ratio(clock(1, 50)) == 0


@pytest.mark.parametrize("active", [1, 3, 10])
def test_sparseness_of_some_equally_active_channels(active):
    raster = np.zeros((2, 4, 10), dtype=int)
    raster[0, :, :active] = 1  # the other sample is silent, which does not count
    expected = (1 - active / 10) / (1 - 1 / 10)
    assert statistics.sparseness(SpikeArray.from_dense(raster)) == pytest.approx(expected)
    assert np.isnan(statistics.sparseness(SpikeArray.from_dense(0 * raster)))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s: statistics.fano_factors(s, 60.0), "window=60 ms must fit .* at least twice"),
        (lambda s: statistics.fano_factors(s, 0.0), "window must be a finite number > 0, got 0.0"),
        (lambda s: statistics.fano_factors(s, 1e19), "window=1e.19 ms must fit .* at least twice"),
        (lambda s: statistics.rates(s[:0]), "spikes is empty"),
        (lambda s: statistics.synchrony(s[:0]), "spikes is empty"),
        (lambda s: statistics.synchrony(s, -1.0), "window must be"),
        (lambda s: statistics.branching_ratio(s, np.nan), "window must be"),
        (lambda s: statistics.sparseness(s), "at least 2, got 1"),
        (lambda s: statistics.rates(SpikeArray.from_dense([np.ones((3, 1))])), "graded"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(clock(5, 100))
    with pytest.raises(TypeError, match="spikes must be a SpikeArray, got ndarray"):
        statistics.rates(np.ones((1, 5, 3)))
