"""Codes of a signal's changes against plain references, and back within their error."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import signal

from lsm.encoding import BSAEncoder, DeltaEncoder
from lsm.spikes import SpikeArray

UNIT = (0.0, 1.0)
series = arrays(float, (1, 60), elements=st.floats(0, 1))


def encode(encoder, x):
    """Return the spikes of one signal of values between 0 and 1, of shape (n_steps, n_out)."""
    return encoder.set_params(limits=UNIT).fit(x).transform(x).to_dense(0).astype(float)


def round_trip(encoder, x):
    encoder.set_params(limits=UNIT).fit(x)
    return encoder.inverse_transform(encoder.transform(x))


def noise(cutoff, n=2000, seed=0):
    """Return noise below a cut-off in Hz, between 0 and 1, one value a ms."""
    taps = signal.firwin(401, cutoff, fs=1000)
    x = np.convolve(np.random.default_rng(seed).normal(size=n + 400), taps, "valid")
    return (x - x.min())[None] / np.ptp(x)


def snr(x, decoded):
    """Return the signal-to-noise ratio of each signal in dB, but for the first 40 ms."""
    error = (x - decoded)[:, 40:]
    return 10 * np.log10(x[:, 40:].var(axis=1) / np.mean(error**2, axis=1))


# Delta modulation


@given(series, st.floats(0.01, 0.5), st.sampled_from(["auto", 0.0, 0.5]))
def test_send_on_delta_gives_the_signal_back_to_within_a_threshold(x, threshold, start):
    decoded = round_trip(DeltaEncoder(threshold=threshold, start=start), x)
    expected = x - x[0, 0] if start == "auto" else x
    assert np.abs(decoded - expected).max() <= threshold + 1e-9


@pytest.mark.parametrize("method", ["send-on-delta", "step-forward", "moving-window"])
def test_a_move_by_the_threshold_itself_is_a_spike(method):
    # In floats 0.3 / 0.1 is less than 3, and 0.3 - 0.2 less than 0.1.
    encoder = DeltaEncoder(method, threshold=0.1, window=1.0, start=0.0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # nor does the baseline lag
        dense = encode(encoder, np.arange(11)[None] / 10)
        falling = encode(encoder.set_params(start=1.0), 1 - np.arange(11)[None] / 10)
    np.testing.assert_array_equal(dense.T, [[0, *[1] * 10], [0] * 11])
    np.testing.assert_array_equal(falling.T, [[0] * 11, [0, *[1] * 10]])
    for n in range(11):
        assert encode(DeltaEncoder(start=0.0), np.full((1, 2), n / 10))[0, 0] == n


@given(series, st.floats(0.01, 0.5))
def test_a_spike_is_sent_only_after_a_move_by_the_threshold(x, threshold):
    dense = encode(DeltaEncoder(threshold=threshold), x)
    baseline = x[0, 0]
    for value, (rise, fall) in zip(x[0], dense, strict=True):
        assert min(rise, fall) == 0
        assert abs(rise - fall) <= abs(value - baseline) / threshold + 1e-6
        baseline += threshold * (rise - fall)


@given(series, st.floats(0.05, 0.5))
@pytest.mark.filterwarnings("ignore:.*step-forward. lags:UserWarning")
def test_step_forward_moves_by_one_threshold_a_step_at_most(x, threshold):
    dense = encode(DeltaEncoder("step-forward", threshold=threshold), x)
    baseline = x[0, 0]
    for value, (rise, fall) in zip(x[0], dense, strict=True):
        move = value - baseline
        if abs(abs(move) - threshold) > 1e-9:  # else rounding decides
            assert rise == (move > threshold)
            assert fall == (-move > threshold)
        baseline += threshold * (rise - fall)


def test_step_forward_warns_where_it_lags_and_is_send_on_delta_elsewhere():
    slow, fast = np.linspace(0, 1, 30)[None], np.array([[0.0, 0.0, 1.0, 1.0, 1.0, 1.0]])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        one = encode(DeltaEncoder("step-forward"), slow)
    np.testing.assert_array_equal(one, encode(DeltaEncoder(), slow))
    encoder = DeltaEncoder("step-forward", threshold=0.3)
    with pytest.warns(UserWarning, match="step-forward' lags behind a signal"):
        dense = encode(encoder, fast)
    np.testing.assert_array_equal(dense[:, 0], [0, 0, 1, 1, 1, 0])


@given(series, st.floats(0.01, 0.3), st.integers(1, 20), st.sampled_from(["auto", 0.25]))
def test_a_moving_window_is_left_upwards_or_downwards(x, threshold, window, start):
    encoder = DeltaEncoder("moving-window", threshold=threshold, window=float(window), start=start)
    dense = encode(encoder, x)
    before = np.full(window, x[0, 0] if start == "auto" else start)
    for value, (rise, fall) in zip(x[0], dense, strict=True):
        change = value - before.mean()
        if abs(abs(change) - threshold) > 1e-9:
            assert rise == (change > threshold)
            assert fall == (-change > threshold)
        before = np.append(before[1:], value)


def test_a_moving_window_cannot_be_undone():
    with pytest.raises(ValueError, match="'moving-window' cannot be inverted"):
        round_trip(DeltaEncoder("moving-window"), noise(5))


def test_rises_come_before_falls():
    X = [np.array([[0.0, 1.0], [1.0, 0.0]])]
    encoded = DeltaEncoder(threshold=0.5).fit_transform(X)
    np.testing.assert_array_equal(encoded.to_dense(0), [[0, 0, 0, 0], [2, 0, 0, 2]])


def test_a_held_row_moves_once():
    x = noise(5, n=40)[0].astype(np.float32)
    packed = SpikeArray.from_dense([x[:, None]], row_duration=10.0, graded=True)
    encoder = DeltaEncoder(start=0.0, limits=UNIT).fit(packed)
    encoded = encoder.transform(packed)
    assert set(encoded.rows % 10) == {0}
    decoded = encoder.inverse_transform(encoded)[0][:, 0]
    assert np.abs(decoded - x).max() <= 0.1 + 1e-6


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"method": "delta"}, "method must be one of 'send-on-delta', 'step-forward', 'moving-w"),
        ({"threshold": 0.0}, "threshold must be a finite number >= 5.96046e-08, got 0"),
        ({"threshold": 1e-9}, "threshold must be a finite number >= 5.96046e-08, got 1e-09"),
        ({"start": 2.0}, "start must be a finite number >= 0 and <= 1"),
        ({"method": "moving-window", "window": 0.1}, "window of 0.1 ms is less than half a step"),
        ({"window": 0.0}, "window must be a finite number > 0, got 0"),
    ],
)
def test_bad_changes_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        DeltaEncoder(**parameters).fit(np.ones((2, 3)))


@pytest.mark.parametrize("method", ["send-on-delta", "step-forward"])
def test_a_step_longer_than_a_window_that_does_not_act_is_allowed(method):
    signals = np.eye(3)[:, None] * np.ones((1, 5, 1)) / 20
    encoder = DeltaEncoder(method, dt=25.0)
    assert encoder.fit_transform(signals).row_duration == 25
    encoder.set_params(method="moving-window")
    with pytest.raises(ValueError, match="window of 10 ms is less than half a step of dt=25 ms"):
        encoder.transform(signals)


# Ben's spiker algorithm


def plain_bsa(x, taps, threshold):
    """Return the spikes of one signal, step by step as in the paper."""
    residual = np.append(x, np.full(len(taps) - 1, x[-1]))
    spikes = np.zeros(len(x))
    for t in range(len(x)):
        ahead = residual[t : t + len(taps)]
        if np.abs(ahead - taps).sum() <= np.abs(ahead).sum() - threshold:
            spikes[t] = 1
            ahead -= taps
    return spikes


@given(st.integers(0, 2**31), st.floats(0.05, 0.99), st.floats(5, 100), st.integers(3, 30))
def test_bsa_sets_the_spikes_of_a_plain_reference(seed, threshold, cutoff, n_taps):
    x = np.random.default_rng(seed).random((1, 60))
    encoder = BSAEncoder(cutoff, float(n_taps), threshold)
    dense = encode(encoder, x)[:, 0]
    np.testing.assert_allclose(encoder.filter_, signal.firwin(n_taps, cutoff, fs=1000), atol=1e-15)
    np.testing.assert_array_equal(dense, plain_bsa(x[0], encoder.filter_, threshold))


@given(st.lists(st.integers(40, 90), min_size=1, max_size=5))
def test_bsa_finds_the_spikes_that_a_signal_is_made_of(gaps):
    # Each response stands alone, so nothing but its own spike lowers the error by its whole sum.
    encoder = BSAEncoder(limits=UNIT).fit(np.ones((1, 500)))
    spikes = np.zeros(500)
    spikes[np.cumsum(gaps) - 30] = 1
    x = np.convolve(spikes, encoder.filter_)[None, :500]
    encoded = encoder.transform(x)
    np.testing.assert_array_equal(encoded.to_dense(0)[:, 0], spikes)
    np.testing.assert_allclose(encoder.inverse_transform(encoded), x, atol=1e-12)


@pytest.mark.parametrize("n_steps", [2000, 4000, 10_000])
def test_bsa_gives_slow_signals_back(n_steps):
    X = np.concatenate([noise(5, n_steps, seed) for seed in range(160)])
    ratios = snr(X, round_trip(BSAEncoder(), X))
    low, median, high = np.percentile(ratios, [5, 50, 95])
    assert 20 < low < 22
    assert 24 < median < 26.5
    assert 26 < high < 29
    too_many_spikes = round_trip(BSAEncoder(threshold=0.7), X)
    assert snr(X, too_many_spikes).max() < 15


def test_bsa_is_silent_at_the_bottom_of_the_range():
    x = np.array([[0.05], [0.052]]) * np.ones((2, 200))
    encoded = BSAEncoder(limits=UNIT).fit_transform(x)
    assert [len(encoded[i].rows) > 0 for i in range(2)] == [False, True]


def test_bsa_spikes_in_every_step_at_the_upper_limit():
    x = np.ones((1, 200))
    assert encode(BSAEncoder(), x).all()
    np.testing.assert_allclose(round_trip(BSAEncoder(), x)[:, 40:], 1)


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"cutoff": 500.0}, "cutoff must be a finite number > 0 and < 500, got 500"),
        ({"filter_length": 0.5}, "filter_length must be a finite number >= 1"),
        ({"threshold": 0.0}, "threshold must be a finite number > 0"),
    ],
)
def test_bad_filters_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        BSAEncoder(**parameters).fit(np.ones((2, 3)))
