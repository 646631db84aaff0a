"""Recipes for words, and their scores for training words that they were not fitted on."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, GroupKFold, PredefinedSplit, cross_val_predict
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from lsm import Snapshots, with_random_features

from .readouts import READOUTS, make_readout, make_window_means

__all__ = [
    "FRONT_ENDS", "N_RECIPES", "PARTS", "Recipe", "best_of", "classes_of", "held_out",
    "make_calibrated", "predict_together", "stack", "try_recipes",
]  # fmt: skip

# The front end of spoken-words, and the defaults of the encoder.
FRONT_ENDS = {
    "12 bands": {},
    "14 bands": {
        "encoder__n_bands": 14,
        "encoder__f_min": 60.0,
        "encoder__window": 25.0,
        "encoder__trim_db": -40.0,
        "encoder__gain_control": 0.0,
    },
}
# Numbers of equal parts that a word is cut into, one way after the other.
PARTS = {"whole and halves": (1, 2), "to quarters": (1, 2, 4), "eighths": (8,)}
ALL_PARTS = (1, 2, 4, 8)
N_RECIPES = len(FRONT_ENDS) * len(PARTS) * len(READOUTS)
MAX_FOLDS = 5


@dataclass(frozen=True)
class Recipe:
    """A front end, parts of a word and a readout, with their scores for words held out.

    Attributes
    ----------
    settings : dict
        Names of the front end, the parts and the readout.
    held : array of shape (n_train, n_classes), or (n_train, 1) for two classes
        Scores of the training words, by readouts fitted without the group of each.
    scores : array of shape (n_test, n_classes), or (n_test, 1) for two classes
        Scores of the test words, by a readout fitted on all training words.
    accuracy : float
        Accuracy of `held` for the training words.
    """

    settings: dict
    held: np.ndarray
    scores: np.ndarray
    accuracy: float


def held_out(groups):
    """Return a PredefinedSplit of training words in which each group is held out once.

    Each group is a fold; more than five groups are dealt into five folds. The stacking and the
    searches of scikit-learn do not take groups, but they take such a split.
    """
    n_groups = len(np.unique(groups))
    if n_groups < 2:
        raise ValueError(
            "a choice within the training words needs at least two speakers (or blocks of takes) "
            "among them, got 1"
        )
    fold_of = np.empty(len(groups), dtype=int)
    cv = GroupKFold(min(n_groups, MAX_FOLDS))
    for i, (_, held) in enumerate(cv.split(groups, groups=groups)):
        fold_of[held] = i
    return PredefinedSplit(fold_of)


def _make_calibrator(splits):
    """Make an unfitted regression from scores to classes; splits choose its penalty.

    A readout's scores for a speaker that it has not heard are biased, towards some words more
    than towards others, and alike from speaker to speaker.
    """
    regression = LogisticRegression(max_iter=1000)
    penalties = {"C": [0.003, 0.01, 0.03, 0.1, 0.3]}
    return GridSearchCV(regression, penalties, scoring=LogLikelihood(), cv=splits)


class LogLikelihood:
    """Scorer that also takes test samples without some of the classes.

    The few errors of five speakers hardly distinguish penalties, but the likelihood does.
    scikit-learn's own scorer takes no labels, so it fails if a word is not among those held out.
    """

    def __call__(self, regression, scores, y):
        """Return the mean logarithm of the probability of the right class."""
        return -log_loss(y, regression.predict_proba(scores), labels=regression.classes_)


def stack(estimators, splits=None):
    """Make an unfitted classifier that weighs the scores of other classifiers for words held out.

    `splits` is that of :func:`held_out`; the default folds of scikit-learn ignore speakers.
    """
    return StackingClassifier(
        estimators, _make_calibrator(splits), cv=splits, stack_method="decision_function"
    )


def _snapshots(parts):
    return Snapshots(n=parts, feature="root_count")


def try_recipes(model, encoded, data, train, test, stages, detail):
    """Return all recipes with a liquid, and with its controls, fitted to the training words."""
    recipes = {"liquid": [], "static random features": [], "no liquid": []}
    for front_end, currents in encoded.items():
        liquid = clone(model["liquid"]).set_params(snapshots=_snapshots(ALL_PARTS))
        with stages.stage("calibrate", detail):
            liquid.fit(currents[train])
        with stages.stage("simulate", detail):
            states = liquid.transform(currents)
        with stages.stage("static random features", detail):
            static = with_random_features(
                Pipeline([("liquid", liquid), ("readout", "passthrough")])
            )
            static = static["liquid"].fit(currents[train]).transform(currents)
        parts_of = np.repeat(ALL_PARTS, np.multiply(ALL_PARTS, liquid.n_neurons_))
        bins = {n: make_window_means(n).fit_transform(currents) for n in ALL_PARTS}
        for name, parts in PARTS.items():
            features = {
                "liquid": states[:, np.isin(parts_of, parts)],
                "static random features": static[:, np.isin(parts_of, parts)],
                "no liquid": np.hstack([bins[n] for n in parts]),
            }
            for kind, X in features.items():
                for readout in READOUTS:
                    with stages.stage("try a readout", f"of {kind} {detail}, {readout}"):
                        held, scores, accuracy = _try_readout(readout, X, data, train, test)
                    settings = {"front end": front_end, "parts": name, "readout": readout}
                    recipes[kind].append(Recipe(settings, held, scores, accuracy))
    return recipes


def _try_readout(name, X, data, train, test):
    """Return the scores of words held out and of test words, and the accuracy of the former."""
    model, y = make_pipeline(StandardScaler(), make_readout(name)), data.target[train]
    given = {"cv": held_out(data.groups[train]), "method": "decision_function"}
    held = _columns(cross_val_predict(model, X[train], y, **given))
    scores = _columns(model.fit(X[train], y).decision_function(X[test]))
    return held, scores, float(np.mean(classes_of(held, model.classes_) == y))


def _columns(scores):
    return scores.reshape(len(scores), -1)


def classes_of(scores, classes):
    """Return the class of the highest score."""
    chosen = scores[:, 0] > 0 if scores.shape[1] == 1 else scores.argmax(axis=1)
    return classes[chosen.astype(int)]


def best_of(recipes):
    """Return the recipe with the best accuracy for words held out; of equals, the first."""
    return max(recipes, key=lambda recipe: recipe.accuracy)


def predict_together(recipes, y, splits):
    """Return the predictions of one or several recipes for the test words.

    They are those of a logistic regression from the recipes' scores of training words held out in
    `splits` to their classes `y`.
    """
    held = np.hstack([recipe.held for recipe in recipes])
    scores = np.hstack([recipe.scores for recipe in recipes])
    return _make_calibrator(splits).fit(held, y).predict(scores)


def make_calibrated(model, settings, splits):
    """Make the unfitted model of a recipe, which recalibrates the scores of its readout."""
    model = clone(model).set_params(**FRONT_ENDS[settings["front end"]])
    model.set_params(liquid__snapshots=_snapshots(PARTS[settings["parts"]]))
    readout = make_pipeline(StandardScaler(), make_readout(settings["readout"]))
    return Pipeline([*model.steps[:2], ("readout", stack([("scores", readout)], splits))])
