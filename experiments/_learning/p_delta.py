"""Parallel perceptrons as the readout of a liquid on spike patterns, beside ridge regression."""

from sklearn.base import clone

from lsm import without_recurrence
from lsm.readout import PDeltaClassifier

from .. import spike_patterns

__all__ = ["conditions", "load_data", "make_controls", "make_model"]

TASKS = ("xor", "order", "interval", "embedded", "equal-rates")
N_NEURONS = 500


def conditions():
    """Return the tasks that linear readouts of a liquid solve."""
    return TASKS


def load_data(n_samples, condition, random_state):
    """Load the spike patterns of a task."""
    return spike_patterns.load_data(
        condition, n_samples=n_samples or 1000, random_state=random_state
    )


def make_model(data, condition, random_state):
    """Make a liquid that parallel perceptrons read."""
    model = spike_patterns.make_model(condition, n_neurons=N_NEURONS, random_state=random_state)
    return model.set_params(readout=PDeltaClassifier(random_state=random_state))


def make_controls(model, data, condition, random_state):
    """Make the same liquid with ridge regression, and the controls of spike patterns."""
    ridge = spike_patterns.make_model(condition, n_neurons=N_NEURONS, random_state=random_state)
    controls = spike_patterns.make_models(ridge, condition, "random", N_NEURONS, random_state)
    static = controls["static random features"]
    return {
        "ridge": ridge,
        "ridge, no recurrence": without_recurrence(ridge),
        "p-delta, static random features": clone(static).set_params(readout=model["readout"]),
        "ridge, static random features": static,
    }
