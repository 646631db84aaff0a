"""Parallel perceptrons as the readout of a liquid on spike patterns, beside other readouts."""

from sklearn.base import clone
from sklearn.pipeline import Pipeline

from lsm.conversion import SpikingReadout
from lsm.readout import PDeltaClassifier, Tempotron

from .. import spike_patterns

__all__ = ["conditions", "load_data", "make_controls", "make_model"]

TASKS = ("xor", "interval", "embedded")
N_NEURONS = 500


def conditions():
    """Return tasks that linear readouts of a liquid solve."""
    return TASKS


def load_data(n_samples, condition, random_state):
    """Load the spike patterns of a task."""
    return spike_patterns.load_data(
        condition, n_samples=n_samples or 600, random_state=random_state
    )


def make_model(data, condition, random_state):
    """Make a liquid that parallel perceptrons read."""
    model = spike_patterns.make_model(condition, n_neurons=N_NEURONS, random_state=random_state)
    return model.set_params(readout=PDeltaClassifier(random_state=random_state))


def make_controls(model, data, condition, random_state):
    """Make readouts that spike, ridge regression on the same liquid, and random features."""
    ridge = spike_patterns.make_model(condition, n_neurons=N_NEURONS, random_state=random_state)
    controls = spike_patterns.make_models(ridge, condition, "random", N_NEURONS, random_state)
    static = controls["static random features"]
    sending = clone(ridge["liquid"]).set_params(output="spikes")
    tempotron = Tempotron(tau_m=30.0, tau_s=7.5, margin=0.2, random_state=random_state)
    return {
        "tempotron": Pipeline([("liquid", sending), ("readout", tempotron)]),
        "spiking ridge": clone(ridge).set_params(readout=SpikingReadout(ridge["readout"])),
        "ridge": ridge,
        "p-delta, static random features": clone(static).set_params(readout=model["readout"]),
        "ridge, static random features": static,
    }
