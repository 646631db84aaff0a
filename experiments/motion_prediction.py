"""Tell where a ball will be, or how somebody moves: a liquid and what it must beat."""

import numpy as np
import pandas as pd
from scipy import stats
from sklearn.base import clone

from lsm import Liquid, LSMClassifier, LSMRegressor, Snapshots
from lsm._validation import check_choice
from lsm.neurons import LIF, LeakyTanh
from lsm.readout import HoldOutRidge
from lsm.synapses import Delta, Exponential
from lsm.topology import ErdosRenyi, RandomInput, Weights

from ._command.modules import arguments
from ._motion.prediction import HORIZONS, ROW, TASKS, WASHOUT, AllValues, errors, load_data
from ._motion.prediction_figures import draw_errors, draw_flights
from ._series.taps import LinearTaps
from ._study import study
from ._study.results import digest
from ._study.seeds import INTERVAL, Scores, check_options

__all__ = ["load_data", "make_model", "run", "score"]

KINDS = ("liquid", "echo-state")
N_TAPS = (5, 10, 20, 35)  # images
SCORED = 200.0  # ms ahead, what a sweep goes by


def make_model(task="ball", n_neurons=400, kind="liquid", random_state=None, **settings):
    """Make an unfitted model of what :func:`load_data` gives.

    Parameters
    ----------
    task : {"ball", "basic-motions"}, default="ball"
        As of :func:`load_data`.
    n_neurons : int, default=400
        Size.
    kind : {"liquid", "echo-state"}, default="liquid"
        Spiking neurons, or an echo state network of rate neurons.
    random_state : int, RandomState instance or None, default=None
        Seed of the network.
    **settings : object
        Any parameters of the parts by their names, such as `liquid__neurons__tau_m=30.0`.

    Returns
    -------
    model : LSMRegressor or LSMClassifier

    Examples
    --------
    >>> from lsm.experiments.motion_prediction import make_model
    >>> make_model("ball", random_state=0, liquid__topology__fan_out=20).liquid.topology.fan_out
    20
    """
    check_choice("task", task, TASKS)
    check_choice("kind", kind, KINDS)
    liquid = (_spiking if kind == "liquid" else _echo_state)(task)
    liquid.set_params(n_neurons=n_neurons, random_state=random_state)
    if task == "ball":
        model = LSMRegressor(liquid, HoldOutRidge(), washout=WASHOUT)
    else:
        model = LSMClassifier(liquid)
    return model.set_params(**settings)


def _spiking(task):
    """Make a liquid; synapses with delays let a neuron see where the ball was and is."""
    ball = task == "ball"
    return Liquid(
        neurons=LIF(tau_m=10.0, refractory=1.0, bias=stats.norm(1.0, 0.2)),
        synapses=Exponential(20.0, 20.0),
        topology=ErdosRenyi(
            weights=Weights(distribution="signed", inhibition=1.0, gain=0.35), delay=(1.0, 200.0)
        ),
        inputs=RandomInput(
            fan_in=10, weight=0.5, synapses=5 if ball else 1, delay=(0.0, 300.0 if ball else 0.0)
        ),
        snapshots=(Snapshots(feature="membrane_and_trace", tau=20.0) if ball else Snapshots(n=4)),
        calibration=None,
        initial="random",
    )


def _echo_state(task):
    """Make an echo state network, a step of which is a row."""
    ball = task == "ball"
    row = ROW if ball else 100.0
    return Liquid(
        neurons=LeakyTanh(leak=0.3, bias=stats.norm(0.0, 0.2)),
        synapses=Delta(),
        topology=ErdosRenyi(
            weights=Weights(
                distribution="signed", inhibition=1.0, normalization="spectral_radius", gain=0.9
            ),
            delay=row,
        ),
        inputs=RandomInput(
            fan_in=10, weight=0.1, synapses=5 if ball else 1, delay=(0.0, 300.0 if ball else 0.0)
        ),
        snapshots=Snapshots(feature="membrane") if ball else Snapshots(n=4, feature="membrane"),
        calibration=None,
        dt=row,
    )


def score(model, data, test):
    """Return what a sweep goes by: minus the error 200 ms ahead in pixels, or the share right."""
    if isinstance(model, LSMClassifier):
        return model.score(data.data[test], data.target[test])
    apart = errors(model.predict(data.data[test]), data.target[test])
    return -float(apart[:, :, HORIZONS.index(SCORED)].mean())


