"""Decoders against counts, closed forms and the encoders they undo."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from lsm.encoding import LatencyEncoder, RateEncoder, decoders
from lsm.spikes import SpikeArray

rasters = st.lists(
    st.integers(1, 30).flatmap(lambda n: arrays(np.int64, (n, 2), elements=st.integers(0, 2))),
    min_size=1,
    max_size=3,
)


@given(rasters, st.integers(1, 40), st.sampled_from([0.5, 1.0, 2.0]))
def test_rates_count_spikes_in_each_window(samples, window, dt):
    rates = decoders.rate(SpikeArray.from_dense(samples, row_duration=dt), window * dt)
    for sample, rate in zip(samples, rates, strict=True):
        starts = np.arange(0, len(sample), window)
        lengths = np.minimum(window, len(sample) - starts)[:, None] * dt / 1000
        np.testing.assert_allclose(rate * lengths, np.add.reduceat(sample, starts), atol=1e-9)


@given(rasters)
def test_without_a_window_the_sample_is_one(samples):
    spikes = SpikeArray.from_dense(samples)
    for sample, rate, latency in zip(
        samples, decoders.rate(spikes), decoders.latency(spikes), strict=True
    ):
        np.testing.assert_allclose(rate, 1000 * sample.mean(axis=0, keepdims=True))
        for c in range(2):
            times = np.flatnonzero(sample[:, c])
            np.testing.assert_equal(latency[0, c], times[0] if len(times) else np.nan)


def test_codes_are_read_without_their_encoder():
    x = np.array([[0.1, 0.5], [1.0, 0.7]])
    rate = RateEncoder("regular", limits=(0.0, 1.0), max_rate=200.0)
    np.testing.assert_allclose(decoders.rate(rate.fit_transform([x]), 100.0)[0], 200 * x)
    latency = LatencyEncoder(limits=(0.0, 1.0), duration=50.5, dt=0.5)
    found = decoders.latency(latency.fit_transform([x]), 50.5)[0]
    np.testing.assert_allclose(found, 50 * (1 - x))


@given(st.floats(0, 2 * np.pi))
def test_the_vector_of_cosine_tuned_neurons_points_in_their_direction(angle):
    preferred = 2 * np.pi * np.arange(16) / 16
    counts = np.rint(1000 * (1 + np.cos(angle - preferred))).astype(int)
    spikes = SpikeArray.from_dense([np.vstack([counts, 0 * counts])])
    directions = np.stack([np.cos(preferred), np.sin(preferred)], axis=1)
    vector = decoders.population_vector(spikes, directions)[0][0]
    # Cosine tuning around a circle halves the length.
    np.testing.assert_allclose(vector, 0.5 * np.array([np.cos(angle), np.sin(angle)]), atol=1e-3)


def test_successive_channels_are_a_population_and_silence_has_no_vector():
    dense = np.array([[1, 0, 0, 0, 0, 3], [0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0]])
    vectors = decoders.population_vector(SpikeArray.from_dense([dense]), [1.0, 2.0, 4.0], 2.0)[0]
    np.testing.assert_array_equal(vectors, [[2.5, 4.0], [np.nan, np.nan]])


@given(rasters, st.floats(0.5, 50), st.sampled_from([0.5, 1.0]))
def test_traces_are_sums_of_decayed_spikes(samples, tau, dt):
    traces = decoders.exponential_filter(SpikeArray.from_dense(samples, row_duration=dt), tau)
    for sample, trace in zip(samples, traces, strict=True):
        age = dt * np.subtract.outer(np.arange(len(sample)), np.arange(len(sample)))
        kernel = np.where(age >= 0, np.exp(-np.maximum(age, 0) / tau), 0)
        np.testing.assert_allclose(trace, kernel @ sample, atol=1e-9)


def test_a_trace_of_regular_spikes_has_the_mean_of_their_rate():
    train = np.zeros((4000, 1), dtype=int)
    train[::20] = 1  # 50 Hz
    trace = decoders.exponential_filter(SpikeArray.from_dense([train]), 100.0)[0]
    assert abs(1000 / 100 * trace[2000:].mean() - 50) < 0.5


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda X: decoders.rate(X, 1.5), "window must be a multiple of dt=1 ms, got 1.5 ms"),
        (lambda X: decoders.latency(X, 0.0), "window must be a finite number > 0"),
        (lambda X: decoders.exponential_filter(X, 0.0), "tau must be a finite number > 0"),
        (lambda X: decoders.population_vector(X, [1.0, 2.0]), "3 channels are not whole populat"),
        (lambda X: decoders.population_vector(X, np.ones((3, 1, 1))), "preferred must be finite"),
        (lambda X: decoders.population_vector(X, "ab"), "preferred must be finite.*got 'ab'"),
        (lambda X: decoders.population_vector(X, [1.0, np.nan, 2.0]), "preferred must be finite"),
        (lambda X: decoders.population_vector(X, ["1", "2", "3"]), "preferred must be finite"),
        (lambda X: decoders.population_vector(X, [True, False, True]), "preferred must be finite"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        list(call(SpikeArray.from_dense(np.ones((1, 4, 3), dtype=int))))


@pytest.mark.parametrize(
    "call",
    [
        decoders.rate,
        decoders.latency,
        lambda X: decoders.population_vector(X, [1.0, 2.0, 3.0]),
        lambda X: decoders.exponential_filter(X, 10.0),
    ],
)
def test_what_holds_no_spikes_is_refused(call):
    with pytest.raises(TypeError, match="spikes must be a SpikeArray, got ndarray"):
        call(np.ones((1, 4, 3), dtype=int))
    with pytest.raises(ValueError, match="spikes must hold spike trains, got graded currents"):
        call(SpikeArray.from_dense(-np.ones((1, 4, 3))))
