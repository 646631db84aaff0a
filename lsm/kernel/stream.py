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
        self.tiny = np.finfo(self.run.dtype).tiny
        self.driven = True  # also by what a file holds
        self.piece = _Piece(0, 0, self.run.readings)

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

        Raises
        ------
        ValueError
            If the rows are no sample like the first row.
        """
        network, run = self.network, self.run
        if rows.n_channels != network.w_in.shape[0] or rows.graded != network.graded:
            raise ValueError(
                f"rows must have {network.w_in.shape[0]} channels of "
                f"{'currents' if network.graded else 'spikes'}, got {rows!r}"
            )
        if len(rows) != 1:
            raise ValueError(f"rows must be one sample, got {rows!r}")
        n_rows = int(rows.n_rows[0])
        if n_rows > 1 and (network.noise > 0 or network.neurons.stochastic):
            # What a row draws depends on the content of the row.
            parts = [rows.pieces([0], [t], [t + 1]) for t in range(n_rows)]
            return np.concatenate([self.step(part, current) for part in parts])
        n_before = min(self.n_rows, 1)
        if (n_rows, n_before) != (self.piece.n_rows, self.piece.n_before):
            self.piece = _Piece(n_rows, n_before, run.readings)
        first, end = self.piece.place(network.row_start(rows, self.n_rows), n_before * self.begin)
        if n_before == 1:
            self._go_on(int(self.piece.row_start[2]) - first)
        self._drive(current)
        run.events = self.piece.pack(network, rows, self.n_rows)
        out = np.empty((n_rows, *run.readings.out.shape[1:]), run.dtype)
        run.readings = self.piece.readings._replace(out=out)
        run((0, 1), [(first, end)], arrays=self.arrays)
        self.n_rows, self.end = self.n_rows + n_rows, end
        return out

    def _drive(self, current):
        """Let a current, or None, flow into the neurons beside their bias."""
        if current is None and not self.driven:
            return
        bias, run, drive = self.bias, self.run, self.arrays[0].drive
        if current is not None:
            bias = as_real(self.network.bias + current, run.dtype)
        drive[: len(bias)] = bias
        run.network = run.network._replace(population=run.network.population._replace(bias=bias))
        self.driven = current is not None

    def _go_on(self, length):
        """Prepare the arrays for a piece whose first row lasts `length` steps."""
        run, (scratch, short_term) = self.run, self.arrays
        cursor, filtered = scratch.cursor[0], scratch.filtered
        cursor["event"] = cursor["reading"] = 0
        cursor["row"] = 1
        filtered *= run.readings.table[:, length, None]
        filtered[np.abs(filtered) < self.tiny] = 0  # as the loop does
        if short_term is not None:
            short_term.last_spike[:] -= self.end - self.begin


class _Piece:
    """Input and readings of a piece, whose arrays serve for all pieces of as many rows.

    The first row of a stream starts a sample. Each later piece runs as if it began with the second
    row, so that steps do not count up for ever: it has `n_before` rows before it.
    """

    def __init__(self, n_rows, n_before, readings):
        self.n_rows, self.n_before = n_rows, n_before
        self.row_start = np.zeros(n_before + n_rows + 1, np.int64)
        self.step, self.n_steps = np.zeros(n_rows, np.int32), np.zeros(1, np.int64)
        offset = frozen(np.array([0, n_rows]))
        self.readings = readings._replace(offset=offset, step=frozen(self.step))
        self.events = None

    def place(self, begins, first):
        """Let rows begin as far apart as `begins`, from step `first`; return first and end."""
        row_start = self.row_start[self.n_before :]
        np.add(begins, first - begins[0], out=row_start)
        self.step[:] = row_start[1:]
        self.n_steps[0] = end = int(row_start[-1])
        return first, end

    def pack(self, network, rows, salt):
        """Return :class:`Events` of rows."""
        events = self.events
        drawn = network.noise > 0 or network.neurons.stochastic  # by keys of the content
        if drawn or rows.values is None or events is None or not events.dense:
            events = pack_events(
                network, rows, self.row_start, n_rows_before=self.n_before, salt=salt
            )
            self.events = events._replace(n_steps=frozen(self.n_steps))
            return self.events
        return events._replace(amplitude=frozen(rows.values.reshape(-1)))


def _arrays_of(parts):
    """Yield all arrays in nested tuples."""
    for part in parts:
        if isinstance(part, np.ndarray):
            yield part
        elif part is not None:
            yield from _arrays_of(part)
