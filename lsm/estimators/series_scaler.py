"""Series of numbers: their forms, and robust scaling of their channels, with a rule for gaps."""

from typing import Any, Self

import numpy as np

from .._typing import Array, ArrayLike
from .._validation import check_reals, check_squares

__all__ = ["SeriesScaler", "read_exogenous", "read_series"]

IQR_OF_NORMAL = 1.349  # interquartile range of a normal distribution over its standard deviation


class SeriesScaler:
    """Scaling of each channel by median and interquartile range.

    Attributes
    ----------
    median_ : array of shape (n_channels,)
        Medians of the known values.
    spread_ : array of shape (n_channels,)
        Interquartile ranges over 1.349; the standard deviation of a channel that rests most of the
        time, and 1 for a constant one.
    change_spread_ : array of shape (n_channels,)
        The same for the changes from row to row of the scaled channels.
    """

    def fit(self, values: Any) -> Self:
        """Measure median and spread of values of shape (n_rows, n_channels), which may be NaN."""
        known = [column[np.isfinite(column)] for column in values.T]
        self.median_ = np.array([np.median(column) if len(column) else 0.0 for column in known])
        self.spread_ = np.array([_spread(column) for column in known])
        changes = np.diff(self.transform(values), axis=0)
        self.change_spread_ = np.array([_spread(column) for column in changes.T])
        return self

    def scale(self, values: Any) -> Array:
        """Return scaled values, NaN where they are unknown."""
        return (values - self.median_[: values.shape[1]]) / self.spread_[: values.shape[1]]

    def transform(self, values: Any) -> Any:
        """Return scaled values, with gaps filled by the last known value, or first by the median.

        A fill from the future, such as interpolation, would let a forecast know what follows.
        """
        scaled = self.scale(values)
        rows = np.where(np.isfinite(scaled), np.arange(len(scaled))[:, None], -1)
        last = np.maximum.accumulate(rows, axis=0)
        filled = np.take_along_axis(scaled, np.maximum(last, 0), axis=0)
        return np.where(last >= 0, filled, 0.0)

    def inverse(self, scaled: Array) -> Array:
        """Return values in the series' unit, from an array whose last axis is the channels."""
        n_channels = scaled.shape[-1]
        return scaled * self.spread_[:n_channels] + self.median_[:n_channels]

    def drive(self, scaled: Array, before: Array | None = None) -> Array:
        """Return scaled levels and their changes, the input of a liquid.

        Parameters
        ----------
        scaled : array of shape (n_rows, n_channels)
            From :meth:`transform`.
        before : array of shape (n_channels,), optional
            The row before; by default the first row, so that the first change is zero.

        Returns
        -------
        drive : array of shape (n_rows, 2 * n_channels)
        """
        before = scaled[0] if before is None else before
        return np.hstack(
            [scaled, np.diff(scaled, axis=0, prepend=before[None]) / self.change_spread_]
        )


def _spread(column):
    """Return the spread of known values: robust if it can be, and never zero."""
    if len(column) == 0:
        return 1.0
    low, high = np.percentile(column, [25, 75])
    return (high - low) / IQR_OF_NORMAL or column.std() or 1.0


def read_series(name: str, values: ArrayLike) -> Array:
    """Return a series as a float array of shape (n_rows, n_channels), NaN among the numbers."""
    rule = f"{name} must have shape (n_rows,) or (n_rows, n_channels), numbers or NaN"
    array = check_reals(rule, values.to_numpy() if hasattr(values, "to_numpy") else values)
    if array.ndim not in (1, 2) or array.size == 0:
        raise ValueError(
            f"{rule}, got shape {array.shape}: for several series fit a model for each"
        )
    if np.isinf(array).any():
        raise ValueError(f"{rule}, got infinity: put NaN where a value is unknown")
    check_squares(name, array)
    return array.reshape(len(array), -1).astype(float)


def read_exogenous(exogenous: ArrayLike | None, n_rows: int) -> Array:
    """Return further inputs, of shape (n_rows, n_others), of no column for None."""
    if exogenous is None:
        return np.empty((n_rows, 0))
    values = read_series("exogenous", exogenous)
    if len(values) != n_rows:
        raise ValueError(f"exogenous must have {n_rows} rows, one for each row, got {len(values)}")
    return values
