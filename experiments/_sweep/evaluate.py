"""One run of a sweep: fit a model to the data of an experiment, and score it."""

import contextlib
import itertools
import pickle
import time
import traceback
import warnings

import joblib
import numpy as np
import threadpoolctl
from sklearn.base import clone
from sklearn.metrics import get_scorer, get_scorer_names

from lsm import measures

from .._study.experiment import Experiment, samples
from .._study.metric import score
from .._study.report_files import count_confusions, facts_of_liquid, has_classes, raster_of
from .._study.results import environment, peak_memory

__all__ = ["evaluate", "make_scorer"]


def evaluate(experiment, data, options, settings, scoring=None, draws=1, n_threads=1):
    """Fit and score a model, and return facts about the run in types of JSON, also if it failed.

    Parameters
    ----------
    experiment : str
        Name of the experiment.
    data : bytes
        Pickled data of the experiment, whose module must be imported to unpickle them.
    options, settings : dict
        Options of the experiment and parameters of its model by their names, of all runs and of
        this one.
    scoring : str, optional
        As of :func:`make_scorer`.
    draws, n_threads : int, default=1
        Number of models to fit, with different seeds, and of threads. The score is the mean.
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
            study = Experiment(experiment)
            facts = _evaluate(study, pickle.loads(data), options | settings, scoring, draws)
            facts |= {"status": "done", "seconds": time.perf_counter() - started}
        except Exception as error:  # no error may stop the other runs
            facts = {
                "status": "failed",
                "seconds": time.perf_counter() - started,
                "error": f"{type(error).__name__}: {' '.join(str(error).split())}",
                "traceback": traceback.format_exc(),
            }
    texts = [
        str(warning.message) for warning in caught if issubclass(warning.category, UserWarning)
    ]
    facts |= {"warnings": list(dict.fromkeys(texts)), "peak_memory_mib": peak_memory()}
    return facts | environment()


def _evaluate(experiment, data, options, scoring, draws):
    model = experiment.make_model(data, options)
    scorer = make_scorer(scoring)
    scores, y_true, predictions = [], [], []
    for draw, (train, test) in itertools.product(range(draws), data.cv):
        fitted = experiment.fit(_drawn(model, draw), data, train)
        X, y = samples(data, test)
        if scorer is not None:
            scores.append(float(scorer(fitted, X, y)))
            continue
        y_pred, values = experiment.evaluate(fitted, data, test)
        scores.append(score(values))
        if has_classes(fitted, y) and not experiment.has("evaluate"):
            y_true.append(y)
            predictions.append(y_pred)
    if not np.isfinite(scores).all():
        raise ValueError(f"a score must be a finite number, got {scores}")
    facts = {"score": float(np.mean(scores)), "scores": scores}
    if y_true:
        confusions = count_confusions(data, np.concatenate(y_true), np.concatenate(predictions))
        facts["confusion"] = confusions
    facts |= {"model": model.__repr__(N_CHAR_MAX=10**6)} | facts_of_liquid(fitted)
    with contextlib.suppress(TypeError):  # a model without a liquid
        facts["raster"] = raster_of(fitted, samples(data, test[:1])[0])
    return facts


def _drawn(model, draw):
    """Return an unfitted copy, with other seeds for each draw but the first."""
    seeds = {
        name: value + draw
        for name, value in model.get_params().items()
        if name.rpartition("__")[2] == "random_state" and isinstance(value, int)
    }
    return clone(model).set_params(**seeds)


def make_scorer(scoring):
    """Return a scorer of scikit-learn or a measure of :mod:`lsm.measures` by its name, or None.

    A scorer takes a fitted estimator, X and y; None is the experiment's own score.
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
