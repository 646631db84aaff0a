"""What a fitted liquid does: run samples, and read what snapshots say, all spikes or every row."""

import numpy as np
from joblib import effective_n_jobs
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from ._validation import check_choice, check_integer
from .kernel import Plan, Stream, record, simulate
from .snapshots import Snapshots

__all__ = ["RunsMixin"]


class RunsMixin:
    """The runs of a fitted liquid; none of them changes it."""

    def _check_run(self):
        """Check what acts at once when it is set after `fit`: precision, threads, snapshots."""
        check_choice("Liquid.dtype", self.dtype, ("float32", "float64"))
        if self.n_jobs is not None:
            check_integer("Liquid.n_jobs", self.n_jobs)
        effective_n_jobs(self.n_jobs)  # refuses zero
        self.part("snapshots").check()

    def transform(self, X):
        """Run samples through the liquid and read its state.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        states : scipy.sparse.csr_array of shape (n_samples, n_readings * n_neurons)
            Column `k * n_neurons + n` holds reading k of neuron n.
        """
        check_is_fitted(self)
        self._check_run()
        spikes = self._spikes(X, reset=False)
        snapshots = self.part("snapshots")
        snapshots.plan(self.network_.n_steps(spikes), self.network_.dt)  # refuses what is too short
        memory = self._memory()
        if memory is None:
            return self._read_snapshots(spikes)
        rows = memory.states(
            ("snapshots", self.network_, snapshots, self.dtype), spikes,
            lambda missing: self._read_snapshots(missing).toarray(),
        )  # fmt: skip
        return sparse.csr_array(np.stack(rows))

    def _read_snapshots(self, spikes):
        """Return the states of samples, of shape (n_samples, n_readings * n_neurons)."""
        snapshots = self.part("snapshots")
        plan = snapshots.plan(self.network_.n_steps(spikes), self.network_.dt)
        readings, recorded = simulate(
            self.network_, spikes, plan, dtype=self.dtype, n_jobs=self.n_jobs,
            record=snapshots.feature == "rank", verbose=self.verbose,
        )  # fmt: skip
        return snapshots.assemble(readings, plan, recorded)

    def record(self, X):
        """Run samples through the liquid and return all its spikes.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        spikes : SpikeArray
            One channel a neuron, in steps of the liquid's `dt`.

        Raises
        ------
        ValueError
            If the neurons are graded and send no spikes.
        """
        check_is_fitted(self)
        self._check_run()
        spikes = self._spikes(X, reset=False)
        if not self.network_.neurons.spiking:
            raise ValueError(
                f"record gives spikes, which {type(self.network_.neurons).__name__} does not "
                "send: read its activation with trajectory"
            )
        return record(self.network_, spikes, dtype=self.dtype, n_jobs=self.n_jobs)

    def get_feature_names_out(self, input_features=None):
        """Return the names of the states' columns; `input_features` is ignored."""
        check_is_fitted(self)
        self._check_run()
        return self.part("snapshots").feature_names(self.n_neurons_)

    def trajectory(self, X):
        """Run samples through the liquid and read its state at the end of every row.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        states : list of arrays of shape (T_i, n_features)
            What `snapshots` reads of a neuron, whatever its times; traces come filter by filter.
        """
        check_is_fitted(self)
        self._check_run()
        spikes = self._spikes(X, reset=False)
        states = self._read_rows(spikes)
        return np.split(states, np.cumsum(spikes.durations)[:-1])

    def _read_rows(self, spikes, loop=None):
        """Return the states of all rows, one sample after the other."""
        memory = self._memory()
        if memory is None or loop is not None:
            return self._simulate_rows(spikes, loop)
        states = memory.states(
            ("rows", self.network_, self._stepwise_snapshots(), self.dtype), spikes,
            lambda missing: np.split(
                self._simulate_rows(missing), np.cumsum(missing.durations)[:-1]
            ),
        )  # fmt: skip
        return np.concatenate(states).reshape(-1, self.n_row_features)

    def _simulate_rows(self, spikes, loop=None):
        snapshots = self._stepwise_snapshots()
        plan = snapshots.plan_rows(spikes.durations, self.network_.hold(spikes), self.network_.dt)
        readings, _ = simulate(
            self.network_, spikes, plan, dtype=self.dtype, n_jobs=self.n_jobs,
            verbose=self.verbose, loop=loop,
        )  # fmt: skip
        return snapshots.assemble_rows(readings, plan.offsets)

    @property
    def n_row_features(self):
        """Number of features of a row of a trajectory."""
        return len(self._stepwise_snapshots().filters(self.network_.dt)[0]) * self.n_neurons_

    def stream(self, row):
        """Start a run of the liquid that goes on row by row.

        Parameters
        ----------
        row : SpikeArray
            One sample of one row, as all that follow are.

        Returns
        -------
        stream : lsm.kernel.Stream
            Its `step` takes a row and returns the state.
        """
        check_is_fitted(self)
        plan = Plan(
            np.array([0, 1]), np.array([1]), *self._stepwise_snapshots().filters(self.network_.dt)
        )
        return Stream(self.network_, row, plan, dtype=self.dtype)

    def _stepwise_snapshots(self):
        """Return what is read at every row, where a count of spikes would be of no use."""
        if self.snapshots is None:
            return Snapshots(feature="trace" if self.network_.neurons.spiking else "membrane")
        if self.snapshots.feature == "rank":
            raise ValueError("Snapshots.feature 'rank' cannot be read at every row")
        return self.snapshots
