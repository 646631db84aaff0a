"""Pieces of a stream that are arrays like those before them, checked without a search for forms."""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from .._typing import Array
from ..spikes import SpikeArray

__all__ = ["PieceForm", "known_numbers"]

MOST_SPIKES = 2**24  # in a row of a channel, as in a SpikeArray
KINDS = {True: "f", False: "iu"}  # of the numbers of an array, by whether they are currents


@dataclass(frozen=True)
class PieceForm:
    """Form of the pieces of a stream, as decided by a piece that was checked in full.

    A real-time stream gives rows of one array after the other. What an array of this form means
    is known, so only its shape, its type and its numbers are left to check.

    Attributes
    ----------
    n_channels : int
        Number of channels.
    row_duration : float
        Duration of a row in ms.
    graded : bool
        Whether pieces are currents, floats, rather than numbers of spikes, integers.
    """

    n_channels: int
    row_duration: float
    graded: bool

    @classmethod
    def of(cls, X: Any, spikes: SpikeArray) -> Self | None:
        """Return the form of a piece and its SpikeArray; None if the piece is no bare array."""
        X = _alone(X)
        if type(X) is not np.ndarray or X.dtype.kind not in KINDS[spikes.graded]:
            return None
        return cls(spikes.n_channels, spikes.row_duration, spikes.graded)

    def take(self, X: Any) -> SpikeArray | None:
        """Return a piece as a SpikeArray; None if it is of another form, or may be invalid.

        Parameters
        ----------
        X : object
            As a user gives it.

        Returns
        -------
        spikes : SpikeArray or None
            What the full check makes of the same piece.
        """
        X = _alone(X)
        is_alike = (
            type(X) is np.ndarray
            and X.ndim == 2
            and X.shape[1] == self.n_channels
            and len(X) > 0
            and X.dtype.kind in KINDS[self.graded]
        )
        if not is_alike:
            return None
        return self._take_currents(X) if self.graded else self._take_counts(X)

    def _take_currents(self, X):
        with np.errstate(over="ignore", invalid="ignore"):
            values = X.astype(np.float32, order="C")
        if not np.isfinite(values).all():
            return None
        n_rows = np.array([len(X)], dtype=np.int32)
        return SpikeArray.of_valid_values(values, n_rows, self.row_duration)

    def _take_counts(self, X):
        if X.min() < 0 or X.max() > MOST_SPIKES:
            return None
        rows, channels = X.nonzero()
        return SpikeArray.of_valid_events(
            rows.astype(np.int32),
            channels.astype(np.int32),
            X[rows, channels].astype(np.float32),
            np.array([0, len(rows)]),
            np.array([len(X)], dtype=np.int32),
            self.n_channels,
            self.row_duration,
        )


def known_numbers(y: Any, shape: tuple[int, ...]) -> Array | None:
    """Return targets that are finite numbers at all rows, of one shape; else None."""
    if type(y) is list and len(y) == 1:
        y = y[0]
    if type(y) is not np.ndarray or y.dtype != np.float64 or y.shape != shape:
        return None
    return y if np.isfinite(y).all() else None


def _alone(X):
    """Return an array that stands alone in a list."""
    return X[0] if type(X) is list and len(X) == 1 else X
