"""An experiment for `lsm sweep`: random spike trains in place of words."""

import numpy as np
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import Bunch

from lsm import Liquid, LSMClassifier
from lsm.spikes import SpikeArray

__all__ = ["load_data", "make_model", "make_readout", "run"]

N_STEPS, N_CHANNELS, N_WORDS = 500, 80, 10


def load_data(n_samples=300, random_state=0):
    """Draw spike trains; each word has its own rates, and every third sample is for the test."""
    rng = np.random.default_rng(random_state)
    rates = rng.gamma(2.0, 15.0, (N_WORDS, 1, N_CHANNELS)) / 1000
    target = np.arange(n_samples) % N_WORDS
    spikes = rng.random((n_samples, N_STEPS, N_CHANNELS)) < rates[target]
    rows = np.arange(n_samples)
    cv = [(rows[rows % 3 > 0], rows[rows % 3 == 0])]
    return Bunch(data=SpikeArray.from_dense(spikes), target=target, cv=cv)


def make_model(n_neurons=500, random_state=None, **settings):
    """Make an unfitted liquid, calibrated when it is fitted, with a linear readout."""
    liquid = Liquid(n_neurons, random_state=random_state)
    return LSMClassifier(liquid, make_readout()).set_params(**settings)


def make_readout(alpha=1.0):
    """Make a ridge regression on dense states, which takes less time than on sparse states."""
    dense = FunctionTransformer(_dense, accept_sparse=True)
    return make_pipeline(dense, RidgeClassifier(alpha))


def _dense(states):
    return states.toarray()


def run(n_samples=300, n_neurons=500, seed=0, jobs=1, out=None, **settings):
    """Classify the words."""
    data = load_data(n_samples, seed)
    train, test = data.cv[0]
    model = make_model(n_neurons, seed, liquid__n_jobs=jobs, **settings)
    model.fit(data.data[train], data.target[train])
    print(model.score(data.data[test], data.target[test]))
