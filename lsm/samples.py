"""Forms of samples and targets: which form X and y have, and their conversion."""

import warnings
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from ._validation import check_reals
from .spikes import SpikeArray, as_spike_array

__all__ = ["RowTargets", "SampleForm", "cut_rows", "has_row_targets", "is_table", "split_rows"]


def is_table(X):
    """Return whether X is a table of static patterns, one a row, and not ragged samples.

    Tables are 2-D arrays, sparse or dense, data frames, and lists of equally long rows of
    numbers, as everywhere in scikit-learn.
    """
    if isinstance(X, SpikeArray):
        return False
    if hasattr(X, "iloc") or sparse.issparse(X):
        return True
    if hasattr(X, "ndim"):
        return X.ndim == 2 or (X.ndim < 2 and X.dtype != object)
    is_list = hasattr(X, "__len__") and not isinstance(X, str) and len(X) > 0
    if not is_list or np.ndim(X[0]) > 1 or isinstance(X[0], str):
        return False
    return len({np.shape(row) for row in X}) == 1


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
    """

    row_duration: float
    static_duration: float
    n_channels: int | None = None
    graded: bool | None = None

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
        if hasattr(X, "__array__") and not hasattr(X, "__len__"):
            X = np.asarray(X)
        if hasattr(X, "iloc") and X.ndim == 1:
            X = list(X)
        if is_table(X):
            return self._hold(self._check_table(X, estimator))
        spikes = as_spike_array(X, row_duration=self.row_duration, graded=self.graded)
        if self.n_channels not in (None, spikes.n_channels):
            raise ValueError(
                f"X has {spikes.n_channels} channels, but {type(estimator).__name__} is "
                f"expecting {self.n_channels} channels as input"
            )
        return spikes

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
        converted = replace(self, n_channels=None).to_spikes(samples)
        if (converted.n_channels, converted.graded) != (spikes.n_channels, spikes.graded):
            raise ValueError(
                f"{name} must be like X, {spikes.n_channels} channels of "
                f"{'currents' if spikes.graded else 'spikes'}, got {converted!r}"
            )
        return converted

    def _check_table(self, X, estimator):
        in_fit = self.n_channels is None
        if self.graded is False and not in_fit:
            raise ValueError(
                "X is a 2-D array, a table of static patterns, but the liquid was fitted on "
                "spike trains; a single spike train goes into a list, [X]"
            )
        if in_fit and isinstance(X, list | tuple) and isinstance(X[0], np.ndarray):
            warnings.warn(
                f"X is a list of arrays of shape {X[0].shape}, which are taken for static "
                "patterns: a series of one channel must have shape (n_rows, 1); for "
                "patterns pass a 2-D array",
                UserWarning,
                stacklevel=5,
            )
        if estimator is None:
            return check_array(X, accept_sparse="csr")
        return validate_data(estimator, X, reset=in_fit, accept_sparse="csr", dtype="numeric")

    def _hold(self, X):
        """Convert each pattern of a table to one long row of constant currents."""
        rows = [row.reshape(1, -1) for row in X]
        return SpikeArray.from_sparse(rows, row_duration=self.static_duration, graded=True)


def cut_rows(spikes, sample):
    """Cut a sample of a SpikeArray into rows; return a list of SpikeArrays of one row each."""
    return [spikes.pieces([sample], [t], [t + 1]) for t in range(spikes.n_rows[sample])]


def split_rows(values, spikes):
    """Split values at the rows of all samples into a list with an array for each sample."""
    return np.split(values, np.cumsum(spikes.n_rows)[:-1])


def has_row_targets(y):
    """Return whether y has a target at every row of each sample, and not one a sample.

    Targets at rows are a 3-D array, or a sequence of arrays of shape (T_i,) or (T_i, n_outputs).
    A list of lists of numbers is a table of one target a sample, as everywhere in scikit-learn.
    """
    if isinstance(y, np.ndarray) and y.dtype != object:
        return y.ndim == 3
    return hasattr(y, "__len__") and len(y) > 0 and isinstance(y[0], np.ndarray) and y[0].ndim > 0


@dataclass(frozen=True)
class RowTargets:
    """Form of targets at rows, in which predictions are returned.

    Attributes
    ----------
    shape : tuple
        Shape of the target at one row: `()` or `(n_outputs,)`.
    stacked : bool
        Whether the samples are stacked in one 3-D array.
    """

    shape: tuple
    stacked: bool

    @classmethod
    def of(cls, y):
        """Return the form of the targets y."""
        return cls(np.shape(y[0])[1:], isinstance(y, np.ndarray) and y.dtype != object)

    def join(self, y, spikes, *, numeric):
        """Join the targets of all samples.

        Parameters
        ----------
        y : sequence of arrays of shape (T_i, *shape)
            Targets of each sample.
        spikes : SpikeArray
            The samples.
        numeric : bool
            Whether the targets must be finite numbers.

        Returns
        -------
        targets : array of shape (n_rows, *shape)

        Raises
        ------
        ValueError
            If a sample has not one target for each of its rows, or targets have another shape
            than before.
        """
        joined = []
        for sample, (part, n_rows) in enumerate(zip(y, spikes.n_rows, strict=True)):
            part = _finite(sample, part) if numeric else np.asarray(part)
            if part.shape != (n_rows, *self.shape):
                raise ValueError(
                    f"y[{sample}] must have a target for each of the {n_rows} rows of "
                    f"X[{sample}], so shape {(int(n_rows), *self.shape)}, got shape {part.shape}"
                )
            joined.append(part)
        return np.concatenate(joined)

    def split(self, outputs, spikes):
        """Return outputs at the rows of all samples in the form of the targets."""
        parts = split_rows(np.reshape(outputs, (-1, *self.shape)), spikes)
        return np.stack(parts) if self.stacked else parts


def _finite(sample, part):
    """Return the targets of a sample as finite numbers."""
    rule = f"y[{sample}] must be finite numbers"
    part = np.asarray(part)
    numbers = check_reals(rule, part.astype(int) if part.dtype == bool else part)
    if not np.isfinite(numbers).all():
        raise ValueError(f"{rule}, got an array that contains NaN or infinity")
    return numbers
