"""The cochleagram against what is known of a sound: its pitch, its course, librosa's spectrum."""

import librosa
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal, sparse
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm.encoding import CochleagramEncoder
from lsm.spikes import SpikeArray

SCALES = ("mel", "gammatone")


def encode(waveform, **parameters):
    """Return levels, rises and falls of one waveform, each of shape (n_steps, n_bands)."""
    X = CochleagramEncoder(**parameters).fit([waveform]).transform([waveform])
    return np.split(X.to_dense(0), 3, axis=1)


def word(n_timesteps=3000, seed=0):
    """Return noise that swells and fades, with a resonance that moves."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=n_timesteps)
    sweep = signal.chirp(np.arange(n_timesteps), 0.03, n_timesteps, 0.2)
    return signal.windows.hann(n_timesteps) * (0.1 * noise + sweep)


def seconds(duration, rate=8000):
    return np.arange(int(duration * rate)) / rate


@parametrize_with_checks([CochleagramEncoder(scale="gammatone")])
def test_scikit_learn_contract_of_gammatone(estimator, check):
    check(estimator)


def test_mel_levels_are_those_of_librosa():
    waveform = word()
    levels, _, _ = encode(waveform, trim_db=None)
    # librosa centres the window of 200 values in the 256 of its transform, 28 further on.
    power = librosa.feature.melspectrogram(
        y=np.pad(waveform, (28, 256)), sr=8000, n_fft=256, win_length=200, hop_length=80,
        center=False, n_mels=14, fmin=60, fmax=4000, norm=None,
    )  # fmt: skip
    power = power[:, : len(levels)]
    decibels = librosa.power_to_db(power, ref=power.max(), amin=1e-30, top_db=45)
    np.testing.assert_allclose(levels, decibels.T / 45 + 1, atol=1e-4)


@pytest.mark.parametrize("scale", SCALES)
def test_a_tone_is_loudest_in_the_band_at_its_frequency(scale):
    frequencies = CochleagramEncoder(scale=scale).fit([np.ones(1)]).frequencies_
    for band, frequency in enumerate(frequencies):
        levels, _, _ = encode(np.sin(2 * np.pi * frequency * seconds(0.3)), scale=scale)
        assert set(levels[:-2].argmax(axis=1)) == {band}  # the last windows hold its end


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("n_bands", [1, 5, 20])
def test_a_click_is_as_loud_as_each_band_is_wide(scale, n_bands):
    click = np.zeros(200)
    click[90] = 1
    levels, rises, falls = encode(click, scale=scale, n_bands=n_bands)
    bank = CochleagramEncoder(scale=scale, n_bands=n_bands).fit([click]).filter_bank_
    decibels = 10 * np.log10(bank.sum(axis=1) / bank.sum(axis=1).max())
    np.testing.assert_allclose(levels, [1 + decibels / 45], atol=1e-6)
    assert not rises.any()
    assert not falls.any()


@pytest.mark.parametrize("scale", SCALES)
def test_gammatone_and_mel_bands_cover_the_range_in_order(scale):
    encoder = CochleagramEncoder(scale=scale, f_min=100, f_max="auto").fit([np.ones(1)])
    assert np.all(np.diff([100, *encoder.frequencies_, 4000]) > 0)
    widths = np.diff(encoder.frequencies_)
    assert widths[-1] > 2 * widths[0]  # as in the ear, wider at high frequencies
    kinds = [name.split()[0] for name in encoder.channel_names_]
    assert kinds == ["level"] * 14 + ["rise"] * 14 + ["fall"] * 14
    assert encoder.channel_names_[13] == f"level {encoder.frequencies_[13]:.0f} Hz"


def test_a_gammatone_band_has_the_power_that_its_filter_lets_pass():
    time = np.arange(80_000)
    sound = np.random.default_rng(0).normal(size=len(time)) + np.sin(0.8 * time)
    # One window as long as the sound, so that the filters' own resolution is all there is.
    parameters = {"scale": "gammatone", "window": 10_000.0, "floor_db": -100}
    levels, _, _ = encode(sound, **parameters)
    encoder = CochleagramEncoder(**parameters).fit([sound])

    def passed(frequency):
        b, a = signal.gammatone(frequency, "iir", fs=8000)
        return np.sum(signal.lfilter(b, a, sound) ** 2)

    power = [passed(frequency) for frequency in encoder.frequencies_]
    expected = 10 * np.log10(power / np.max(power))
    np.testing.assert_allclose(100 * (levels[0] - 1), expected, atol=0.3)


@given(st.integers(-40, 40), st.sampled_from([-1, 1]))
def test_a_gain_of_a_power_of_two_changes_no_bit(exponent, sign):
    waveform = word()
    encoder = CochleagramEncoder().fit([waveform])
    X = encoder.transform([waveform, sign * 2.0**exponent * waveform])
    assert X.digest(0) == X.digest(1)


@given(st.floats(1e-150, 1e150), st.sampled_from(SCALES))
def test_a_gain_changes_nothing(gain, scale):
    waveform = word()
    for loud, quiet in zip(
        encode(gain * waveform, scale=scale), encode(waveform, scale=scale), strict=True
    ):
        np.testing.assert_allclose(loud, quiet, atol=1e-5)


@pytest.mark.parametrize("gain_control", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("drop", [20.0, 60.0])  # the floor is 45 dB down: no more is taken out
def test_gain_control_takes_out_its_share_of_a_difference_in_loudness(gain_control, drop):
    tone = np.sin(2 * np.pi * 1000 * seconds(0.5))
    tone[2000:] *= 10 ** (-drop / 20)
    levels, _, _ = encode(tone, gain_control=gain_control, trim_db=None)
    expected = max(0, 1 - (drop - gain_control * min(drop, 45)) / 45)
    np.testing.assert_allclose(levels[:20].max(axis=1), 1, atol=1e-3)
    np.testing.assert_allclose(levels[26:-2].max(axis=1), expected, atol=1e-3)


def test_integers_are_sound_like_floats():
    pcm = np.rint(20_000 * word()).astype(np.int16)
    pcm[100] = -(2**15)  # the one value whose absolute value does not fit
    X = CochleagramEncoder().fit([pcm]).transform([pcm, pcm.astype(float), pcm.tolist()])
    assert X.digest(0) == X.digest(1) == X.digest(2)


def test_a_rising_tone_raises_the_next_band_and_lowers_the_last():
    waveform = signal.chirp(seconds(1.0), 300, 1.0, 3000)
    levels, rises, falls = encode(waveform)
    loudest = levels[:-3].argmax(axis=1)  # the last windows hold the tone's end
    steps = np.flatnonzero(np.diff(loudest))  # after these the tone enters the next band
    np.testing.assert_array_equal(np.diff(loudest)[steps], 1)
    assert len(steps) >= 10
    left, entered = loudest[steps], loudest[steps + 1]
    assert np.all(rises[steps, entered] > 0.05)
    assert not falls[steps, entered].any()
    assert np.all(falls[steps + 1, left] > 0.05)
    assert not rises[steps + 1, left].any()


@given(st.integers(0, 20), st.integers(0, 2**31), st.sampled_from(SCALES))
def test_sound_played_backwards_swaps_rises_and_falls(n_hops, seed, scale):
    waveform = np.random.default_rng(seed).normal(size=200 + 80 * n_hops)
    # A periodic Hann window begins with a zero and ends without one, hence the shift by one.
    backwards = np.roll(waveform[::-1], 1)
    levels, rises, falls = encode(waveform, scale=scale, trim_db=None)
    reverse = encode(backwards, scale=scale, trim_db=None)
    for forward, backward in zip((levels, falls, rises), reverse, strict=True):
        np.testing.assert_allclose(forward, backward[::-1], atol=1e-5)


@given(st.integers(0, 2**31), st.floats(0.1, 30), st.floats(0.1, 3), st.floats(-80, -5))
def test_channels_stay_in_their_range_and_deltas_are_the_gradient(seed, gain, limit, floor):
    levels, rises, falls = encode(
        word(seed=seed), delta_gain=gain, delta_limit=limit, floor_db=floor
    )
    assert levels.min() >= 0
    assert levels.max() == 1
    assert min(rises.min(), falls.min()) >= 0
    assert not np.any((rises > 0) & (falls > 0))
    expected = np.clip(gain * np.gradient(levels, axis=0), -limit, limit)
    np.testing.assert_allclose(rises - falls, expected, atol=1e-5)


def test_the_floor_costs_no_events():
    levels, _, _ = encode(np.sin(2 * np.pi * 1000 * seconds(0.5)))
    assert (levels == 0).mean() > 0.3
    assert levels[levels > 0].min() > 1e-6


@given(st.integers(0, 30), st.integers(0, 30))
def test_silence_around_a_word_is_trimmed(before, after):
    waveform = word()
    padded = np.pad(waveform, (80 * before, 80 * after))
    for trimmed, alone in zip(encode(padded), encode(waveform), strict=True):
        np.testing.assert_array_equal(trimmed, alone)
    levels, _, _ = encode(padded, trim_db=None)
    assert len(levels) == 1 + -(-(len(padded) - 200) // 80)


def test_a_pause_inside_a_word_is_kept():
    waveform = np.concatenate([word(), np.zeros(8000), word()])
    levels, _, _ = encode(waveform)
    assert len(levels) > 100
    assert not levels[45:130].any()


def test_quiet_parts_are_trimmed_by_the_threshold_asked_for():
    tone = np.sin(2 * np.pi * 1000 * seconds(0.5))
    waveform = np.concatenate([0.03 * tone, tone])  # 30 dB below
    assert 50 <= len(encode(waveform, trim_db=-25)[0]) < 55
    assert len(encode(waveform, trim_db=-35)[0]) == 99


@pytest.mark.parametrize("rate", [8000, 11_025, 16_000, 22_050, 44_100])
def test_the_step_is_the_hop_at_any_sample_rate(rate):
    waveform = np.zeros(2 * rate)
    waveform[rate // 10] = waveform[int(1.9 * rate)] = 1
    encoder = CochleagramEncoder(sample_rate=rate, trim_db=None, n_bands=5).fit([waveform])
    X = encoder.transform([waveform])
    assert X.row_duration == 10
    assert X.graded
    assert X.n_rows[0] in (199, 200)
    heard = np.flatnonzero(X.to_dense(0)[:, :5].any(axis=1))
    # Window k lasts from 10 k to 10 k + 25 ms, so the clicks are in those around 9 and 189.
    assert set(heard) <= {8, 9, 10, 188, 189, 190}
    assert {9, 189} <= set(heard)


def test_the_same_sound_at_two_sample_rates_is_encoded_alike():
    low, high = word(4000), signal.resample(word(4000), 8000)
    for a, b in zip(
        encode(low, f_max=3000.0), encode(high, sample_rate=16_000, f_max=3000.0), strict=True
    ):
        assert abs(len(a) - len(b)) <= 1
        n_steps = min(len(a), len(b)) - 2
        assert np.mean(np.abs(a[1:n_steps] - b[1:n_steps])) < 0.02


@given(st.permutations(range(6)), st.integers(1, 6), st.sampled_from(SCALES))
def test_a_word_is_the_same_to_the_bit_alone_and_in_any_batch(order, n_samples, scale):
    words = [word(500 + 317 * i, seed=i) for i in range(6)]
    encoder = CochleagramEncoder(scale=scale).fit(words)
    alone = [encoder.transform([waveform]).digest(0) for waveform in words]
    batch = encoder.transform([words[i] for i in order[:n_samples]])
    assert [batch.digest(i) for i in range(n_samples)] == [alone[i] for i in order[:n_samples]]


def test_all_forms_of_input_give_the_same():
    words = np.stack([word(seed=i) for i in range(3)])
    ragged = np.empty(3, dtype=object)
    ragged[:] = list(words)
    encoder = CochleagramEncoder().fit(words)
    assert encoder.n_features_in_ == 3000
    expected = encoder.transform(words)
    assert isinstance(expected, SpikeArray)
    assert expected.n_channels == 42
    for X in (list(words), tuple(words), ragged):
        found = encoder.transform(X)
        assert [found.digest(i) for i in range(3)] == [expected.digest(i) for i in range(3)]


def test_ragged_input_forgets_the_length_of_an_earlier_array():
    encoder = CochleagramEncoder().fit(np.ones((2, 300))).fit([np.ones(10), np.ones(20)])
    assert not hasattr(encoder, "n_features_in_")


def test_silence_has_no_levels():
    X = CochleagramEncoder().fit([np.zeros(1000)]).transform([np.zeros(1000), np.zeros(1)])
    assert X.n_rows.tolist() == [11, 1]
    assert len(X.rows) == 0


def test_no_part_of_a_waveform_is_lost():
    for n_timesteps in (1, 199, 201, 285, 360, 361):
        click = np.zeros(n_timesteps)
        click[-1] = 1
        levels, _, _ = encode(click, trim_db=None)
        assert levels.any() == (n_timesteps > 1)  # a Hann window begins with a zero
        assert len(levels) == 1 + max(0, -(-(n_timesteps - 200) // 80))


def stereo():
    return np.zeros((100, 2))


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([], "X is empty"),
        (np.empty(0, dtype=object), "X is empty"),
        (np.empty((0, 5)), "0 sample"),
        ([np.ones(9), np.ones(0)], "sample 1 .* length 0"),
        ([np.ones(9), [1.0, np.nan]], "sample 1 .* NaN or infinity"),
        (np.array([[1.0, 2.0], [np.inf, 0.0]]), "sample 1 .* NaN or infinity"),
        ([np.ones(9), stereo()], r"sample 1 .* got shape \(100, 2\): mix its channels"),
        ([np.ones(9), 3.0], r"sample 1 .* got shape \(\)"),
        ([np.ones(9), "zero.wav"], "sample 1 .* got 'zero.wav'"),
        ([np.ones(9), None], "sample 1 .* got None"),
        ([[[1.0], [1.0, 2.0]]], "sample 0 .* ragged"),
        ([np.ones(9), np.ones(9, dtype=complex)], "sample 1 .* Complex data not supported"),
        ([np.ones(9, dtype=np.uint8)], "sample 0 .* signed integers, .* uint8"),
        (np.ones((3, 9), dtype=np.uint8), "sample 0 .* signed integers, .* uint8"),
        (np.ones(9), "Reshape your data"),
        (np.ones((2, 3, 9)), "dim 3"),
        ("zero.wav", "Expected 2D array"),
        (SpikeArray.from_dense(np.ones((1, 2, 3))), "SpikeArray, which is encoded already"),
    ],
)
def test_bad_waveforms_are_named(X, message):
    fitted = CochleagramEncoder().fit([np.ones(9)])
    with pytest.raises(ValueError, match=message):
        CochleagramEncoder().fit(X)
    with pytest.raises(ValueError, match=message):
        fitted.transform(X)


def test_sparse_input_is_refused():
    with pytest.raises(TypeError, match="[Ss]parse"):
        CochleagramEncoder().fit(sparse.csr_array(np.ones((2, 9))))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"sample_rate": 0}, "sample_rate must be a finite number > 0, got 0"),
        ({"n_bands": 0}, "n_bands must be an integer >= 1, got 0"),
        ({"f_min": -1}, "f_min must be a finite number >= 0, got -1"),
        ({"f_min": 4000}, "f_min must be a finite number >= 0 and < 4000, got 4000"),
        ({"f_max": 4001}, "f_max must be a finite number > 60 and <= 4000, got 4001"),
        ({"f_max": 60.0}, "f_max must be above f_min, got f_max=60.0 and f_min=60.0"),
        ({"sample_rate": 6000, "f_max": 4e3}, "f_max must be a finite number > 60 and <= 3000"),
        ({"window": 0.1}, "window must be a finite number >= 0.125"),
        ({"hop": 0.1}, "hop must be a finite number >= 0.125"),
        ({"hop": 0}, "hop must be a finite number > 0, got 0"),
        ({"scale": "bark"}, "scale must be one of 'mel', 'gammatone', got 'bark'"),
        ({"floor_db": 0}, "floor_db must be a finite number < 0"),
        ({"floor_db": -np.inf}, "floor_db must be a finite number < 0, got -inf"),
        ({"trim_db": 40}, "trim_db must be a finite number < 0 or None, got 40"),
        ({"gain_control": -0.1}, "gain_control must be a finite number >= 0 and <= 1, got -0.1"),
        ({"gain_control": 2}, "gain_control must be a finite number >= 0 and <= 1, got 2"),
        ({"delta_gain": -1}, "delta_gain must be a finite number >= 0"),
        ({"delta_limit": 0}, "delta_limit must be a finite number > 0"),
    ],
)
def test_bad_parameters_are_named(parameters, message):
    with pytest.raises(ValueError, match=rf"^CochleagramEncoder\.{message}"):
        CochleagramEncoder(**parameters).fit([np.ones(9)])


@pytest.mark.filterwarnings("ignore:Empty filters:UserWarning")
def test_more_bands_than_the_spectrum_resolves_are_refused():
    with pytest.raises(ValueError, match="n_bands=200 is too many for window=25 ms"):
        CochleagramEncoder(n_bands=200).fit([np.ones(9)])


@pytest.mark.parametrize("scale", ["mel", "gammatone"])
def test_parameters_set_after_fit_act_at_once_and_are_checked(scale):
    fitted = CochleagramEncoder(scale=scale).fit([word()])
    names = fitted.channel_names_
    changes = {"sample_rate": 16_000, "n_bands": 9, "window": 20.0, "hop": 8.0}
    fitted.set_params(**changes)
    again = CochleagramEncoder(scale=scale, **changes).fit_transform([word()])
    assert fitted.transform([word()]).digest(0) == again.digest(0)
    assert fitted.channel_names_ == names
    with pytest.raises(ValueError, match="hop must be a finite number > 0, got 0"):
        fitted.set_params(hop=0).transform([word()])


def test_whole_windows_have_no_step_more():
    encoder = CochleagramEncoder(hop=0.7, trim_db=None)  # hops of 5.6, windows of 200
    X = encoder.fit_transform([np.ones(284), np.ones(285)])
    assert X.n_rows.tolist() == [16, 17]


def test_an_encoder_must_be_fitted():
    with pytest.raises(NotFittedError):
        CochleagramEncoder().transform([np.ones(9)])
