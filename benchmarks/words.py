"""Classify random spike trains in place of words: an experiment for `lsm sweep`."""

import numpy as np
from sklearn.linear_model import RidgeClassifier
from sklearn.utils import Bunch

from lsm import Liquid, LSMClassifier
from lsm.spikes import SpikeArray

__all__ = ["load_data", "make_model"]

N_STEPS, N_CHANNELS, N_WORDS = 500, 80, 10


def load_data(n_samples=300, *, random_state=0):
    """Draw spike trains; each word has its own rates, and every third sample is for the test.

    Parameters
    ----------
    n_samples : int, default=300
        Number of samples.
    random_state : int, RandomState instance or None, default=0
        Seed of the spike trains.

    Returns
    -------
    words : Bunch
    """
    rng = np.random.default_rng(random_state)
    rates = rng.gamma(2.0, 15.0, (N_WORDS, 1, N_CHANNELS)) / 1000
    target = np.arange(n_samples) % N_WORDS
    spikes = rng.random((n_samples, N_STEPS, N_CHANNELS)) < rates[target]
    rows = np.arange(n_samples)
    cv = [(rows[rows % 3 > 0], rows[rows % 3 == 0])]
    return Bunch(data=SpikeArray.from_dense(spikes), target=target, cv=cv)


def make_model(n_neurons=500, *, random_state=None, **settings):
    """Make an unfitted liquid, calibrated when it is fitted, with a linear readout.

    Parameters
    ----------
    n_neurons : int, default=500
        Number of neurons.
    random_state : int, RandomState instance or None, default=None
        Seed of the liquid.
    **settings : object
        Parameters of the parts by their names.

    Returns
    -------
    model : LSMClassifier
    """
    liquid = Liquid(n_neurons, random_state=random_state)
    return LSMClassifier(liquid, RidgeClassifier()).set_params(**settings)
