"""Lyon's passive model of the cochlea."""

import numpy as np
from scipy import signal

from .._jit import njit
from .._typing import Array
from .._validation import check_number
from .sound import SoundEncoder

__all__ = ["LyonEncoder"]

# Slaney (1988): frequency below which the bandwidth of the ear is constant; distance of the zero
# of a stage above its pole, in steps of the cascade; quality of the zero relative to the pole;
# corner frequency of the high-pass of the outer ear.
BREAK_FREQUENCY = 1000.0
ZERO_OFFSET = 1.5
ZERO_SHARPNESS = 5.0
OUTER_EAR_CORNER = 300.0
# Targets and time constants in s of the four stages of gain control.
GAIN_CONTROL = np.array([[0.0032, 0.64], [0.0016, 0.16], [0.0008, 0.04], [0.0004, 0.01]])
GAIN_CONTROL_LIMIT = 0.9
MAX_DB = 300.0  # beyond it amplitudes may overflow float32


class LyonEncoder(SoundEncoder):
    """Encode waveforms by Lyon's passive ear model [1]_, as published by Slaney [2]_.

    A filter for the outer ear is followed by a cascade of notch filters from high to low
    frequencies, each with a resonance below its notch. The output of each filter is half-wave
    rectified, as by a hair cell; compressed by four stages of automatic gain control, which are
    coupled between neighbouring channels; reduced by the output of the next filter; low-pass
    filtered; and read once in a hop. It is the front end of [3]_.

    The gain of a recording has no influence. Nothing is learnt from the data, so parameters that
    are set after `fit` act at once.

    Parameters
    ----------
    sample_rate : float, default=8000
        Sample rate of the waveforms in Hz, above 1000.
    ear_q : float, default=8.0
        Quality of the filters: centre frequency over bandwidth, above 1 kHz.
    step : float, default=0.25
        Distance from one channel to the next in bandwidths.
    hop : float, default=10.0
        Time from one reading to the next in ms; also the step `dt` of the output.
    tau : float, default=30.0
        Time constant of the two equal low-pass filters before the reading, in ms.
    gain_control : bool, default=True
        Whether loudness is compressed.
    difference : bool, default=True
        Whether the output of the next filter is subtracted, which sharpens the channels.
    level_db : float, default=-20.0
        Root mean square to which waveforms are scaled, in dB relative to 1, from -300 to 300. A
        higher level makes the gain control stronger.

    Attributes
    ----------
    frequencies_ : float64 array of shape (n_channels,)
        Centre of each channel in Hz, in decreasing order.
    filters_ : float64 array of shape (n_channels + 2, 6)
        Second-order sections of the cascade as in :func:`scipy.signal.sosfilt`; the first two
        are the outer ear.
    n_features_in_ : int
        Length of the waveforms, if `fit` saw a 2-D array.

    Notes
    -----
    Slaney's code sets the outputs of the first two filters, the outer ear, to zero. Here they take
    part in the gain control and in the difference of the highest channel, and are not returned.

    Amplitudes are in units of the target of the last stage of gain control, 0.0004. The end of a
    waveform is padded with zeros to a whole number of hops.

    References
    ----------
    .. [1] R. F. Lyon (1982). A computational model of filtering, detection, and compression in
       the cochlea. IEEE International Conference on Acoustics, Speech, and Signal Processing,
       1282-1285.
    .. [2] M. Slaney (1988). Lyon's cochlear model. Apple Technical Report 13.
    .. [3] D. Verstraeten, B. Schrauwen, D. Stroobandt, J. Van Campenhout (2005). Isolated word
       recognition with the liquid state machine: a case study. Information Processing Letters
       95, 521-528.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.encoding import LyonEncoder
    >>> tone = np.sin(2 * np.pi * 1000 * np.arange(4000) / 8000)
    >>> encoder = LyonEncoder().fit([tone])
    >>> X = encoder.transform([tone])
    >>> X.n_rows, X.n_channels, X.row_duration
    (array([50], dtype=int32), 64, 10.0)
    >>> int(encoder.frequencies_[X.to_dense(0)[-1].argmax()])
    970
    """

    bounds = {
        "sample_rate": "> 1000",
        "ear_q": "> 1",
        "step": "> 0 and <= 1",
        "hop": "> 0",
        "tau": "> 0",
        "gain_control": "boolean",
        "difference": "boolean",
        "level_db": f">= {-MAX_DB} and <= {MAX_DB}",
    }

    def __init__(
        self,
        sample_rate: float = 8000,
        ear_q: float = 8.0,
        step: float = 0.25,
        hop: float = 10.0,
        tau: float = 30.0,
        gain_control: bool = True,
        difference: bool = True,
        level_db: float = -20.0,
    ) -> None:
        self.sample_rate = sample_rate
        self.ear_q = ear_q
        self.step = step
        self.hop = hop
        self.tau = tau
        self.gain_control = gain_control
        self.difference = difference
        self.level_db = level_db

    def check(self) -> None:
        """Check the parameters; see :class:`SoundEncoder`."""
        super().check()
        check_number("LyonEncoder.hop", self.hop, 1000 / self.sample_rate)

    def prepare(self) -> None:
        """Design the filters."""
        self.frequencies_, self.filters_ = _design(self.sample_rate, self.ear_q, self.step)

    def encode_sample(self, waveform: Array) -> Array:
        """Encode one waveform; see :class:`SoundEncoder`."""
        hop = self.hop * self.sample_rate / 1000
        ends = np.rint(np.arange(1, np.ceil(len(waveform) / hop - 1e-9) + 1) * hop).astype(int)
        sound = np.zeros(max(ends[-1], len(waveform)))
        sound[: len(waveform)] = waveform
        sound /= np.abs(sound).max() or 1  # so that squares are finite
        sound *= 10 ** (self.level_db / 20) / (np.sqrt(np.mean(sound[: len(waveform)] ** 2)) or 1)
        out = np.empty((len(sound), len(self.filters_)))
        for channel, section in enumerate(self.filters_):
            sound = signal.lfilter(section[:3], section[3:], sound)
            out[:, channel] = np.maximum(sound, 0)
        if self.gain_control:
            rates = -np.expm1(-1 / (GAIN_CONTROL[:, 1] * self.sample_rate))
            _control_gain(out, GAIN_CONTROL[:, 0].copy(), rates)
        if self.difference:
            out[:, 1:] = np.maximum(out[:, :-1] - out[:, 1:], 0)
        rate = -np.expm1(-1000 / (self.tau * self.sample_rate))
        low_pass = [rate**2], [1, -2 * (1 - rate), (1 - rate) ** 2]
        return signal.lfilter(*low_pass, out[:, 2:], axis=0)[ends - 1] / GAIN_CONTROL[-1, 0]


