"""Compare classifiers on the same test samples, pooled over folds: accuracies with intervals."""

import numpy as np
import pandas as pd

from lsm.comparison.intervals import corrected_interval, paired_difference
from lsm.comparison.verdict import difference_text

__all__ = ["FoldComparison", "compare_folds"]

INTERVAL = (
    "95 %, by the corrected resampled t test over {units}, as in lsm.compare: samples of one "
    "speaker, or of one block of takes, do not count as independent"
)


def compare_folds(models, data, fit):
    """Fit models on the training samples of each fold, and test them on the others.

    Parameters
    ----------
    models : dict of str to estimator
        Unfitted classifiers.
    data : Bunch
        Data of the experiment; `cv` has the folds.
    fit : callable
        Takes an unfitted model, indices of training samples and a text for the progress bar.
        Returns the fitted model, and a function from indices of samples to predicted classes.

    Returns
    -------
    comparison : FoldComparison
        Its `model` is the first one, fitted on the only fold, or on all samples if there are
        several folds.
    """
    comparison = FoldComparison(data)
    first = next(iter(models))
    for i, (train, test) in enumerate(data.cv):
        y_pred = {}
        for name, model in models.items():
            fitted, predict = fit(model, train, f"{name} (fold {i + 1} of {len(data.cv)})")
            y_pred[name] = predict(test)
            if name == first:
                comparison.model = fitted
        comparison.add_fold(test, y_pred)
    if len(data.cv) > 1:
        everything = np.arange(len(data.target))
        comparison.model, _ = fit(models[first], everything, "all samples")
    return comparison


class FoldComparison:
    """Predictions of models for the same test samples, pooled over folds.

    Attributes
    ----------
    data : Bunch
        Data of the experiment.
    model : estimator
        The fitted model that is kept.
    y_pred : dict of str to int array
        Predicted classes of the samples in `tested`, by model.
    tested : int array
        Indices of the test samples, fold by fold.
    fold_sizes : list of int
        Number of test samples in each fold.
    """

    def __init__(self, data):
        self.data = data
        self.model, self.y_pred = None, {}
        self.tested, self.fold_sizes = np.empty(0, dtype=int), []

    def add_fold(self, test, y_pred):
        """Add the predictions of each model for the test samples of a fold."""
        self.tested = np.concatenate([self.tested, test])
        self.fold_sizes.append(len(test))
        for name, classes in y_pred.items():
            before = self.y_pred.get(name, np.empty(0, dtype=int))
            self.y_pred[name] = np.concatenate([before, classes])

    def right(self, name):
        """Return for each test sample whether a model was right."""
        return self.y_pred[name] == self.data.target[self.tested]

    def score(self, name):
        """Return the accuracy of a model as the mean over folds, as in a sweep."""
        return float(self._by_unit(name).mean())

    def difference(self, name, other):
        """Return the difference between the accuracies of two models, with a 95 % interval."""
        return paired_difference(*map(self._by_unit, (name, other)), self._test_share())

    def table(self):
        """Return a row for each model: accuracy, its 95 % interval, and counts."""
        rows = []
        for name in self.y_pred:
            right, values = self.right(name), self._by_unit(name)
            ends = np.clip(corrected_interval(values, self._test_share()), 0, 1)
            rows.append((name, self.score(name), *ends, int(right.sum()), right.size))
        columns = ["model", "accuracy", "low", "high", "n_right", "n"]
        return pd.DataFrame(rows, columns=columns)

    def _by_unit(self, name):
        """Return the accuracy of a model in each fold; of a single fold, in each of its groups.

        The values of groups are weighted by their sizes, so that their mean is the accuracy.
        """
        right = self.right(name)
        if len(self.fold_sizes) > 1:
            folds = np.split(right, np.cumsum(self.fold_sizes)[:-1])
            return np.array([fold.mean() for fold in folds])
        _, groups = np.unique(self.data.groups[self.tested], return_inverse=True)
        sizes = np.bincount(groups)
        weights = sizes / sizes.mean()
        return right.mean() + weights * (np.bincount(groups, right) / sizes - right.mean())

    def _test_share(self):
        """Return the size of a test set over that of its training set; 0 for groups of one fold."""
        if len(self.fold_sizes) < 2:
            return 0.0
        return float(np.mean([len(test) / len(train) for train, test in self.data.cv]))

    def _interval(self):
        return INTERVAL.format(units="folds" if len(self.fold_sizes) > 1 else "groups")

    def facts(self):
        """Return the score of the first model."""
        return {"score": self.score(next(iter(self.y_pred))), "interval": self._interval()}

    def __str__(self):
        table = self.table()
        width = table["model"].str.len().max()
        lines = [f"{'':{width}}  accuracy   95 % interval    errors"]
        for row in table.itertuples():
            interval = f"{100 * row.low:.1f} to {100 * row.high:.1f} %"
            errors = f"{row.n - row.n_right:5d} of {row.n}"
            accuracy = f"{100 * row.accuracy:6.1f} %"
            lines.append(f"{row.model:{width}}  {accuracy}  {interval:>14}  {errors}")
        return "\n".join([*lines, "", *self._verdict(), f"Intervals are {self._interval()}."])

    def _verdict(self):
        """Return lines that compare models with the same models without a liquid or recurrence."""
        lines = []
        for other in self.y_pred:
            name = other.replace("static random features", "liquid").removeprefix("no ")
            if name != other and name in self.y_pred:
                lines.append(
                    f"'{name}' against '{other}': {self._difference_in_points(name, other)}."
                )
        for other in self.y_pred:
            name = other.replace(" without recurrence", "")
            if name != other:
                lines.append(f"Recurrence is worth {self._difference_in_points(name, other)}.")
        return lines

    def _difference_in_points(self, name, other):
        """Return the difference between two models as a text."""
        difference = self.difference(name, other)
        percent = {key: 100 * value for key, value in difference.items()}
        return difference_text(**percent, number="{:+.1f}", unit=" points")
