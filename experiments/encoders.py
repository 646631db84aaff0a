"""Compare encoders and readouts on spoken digits: the study of docs/studies/encoders.md.

Digits of the Free Spoken Digit Dataset are encoded by every code of `lsm.encoding`, and classified
by four readouts with a liquid, with static random features, and without either. Each speaker is the
test once. The table also has the number of channels and of spikes of each code, and the error of
decoding. The study itself is `lsm run encoders --repeats 3`, eight minutes on one core.
"""

import warnings
from functools import cache

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Bunch

from lsm import Liquid, with_random_features
from lsm._validation import check_choice, check_integer
from lsm.datasets import fetch_spoken_digits
from lsm.readout import KernelRidgeClassifier

from . import spoken_words
from ._study.metric import Metric
from ._words.codes import CODES, OF_SOUND, encode_signals, encode_words, make_slow_noise
from ._words.readouts import make_window_means

__all__ = ["conditions", "evaluate", "fit", "load_data", "make_model"]

READOUTS = {
    "ridge": RidgeClassifierCV(np.logspace(0, 4, 9)),
    "RBF kernel": KernelRidgeClassifier(),
    "logistic": LogisticRegression(C=0.01, max_iter=1000),
    "5 nearest": KNeighborsClassifier(5),
}
_fetch = cache(fetch_spoken_digits)  # all codes share the recordings


def conditions(codes=None):
    """Return the codes to compare.

    Parameters
    ----------
    codes : list of str or None
        Names of codes, such as "rate, Poisson" latency. By default all codes.
    """
    for code in codes or ():
        check_choice("codes", code, CODES)
    return [{"code": code} for code in codes or CODES]


def load_data(data_home=None, takes=10, *, code="direct current", random_state=None):
    """Load spoken digits, and encode them.

    Parameters
    ----------
    data_home : str or None
        Folder or archive with the recordings. By default they are downloaded once, about 16 MB.
    takes : int, default=10
        Number of training takes of each speaker and digit.
    code : str, default="direct current"
        Name of the code.
    random_state : int or None, default=None
        Seed of the code.

    Returns
    -------
    data : Bunch
        Encoded `data`, the `error` of decoding them, `target`, and `cv`, in which each speaker is
        the test once.
    """
    digits = _fetch(data_home)
    known = np.unique(digits.take)
    check_integer("takes", takes, 1, len(known))
    kept = np.flatnonzero(np.isin(digits.take, known[:takes]))
    target, groups = digits.target[kept], digits.speaker[kept]
    encoded, error = encode_words(code, random_state, digits.data[kept])
    cv = list(LeaveOneGroupOut().split(target, groups=groups))
    return Bunch(data=encoded, target=target, error=error, cv=cv, DESCR=digits.DESCR)


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
        Of the steps liquid, scaler and readouts.
    """
    model = spoken_words.make_model(n_neurons, random_state=random_state)[1:-1]
    return Pipeline([*model.steps, ("readouts", Readouts())]).set_params(**settings)


def make_models(model):
    """Make the models of the table by name; the first is `model`."""
    bins = ("bins", make_window_means())
    baseline = Pipeline([bins, ("scaler", StandardScaler()), ("readouts", Readouts())])
    static = with_random_features(model)
    return {"liquid": model, "static random features": static, "no liquid": baseline}


def fit(model, data, train):
    """Fit a model, without warnings of useless liquids, which some codes make."""
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
    if isinstance(model.named_steps.get("liquid"), Liquid):
        for name, value in properties.items():
            values[Metric(name, scored=False, columns=(("measure", name),))] = value
    return y_pred, values


def _spikes_a_word(spikes):
    if spikes.graded:
        return np.nan
    total = len(spikes.rows) if spikes.amplitudes is None else spikes.amplitudes.sum(dtype=float)
    return total / len(spikes)


def describe(comparison):
    """Return a row for each code: means over seeds, accuracies in %: liquid / static / none."""
    table = comparison.table()
    seeds = [name for name in table if name.startswith("seed ")]
    table["mean"] = table[seeds].mean(axis=1)
    means = table.pivot(index="code", columns=["measure", "model"], values="mean")
    shown = means.loc[table["code"].unique(), []].droplevel("model", axis=1)
    for name in ("channels", "spikes a word"):
        shown[name] = means[name, "liquid"].round()
    for name in READOUTS:
        models = ["liquid", "static random features", "no liquid"]
        percent = (100 * means[name][models]).round(1)
        shown[name] = percent.astype(str).agg(" / ".join, axis=1)
    noise = make_slow_noise()
    shown["error, words"] = means["decoding error", "liquid"]
    shown["error, noise"] = [
        np.nan if code in OF_SOUND else encode_signals(code, 0, noise, (0.0, 1.0))[1]
        for code in shown.index
    ]
    return shown.round(2).to_string()
