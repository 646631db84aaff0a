"""Confidence intervals of accuracies."""

import numpy as np
import pytest
from scipy.stats import binomtest

from lsm.experiments._study.statistics import difference_interval, wilson_interval


def test_wilson_agrees_with_scipy():
    for n_right, n in ((0, 5), (5, 5), (397, 400), (1, 2)):
        expected = binomtest(n_right, n).proportion_ci(method="wilson")
        interval = wilson_interval(n_right, n)
        assert interval == pytest.approx((expected.low, expected.high), abs=1e-7)


def test_the_interval_of_a_difference_covers_it_as_often_as_it_says():
    rng = np.random.default_rng(0)
    covered = 0
    for _ in range(2000):
        kinds = rng.choice(4, size=200, p=[0.85, 0.07, 0.03, 0.05])  # both, first, other, none
        _, low, high = difference_interval(kinds <= 1, (kinds == 0) | (kinds == 2))
        covered += low <= 0.04 <= high
    assert 0.93 < covered / 2000 < 0.975


def test_models_that_agree_may_still_differ_elsewhere():
    right = np.ones(50, dtype=bool)
    difference, low, high = difference_interval(right, right)
    assert difference == 0
    assert low == -high < 0
