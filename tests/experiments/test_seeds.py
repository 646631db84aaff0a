"""Comparisons over seeds: values, tables and scores."""

import re

import numpy as np
import pytest
from scipy import stats
from sklearn.utils import Bunch

from lsm.experiments import Metric
from lsm.experiments._study.metric import score
from lsm.experiments._study.seeds import SeedComparison

ERROR = Metric("NRMSE", more_is_better=False)


def compared(metrics, values):
    comparison = SeedComparison(Bunch(test=np.arange(3)))
    comparison.models = dict.fromkeys(values)
    for name, of_model in values.items():
        for metric in metrics:
            for seed, value in enumerate(of_model, start=7):
                comparison.add(name, {}, metric, seed, value)
    return comparison


def test_a_table_has_medians_ranges_and_the_value_of_each_seed():
    comparison = compared([ERROR], {"liquid": (0.3, 0.1, 0.2), "taps": (0.4, 0.1, 0.1)})
    table = comparison.table()
    assert list(table) == ["model", "median", "low", "high", "seed 7", "seed 8", "seed 9"]
    assert table.iloc[0].tolist() == ["liquid", 0.2, 0.1, 0.3, 0.3, 0.1, 0.2]
    assert re.search(r"^NRMSE +median +lowest to highest\nliquid +0.2 +0.1 to 0.3$",
                     str(comparison), re.M)  # fmt: skip
    assert "not significant; better with 1 of 3 seeds." in str(comparison)
    assert comparison.facts()["score"] == 0.2
    assert comparison.facts()["measure"] == "NRMSE"


def test_differences_have_intervals_over_seeds():
    comparison = compared([ERROR], {"liquid": (0.25, 0.5, 0.75), "taps": (1.25, 1.5, 2.0)})
    half = stats.t.ppf(0.975, 2) * np.std([1.0, 1.0, 1.25], ddof=1) / np.sqrt(3)
    low, high = -13 / 12 - half, -13 / 12 + half
    assert f"'liquid' against 'taps': -1.08 ({low:.3g} to {high:.3g}); better" in str(comparison)


def test_more_is_better_unless_the_metric_says_so():
    values = {"liquid": (0.3, 0.1), "taps": (0.2, 0.2)}
    for metric in (ERROR, Metric("accuracy")):
        assert "with 1 of 2 seeds" in compared([metric], values).verdict()
    values = {"liquid": (0.3, 0.3), "taps": (0.2, 0.2)}
    assert "with 0 of 2 seeds" in compared([ERROR], values).verdict()
    assert "with 2 of 2 seeds" in compared([Metric("accuracy")], values).verdict()


def test_conditions_and_columns_of_metrics_come_first():
    comparison = SeedComparison(Bunch(cv=[([0], [1, 2])]))
    comparison.models = {"liquid": None}
    late = Metric("late", columns=(("target", "b"),), heading="the late ones", scored=False)
    for delay in (10.0, 20.0):
        comparison.add("liquid", {"delay": delay}, Metric("early"), 0, delay)
        comparison.add("liquid", {"delay": delay}, late, 0, 100.0)
    table = comparison.table()
    assert list(table["delay"]) == [10.0, 10.0, 20.0, 20.0]
    assert list(table["target"].fillna("")) == ["", "b", "", "b"]
    assert str(comparison).count("the late ones\nlate ") == 2
    assert "better" not in comparison.verdict()
    assert comparison.facts()["score"] == 15.0  # of the metrics that count
    assert comparison.tested == [1, 2]


def test_the_score_of_a_sweep_is_larger_where_a_model_is_better():
    assert score({ERROR: 0.25}) == -0.25
    assert score({Metric("accuracy"): 0.25}) == 0.25
    unscored = Metric("seconds", more_is_better=False, scored=False)
    assert score({Metric("a"): 0.2, Metric("b"): 0.4, unscored: 99.0}) == pytest.approx(0.3)
