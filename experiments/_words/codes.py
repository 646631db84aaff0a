"""The codes of `lsm run encoders`, for sound and for signals."""

import warnings

import numpy as np
from sklearn.base import clone

from lsm import SpikeArray
from lsm import encoding as codes

__all__ = ["CODES", "encode_signals", "encode_words", "make_slow_noise"]

MEL = codes.CochleagramEncoder()
# Its levels range from 0 to 1, their rises and falls from 0 to 1.5; a row lasts 10 ms.
LIMITS = np.zeros(42), np.repeat([1.0, 1.5], [14, 28])
OF_SIGNALS = {
    "direct current": codes.DirectCurrentEncoder(),
    "rate, Poisson": codes.RateEncoder("poisson", max_rate=200.0),
    "rate, Bernoulli": codes.RateEncoder("bernoulli", max_rate=200.0),
    "rate, regular": codes.RateEncoder("regular", max_rate=200.0),
    "integrate and fire": codes.IntegrateAndFireEncoder(gain=4.0, tau_m=10.0, leaky=False),
    "leaky integrate and fire": codes.IntegrateAndFireEncoder(gain=4.0, tau_m=10.0),
    "latency": codes.LatencyEncoder(),
    "rank order": codes.RankOrderEncoder(n_spikes=10),
    "phase": codes.PhaseEncoder(frequency=100.0, reference=True),
    "burst": codes.BurstEncoder(max_spikes=3, min_interval=1.0, max_interval=4.0),
    "population": codes.PopulationEncoder(n_fields=4),
    "synchrony": codes.SynchronyEncoder(n_neurons=5, rate=100.0),
    "Ben's spiker": codes.BSAEncoder(),
}
# Their spikes are rises and falls, so they take the levels alone.
OF_CHANGES = {
    "send on delta": codes.DeltaEncoder("send-on-delta", start=0.0),
    "step forward": codes.DeltaEncoder("step-forward", start=0.0),
    "moving window": codes.DeltaEncoder("moving-window", window=20.0, start=0.0),
}
OF_SOUND = {
    "direct current, gammatone": codes.CochleagramEncoder(scale="gammatone"),
    "direct current, Lyon": codes.LyonEncoder(),
}
CODES = OF_SIGNALS | OF_CHANGES | OF_SOUND


def encode_words(code, random_state, waveforms):
    """Return encoded words, and the error of decoding them."""
    if code in OF_SOUND:
        return OF_SOUND[code].fit_transform(waveforms), np.nan
    currents = MEL.fit_transform(waveforms)
    if code not in OF_CHANGES:
        return encode_signals(code, random_state, currents, LIMITS)
    levels = [currents.to_dense(i)[:, : MEL.n_bands] for i in range(len(currents))]
    levels = SpikeArray.from_dense(levels, row_duration=currents.row_duration, graded=True)
    return encode_signals(code, random_state, levels, (0.0, 1.0))


def encode_signals(code, random_state, signals, limits):
    """Return encoded signals, and the root mean squared error of decoding over their deviation."""
    encoder = clone(CODES[code]).set_params(limits=limits)
    if hasattr(encoder, "random_state"):
        encoder.set_params(random_state=random_state)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # step-forward lags behind fast signals
        spikes = encoder.fit_transform(signals)
    if code == "moving window":  # it has no inverse
        return spikes, np.nan
    target = np.concatenate([signals.to_dense(i) for i in range(len(signals))])
    decoded = np.concatenate(encoder.inverse_transform(spikes))
    return spikes, float(np.sqrt(np.mean((decoded - target) ** 2) / np.var(target)))


def make_slow_noise():
    """Return five signals of 2 s: ten channels of noise below 5 Hz that fills the range 0 to 1."""
    spectrum = np.fft.rfft(np.random.default_rng(0).normal(size=(5, 200, 10)), axis=1)
    spectrum[:, np.fft.rfftfreq(200, 0.01) > 5] = 0
    noise = np.fft.irfft(spectrum, axis=1)
    noise -= noise.min(axis=1, keepdims=True)
    noise /= noise.max(axis=1, keepdims=True)
    return SpikeArray.from_dense(noise, row_duration=10.0, graded=True)
