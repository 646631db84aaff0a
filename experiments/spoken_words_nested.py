"""Recognise spoken words by a recipe that is chosen within the training words.

As spoken-words, but the front end, the parts of the word and the readout are chosen anew in each
fold, by their accuracy for training words that they were not fitted on: the words of one training
speaker (or of some takes) after the other are held out. The scores of these words also show how far
the score of each word is biased for an unheard speaker; a logistic regression corrects that. The
table has the chosen recipe with and without the correction, and all recipes together, weighted by a
logistic regression; and the same with static random features in the liquid's place, and without a
liquid. On one core digits and synth take
two minutes, and fsdd by speaker about half an hour.
"""

import numpy as np
import pandas as pd
from sklearn.base import clone

from . import spoken_words
from ._study.folds import FoldComparison
from ._study.report_files import write_report_files
from ._words.recipes import (
    FRONT_ENDS,
    N_RECIPES,
    best_of,
    classes_of,
    held_out,
    make_calibrated,
    predict_together,
    try_recipes,
)
from ._words.recordings import load_data

__all__ = ["load_data", "make_model"]


def make_model(n_neurons=1000, *, sample_rate=8000, random_state=None):
    """Make an unfitted classifier of waveforms by the first of the recipes.

    Parameters
    ----------
    n_neurons : int, default=1000
        Number of neurons in the liquid.
    sample_rate : float, default=8000
        Sample rate of the waveforms in Hz.
    random_state : int, RandomState instance or None, default=None
        Seed of the liquid.

    Returns
    -------
    model : Pipeline
        As of :func:`lsm.experiments.spoken_words.make_model`.
    """
    return spoken_words.make_model(n_neurons, sample_rate=sample_rate, random_state=random_state)


def make_models(model):
    """Return the model alone: the models of the table are made in :func:`compare`."""
    return {"liquid": model}


def compare(data, models, stages):
    """Choose and test recipes on all splits, and fit the model of the best one."""
    model = models["liquid"]
    for train, _ in data.cv:
        held_out(data.groups[train])  # raises for too few groups, before any work
    n_passes = len(data.cv) + (len(data.cv) > 1)
    stages.expect(len(FRONT_ENDS) * (1 + 3 * n_passes) + 3 * N_RECIPES * n_passes + 1)
    with stages.stage("encode"):
        encoded = {
            name: clone(model).set_params(**settings)["encoder"].fit_transform(data.data)
            for name, settings in FRONT_ENDS.items()
        }
    comparison = NestedComparison(data)
    for i, (train, test) in enumerate(data.cv):
        detail = f"(fold {i + 1} of {len(data.cv)})"
        recipes = try_recipes(model, encoded, data, train, test, stages, detail)
        comparison.add_fold(test, _predictions(recipes, data, train))
        comparison.tried.append(recipes)
    if len(data.cv) > 1:
        train = np.arange(len(data.target))
        recipes = try_recipes(model, encoded, data, train, train, stages, "(all words)")
    best = best_of(recipes["liquid"])
    with stages.stage("fit the model"):
        calibrated = make_calibrated(model, best.settings, held_out(data.groups[train]))
        comparison.model = calibrated.fit(data.data[train], data.target[train])
    return comparison


class NestedComparison(FoldComparison):
    """Comparison of models whose recipe is chosen in each fold.

    `tried` is a list with the recipes of each fold, with a liquid and with its controls.
    """

    def __init__(self, data):
        super().__init__(data)
        self.tried = []

    def facts(self):
        """Return the score of the first model, and the chosen recipe of each fold."""
        chosen = [best_of(recipes["liquid"]).settings for recipes in self.tried]
        return super().facts() | {"chosen": chosen}

    def __str__(self):
        lines = []
        for i, recipes in enumerate(self.tried):
            best = best_of(recipes["liquid"])
            choice = ", ".join(best.settings.values())
            lines.append(f"fold {i + 1}: {choice}; {best.accuracy:.1%} of training words held out")
        return "\n".join([*lines, "", super().__str__()])


def _predictions(recipes, data, train):
    """Return the predictions for the test words: by the best recipe, and by all together."""
    y, splits = data.target[train], held_out(data.groups[train])
    y_pred = {}
    for kind, several in recipes.items():
        best = best_of(several)
        y_pred |= {
            f"{kind}, chosen and calibrated": predict_together([best], y, splits),
            f"{kind}, chosen": classes_of(best.scores, np.unique(y)),
            f"{kind}, all {N_RECIPES} together": predict_together(several, y, splits),
        }
    return y_pred


def draw(folder, comparison):
    """Write the accuracies of all recipes, and the files for `lsm report`."""
    write_report_files(folder, comparison)
    rows, data = [], comparison.data
    for i, ((_, test), recipes) in enumerate(zip(data.cv, comparison.tried, strict=True)):
        for kind, several in recipes.items():
            for recipe in several:
                right = classes_of(recipe.scores, np.unique(data.target)) == data.target[test]
                accuracy = {"held out": recipe.accuracy, "test": right.mean()}
                rows.append({"fold": i + 1, "input": kind} | recipe.settings | accuracy)
    pd.DataFrame(rows).to_csv(folder / "recipes.csv", index=False)
