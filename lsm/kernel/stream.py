"""Run of a network that goes on from call to call."""

import numpy as np

from ._arrays import as_real, frozen
from ._pack import pack_events
from ._run import Run
from .network import Plan

__all__ = ["Stream"]


class Stream:
    """Run of a network, row by row and without end; its memory does not grow.

    Parameters
    ----------
    network : Network
        The network.
    row : SpikeArray
        One sample of one row, of the kind that all rows are.
    plan : Plan
        Filters of the readings; its times do not matter.
    dtype : {"float32", "float64"}, default="float32"
        Precision.
    """

    def __init__(self, network, row, plan, *, dtype="float32"):
        self.network, self.n_rows = network, 0
        self.begin = self.end = int(network.row_start(row)[1])  # of the second row
        longest = np.array([self.begin + 1])  # a later row may last a step more than the first
        self.run = Run(network, row, Plan(np.array([0, 1]), longest, *plan[2:]), dtype)
        self.bias, self.arrays = self.run.network.population.bias, self.run.allocate()

    def step(self, row, current=None):
        """Run one row of input.

        Parameters
        ----------
        row : SpikeArray
            One sample of one row.
        current : array of shape (n_neurons,), optional
            Further current into each neuron in nA, held for the row.

        Returns
        -------
        reading : array of shape (n_filters, n_neurons)
            At the end of the row.
        """
        run, (scratch, short_term) = self.run, self.arrays
        length = int(np.diff(self.network.row_start(row, self.n_rows))[0])
        # The first row starts a sample. Each later one runs as if it were the second, so that
        # steps do not count up for ever.
        n_rows_before = min(self.n_rows, 1)
        start = n_rows_before * self.begin
        end = start + length
        if n_rows_before == 1:
            scratch.cursor["event"] = scratch.cursor["reading"] = 0
            scratch.cursor["row"] = 1
            scratch.filtered[:] *= run.readings.table[:, length, None]
            # The loop flushes such small numbers to zero.
            scratch.filtered[np.abs(scratch.filtered) < np.finfo(run.dtype).tiny] = 0
            if short_term is not None:
                short_term.last_spike[:] -= self.end - self.begin
        run.readings = run.readings._replace(step=frozen(np.array([end], np.int32)))
        bias = self.bias
        if current is not None:
            bias = as_real(self.network.bias + current, run.dtype)
        scratch.drive[: len(bias)] = bias
        run.network = run.network._replace(population=run.network.population._replace(bias=bias))
        row_start = np.array([0, self.begin, self.begin + length])
        run.events = pack_events(
            self.network, row, row_start, n_rows_before=n_rows_before, salt=self.n_rows
        )
        run((0, 1), [(start, end)], arrays=self.arrays)
        self.n_rows, self.end = self.n_rows + 1, end
        return run.readings.out[0].copy()
