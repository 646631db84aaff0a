"""Compare encoders and readouts on spoken digits: the study of docs/encoders.md.

Digits of the Free Spoken Digit Dataset are encoded by every code of `lsm.encoding`, and classified
by four readouts with and without a liquid. Each speaker is the test once. The table also has the
number of channels and of spikes of each code, and the error of decoding. The study itself is
`lsm run encoders --repeats 3`, eight minutes on one core.
"""

import warnings
from functools import cache

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils import Bunch

from lsm import SpikeArray
from lsm import encoding as codes
from lsm._validation import check_choice, check_integer
from lsm.datasets import fetch_spoken_digits
from lsm.readout import KernelRidgeClassifier

from . import spoken_words
from ._study.metric import Metric

__all__ = ["conditions", "evaluate", "fit", "load_data", "make_model"]

MEL = codes.CochleagramEncoder()
# Its levels range from 0 to 1, their rises and falls from 0 to 1.5; a row lasts 10 ms.
LIMITS = np.zeros(42), np.repeat([1.0, 1.5], [14, 28])
CODES = {
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
ALL_CODES = CODES | OF_CHANGES | OF_SOUND
READOUTS = {
    "ridge": RidgeClassifierCV(np.logspace(0, 4, 9)),
    "RBF kernel": KernelRidgeClassifier(),
    "logistic": LogisticRegression(C=0.01, max_iter=1000),
    "5 nearest": KNeighborsClassifier(5),
}


def conditions(codes=None):
    """Return the codes to compare.

    Parameters
    ----------
    codes : list of str or None
        Names of codes, such as "rate, Poisson" latency. By default all codes.
    """
    for code in codes or ():
        check_choice("codes", code, ALL_CODES)
    return [{"code": code} for code in codes or ALL_CODES]


def load_data(data_home=None, takes=10, *, code="direct current", random_state=None):
    """Load spoken digits, and encode them.

    Parameters
    ----------
    data_home : str or None
        Folder or archive with the recordings. By default they are downloaded once, about 16 MB.
    takes : int, default=10
        Number of takes of each speaker and digit, the first ones that are for training.
    code : str, default="direct current"
        Name of the code.
    random_state : int or None, default=None
        Seed of the code.

    Returns
    -------
    data : Bunch
        As of :func:`lsm.datasets.fetch_spoken_digits`, with encoded `data`, the `error` of decoding
        it, and `cv`, in which each speaker is the test once.
    """
    digits = Bunch(**_load_words(data_home, takes))
    digits.cv = list(LeaveOneGroupOut().split(digits.data, groups=digits.speaker))
    digits.data, digits.error = _encode_words(code, random_state, digits.data)
    return digits


@cache
def _load_words(data_home, takes):
    """Return the first takes of each speaker and digit, which all codes share."""
    digits = fetch_spoken_digits(data_home)
    known = np.unique(digits.take)
    check_integer("takes", takes, 1, len(known))
    kept = np.flatnonzero(np.isin(digits.take, known[:takes]))
    for name in ("data", "target", "speaker", "take"):
        digits[name] = digits[name][kept]
    return digits


def _encode_words(code, random_state, waveforms):
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
    encoder = clone(ALL_CODES[code]).set_params(limits=limits)
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


class Readouts(BaseEstimator):
    """Several readouts of the same states; predictions have a column for each."""

    def fit(self, X, y):
        """Fit the readouts."""
        self.readouts_ = [clone(readout).fit(X, y) for readout in READOUTS.values()]
        return self

    def predict(self, X):
        """Return classes, of shape (n_samples, n_readouts)."""
        return np.column_stack([readout.predict(X) for readout in self.readouts_])


def make_model(n_neurons=500, *, random_state=None, **settings):
    """Make an unfitted classifier of encoded words.

    Parameters
    ----------
    n_neurons : int, default=500
        Number of neurons in the liquid.
    random_state : int or None, default=None
        Seed of the liquid.
    **settings : object
        Any parameters of the parts by their names, such as `liquid__neurons__tau_m=30.0`.

    Returns
    -------
    model : Pipeline
        Of the steps liquid, dense, scaler and readouts.
    """
    model = spoken_words.make_model(n_neurons, random_state=random_state)[1:-1]
    return Pipeline([*model.steps, ("readouts", Readouts())]).set_params(**settings)


def make_models(model):
    """Make the models of the table by name; the first is `model`."""
    bins = ("bins", FunctionTransformer(spoken_words.mean_in_bins))
    baseline = Pipeline([bins, ("scaler", StandardScaler()), ("readouts", Readouts())])
    return {"liquid": model, "no liquid": baseline}


def fit(model, data, train):
    """Fit a model, without the warnings that its liquid is of no use: some must be."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(data.data[train], data.target[train])


def evaluate(model, data, test):
    """Return predictions, the accuracy of each readout, and properties of the code."""
    y_pred = model.predict(data.data[test])
    accuracies = np.mean(y_pred == data.target[test][:, None], axis=0)
    values = {
        Metric("accuracy", columns=(("measure", name),)): accuracy
        for name, accuracy in zip(READOUTS, accuracies, strict=True)
    }
    properties = {
        "channels": data.data.n_channels,
        "spikes a word": _spikes_a_word(data.data),
        "decoding error": data.error,
    }
    if "liquid" in model.named_steps:
        for name, value in properties.items():
            values[Metric(name, scored=False, columns=(("measure", name),))] = value
    return y_pred, values


def _spikes_a_word(spikes):
    if spikes.graded:
        return np.nan
    total = len(spikes.rows) if spikes.amplitudes is None else spikes.amplitudes.sum(dtype=float)
    return total / len(spikes)


def describe(comparison):
    """Return a row for each code: means over seeds, accuracies in percent, liquid / no liquid."""
    table = comparison.table()
    seeds = [name for name in table if name.startswith("seed ")]
    table["mean"] = table[seeds].mean(axis=1)
    means = table.pivot(index="code", columns=["measure", "model"], values="mean")
    shown = means.loc[table["code"].unique(), []].droplevel("model", axis=1)
    for name in ("channels", "spikes a word"):
        shown[name] = means[name, "liquid"].round()
    for name in READOUTS:
        both = (100 * means[name][["liquid", "no liquid"]]).round(1)
        shown[name] = both.astype(str).agg(" / ".join, axis=1)
    noise = make_slow_noise()
    shown["error, words"] = means["decoding error", "liquid"]
    shown["error, noise"] = [
        np.nan if code in OF_SOUND else encode_signals(code, 0, noise, (0.0, 1.0))[1]
        for code in shown.index
    ]
    return shown.round(2).to_string()
