"""Tell nine men apart by two vowels: the recipe of spoken words, with cepstra instead of sound."""

import numpy as np
from sklearn.base import clone
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import FunctionTransformer

from lsm import SpikeArray
from lsm.datasets import fetch_japanese_vowels
from lsm.topology import ErdosRenyi

from . import spoken_words
from ._command.modules import arguments
from ._study import study
from ._study.evaluate import raster_of
from ._study.results import digest, write_confusion, write_raster
from ._study.seeds import INTERVAL, Scores, check_options
from ._words.compare import fit_encoded

__all__ = ["load_data", "make_model", "run"]

HOP = 10.0  # ms for which a frame is held, as long as one of the recipe: 6.4 are no whole steps


def load_data(data_home=None):
    """Load Japanese Vowels, and split its training series into folds.

    Parameters
    ----------
    data_home : str or path, optional
        Folder or archive of the series; by default they are downloaded once.

    Returns
    -------
    vowels : Bunch
        As of :func:`lsm.datasets.fetch_japanese_vowels`, with `cv`, a list of (train, validation):
        settings are never chosen on the test.
    """
    vowels = fetch_japanese_vowels(data_home)
    folds = StratifiedKFold(10, shuffle=True, random_state=0)
    known = vowels.target[vowels.train]
    vowels.cv = [
        (vowels.train[fitted], vowels.train[held]) for fitted, held in folds.split(known, known)
    ]
    return vowels


def make_model(n_neurons=1000, readout="ridge", random_state=None, **settings):
    """Make an unfitted classifier of series of cepstra.

    It is that of :mod:`lsm.experiments.spoken_words` but for the encoder.

    Parameters
    ----------
    n_neurons : int, default=1000
        Size of the liquid.
    readout : {"ridge", "kernel", "whitened"}, default="ridge"
        As of :func:`lsm.experiments.spoken_words.make_model`.
    random_state : int, RandomState instance or None, default=None
        Seed of the liquid.
    **settings : object
        Any parameters of the parts by their names, such as `liquid__neurons__tau_m=30.0`.

    Returns
    -------
    model : Pipeline
        Of the steps encoder, liquid, dense, scaler and readout.

    Examples
    --------
    >>> from lsm.experiments.japanese_vowels import make_model
    >>> make_model(random_state=0, liquid__neurons__tau_m=30.0)["liquid"].neurons.tau_m
    30.0
    """
    encoder = FunctionTransformer(as_currents)
    return spoken_words.make_model(
        n_neurons, readout, random_state=random_state, encoder=encoder, **settings
    )


def make_baseline(readout="ridge"):
    """Make an unfitted classifier with the same front end and readout, but no liquid."""
    encoder = FunctionTransformer(as_currents)
    return spoken_words.make_baseline(readout).set_params(encoder=encoder)


def as_currents(series):
    """Turn cepstra into graded currents: each coefficient, then all rises, then all falls."""
    slopes = [np.gradient(frames, axis=0) for frames in series]
    currents = [
        np.hstack([frames, np.maximum(slope, 0), np.maximum(-slope, 0)])
        for frames, slope in zip(series, slopes, strict=True)
    ]
    return SpikeArray.from_dense(currents, dt=HOP, graded=True)


def run(
    data_home=None,
    n_neurons=1000,
    readout="ridge",
    repeats=5,
    seed=0,
    jobs=-1,
    out=None,
    **settings,
):
    """Tell speakers apart by two vowels with a liquid, and show what the liquid is worth.

    Trains on the 270 series of the data set's own split and tests on its 370. The recipe is that
    of spoken-words: the cepstra go in as currents, with their rises and falls. The table has the
    share of test series given to the right speaker, by the liquid, the liquid without recurrence,
    and two readouts of the same front end without a liquid, over several seeds of the liquid.

    Parameters
    ----------
    data_home : str or None
        Folder or archive of Japanese Vowels. By default it is downloaded once, about 6 MB.
    n_neurons : int
        Size of the liquid in neurons.
    readout : {"ridge", "kernel", "whitened"}
        What reads the liquid: ridge regression, kernel ridge regression with an RBF kernel, or
        the latter after the variance within classes was whitened.
    repeats : int
        How many seeds: seed, seed + 1, ...
    seed : int
        First seed, of the liquid.
    jobs : int
        Threads of the simulation; -1 is one for each core.
    out : str or None
        The folder for results, which must not exist. By default
        results/japanese-vowels-DATE-TIME.
    **settings : object
        A parameter of the model by its name, such as liquid__neurons__tau_m 30.

    Returns
    -------
    table : DataFrame
        A row for each model.
    """
    options = dict(locals())
    options |= options.pop("settings")
    check_options(options)
    make_model(**arguments(make_model, options), **settings)  # refuses unknown names
    with study("japanese-vowels", run, options) as results:
        data = load_data(data_home)
        print(data.DESCR, flush=True)
        with results.stages(1 + 12 * repeats) as stages:
            scores, model, said = _compare(options, settings, data, stages)
        print(scores, end="\n\n")
        print(f"Ranges are {INTERVAL}.", flush=True)
        results.keep(
            scores.table(),
            model,
            model["liquid"],
            lambda folder: _keep_for_report(folder, data, model, said),
            score=scores.median("liquid"),
            measure=scores.unit,
            interval=INTERVAL,
            calibrated=vars(model["liquid"].calibrated_),
            data={"description": data.DESCR, "sha256": digest(data.data, data.target)},
        )
    return scores.table()


def _compare(options, settings, data, stages):
    """Fit and test the models with all seeds; return scores, the first model, what it says."""
    scores, first = Scores("share right", more_is_better=True), None
    with stages.stage("encode"):
        encoded = as_currents(data.data)
    for seed in range(options["seed"], options["seed"] + options["repeats"]):
        for name, model in _make_models(options | {"seed": seed}, settings).items():
            fitted, states = fit_encoded(
                model, encoded, data.target, data.train, stages, f"{name}, seed {seed}"
            )
            said = fitted[2:].predict(states[data.test])
            scores.add(name, np.mean(said == data.target[data.test]), seed)
            first = first or (fitted, said)
    return scores, *first


def _make_models(options, settings):
    """Make the models of the table; the first is the one the study is about."""
    liquid = make_model(**arguments(make_model, options), **settings)
    liquid.set_params(liquid__n_jobs=options["jobs"])
    return {
        "liquid": liquid,
        "liquid without recurrence": clone(liquid).set_params(
            liquid__topology=ErdosRenyi(fan_out=0)
        ),
        "no liquid, ridge": make_baseline("ridge"),
        "no liquid, RBF kernel": make_baseline("kernel"),
    }


def _keep_for_report(folder, data, model, said):
    """Keep what `lsm report` shows of a model."""
    write_confusion(folder, data.target_names, confusion_matrix(data.target[data.test], said))
    write_raster(folder, raster_of(model, data.data[data.test[:1]]))