@njit
def _control_gain(sound, targets, rates):
    """Compress a sound of shape (n_timesteps, n_channels), in place."""
    n_channels = sound.shape[1]
    states = np.zeros((len(targets), n_channels))
    for t in range(len(sound)):
        for stage in range(len(targets)):
            state, rate, target = states[stage], rates[stage], targets[stage]
            left = state[0]
            for c in range(n_channels):
                here, right = state[c], state[min(c + 1, n_channels - 1)]
                sound[t, c] *= 1 - here
                state[c] = min(
                    rate / target * sound[t, c] + (1 - rate) * (left + here + right) / 3,
                    GAIN_CONTROL_LIMIT,
                )
                left = here


def _design(sample_rate, ear_q, step):
    """Return the centre frequencies of the channels and the sections of the cascade."""

    def bandwidth(frequency):
        return np.hypot(frequency, BREAK_FREQUENCY) / ear_q

    nyquist = sample_rate / 2
    top = nyquist - bandwidth(nyquist) * step * (ZERO_OFFSET - 1)
    # d f / d channel = -step bandwidth(f), so f is a hyperbolic sine of the channel. The lowest
    # frequency is the one at which the quality of a pole falls to 1/2.
    lowest = BREAK_FREQUENCY / np.sqrt(4 * ear_q**2 - 1)
    place, last = np.arcsinh(np.array([top, lowest]) / BREAK_FREQUENCY)
    n_channels = int((place - last) * ear_q / step)
    if n_channels < 2:  # the gain of a filter follows from the distance to the next one
        raise ValueError(
            f"LyonEncoder.sample_rate={sample_rate:g} Hz with ear_q={ear_q:g} and step={step:g} "
            f"gives {max(n_channels, 0)} channels, but at least two are needed: raise sample_rate "
            "or ear_q, or lower step"
        )
    centres = BREAK_FREQUENCY * np.sinh(place - np.arange(1, n_channels + 1) * step / ear_q)

    width = bandwidth(centres)
    zeros = centres + width * step * ZERO_OFFSET
    sections = np.hstack(
        [
            _resonance(zeros, ZERO_SHARPNESS * zeros / width, sample_rate),
            _resonance(centres, centres / width, sample_rate),
        ]
    )
    gain = centres[:-1] / centres[1:]
    _set_gain(sections, np.append(gain[:1], gain), 0, sample_rate)
    high_pass = [0, 1, -np.exp(-2 * np.pi * OUTER_EAR_CORNER / sample_rate), 1, 0, 0]
    top_resonance = _resonance(top, centres[0] / width[0], sample_rate)
    front = np.array([high_pass, [1, 0, -1, *top_resonance]])
    _set_gain(front, 1, sample_rate / 4, sample_rate)
    return centres, np.vstack([front, sections])


def _resonance(frequency, quality, sample_rate):
    """Return the polynomial 1 + a / z + b / z^2 of a pair of poles or zeros, as (..., 3)."""
    radius = np.exp(-np.pi * frequency / sample_rate / quality)
    angle = 2 * np.pi * frequency / sample_rate * np.sqrt(1 - 1 / (4 * quality**2))
    return np.stack([np.ones_like(radius), -2 * radius * np.cos(angle), radius**2], axis=-1)


def _set_gain(sections, gain, frequency, sample_rate):
    """Scale sections, in place, to a gain at a frequency in Hz."""
    powers = np.exp(-2j * np.pi * frequency / sample_rate * np.arange(3))
    response = np.abs(sections[:, :3] @ powers) / np.abs(sections[:, 3:] @ powers)
    sections[:, :3] *= (gain / response)[:, None]
