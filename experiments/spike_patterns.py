"""Classify spike patterns with a liquid: to remember, combine and find them in noise.

The table has the liquid, the liquid without recurrence, an echo state network of as many neurons,
as many static random units of exponential traces of the input, and these traces alone, over several
seeds of tasks and networks.
All have the same linear readout. Settings were chosen on validation samples; the test samples serve
for the table only.
"""

import numpy as np
import pandas as pd
from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import Pipeline

from lsm import without_recurrence
from lsm._validation import check_choice

from ._spikes.figures import draw_jitter, draw_task
from ._spikes.models import (
    COLUMN_SIZE,
    make_column,
    make_echo_state,
    make_random,
    make_static,
    make_traces,
)
from ._spikes.tasks import load_data
from ._study.metric import Metric

__all__ = ["conditions", "evaluate", "load_data", "make_model"]

N_UNITS = 1000  # of the controls, as many as a random liquid has neurons
KINDS = {"random": make_random, "column": make_column, "echo-state": make_echo_state}


def conditions(jitter, jitters=None):
    """Return the jitters to compare.

    Parameters
    ----------
    jitters : list of float or None
        Several jitters to compare, such as 0 4 8 16 32, instead of one.
    """
    if jitter is not None and jitters is not None:
        raise ValueError("jitter and jitters exclude each other")
    return [{"jitter": value} for value in jitters or [jitter]]


def make_model(task="template", kind="random", n_neurons=None, *, random_state=None, **settings):
    """Make an unfitted classifier of the samples of :func:`load_data`.

    Parameters
    ----------
    task : str, default="template"
        As of :func:`load_data`; the settings are those that did best on its validation samples.
    kind : {"random", "column"}, default="random"
        A liquid of randomly connected neurons, or the column of Maass, Natschläger & Markram
        (2002) with short-term plasticity. In a sweep also "echo-state", an echo state network.
    n_neurons : int or None
        Number of neurons. By default 1000, or the 135 of the column.
    random_state : int, RandomState instance or None, default=None
        Seed of the network.
    **settings : object
        Any parameters of the parts by their names, such as `liquid__neurons__tau_m=30.0`.

    Returns
    -------
    model : Pipeline
        Of the steps liquid and readout.
    """
    check_choice("kind", kind, KINDS)
    liquid = KINDS[kind](task).set_params(
        n_neurons=n_neurons or "auto", sparse_output=False, random_state=random_state
    )
    return Pipeline([("liquid", liquid), _readout()]).set_params(**settings)


def _readout():
    # The states are not scaled: that would amplify old traces, which no noise would leave.
    return "readout", RidgeClassifierCV(np.logspace(-2, 4, 7))


def make_models(model, task, kind, n_neurons, random_state):
    """Make the models of the table by name; the first is `model`."""
    size = n_neurons or (COLUMN_SIZE if kind == "column" else None)
    static = make_static(task, size or N_UNITS, random_state=random_state)
    return {
        "liquid": model,
        "liquid without recurrence": without_recurrence(model),
        "echo state network": make_model(task, "echo-state", size, random_state=random_state),
        "static random features": Pipeline([("static", static), _readout()]),
        "traces, no liquid": Pipeline([("traces", make_traces()), _readout()]),
    }


def evaluate(model, data, test):
    """Return predictions, and the accuracy for each target."""
    y_pred = model.predict(data.data[test])
    accuracies = np.atleast_1d(np.mean(y_pred == data.target[test], axis=0))
    columns = [(("target", label),) for label in data.labels]
    return y_pred, {
        Metric("accuracy", columns=column): value
        for column, value in zip(columns, accuracies, strict=True)
    }


def describe(comparison):
    """Return the table in percent: a row for each model, a column for each target."""
    lines = []
    for jitter, part in comparison.table().groupby("jitter", sort=False, dropna=False):
        if pd.notna(jitter):
            lines.append(f"jitter {jitter:g} ms")
        width = part["model"].str.len().max()
        labels = part["target"].unique()
        lines.append(" " * width + "".join(f"{label or 'accuracy in %':>22}" for label in labels))
        for name, rows in part.groupby("model", sort=False):
            percent = 100 * rows[["median", "low", "high"]].to_numpy()
            cells = [f"{median:.1f} ({low:.1f}-{high:.1f})" for median, low, high in percent]
            lines.append(f"{name:{width}}" + "".join(f"{cell:>22}" for cell in cells))
    return "\n".join([*lines, "", comparison.verdict()])


def draw(folder, comparison):
    """Draw the task with the response of the liquid, and the accuracy by jitter."""
    draw_task(folder / "task.png", comparison)
    if comparison.table()["jitter"].nunique() > 1:
        draw_jitter(folder / "jitter.png", comparison.table())
