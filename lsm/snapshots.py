"""When and what to read from the liquid."""

import numpy as np
from scipy import sparse
from scipy.stats import rankdata
from sklearn.base import BaseEstimator

from ._validation import check_choice, check_integer, check_number
from .kernel import Plan

__all__ = ["Snapshots"]

FEATURES = ("count", "root_count", "trace", "membrane", "membrane_and_trace", "rank")


class Snapshots(BaseEstimator):
    """When and what to read from the liquid.

    Parameters
    ----------
    n : int or tuple of int, default=1
        Read at the ends of `n` equal parts of each sample's own duration. A tuple reads several
        partitions beside one another: `(1, 2)` gives the whole and its two halves.
    at : sequence of float, optional
        Read at these times instead, increasing, in `unit`.
    unit : {"fraction", "ms"}, default="fraction"
        Whether `at` counts in fractions of each sample's own duration, or in ms from its start.
    feature : {"count", "root_count", "trace", "membrane", "membrane_and_trace", "rank"}, \
default="count"
        What to read of each neuron: its spikes since the last reading; their square root, whose
        noise does not grow with the rate; its spikes so far, filtered by `exp(-age / tau)`; its
        membrane potential; the potential and then the traces, which together tell more than
        either, since the potential is what no spike has told yet; or its place in the order of
        first spikes since the last reading, from 1 for the first to 0 for the silent. Of graded
        neurons only the activation can be read ("membrane"), or traces of it.
    tau : float or tuple of float, default=30.0
        Time constant of the traces in ms; several give as many features a neuron.

    Examples
    --------
    >>> from lsm import Snapshots
    >>> Snapshots(n=(1, 2)).windows()
    array([[0. , 1. ],
           [0. , 0.5],
           [0.5, 1. ]])
    """

    def __init__(self, n=1, at=None, unit="fraction", feature="count", tau=30.0):
        self.n = n
        self.at = at
        self.unit = unit
        self.feature = feature
        self.tau = tau

    def check(self):
        """Raise an error if a parameter is outside its meaning."""
        check_choice("Snapshots.feature", self.feature, FEATURES)
        check_choice("Snapshots.unit", self.unit, ("fraction", "ms"))
        self.windows()
        self._taus()

    def windows(self):
        """Return start and end of each reading's window, in `unit`, shape (n_windows, 2)."""
        if self.at is None:
            partitions = self.n if isinstance(self.n, tuple | list) else (self.n,)
            if not partitions:
                raise ValueError("Snapshots.n must not be empty")
            ends = [np.arange(check_integer("Snapshots.n", n, 1) + 1) / n for n in partitions]
            return np.concatenate([np.stack([e[:-1], e[1:]], axis=1) for e in ends])
        if isinstance(self.at, str | bytes | dict) or np.ndim(self.at) != 1:
            raise ValueError(f"Snapshots.at must be a sequence of times, got {self.at!r}")
        top = 1 if self.unit == "fraction" else None
        at = [check_number("Snapshots.at", t, 0, top, low_open=True) for t in self.at]
        if not at or np.any(np.diff(at) <= 0):
            raise ValueError(f"Snapshots.at must hold increasing times, got {self.at!r}")
        return np.stack([[0.0, *at[:-1]], at], axis=1)

    def _taus(self):
        taus = self.tau if isinstance(self.tau, tuple | list) else (self.tau,)
        if not taus:
            raise ValueError("Snapshots.tau must not be empty")
        return [check_number("Snapshots.tau", tau, 0, low_open=True) for tau in taus]

    def plan(self, durations, dt):
        """Lay out the readings of samples of given lengths.

        Parameters
        ----------
        durations : int array of shape (n_samples,)
            Lengths in steps.
        dt : float
            Length of a step in ms.

        Returns
        -------
        plan : Plan

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
                    f"{durations[sample] * dt:g} ms"
                )
            times = np.tile(times.astype(np.int64), (len(durations), 1))
        times = np.maximum(times, 1)
        offsets = np.arange(len(durations) + 1) * len(edges)
        return Plan(offsets, times.ravel(), *self.filters(dt))

    def filters(self, dt):
        """Return the decays of the filters in steps of `dt` ms, and whether potentials are read."""
        traces = np.exp(-dt / np.array(self._taus()))
        if self.feature == "trace":
            return traces, False
        if self.feature == "membrane_and_trace":
            return np.concatenate([np.ones(1), traces]), True
        return np.ones(1), self.feature == "membrane"

    def plan_rows(self, n_rows, hold, dt):
        """Lay out readings at the end of every row of the input, whatever `n` and `at` are.

        Parameters
        ----------
        n_rows : int array of shape (n_samples,)
            Rows of each sample.
        hold : int
            Steps that a row lasts.
        dt : float
            Length of a step in ms.

        Returns
        -------
        plan : Plan
        """
        times = np.concatenate([hold * np.arange(1, n + 1) for n in n_rows])
        return Plan(np.concatenate([[0], np.cumsum(n_rows)]), times, *self.filters(dt))

    def assemble_rows(self, readings, offsets):
        """Turn readings by :meth:`plan_rows` into features, of shape (n_rows, n_features)."""
        readings = readings.reshape(len(readings), -1)
        if self.feature in ("count", "root_count"):
            first = readings[offsets[:-1]]
            readings = np.diff(readings, axis=0, prepend=0)
            readings[offsets[:-1]] = first
        return np.sqrt(readings) if self.feature == "root_count" else readings

    def assemble(self, readings, plan, recorded):
        """Turn what the kernel read into features.

        Parameters
        ----------
        readings : array of shape (n_readings, n_filters, n_neurons)
            What the kernel read by the plan.
        plan : Plan
            What :meth:`plan` returned.
        recorded : list of (steps, neurons)
            All spikes, which the feature "rank" is made of.

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

    def feature_names(self, n_neurons):
        """Return one name for each column of the states, such as `count 0-0.5 neuron7`."""
        unit = " ms" if self.at is not None and self.unit == "ms" else ""
        if "trace" in self.feature:
            read = [f"trace {tau:g} ms" for tau in self._taus()]
            if self.feature == "membrane_and_trace":
                read = ["membrane", *read]
            labels = [f"{what} at {end:g}{unit}" for _, end in self.windows() for what in read]
        else:
            labels = [f"{self.feature} {start:g}-{end:g}{unit}" for start, end in self.windows()]
        names = [f"{label} neuron{n}" for label in labels for n in range(n_neurons)]
        return np.array(names, dtype=object)
