"""Snapshots: the times at which a liquid is read, and the feature that is read."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from scipy.stats import rankdata
from sklearn.base import BaseEstimator

from ._typing import Array, ArrayLike
from ._validation import check_choice, check_integer, check_number
from .kernel import Plan

__all__ = ["Snapshots"]

FEATURES = ("count", "root_count", "trace", "membrane", "membrane_and_trace", "rank")


class Snapshots(BaseEstimator):
    """Times at which a liquid is read, and the feature that is read.

    Parameters
    ----------
    n : int or tuple of int, default=1
        Number of equal parts of each sample, which is read at the end of each part. A tuple
        combines several partitions: `(1, 2)` reads the whole sample and its two halves.
    at : sequence of float, optional
        Increasing times of the readings in `unit`, instead of `n`.
    unit : {"fraction", "ms"}, default="fraction"
        Unit of `at`: fractions of each sample's duration, or ms from its start.
    feature : {"count", "root_count", "trace", "membrane", "membrane_and_trace", "rank"}, \
default="count"
        Feature of each neuron:

        - "count" is the number of spikes since the previous reading.
        - "root_count" is its square root, whose noise does not grow with the rate.
        - "trace" is the sum of `exp(-age / tau)` over all spikes since the start.
        - "membrane" is the membrane potential. Of neurons that send no spikes it is the
          activation.
        - "membrane_and_trace" is the potential and then the traces. Together they carry more
          information than either, since the potential shows input that has caused no spike yet.
        - "rank" is the rank of the neuron's first spike since the previous reading, from 1 for the
          first neuron down to 0 for silent neurons.

        Neurons that send no spikes need "membrane", or "trace" for traces of the activation.
    tau : float or tuple of float, default=30.0
        Time constants of the traces in ms. Each gives one feature per neuron.

    Examples
    --------
    >>> from lsm import Snapshots
    >>> Snapshots(n=(1, 2)).windows()
    array([[0. , 1. ],
           [0. , 0.5],
           [0.5, 1. ]])
    """

    def __init__(
        self,
        n: int | tuple[int, ...] = 1,
        at: Sequence[float] | None = None,
        unit: str = "fraction",
        feature: str = "count",
        tau: float | tuple[float, ...] = 30.0,
    ) -> None:
        self.n = n
        self.at = at
        self.unit = unit
        self.feature = feature
        self.tau = tau

    def check(self) -> None:
        """Validate the parameters.

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid.
        """
        check_choice("Snapshots.feature", self.feature, FEATURES)
        check_choice("Snapshots.unit", self.unit, ("fraction", "ms"))
        self.windows()
        self._taus()

    def windows(self) -> Array:
        """Return the window between the previous reading and each reading.

        Returns
        -------
        windows : float64 array of shape (n_readings, 2)
            Start and end of each window in `unit`, or as fractions of a sample if `at` is None.
        """
        if self.at is None:
            partitions = self.n if isinstance(self.n, tuple | list) else (self.n,)
            if not partitions:
                raise ValueError("Snapshots.n must not be empty")
            ends = [np.arange(check_integer("Snapshots.n", n, 1) + 1) / n for n in partitions]
            return np.concatenate([np.stack([e[:-1], e[1:]], axis=1) for e in ends])
        if isinstance(self.at, str | bytes | dict) or np.ndim(self.at) != 1:
            raise ValueError(f"Snapshots.at must be a sequence of times, got {self.at!r}")
        top = 1 if self.unit == "fraction" else None
        at = [check_number("Snapshots.at", time, 0, top, low_open=True) for time in self.at]
        if not at or np.any(np.diff(at) <= 0):
            raise ValueError(f"Snapshots.at must hold increasing times, got {self.at!r}")
        return np.stack([[0.0, *at[:-1]], at], axis=1)

    def _taus(self):
        """Return the time constants of the traces as a list."""
        taus = self.tau if isinstance(self.tau, tuple | list) else (self.tau,)
        if not taus:
            raise ValueError("Snapshots.tau must not be empty")
        return [check_number("Snapshots.tau", tau, 0, low_open=True) for tau in taus]

    def plan(self, durations: ArrayLike, dt: float) -> Plan:
        """Return the plan of the readings of samples.

        Parameters
        ----------
        durations : int array of shape (n_samples,)
            Durations of the samples in steps.
        dt : float
            Length of a step in ms.

        Returns
        -------
        plan : lsm.kernel.Plan

        Raises
        ------
        ValueError
            If a sample ends before a reading.
        """
        edges = np.unique(self.windows())
        edges = edges[edges > 0]
        durations = np.asarray(durations, dtype=np.int64)
        if self.at is None or self.unit == "fraction":
            times = np.rint(edges * durations[:, None]).astype(np.int64)
        else:
            times = np.rint(edges / dt)
            if durations.min() < times.max():
                sample = int(np.argmin(durations))
                raise ValueError(
                    f"Snapshots.at reads at {edges[-1]:g} ms, but sample {sample} lasts only "
                    f"{durations[sample] * dt:g} ms: give earlier times, or fractions with "
                    "Snapshots.unit='fraction'"
                )
            times = np.tile(times.astype(np.int64), (len(durations), 1))
        times = np.maximum(times, 1)
        offsets = np.arange(len(durations) + 1) * len(edges)
        return Plan(offsets, times.ravel(), *self.filters(dt))

    def filters(self, dt: float) -> tuple[Array, bool]:
        """Return the filters of the readings.

        Parameters
        ----------
        dt : float
            Length of a step in ms.

        Returns
        -------
        decays : array of shape (n_filters,)
            Factors by which traces decay in a step; 1 counts spikes.
        potential : bool
            Whether the first filter is replaced by the membrane potential.
        """
        traces = np.exp(-dt / np.array(self._taus()))
        if self.feature == "trace":
            return traces, False
        if self.feature == "membrane_and_trace":
            return np.concatenate([np.ones(1), traces]), True
        return np.ones(1), self.feature == "membrane"

    def plan_rows(self, n_rows: ArrayLike, row_start: ArrayLike, dt: float) -> Plan:
        """Return the plan of readings at the end of every row; `n` and `at` are ignored.

        Parameters
        ----------
        n_rows : int array of shape (n_samples,)
            Number of rows of each sample.
        row_start : int array
            Step at which each row begins, and the end of the last row of the longest sample.
        dt : float
            Length of a step in ms.

        Returns
        -------
        plan : lsm.kernel.Plan
        """
        times = np.concatenate([row_start[1 : n + 1] for n in n_rows])
        return Plan(np.concatenate([[0], np.cumsum(n_rows)]), times, *self.filters(dt))

    def assemble_rows(self, readings: ArrayLike, offsets: ArrayLike) -> Array:
        """Convert readings by a plan of :meth:`plan_rows` to features.

        Parameters
        ----------
        readings : array of shape (n_rows, n_filters, n_neurons)
            Readings of the kernel.
        offsets : int array of shape (n_samples + 1,)
            Rows of sample i are `offsets[i]:offsets[i + 1]`.

        Returns
        -------
        states : array of shape (n_rows, n_filters * n_neurons)
        """
        readings = readings.reshape(len(readings), -1)
        if self.feature in ("count", "root_count"):
            first = readings[offsets[:-1]]
            readings = np.diff(readings, axis=0, prepend=0)
            readings[offsets[:-1]] = first
        return np.sqrt(readings) if self.feature == "root_count" else readings

    def assemble(
        self, readings: ArrayLike, plan: Plan, recorded: Sequence[Any]
    ) -> sparse.csr_array:
        """Convert readings by a plan of :meth:`plan` to features.

        Parameters
        ----------
        readings : array of shape (n_readings, n_filters, n_neurons)
            Readings of the kernel.
        plan : lsm.kernel.Plan
            Plan of the readings.
        recorded : list of (steps, neurons)
            All spikes of each sample, for the feature "rank".

        Returns
        -------
        states : scipy.sparse.csr_array of shape (n_samples, n_windows * n_filters * n_neurons)
        """
        windows = self.windows()
        edges = np.unique(windows)
        edges = edges[edges > 0]
        if self.feature == "rank":
            return self._assemble_ranks(plan, recorded, readings.shape[-1])
        n_samples = len(plan.offsets) - 1
        readings = readings.reshape(n_samples, len(edges), -1)
        states = readings[:, np.searchsorted(edges, windows[:, 1])]
        if self.feature in ("count", "root_count"):
            later = windows[:, 0] > 0
            states[:, later] -= readings[:, np.searchsorted(edges, windows[later, 0])]
        if self.feature == "root_count":
            np.sqrt(states, out=states)
        return sparse.csr_array(states.reshape(n_samples, -1))

    def _assemble_ranks(self, plan, recorded, n_neurons):
        """Return the ranks of the first spikes in each window as states."""
        windows = self.windows()
        edges = np.unique(windows)
        states = np.zeros((len(recorded), len(windows), n_neurons), dtype=np.float32)
        for sample, (steps, neurons) in enumerate(recorded):
            ends = plan.times[plan.offsets[sample] : plan.offsets[sample + 1]]
            times = np.concatenate([[0], ends]) if edges[0] == 0 else ends
            for k, window in enumerate(windows):
                first, last = times[np.searchsorted(edges, window)]
                inside = (steps >= first) & (steps < last)
                spiked, where = np.unique(neurons[inside], return_index=True)
                if spiked.size:
                    order = rankdata(steps[inside][where])
                    states[sample, k, spiked] = 1 - (order - 1) / n_neurons
        return sparse.csr_array(states.reshape(len(recorded), -1))

    def feature_names(self, n_neurons: int) -> Array:
        """Return one name for each column of the states, such as `count 0-0.5 neuron7`."""
        unit = " ms" if self.at is not None and self.unit == "ms" else ""
        if "trace" in self.feature:
            features = [f"trace {tau:g} ms" for tau in self._taus()]
            if self.feature == "membrane_and_trace":
                features = ["membrane", *features]
            labels = [f"{name} at {end:g}{unit}" for _, end in self.windows() for name in features]
        else:
            labels = [f"{self.feature} {start:g}-{end:g}{unit}" for start, end in self.windows()]
        names = [f"{label} neuron{n}" for label in labels for n in range(n_neurons)]
        return np.array(names, dtype=object)
