"""Choose a recipe for words by how it does with training words that it was not fitted on."""

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from sklearn.model_selection import GridSearchCV, GroupKFold, PredefinedSplit, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

__all__ = [
    "Recipe",
    "best_of",
    "classes_of",
    "held_out",
    "say_together",
    "stack",
    "try_readouts",
]

MAX_FOLDS = 5


@dataclass(frozen=True)
class Recipe:
    """A front end, parts of a word and a readout, and what they make of words they do not know.

    Attributes
    ----------
    settings : dict
        The choices, by name.
    held : array of shape (n_train, n_classes), or (n_train, 1) for two classes
        Scores of the training words; the readout was fitted without the groups of each.
    scores : array of shape (n_test, n_classes), or (n_test, 1) for two classes
        Scores of the test words; the readout was fitted on all training words.
    accuracy : float
        Share of the training words that are right by `held`.
    """

    settings: dict
    held: np.ndarray
    scores: np.ndarray
    accuracy: float


def held_out(groups):
    """Split training words, so that each group is held out once.

    Parameters
    ----------
    groups : array of shape (n_train,)
        Words of a group stay together. Where there are more than five, they are dealt into five.

    Returns
    -------
    splits : PredefinedSplit
        For scikit-learn, which has no use for groups where it stacks or searches.
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
    return GridSearchCV(regression, penalties, scoring=_log_likelihood, cv=splits)


def _log_likelihood(regression, scores, y):
    # Five speakers tell penalties apart by this, but hardly by their few errors. scikit-learn's
    # own scorer takes no labels, so it fails where some word is not among those held out.
    return -log_loss(y, regression.predict_proba(scores), labels=regression.classes_)


def stack(estimators, splits=None):
    """Make an unfitted classifier that weighs the scores of several for words held out.

    Parameters
    ----------
    estimators : list of (str, estimator)
        Unfitted classifiers.
    splits : PredefinedSplit, optional
        How to hold out training words; by default speakers are not told apart.

    Returns
    -------
    stacked : StackingClassifier
    """
    return StackingClassifier(
        estimators, _make_calibrator(splits), cv=splits, stack_method="decision_function"
    )


def try_readouts(settings, states, target, train, test, splits, readouts, stages, detail):
    """Try readouts on the same states.

    Parameters
    ----------
    settings : dict
        What the states are of.
    states : array of shape (n_samples, n_features)
        Of all words.
    target : array of shape (n_samples,)
        Their classes.
    train, test : int array
        Which words are for training and for the test.
    splits : PredefinedSplit
        How to hold out training words.
    readouts : dict of str to estimator
        Unfitted, for standardised states.
    stages : Stages
        Told what is going on.
    detail : str
        What to call it there.

    Yields
    ------
    recipe : Recipe
    """
    X, y = states[train], target[train]
    for name, readout in readouts.items():
        with stages.stage("try a readout", f"{detail}, {name}"):
            model = make_pipeline(StandardScaler(), readout)
            held = _columns(cross_val_predict(model, X, y, cv=splits, method="decision_function"))
            scores = _columns(model.fit(X, y).decision_function(states[test]))
        accuracy = np.mean(classes_of(held, model.classes_) == y)
        yield Recipe(settings | {"readout": name}, held, scores, float(accuracy))


def _columns(scores):
    return scores.reshape(len(scores), -1)


def classes_of(scores, classes):
    """Return the class of the highest score."""
    chosen = scores[:, 0] > 0 if scores.shape[1] == 1 else scores.argmax(axis=1)
    return classes[chosen.astype(int)]


def best_of(recipes):
    """Return the recipe that is best with training words held out; of equals, the first."""
    return max(recipes, key=lambda recipe: recipe.accuracy)


def say_together(recipes, y, splits):
    """Return what recipes say of the test words together, their scores calibrated.

    Parameters
    ----------
    recipes : list of Recipe
        One, or several that are weighed against each other.
    y : array of shape (n_train,)
        Classes of the training words.
    splits : PredefinedSplit
        How to hold out training words.

    Returns
    -------
    classes : array of shape (n_test,)
    """
    held = np.hstack([recipe.held for recipe in recipes])
    scores = np.hstack([recipe.scores for recipe in recipes])
    return _make_calibrator(splits).fit(held, y).predict(scores)
