"""Runs of a fixed network: states at snapshots and at rows, spikes and potentials, a stream."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse

from ._typing import Array
from ._validation import as_array, check_bool
from .kernel import Loop, Network, Plan, Stream, record, record_potentials, simulate
from .memory import Memory
from .samples import split_rows
from .snapshots import Snapshots
from .spikes import SpikeArray

__all__ = ["Recorded", "Simulator"]

MAX_BYTES = 2**35  # limit of recorded potentials


class Recorded(NamedTuple):
    """Spikes and membrane potentials of some neurons.

    Attributes
    ----------
    spikes : SpikeArray or None
        One channel a recorded neuron, in rows of one step; None if the neurons send no spikes.
    potentials : list of arrays of shape (n_steps, n_recorded)
        Of each sample, the potentials at the end of each step in mV; the activations of neurons
        that send no spikes.
    """

    spikes: SpikeArray | None
    potentials: list


@dataclass(frozen=True)
class Simulator:
    """Runs of a network that does not change.

    The state of a sample depends on nothing but the network and the sample.

    Attributes
    ----------
    network : lsm.kernel.Network
        The network.
    snapshots : Snapshots
        Times and feature of the readings by `states`.
    row_snapshots : Snapshots
        What `rows` and `stream` read at the end of every row; its times are ignored.
    dtype : {"float32", "float64"}
        Precision of the simulation.
    n_jobs : int or None
        Number of threads, as in joblib.
    verbose : bool
        Whether to show a progress bar.
    memory : Memory or None
        Cache of states.
    """

    network: Network
    snapshots: Snapshots
    row_snapshots: Snapshots
    dtype: str = "float32"
    n_jobs: int | None = None
    verbose: bool = False
    memory: Memory | None = None

    @property
    def n_row_features(self) -> int:
        """Number of features of the state at a row."""
        decays, _ = self._row_filters()
        return len(decays) * self.network.n_neurons

    def _row_filters(self):
        """Return the filters of the states at rows, which ranks do not have."""
        if self.row_snapshots.feature == "rank":
            raise ValueError(
                "Snapshots.feature 'rank' cannot be read at every row: take another feature, such "
                "as 'trace'"
            )
        return self.row_snapshots.filters(self.network.dt)

    def states(self, spikes: SpikeArray) -> sparse.csr_array:
        """Read the state of each sample at its snapshots.

        Parameters
        ----------
        spikes : SpikeArray
            Samples.

        Returns
        -------
        states : scipy.sparse.csr_array of shape (n_samples, n_readings * n_neurons)

        Raises
        ------
        ValueError
            If a sample ends before a snapshot.
        """
        plan = self.snapshots.plan(self.network.n_steps(spikes), self.network.dt)
        if self.memory is None:
            return self._read_snapshots(spikes, plan)
        states = self.memory.states(
            ("snapshots", self.network, self.snapshots, self.dtype),
            spikes,
            lambda missing: self._read_snapshots(spikes[missing], plan.select(missing)).toarray(),
        )
        return sparse.csr_array(np.stack(states))

    def _read_snapshots(self, spikes, plan):
        ranks = self.snapshots.feature == "rank"
        readings, recorded = self._simulate(spikes, plan, record=ranks)
        return self.snapshots.assemble(readings, plan, recorded)

    def rows(self, spikes: SpikeArray, loop: Loop | None = None) -> Array:
        """Read the state at the end of every row.

        Parameters
        ----------
        spikes : SpikeArray
            Samples.
        loop : lsm.kernel.Loop, optional
            Feedback from a readout, with which nothing is taken from the cache.

        Returns
        -------
        states : array of shape (n_rows, n_row_features)
            The rows of all samples, one sample after the other.
        """
        self._row_filters()  # refuses ranks
        if self.memory is None or loop is not None:
            return self._read_rows(spikes, loop)
        states = self.memory.states(
            ("rows", self.network, self.row_snapshots, self.dtype),
            spikes,
            lambda missing: split_rows(self._read_rows(spikes[missing]), spikes[missing]),
        )
        return np.concatenate(states).reshape(-1, self.n_row_features)

    def _read_rows(self, spikes, loop=None):
        row_start = self.network.row_start(spikes)
        plan = self.row_snapshots.plan_rows(spikes.n_rows, row_start, self.network.dt)
        readings, _ = self._simulate(spikes, plan, loop=loop)
        return self.row_snapshots.assemble_rows(readings, plan.offsets)

    def _simulate(self, spikes, plan, **options):
        return simulate(
            self.network, spikes, plan, dtype=self.dtype, n_jobs=self.n_jobs,
            verbose=self.verbose, **options,
        )  # fmt: skip

    def record(
        self, spikes: SpikeArray, neurons: Any = "all", potentials: Any = False
    ) -> "SpikeArray | Recorded":
        """Return the spikes of neurons, and their potentials on request.

        Parameters
        ----------
        spikes : SpikeArray
            Samples.
        neurons, potentials : object
            As of :meth:`lsm.Liquid.record`.

        Returns
        -------
        recorded : SpikeArray or Recorded
            As of :meth:`lsm.Liquid.record`.

        Raises
        ------
        ValueError
            If neurons that send no spikes are recorded without `potentials`, a neuron does not
            exist, or the potentials are too many to hold.
        """
        chosen = _check_neurons(neurons, self.network.n_neurons)
        if check_bool("potentials", potentials):
            self._check_size(spikes, chosen)
            recorded, values = record_potentials(
                self.network, spikes, chosen, dtype=self.dtype, n_jobs=self.n_jobs
            )
            if recorded is not None:
                recorded = _of_neurons(recorded, chosen)
            return Recorded(recorded, values)
        if not self.network.neurons.spiking:
            raise ValueError(
                f"record returns spikes, which {type(self.network.neurons).__name__} neurons do "
                "not send: read their activation with potentials=True"
            )
        recorded = record(self.network, spikes, dtype=self.dtype, n_jobs=self.n_jobs)
        return _of_neurons(recorded, chosen)

    def _check_size(self, spikes, chosen):
        """Refuse potentials that no memory holds."""
        n_steps = int(self.network.n_steps(spikes).sum())
        n_bytes = n_steps * len(chosen) * np.dtype(self.dtype).itemsize
        if n_bytes > MAX_BYTES:
            raise ValueError(
                f"the potentials of {len(chosen)} neurons in {n_steps:,} steps need "
                f"{n_bytes / 1e9:.0f} GB, more than {MAX_BYTES / 1e9:.0f} GB: record fewer "
                "neurons, as neurons=[0, 1], or fewer samples at once"
            )

    def stream(self, row: SpikeArray) -> Stream:
        """Start a run that goes on row by row.

        Parameters
        ----------
        row : SpikeArray
            One sample of one row, of the kind that all rows are.

        Returns
        -------
        stream : lsm.kernel.Stream
            `stream.step(rows)` runs the next rows and returns their states.
        """
        if not isinstance(row, SpikeArray) or row.n_rows.tolist() != [1]:
            raise ValueError(f"row must be a SpikeArray of one sample of one row, got {row!r:.80}")
        plan = Plan(np.array([0, 1]), np.array([1]), *self._row_filters())
        return Stream(self.network, row, plan, dtype=self.dtype)


def _check_neurons(neurons, n_neurons):
    """Return the indices of the chosen neurons."""
    rule = (
        f"neurons must be 'all', different indices from 0 to {n_neurons - 1}, or a mask of "
        f"{n_neurons} booleans"
    )
    if isinstance(neurons, str) and neurons == "all":
        return np.arange(n_neurons)
    chosen = as_array(rule, neurons)
    if chosen.dtype == bool:
        chosen = np.flatnonzero(chosen) if chosen.shape == (n_neurons,) else np.empty(0, int)
    is_valid = chosen.ndim == 1 and chosen.size and np.issubdtype(chosen.dtype, np.integer)
    is_valid = is_valid and 0 <= chosen.min() <= chosen.max() < n_neurons
    if not is_valid or len(np.unique(chosen)) < len(chosen):
        raise ValueError(f"{rule}, at least one, got {neurons!r:.80}")
    return chosen


def _of_neurons(recorded, chosen):
    """Return the spikes of the chosen neurons, of which channel k is neuron `chosen[k]`."""
    if len(chosen) == recorded.n_channels and np.all(np.diff(chosen) > 0):
        return recorded
    channel = np.full(recorded.n_channels, -1)
    channel[chosen] = np.arange(len(chosen))
    channels = channel[recorded.channels]
    kept = channels >= 0
    offsets = np.concatenate([[0], np.cumsum(kept)])[recorded.offsets]
    return SpikeArray(
        recorded.rows[kept], channels[kept], None, offsets, recorded.n_rows, len(chosen),
        row_duration=recorded.row_duration,
    )  # fmt: skip
