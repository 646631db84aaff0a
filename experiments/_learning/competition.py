"""Digits that neurons cluster without their classes, beside KMeans and ridge regression."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.cluster import KMeans
from sklearn.datasets import load_digits
from sklearn.linear_model import RidgeClassifierCV
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import Bunch

from lsm.encoding import RateEncoder
from lsm.plot import ConfusionDisplay, ReceptiveFieldDisplay
from lsm.readout import ResponseVote, SpikingCompetition

from .._study.figures import DPI

__all__ = ["conditions", "draw", "load_data", "make_controls", "make_model"]

SHAPE = (8, 8)  # of an image in pixels
N_CLUSTERS = (100, 400)
ENCODER = RateEncoder(kind="regular", max_rate=100.0, duration=200.0, limits=(0, 16))


def conditions():
    """Return the numbers of neurons, each a cluster."""
    return N_CLUSTERS


def load_data(n_samples, condition, random_state):
    """Load images of digits as spikes, 1257 for training and 540 for the test by default."""
    images, y = load_digits(return_X_y=True)
    chosen = np.arange(len(y))
    if n_samples is not None and n_samples < len(y):
        chosen, _ = train_test_split(
            chosen, train_size=n_samples, stratify=y, random_state=random_state
        )
    train, test = train_test_split(
        np.arange(len(chosen)), test_size=0.3, stratify=y[chosen], random_state=random_state
    )
    X = clone(ENCODER).fit_transform([image[None] for image in images[chosen]])
    return Bunch(
        data=X, target=y[chosen], train=train, test=test, cv=[(train, test)],
        DESCR="images of digits of scikit-learn, a pixel as up to 100 spikes a second for 200 ms",
    )  # fmt: skip


def make_model(data, condition, random_state):
    """Make a competition whose neurons vote by their spikes."""
    competition = SpikingCompetition(condition, random_state=random_state)
    return Pipeline([("competition", competition), ("vote", ResponseVote())])


def make_controls(model, data, condition, random_state):
    """Make the same clusters with one vote each, KMeans with as many, and linear readouts."""
    means = KMeans(condition, n_init=1, random_state=random_state)
    ridge = RidgeClassifierCV(np.logspace(-3, 6, 10))
    counts = FunctionTransformer(count_spikes)
    return {
        "competition, winner alone": _vote_of_winner(model["competition"]),
        "KMeans": Pipeline([("counts", counts), *_vote_of_winner(means).steps]),
        "competition, ridge": Pipeline([("competition", model["competition"]), ("ridge", ridge)]),
        "ridge": Pipeline([("counts", counts), ("ridge", ridge)]),
    }


def _vote_of_winner(clusterer):
    return Pipeline([("winner", Winner(clusterer)), ("vote", ResponseVote())])


def count_spikes(X):
    """Return the number of spikes in each channel, of shape (n_samples, n_channels)."""
    return np.array([X.to_dense(i).sum(axis=0) for i in range(len(X))])


class Winner(TransformerMixin, BaseEstimator):
    """One for the cluster of a sample, and zero for all others."""

    def __init__(self, clusterer):
        self.clusterer = clusterer

    def fit(self, X, y=None):
        """Find the clusters."""
        self.clusterer_ = clone(self.clusterer).fit(X)
        return self

    def transform(self, X):
        """Return an array of shape (n_samples, n_clusters)."""
        return np.eye(self.clusterer.n_clusters)[self.clusterer_.predict(X)]


def draw(folder, comparison):
    """Draw the receptive fields of the first neurons, and the confusions of the digits."""
    fields = ReceptiveFieldDisplay.from_estimator(comparison.model["competition"], SHAPE)
    fields.figure_.savefig(folder / "fields.png", dpi=DPI)
    y = comparison.data.target[comparison.tested]
    confusion = ConfusionDisplay.from_predictions(y, comparison.y_pred["competition"])
    confusion.figure_.savefig(folder / "confusion.png", dpi=DPI)
