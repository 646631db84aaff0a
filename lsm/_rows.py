"""The states of a liquid at the end of every row of its input."""

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .kernel import Plan, Stream, simulate
from .snapshots import Snapshots

__all__ = ["RowsMixin"]


class RowsMixin:
    """What a liquid can do row by row, whatever the times of its snapshots."""

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
        plan = snapshots.plan_rows(spikes.durations, self.network_.hold(spikes), self.dt)
        readings, _ = simulate(
            self.network_, spikes, plan, dtype=self.dtype, n_jobs=self.n_jobs,
            verbose=self.verbose, loop=loop,
        )  # fmt: skip
        return snapshots.assemble_rows(readings, plan.offsets)

    @property
    def n_row_features(self):
        """Number of features of a row of a trajectory."""
        return len(self._stepwise_snapshots().filters(self.dt)[0]) * self.n_neurons_

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
        plan = Plan(np.array([0, 1]), np.array([1]), *self._stepwise_snapshots().filters(self.dt))
        return Stream(self.network_, row, plan, dtype=self.dtype)

    def _stepwise_snapshots(self):
        """Return what is read at every row, where a count of spikes would be of no use."""
        if self.snapshots is None:
            return Snapshots(feature="membrane" if self.network_.neurons.graded else "trace")
        if self.snapshots.feature == "rank":
            raise ValueError("Snapshots.feature 'rank' cannot be read at every row")
        return self.snapshots
