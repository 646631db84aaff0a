"""One run of a sweep: fit a model on what an experiment's data say, and score it."""

import contextlib
import inspect
import itertools
import pickle
import time
import traceback
import warnings

import joblib
import numpy as np
import threadpoolctl
from sklearn.base import clone, is_classifier
from sklearn.metrics import confusion_matrix, get_scorer, get_scorer_names
from sklearn.utils import _safe_indexing

from lsm import measures
from lsm.measures._liquid import find_liquid

from .._command.modules import arguments, load
from .results import environment, peak_memory

__all__ = ["evaluate", "make_scorer", "raster_of", "unfitted"]

# Of a raster this much is kept, or a sweep would mostly be rasters.
RASTER_NEURONS, RASTER_MS = 100, 1000.0


def evaluate(experiment, data, options, settings, scoring=None, draws=1, n_threads=1):
    """Fit and score a model.

    Parameters
    ----------
    experiment : str
        Name of the experiment.
    data : bytes
        What its `load_data` gave, pickled: its module must be loaded before it is.
    options : dict
        Options of its `run`, and parameters of the model by their names.
    settings : dict
        Options and parameters of the model that go before these.
    scoring : str, optional
        As of :func:`make_scorer`.
    draws : int, default=1
        How many models to fit, with other seeds; the score is the mean.
    n_threads : int, default=1
        Threads that this may take.

    Returns
    -------
    facts : dict
        What there is to say about the run, in types that JSON has; a failure too is one.
    """
    started = time.perf_counter()
    facts = {}
    with (
        warnings.catch_warnings(record=True) as caught,
        threadpoolctl.threadpool_limits({"blas": 1, "openmp": n_threads}),  # as in `lsm run`
        joblib.parallel_config(backend="threading", n_jobs=n_threads),
    ):
        warnings.simplefilter("always", UserWarning)
        try:
            load(experiment)
            facts = _evaluate(experiment, pickle.loads(data), options, settings, scoring, draws)
            facts |= {"status": "done", "seconds": time.perf_counter() - started}
        except Exception as error:  # whatever it is, it must not stop the other runs
            facts = {
                "status": "failed",
                "seconds": time.perf_counter() - started,
                "error": f"{type(error).__name__}: {' '.join(str(error).split())}",
                "traceback": traceback.format_exc(),
            }
    said = [str(warning.message) for warning in caught if issubclass(warning.category, UserWarning)]
    facts |= {"warnings": list(dict.fromkeys(said)), "peak_memory_mib": peak_memory()}
    return facts | environment()


def unfitted(experiment, data, options, settings):
    """Return an experiment's model with these options and settings."""
    module = load(experiment)
    known = arguments(module.make_model, dict(data) | options)
    of_run = inspect.signature(module.run).parameters
    nested = {name: value for name, value in options.items() if name not in of_run}
    return module.make_model(**known | nested | settings)


def _evaluate(experiment, data, options, settings, scoring, draws):
    model = unfitted(experiment, data, options, settings)
    score = getattr(load(experiment), "score", None)
    scorer = make_scorer(scoring)
    scores, said, true = [], [], []
    for draw, (train, test) in itertools.product(range(draws), data.cv):
        fitted = _drawn(model, draw).fit(*_part(data, train))
        X, y = _part(data, test)
        if scorer is not None:
            scores.append(scorer(fitted, X, y))
        elif score is not None:
            scores.append(score(fitted, data, test))
        elif is_classifier(fitted) and np.ndim(y) == 1:
            said.append(fitted.predict(X))
            true.append(y)
            scores.append(np.mean(said[-1] == y))
        else:
            scores.append(fitted.score(X, y))
    scores = [float(value) for value in scores]
    if not np.isfinite(scores).all():
        raise ValueError(f"a score must be a finite number, got {scores}")
    facts = {"score": float(np.mean(scores)), "scores": scores}
    if true:
        names = np.asarray(data.get("target_names", np.unique(data.target)))
        labels = np.arange(len(names)) if "target_names" in data else names
        counts = confusion_matrix(np.concatenate(true), np.concatenate(said), labels=labels)
        facts["confusion"] = {"labels": names.tolist(), "counts": counts.tolist()}
    facts |= {"model": model.__repr__(N_CHAR_MAX=10**6), "calibrated": None, "health": None}
    with contextlib.suppress(TypeError):  # a model without a liquid
        liquid, _ = find_liquid(fitted, X[:1])
        facts["calibrated"] = liquid.calibrated_ and vars(liquid.calibrated_)
        facts["health"] = vars(liquid.health_)
        facts["raster"] = raster_of(fitted, _part(data, test[:1])[0])
    return facts


def _drawn(model, draw):
    """Return an unfitted copy, with other seeds for each draw but the first."""
    seeds = {
        name: value + draw
        for name, value in model.get_params().items()
        if name.rpartition("__")[2] == "random_state" and isinstance(value, int)
    }
    return clone(model).set_params(**seeds)


def _part(data, rows):
    return _safe_indexing(data.data, rows), _safe_indexing(data.target, rows)


def make_scorer(scoring):
    """Return the scorer of a name: scikit-learn's, or one of :mod:`lsm.measures`.

    Parameters
    ----------
    scoring : str or None
        Such as "balanced_accuracy" or "kernel_quality"; None is the experiment's own score.

    Returns
    -------
    scorer : callable or None
        Takes a fitted estimator, X and y.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if scoring is None:
        return None
    if scoring in measures.__all__:
        measure = getattr(measures, scoring)
        return lambda fitted, X, y: measure(fitted, X)
    if scoring not in get_scorer_names():
        raise ValueError(
            f"scoring must name a scorer of scikit-learn or one of lsm.measures, got {scoring!r}"
        )
    return get_scorer(scoring)


def raster_of(fitted, X):
    """Return the first second of a hundred neurons, of the first sample.

    Parameters
    ----------
    fitted : estimator
        A fitted estimator with a liquid in it.
    X : sequence
        Samples for it.

    Returns
    -------
    raster : dict
        `times` in ms and `neurons` of the spikes, `duration` in ms, and the `inhibitory` ones
        among the `shown` neurons.
    """
    liquid, X = find_liquid(fitted, X)
    spikes = liquid.record(X)[[0]]
    n_shown = min(RASTER_NEURONS, liquid.n_neurons_)
    shown = np.unique(np.linspace(0, liquid.n_neurons_ - 1, n_shown).astype(int))
    times = spikes.steps * spikes.dt
    kept = np.isin(spikes.channels, shown) & (times < RASTER_MS)
    return {
        "times": np.round(times[kept], 6).tolist(),
        "neurons": spikes.channels[kept].tolist(),
        "duration": float(min(spikes.durations[0] * spikes.dt, RASTER_MS)),
        "shown": shown.tolist(),
        "inhibitory": shown[liquid.inhibitory_[shown]].tolist(),
    }
