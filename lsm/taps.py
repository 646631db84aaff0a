"""Taps: the present and past rows of a series side by side."""

import numpy as np

from ._typing import Array, ArrayLike

__all__ = ["delay_rows", "tap_counts"]

TAPS = (1, 5, 20, 50, 100)  # candidate numbers of rows
ROWS_A_TAP = 5  # rows to learn from for each coefficient, at least
MAX_COLUMNS = 400  # beyond it the inputs would cost more time than the liquid


def tap_counts(n_rows: int, n_channels: int) -> list[int]:
    """Return the numbers of rows from which a readout may choose, not empty.

    Parameters
    ----------
    n_rows : int
        Number of rows to learn from.
    n_channels : int
        Number of channels of a row.

    Returns
    -------
    counts : list of int
        Those of 1, 5, 20, 50 and 100 that leave five rows for each coefficient, and have at most
        400 columns.
    """
    n_columns = min(n_rows // ROWS_A_TAP, MAX_COLUMNS)
    return [n for n in TAPS if n == TAPS[0] or n * n_channels <= n_columns]


def delay_rows(values: ArrayLike, n_taps: int) -> Array:
    """Return each row of a series beside the rows before it.

    Parameters
    ----------
    values : array of shape (n_rows, n_channels)
        One series. Before its start it is taken to have had the values of its first row.
    n_taps : int
        Number of rows.

    Returns
    -------
    taps : array of shape (n_rows, n_taps * n_channels)
        The newest row first, so that the first `n * n_channels` columns hold n rows.
    """
    padded = np.concatenate([np.repeat(values[:1], n_taps - 1, axis=0), values])
    windows = np.lib.stride_tricks.sliding_window_view(padded, n_taps, axis=0)
    return windows[:, :, ::-1].transpose(0, 2, 1).reshape(len(values), -1)
