"""Pooled input: values of the input at rows, and over windows, without a network."""

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from scipy import sparse
from scipy.signal import lfilter
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_is_fitted

from ._parts import Composite, all_or_nothing
from ._typing import Array, ArrayLike, Samples
from ._validation import check_choice, check_integer, check_number, is_auto
from .samples import SampleForm, warn_of_series
from .snapshots import Snapshots
from .spikes import SpikeArray
from .taps import delay_rows, tap_counts

__all__ = ["Pooled"]

TAU = 30.0  # ms, of the traces of spikes
SMALL = 1e-9  # of a row: an end of a window that is this close to a row's end is there
POOLS = ("mean", "sum", "max", "last")


class Pooled(  # type: ignore[call-arg]  # of a mixin without hints
    TransformerMixin, Composite, auto_wrap_output_keys=("transform",)
):
    """Values of the input at rows, pooled over windows, for a readout without a liquid.

    It takes the samples of a :class:`~lsm.Liquid` and has its windows, so it can take the place of
    one in a model. There is no network, and nothing goes on from row to row but the traces of
    spikes and the taps of earlier rows.

    Parameters
    ----------
    snapshots : Snapshots, default=Snapshots()
        Windows over which values are pooled. Its feature is not used.
    pool : {"mean", "sum", "max", "last"} or tuple of them, default="mean"
        What `transform` returns of a window: the mean over its rows, or the sum, to which a row
        that lies partly in the window adds that part; or the largest value of its rows, or that
        of its last row. Several stand side by side.
    tau : float, tuple of float, "auto" or None, default="auto"
        Time constants in ms of exponential traces, which are read instead of the input itself;
        None reads the input. "auto" is 30 ms for spikes, of which a single row says little, and
        None for currents.
    n_taps : int or "auto", default=1
        Number of rows, or of their traces, that are read together: the present one and those
        before. "auto" takes the largest of 1, 5, 20, 50 and 100 that leaves five rows of `fit`
        for each value.
    dt, row_duration, static_steps : object
        As of :class:`~lsm.Liquid`: the durations of rows and of static patterns.

    Attributes
    ----------
    n_features_in_ : int
        Number of input channels.
    n_taps_ : int
        Number of rows that are read together.
    """

    _parts = {"snapshots": Snapshots}
    _part_methods = {"snapshots": "plan"}

    def __init__(
        self, snapshots: Snapshots | str = "auto", pool: str | tuple[str, ...] = "mean",
        tau: float | tuple[float, ...] | str | None = "auto", n_taps: int | str = 1,
        dt: float = 1.0, row_duration: float | str = "auto", static_steps: int = 100,
    ) -> None:  # fmt: skip
        self.snapshots = snapshots
        self.pool = pool
        self.tau = tau
        self.n_taps = n_taps
        self.dt = dt
        self.row_duration = row_duration
        self.static_steps = static_steps

    def fit(self, X: Samples, y: Any = None) -> Self:
        """Learn the form of the samples.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Training samples, see :class:`~lsm.Liquid`.
        y : ignored
            For scikit-learn's pipelines.

        Returns
        -------
        self : transformer

        Raises
        ------
        TypeError, ValueError
            If a parameter or the input is invalid.
        """
        with all_or_nothing(self):
            self._check()
            self.__dict__.pop("_form", None)
            form = self._new_form()
            warn_of_series(X)
            spikes = form.to_spikes(X, self)
            self._windows(spikes)
            self.n_features_in_ = spikes.n_channels
            self._form = form.decide(X, spikes)
            self._decay = self._decays(spikes)
            counts = tap_counts(spikes.n_rows.sum(), self._n_traces())
            self.n_taps_ = counts[-1] if is_auto(self.n_taps) else int(self.n_taps)
            self._fit(spikes)
        return self

    def _fit(self, spikes):
        """Learn what the values at rows depend on."""

    def transform(self, X: Samples) -> Array:
        """Return the values of samples, pooled over windows.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        pooled : float32 array of shape (n_samples, n_windows * n_values)
            Column `k * n_values + i` holds value i in window k; further values of `pool` follow.
        """
        check_is_fitted(self)
        spikes = self.to_spikes(X)
        return np.stack([
            self._pooled(self._values(spikes, sample), window)
            for sample, window in enumerate(self._windows(spikes))
        ])  # fmt: skip

    def stream(self, row: SpikeArray) -> "PooledStream":
        """Start a run that goes on row by row, without a look at samples as a whole.

        Parameters
        ----------
        row : SpikeArray
            One row of one sample, of the kind of those to come.

        Returns
        -------
        stream : PooledStream
        """
        check_is_fitted(self)
        return PooledStream(self._window_values, self._decay, self.n_taps_)

    def trajectory(self, X: Samples) -> list[Array]:
        """Return the values of samples at every row.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        values : list of float32 arrays of shape (T_i, n_values)
        """
        check_is_fitted(self)
        spikes = self.to_spikes(X)
        return [self._values(spikes, sample) for sample in range(len(spikes))]

    def to_spikes(self, X: Samples) -> SpikeArray:
        """Convert samples of any form to a SpikeArray, as :meth:`lsm.Liquid.to_spikes` does."""
        if hasattr(self, "_form"):
            return self._form.to_spikes(X, self)
        self._check()
        return self._new_form().to_spikes(X)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """Return the names of the columns; `input_features` is ignored."""
        check_is_fitted(self)
        windows, n_values = self._part("snapshots").windows(), self._n_values()
        names = [f"{a:g}-{b:g} value{i}" for a, b in windows for i in range(n_values)]
        if len(self._pools()) > 1:
            names = [f"{pool} {name}" for pool in self._pools() for name in names]
        return np.array(names, dtype=object)

    def _pools(self):
        return self.pool if isinstance(self.pool, tuple) else (self.pool,)

    def _n_values(self):
        return self._n_traces() * self.n_taps_

    def _n_traces(self):
        return self.n_features_in_ * (1 if self._decay is None else len(self._decay))

    def _check(self):
        owner = type(self).__name__
        self._check_parts()
        for pool in self._pools():
            check_choice(f"{owner}.pool", pool, POOLS)
        for tau in () if self.tau is None or is_auto(self.tau) else np.atleast_1d(self.tau):
            check_number(f"{owner}.tau", tau, 0, low_open=True, suffix=", 'auto' or None")
        if not is_auto(self.n_taps):
            check_integer(f"{owner}.n_taps", self.n_taps, 1, suffix=" or 'auto'")
        check_number(f"{owner}.dt", self.dt, 0, low_open=True)
        if not is_auto(self.row_duration):
            rule = f"{owner}.row_duration"
            check_number(rule, self.row_duration, 0, low_open=True, suffix=" or 'auto'")
        check_integer(f"{owner}.static_steps", self.static_steps, 1)

    def _new_form(self):
        return SampleForm.before_fit(self.row_duration, self.dt, self.static_steps)

    def _windows(self, spikes):
        """Return the windows of each sample in rows, of shape (n_samples, n_windows, 2)."""
        snapshots = self._part("snapshots")
        snapshots.plan(spikes.n_rows, spikes.row_duration)  # refuses samples that end too early
        windows = snapshots.windows()
        if snapshots.at is not None and snapshots.unit == "ms":
            return np.repeat(windows[None] / spikes.row_duration, len(spikes), axis=0)
        return windows * spikes.n_rows[:, None, None]

    def _decays(self, spikes):
        """Return by what traces decay in a row, of shape (n_traces,), or None without traces."""
        tau = (None if spikes.graded else TAU) if is_auto(self.tau) else self.tau
        return None if tau is None else np.exp(-spikes.row_duration / np.atleast_1d(tau))

    def _inputs(self, spikes, sample):
        """Return the input of a sample at its rows, or its traces, as a float64 array."""
        rows = spikes.to_dense(sample).astype(float)
        if self._decay is None:
            return rows
        return np.hstack([lfilter([1.0], [1.0, -decay], rows, axis=0) for decay in self._decay])

    def _values(self, spikes, sample):
        """Return the values of a sample at its rows, a float32 array of shape (T, n_values)."""
        return self._window_values(delay_rows(self._inputs(spikes, sample), self.n_taps_))

    def _window_values(self, taps):
        """Return the values of rows, whose taps are a float64 array of shape (T, n_taps)."""
        return taps.astype(np.float32)

    def _pooled(self, values, windows):
        """Return the values of one sample in each window, one window after the other."""
        return np.concatenate([_pool(pool, values, windows).ravel() for pool in self._pools()])

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _pool(pool, values, windows):
    """Return the values in each window, of shape (n_windows, n_values)."""
    if pool in ("max", "last"):
        stops = np.clip(np.ceil(windows[:, 1] - SMALL).astype(int), 1, len(values))
        if pool == "last":
            return values[stops - 1]
        starts = np.minimum(np.floor(windows[:, 0] + SMALL).astype(int), stops - 1)
        parts = [values[a:b].max(axis=0) for a, b in zip(starts, stops, strict=True)]
        return np.stack(parts)
    row = np.arange(len(values))
    starts, ends = windows[:, :1], windows[:, 1:]
    inside = np.clip(np.minimum(ends, row + 1) - np.maximum(starts, row), 0, None)
    if pool == "mean":
        inside /= ends - starts
    # A sparse product adds in a fixed order, so that sums are the same for any threads.
    return (sparse.csr_array(inside) @ values).astype(np.float32)


class PooledStream:
    """Values of the input of a run that goes on row by row.

    Parameters
    ----------
    values : callable
        From taps to values.
    decay : array of shape (n_traces,) or None
        By what the traces decay in a row.
    n_taps : int
        Number of rows that are read together.
    """

    def __init__(self, values: Callable[[Array], Array], decay: Array | None, n_taps: int) -> None:
        self.values, self.decay, self.n_taps = values, decay, n_taps
        self.traces: Any = 0.0
        self.past: Array | None = None

    def step(self, row: SpikeArray) -> Array:
        """Run the next row; return its values, of shape (1, n_values)."""
        now = row.to_dense(0).astype(float)
        if self.decay is not None:
            self.traces = self.traces * self.decay[:, None] + now
            now = self.traces.reshape(1, -1)
        past = np.repeat(now, self.n_taps - 1, axis=0) if self.past is None else self.past
        self.past = np.concatenate([past, now])[-self.n_taps :]
        return self.values(delay_rows(self.past, self.n_taps)[-1:])
