"""Move an arm to where it is told: a liquid in a loop with a body, and what it must beat."""

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import clone

from lsm import Liquid, LSMRegressor, Snapshots
from lsm._validation import check_choice, check_number
from lsm.neurons import LIF, LeakyTanh
from lsm.readout import HoldOutRidge
from lsm.synapses import Delta, Exponential
from lsm.topology import ErdosRenyi, RandomInput, Weights

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
from ._series.taps import LinearTaps
from ._study import study
from ._study.results import digest
from ._study.seeds import INTERVAL, Scores, check_options

__all__ = ["load_data", "make_model", "run", "score"]

KINDS = ("liquid", "echo-state")
N_TAPS = (5, 20)
FREE = "free"


def make_model(n_neurons=300, kind="liquid", random_state=None, **settings):
    """Make an unfitted controller, from what an arm is told to what it should do.

    Parameters
    ----------
    n_neurons : int, default=300
        Size.
    kind : {"liquid", "echo-state"}, default="liquid"
        Spiking neurons, or an echo state network of rate neurons.
    random_state : int, RandomState instance or None, default=None
        Seed of the network.
    **settings : object
        Any parameters of the parts by their names, such as `liquid__neurons__tau_m=30.0`.

    Returns
    -------
    model : LSMRegressor

    Examples
    --------
    >>> from lsm.experiments.motor_control import make_model
    >>> make_model(random_state=0, liquid__topology__fan_out=20).liquid.topology.fan_out
    20
    """
    check_choice("kind", kind, KINDS)
    liquid = _spiking() if kind == "liquid" else _echo_state()
    liquid.set_params(n_neurons=n_neurons, random_state=random_state)
    return LSMRegressor(liquid, HoldOutRidge()).set_params(**settings)


def _spiking():
    """Make a liquid whose long delays tell it how far a reach has come."""
    return Liquid(
        neurons=LIF(tau_m=10.0, refractory=2.0, bias=stats.norm(1.0, 0.05)),
        synapses=Exponential(80.0, 80.0),
        topology=ErdosRenyi(
            weights=Weights(distribution="signed", inhibition=1.0, gain=0.2), delay=(1.0, 400.0)
        ),
        inputs=RandomInput(fan_in=32, weight=1.0),
        snapshots=Snapshots(feature="membrane_and_trace", tau=30.0),
        calibration=None,
        initial="random",
        dtype="float64",
    )


def _echo_state():
    """Make an echo state network, a step of which is a command."""
    return Liquid(
        neurons=LeakyTanh(leak=0.2, bias=stats.norm(0.0, 0.2)),
        synapses=Delta(),
        topology=ErdosRenyi(
            weights=Weights(
                distribution="signed", inhibition=1.0, normalization="spectral_radius", gain=0.9
            ),
            delay=DT,
        ),
        inputs=RandomInput(fan_in=32, weight=0.5),
        snapshots=Snapshots(feature="membrane"),
        calibration=None,
        dt=DT,
        dtype="float64",
    )


def score(model, data, test):
    """Return what a sweep goes by: minus the median distance from the goals in cm."""
    practised = practise(clone(model), data, data.train)
    return -float(np.median(endpoint_errors(data, test, reach(practised, data, test))))


def run(
    delays=(50.0, 100.0),
    n_train=20,
    n_test=16,
    rounds=4,
    n_neurons=300,
    repeats=5,
    seed=0,
    jobs=-1,
    out=None,
    **settings,
):
    """Move a two-link arm to goals with a liquid, and show what the liquid is worth.

    The controller is told the goal, and the angles of the joints as they were some time ago. It
    learns from a teacher, then from what he says of its own tries. The table has the median
    distance from goals that were not among those of training or were, by the delay and by what
    disturbs the arm, over several seeds of networks: for the liquid, the liquid without
    recurrence, an echo state network of as many neurons, and linear taps, of which the number
    that does best on validation goals is taken.

    Parameters
    ----------
    delays : list of float
        Ages of the angles that the controller is told in ms, multiples of 5.
    n_train : int
        Number of goals to train on.
    n_test : int
        Number of goals to test on; half of them are not among those to train on.
    rounds : int
        How often a controller tries, and is told what its teacher would have done.
    n_neurons : int
        Size of the networks in neurons.
    repeats : int
        How many seeds: seed, seed + 1, ...
    seed : int
        First seed, of the networks and of the pushes.
    jobs : int
        Threads; -1 is one for each core.
    out : str or None
        The folder for results, which must not exist. By default
        results/motor-control-DATE-TIME.
    **settings : object
        A parameter of the liquid's model by its name, such as liquid__neurons__tau_m 30.

    Returns
    -------
    table : DataFrame
        A row for each delay, condition and model.
    """
    options = dict(locals())
    options |= options.pop("settings")
    _check(options)
    with study("motor-control", run, options) as results:
        tasks = [load_data(delay, n_train, n_test, rounds) for delay in delays]
        print(tasks[0].DESCR, flush=True)
        make_model(n_neurons, **settings)  # refuses unknown names
        with results.stages(len(tasks) * (3 * repeats + 1)) as stages:
            scores, first = _compare(options, settings, tasks, stages)
        table = _table(scores)
        for (delay, condition), of_condition in scores.items():
            print(f"angles {delay:g} ms old, {condition}\n{of_condition}\n")
        print(f"Ranges are {INTERVAL}.", flush=True)
        model, _ = first["liquid"]
        arrays = [array for task in tasks for array in (task.inputs, task.target)]
        results.keep(
            table,
            model,
            model.liquid_,
            lambda folder: _draw(folder, tasks[0], first, scores),
            score=float(table["median"][0]),
            measure="median distance from the goals of the test in cm",
            interval=INTERVAL,
            n_taps=first["linear taps"][0].n_taps_,
            data={"description": tasks[0].DESCR, "sha256": digest(*arrays)},
        )
    return table


