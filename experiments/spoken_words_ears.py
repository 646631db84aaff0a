"""Recognise spoken words with a liquid that hears each word through several front ends.

As spoken-words, but each word passes the liquid once for each of several front ends. These are
drawn at random, so none is chosen by its score. By default two readouts are fitted for each front
end, and a logistic regression weighs their scores; other readouts have all states side by side.
The table has the liquid with all front ends and with the first alone, and both with static random
features in the liquid's place and without a liquid.
"""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.ensemble import StackingClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_random_state

from lsm import with_random_features
from lsm._validation import check_choice, check_integer

from . import spoken_words
from ._study.folds import compare_folds
from ._words import readouts
from ._words.readouts import N_BINS, make_readout, make_window_means
from ._words.recipes import held_out, stack
from ._words.recordings import load_data

__all__ = ["load_data", "make_baseline", "make_model"]

READOUTS = readouts.READOUTS | {"stacked": "stacked"}
# Values that a front end is drawn from.
DRAWN = {
    "n_bands": np.arange(10, 25),
    "window": (20.0, 25.0, 32.0),
    "f_min": (0.0, 60.0, 120.0),
    "floor_db": (-55.0, -50.0, -45.0, -40.0),
    "trim_db": (-45.0, -40.0, -35.0, -30.0),
    "gain_control": (0.0, 0.2, 0.4),
    # One in four has levels alone: worse by itself, but a stack gains from its difference.
    "delta_gain": (0.0, 12.0, 12.0, 12.0),
}


def make_model(
    n_neurons=1000, n_ears=24, readout="stacked", *, sample_rate=8000, random_state=None
):
    """Make an unfitted classifier of waveforms that hears each through several front ends.

    Parameters
    ----------
    n_neurons : int, default=1000
        Number of neurons in the liquid.
    n_ears : int, default=24
        Number of front ends. With 24, a thousand neurons and fsdd a run takes about 3 GB.
    readout : {"ridge", "kernel", "whitened", "stacked"}, default="stacked"
        Readout of the liquid: one of spoken-words, of all states side by side; or stacked, a
        logistic regression on the scores of a ridge regression and of an RBF kernel for each front
        end, for training words that these were not fitted on.
    sample_rate : float, default=8000
        Sample rate of the waveforms in Hz.
    random_state : int, RandomState instance or None, default=None
        Seed of the front ends and of the liquid, whose recurrent weights all of them share.

    Returns
    -------
    model : Pipeline
        Of the steps ears, scaler and readout, or, if stacked, ears and readout.
    """
    seed, encoders = _draw(n_ears, sample_rate, random_state)
    common = {"n_neurons": n_neurons, "random_state": seed}
    ears = [spoken_words.make_model(encoder=encoder, **common)[:2] for encoder in encoders]
    sizes = [len(ear["liquid"].snapshots.feature_names(n_neurons)) for ear in ears]
    return Pipeline([_side_by_side(ears), *_read(readout, sizes)])


def make_baseline(n_ears=24, readout="stacked", *, sample_rate=8000, random_state=None):
    """Make an unfitted classifier with the same front ends and readout, but no liquid."""
    _, encoders = _draw(n_ears, sample_rate, random_state)
    ears = [Pipeline([("encoder", encoder), ("bins", make_window_means())]) for encoder in encoders]
    sizes = [3 * encoder.n_bands * N_BINS for encoder in encoders]
    return Pipeline([_side_by_side(ears), *_read(readout, sizes)])


def _draw(n_ears, sample_rate, random_state):
    """Return a seed for the liquid and unfitted encoders."""
    rng = check_random_state(random_state)
    seed = int(rng.randint(2**31))
    encoder = spoken_words.make_model(sample_rate=sample_rate)["encoder"]
    encoders = []
    for _ in range(check_integer("n_ears", n_ears, 1)):
        settings = {name: rng.choice(values).item() for name, values in DRAWN.items()}
        encoders.append(clone(encoder).set_params(**settings))
    return seed, encoders


def _side_by_side(ears):
    return "ears", FeatureUnion([(f"ear{i + 1}", ear) for i, ear in enumerate(ears)])


def _read(readout, sizes):
    """Make the last steps; `sizes` has the number of states of each front end."""
    check_choice("readout", readout, READOUTS)
    if readout != "stacked":
        return [("scaler", StandardScaler(copy=False)), ("readout", make_readout(readout))]
    ends = np.cumsum(sizes)
    estimators = [
        (
            f"ear{i + 1}_{name}",
            make_pipeline(Columns(end - size, end), StandardScaler(), make_readout(name)),
        )
        for i, (size, end) in enumerate(zip(sizes, ends, strict=True))
        for name in ("ridge", "kernel")
    ]
    return [("readout", stack(estimators))]


class Columns(TransformerMixin, BaseEstimator):
    """Columns of the states, from `start` to before `stop`."""

    def __init__(self, start, stop):
        self.start = start
        self.stop = stop

    def fit(self, X, y=None):
        """Do nothing: nothing is learnt."""
        return self

    def transform(self, X):
        """Return the columns."""
        return X[:, self.start : self.stop]

    def __sklearn_is_fitted__(self):
        return True


def make_models(model, n_neurons, n_ears, readout, sample_rate, random_state):
    """Make the models of the table by name; the first is `model`."""
    check_integer("n_ears", n_ears, 2)
    common = {"readout": readout, "sample_rate": sample_rate, "random_state": random_state}
    several = f"{n_ears} front ends, {READOUTS[readout]}"
    alone = f"one of them, {READOUTS[readout]}"
    one = make_model(n_neurons, 1, **common)
    return {
        f"liquid, {several}": model,
        f"static random features, {several}": with_random_features(model),
        f"no liquid, {several}": make_baseline(n_ears, **common),
        f"liquid, {alone}": one,
        f"static random features, {alone}": with_random_features(one),
        f"no liquid, {alone}": make_baseline(1, **common),
    }


def compare(data, models, stages):
    """Fit and test the models on all splits."""
    n_folds = len(data.cv)
    stages.expect(len(models) * n_folds + (n_folds > 1))

    def fit(model, train, detail):
        model = clone(model)
        if isinstance(model["readout"], StackingClassifier):
            splits = held_out(data.groups[train])
            model.set_params(readout__cv=splits, readout__final_estimator__cv=splits)
        with stages.stage("fit", detail):
            model.fit(data.data[train], data.target[train])
        return model, lambda test: model.predict(data.data[test])

    return compare_folds(models, data, fit)
