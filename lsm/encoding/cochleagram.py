"""Cochleagram: levels of frequency bands of a sound, and their rises and falls."""

import copy

import numpy as np
from scipy import fft, signal

from .._typing import Array
from .._validation import check_number
from ._inputs import check_waveforms
from .sound import SoundEncoder

__all__ = ["CochleagramEncoder"]


class CochleagramEncoder(SoundEncoder):
    """Encode waveforms as graded currents, three channels for each frequency band.

    The sound is divided into overlapping windows. The power of each band in each window gives a
    level: 0 at `floor_db` and below, 1 at the loudest band of the loudest window of the same
    waveform, linear in dB between them. Each band has a channel for its level, one for the speed
    at which the level rises, and one for the speed at which it falls. Bands lie on the mel scale
    [1]_ or are gammatone filters [2]_ at even distances in equivalent rectangular bandwidths. All
    bands have about the same peak weight and higher bands are wider, so white noise is louder in
    high bands. The encoder is a front end like that of [3]_.

    The gain of a recording has no influence. Nothing is learnt from the data, so parameters that
    are set after `fit` act at once.

    Parameters
    ----------
    sample_rate : float, default=8000
        Sample rate of the waveforms in Hz.
    n_bands : int, default=14
        Number of frequency bands. Words of unknown speakers are classified better with few bands
        than with many.
    f_min : float, default=60.0
        Lower edge of the lowest band in Hz.
    f_max : float or "auto", default="auto"
        Upper edge of the highest band in Hz, at most half the sample rate, which "auto" takes.
    window : float, default=25.0
        Length of the Hann windows in ms.
    hop : float, default=10.0
        Time from one window to the next in ms; also the step `dt` of the output.
    scale : {"mel", "gammatone"}, default="mel"
        Triangular filters on the mel scale of Slaney's Auditory Toolbox, which is linear below
        1000 Hz and logarithmic above, or the magnitude responses of gammatone filters of
        order 4. Both weigh the power spectrum of the window.
    floor_db : float, default=-45.0
        Level that becomes 0, in dB relative to the maximum of the waveform.
    trim_db : float or None, default=-40.0
        Leading and trailing windows are removed if their power over all bands, in dB relative to
        that of the loudest window, is below this. None removes none.
    gain_control : float, default=0.0
        Share of the loudness of each window that is removed from it, from 0 to 1. At 1 the loudest
        band of every window has level 1, unless it lies below the floor. About 0.4 helps with
        unknown speakers.
    delta_gain : float, default=12.0
        Gain of rises and falls, which are measured in levels per hop.
    delta_limit : float, default=1.5
        Upper bound at which rises and falls are clipped.

    Attributes
    ----------
    frequencies_ : float64 array of shape (n_bands,)
        Centre of each band in Hz.
    filter_bank_ : float64 array of shape (n_bands, n_frequencies)
        Weights of the power spectrum in each band, with a peak of about 1.
    channel_names_ : list of str
        Names of the 3 * n_bands channels, such as "level 212 Hz": levels, then rises, then falls.
    n_features_in_ : int
        Length of the waveforms, if `fit` saw a 2-D array.

    Notes
    -----
    The end of a waveform is padded with zeros to a whole number of windows, so no part of it is
    lost, and a waveform shorter than a window gives one step. All levels of a waveform of zeros
    are 0, and it is not trimmed.

    References
    ----------
    .. [1] S. Davis, P. Mermelstein (1980). Comparison of parametric representations for
       monosyllabic word recognition in continuously spoken sentences. IEEE Transactions on
       Acoustics, Speech, and Signal Processing 28, 357-366.
    .. [2] R. D. Patterson, K. Robinson, J. Holdsworth, D. McKeown, C. Zhang, M. Allerhand (1992).
       Complex sounds and auditory images. Auditory Physiology and Perception, 429-446.
    .. [3] D. Verstraeten, B. Schrauwen, D. Stroobandt, J. Van Campenhout (2005). Isolated word
       recognition with the liquid state machine: a case study. Information Processing Letters
       95, 521-528.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.encoding import CochleagramEncoder
    >>> seconds = np.arange(4000) / 8000
    >>> tones = [np.sin(2 * np.pi * f * seconds[:n]) for f, n in ((440, 4000), (1000, 2400))]
    >>> encoder = CochleagramEncoder(sample_rate=8000).fit(tones)
    >>> X = encoder.transform(tones)
    >>> X.n_rows, X.n_channels, X.row_duration
    (array([49, 29], dtype=int32), 42, 10.0)
    >>> encoder.channel_names_[X.to_dense(1)[10].argmax()]
    'level 974 Hz'
    """

    bounds = {
        "sample_rate": "> 0",
        "n_bands": "integer >= 1",
        "f_min": ">= 0",
        "f_max": "> f_min or 'auto'",
        "window": "> 0",
        "hop": "> 0",
        "scale": ("mel", "gammatone"),
        "floor_db": "< 0",
        "trim_db": "< 0 or None",
        "gain_control": ">= 0 and <= 1",
        "delta_gain": ">= 0",
        "delta_limit": "> 0",
    }

    def __init__(
        self,
        sample_rate: float = 8000,
        n_bands: int = 14,
        f_min: float = 60.0,
        f_max: float | str = "auto",
        window: float = 25.0,
        hop: float = 10.0,
        scale: str = "mel",
        floor_db: float = -45.0,
        trim_db: float | None = -40.0,
        gain_control: float = 0.0,
        delta_gain: float = 12.0,
        delta_limit: float = 1.5,
    ) -> None:
        self.sample_rate = sample_rate
        self.n_bands = n_bands
        self.f_min = f_min
        self.f_max = f_max
        self.window = window
        self.hop = hop
        self.scale = scale
        self.floor_db = floor_db
        self.trim_db = trim_db
        self.gain_control = gain_control
        self.delta_gain = delta_gain
        self.delta_limit = delta_limit

    def check(self) -> None:
        """Check the parameters; see :class:`SoundEncoder`."""
        super().check()
        nyquist = self.sample_rate / 2
        check_number("CochleagramEncoder.f_min", self.f_min, 0, nyquist, high_open=True)
        if not isinstance(self.f_max, str):
            check_number("CochleagramEncoder.f_max", self.f_max, self.f_min, nyquist, low_open=True)
        for name in ("window", "hop"):
            value = getattr(self, name)
            check_number(f"CochleagramEncoder.{name}", value, 1000 / self.sample_rate)

    def prepare(self) -> None:
        """Design the windows and the filters of the bands."""
        size = round(self.window * self.sample_rate / 1000)
        self._hann = signal.windows.hann(size, sym=False)
        self._n_fft = 2 ** int(np.ceil(np.log2(size)))
        f_max = self.sample_rate / 2 if isinstance(self.f_max, str) else self.f_max
        filters = {"mel": _mel_filters, "gammatone": _gammatone_filters}[self.scale]
        layout = self.sample_rate, self._n_fft, self.n_bands, self.f_min, f_max
        self.frequencies_, weights = filters(*layout)
        total = weights.sum(axis=1)
        if not total.all():
            raise ValueError(
                f"CochleagramEncoder.n_bands={self.n_bands} is too many for "
                f"window={self.window:g} ms: the band at "
                f"{self.frequencies_[np.argmin(total)]:.0f} Hz lies between two frequencies of "
                "its spectrum; lower n_bands or lengthen window"
            )
        self.filter_bank_ = weights
        self.channel_names_ = [
            f"{kind} {frequency:.0f} Hz"
            for kind in ("level", "rise", "fall")
            for frequency in self.frequencies_
        ]

    def encode_sample(self, waveform: Array) -> Array:
        """Encode one waveform; see :class:`SoundEncoder`."""
        level = self._levels(self._band_power(waveform))
        slope = np.gradient(level, axis=0) if len(level) > 1 else np.zeros_like(level)
        delta = np.clip(self.delta_gain * slope, -self.delta_limit, self.delta_limit)
        return np.hstack([level, np.maximum(delta, 0), np.maximum(-delta, 0)])

    def onset(self, waveform: Array) -> float:
        """Return the time in a waveform at which its encoded sample starts; see SoundEncoder.

        It is `(window - hop) / 2` ms after the start of the first window that is not trimmed, so
        that each step lies in the middle of its window.
        """
        (waveform,) = check_waveforms(self, [waveform], reset=False)
        encoder = copy.copy(self)  # `prepare` sets attributes, which only `fit` may do
        encoder.prepare()
        first = encoder._loud(encoder._band_power(waveform)).start
        return first * self.hop + (self.window - self.hop) / 2

    def _band_power(self, waveform):
        """Return the power of each band in each window, of shape (n_windows, n_bands)."""
        waveform = waveform.astype(np.float64)
        # Levels are relative, so the gain is free; with this one, squares do not overflow.
        waveform /= np.abs(waveform).max() or 1
        size, hop = len(self._hann), self.hop * self.sample_rate / 1000
        n_windows = 1 + max(0, int(np.ceil((len(waveform) - size) / hop - 1e-9)))
        # A hop may not be a whole number of samples (10 ms at 22,050 Hz is not): each start is
        # rounded on its own, so that windows do not drift.
        starts = np.rint(np.arange(n_windows) * hop).astype(int)
        padded = np.zeros(starts[-1] + size)
        padded[: len(waveform)] = waveform
        windows = np.lib.stride_tricks.sliding_window_view(padded, size)[starts]
        spectrum = fft.rfft(windows * self._hann, self._n_fft)
        power = spectrum.real**2 + spectrum.imag**2
        # Not by BLAS, as the last digits of its products may depend on the number of threads.
        return np.einsum("tf,bf->tb", power, self.filter_bank_)

    def _loud(self, power):
        """Return the range of the windows that are not trimmed, as a slice."""
        loudness = power.sum(axis=1)
        if self.trim_db is None or not loudness.any():
            return slice(0, len(power))
        loud = np.flatnonzero(loudness >= loudness.max() * 10 ** (self.trim_db / 10))
        return slice(loud[0], loud[-1] + 1)

    def _levels(self, power):
        """Return the level of each band in each window that is not trimmed."""
        if not power.any():
            return np.zeros_like(power)
        power = power[self._loud(power)]
        with np.errstate(divide="ignore"):  # a power of zero is minus infinity, below any floor
            decibels = 10 * np.log10(power / power.max())
        loudest = np.maximum(decibels.max(axis=1, keepdims=True), self.floor_db)
        decibels -= self.gain_control * loudest
        # Clipped after the division, so that the floor is exactly 0 and gives no event.
        return np.maximum(1 - decibels / self.floor_db, 0)


def _mel_filters(sample_rate, n_fft, n_bands, f_min, f_max):
    import librosa  # its import takes a second

    edges = librosa.mel_frequencies(n_bands + 2, fmin=f_min, fmax=f_max)
    weights = librosa.filters.mel(
        sr=sample_rate, n_fft=n_fft, n_mels=n_bands, fmin=f_min, fmax=f_max, norm=None,
        dtype=np.float64,
    )  # fmt: skip
    return edges[1:-1], weights


def _gammatone_filters(sample_rate, n_fft, n_bands, f_min, f_max):
    # The number of equivalent rectangular bandwidths below a frequency (Glasberg & Moore 1990)
    # is a constant times log(1 + f / 228.8 Hz).
    low, high = np.log1p(np.array([f_min, f_max]) / 228.8)
    centres = 228.8 * np.expm1(np.linspace(low, high, n_bands + 2)[1:-1])
    bins = fft.rfftfreq(n_fft, 1 / sample_rate)
    filters = [signal.gammatone(centre, "iir", fs=sample_rate) for centre in centres]
    responses = [signal.freqz(b, a, worN=bins, fs=sample_rate)[1] for b, a in filters]
    return centres, np.abs(responses) ** 2
