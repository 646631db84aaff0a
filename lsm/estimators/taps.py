"""Taps: the present and past rows of a series, as features beside the states of a liquid."""

from dataclasses import dataclass

import numpy as np

from .._typing import Array
from ..liquid import Liquid
from ..samples import split_rows
from ..simulator import Simulator
from ..snapshots import Snapshots
from ..spikes import SpikeArray
from ..taps import delay_rows

__all__ = [
    "ROW_DURATION",
    "Tapped",
    "row_duration_for",
    "read_for_series",
]

ROW_DURATION = 10.0  # ms of a liquid's time for a row of a series

TAUS = (30.0, 300.0)  # ms, of the traces that a readout of a series gets


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
        states = self.simulator.rows(spikes)
        n_inputs = self.n_taps * spikes.n_channels
        rows = np.empty((len(states), n_inputs + states.shape[1]), np.result_type(states, "f4"))
        rows[:, n_inputs:] = states
        for sample, part in enumerate(split_rows(rows, spikes)):
            part[:, :n_inputs] = delay_rows(spikes.to_dense(sample), self.n_taps)
        return rows

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
