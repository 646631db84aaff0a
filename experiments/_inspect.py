"""`lsm inspect`: the measures of a liquid, on a card."""

from pathlib import Path

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import FeatureUnion, Pipeline

from lsm import Liquid, load
from lsm.measures import card

from ._study.experiment import Experiment, samples
from ._study.progress import load_kernel
from ._study.subject import RESULT, is_experiment, load_data, read_run

__all__ = ["inspect"]

HERE = "inspect", "give --data and the file of a model, or the name of an experiment"


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
        found, X = _of_experiment(*read_run(path / RESULT, *HERE), of_run=True)
    elif path.exists():
        found, X = load(path, trusted or ()), None
        if data is None:
            X = _training_samples(*read_run(path.with_name(RESULT), *HERE))
    else:
        raise FileNotFoundError(2, "no experiment, and no model or folder of a run", subject)
    if data is not None:
        X = load(Path(data).expanduser(), trusted or ())
    made = card(found, X)
    print(made, flush=True)
    return made


def _of_experiment(experiment, options, of_run=False):
    """Return an experiment's model, fitted up to its liquid, and its training samples.

    With `of_run` it is fitted to the samples to which `lsm run` fits the model that it keeps.
    """
    options, data = load_data(experiment, options)
    model = experiment.make_model(data, options)
    X, _ = samples(data, data.cv[0][0])
    load_kernel()
    fitted_to = samples(data, data.train)[0] if of_run and "test" in data else X
    return _fit_liquid(model, fitted_to), X


def _training_samples(experiment, options):
    """Return the training samples of an experiment."""
    _, data = load_data(experiment, options)
    return samples(data, np.asarray(data.cv[0][0]))[0]


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
