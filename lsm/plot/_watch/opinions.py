"""Answers of a readout at every row of a sample: classes with shares, or predicted values."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.pipeline import Pipeline
from sklearn.utils import check_consistent_length

from ...inside import input_spikes
from ...readout import HoldOutRidge
from ...simulator import Simulator
from ...snapshots import Snapshots
from ...spikes import SpikeArray

__all__ = ["MomentReadout", "fit_to_moments", "reads_rows", "rows_of_model"]

TAU = 30.0  # ms, of the traces
N_MOMENTS = 10  # of each training sample
MOST_SAMPLES, MOST_NEURONS = 1000, 1000  # from which the readout learns
SHARE_LEFT_OUT = 0.25


@dataclass(frozen=True)
class MomentReadout:
    """Readout of classes that can be asked at any moment.

    Attributes
    ----------
    classes : array of shape (n_classes,)
        Classes.
    ridge : HoldOutRidge
        Ridge regression from traces to one column a class, 1 for samples of it and 0 for others.
    neurons : int array
        Neurons that it reads.
    simulator : Simulator
        Runs of the liquid.
    description : str
        Sentences about the readout, with its accuracy on samples that it has not learnt from.
    """

    classes: np.ndarray
    ridge: HoldOutRidge
    neurons: np.ndarray
    simulator: Simulator
    description: str

    def shares(self, spikes: SpikeArray) -> np.ndarray:
        """Return the share of each class at the end of every row, from 0 to 1.

        Parameters
        ----------
        spikes : SpikeArray
            One sample of the liquid's input.

        Returns
        -------
        shares : array of shape (n_rows, n_classes)
        """
        return np.clip(self.ridge.predict(self.simulator.rows(spikes)[:, self.neurons]), 0, 1)


def fit_to_moments(model: Any, X: Any, y: Any) -> MomentReadout:
    """Fit a readout to evenly spaced moments of training samples.

    Parameters
    ----------
    model : Liquid, or estimator or pipeline that contains one
        Fitted.
    X : samples
        Training samples.
    y : array of shape (n_samples,)
        Their classes.

    Returns
    -------
    readout : MomentReadout
    """
    liquid, spikes = input_spikes(model, X)
    y = np.asarray(y)
    check_consistent_length(spikes, y)
    if y.ndim != 1 or len(np.unique(y)) < 2:
        raise ValueError(
            "training must be a pair (X, y) with one class a sample and at least two classes, got "
            f"y of shape {y.shape} with {len(np.unique(y))} different values"
        )
    # In a random order, since samples often come class by class.
    order = np.random.default_rng(0).permutation(len(y))[:MOST_SAMPLES]
    n_known = len(order) - max(int(SHARE_LEFT_OUT * len(order)), 1)
    neurons = np.unique(
        np.linspace(0, liquid.n_neurons_ - 1, min(liquid.n_neurons_, MOST_NEURONS)).astype(int)
    )
    trace = Snapshots(n=N_MOMENTS, feature="trace", tau=TAU)
    simulator = replace(liquid.simulator_, snapshots=trace, row_snapshots=trace)
    states = simulator.states(spikes[order]).toarray()
    states = states.reshape(len(order), N_MOMENTS, -1)[:, :, neurons]
    classes, codes = np.unique(y[order], return_inverse=True)
    right = _fit(states[:n_known], codes[:n_known], len(classes))
    right = right.predict(states[n_known:].reshape(-1, len(neurons))).argmax(axis=1)
    right = right.reshape(-1, N_MOMENTS) == codes[n_known:, None]
    of = "all" if len(neurons) == liquid.n_neurons_ else f"{len(neurons):,} of the"
    description = (
        f"A bar is the share that a readout gives to a class at this moment. This readout is not "
        f"that of the model: it is one ridge regression for all moments, from the traces of "
        f"{of} {liquid.n_neurons_:,} neurons (time constant {TAU:g} ms), fitted at {N_MOMENTS} "
        f"moments of each of {len(order):,} training samples. Of {len(right):,} training samples "
        f"that a first fit left out, it named the right class at {right.mean():.0%} of the moments "
        f"and at {right[:, -1].mean():.0%} of the ends."
    )
    ridge = _fit(states, codes, len(classes))
    return MomentReadout(classes, ridge, neurons, simulator, description)


def _fit(states, codes, n_classes):
    """Fit ridge regression to the states, of shape (n_samples, n_moments, n_features)."""
    targets = np.repeat(np.eye(n_classes)[codes], states.shape[1], axis=0)
    return HoldOutRidge().fit(states.reshape(len(targets), -1), targets)


def reads_rows(model: Any) -> bool:
    """Return whether a model predicts a target at every row."""
    last = model[-1] if isinstance(model, Pipeline) else model
    return getattr(last, "targets_", None) == "row"


def rows_of_model(model: Any, X: Any) -> tuple[list[np.ndarray], np.ndarray | None, str]:
    """Return a model's own predictions at rows.

    Parameters
    ----------
    model : LSMClassifier, LSMRegressor or pipeline with one at its end
        Fitted with targets at rows.
    X : samples
        Samples.

    Returns
    -------
    outputs : list of arrays of shape (T_i, n_outputs)
        Shares of classes, 1 for the class that is predicted, or predicted values.
    classes : array of shape (n_classes,), or None of a regressor
        Classes.
    description : str
        Sentence about the outputs.
    """
    outputs = model.predict(X)
    if not is_classifier(model):
        outputs = [np.asarray(rows, dtype=float).reshape(len(rows), -1) for rows in outputs]
        return outputs, None, "The model predicts these values at every row."
    classes = np.asarray(model.classes_)
    outputs = [(np.asarray(rows)[:, None] == classes).astype(float) for rows in outputs]
    return outputs, classes, "The model predicts a class at every row."
