"""Forms of samples and targets: which form X and y have, and their conversion."""

import warnings
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from .spikes import SpikeArray, as_spike_array

__all__ = [
    "SERIES_WARNING",
    "SampleForm",
    "States",
    "as_samples",
    "cut_rows",
    "is_frame",
    "is_table",
    "n_rows_of",
    "split_rows",
    "warn_of_durations",
    "warn_of_series",
]

# A table of this many rows, of which each resembles the one before, is a series.
SERIES_ROWS, SERIES_CORRELATION = 1000, 0.7
CLOCK_ROWS = 20  # a column of fewer rows may increase by equal steps by chance
SERIES_WARNING = "X is a table, of which each row is taken for a static pattern"
# Samples as short as this in ms, with as many spikes as this in an occupied row of a channel, have
# times in seconds.
SECONDS_DURATION, SECONDS_SPIKES = 5.0, 2.0
DAY = 86_400_000.0  # in ms
MEASUREMENTS = 100.0  # mean number of spikes in an occupied row: the integers are measurements


class States(sparse.csr_array):
    """States of a liquid, which no liquid takes for static patterns."""


def as_samples(X):
    """Return X in a form with a length: series of samples as lists, array-likes as arrays.

    A list of SpikeArrays becomes one SpikeArray.
    """
    if hasattr(X, "__array__") and not hasattr(X, "__len__"):
        return np.asarray(X)
    if _is_series(X):
        return list(X)
    if isinstance(X, list | tuple) and X and all(isinstance(x, SpikeArray) for x in X):
        return SpikeArray.concatenate(X)
    return X


def _is_series(X):
    """Return whether X is a pandas or polars Series."""
    return type(X).__name__ == "Series" and hasattr(X, "to_numpy")


def is_frame(X):
    """Return whether X is a pandas or polars DataFrame."""
    return hasattr(X, "columns") and hasattr(X, "to_numpy")


def is_table(X):
    """Return whether X is a table of static patterns, one a row, and not ragged samples.

    Tables are 2-D arrays, sparse or dense, data frames, and lists of equally long rows of
    numbers, as everywhere in scikit-learn.
    """
    if isinstance(X, SpikeArray):
        return False
    if is_frame(X) or sparse.issparse(X):
        return True
    if hasattr(X, "ndim"):
        return X.ndim == 2 or (X.ndim < 2 and X.dtype != object)
    is_list = hasattr(X, "__len__") and not isinstance(X, str) and len(X) > 0
    if not is_list or np.ndim(X[0]) > 1 or isinstance(X[0], str):
        return False
    return len({np.shape(row) for row in X}) == 1


def n_rows_of(X):
    """Return the number of rows of each sample of X, or None for a table."""
    if is_table(X):
        return None
    if isinstance(X, SpikeArray):
        return X.n_rows
    return np.array([sample.shape[0] if hasattr(sample, "shape") else len(sample) for sample in X])


def looks_like_series(X):
    """Return why a table looks like one series, with a row for each time step, or None."""
    index = getattr(X, "index", None)
    if type(index).__name__ in ("DatetimeIndex", "TimedeltaIndex", "PeriodIndex"):
        return "its index is time"
    if sparse.issparse(X):
        return None
    values = np.asarray(X)
    if values.ndim != 2 or values.dtype.kind not in "iuf" or len(values) < 2:
        return None
    if values.shape[1] == 1:
        return "it has one column"
    values = values.astype(float)
    steps = np.diff(values, axis=0)
    clocks = np.flatnonzero((steps > 0).all(axis=0) & (np.ptp(steps, axis=0) < 0.01 * steps[0]))
    if len(values) >= CLOCK_ROWS and clocks.size:
        return f"its column {clocks[0]} increases by equal steps, as time does"
    if len(values) >= SERIES_ROWS:
        moving = values[:, values.std(axis=0) > 0]
        moving = moving - moving.mean(axis=0)
        correlation = (moving[1:] * moving[:-1]).mean(axis=0) / moving.var(axis=0)
        if correlation.size and np.median(correlation) > SERIES_CORRELATION:
            return "each row resembles the one before"
    return None


