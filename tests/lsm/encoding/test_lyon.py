"""Lyon's ear against the formulas of its papers and a plain reference."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, signal

from lsm.encoding import LyonEncoder
from lsm.encoding.lyon import _control_gain

DESIGNS = [(8000, 8.0, 0.25), (12_500, 4.0, 0.125), (16_000, 8.0, 0.25), (44_100, 8.0, 0.5)]
designs = pytest.mark.parametrize("design", DESIGNS)


def fit(design):
    return LyonEncoder(*design).fit([np.ones(1)])


def encode(waveform, **parameters):
    """Return one waveform's channels, of shape (n_steps, n_channels)."""
    return LyonEncoder(**parameters).fit([waveform]).transform([waveform]).to_dense(0)


def resonances(polynomials, rate):
    """Return frequency in Hz and quality of conjugate pairs of roots."""
    roots = np.array([np.roots(p)[0] for p in polynomials])
    s = np.log(roots) * rate
    return np.abs(s) / (2 * np.pi), -np.abs(s) / (2 * s.real)


def word(n_timesteps=2400, seed=0):
    """Return noise that swells and fades."""
    noise = np.random.default_rng(seed).normal(size=n_timesteps)
    return signal.windows.hann(n_timesteps) * noise


# Slaney's toolbox has 86 channels at 16 kHz.
@pytest.mark.parametrize(("rate", "n"), [(8000, 64), (16_000, 86)])
def test_the_range_takes_as_many_channels_as_published(rate, n):
    assert len(fit((rate, 8.0, 0.25)).frequencies_) == n


@designs
def test_centres_are_a_step_of_their_bandwidth_apart(design):
    rate, q, step = design
    centres = fit(design).frequencies_

    def width(f):
        return np.sqrt(f**2 + 1000**2) / q

    top = rate / 2 - width(rate / 2) * step / 2
    place = integrate.solve_ivp(
        lambda n, f: -step * width(f), (0, len(centres)), [top], t_eval=range(len(centres) + 1),
        rtol=1e-9,
    )  # fmt: skip
    np.testing.assert_allclose(centres, place.y[0, 1:], rtol=1e-6)
    # The next pole would be no resonance: its quality would be below 1/2.
    beyond = centres[-1] - step * width(centres[-1])
    assert centres[-1] / width(centres[-1]) > 0.5 > beyond / width(beyond) - 0.02


@designs
def test_poles_and_zeros_lie_where_the_report_puts_them(design):
    rate, q, step = design
    encoder = fit(design)
    centres, sections = encoder.frequencies_, encoder.filters_[2:]
    width = np.sqrt(centres**2 + 1000**2) / q
    frequency, quality = resonances(sections[:, 3:], rate)
    np.testing.assert_allclose(frequency, centres)
    np.testing.assert_allclose(quality, centres / width)
    frequency, quality = resonances(sections[:, :3], rate)
    np.testing.assert_allclose(frequency, centres + 1.5 * step * width)
    np.testing.assert_allclose(quality, 5 * frequency / width)


@designs
def test_gains_are_those_of_the_report(design):
    rate, q, step = design
    encoder = fit(design)
    centres, sections = encoder.frequencies_, encoder.filters_
    quarter = [abs(signal.freqz(s[:3], s[3:], [rate / 4], fs=rate)[1][0]) for s in sections[:2]]
    np.testing.assert_allclose(quarter, 1)
    constant = [signal.lfilter(s[:3], s[3:], np.ones(4000))[-1] for s in sections[2:]]
    np.testing.assert_allclose(constant[1:], centres[:-1] / centres[1:], rtol=1e-6)
    assert constant[0] == pytest.approx(constant[1])


@designs
def test_a_channel_is_most_sensitive_at_its_centre_and_deaf_above(design):
    rate, q, step = design
    encoder = fit(design)
    for n in range(2, len(encoder.frequencies_), 7):
        centre = encoder.frequencies_[n]
        frequencies, response = signal.freqz_sos(encoder.filters_[: n + 3], 8192, fs=rate)
        width = np.hypot(centre, 1000) / q
        peak = frequencies[np.abs(response).argmax()]
        assert abs(peak - centre) < 1.1 * width
        above = np.abs(response[frequencies > centre + 3 * width])
        assert above.size == 0 or above.max() < 0.1 * np.abs(response).max()


@pytest.mark.parametrize("frequency", [301.0, 1013.0, 2517.0])
def test_a_tone_comes_through_each_channel_with_the_gain_of_its_cascade(frequency):
    tone = np.sin(2 * np.pi * frequency * np.arange(8000) / 8000)
    found = encode(tone, gain_control=False, difference=False)[-1]
    sections = LyonEncoder().fit([tone]).filters_
    gains = [
        abs(signal.freqz_sos(sections[: n + 1], [frequency], fs=8000)[1][0])
        for n in range(2, len(sections))
    ]
    # A half-wave rectified sine has the mean A / pi; A is 0.1 sqrt(2) at -20 dB.
    expected = np.array(gains) * 0.1 * np.sqrt(2) / np.pi / 0.0004
    loud = expected > 1e-3 * expected.max()
    np.testing.assert_allclose(found[loud], expected[loud], rtol=0.03)


def test_gain_control_of_a_lasting_sound_settles_where_gain_and_target_balance():
    for x, target in ((1.0, 0.5), (0.01, 0.02), (3.0, 1.0)):
        sound = np.full((4000, 5), x)
        _control_gain(sound, np.array([target]), np.array([0.01]))
        np.testing.assert_allclose(sound[-1], x / (1 + x / target))
    sound = np.full((4000, 5), 100.0)
    _control_gain(sound, np.array([1.0]), np.array([0.01]))
    np.testing.assert_allclose(sound[-1], 10)  # never by more than a tenth


