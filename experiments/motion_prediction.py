"""Predict the flight of a ball with a liquid, or recognise movements.

The table has the liquid, the liquid without recurrence, an echo state network of as many neurons,
as many static random units of the last images, and linear taps on the input, over several seeds of
data and networks. For the ball it has the mean distance in pixels between the predicted and the
true place, 50 to 400 ms ahead, and the same while the ball is hidden. For basic-motions it has the
accuracy on the archive's own test sequences.
"""

import numpy as np
from scipy import stats
from sklearn.linear_model import RidgeClassifierCV

from lsm import (
    Liquid,
    LSMClassifier,
    LSMRegressor,
    Snapshots,
    with_random_features,
    without_recurrence,
)
from lsm._validation import check_choice
from lsm.neurons import LIF
from lsm.readout import HoldOutRidge
from lsm.topology import RandomInput

from ._motion.prediction import HORIZONS, ROW, TASKS, WASHOUT, AllValues, errors, load_data
from ._motion.prediction_figures import draw_errors, draw_flights
from ._series.networks import KINDS, make_delayed_liquid
from ._series.taps import make_linear_taps, make_static
from ._study.metric import Metric

__all__ = ["evaluate", "load_data", "make_model"]

N_TAPS = (5, 10, 20, 35)  # images
SCORED = 200.0  # ms ahead, the horizon of the score


def make_model(task="ball", n_neurons=400, *, kind="liquid", random_state=None, **settings):
    """Make an unfitted model of the samples of :func:`load_data`.

    Parameters
    ----------
    task : {"ball", "basic-motions"}, default="ball"
        As of :func:`load_data`.
    n_neurons : int, default=400
        Number of neurons in each network.
    kind : {"liquid", "echo-state"}, default="liquid"
        Spiking neurons, or an echo state network of rate neurons.
    random_state : int, RandomState instance or None, default=None
        Seed of the network.
    **settings : object
        Any parameters of the parts by their names, such as `liquid__neurons__tau_m=30.0`.

    Returns
    -------
    model : LSMRegressor or LSMClassifier
    """
    check_choice("task", task, TASKS)
    check_choice("kind", kind, KINDS)
    liquid = (_spiking if kind == "liquid" else _echo_state)(task)
    liquid.set_params(n_neurons=n_neurons, random_state=random_state)
    if task == "ball":
        model = LSMRegressor(liquid, HoldOutRidge(), washout=WASHOUT, encoder=None)
    else:
        readout = RidgeClassifierCV(alphas=np.logspace(-2, 4, 13))
        model = LSMClassifier(liquid, readout, encoder=None)
    return model.set_params(**settings)


def _spiking(task):
    """Make a liquid; delays give a neuron the ball's past and present places at once."""
    ball = task == "ball"
    return make_delayed_liquid(
        LIF(tau_m=10.0, refractory=1.0, bias=stats.norm(1.0, 0.2)),
        tau_syn=20.0,
        gain=0.35,
        delay=(1.0, 200.0),
        inputs=_input(0.5, ball),
        snapshots=Snapshots(feature="membrane_and_trace", tau=20.0) if ball else Snapshots(n=4),
    )


def _echo_state(task):
    """Make an echo state network, each step of which is a row."""
    ball = task == "ball"
    return Liquid.echo_state(
        leak=0.3,
        bias=stats.norm(0.0, 0.2),
        inputs=_input(0.1, ball),
        snapshots=Snapshots(feature="membrane") if ball else Snapshots(n=4, feature="membrane"),
        dt=ROW if ball else 100.0,
    )


def _input(weight, ball):
    delayed = {"synapses": 5, "delay": (0.0, 300.0)} if ball else {}
    return RandomInput(fan_in=10, weight=weight, **delayed)


def make_models(model, data, task, n_neurons, random_state):
    """Make the models of the table by name; the first is `model`."""
    ball = task == "ball"
    static, plain = with_random_features(model), AllValues()
    if ball:
        n_held = len(data.cv[0][1])
        static = make_static(n_neurons, N_TAPS, WASHOUT, n_held, random_state=random_state)
        plain = make_linear_taps(N_TAPS, WASHOUT, n_held)
    return {
        "liquid": model,
        "liquid without recurrence": without_recurrence(model),
        "echo state network": make_model(
            task, n_neurons, kind="echo-state", random_state=random_state
        ),
        "static random features": static,
        "linear taps": plain,
    }


def evaluate(model, data, test):
    """Return predictions, and the distance at each horizon or the accuracy."""
    y_pred, target = model.predict(data.data[test]), data.target[test]
    if target.ndim == 1:
        return y_pred, {_metric("accuracy", more_is_better=True): np.mean(y_pred == target)}
    error = errors(y_pred, target)
    values = {
        _metric(f"pixels, {horizon:g} ms ahead", scored=horizon == SCORED): error[:, :, i].mean()
        for i, horizon in enumerate(HORIZONS)
    }
    hidden = data.visible[test][:, WASHOUT:] < 0.5
    if hidden.any():
        metric = _metric(f"pixels, {SCORED:g} ms ahead, ball hidden", scored=False)
        values[metric] = error[:, :, HORIZONS.index(SCORED)][hidden].mean()
    return y_pred, values


def _metric(name, more_is_better=False, scored=True):
    return Metric(name, more_is_better, columns=(("measure", name),), scored=scored)


def draw(folder, comparison):
    """Draw errors by horizon and flights of the ball."""
    if comparison.data.target.ndim > 1:
        draw_errors(folder / "errors.png", comparison.table())
        draw_flights(folder / "flights.png", comparison.data, comparison.y_pred)


def facts(comparison):
    """Return the number of linear taps that was chosen, if there are any."""
    return {"n_taps": getattr(comparison.models["linear taps"], "n_taps_", None)}
