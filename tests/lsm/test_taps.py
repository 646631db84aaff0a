"""Taps: rows of a series beside those before them."""

import numpy as np
import pytest

from lsm.taps import delay_rows, tap_counts


@pytest.mark.parametrize("n_taps", [1, 2, 5])
def test_a_row_stands_beside_those_before_it(n_taps):
    values = np.arange(8.0).reshape(4, 2)
    taps = delay_rows(values, n_taps)
    assert taps.shape == (4, 2 * n_taps)
    for t in range(4):
        expected = [values[max(t - age, 0)] for age in range(n_taps)]
        np.testing.assert_array_equal(taps[t], np.concatenate(expected))


@pytest.mark.parametrize(
    ("n_rows", "n_channels", "counts"),
    [
        (4, 1, [1]),
        (24, 1, [1]),
        (25, 1, [1, 5]),
        (49, 2, [1]),
        (50, 2, [1, 5]),
        (10**6, 1, [1, 5, 20, 50, 100]),
        (10**6, 4, [1, 5, 20, 50, 100]),
        (10**6, 5, [1, 5, 20, 50]),
        (10**6, 1000, [1]),
    ],
)
def test_taps_leave_five_rows_a_coefficient_and_at_most_400_columns(n_rows, n_channels, counts):
    assert tap_counts(n_rows, n_channels) == counts