@pytest.mark.parametrize(
    ("gain_control", "difference"), [(True, True), (True, False), (False, True)]
)
def test_a_word_is_encoded_as_by_a_plain_reference(gain_control, difference):
    waveform = word()
    encoder = LyonEncoder(gain_control=gain_control, difference=difference).fit([waveform])
    sound = 0.1 * waveform / np.sqrt(np.mean(waveform**2))
    cascade = [signal.sosfilt(encoder.filters_[: n + 1], sound) for n in range(66)]
    out = np.maximum(cascade, 0)  # half-wave rectified, (n_channels, n_timesteps)
    if gain_control:
        stages = [(0.0032, 0.64), (0.0016, 0.16), (0.0008, 0.04), (0.0004, 0.01)]
        for target, tau in stages:  # each in series with the next
            rate, state = 1 - np.exp(-1 / (8000 * tau)), np.zeros(66)
            for t in range(out.shape[1]):
                out[:, t] *= 1 - state
                around = np.convolve(np.pad(state, 1, "edge"), np.ones(3) / 3, "valid")
                state = np.minimum(rate / target * out[:, t] + (1 - rate) * around, 0.9)
    if difference:
        out = np.maximum(out[:-1] - out[1:], 0)
    out = out[-64:]
    rate = 1 - np.exp(-1 / (8000 * 0.03))
    for _ in range(2):
        out = signal.lfilter([rate], [1, rate - 1], out)
    expected = out[:, 79::80].T / 0.0004
    np.testing.assert_allclose(encoder.transform([waveform]).to_dense(0), expected, rtol=1e-4)


@settings(max_examples=20)
@given(st.floats(1e-150, 1e150))
def test_a_gain_changes_nothing(gain):
    waveform = word(400)
    np.testing.assert_allclose(encode(gain * waveform), encode(waveform), rtol=1e-5)


def test_a_word_is_the_same_to_the_bit_alone_and_in_any_batch():
    words = [word(400 + 137 * i, seed=i) for i in range(4)]
    encoder = LyonEncoder().fit(words)
    batch = encoder.transform(words[::-1])
    assert [batch.digest(3 - i) for i in range(4)] == [
        encoder.transform([waveform]).digest(0) for waveform in words
    ]


@pytest.mark.parametrize("rate", [8000, 11_025, 22_050])
def test_the_step_is_the_hop_at_any_sample_rate(rate):
    X = LyonEncoder(sample_rate=rate).fit_transform([np.ones(rate), np.ones(rate + 1), np.ones(1)])
    assert X.n_rows.tolist() == [100, 101, 1]
    assert X.row_duration == 10


def test_whole_hops_have_no_step_more():
    X = LyonEncoder(hop=0.7).fit_transform([np.ones(84), np.ones(85)])  # hops of 5.6
    assert X.n_rows.tolist() == [15, 16]


def test_parameters_set_after_fit_act_at_once_and_are_checked():
    fitted = LyonEncoder().fit([word()])
    frequencies = fitted.frequencies_
    fitted.set_params(sample_rate=16_000, difference=False)
    again = LyonEncoder(sample_rate=16_000, difference=False).fit_transform([word()])
    assert fitted.transform([word()]).digest(0) == again.digest(0)
    np.testing.assert_array_equal(fitted.frequencies_, frequencies)
    with pytest.raises(TypeError, match="gain_control must be True or False, got 'no'"):
        fitted.set_params(gain_control="no").transform([word()])


def test_silence_is_silent_and_integers_are_sound():
    X = LyonEncoder().fit_transform([np.zeros(500)])
    assert len(X.rows) == 0
    pcm = np.rint(20_000 * word()).astype(np.int16)
    np.testing.assert_array_equal(encode(pcm), encode(pcm.astype(float)))


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"sample_rate": 1000}, "sample_rate must be a finite number > 1000"),
        ({"ear_q": 1.0}, "ear_q must be a finite number > 1"),
        ({"step": 0.0}, "step must be a finite number > 0 and <= 1"),
        ({"hop": 0.1}, "hop must be a finite number >= 0.125"),
        ({"tau": 0.0}, "tau must be a finite number > 0"),
        ({"level_db": np.inf}, "level_db must be a finite number >= -300 and <= 300"),
        ({"level_db": 1e5}, "level_db must be a finite number >= -300 and <= 300"),
        (
            {"sample_rate": 1100, "ear_q": 1.1, "step": 1},
            "sample_rate=1100 Hz with ear_q=1.1 and step=1 gives 0 channels, but at least two are",
        ),
        ({"sample_rate": 9000, "ear_q": 1.01, "step": 1}, "gives 1 channels, but at least two"),
        ({"gain_control": "no"}, "gain_control must be True or False, got 'no'"),
        ({"difference": 1}, "difference must be True or False, got 1"),
    ],
)
def test_bad_parameters_are_named(parameters, message):
    with pytest.raises((TypeError, ValueError), match=message):
        LyonEncoder(**parameters).fit([np.ones(9)])


@pytest.mark.parametrize("level_db", [-300.0, 300.0])
@pytest.mark.parametrize("gain_control", [True, False])
def test_any_level_that_is_allowed_is_finite(level_db, gain_control):
    encoder = LyonEncoder(level_db=level_db, gain_control=gain_control)
    X = encoder.fit_transform([np.eye(1, 4000)[0]])
    assert X.amplitudes.max() > 0