@dataclass(frozen=True)
class SampleForm:
    """Form of the samples that an estimator takes, as decided in `fit`.

    Attributes
    ----------
    row_duration : float
        Duration of a row in ms, for samples that carry none.
    static_duration : float
        Time in ms for which a static pattern is held.
    n_channels : int or None
        Number of channels; None before `fit`.
    graded : bool or None
        Whether samples are currents; None before `fit`, when floats are currents and integers
        are spike counts.
    table : bool or None
        Whether samples are static patterns in a table; None before `fit`.
    stated : bool
        Whether the user gave `row_duration`, which no SpikeArray may then contradict.
    """

    row_duration: float
    static_duration: float
    n_channels: int | None = None
    graded: bool | None = None
    table: bool | None = None
    stated: bool = False

    def decide(self, X, spikes):
        """Return the form of the samples of `fit`, converted to `spikes`."""
        table = is_table(as_samples(X))
        if isinstance(X, SpikeArray):
            table = self._are_patterns(X)
        return replace(
            self,
            row_duration=self.row_duration if table else spikes.row_duration,
            n_channels=spikes.n_channels,
            graded=spikes.graded,
            table=table,
        )

    def _are_patterns(self, spikes):
        """Return whether a SpikeArray holds static patterns that were converted before."""
        return bool(np.all(spikes.n_rows == 1)) and spikes.row_duration == self.static_duration

    def to_spikes(self, X, estimator=None):
        """Convert samples of any form to a SpikeArray.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples, see :class:`~lsm.Liquid`.
        estimator : estimator, optional
            Keeps the names of a data frame's columns in `fit`, and checks them later.

        Returns
        -------
        spikes : SpikeArray

        Raises
        ------
        ValueError
            If the samples are invalid, or of another form than in `fit`.
        """
        X = as_samples(X)
        if is_table(X):
            return self._hold(self._check_table(X, estimator))
        if self.table and not isinstance(X, SpikeArray):
            raise ValueError(
                "X must be a 2-D array, a table of static patterns as in fit, got samples with "
                "rows: fit again on such samples"
            )
        if self.stated and isinstance(X, SpikeArray):
            self._check_rows(X)
        spikes = as_spike_array(X, row_duration=self.row_duration, graded=self.graded)
        if self.n_channels not in (None, spikes.n_channels):
            raise ValueError(
                f"X has {spikes.n_channels} channels, but {type(estimator).__name__} is "
                f"expecting {self.n_channels} channels as input"
            )
        if self.n_channels is None and not isinstance(X, SpikeArray):
            _warn_of_axes(spikes)
            _warn_of_counts(spikes)
        return spikes

    def _check_rows(self, spikes):
        """Refuse a SpikeArray that contradicts the duration of rows that the user gave."""
        same = np.isclose(spikes.row_duration, self.row_duration, rtol=1e-9, atol=0)
        if not same and not self._are_patterns(spikes):
            raise ValueError(
                f"X is a SpikeArray with rows of {spikes.row_duration:g} ms, but "
                f"Liquid.row_duration={self.row_duration:g}: leave that at 'auto', since a "
                f"SpikeArray has its own, or make X with row_duration={self.row_duration:g}"
            )

    def to_spikes_like(self, spikes, name, samples):
        """Convert other samples that must be like those of `fit`.

        Parameters
        ----------
        spikes : SpikeArray
            Samples of `fit`.
        name : str
            Name of the other samples in an error.
        samples : samples of any form
            The other samples.

        Returns
        -------
        converted : SpikeArray

        Raises
        ------
        ValueError
            If they have other channels, or are spikes instead of currents.
        """
        converted = replace(self, n_channels=None, table=None).to_spikes(samples)
        if (converted.n_channels, converted.graded) != (spikes.n_channels, spikes.graded):
            raise ValueError(
                f"{name} must be like X, {spikes.n_channels} channels of "
                f"{'currents' if spikes.graded else 'spikes'}, got {converted!r}"
            )
        return converted

    def _check_table(self, X, estimator):
        in_fit = self.n_channels is None
        if not in_fit and not self.table:
            raise ValueError(
                "X is a 2-D array, a table of static patterns, but fit had samples with rows: "
                "one sample goes into a list, [X]"
            )
        if in_fit and isinstance(X, list | tuple) and isinstance(X[0], np.ndarray):
            warnings.warn(
                f"X is a list of arrays of shape {X[0].shape}, which are taken for static "
                "patterns: a series of one channel must have shape (n_rows, 1); for "
                "patterns pass a 2-D array",
                UserWarning,
                stacklevel=5,
            )
        if in_fit and isinstance(X, States):
            raise ValueError(
                "X holds the states of another liquid, which are no samples: set output='spikes' "
                "of that liquid to pass its spikes on, or make static patterns of the states by "
                "scipy.sparse.csr_array(X)"
            )
        if estimator is None:
            return check_array(X, accept_sparse="csr")
        return validate_data(estimator, X, reset=in_fit, accept_sparse="csr", dtype="numeric")

    def _hold(self, X):
        """Convert each pattern of a table to one long row of constant currents."""
        rows = [row.reshape(1, -1) for row in X]
        return SpikeArray.from_sparse(rows, row_duration=self.static_duration, graded=True)


