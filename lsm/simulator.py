"""Runs of a fixed network: states at snapshots, states at every row, all spikes, a stream."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from .kernel import Network, Plan, Stream, record, simulate
from .memory import Memory
from .samples import split_rows
from .snapshots import Snapshots

__all__ = ["Simulator"]


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
    def n_row_features(self):
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

    def states(self, spikes):
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

    def rows(self, spikes, loop=None):
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

    def record(self, spikes):
        """Return the spikes of all neurons.

        Parameters
        ----------
        spikes : SpikeArray
            Samples.

        Returns
        -------
        recorded : SpikeArray
            One channel a neuron, in rows of one step.

        Raises
        ------
        ValueError
            If the neurons send no spikes.
        """
        if not self.network.neurons.spiking:
            raise ValueError(
                f"record returns spikes, which {type(self.network.neurons).__name__} neurons do "
                "not send: read their activation with trajectory"
            )
        return record(self.network, spikes, dtype=self.dtype, n_jobs=self.n_jobs)

    def stream(self, row):
        """Start a run that goes on row by row.

        Parameters
        ----------
        row : SpikeArray
            One sample of one row, of the kind that all rows are.

        Returns
        -------
        stream : lsm.kernel.Stream
            `stream.step(row)` runs a row and returns the state.
        """
        plan = Plan(np.array([0, 1]), np.array([1]), *self._row_filters())
        return Stream(self.network, row, plan, dtype=self.dtype)
