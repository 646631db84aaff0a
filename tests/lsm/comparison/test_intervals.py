"""Intervals of differences over folds, and the sentences that follow from them."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from lsm.comparison.intervals import corrected_interval, paired_difference
from lsm.comparison.verdict import difference_text, sentences


def test_without_correction_it_is_the_interval_of_students_t():
    values = np.random.default_rng(0).normal(size=9)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    assert corrected_interval(values, 0.0) == pytest.approx(expected)


def test_the_correction_widens_by_the_share_of_the_test_set():
    values = np.random.default_rng(0).normal(size=5)
    plain, corrected = corrected_interval(values, 0.0), corrected_interval(values, 0.25)
    ratio = np.ptp(corrected) / np.ptp(plain)
    assert ratio == pytest.approx(np.sqrt((1 / 5 + 1 / 4) / (1 / 5)))
    assert np.mean(corrected) == pytest.approx(values.mean())
    assert np.isnan(corrected_interval(values[:1], 0.25)).all()


def test_a_difference_is_paired_by_fold():
    scores = np.array([0.9, 0.5, 0.7])
    found = paired_difference(scores, scores - 0.1, 0.5)
    assert [found[key] for key in ("difference", "low", "high")] == pytest.approx([0.1] * 3)
    diverged = paired_difference(scores, scores * np.inf)
    assert difference_text(**diverged) == "no finite difference"
    assert difference_text(0.5, -1.0, 2.0, "{:+.1f}", " points") == (
        "+0.5 points (-1.0 to +2.0), not significant"
    )


LOW, NONE, HIGH = (-0.3, -0.1), (-0.1, 0.1), (0.1, 0.3)


def table(**intervals):
    names = {
        "recurrence": "without recurrence",
        "static": "static random features",
        "plain": "no liquid, taps",
        "trivial": "mean",
    }
    rows = [{"model": "model", "difference": np.nan, "low": np.nan, "high": np.nan}]
    for key, name in names.items():
        low, high = intervals.get(key, HIGH)
        rows.append({"model": name, "difference": (low + high) / 2, "low": low, "high": high})
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("intervals", "answer"),
    [
        ({}, "The liquid helps: it is better than every control."),
        ({"recurrence": NONE}, "The liquid helps. Recurrence adds nothing"),
        ({"recurrence": LOW}, "The liquid helps. Recurrence adds nothing"),
        ({"static": NONE}, "A nonlinear projection helps. The dynamics of the liquid add nothing"),
        ({"static": LOW}, "The liquid does not help: 'static random features' is better."),
        (
            {"plain": NONE, "static": NONE},
            "No help of the liquid is shown: it is not significantly",
        ),
        ({"trivial": NONE}, "The model is not significantly better than 'mean'"),
    ],
)
def test_the_answer_is_the_first_sentence(intervals, answer):
    assert sentences(table(**intervals), {})[0].startswith(answer)


def test_recurrence_that_hurts_is_named_with_a_remedy():
    found = sentences(table(recurrence=LOW), {})[1]
    assert found.startswith("Recurrence hurts: -0.200 (-0.300 to -0.100).")
    assert "lsm.without_recurrence(model)" in found
    assert "not significant" in sentences(table(recurrence=NONE), {})[1]