def _check(options):
    if not options["delays"]:
        raise ValueError("delays must hold at least one number")
    for delay in options["delays"]:
        if check_number("delays", delay, 0) % DT:
            raise ValueError(f"delays must be multiples of {DT:g} ms, got {delay:g}")
    check_options(options)


def _compare(options, settings, tasks, stages):
    """Teach and test the models; return scores by delay and condition, and the first models.

    The first models are those of the first delay and seed, each with what it did in the test.
    """
    scores, first = {}, {}
    for task in tasks:
        taps = None
        for seed in range(options["seed"], options["seed"] + options["repeats"]):
            for name, model in _make_models(options["n_neurons"], seed, settings).items():
                with stages.stage(name, f"{task.delay:g} ms, seed {seed}"):
                    practise(model, task, task.train)
                    tried = _test(model, task, seed)
                first.setdefault(name, (model, tried))
                _add(scores, task, name, tried, seed)
            if taps is None:  # nothing of it is drawn
                with stages.stage("linear taps", f"{task.delay:g} ms"):
                    taps = _fit_taps(task)
            tried = _test(taps, task, seed)
            first.setdefault("linear taps", (taps, tried))
            _add(scores, task, "linear taps", tried, seed)
    return scores, first


def _make_models(n_neurons, seed, settings):
    """Make the networks of the table; the first is the one the study is about."""
    liquid = make_model(n_neurons, random_state=seed, **settings)
    return {
        "liquid": liquid,
        "liquid without recurrence": clone(liquid).set_params(liquid__topology__fan_out=0),
        "echo state network": make_model(n_neurons, "echo-state", seed),
    }


def _fit_taps(task):
    """Return the linear taps that do best on the goals of validation."""
    fitted = [practise(LinearTaps([n]), task, task.train) for n in N_TAPS]
    return min(fitted, key=lambda taps: np.median(_errors(taps, task, task.validation)))


def _errors(model, task, goals):
    return endpoint_errors(task, goals, reach(model, task, goals))


def _test(model, task, seed):
    """Return what a model does in all conditions, then what it does in them without feedback."""
    conditions = {
        FREE: {},
        f"{PAYLOAD:g} kg in the hand": {"payload": PAYLOAD},
        f"pushed by {PUSH:g} N": {"force": draw_pushes(task, task.test, seed)},
    }
    felt = {name: reach(model, task, task.test, **how) for name, how in conditions.items()}
    return felt | {
        f"{name}, feeling nothing": reach(model, task, task.test, feels=False, **how)
        for name, how in conditions.items()
    }


def _add(scores, task, name, tried, seed):
    """Add the errors of one model and seed, of free reaches also for goals of either kind."""

    def add(condition, errors):
        key = task.delay, condition
        scores.setdefault(key, Scores("median error in cm")).add(name, np.median(errors), seed)

    trained = task.trained[task.test]
    for condition, reaches in tried.items():
        errors = endpoint_errors(task, task.test, reaches)
        add(condition, errors)
        if condition == FREE:
            add("free, untrained goals", errors[~trained])


def _table(scores):
    tables = [
        of_condition.table().assign(delay=delay, condition=condition)
        for (delay, condition), of_condition in scores.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    return table[["delay", "condition", *table.columns[:-2]]]


def _draw(folder, task, first, scores):
    _, tried = first["liquid"]
    draw_paths(folder / "paths.png", task, tried)
    animate(folder / "reaches.gif", task, tried[FREE])
    of_delay = {delay: s for (delay, condition), s in scores.items() if condition == FREE}
    draw_delays(folder / "delays.png", of_delay)
