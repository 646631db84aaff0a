"""An experiment of one's own, in a file, with all that can happen to a run."""

import os
import time
import warnings
from pathlib import Path

import joblib
import numpy as np
import threadpoolctl
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Bunch


class Tiny(ClassifierMixin, BaseEstimator):
    """Right about what lies above a."""

    def __init__(self, a=0.5, b=0, seconds=0.0, random_state=None):
        self.a, self.b, self.seconds, self.random_state = a, b, seconds, random_state

    def fit(self, X, y):
        time.sleep(self.seconds)
        if self.b == "raise":
            raise ValueError("no\ngood")
        if self.b == "die":
            os._exit(7)
        if self.b == "tell":
            Path(f"pid-{os.getpid()}").touch()
            time.sleep(60)
        if self.b == "warn":
            warnings.warn("take care", UserWarning, stacklevel=1)
        if self.b == "threads":
            pools = [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]
            raise ValueError(f"{joblib.effective_n_jobs(None)} {max(pools)}")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.array(["low", "high"])[(X[:, 0] > self.a).astype(int)]


def load_data(n=40, random_state=None):
    """Draw points.

    Parameters
    ----------
    n : int
        Number of points.
    """
    X = np.random.default_rng(random_state).random((n, 2))
    rows = np.arange(n)
    y = np.array(["low", "high"])[(X[:, 0] > 0.5).astype(int)]
    return Bunch(data=X, target=y, cv=[(rows[::2], rows[1::2]), (rows[1::2], rows[::2])])


def make_model(a=0.5, random_state=None, **settings):
    """Make a classifier that draws a line.

    Parameters
    ----------
    a : float
        Place of the line.
    """
    return Tiny(a, random_state=random_state).set_params(**settings)
