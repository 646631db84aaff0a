"""`lsm inspect`: the measures of a liquid, on a card."""

import json
from pathlib import Path

import joblib
import numpy as np
from sklearn.base import clone
from sklearn.pipeline import FeatureUnion, Pipeline

from lsm import Liquid
from lsm.measures import card

from ._study.experiment import Experiment, experiment_names, samples
from ._study.progress import load_kernel
from ._study.run import SEED

__all__ = ["inspect", "is_experiment"]

MODEL, RESULT = "model.joblib", "result.json"


def is_experiment(subject):
    """Return whether this is the name of an experiment, or the file of one."""
    return subject in experiment_names() or subject.endswith(".py")


def inspect(subject, options=None, data=None):
    """Measure a liquid, with advice on what to change.

    The liquid is that of an experiment, drawn and calibrated on its training samples as in the
    first run of `lsm run`; or that of a model which a run has kept, measured on the samples that it
    was fitted to.

    Parameters
    ----------
    subject : str
        Name or file of an experiment, folder of a run, or file of a fitted model.
    options : dict of str to object
        Options of the experiment, and parameters of its model by their names.
    data : str or None
        File with samples to measure on, as joblib.dump writes them. By default the training samples
        of the experiment or of the run.

    Returns
    -------
    card : Card
    """
    if is_experiment(subject):
        found, X = _of_experiment(subject, options or {})
    else:
        found, X = _of_file(Path(subject).expanduser(), needs_data=data is None)
    if data is not None:
        X = joblib.load(Path(data).expanduser())
    made = card(found, X)
    print(made, flush=True)
    return made


def _of_experiment(name, options):
    """Return an experiment's model, fitted up to its liquid, and its training samples."""
    experiment = Experiment(name)
    options = experiment.with_defaults({"seed": SEED.default} | options)
    options |= experiment.conditions(options)[0]
    data = experiment.load_data(options)
    model = experiment.make_model(data, options)
    X, _ = samples(data, data.cv[0][0])
    load_kernel()
    return _fit_liquid(model, X), X


def _fit_liquid(model, X):
    """Fit a model up to its liquid, without the steps after it."""
    if isinstance(model, FeatureUnion):  # the first of several liquids
        return _fit_liquid(model.transformer_list[0][1], X)
    if isinstance(model, Pipeline):
        for i, step in enumerate(model):
            if isinstance(step, Liquid | Pipeline | FeatureUnion) or hasattr(step, "liquid"):
                before = clone(model[:i]).fit(X) if i else None
                liquid = _fit_liquid(step, X if before is None else before.transform(X))
                return Pipeline([*(before.steps if before else []), ("liquid", liquid)])
    liquid = model if isinstance(model, Liquid) else getattr(model, "liquid", None)
    if liquid is None:
        raise TypeError(f"there is no liquid in {model!r:.200}")
    return clone(liquid).fit(X)


def _of_file(path, needs_data):
    """Return a kept model, and the samples that the run beside it has fitted it to."""
    path = path / MODEL if path.is_dir() else path
    if not path.exists():
        raise FileNotFoundError(2, "no experiment, and no model or folder of a run", str(path))
    try:
        model = joblib.load(path)
    except ModuleNotFoundError as error:
        raise ValueError(
            f"{path} needs the module {error.name!r}, which Python does not find: inspect the "
            f"experiment itself, lsm inspect {error.name}.py, or set PYTHONPATH to its folder"
        ) from error
    if not needs_data:
        return model, None
    result = path.with_name(RESULT)
    if not result.exists():
        raise ValueError(
            f"there is no {RESULT} beside {path} that names the data of the model: give --data"
        )
    facts = json.loads(result.read_text(encoding="utf-8"))
    experiment, options = Experiment(facts["experiment"]), facts["parameters"]
    data = experiment.load_data(options | experiment.conditions(options)[0])
    return model, samples(data, np.asarray(data.cv[0][0]))[0]
