"""Handwritten digits by converted models: a linear one, and perceptrons with both scales."""

import numpy as np
from sklearn.datasets import load_digits
from sklearn.linear_model import RidgeClassifierCV
from sklearn.model_selection import ShuffleSplit
from sklearn.neural_network import MLPClassifier
from sklearn.utils import Bunch

from lsm.conversion import SpikingReadout
from lsm.plot import ConversionDisplay

from .._study.figures import DPI
from .._study.metric import Metric

__all__ = ["draw", "evaluate", "load_data", "make_controls", "make_model"]

STAGES = (10, 20, 50, 100)  # steps after which accuracy and spikes are in the table
N_HIDDEN = 64


def load_data(n_samples, condition, random_state):
    """Load the digits of 8 by 8 pixels, and split them at random."""
    X, y = load_digits(return_X_y=True)
    chosen = np.random.default_rng(random_state).permutation(len(X))[:n_samples]
    X, y = X[chosen], y[chosen]
    split = ShuffleSplit(1, test_size=0.25, random_state=random_state)
    ((train, test),) = split.split(X)
    n_fitted = 3 * len(train) // 4
    return Bunch(
        data=X, target=y, train=train, test=test, cv=[(train[:n_fitted], train[n_fitted:])],
        DESCR=f"{len(X)} digits of 8 by 8 pixels, a quarter of them for testing",
    )  # fmt: skip


def make_model(data, condition, random_state):
    """Make a perceptron that is converted with the percentile of its activations."""
    return SpikingReadout(_perceptron(random_state), n_steps=max(STAGES))


def make_controls(model, data, condition, random_state):
    """Make the other scale, the other readings, and the models before conversion."""
    ridge = RidgeClassifierCV(np.logspace(-2, 4, 7))
    perceptron, n_steps = _perceptron(random_state), max(STAGES)
    return {
        "largest activation": SpikingReadout(perceptron, n_steps, percentile=100.0),
        "reset to zero": SpikingReadout(perceptron, n_steps, reset="zero"),
        "first spike": SpikingReadout(perceptron, n_steps, read="first"),
        "perceptron": perceptron,
        "spiking ridge": SpikingReadout(ridge, n_steps),
        "spiking ridge, first spike": SpikingReadout(ridge, n_steps, read="first"),
        "ridge": ridge,
    }


def _perceptron(random_state):
    return MLPClassifier(hidden_layer_sizes=N_HIDDEN, max_iter=400, random_state=random_state)


def evaluate(model, data, test):
    """Return predictions, and the accuracy and the mean number of spikes after several steps."""
    X, y = data.data[test], data.target[test]
    if not isinstance(model, SpikingReadout):
        y_pred = model.predict(X)
        return y_pred, {_accuracy(stage): np.mean(y_pred == y) for stage in STAGES}
    stages, spikes = list(model.staged_predict(X)), model.staged_spikes(X)
    values = {_accuracy(stage): np.mean(stages[stage - 1] == y) for stage in STAGES}
    values |= {_spikes(stage): spikes[stage - 1] for stage in STAGES}
    return stages[-1], values


def _accuracy(stage):
    columns = (("steps", stage), ("metric", "accuracy"))
    return Metric("accuracy", columns=columns, scored=stage == max(STAGES))


def _spikes(stage):
    return Metric("spikes", columns=(("steps", stage), ("metric", "spikes")), scored=False)


def draw(folder, comparison):
    """Draw accuracy and spikes over steps for both scales."""
    names = [next(iter(comparison.models)), "largest activation"]
    models = {
        "99.9 % of activations": comparison.models[names[0]],
        names[1]: comparison.models[names[1]],
    }
    X, y = (part[comparison.data.test] for part in (comparison.data.data, comparison.data.target))
    figure = ConversionDisplay.from_estimators(models, X, y).figure_
    figure.savefig(folder / "steps.png", dpi=DPI)
