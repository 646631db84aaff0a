"""Recognise nine speakers by two vowels: the recipe of spoken words, with cepstra instead of sound.

The models are trained on the 270 series of the data set's own split and tested on its 370. The
cepstra go in as currents, with their rises and falls. The table has the accuracies of the liquid,
the liquid without recurrence, static random features, and two readouts of the same front end
without a liquid, over several seeds of the liquid.
"""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.model_selection import StratifiedKFold

from lsm import SpikeArray, with_random_features, without_recurrence
from lsm.datasets import fetch_japanese_vowels

from . import spoken_words
from ._words.readouts import make_baseline

__all__ = ["load_data", "make_model"]

ROW = 10.0  # ms; a row of the series lasts 6.4 ms, which is not a whole number of steps


def load_data(data_home=None):
    """Load Japanese Vowels, and split its training series into folds.

    Parameters
    ----------
    data_home : str or None
        Folder or archive of Japanese Vowels. By default it is downloaded once, about 6 MB.

    Returns
    -------
    vowels : Bunch
        As of :func:`lsm.datasets.fetch_japanese_vowels`, with `cv`, a list of (train, validation)
        within the training series.
    """
    vowels = fetch_japanese_vowels(data_home)
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    known = vowels.target[vowels.train]
    vowels.cv = [
        (vowels.train[fitted], vowels.train[held]) for fitted, held in folds.split(known, known)
    ]
    return vowels


def make_model(n_neurons=1000, readout="ridge", *, random_state=None, **settings):
    """Make an unfitted classifier of series of cepstra.

    Only its encoder differs from the model of :mod:`lsm.experiments.spoken_words`.

    Parameters
    ----------
    n_neurons : int, default=1000
        Number of neurons in the liquid.
    readout : {"ridge", "kernel", "whitened"}, default="ridge"
        Readout of the liquid: ridge regression; kernel ridge regression with an RBF kernel; or the
        latter after the variance within classes was whitened.
    random_state : int, RandomState instance or None, default=None
        Seed of the liquid.
    **settings : object
        Any parameters of the parts by their names, such as `liquid__neurons__tau_m=30.0`.

    Returns
    -------
    model : Pipeline
        Of the steps encoder, liquid, scaler and readout.
    """
    return spoken_words.make_model(
        n_neurons, readout, random_state=random_state, encoder=CepstraEncoder(), **settings
    )


class CepstraEncoder(TransformerMixin, BaseEstimator):
    """Encoder of cepstra, see :func:`as_currents`."""

    def fit(self, X, y=None):
        """Do nothing: nothing is learnt."""
        return self

    def transform(self, X):
        """Return the currents."""
        return as_currents(X)

    def __sklearn_is_fitted__(self):
        return True


def as_currents(series):
    """Convert cepstra to input currents: all coefficients, then their rises, then their falls."""
    slopes = [np.gradient(rows, axis=0) for rows in series]
    currents = [
        np.hstack([rows, np.maximum(slope, 0), np.maximum(-slope, 0)])
        for rows, slope in zip(series, slopes, strict=True)
    ]
    return SpikeArray.from_dense(currents, row_duration=ROW, graded=True)


def make_models(model):
    """Make the models of the table by name; the first is `model`."""
    return {
        "liquid": model,
        "liquid without recurrence": without_recurrence(model),
        "static random features": with_random_features(model),
        "no liquid, ridge": make_baseline(model["encoder"], "ridge"),
        "no liquid, RBF kernel": make_baseline(model["encoder"], "kernel"),
    }