def _warn_of_axes(spikes):
    """Warn of samples that may have time in the last axis."""
    longest = spikes.n_rows.max()
    if 1 < longest < spikes.n_channels:
        warnings.warn(
            f"the samples of X have at most {longest} rows, and {spikes.n_channels} channels: "
            "rows are time steps, and channels are the last axis. If time is the last axis, "
            "transpose each sample; if not, pass SpikeArray.from_dense(X), which is taken as it is",
            UserWarning,
            stacklevel=5,
        )


def _warn_of_counts(spikes):
    """Warn of integers that are taken for numbers of spikes, but are rather measurements."""
    if spikes.graded or spikes.amplitudes is None or len(spikes.rows) == 0:
        return
    mean = spikes.amplitudes.mean(dtype=float)
    if mean > MEASUREMENTS:
        warnings.warn(
            f"X holds integers, which are taken for numbers of spikes, {mean:.0f} in an occupied "
            "row of a channel: they look like measurements. For currents pass floats, as "
            "X.astype(float), or SpikeArray.from_dense(X, graded=True); SpikeArray.from_dense(X) "
            "is taken as it is",
            UserWarning,
            stacklevel=5,
        )


def warn_of_durations(spikes):
    """Warn of samples whose times are likely in another unit than ms."""
    longest = float(spikes.n_rows.max() * spikes.row_duration)
    spikes_per_event = 1.0
    if not spikes.graded and spikes.amplitudes is not None and len(spikes.rows):
        spikes_per_event = spikes.amplitudes.mean(dtype=float)
    if longest <= SECONDS_DURATION and spikes_per_event >= SECONDS_SPIKES:
        warnings.warn(
            f"the samples of X last at most {longest:g} ms, with {spikes_per_event:.3g} spikes in "
            "an occupied row of a channel, as if times in seconds were taken for ms: multiply "
            "them by 1000 for SpikeArray.from_events",
            UserWarning,
            stacklevel=4,
        )
    if longest > DAY:
        warnings.warn(
            f"a sample of X lasts {longest / DAY:.3g} days, as if row_duration="
            f"{spikes.row_duration:g} or times in microseconds or nanoseconds were taken for ms: "
            "divide them by 1e3 or 1e6, or cut long samples into pieces",
            UserWarning,
            stacklevel=4,
        )


def warn_of_series(X):
    """Warn if X is a table of static patterns that looks like one series."""
    X = as_samples(X)
    if is_table(X) and (reason := looks_like_series(X)):
        warnings.warn(
            f"{SERIES_WARNING}, but it looks like one series: {reason}. Pass one series as a list, "
            "[X], with targets at its rows as [y]. "
            "For patterns, targets='sample' of LSMClassifier and LSMRegressor silences this "
            "warning; targets='row' takes X and y as one series",
            UserWarning,
            stacklevel=4,
        )


def cut_rows(spikes, sample):
    """Cut a sample of a SpikeArray into rows; return a list of SpikeArrays of one row each."""
    return [spikes.pieces([sample], [t], [t + 1]) for t in range(spikes.n_rows[sample])]


def split_rows(values, spikes):
    """Split values at the rows of all samples into a list with an array for each sample."""
    return np.split(values, np.cumsum(spikes.n_rows)[:-1])
