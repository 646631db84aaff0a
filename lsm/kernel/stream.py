"""Run of a network that goes on from call to call."""

from typing import Any

import numpy as np

from ..kernel.network import Network
from ..spikes import SpikeArray
from ._arrays import as_real, frozen
from ._pack import pack_events
from ._run import Run
from .network import Plan

__all__ = ["Stream"]

MOST_STEPS = 10**6  # of a row, in a stream from a file


class Stream:
    """Run of a network, piece by piece and without end; its memory does not grow.

    The readings are those of one run of all pieces together, whatever their lengths.

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

    Attributes
    ----------
    n_rows : int
        Number of rows so far.
    """

    def __init__(
        self, network: Network, row: SpikeArray, plan: Plan, *, dtype: str = "float32"
    ) -> None:
        self.network, self.n_rows = network, 0
        self._made_of = (network, row, plan, dtype)
        self.begin = self.end = int(network.row_start(row)[1])  # of the second row
        longest = np.array([self.begin + 1])  # a later row may last a step more than the first
        self.run = Run(network, row, Plan(np.array([0, 1]), longest, *plan[2:]), dtype)
        self.bias, self.arrays = self.run.network.population.bias, self.run.allocate()

    def __getstate__(self):
        """Return the state of the run, without the layout of its network."""
        arrays = [array for array in _arrays_of(self.arrays) if array.flags.writeable]
        return {"of": self._made_of, "n_rows": self.n_rows, "end": self.end, "arrays": arrays}

    def __setstate__(self, state):
        """Go on from a state, which is checked: the kernel follows its indices."""
        network, row, plan, dtype = state["of"]
        if row.n_rows.tolist() != [1] or row.row_duration > MOST_STEPS * network.dt:
            raise ValueError("a stream does not begin with one row")
        self.__init__(network, row, plan, dtype=dtype)
        self.n_rows, self.end = state["n_rows"], state["end"]
        own = [array for array in _arrays_of(self.arrays) if array.flags.writeable]
        for array, kept in zip(own, state["arrays"], strict=True):
            if (array.shape, array.dtype) != (kept.shape, kept.dtype):
                raise ValueError(f"a stream has an array of shape {kept.shape}, not {array.shape}")
            array[...] = kept
        scratch, n_neurons = self.arrays[0], network.n_neurons
        cursor, n_padded = scratch.cursor[0], len(scratch.drive)
        if not (
            self.n_rows >= 0
            and cursor["now"] in range(0, max(len(scratch.ring), 1), 2 * n_padded)
            and cursor["drive_now"] in range(0, max(len(scratch.drive_ring), 1), n_padded)
            and 0 <= cursor["n_fired"] <= n_neurons
            and (scratch.fired[: cursor["n_fired"]] < n_neurons).all()
        ):
            raise ValueError("a stream has indices beyond its network")

    def step(self, rows: Any, current: Any = None) -> Any:
        """Run the next rows of input.

        Parameters
        ----------
        rows : SpikeArray
            One sample, of one row or more.
        current : array of shape (n_neurons,), optional
            Further current into each neuron in nA, held for all these rows.

        Returns
        -------
        readings : array of shape (n_rows, n_filters, n_neurons)
            At the end of each row.
        """
        drawn = self.network.noise > 0 or self.network.neurons.stochastic
        if drawn and rows.n_rows[0] > 1:  # what a row draws depends on the content of the row
            parts = [rows.pieces([0], [t], [t + 1]) for t in range(rows.n_rows[0])]
            return np.concatenate([self.step(part, current) for part in parts])
        run, scratch = self.run, self.arrays[0]
        row_start = self.network.row_start(rows, self.n_rows)
        # The first row starts a sample. Each later piece runs as if it began with the second row,
        # so that steps do not count up for ever.
        n_rows_before = min(self.n_rows, 1)
        row_start = row_start - row_start[0] + n_rows_before * self.begin
        if n_rows_before == 1:
            self._go_on(int(row_start[1] - row_start[0]))
        bias = self.bias
        if current is not None:
            bias = as_real(self.network.bias + current, run.dtype)
        scratch.drive[: len(bias)] = bias
        run.network = run.network._replace(population=run.network.population._replace(bias=bias))
        run.readings = run.readings._replace(
            offset=frozen(np.array([0, len(row_start) - 1])),
            step=frozen(row_start[1:].astype(np.int32)),
            out=np.empty((len(row_start) - 1, *run.readings.out.shape[1:]), run.dtype),
        )
        before = np.zeros(n_rows_before, dtype=np.int64)
        run.events = pack_events(
            self.network, rows, np.concatenate([before, row_start]), n_rows_before=n_rows_before,
            salt=self.n_rows,
        )  # fmt: skip
        run((0, 1), [(int(row_start[0]), int(row_start[-1]))], arrays=self.arrays)
        self.n_rows, self.end = self.n_rows + len(row_start) - 1, int(row_start[-1])
        return run.readings.out

    def _go_on(self, length):
        """Prepare the arrays for a piece whose first row lasts `length` steps."""
        run, (scratch, short_term) = self.run, self.arrays
        scratch.cursor["event"] = scratch.cursor["reading"] = 0
        scratch.cursor["row"] = 1
        scratch.filtered[:] *= run.readings.table[:, length, None]
        # The loop flushes such small numbers to zero.
        scratch.filtered[np.abs(scratch.filtered) < np.finfo(run.dtype).tiny] = 0
        if short_term is not None:
            short_term.last_spike[:] -= self.end - self.begin


def _arrays_of(parts):
    """Yield all arrays in nested tuples."""
    for part in parts:
        if isinstance(part, np.ndarray):
            yield part
        elif part is not None:
            yield from _arrays_of(part)
