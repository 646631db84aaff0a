"""A scikit-learn transformer of tables, applied to the rows of samples."""

from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from .._events import check_sample
from .._typing import Estimator, Samples
from ..samples import as_samples, check_columns, is_table
from ..spikes import SpikeArray

__all__ = ["PerRow"]


def _inverts(encoder):
    """Return whether the transformer has an inverse."""
    return hasattr(encoder.transformer, "inverse_transform")


class PerRow(TransformerMixin, BaseEstimator):
    """Apply a scikit-learn transformer to every row of every sample.

    Scalers, imputers and decompositions take tables of shape (n_samples, n_features). This lifts
    them to ragged samples: the transformer is fitted on the rows of all samples together, and
    each sample is transformed row by row.

    Parameters
    ----------
    transformer : transformer
        Any scikit-learn transformer of tables; a clone of it is fitted.

    Attributes
    ----------
    transformer_ : transformer
        The fitted transformer.
    n_features_in_ : int
        Number of channels.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.preprocessing import StandardScaler
    >>> from lsm.encoding import PerRow
    >>> X = [np.array([[0.0], [2.0]]), np.array([[4.0], [6.0], [8.0]])]
    >>> PerRow(StandardScaler()).fit_transform(X)[1].ravel().round(2)
    array([0.  , 0.71, 1.41])
    """

    def __init__(self, transformer: Estimator) -> None:
        self.transformer = transformer

    def fit(self, X: Samples, y: Any = None) -> Self:
        """Fit the transformer on the rows of all samples.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples. A 2-D array is a table, each row of which is a sample.
        y : ignored
            For scikit-learn's pipelines.

        Returns
        -------
        self : PerRow
        """
        if not hasattr(self.transformer, "transform"):
            raise TypeError(
                "PerRow.transformer must be a scikit-learn transformer such as StandardScaler(), "
                f"got {self.transformer!r}"
            )
        rows, _ = self._rows(X, reset=True)
        self.transformer_ = clone(self.transformer).fit(rows)
        return self

    def transform(self, X: Samples) -> Any:
        """Transform every row.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        X_new : SpikeArray, list of arrays of shape (T_i, n_new_channels), 3-D or 2-D array
            In the form of `X`; a SpikeArray of currents for one of spikes.
        """
        check_is_fitted(self)
        rows, lengths = self._rows(X, reset=False)
        return _in_form_of(X, self.transformer_.transform(rows), lengths)

    @available_if(_inverts)
    def inverse_transform(self, X: Samples) -> Any:
        """Transform every row back; the form of `X` is kept."""
        check_is_fitted(self)
        rows, lengths = _rows_of(X)
        return _in_form_of(X, self.transformer_.inverse_transform(rows), lengths)

    def _rows(self, X, reset):
        """Return all rows as a table, and the numbers of rows unless X is a table."""
        rows, lengths = _rows_of(X)
        return validate_data(self, rows, reset=reset, ensure_all_finite="allow-nan"), lengths

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        return tags


def _rows_of(X):
    """Return all rows of samples as one table, and the number of rows of each.

    A table is returned as it is, with None.
    """
    X = as_samples(X)
    if is_table(X):
        return X, None
    if isinstance(X, SpikeArray):
        samples = [X.to_dense(i) for i in range(len(X))]
    else:
        samples = [check_sample(i, sample) for i, sample in enumerate(X)]
        samples = [x.toarray() if sparse.issparse(x) else x for x in samples]
    if len(widths := {sample.shape[1] for sample in samples}) > 1:
        raise ValueError(f"samples must have equal numbers of channels, got {sorted(widths)}")
    check_columns(X)
    return np.concatenate(samples), [len(sample) for sample in samples]


def _in_form_of(X, rows, lengths):
    """Return transformed rows in the form of the samples that they come from."""
    if lengths is None:
        return rows
    samples = np.split(np.asarray(rows), np.cumsum(lengths)[:-1])
    if isinstance(X, SpikeArray):
        return SpikeArray.from_dense(samples, row_duration=X.row_duration, graded=True)
    return np.stack(samples) if getattr(X, "ndim", 1) == 3 else samples