def run(
    task="ball",
    n_samples=200,
    occlusion="yes",
    data_home=None,
    n_neurons=400,
    repeats=5,
    seed=0,
    jobs=-1,
    out=None,
    **settings,
):
    """Predict the flight of a ball with a liquid, and show what the liquid is worth.

    The table has the liquid, the liquid without recurrence, an echo state network of as many
    neurons, and linear taps on the input, over several seeds of data and networks: the mean
    distance in pixels between where the ball will be and where it is said to be, 50 to 400 ms
    ahead, and the same while the ball is hidden. For basic-motions it tells the share of the
    archive's own test sequences that is taken for the right movement.

    Parameters
    ----------
    task : {"ball", "basic-motions"}
        Tell where a ball will be that bounces in a box, or which of four movements a watch felt.
    n_samples : int
        Flights of two seconds, a fifth each for validation and the test.
    occlusion : {"yes", "no"}
        Whether the two columns in the middle of the retina are blind.
    data_home : str or None
        File or folder of BasicMotions. By default it is downloaded once, about 6 MB.
    n_neurons : int
        Size of the networks in neurons.
    repeats : int
        How many seeds: seed, seed + 1, ...
    seed : int
        First seed, of the flights and of the networks.
    jobs : int
        Threads; -1 is one for each core.
    out : str or None
        The folder for results, which must not exist. By default
        results/motion-prediction-DATE-TIME.
    **settings : object
        A parameter of the liquid's model by its name, such as liquid__neurons__tau_m 30.

    Returns
    -------
    table : DataFrame
        A row for each measure and model.
    """
    options = dict(locals())
    options |= options.pop("settings")
    check_options(options)
    with study("motion-prediction", run, options) as results:
        data = load_data(**arguments(load_data, options))
        print(data.DESCR, flush=True)
        make_model(**arguments(make_model, options), **settings)  # refuses unknown names
        with results.stages(4 * repeats) as stages:
            scores, first = _compare(options, settings, data, stages)
        print(*scores.values(), sep="\n\n", end="\n\n")
        print(f"Ranges are {INTERVAL}.", flush=True)
        model, _ = first["liquid"]
        unit = f"pixels, {SCORED:g} ms ahead" if task == "ball" else "share right"
        images = [data.data.to_dense(i) for i in range(len(data.data))]
        results.keep(
            _table(scores),
            model,
            model.liquid_,
            lambda folder: _draw(folder, task, data, scores, first),
            score=scores[unit].median("liquid"),
            measure=unit,
            interval=INTERVAL,
            n_taps=getattr(first["linear taps"][0], "n_taps_", None),
            data={"description": data.DESCR, "sha256": digest(*images, data.target)},
        )
    return _table(scores)


def _compare(options, settings, data, stages):
    """Fit and test the models with all seeds; return scores by measure, and the first models."""
    scores, first = {}, {}
    for seed in range(options["seed"], options["seed"] + options["repeats"]):
        of_seed = options | {"seed": seed}
        if seed != options["seed"] and options["task"] == "ball":
            data = load_data(**arguments(load_data, of_seed))
        for name, model in _make_models(of_seed, settings, data).items():
            with stages.stage(name, f"seed {seed}"):
                fitted = model.fit(data.data[data.train], data.target[data.train])
                said = fitted.predict(data.data[data.test])
            for unit, value in _measure(options["task"], said, data).items():
                more = options["task"] == "basic-motions"
                scores.setdefault(unit, Scores(unit, more)).add(name, value, seed)
            first.setdefault(name, (fitted, said))
    return scores, first


def _measure(task, said, data):
    """Return all measures of a prediction by name."""
    if task == "basic-motions":
        return {"share right": np.mean(said == data.target[data.test])}
    apart = errors(said, data.target[data.test])
    hidden = data.visible[data.test][:, WASHOUT:] < 0.5
    measures = {f"pixels, {h:g} ms ahead": apart[:, :, i].mean() for i, h in enumerate(HORIZONS)}
    if hidden.any():
        of_hidden = apart[:, :, HORIZONS.index(SCORED)][hidden].mean()
        measures[f"pixels, {SCORED:g} ms ahead, ball hidden"] = of_hidden
    return measures


def _make_models(options, settings, data):
    """Make the models of the table; the first is the one the study is about."""
    of_model = arguments(make_model, options)
    liquid = make_model(**of_model, **settings)
    taps = LinearTaps(N_TAPS, WASHOUT, n_held=len(data.cv[0][1]))
    return {
        "liquid": liquid,
        "liquid without recurrence": clone(liquid).set_params(liquid__topology__fan_out=0),
        "echo state network": make_model(**of_model, kind="echo-state"),
        "linear taps": taps if options["task"] == "ball" else AllValues(),
    }


def _table(scores):
    """Return a row for each measure and model."""
    tables = [of_unit.table().assign(measure=unit) for unit, of_unit in scores.items()]
    return pd.concat(tables, ignore_index=True)


def _draw(folder, task, data, scores, first):
    if task == "ball":
        draw_errors(folder / "errors.png", scores)
        said = {name: prediction for name, (_, prediction) in first.items()}
        draw_flights(folder / "flights.png", data, said)
