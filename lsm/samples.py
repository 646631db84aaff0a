"""Forms of samples and targets: which form X and y have, and their conversion."""

import numbers
import warnings
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from . import misreadings
from ._events import CURRENTS_HINT, check_table
from ._typing import Estimator, Samples
from ._validation import is_auto
from .spikes import SpikeArray, as_spike_array

__all__ = [
    "SERIES_WARNING",
    "SampleForm",
    "States",
    "as_samples",
    "check_columns",
    "cut_rows",
    "has_names",
    "is_frame",
    "is_table",
    "n_rows_of",
    "split_rows",
    "warn_of_series",
]

SERIES_WARNING = "X is a table, of which each row is taken for a static pattern"


class States(sparse.csr_array):
    """States of a liquid, which no liquid takes for static patterns."""


def as_samples(X: Any) -> Any:
    """Return X in a form with a length: series of samples as lists, array-likes as arrays.

    A list of SpikeArrays becomes one SpikeArray.

    Raises
    ------
    ValueError
        If X is no sequence of samples, and no array.
    """
    if isinstance(X, SpikeArray) or sparse.issparse(X):
        return X
    if hasattr(X, "__array__") and not hasattr(X, "__len__"):
        X = np.asarray(X)
    if _is_series(X):
        X = list(X)
    is_sequence = hasattr(X, "__len__") and hasattr(X, "__getitem__") and getattr(X, "ndim", 1) != 0
    if not is_sequence or isinstance(X, str | bytes | dict):
        is_iterable = hasattr(X, "__iter__") and not isinstance(X, str | bytes)
        raise ValueError(
            f"X must be a SpikeArray, a sequence of arrays or an array, got {X!r:.80}"
            + (": make a list of the samples" if is_iterable else "")
        )
    if isinstance(X, list | tuple) or (getattr(X, "ndim", 2) == 1):
        return _as_sequence(X)
    return X


def _as_sequence(X):
    """Return a sequence of samples, or raise an error for one of anything else."""
    if len(X) == 0:
        raise ValueError("X is empty: it must hold one sample or more")
    are_spikes = [isinstance(x, SpikeArray) for x in X]
    if all(are_spikes):
        return SpikeArray.concatenate(X)
    if any(are_spikes):
        raise ValueError("X mixes SpikeArrays with other samples: pass one SpikeArray of them all")
    for i, x in enumerate(X):
        if isinstance(x, numbers.Number):
            raise ValueError(
                f"X must be a 2-D array or hold a 2-D array for each sample, but X[{i}] is a "
                "number. Reshape your data: one series of one channel is [X.reshape(-1, 1)], one "
                "row of several channels is [X.reshape(1, -1)], and static patterns have shape "
                "(n_samples, n_features)"
            )
        is_array = hasattr(x, "__array__") or hasattr(x, "__len__")
        if not is_array or isinstance(x, str | bytes | dict | set):
            raise ValueError(
                f"X must hold an array of numbers for each sample, got X[{i}] = {x!r:.60}"
            )
    if all(map(_are_events, X)):
        raise ValueError(
            "X holds pairs of arrays, as (times, channels) of spikes: pass "
            "SpikeArray.from_events(X, n_channels)"
        )
    return X


def _are_events(x):
    """Return whether a sample is a pair of arrays of times and of channels."""
    if not isinstance(x, list | tuple) or len(x) != 2:
        return False
    times, channels = x
    if not (isinstance(times, np.ndarray) and isinstance(channels, np.ndarray)):
        return False
    return times.ndim == 1 and times.shape == channels.shape and channels.dtype.kind in "iu"


def _is_series(X):
    """Return whether X is a pandas or polars Series."""
    return type(X).__name__ == "Series" and hasattr(X, "to_numpy")


def is_frame(X: Samples) -> bool:
    """Return whether X is a pandas or polars DataFrame."""
    return hasattr(X, "columns") and hasattr(X, "to_numpy")


def is_table(X: Samples) -> bool:
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


def has_names(X: Samples) -> bool:
    """Return whether the columns of X may have names, which a SpikeArray has not."""
    return is_table(X) or (not isinstance(X, SpikeArray) and len(X) > 0 and is_frame(X[0]))


def check_columns(X: Any) -> None:
    """Raise a ValueError unless samples that are data frames have the same columns."""
    if not (isinstance(X, list | tuple) or getattr(X, "ndim", 3) == 1):
        return  # an array, or samples that are read from a file one by one
    frames = [i for i, x in enumerate(X) if is_frame(x)]
    for i in frames:
        names, others = list(X[i].columns), list(X[frames[0]].columns)
        if names != others:
            raise ValueError(
                f"X[{i}] has the columns {names!s:.80}, but others have {others!s:.80}: give all "
                "samples the same columns in one order, as [x[names] for x in X]"
            )


