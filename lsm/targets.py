"""Forms of targets: one a sample, or one at every row of each sample."""

from dataclasses import dataclass

import numpy as np

from ._validation import check_choice, check_reals
from .samples import as_samples, is_frame, is_table, n_rows_of, split_rows
from .spikes import SpikeArray

__all__ = ["RowTargets", "resolve_targets"]

TARGETS = ("auto", "sample", "row")


def resolve_targets(X, y, targets, owner):
    """Decide whether targets are one a sample or one at every row.

    Parameters
    ----------
    X : samples
        As given to `fit`.
    y : targets
        As given to `fit`.
    targets : {"auto", "sample", "row"}
        Parameter of the estimator.
    owner : str
        Name of the estimator.

    Returns
    -------
    X : samples
        One series in a list, if it came without.
    y : array, or list of arrays
        One target a sample, or an array of targets for each sample.
    form : RowTargets or None
        Form of the targets at rows; None for one target a sample.

    Raises
    ------
    ValueError
        If the targets fit both meanings, or neither.
    """
    check_choice(f"{owner}.targets", targets, TARGETS)
    X, y = as_samples(X), _as_arrays(y)
    if targets == "row":
        return _at_rows(X, y)
    nested = isinstance(y, list)
    if targets == "sample":
        return X, np.array(y) if nested else y, None
    if nested or np.ndim(y) == 3:
        return _at_rows(X, y)
    n_rows = n_rows_of(X)
    if n_rows is None:
        return X, y, None
    shape = np.shape(y)
    if len(shape) > 1 and len(n_rows) == shape[0] and np.all(n_rows == shape[1]) and shape[1] > 1:
        raise ValueError(
            f"y of shape {shape} fits two meanings: {shape[1]} targets of each sample, or one "
            f"target at each of its {shape[1]} rows. Set {owner}.targets='sample' or 'row'"
        )
    if len(n_rows) == 1 and len(y) == n_rows[0] > 1:
        raise ValueError(
            f"X holds one sample of {n_rows[0]} rows, and y has {len(y)} targets, one for each "
            f"row: pass [y], or set {owner}.targets='row'"
        )
    return X, y, None


def _as_arrays(y):
    """Return targets as one array, or as a list of arrays if each sample has an array of them."""
    if y is None:
        return y
    if is_frame(y) or type(y).__name__ == "Series":
        y = y.to_numpy()
    if isinstance(y, np.ndarray):
        is_nested = y.dtype == object and y.ndim == 1 and len(y) and np.ndim(y[0]) > 0
        return [np.asarray(part) for part in y] if is_nested else y
    if isinstance(y, list | tuple) and len(y) and _is_array(y[0]):
        return [np.asarray(part) for part in y]
    return y


def _is_array(part):
    return (hasattr(part, "__array__") or hasattr(part, "to_numpy")) and np.ndim(part) > 0


def _at_rows(X, y):
    """Return X, y and the form of targets at rows."""
    one_series = is_table(X)
    if one_series:  # one series without a list
        X, y = [X], [np.asarray(y)]
    elif len(X) == 1 and not isinstance(y, list) and np.ndim(y) < 3 and len(y) != 1:
        y = [np.asarray(y)]
    form = RowTargets(np.shape(y[0])[1:], not isinstance(y, list), one_series)
    return X, list(y), form


@dataclass(frozen=True)
class RowTargets:
    """Form of targets at rows, in which predictions are returned.

    Attributes
    ----------
    shape : tuple
        Shape of the target at one row: `()` or `(n_outputs,)`.
    stacked : bool
        Whether the targets of all samples are one array.
    one_series : bool
        Whether X is one series without a list around it.
    """

    shape: tuple
    stacked: bool
    one_series: bool

    def wrap(self, X):
        """Return samples as a sequence: one series in a list."""
        return [X] if self.one_series and not isinstance(X, SpikeArray) else X

    def join(self, y, spikes, *, numeric):
        """Join the targets of all samples.

        Parameters
        ----------
        y : sequence of arrays of shape (T_i, *shape)
            Targets of each sample.
        spikes : SpikeArray
            The samples.
        numeric : bool
            Whether the targets must be numbers; NaN stands for a missing one.

        Returns
        -------
        targets : array of shape (n_rows, *shape)
        known : bool array of shape (n_rows,)
            Rows whose target is not missing.

        Raises
        ------
        ValueError
            If a sample has not one target for each of its rows.
        """
        joined = []
        for sample, (part, n_rows) in enumerate(zip(y, spikes.n_rows, strict=True)):
            part = _numbers(sample, part) if numeric else np.asarray(part)
            if part.shape != (n_rows, *self.shape):
                raise ValueError(
                    f"y[{sample}] must have a target for each of the {n_rows} rows of "
                    f"X[{sample}], so shape {(int(n_rows), *self.shape)}, got shape {part.shape}"
                )
            joined.append(part)
        targets = np.concatenate(joined)
        return targets, ~_missing(targets).reshape(len(targets), -1).any(axis=1)

    def parts(self, y):
        """Return targets of this form as a list with an array for each sample."""
        y = _as_arrays(y)
        return [np.asarray(y)] if self.one_series else list(y)

    def flat(self, outputs):
        """Return outputs of this form as one array of all rows."""
        return outputs if self.one_series else np.concatenate(outputs)

    def split(self, outputs, spikes):
        """Return outputs at the rows of all samples in the form of the targets."""
        parts = split_rows(outputs, spikes)
        if self.one_series:
            return parts[0]
        return np.stack(parts) if self.stacked else parts


def _numbers(sample, part):
    """Return the targets of a sample as numbers, NaN among them."""
    rule = f"y[{sample}] must be numbers, or NaN where a target is missing"
    part = np.asarray(part)
    numbers = check_reals(rule, part.astype(int) if part.dtype == bool else part)
    if np.isinf(numbers).any():
        raise ValueError(f"{rule}, got an array that contains infinity")
    return numbers


def _missing(targets):
    """Return which targets are NaN or None."""
    if targets.dtype.kind == "f":
        return np.isnan(targets)
    if targets.dtype == object:
        return np.array([t is None or t != t for t in targets.ravel()]).reshape(targets.shape)
    return np.zeros(targets.shape, dtype=bool)
