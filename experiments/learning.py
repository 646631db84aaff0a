"""Learn by other ways than linear regression: readouts that spike, or that learn by spikes.

Each method has a task of its own, on which the table compares it with control models. The page of
the method names the controls and the seeds on which settings were chosen:
docs/studies/learning-without-classes.md for competition, reward and actor-critic,
docs/studies/learning-eprop.md for e-prop, and docs/studies/learning.md for the others.
"""

import numpy as np
from sklearn.base import is_classifier

from lsm._validation import check_choice, check_integer

from ._learning import METHODS
from ._study.experiment import samples
from ._study.metric import Metric
from ._study.report_files import write_report_files

__all__ = [
    "conditions",
    "describe",
    "draw",
    "evaluate",
    "fit",
    "load_data",
    "make_model",
    "make_models",
]


def conditions(method):
    """Return the conditions of the method, such as several sizes of its task."""
    check_choice("method", method, METHODS)
    found = getattr(METHODS[method], "conditions", lambda: [None])()
    return [{} if one is None else {"condition": one} for one in found]


def load_data(method="conversion", n_samples=None, *, condition=None, random_state=None):
    """Load the task of a method.

    Parameters
    ----------
    method : {"actor-critic", "competition", "conversion", "e-prop", "p-delta", "resume", \
"reward", "tempotron"}, default="conversion"
        actor-critic: balance a pole; competition: cluster digits; conversion: run a trained
        perceptron on spiking neurons; e-prop: learn the weights of a liquid; p-delta: parallel
        perceptrons and a tempotron as readouts of a liquid; resume: answer patterns with given
        spike trains, by ReSuMe and SuperSpike; reward: choose actions for spike patterns;
        tempotron: learn as many random patterns as possible.
    n_samples : int or None
        Number of samples for training and test together. By default the number of the study.
    condition : object
        One of the conditions of the method; by default the first.
    random_state : int or None, default=None
        Seed.

    Returns
    -------
    data : Bunch
    """
    check_choice("method", method, METHODS)
    if n_samples is not None:
        check_integer("n_samples", n_samples, 40)
    condition = _condition(method, condition)
    data = METHODS[method].load_data(n_samples, condition, random_state)
    data.method, data.condition = method, condition
    return data


def make_model(method="conversion", *, data, condition=None, random_state=None, **settings):
    """Make the unfitted model of a method.

    Parameters
    ----------
    method : str, default="conversion"
        As of :func:`load_data`.
    data : Bunch
        As :func:`load_data` returns.
    condition : object
        As of :func:`load_data`.
    random_state : int or None, default=None
        Seed.
    **settings : object
        Any parameters of the parts by their names.

    Returns
    -------
    model : estimator
    """
    model = METHODS[method].make_model(data, _condition(method, condition), random_state)
    return model.set_params(**settings)


def make_models(model, data, method, condition=None, random_state=None):
    """Make the models of the table by name; the first is that of the method."""
    condition = _condition(method, condition)
    controls = METHODS[method].make_controls(model, data, condition, random_state)
    return {method: model, **controls}


def _condition(method, condition):
    """Return the condition in use: the one given, or the first of the method."""
    first = conditions(method)[0].get("condition")
    return first if condition is None else condition


def fit(model, data, train):
    """Fit a model to some samples, as the method does."""
    own = getattr(METHODS[data.method], "fit", None)
    return own(model, data, train) if own else model.fit(*samples(data, train))


def evaluate(model, data, test):
    """Return predictions, and the metrics of the method."""
    own = getattr(METHODS[data.method], "evaluate", None)
    if own:
        return own(model, data, test)
    X, y = samples(data, test)
    y_pred = model.predict(X)
    if is_classifier(model):
        return y_pred, {Metric("accuracy"): float(np.mean(y_pred == y))}
    return y_pred, {Metric("R2"): model.score(X, y)}


def describe(comparison):
    """Return a table for each condition and metric: a row for each model."""
    table = comparison.table()
    columns = list(table.columns[: table.columns.get_loc("model")])
    width = table["model"].str.len().max()
    lines = []
    for names, part in (
        table.groupby(columns, sort=False, dropna=False) if columns else [((), table)]
    ):
        head = ", ".join(f"{name} {value}" for name, value in zip(columns, names, strict=True))
        lines.append(f"{head:{width}}    median    lowest to highest")
        for row in part.itertuples():
            lines.append(
                f"{row.model:{width}}  {row.median:8.4g}  {row.low:8.4g} to {row.high:.4g}"
            )
        lines.append("")
    return "\n".join([*lines, comparison.verdict()])


def draw(folder, comparison):
    """Draw the pictures of the method."""
    own = getattr(METHODS[comparison.data.method], "draw", write_report_files)
    own(folder, comparison)
