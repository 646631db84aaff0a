"""`lsm inspect`: the measures of a liquid, on a card."""

from pathlib import Path

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import FeatureUnion, Pipeline

from lsm import Liquid, load
from lsm.measures import card

from ._command.modules import experiment_names, is_file
from ._command.options import fits
from ._command.values import decode
from ._study.experiment import Experiment, samples
from ._study.json_files import OBJECT, TEXT, read_json
from ._study.progress import load_kernel
from ._study.run import SEED

__all__ = ["inspect", "is_experiment"]

RESULT = "result.json"


def is_experiment(subject):
    """Return whether this is the name of an experiment, or the file of one."""
    return subject in experiment_names() or is_file(subject)


def inspect(subject, options=None, data=None, trusted=None):
    """Measure a liquid, with advice on what to change.

    The liquid is that of an experiment, drawn and calibrated on its training samples as in the
    first run of `lsm run`. The liquid of a run is drawn and calibrated again by the options in its
    folder. No code is taken from a folder, or from a file of a model or of samples.

    Parameters
    ----------
    subject : str
        Name or file of an experiment, folder of a run, or file of a fitted model, as `lsm run` and
        lsm.save write it.
    options : dict of str to object
        Options of the experiment, and parameters of its model by their names.
    data : str or None
        File with samples to measure on, as lsm.save writes them. By default the training samples of
        the experiment or of the run.
    trusted : list of str or None
        Types of your own modules that the files may hold, such as my_models.Leaky. The modules are
        imported.

    Returns
    -------
    card : Card
    """
    path = Path(subject).expanduser()
    if is_experiment(subject):
        found, X = _of_experiment(Experiment(subject), options or {})
    elif path.is_dir():
        found, X = _of_experiment(*_read_run(path / RESULT), of_run=True)
    elif path.exists():
        found, X = load(path, trusted or ()), None
        if data is None:
            X = _training_samples(*_read_run(path.with_name(RESULT)))
    else:
        raise FileNotFoundError(2, "no experiment, and no model or folder of a run", subject)
    if data is not None:
        X = load(Path(data).expanduser(), trusted or ())
    made = card(found, X)
    print(made, flush=True)
    return made


def _read_run(path):
    """Return the experiment and the options of a run."""
    if not path.exists():
        raise ValueError(
            f"there is no {path} that names an experiment and its data: give --data and the file "
            "of a model, or the name of an experiment"
        )
    facts = read_json(path, {"experiment": TEXT, "parameters": OBJECT})
    name = facts["experiment"]
    options = {key: decode(value) for key, value in facts["parameters"].items()}
    if name not in experiment_names():
        raise ValueError(
            f"{path} names an experiment in a file, {name}, which is taken from the command line "
            "only: lsm inspect FILE.py with its options, if you trust the file"
        )
    experiment = Experiment(name)
    for option in experiment.options:
        if option.name in options and not fits(option, options[option.name]):
            raise ValueError(
                f"{path} is damaged, or of another version: {option.name} must be {option.kind}, "
                f"got {options[option.name]!r:.50}"
            )
    return experiment, options


def _of_experiment(experiment, options, of_run=False):
    """Return an experiment's model, fitted up to its liquid, and its training samples.

    With `of_run` it is fitted to the samples to which `lsm run` fits the model that it keeps.
    """
    options, data = _load_data(experiment, options)
    model = experiment.make_model(data, options)
    X, _ = samples(data, data.cv[0][0])
    load_kernel()
    fitted_to = samples(data, data.train)[0] if of_run and "test" in data else X
    return _fit_liquid(model, fitted_to), X


def _training_samples(experiment, options):
    """Return the training samples of an experiment."""
    _, data = _load_data(experiment, options)
    return samples(data, np.asarray(data.cv[0][0]))[0]


def _load_data(experiment, options):
    """Return the options of the first condition, and the data."""
    options = experiment.with_defaults({"seed": SEED.default} | options)
    options |= experiment.conditions(options)[0]
    return options, experiment.load_data(options)


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
