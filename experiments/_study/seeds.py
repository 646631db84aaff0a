"""Compare models over several seeds: a table of medians and ranges."""

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
from sklearn.base import clone

from lsm.comparison.intervals import paired_difference
from lsm.comparison.verdict import difference_text

__all__ = ["SeedComparison", "compare_seeds"]

INTERVAL = (
    "from the lowest to the highest seed; with five seeds the range contains the median of all "
    "seeds with a probability of 94 %"
)
DIFFERENCE = (
    "means over seeds, with 95 % intervals (t test, as of lsm.compare); they hold for further "
    "seeds, and not for other data unless each seed makes its own"
)


def compare_seeds(experiment, data, models, options, stages):
    """Fit and evaluate the models of an experiment in each condition and with each seed.

    `data` and `models` are those of the first condition and seed. Models are fitted on `train` of
    the data and evaluated on `test`; without these, on each split of `cv`.
    """
    comparison = SeedComparison(data)
    seeds = range(options["seed"], options["seed"] + options["repeats"])
    runs = list(itertools.product(experiment.conditions(options), seeds))
    stages.expect(len(runs) * len(models))
    for i, (condition, seed) in enumerate(runs):
        if i > 0:
            changed = options | condition | {"seed": seed}
            data = experiment.load_data(changed)
            models = experiment.make_models(data, changed)
        for name, model in models.items():
            with stages.stage(name, f"seed {seed}"):
                fitted, y_pred, values = _fit_and_evaluate(experiment, model, data, seed)
            for metric, value in values.items():
                comparison.add(name, condition, metric, seed, value)
            comparison.models.setdefault(name, fitted)
            comparison.y_pred.setdefault(name, y_pred)
    return comparison


def _fit_and_evaluate(experiment, model, data, seed):
    """Return the fitted model and the predictions of the first split, and values over all."""
    splits = [(data.train, data.test)] if "test" in data else data.cv
    fits, predictions, values = [], [], []
    for train, test in splits:
        fits.append(experiment.fit(clone(model), data, train))
        y_pred, by_metric = experiment.evaluate(fits[-1], data, test, seed)
        predictions.append(y_pred)
        values.append(by_metric)
    means = {metric: float(np.mean([part[metric] for part in values])) for metric in values[0]}
    return fits[0], predictions[0], means


class SeedComparison:
    """Values of models by metric and seed.

    Attributes
    ----------
    data : Bunch
        Data of the first condition and seed.
    models : dict of str to estimator
        Fitted models of the first condition, seed and split.
    y_pred : dict of str to object
        Predictions of these models.
    tested : array of int
        Indices of the samples of these predictions.
    values : dict of Metric to dict of str to dict of int to float
        Values by metric, model and seed.
    """

    def __init__(self, data):
        self.data = data
        self.models, self.y_pred, self.values = {}, {}, {}
        self.tested = data.test if "test" in data else data.cv[0][1]

    @property
    def model(self):
        """The first of the models."""
        return next(iter(self.models.values()))

    def add(self, name, condition, metric, seed, value):
        """Add the value that a model reached in a condition, by a metric and with a seed."""
        metric = replace(metric, columns=(*condition.items(), *metric.columns))
        self.values.setdefault(metric, {}).setdefault(name, {})[seed] = value

    def table(self):
        """Return a row for each metric and model: median, range, and the value of each seed."""
        rows = []
        for metric, models in self.values.items():
            for name, by_seed in models.items():
                median, low, high = _range(by_seed)
                ends = {"model": name, "median": median, "low": low, "high": high}
                seeds = {f"seed {seed}": value for seed, value in by_seed.items()}
                rows.append(dict(metric.columns) | ends | seeds)
        return pd.DataFrame(rows)

    def facts(self):
        """Return the score of the first model: the median of the scored metrics, on average."""
        name = next(iter(self.models))
        scored = [metric for metric in self.values if metric.scored]
        medians = [_range(self.values[metric][name])[0] for metric in scored]
        score = float(np.mean(medians))
        return {"score": score, "measure": scored[0].name, "interval": INTERVAL}

    def __str__(self):
        tables = "\n\n".join(map(self._format, self.values))
        return f"{tables}\n\n{self.verdict()}"

    def _format(self, metric):
        models = self.values[metric]
        width = max(map(len, models))
        lines = [metric.heading] if metric.heading else []
        lines.append(f"{metric.name:{width}}    median    lowest to highest")
        for name, by_seed in models.items():
            median, low, high = _range(by_seed)
            lines.append(f"{name:{width}}  {median:8.4g}  {low:8.4g} to {high:.4g}")
        return "\n".join(lines)

    def verdict(self):
        """Return the differences of the first model from the others, for a single metric."""
        lines = []
        if len(self.values) == 1:
            ((metric, models),) = self.values.items()
            better = np.greater if metric.more_is_better else np.less
            (first, ours), *others = [(name, list(v.values())) for name, v in models.items()]
            for name, theirs in others:
                difference, unit = paired_difference(ours, theirs), ""
                if metric.name.startswith("accuracy"):  # which tables show in %
                    difference, unit = {k: 100 * v for k, v in difference.items()}, " points"
                text = difference_text(**difference, number="{:+.3g}", unit=unit)
                n_better = np.sum(better(ours, theirs))
                lines.append(
                    f"'{first}' against '{name}': {text}; better with {n_better} of {len(ours)} "
                    "seeds."
                )
            lines.append(f"Differences are {DIFFERENCE}.")
        return "\n".join([*lines, f"Ranges are {INTERVAL}."])


def _range(by_seed):
    """Return the median, the lowest and the highest of the values of all seeds."""
    values = list(by_seed.values())
    return np.median(values), min(values), max(values)