def n_rows_of(X: Samples) -> Any:
    """Return the number of rows of each sample of X, or None for a table."""
    if is_table(X):
        return None
    if isinstance(X, SpikeArray):
        return X.n_rows
    return np.array([sample.shape[0] if hasattr(sample, "shape") else len(sample) for sample in X])


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

    @classmethod
    def before_fit(cls, row_duration: float | str, dt: float, static_steps: int) -> Any:
        """Return the form that the parameters of an estimator state, before it has seen samples.

        Parameters
        ----------
        row_duration : float or "auto"
            Duration of a row in ms; "auto" is one step.
        dt : float
            Length of a step in ms.
        static_steps : int
            Steps for which a static pattern is held.
        """
        stated = not is_auto(row_duration)
        return cls(float(row_duration) if stated else dt, static_steps * dt, stated=stated)

    def decide(self, X: Samples, spikes: SpikeArray) -> Any:
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

    def to_spikes(self, X: Samples, estimator: Estimator | None = None) -> SpikeArray:
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
        if not isinstance(X, SpikeArray):
            self._check_names(X, estimator)
        spikes = self._pack(X)
        if self.n_channels not in (None, spikes.n_channels):
            raise ValueError(
                f"X has {spikes.n_channels} channels, but {type(estimator).__name__} is "
                f"expecting {self.n_channels} channels as input"
            )
        if self.n_channels is None and not isinstance(X, SpikeArray):
            misreadings.warn_of_axes(spikes.n_rows.max(), spikes.n_channels)
            misreadings.warn_of_measurements(spikes)
            misreadings.warn_of_currents(spikes)
            misreadings.warn_of_clock(X)
        return spikes

    def _pack(self, X):
        """Return samples with rows as a SpikeArray of the kind that fit had."""
        kinds = {True: "currents", False: "spikes"}
        if isinstance(X, SpikeArray) and self.graded not in (None, X.graded):
            raise ValueError(
                f"X is a SpikeArray of {kinds[X.graded]}, but fit had {kinds[self.graded]}: make "
                f"X with graded={self.graded}, or fit on {kinds[X.graded]}"
            )
        try:
            return as_spike_array(X, row_duration=self.row_duration, graded=self.graded)
        except ValueError as error:
            if self.graded is not False:
                raise
            hint = ". fit had numbers of spikes: for currents fit again, on X.astype(float)"
            raise ValueError(str(error).replace(CURRENTS_HINT, hint)) from None

    def _check_names(self, X, estimator):
        """Check that samples that are data frames have the same columns, as in fit."""
        check_columns(X)
        if estimator is not None and len(X) and np.ndim(X[0]) == 2:
            in_fit = self.n_channels is None
            if is_frame(X[0]) or in_fit or hasattr(estimator, "feature_names_in_"):
                validate_data(estimator, X[0], reset=in_fit, skip_check_array=True)

    def _check_rows(self, spikes):
        """Refuse a SpikeArray that contradicts the duration of rows that the user gave."""
        same = np.isclose(spikes.row_duration, self.row_duration, rtol=1e-9, atol=0)
        if not same and not self._are_patterns(spikes):
            raise ValueError(
                f"X is a SpikeArray with rows of {spikes.row_duration:g} ms, but "
                f"Liquid.row_duration={self.row_duration:g}: leave that at 'auto', since a "
                f"SpikeArray has its own, or make X with row_duration={self.row_duration:g}"
            )

    def to_spikes_like(self, spikes: SpikeArray, name: str, samples: Samples) -> SpikeArray:
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
        try:
            converted = replace(self, n_channels=None, table=None).to_spikes(samples)
        except ValueError as error:
            raise ValueError(f"{name} is invalid: {error}") from None
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
        is_list = isinstance(X, list | tuple) or getattr(X, "ndim", 2) == 1
        if in_fit and is_list and hasattr(X[0], "__array__"):
            warnings.warn(
                f"X is a list of arrays of shape {np.shape(X[0])}, which are taken for static "
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
        check_table("X", X)
        options = {"accept_sparse": "csr", "dtype": "numeric", "ensure_all_finite": False}
        if estimator is None:
            X = check_array(X, **options)
        else:
            X = validate_data(estimator, X, reset=in_fit, **options)
        if not np.isfinite(X.data if sparse.issparse(X) else X).all():
            raise ValueError(
                "X contains NaN or infinity: fill such values, as by SimpleImputer, or leave these "
                "patterns out"
            )
        return X

    def _hold(self, X):
        """Convert each pattern of a table to one long row of constant currents."""
        rows = [row.reshape(1, -1) for row in X]
        return SpikeArray.from_sparse(rows, row_duration=self.static_duration, graded=True)


def warn_of_series(X: Samples) -> None:
    """Warn if X is a table of static patterns that looks like one series."""
    X = as_samples(X)
    if is_table(X) and (reason := misreadings.looks_like_series(X)):
        warnings.warn(
            f"{SERIES_WARNING}, but it looks like one series: {reason}. Pass one series as a list, "
            "[X], with targets at its rows as [y]. "
            "For patterns, targets='sample' of LSMClassifier and LSMRegressor silences this "
            "warning; targets='row' takes X and y as one series",
            UserWarning,
            stacklevel=4,
        )


def cut_rows(spikes: SpikeArray, sample: int) -> list[SpikeArray]:
    """Cut a sample of a SpikeArray into rows; return a list of SpikeArrays of one row each."""
    return [spikes.pieces([sample], [t], [t + 1]) for t in range(spikes.n_rows[sample])]


def split_rows(values: Any, spikes: SpikeArray) -> Any:
    """Split values at the rows of all samples into a list with an array for each sample."""
    return np.split(values, np.cumsum(spikes.n_rows)[:-1])
