"""Codes in single spike times against their closed forms, and back within their error."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import optimize, stats

from lsm.encoding import BurstEncoder, LatencyEncoder, PhaseEncoder, RankOrderEncoder
from lsm.spikes import SpikeArray

UNIT = (0.0, 1.0)
# Vectors of values between 0 and 1, as one sample each.
vectors = arrays(float, (1, 6), elements=st.floats(0, 1))


def encode(encoder, x):
    """Return the spikes of one sample of values between 0 and 1, (n_steps, n_out)."""
    encoder.set_params(limits=UNIT)
    return encoder.fit([x]).transform([x]).to_dense(0)


def round_trip(encoder, x):
    encoder.set_params(limits=UNIT).fit([x])
    return encoder.inverse_transform(encoder.transform([x]))[0]


# Latencies


def test_the_time_to_the_first_spike_is_linear_in_the_value():
    x = np.linspace(1, 0, 101)[None]
    dense = encode(LatencyEncoder(duration=101.0), x)
    np.testing.assert_array_equal(dense, np.eye(101))


@given(st.floats(0.05, 0.9), st.floats(5, 50), arrays(float, (1, 4), elements=st.floats(0, 1)))
def test_with_tau_m_a_membrane_reaches_the_threshold_at_the_spike(threshold, tau_m, x):
    dense = encode(LatencyEncoder(tau_m=tau_m, threshold=threshold, dt=0.5), x)
    for value, train in zip(x[0], dense.T, strict=True):

        def missing(time, value=value):
            return value * -np.expm1(-time / tau_m) - threshold

        if missing(100.0) < 0:  # not within the row
            assert not train[:199].any()
        else:
            expected = optimize.brentq(missing, 0, 100.0)
            if expected < 99:
                assert train.sum() == 1
                assert abs(0.5 * train.argmax() - expected) <= 0.25 + 1e-6


@given(vectors, st.integers(2, 300))
def test_a_linear_latency_gives_the_value_back(x, n_steps):
    decoded = round_trip(LatencyEncoder(duration=float(n_steps)), x)
    assert np.abs(decoded - x).max() <= 1 / (2 * (n_steps - 1)) + 1e-9


@given(st.floats(0.2, 1), st.floats(5, 100))
def test_a_charging_latency_is_off_by_what_half_a_step_changes(x, tau_m):
    encoder = LatencyEncoder(tau_m=tau_m, threshold=0.1, duration=500.0)
    decoded = round_trip(encoder, np.array([[x]]))[0, 0]
    time = -tau_m * np.log1p(-0.1 / x)
    early, late = (
        min(-0.1 / np.expm1(-max(t, 1e-12) / tau_m), 1) for t in (time - 0.5, time + 0.5)
    )
    assert late - 1e-9 <= decoded <= early + 1e-9


def test_values_below_the_threshold_are_silent_and_come_back_as_nothing():
    x = np.array([[0.29, 0.31]])
    for tau_m in (None, 10.0):
        encoder = LatencyEncoder(tau_m=tau_m, threshold=0.3)
        assert encode(encoder, x).sum(axis=0).tolist() == [0, 1]
        assert round_trip(encoder, x)[0, 0] == 0


def test_a_membrane_charged_at_once_comes_back_as_the_upper_limit():
    encoder = LatencyEncoder(tau_m=20.0, threshold=0.01).fit([[0.0], [1.0]])
    X = encoder.transform([[1.0], [0.5], [0.2]])
    assert X.rows.tolist() == [0, 0, 1]
    exact = 0.01 / -np.expm1(-1 / 20)
    np.testing.assert_allclose(encoder.inverse_transform(X)[:, 0], [1, 1, exact])


def test_a_share_at_the_threshold_itself_is_not_below_it():
    encoder = LatencyEncoder(threshold=0.4, limits=(0.1, 0.6)).fit([[0.3]])
    assert len(encoder.transform([[0.3]]).rows) == 1  # (0.3 - 0.1) / 0.5 is a hair below 0.4


def test_a_share_of_whole_spikes_has_no_spike_more():
    for k in range(6):
        for low, high in ((0.1, 0.6), (0.3, 1.2), (-0.7, 0.4)):
            encoder = BurstEncoder(limits=(low, high)).fit([[low]])
            X = encoder.transform([[low + k / 5 * (high - low)]])
            assert len(X.rows) == k


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"duration": 1.0}, "duration must be at least two steps, got 1 ms"),
        ({"threshold": 1.0}, "threshold must be a finite number >= 0 and < 1"),
        ({"tau_m": 10.0}, "threshold must be a finite number > 0 and < 1, got 0"),
        ({"tau_m": 0.0, "threshold": 0.1}, "tau_m must be a finite number > 0"),
    ],
)
def test_bad_latencies_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        LatencyEncoder(**parameters).fit(np.ones((2, 3)))


@pytest.mark.parametrize(
    "encoder",
    [
        LatencyEncoder(),
        LatencyEncoder(tau_m=20.0, threshold=0.1),
        PhaseEncoder(),
        RankOrderEncoder(),
    ],
    ids=repr,
)
def test_several_spikes_in_a_later_step_are_not_the_first(encoder):
    x = np.array([[0.9, 0.7, 0.8]])
    dense = encode(encoder, x)
    dense[40] += 2
    crowded = SpikeArray.from_dense([dense], graded=False)
    np.testing.assert_array_equal(encoder.inverse_transform(crowded)[0], round_trip(encoder, x))


# Rank order


@given(arrays(float, (1, 8), elements=st.floats(0, 1)), st.integers(8, 40), st.integers(1, 8))
def test_channels_spike_in_the_order_of_their_values(x, duration, n_spikes):
    x[0, 3] = x[0, 5]  # a tie, which the lower channel wins
    dense = encode(RankOrderEncoder(duration=float(duration), n_spikes=n_spikes), x)
    steps, channels = np.nonzero(dense)
    assert len(steps) == n_spikes
    assert len(set(steps)) == n_spikes  # one at a time
    rank = stats.rankdata(-x[0], method="ordinal")
    np.testing.assert_array_equal(rank[channels], np.arange(1, n_spikes + 1))
    assert set(np.diff(steps)) <= {duration // n_spikes, -(-duration // n_spikes)}


def test_all_channels_together_are_a_permutation():
    X = np.random.default_rng(0).random((50, 7))
    encoded = RankOrderEncoder(duration=7.0).fit_transform(X)
    orders = encoded.channels.reshape(50, 7)
    np.testing.assert_array_equal(np.sort(orders), np.tile(np.arange(7), (50, 1)))
    assert len(np.unique(orders, axis=0)) > 40


@pytest.mark.parametrize("duration", [1, 4, 6, 7, 11, 53])
def test_ranks_come_back_as_their_mean_values(duration):
    X = np.random.default_rng(0).random((200, 6))
    n_spikes = min(duration, 6)
    encoder = RankOrderEncoder(n_spikes=n_spikes, duration=float(duration), limits=UNIT).fit(X)
    means = np.sort(X)[:, ::-1].mean(axis=0)
    means[n_spikes:] = means[n_spikes:].mean() if n_spikes < 6 else 0
    ranks = stats.rankdata(-X, axis=1).astype(int) - 1
    np.testing.assert_allclose(encoder.inverse_transform(encoder.transform(X)), means[ranks])


def test_channels_without_a_step_of_their_own_are_refused():
    with pytest.raises(ValueError, match="30 channels cannot spike one after another in 20 steps"):
        RankOrderEncoder(duration=20.0).fit(np.ones((2, 30)))
    with pytest.raises(ValueError, match="n_spikes must be an integer >= 1 and <= 3, got 4"):
        RankOrderEncoder(n_spikes=4).fit(np.ones((2, 3)))


# Phase


@given(vectors)
def test_each_cycle_has_a_spike_at_the_phase_of_the_value(x):
    dense = encode(PhaseEncoder(frequency=25.0, duration=200.0, reference=True), x)
    cycles = dense.reshape(5, 40, 7)
    np.testing.assert_array_equal(cycles.sum(axis=1), 1)
    phase = cycles.argmax(axis=1)
    assert np.all(np.abs(phase[:, :6] - 39 * (1 - x)) <= 0.5 + 1e-9)
    np.testing.assert_array_equal(phase[:, 6], 0)


@given(vectors, st.sampled_from([5.0, 20.0, 50.0, 250.0]), st.booleans())
def test_a_phase_gives_the_value_back(x, frequency, reference):
    encoder = PhaseEncoder(frequency=frequency, reference=reference, duration=200.0)
    error = np.abs(round_trip(encoder, x) - x).max()
    assert error <= 1 / (2 * (1000 / frequency - 1)) + 1e-9


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"frequency": 15.0},
            "the period of PhaseEncoder.frequency=15 Hz must be a multiple of dt=1 ms, got",
        ),
        ({"frequency": 8.0}, "whole number of periods of 125 ms, which .*[.]frequency=8 Hz"),
        ({"frequency": 600.0}, "frequency must be a finite number > 0 and <= 500"),
        ({"reference": "no"}, "reference must be True or False, got 'no'"),
    ],
)
def test_bad_phases_are_named(parameters, message):
    with pytest.raises((TypeError, ValueError), match=message):
        PhaseEncoder(**parameters).fit(np.ones((2, 3)))


# Bursts


@given(st.floats(0, 1), st.integers(1, 6), st.floats(2, 5), st.floats(6, 19))
def test_a_burst_has_the_number_and_the_interval_of_its_value(x, n, shortest, longest):
    encoder = BurstEncoder(n, shortest, longest)
    train = encode(encoder, np.array([[x]]))[:, 0]
    assert np.ceil(n * x - 1e-6) <= train.sum() <= np.ceil(n * x)
    if train.sum() > 1:
        gaps = np.diff(np.flatnonzero(train))
        assert train[0] == 1
        assert len(set(gaps)) == 1
        assert abs(gaps[0] - (longest - (longest - shortest) * x)) <= 0.5 + 1e-9


@given(st.floats(0, 1), st.integers(1, 6), st.floats(2, 5), st.floats(6, 19))
def test_a_burst_gives_the_value_back(x, n, shortest, longest):
    encoder = BurstEncoder(n, shortest, longest)
    decoded = round_trip(encoder, np.array([[x]]))[0, 0]
    assert abs(decoded - x) <= 1 / (2 * n) + 1e-9
    if n * x > 1:
        assert abs(decoded - x) <= 1 / (2 * (longest - shortest)) + 1e-9


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"max_spikes": 7}, "max_spikes=7 at max_interval=20 ms does not fit into a row of 100 ms"),
        ({"max_spikes": 0}, "max_spikes must be an integer >= 1"),
        ({"min_interval": 0.5}, "min_interval must be a finite number >= 1"),
        ({"max_interval": 2.0}, "max_interval must be above min_interval, got max_interval=2.0"),
    ],
)
def test_bad_bursts_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        BurstEncoder(**parameters).fit(np.ones((2, 3)))
