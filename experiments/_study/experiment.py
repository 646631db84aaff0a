"""An experiment by its name: the functions of its module, and the defaults of those it lacks."""

import inspect
from pathlib import Path

import numpy as np
from sklearn.base import is_classifier

from lsm import Liquid, without_recurrence

from .._command.modules import is_file, load
from .._command.options import documentation, options_of
from .metric import Metric
from .report_files import has_classes, take, write_report_files
from .seeds import compare_seeds

__all__ = ["Experiment", "absolute", "samples"]

COMMON = ("repeats", "seed", "jobs", "out")


def absolute(name):
    """Return the name of an experiment, or the absolute path of its file."""
    return str(Path(name).absolute()) if is_file(name) else name


def samples(data, indices):
    """Return some samples of an experiment's data, and their targets."""
    return take(data.data, indices), take(data.target, indices)


class Experiment:
    """The functions of an experiment, as :mod:`lsm.experiments` describes them.

    Parameters
    ----------
    name : str
        Name of the experiment, such as "spoken-words", or path of its file.

    Attributes
    ----------
    summary, description : str
        First line of the module's docstring, and all of it.
    options : list of Option
        Options of the experiment on the command line.
    model_parameters : set of str
        Names of the parameters of `make_model`.
    takes_settings : bool
        Whether `make_model` takes any parameters of the model by their names.
    """

    def __init__(self, name):
        self.name = name
        self._module = load(name)
        self.summary, self.description = documentation(self._module.__doc__)
        self.options = []
        for function in ("load_data", "make_model", "conditions", "compare"):
            known = [option.name for option in self.options]
            options = options_of(getattr(self._module, function)) if self.has(function) else []
            self.options += [option for option in options if option.name not in known]
        parameters = inspect.signature(self._module.make_model).parameters
        self.model_parameters = set(parameters)
        self.takes_settings = any(p.kind == p.VAR_KEYWORD for p in parameters.values())

    def has(self, function):
        """Return whether the module defines a function."""
        return hasattr(self._module, function)

    def call(self, function, arguments, settings=None):
        """Call a function of the module, or its default.

        It is given those of the arguments that it names, where `random_state` is the option `seed`,
        and all of the settings.
        """
        function = getattr(self._module, function, None) or DEFAULTS[function]
        arguments = {"random_state": arguments.get("seed")} | arguments
        names = inspect.signature(function).parameters
        chosen = {name: value for name, value in arguments.items() if name in names}
        return function(**chosen, **(settings or {}))

    def with_defaults(self, options):
        """Return options with the defaults of those that are missing."""
        return {option.name: option.default for option in self.options} | options

    def conditions(self, options):
        """Return the options that each condition changes, a list of dicts."""
        return self.call("conditions", options)

    def load_data(self, options):
        """Return the data, a Bunch."""
        data = self.call("load_data", options)
        if not isinstance(data, dict):
            raise ValueError(f"load_data of {self.name} must return a Bunch, got {data!r:.50}")
        missing = [name for name in ("data", "target", "cv") if name not in data]
        if missing:
            raise ValueError(
                f"load_data of {self.name} must return a Bunch with data, target and cv, but it "
                f"lacks {', '.join(missing)}: cv is a list of pairs (train, test) of indices"
            )
        if "target_names" in data and isinstance(data.target[0], str):
            raise ValueError(
                f"load_data of {self.name} returns target_names, so its target must hold indices "
                "into them, but it holds text: leave out target_names, or give indices"
            )
        return data

    def make_model(self, data, options):
        """Return the unfitted model; `options` may have parameters of the model, too."""
        known = {*COMMON, *(option.name for option in self.options), *self.model_parameters}
        known |= set(inspect.signature(self._module.load_data).parameters)
        settings = {name: value for name, value in options.items() if name not in known}
        model = self.call("make_model", dict(data) | options | {"data": data}, settings)
        if not hasattr(model, "fit") or not hasattr(model, "get_params"):
            raise ValueError(
                f"make_model of {self.name} must return an unfitted estimator, got {model!r:.50}"
            )
        return model

    def make_models(self, data, options):
        """Return the unfitted models to compare, by name; the first is that of `make_model`."""
        model = self.make_model(data, options)
        given = {"data": data, "model": model}
        models = self.call("make_models", dict(data) | options | given)
        for one in models.values():
            _set_threads(one, options["jobs"])
        return models

    def compare(self, data, models, options, stages):
        """Fit and evaluate the models, and return a comparison; by default over seeds."""
        given = {"experiment": self, "data": data, "models": models, "stages": stages}
        return self.call("compare", dict(data) | options | given | {"options": options})

    def fit(self, model, data, train):
        """Fit a model to some samples, and return it."""
        return self.call("fit", {"model": model, "data": data, "train": train})

    def evaluate(self, model, data, test, seed=None):
        """Return the predictions of a fitted model for some samples, and its values by metric."""
        arguments = {"model": model, "data": data, "test": test, "seed": seed}
        return self.call("evaluate", arguments)


def _set_threads(model, jobs):
    """Set the number of threads of every liquid in a model."""
    params = model.get_params()
    model.set_params(
        **{f"{name}__n_jobs": jobs for name, value in params.items() if isinstance(value, Liquid)}
    )


def _one_condition():
    return [{}]


def _model_and_control(model):
    """Compare the model with the same model without recurrence, if there is a liquid in it."""
    try:
        return {"liquid": model, "liquid without recurrence": without_recurrence(model)}
    except TypeError:
        return {"model": model}


def _fit(model, data, train):
    return model.fit(*samples(data, train))


def _evaluate(model, data, test):
    """Return predictions, and the accuracy of a classifier or R squared of a regressor."""
    X, y = samples(data, test)
    y_pred = model.predict(X)
    if has_classes(model, y):
        return y_pred, {Metric("accuracy"): np.mean(y_pred == y)}
    return y_pred, {Metric("accuracy" if is_classifier(model) else "R2"): model.score(X, y)}


def _describe(comparison):
    return str(comparison)


def _no_facts():
    return {}


DEFAULTS = {
    "conditions": _one_condition,
    "make_models": _model_and_control,
    "compare": compare_seeds,
    "fit": _fit,
    "evaluate": _evaluate,
    "describe": _describe,
    "draw": write_report_files,
    "facts": _no_facts,
}
