"""Taps: the present and past rows of a series, as features beside the states of a liquid."""

from dataclasses import dataclass

import numpy as np

from .._typing import Array, ArrayLike
from ..liquid import Liquid
from ..samples import split_rows
from ..simulator import Simulator
from ..snapshots import Snapshots
from ..spikes import SpikeArray

__all__ = [
    "ROW_DURATION",
    "Tapped",
    "delay_rows",
    "row_duration_for",
    "read_for_series",
    "tap_counts",
]

ROW_DURATION = 10.0  # ms of a liquid's time for a row of a series

TAUS = (30.0, 300.0)  # ms, of the traces that a readout of a series gets
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


def read_for_series(liquid: Liquid) -> bool:
    """Let an unfitted liquid of spiking neurons with default `snapshots` be read for a forecast.

    Potentials beside traces hold the present value better than traces alone. The second trace
    holds sums over some thirty rows.

    Parameters
    ----------
    liquid : Liquid
        Changed in place; a transformer in its place is left.

    Returns
    -------
    changed : bool
    """
    if not isinstance(liquid, Liquid):
        return False
    is_default = isinstance(liquid.snapshots, str) and getattr(liquid.neurons, "spiking", True)
    if is_default:
        liquid.snapshots = Snapshots(feature="membrane_and_trace", tau=TAUS)
    return is_default


def row_duration_for(dt: float) -> float:
    """Return the duration of a row of a series: 10 ms, or the next multiple of the step `dt`.

    In a shorter row neurons have hardly moved, and most of them have sent no spike.
    """
    return float(np.ceil(ROW_DURATION / dt) * dt)


@dataclass(frozen=True)
class Tapped:
    """Runs of a liquid whose rows have taps of the input before the states.

    Attributes
    ----------
    simulator : Simulator
        Runs of the liquid.
    n_taps : int
        Number of rows of the input.
    """

    simulator: Simulator
    n_taps: int

    def rows(self, spikes: SpikeArray) -> Array:
        """Return taps and states at every row, of shape (n_rows, n_features)."""
        states = split_rows(self.simulator.rows(spikes), spikes)
        return np.concatenate([
            np.hstack([delay_rows(spikes.to_dense(sample), self.n_taps), part])
            for sample, part in enumerate(states)
        ])  # fmt: skip

    def stream(self, row: SpikeArray) -> "TappedStream":
        """Start a run that goes on from piece to piece; its first row is of the kind of `row`."""
        return TappedStream(self.simulator.stream(row), self.n_taps)


class TappedStream:
    """Run of a liquid that goes on, whose states have taps of the input before them.

    Parameters
    ----------
    stream : lsm.kernel.Stream
        Run of the liquid.
    n_taps : int
        Number of rows of the input.
    """

    def __init__(self, stream, n_taps):
        self.stream, self.n_taps, self.past = stream, n_taps, None

    def step(self, rows, current=None):
        """Run the next rows; return taps and states of each, of shape (n_rows, n_features)."""
        values, states = rows.to_dense(0), self.stream.step(rows, current)
        past = values[:0] if self.past is None else self.past
        taps = delay_rows(np.concatenate([past, values]), self.n_taps)[len(past) :]
        if self.past is None:
            past = np.repeat(values[:1], self.n_taps, axis=0)
        self.past = np.concatenate([past, values])[-self.n_taps :]
        return np.hstack([taps, states.reshape(len(values), -1)])
