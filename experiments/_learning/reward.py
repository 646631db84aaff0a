"""Spike patterns whose right action is never told, only rewarded, beside ridge regression."""

from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import Pipeline

from lsm import Liquid, without_recurrence
from lsm.readout import RewardReadout

from .. import spike_patterns

__all__ = ["conditions", "load_data", "make_controls", "make_model"]

TASKS = ("order", "equal-rates")
N_NEURONS = 200


def conditions():
    """Return the tasks on spike patterns."""
    return TASKS


def load_data(n_samples, condition, random_state):
    """Load the spike patterns of a task."""
    return spike_patterns.load_data(
        condition, n_samples=n_samples or 400, random_state=random_state
    )


def make_model(data, condition, random_state):
    """Make a liquid whose spikes a rewarded readout reads."""
    liquid = Liquid(n_neurons=N_NEURONS, output="spikes", random_state=random_state)
    return Pipeline([("liquid", liquid), ("readout", RewardReadout(random_state=random_state))])


def make_controls(model, data, condition, random_state):
    """Make the same liquid with ridge, which is told the class, and readouts without learning."""
    liquid = Liquid(n_neurons=N_NEURONS, random_state=random_state)
    ridge = Pipeline([("liquid", liquid), ("readout", RidgeClassifierCV((0.1, 1, 10, 100, 1e3)))])
    guess = Pipeline([model.steps[0], ("readout", RewardReadout(
        max_iter=1, learning_rate=0.0, random_state=random_state
    ))])  # fmt: skip
    return {
        "ridge": ridge,
        "reward, no recurrence": without_recurrence(model),
        "reward, no learning": guess,
    }
