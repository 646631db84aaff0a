"""A ball seen by a retina, and movements measured by a watch: data, errors, a linear control."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import Bunch

from lsm import SpikeArray
from lsm._validation import check_choice, check_integer
from lsm.datasets import fetch_basic_motions, make_bouncing_ball

__all__ = ["HORIZONS", "ROW", "TASKS", "WASHOUT", "AllValues", "errors", "load_data"]

TASKS = ("ball", "basic-motions")
ROW = 10.0  # ms from one image of the retina to the next
WASHOUT = 50  # rows at the start of a flight that are neither fitted nor scored
HORIZONS = (50.0, 100.0, 200.0, 400.0)  # ms
SPEED = (5.0, 15.0)  # pixels a second
RATE = 1000.0  # Hz of a pixel that the ball covers: five cells of 200 Hz
OCCLUDER = (3, 5)  # columns


def load_data(task="ball", n_samples=200, occlusion="yes", data_home=None, random_state=None):
    """Make flights of a ball, or load movements.

    Parameters
    ----------
    task : {"ball", "basic-motions"}
        Predict the places of a ball that bounces in a box, or recognise which of four movements a
        watch has measured.
    n_samples : int, default=200
        Number of flights of two seconds, a fifth each for validation and the test.
    occlusion : {"yes", "no"}, default="yes"
        Whether the two columns in the middle of the retina are blind.
    data_home : str or None
        File or folder of BasicMotions. By default it is downloaded once, about 6 MB.
    random_state : int, RandomState instance or None, default=None
        Seed of the flights.

    Returns
    -------
    data : Bunch
        `data`, spikes of pixels in rows of 10 ms, or the sensors' values, scaled to mean 0 and
        variance 1 of the training samples, in rows of 100 ms. `target`, the places at four
        horizons, of shape (n_samples, n_rows, 8), or the classes. `train`, which includes the
        samples for validation, `test`, `cv` and `DESCR`.
    """
    check_choice("task", task, TASKS)
    check_choice("occlusion", occlusion, ("yes", "no"))
    if task == "basic-motions":
        return _motions(data_home)
    if data_home is not None:
        raise ValueError(f"data_home goes with task 'basic-motions' only, got {data_home!r}")
    check_integer("n_samples", n_samples, 10)
    ball = make_bouncing_ball(
        n_samples, 2000.0, speed=SPEED, horizon=HORIZONS, rate=RATE, row_duration=ROW,
        occluder=OCCLUDER if occlusion == "yes" else None, random_state=random_state,
    )  # fmt: skip
    train = np.concatenate([ball.train, ball.validation])
    return Bunch(**ball | {"train": train, "cv": [(ball.train, ball.validation)]})


def _motions(data_home):
    motions = fetch_basic_motions(data_home)
    known = np.concatenate(motions.data[motions.train])
    scaled = [(x - known.mean(axis=0)) / known.std(axis=0) for x in motions.data]
    held = motions.train[::4]
    return Bunch(
        data=SpikeArray.from_dense(scaled, row_duration=motions.row_duration),
        target=motions.target,
        train=motions.train,
        test=motions.test,
        cv=[(np.setdiff1d(motions.train, held), held)],
        target_names=motions.target_names,
        DESCR=motions.DESCR,
    )


def errors(y_pred, target):
    """Return distances in pixels, of shape (n_samples, n_rows, n_horizons)."""
    error = np.asarray(y_pred)[:, WASHOUT:] - target[:, WASHOUT:]
    return np.linalg.norm(error.reshape(*error.shape[:2], -1, 2), axis=3)


class AllValues(BaseEstimator):
    """Ridge classification of whole sequences of one length, with every value as an input."""

    def fit(self, inputs, target):
        """Fit the sequences."""
        ridge = RidgeClassifierCV(alphas=np.logspace(-2, 4, 13))
        self.model_ = make_pipeline(StandardScaler(), ridge).fit(_flat(inputs), target)
        return self

    def predict(self, inputs):
        """Return classes."""
        return self.model_.predict(_flat(inputs))


def _flat(inputs):
    return np.array([inputs.to_dense(i).ravel() for i in range(len(inputs))])
