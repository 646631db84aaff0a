import warnings
from fractions import Fraction

import numpy as np
import pytest

from lsm._units import nearest_steps, rounding_named, steps_at, steps_per_row

RATES = (128, 256, 512, 360, 30, 60, 52, 44, 7)


@pytest.mark.parametrize("dt", [Fraction(1), Fraction(1, 10), Fraction(1, 4)])
@pytest.mark.parametrize("rate", RATES)
def test_a_row_begins_at_the_step_nearest_to_its_exact_time(rate, dt):
    rows = np.unique(np.r_[np.arange(2000), np.random.default_rng(0).integers(0, 10**8, 2000)])
    begins = steps_at(rows, 1000 / rate, float(dt))
    exact = [int(int(row) * Fraction(1000, rate) / dt + Fraction(1, 2)) for row in rows]
    np.testing.assert_array_equal(begins, exact)


@pytest.mark.parametrize("dt", [1.0, 0.1, 0.3, 0.7, 1 / 3, 1000 / 360])
@pytest.mark.parametrize("hold", [1, 3, 7, 10, 49])
def test_rows_of_whole_steps_begin_at_multiples(hold, dt):
    rows = np.r_[np.arange(1000), 10**7 + np.arange(1000)]
    for row_duration in (hold * dt, sum([dt] * hold)):  # with and without rounding errors
        assert steps_per_row(row_duration, dt) == hold
        np.testing.assert_array_equal(steps_at(rows, row_duration, dt), hold * rows)


@pytest.mark.parametrize("rate", RATES)
def test_rows_differ_by_one_step_and_errors_do_not_add_up(rate):
    lengths = np.diff(steps_at(np.arange(10**5), 1000 / rate, 1.0))
    assert lengths.min() >= 1000 // rate
    assert lengths.max() <= 1000 // rate + 1
    end = steps_at(np.array([10**7]), 1000 / rate, 1.0)[0]
    assert abs(end - 10**10 / rate) <= 0.5


def test_a_row_shorter_than_a_step_is_refused_with_the_way_out():
    with pytest.raises(ValueError, match=r"lasts 0.5 ms, less .* set Liquid.dt to 0.5 or less"):
        steps_per_row(0.5, 1.0)
    with pytest.raises(ValueError, match=r"If 0.0025 is in seconds, row_duration=2.5 is the same"):
        steps_per_row(0.0025, 1.0)
    with pytest.raises(ValueError, match=r"or less$"):
        steps_per_row(1e-5, 1.0)


def convert_times():
    with rounding_named():
        with rounding_named():  # of a part
            counts = [nearest_steps(f"{name}.delay", 1.6, 1.0) for name in "AB"]
        short = nearest_steps("C.delay", 0.2, 1.0, at_least=1)
        return counts, short, nearest_steps("D.refractory", np.array([0.2, 3.0]), 1.0).tolist()


def test_one_warning_names_all_rounded_times():
    with pytest.warns(UserWarning, match="rounded to whole steps") as caught:
        assert convert_times() == ([2, 2], 1, [0, 3])
    (warning,) = caught
    for part in (
        "A.delay from 1.6 to 2 ms (steps of 1 ms); B.delay from 1.6 to 2 ms",
        "C.delay from 0.2 to 1 ms",
        "D.refractory from 0.2 to 0 ms",
    ):
        assert part in str(warning.message)


def test_multiples_and_drawn_times_are_no_reason_for_a_warning():
    drawn = np.random.default_rng(0).uniform(0.5, 9.0, 100).astype(np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with rounding_named():
            nearest_steps("A.delay", np.float32([0.8, 1.5]), 0.1, at_least=1)
            counts = nearest_steps("B.delay", drawn, 1.0, at_least=1, drawn=True)
        nearest_steps("A.delay", 1.6, 1.0)  # outside of a fit
    np.testing.assert_array_equal(counts, np.maximum(np.rint(drawn), 1))
    warned = pytest.warns(UserWarning, match="from 0.1 to 1 ms, 0.3 to 1 ms")
    with warned, rounding_named():
        nearest_steps("B.delay", np.array([0.1, 0.3, 2.2]), 1.0, at_least=1, drawn=True)
