"""Move a two-link arm to goals with a liquid as its controller.

The inputs of the controller are the goal and past angles of the joints. It is fitted to a teacher,
then to the teacher's corrections of its own tries. The table has the median distance from trained
and untrained goals, by the delay of the angles and by the disturbance of the arm, over several
seeds of networks: for the liquid, the liquid without recurrence, an echo state network of as many
neurons, as many static random units of the last rows, and linear taps. The number of taps is chosen
on validation goals.
"""

import numpy as np
from scipy import stats
from sklearn.base import clone

from lsm import Liquid, LSMRegressor, Snapshots, without_recurrence
from lsm._validation import check_choice, check_number
from lsm.neurons import LIF
from lsm.readout import HoldOutRidge
from lsm.topology import RandomInput

from ._motion.reaching import (
    DT,
    PAYLOAD,
    PUSH,
    draw_pushes,
    endpoint_errors,
    load_data,
    practise,
    reach,
)
from ._motion.reaching_figures import animate, draw_delays, draw_paths
from ._series.networks import KINDS, make_delayed_liquid
from ._series.taps import TapRegression, make_linear_taps, make_static
from ._study.metric import Metric

__all__ = ["conditions", "evaluate", "fit", "load_data", "make_model"]

N_TAPS = (5, 20)
FREE = "free"


def conditions(delays=(50.0, 100.0)):
    """Return the delays to compare.

    Parameters
    ----------
    delays : list of float
        Delays of the joint angles in the input in ms, multiples of 5.
    """
    if not delays:
        raise ValueError("delays must have at least one number, got none")
    for delay in delays:
        if check_number("delays", delay, 0) % DT:
            raise ValueError(f"delays must be multiples of {DT:g} ms, got {delay:g}")
    return [{"delay": delay} for delay in delays]


def make_model(n_neurons=300, *, kind="liquid", random_state=None, **settings):
    """Make an unfitted controller, from goals and angles to torques.

    Parameters
    ----------
    n_neurons : int, default=300
        Number of neurons in each network.
    kind : {"liquid", "echo-state"}, default="liquid"
        Spiking neurons, or an echo state network of rate neurons.
    random_state : int, RandomState instance or None, default=None
        Seed of the network.
    **settings : object
        Any parameters of the parts by their names, such as `liquid__neurons__tau_m=30.0`.

    Returns
    -------
    model : LSMRegressor
    """
    check_choice("kind", kind, KINDS)
    liquid = _spiking() if kind == "liquid" else _echo_state()
    liquid.set_params(n_neurons=n_neurons, random_state=random_state)
    return LSMRegressor(liquid, HoldOutRidge(), encoder=None).set_params(**settings)


def _spiking():
    """Make a liquid with long delays, so that its state depends on the time in the reach."""
    return make_delayed_liquid(
        LIF(tau_m=10.0, refractory=2.0, bias=stats.norm(1.0, 0.05)),
        tau_syn=80.0,
        gain=0.2,
        delay=(1.0, 400.0),
        inputs=RandomInput(fan_in=32, weight=1.0),
        snapshots=Snapshots(feature="membrane_and_trace", tau=30.0),
        dtype="float64",
    )


def _echo_state():
    """Make an echo state network, each step of which is a command."""
    return Liquid.echo_state(
        leak=0.2,
        bias=stats.norm(0.0, 0.2),
        inputs=RandomInput(fan_in=32, weight=0.5),
        dt=DT,
        dtype="float64",
    )


def make_models(model, n_neurons, random_state):
    """Make the models of the table by name; the first is `model`."""
    return {
        "liquid": model,
        "liquid without recurrence": without_recurrence(model),
        "echo state network": make_model(n_neurons, kind="echo-state", random_state=random_state),
        "static random features": make_static(n_neurons, N_TAPS, random_state=random_state),
        "linear taps": make_linear_taps(N_TAPS),
    }


def fit(model, data, train):
    """Fit a controller; of taps the number that does best on the validation goals."""
    if not isinstance(model, TapRegression):
        return practise(model, data, train)
    fitted = [practise(clone(model).set_params(n_taps=[n]), data, train) for n in model.n_taps]
    validation = data.validation

    def error(taps):
        return np.median(endpoint_errors(data, validation, reach(taps, data, validation)))

    return min(fitted, key=error)


def evaluate(model, data, test, random_state=None):
    """Return reaches by condition, and their median errors.

    `random_state` is the seed of the pushes; without it only free reaches are evaluated.
    """
    disturbances = {FREE: {}}
    if random_state is not None:
        disturbances[f"{PAYLOAD:g} kg in the hand"] = {"payload": PAYLOAD}
        disturbances[f"pushed by {PUSH:g} N"] = {"force": draw_pushes(data, test, random_state)}
    reaches = {name: reach(model, data, test, **how) for name, how in disturbances.items()}
    if random_state is not None:
        reaches |= {
            f"{name}, no feedback": reach(model, data, test, feedback=False, **how)
            for name, how in disturbances.items()
        }
    values = {}
    for condition, reached in reaches.items():
        errors = endpoint_errors(data, test, reached)
        values[_metric(data, condition)] = np.median(errors)
        if condition == FREE and random_state is not None:
            untrained = errors[~data.trained[test]]
            values[_metric(data, "free, untrained goals")] = np.median(untrained)
    return reaches, values


def _metric(data, condition):
    return Metric(
        "median error in cm", more_is_better=False, scored=condition == FREE,
        columns=(("condition", condition),), heading=f"angles {data.delay:g} ms old, {condition}",
    )  # fmt: skip


def draw(folder, comparison):
    """Draw paths of the hand, an animation of the arm, and errors by delay."""
    reaches = comparison.y_pred["liquid"]
    draw_paths(folder / "paths.png", comparison.data, reaches)
    animate(folder / "reaches.gif", comparison.data, reaches[FREE])
    table = comparison.table()
    draw_delays(folder / "delays.png", table[table["condition"] == FREE])


def facts(comparison):
    """Return the score, that of the first delay, and the number of linear taps that was chosen."""
    return {
        "score": float(comparison.table()["median"][0]),
        "measure": "median distance from the goals of the test in cm",
        "n_taps": comparison.models["linear taps"].n_taps_,
    }
