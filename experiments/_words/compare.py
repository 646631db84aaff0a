"""Compare models on the same words: fit, test, and one table."""

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import confusion_matrix
from sklearn.pipeline import Pipeline

from .._study.evaluate import raster_of
from .._study.results import (
    difference_interval,
    wilson_interval,
    write_confusion,
    write_raster,
)

__all__ = [
    "INTERVAL",
    "Comparison",
    "fit_encoded",
    "format_difference",
    "format_table",
    "format_worth",
    "keep_for_report",
]

INTERVAL = (
    "95 %, Wilson for accuracies, Agresti & Min (2005) for differences; words are taken as "
    "independent"
)


class Comparison:
    """Which model was right about which test sample, pooled over folds.

    Parameters
    ----------
    target : int array of shape (n_samples,)
        The true classes.

    Attributes
    ----------
    predicted : dict of str to int array
        What each model said of the samples in `tested`.
    tested : int array
        Indices of the test samples, fold by fold.
    n_tested : list of int
        How many of them are of each fold.
    """

    def __init__(self, target):
        self.target = target
        self.predicted = {}
        self.tested, self.n_tested = np.empty(0, dtype=int), []

    def add_fold(self, test, predicted):
        """Add what each model says of the test samples of a fold."""
        self.tested = np.concatenate([self.tested, test])
        self.n_tested.append(len(test))
        for name, classes in predicted.items():
            before = self.predicted.get(name, np.empty(0, dtype=int))
            self.predicted[name] = np.concatenate([before, classes])

    def right(self, name):
        """Return on which test samples a model was right."""
        return self.predicted[name] == self.target[self.tested]

    def score(self, name):
        """Return the accuracy of a model, as the mean over folds, which a sweep goes by."""
        folds = np.split(self.right(name), np.cumsum(self.n_tested)[:-1])
        return float(np.mean([fold.mean() for fold in folds]))

    def difference(self, name, other):
        """Return how much more of the test samples a model gets right, with a 95 % interval."""
        values = difference_interval(self.right(name), self.right(other))
        return dict(zip(("difference", "low", "high"), values, strict=True))

    def table(self):
        """Return a row for each model: accuracy, its 95 % interval, and counts."""
        rows = []
        for name in self.predicted:
            right = self.right(name)
            low, high = wilson_interval(right.sum(), right.size)
            rows.append((name, right.mean(), low, high, int(right.sum()), right.size))
        columns = ["model", "accuracy", "low", "high", "n_right", "n"]
        return pd.DataFrame(rows, columns=columns)


def format_table(table):
    """Lay out a table of :class:`Comparison` in percent, for people."""
    width = table["model"].str.len().max()
    lines = [f"{'':{width}}  accuracy   95 % interval    errors"]
    for row in table.itertuples():
        interval = f"{100 * row.low:.1f} to {100 * row.high:.1f} %"
        errors = f"{row.n - row.n_right:5d} of {row.n}"
        lines.append(f"{row.model:{width}}  {100 * row.accuracy:6.1f} %  {interval:>14}  {errors}")
    return "\n".join(lines)


def format_difference(comparison, name, other):
    """Write how much more a model gets right than another, in percentage points."""
    difference = comparison.difference(name, other)
    points = {key: f"{100 * value:+.1f}" for key, value in difference.items()}
    unsure = ", which may be chance" if difference["low"] <= 0 <= difference["high"] else ""
    return f"{points['difference']} points ({points['low']} to {points['high']}){unsure}"


def format_worth(comparison):
    """Write a line for each model with a liquid that was compared with the same without."""
    lines = []
    for other in comparison.predicted:
        with_liquid = other.removeprefix("no ")
        if with_liquid != other:
            difference = format_difference(comparison, with_liquid, other)
            lines.append(f"'{with_liquid}' against '{other}': {difference}.")
    return "\n".join(lines)


def fit_encoded(model, encoded, target, train, stages, detail=""):
    """Fit a pipeline whose first step, an encoder that learns nothing, is done already.

    Parameters
    ----------
    model : Pipeline
        Fitted encoder, unfitted liquid (or what stands for it), and what follows.
    encoded : SpikeArray
        What the encoder makes of all samples.
    target : array of shape (n_samples,)
        Their classes.
    train : int array
        Which samples are for fitting; nothing is fitted on any other.
    stages : Stages
        Told what is going on.
    detail : str
        What to call it there.

    Returns
    -------
    fitted : Pipeline
        Takes raw samples.
    states : array or sparse array of shape (n_samples, n_features)
        Of all samples. A state depends on nothing but the fitted liquid and the sample.
    """
    (encoder, (name, liquid)), rest = model.steps[:2], model[2:]
    with stages.stage("calibrate", detail):
        liquid = clone(liquid).fit(encoded[train])
    with stages.stage("simulate", detail):
        states = liquid.transform(encoded)
    with stages.stage("fit the readout", detail):
        rest = clone(rest).fit(states[train], target[train])
    return Pipeline([encoder, (name, liquid), *rest.steps]), states


def keep_for_report(folder, data, comparison, model):
    """Keep what `lsm report` shows of a model, the first that was compared."""
    said = next(iter(comparison.predicted.values()))
    counts = confusion_matrix(data.target[comparison.tested], said)
    write_confusion(folder, data.target_names, counts)
    write_raster(folder, raster_of(model, data.data[comparison.tested[:1]]))
