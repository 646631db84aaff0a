"""Recipes for words, and their scores for training words that they were not fitted on."""

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
    "predict_together",
    "stack",
    "try_readouts",
]

MAX_FOLDS = 5


@dataclass(frozen=True)
class Recipe:
    """A front end, parts of a word and a readout, with their scores for words held out.

    Attributes
    ----------
    settings : dict
        Names of the front end, the parts and the readout.
    held : array of shape (n_train, n_classes), or (n_train, 1) for two classes
        Scores of the training words; the readout was fitted without the groups of each.
    scores : array of shape (n_test, n_classes), or (n_test, 1) for two classes
        Scores of the test words; the readout was fitted on all training words.
    accuracy : float
        Accuracy of `held` for the training words.
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
        Groups of the words. More than five groups are dealt into five folds.

    Returns
    -------
    splits : PredefinedSplit
        Splits for scikit-learn, whose stacking and searches do not take groups.
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
    # The few errors of five speakers hardly distinguish penalties, but the likelihood does.
    # scikit-learn's own scorer takes no labels, so it fails if a word is not among those held out.
    return -log_loss(y, regression.predict_proba(scores), labels=regression.classes_)


def stack(estimators, splits=None):
    """Make an unfitted classifier that weighs the scores of others for words held out.

    Parameters
    ----------
    estimators : list of (str, estimator)
        Unfitted classifiers.
    splits : PredefinedSplit, optional
        Folds of the training words; by default those of scikit-learn, which ignore speakers.

    Returns
    -------
    stacked : StackingClassifier
    """
    return StackingClassifier(
        estimators, _make_calibrator(splits), cv=splits, stack_method="decision_function"
    )


def try_readouts(settings, states, target, train, test, splits, readouts, stages, detail):
    """Fit readouts to the same states.

    Parameters
    ----------
    settings : dict
        Names of the front end and of the parts.
    states : array of shape (n_samples, n_features)
        States of all words.
    target : array of shape (n_samples,)
        Classes of all words.
    train, test : int array
        Indices of the training words and of the test words.
    splits : PredefinedSplit
        Folds of the training words.
    readouts : dict of str to estimator
        Unfitted readouts of standardised states.
    stages : Stages
        Progress.
    detail : str
        Text for the progress bar.

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
    """Return the recipe with the best accuracy for words held out; of equals, the first."""
    return max(recipes, key=lambda recipe: recipe.accuracy)


def predict_together(recipes, y, splits):
    """Return the predictions of one or several recipes by a regression on their scores.

    Parameters
    ----------
    recipes : list of Recipe
        Recipes.
    y : array of shape (n_train,)
        Classes of the training words.
    splits : PredefinedSplit
        Folds of the training words.

    Returns
    -------
    classes : array of shape (n_test,)
    """
    held = np.hstack([recipe.held for recipe in recipes])
    scores = np.hstack([recipe.scores for recipe in recipes])
    return _make_calibrator(splits).fit(held, y).predict(scores)
