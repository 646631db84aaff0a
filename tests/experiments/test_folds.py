"""Comparisons over folds: accuracies and differences, with intervals that respect groups."""

import numpy as np
import pytest
from scipy import stats
from sklearn.utils import Bunch

from lsm.experiments._study.folds import FoldComparison

GROUPS = np.repeat([0, 1, 2, 3], [10, 20, 30, 40])


def compared(splits, **right):
    """Return a comparison of models that are right for some samples."""
    data = Bunch(target=np.zeros(100, dtype=int), groups=GROUPS, cv=splits)
    comparison = FoldComparison(data)
    for _, test in splits:
        comparison.add_fold(test, {name: 1 - values[test] for name, values in right.items()})
    return comparison


def drawn(seed, *rates):
    """Return for each sample whether a model is right, with one rate for each group."""
    return (np.random.default_rng(seed).random(100) < np.array(rates)[GROUPS]).astype(int)


def test_folds_of_whole_groups_count_once_each():
    first, second = drawn(0, 0.9, 0.8, 0.9, 0.7), drawn(1, 0.5, 0.7, 0.4, 0.5)
    every = np.arange(100)
    splits = [(every[g != GROUPS], every[g == GROUPS]) for g in range(4)]
    comparison = compared(splits, liquid=first, none=second)
    differences = [(first - second)[g == GROUPS].mean() for g in range(4)]
    found = comparison.difference("liquid", "none")
    assert found["difference"] == pytest.approx(np.mean(differences))
    share = np.mean([n / (100 - n) for n in (10, 20, 30, 40)])
    half = stats.t.ppf(0.975, 3) * np.std(differences, ddof=1) * np.sqrt(1 / 4 + share)
    assert found["high"] - found["difference"] == pytest.approx(half)
    row = comparison.table().iloc[0]
    assert row["accuracy"] == comparison.score("liquid") <= row["high"] <= 1
    assert "over folds" in str(comparison)


def test_groups_of_a_single_fold_count_once_each():
    first, second = drawn(0, 0.9, 0.8, 0.9, 0.7), drawn(1, 0.5, 0.7, 0.4, 0.5)
    splits = [(np.arange(0), np.arange(100))]
    comparison = compared(splits, liquid=first, none=second)
    found = comparison.difference("liquid", "none")
    assert found["difference"] == pytest.approx((first - second).mean())
    assert comparison.table()["accuracy"][1] == pytest.approx(second.mean())
    assert "over groups" in comparison.facts()["interval"]
    # Two copies of each sample are no more speakers, so the interval is the same.
    twice = Bunch(target=np.zeros(200, dtype=int), groups=np.tile(GROUPS, 2))
    other = FoldComparison(twice)
    y_pred = {"liquid": 1 - np.tile(first, 2), "none": 1 - np.tile(second, 2)}
    other.add_fold(np.arange(200), y_pred)
    assert other.difference("liquid", "none") == pytest.approx(found)


def test_a_difference_between_speakers_is_no_difference_between_models():
    # One speaker of four decides: as 100 independent samples it would be significant.
    first, second = np.ones(100, dtype=int), (GROUPS != 3).astype(int)
    comparison = compared([(np.arange(0), np.arange(100))], liquid=first, none=second)
    comparison.y_pred = {"x": comparison.y_pred["liquid"], "no x": comparison.y_pred["none"]}
    assert "not significant" in str(comparison)
