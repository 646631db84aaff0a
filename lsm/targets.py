"""Forms of targets: one a sample, or one at every row of each sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from ._typing import Array, ArrayLike, Samples
from ._validation import as_array, check_choice, check_reals
from .samples import as_samples, is_table, n_rows_of, split_rows
from .spikes import SpikeArray

RULE = "y must have one target, or an array of targets, for each row of X"
__all__ = ["RowTargets", "as_rows", "known_targets", "one_piece", "resolve_targets"]


def resolve_targets(
    X: Samples, y: ArrayLike, targets: str, owner: str
) -> "tuple[Samples, Array | list[Array], RowTargets | None]":
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
    check_choice(f"{owner}.targets", targets, ("auto", "sample", "row"))
    if y is None:
        raise ValueError(f"{owner} requires y to be passed, but the target y is None")
    X, y = as_samples(X), _as_arrays(y)
    if targets == "row":
        return _at_rows(X, y)
    if targets == "sample":
        return X, _of_samples(X, y), None
    if isinstance(y, list) or y.ndim == 3:
        if is_table(X) and len(X) != len(y):
            raise ValueError(
                f"X is a table of {len(X)} static patterns, and y holds the targets at the rows of "
                f"{len(y)} samples: pass one series as [X]"
            )
        return _at_rows(X, y)
    _refuse_two_meanings(X, y, owner)
    return X, _of_samples(X, y), None


def _of_samples(X, y):
    """Return targets of whole samples as one array; raise an error if one is missing."""
    y = as_array("y must have equally many targets of each sample", y)
    n_samples = X.shape[0] if hasattr(X, "shape") else len(X)
    if len(y) != n_samples:
        hint = ""
        if getattr(X, "ndim", 2) == 3 and len(y) == X.shape[1]:
            hint = ". If time is the first axis of X, pass X.swapaxes(0, 1)"
        raise ValueError(f"X has {n_samples} samples, and y has targets of {len(y)}{hint}")
    missing = _missing(y).reshape(n_samples, -1).any(axis=1)
    if missing.any():
        raise ValueError(
            f"y contains NaN or None: the target of sample {int(np.argmax(missing))} is missing. "
            "Leave such samples out; only targets at rows may be missing"
        )
    return y


def _refuse_two_meanings(X, y, owner):
    """Raise an error if an array of targets may be one a sample, or one at every row."""
    n_rows = n_rows_of(X)
    if n_rows is None:
        return
    if len(n_rows) == 1 and y.ndim > 0 and len(y) == n_rows[0] > 1:
        raise ValueError(
            f"X holds one sample of {n_rows[0]} rows, and y has {len(y)} targets, one for each "
            f"row: pass [y], or set {owner}.targets='row'"
        )
    if y.ndim == 2 and len(n_rows) == len(y) and np.all(n_rows == y.shape[1]) and n_rows[0] > 1:
        raise ValueError(
            f"y of shape {y.shape} fits two meanings: {y.shape[1]} targets of each sample, or one "
            f"target at each of its {y.shape[1]} rows. Set {owner}.targets='sample' or 'row'"
        )


def as_rows(X: Samples, y: ArrayLike) -> list[Array]:
    """Return targets at rows as a list with an array for each sample.

    Parameters
    ----------
    X : samples
        Sequence of samples, no table.
    y : sequence of arrays of shape (T_i, ...), or array of shape (n_samples, T, ...)
        Targets.

    Returns
    -------
    y : list of arrays

    Raises
    ------
    ValueError
        If a sample has not one target for each of its rows.
    """
    y, n_rows = list(_as_arrays(y)), n_rows_of(X)
    if len(y) != len(n_rows):
        raise ValueError(f"X has {len(n_rows)} samples, and y has targets of {len(y)}")
    for i, (part, n) in enumerate(zip(y, n_rows, strict=True)):
        if np.ndim(part) == 0 or len(part) != n:
            raise ValueError(
                f"y[{i}] must have a target for each of the {n} rows of X[{i}], got shape "
                f"{np.shape(part)}"
            )
    return y


def one_piece(
    X: ArrayLike | SpikeArray, y: ArrayLike | None
) -> tuple[list[Array] | SpikeArray, list[Array] | None]:
    """Return the next piece of a stream and its targets, each in a list.

    Parameters
    ----------
    X : array of shape (n_rows, n_channels), alone or in a list, or SpikeArray of one sample
        The piece.
    y : array of shape (n_rows,) or (n_rows, n_outputs), alone or in a list, or None
        Its targets.

    Returns
    -------
    X : list of one array, or SpikeArray
    y : list of one array, or None

    Raises
    ------
    ValueError
        If it is not one piece.
    """
    rule = (
        "a stream is given piece by piece: X must be one array of shape (n_rows, n_channels), and "
        "y one of shape (n_rows,) or (n_rows, n_outputs), alone or in a list"
    )
    X = as_samples(X)
    alone = is_table(X)
    if len([X] if alone else X) != 1:
        raise ValueError(f"{rule}, got X with {len(X)} samples")
    if y is not None:
        y = _as_arrays(y)
        if not isinstance(y, list):
            n_rows = n_rows_of([X] if alone else X)[0]
            y = [y[0]] if y.ndim > 1 and len(y) == 1 != n_rows else [y]
        if len(y) != 1 or y[0].ndim == 0:
            raise ValueError(f"{rule}, got y with {len(y)} arrays, or without rows")
    return [X] if alone else X, y


def _as_arrays(y):
    """Return targets as one array, or as a list of arrays if each sample has an array of them."""
    is_sequence = hasattr(y, "__array__") or (hasattr(y, "__len__") and hasattr(y, "__getitem__"))
    if not is_sequence or isinstance(y, str | bytes | dict) or sparse.issparse(y):
        raise ValueError(
            f"y must be an array or a list of targets, got {y!r:.80}"
            + (": pass y.toarray()" if sparse.issparse(y) else "")
        )
    if getattr(y, "ndim", 1) == 0:
        raise ValueError(f"y must have a target for each sample or row, got the scalar {y!r:.80}")
    if isinstance(y, list | tuple):
        nested = [_is_array(part) for part in y]
        if any(nested) or _is_ragged(y):
            return [_as_array(part) for part in y]
    y = _as_array(y)
    if y.dtype == object and y.ndim == 1 and len(y) and np.ndim(y[0]) > 0:
        return [_as_array(part) for part in y]
    return y


def _as_array(y):
    """Return targets as an array; those that hold missing ones are numbers or objects."""
    if np.ma.is_masked(y):
        return y.astype(float).filled(np.nan) if y.dtype.kind in "biuf" else _masked_as_none(y)
    if not hasattr(y, "to_numpy"):
        return np.asarray(y)
    array = y.to_numpy()
    if array.dtype == object and _is_numeric(y):
        return y.to_numpy(dtype=float, na_value=np.nan)
    return array


def _masked_as_none(y):
    """Return a masked array as objects, None where it is masked."""
    return np.where(np.ma.getmaskarray(y), None, y.data.astype(object))


def _is_numeric(y):
    """Return whether a Series of pandas has an extension type of numbers, which may be missing."""
    return getattr(getattr(y, "dtype", None), "kind", "O") in "biuf"


def _is_array(part):
    return (hasattr(part, "__array__") or hasattr(part, "to_numpy")) and np.ndim(part) > 0


def _is_ragged(y):
    """Return whether a list holds sequences of targets of unequal lengths."""
    lengths = {len(part) if isinstance(part, list | tuple) else None for part in y}
    return len(lengths) > 1


def _at_rows(X, y):
    """Return X, y and the form of targets at rows."""
    one_series = is_table(X)
    if one_series:  # one series without a list
        y = [y[0] if isinstance(y, list) and len(y) == 1 else as_array(RULE, y)]
        X = [X]
    elif len(X) == 1 and not isinstance(y, list) and y.ndim < 3 and len(y) != 1:
        y = [y]
    if len(y) == 0 or any(np.ndim(part) == 0 for part in y):
        raise ValueError(
            "y must have an array of targets for each sample, one for each of its rows, got "
            f"{y!r:.80}: for one target a sample set targets='sample'"
        )
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

    def wrap(self, X: Samples) -> Any:
        """Return samples as a sequence: one series in a list."""
        if self.one_series and not isinstance(X, SpikeArray) and not is_table(as_samples(X)):
            raise ValueError(
                "fit had one series without a list around it: pass X, a 2-D array, instead of [X]"
            )
        return [X] if self.one_series and not isinstance(X, SpikeArray) else X

    def join(
        self, y: Sequence[Any], spikes: SpikeArray, *, numeric: bool, hint: str = ""
    ) -> tuple[Array, Array]:
        """Join the targets of all samples.

        Parameters
        ----------
        y : sequence of arrays of shape (T_i, *shape)
            Targets of each sample.
        spikes : SpikeArray
            The samples.
        numeric : bool
            Whether the targets must be numbers; NaN stands for a missing one.
        hint : str, default=""
            End of the error for targets of another shape.

        Returns
        -------
        targets : array of shape (n_rows, *shape)
        known : bool array of shape (n_rows,)
            Rows whose target is not missing.

        Raises
        ------
        ValueError
            If a sample has not one target for each of its rows, or a target is invalid.
        """
        if len(y) != len(spikes):
            raise ValueError(f"X has {len(spikes)} samples, and y has targets of {len(y)}")
        joined = []
        for sample, (part, n_rows) in enumerate(zip(y, spikes.n_rows, strict=True)):
            part = _numbers(sample, part) if numeric else np.asarray(part)
            if part.shape != (n_rows, *self.shape):
                raise ValueError(
                    f"y[{sample}] must have a target for each of the {n_rows} rows of "
                    f"X[{sample}], so shape {(int(n_rows), *self.shape)}, got shape "
                    f"{part.shape}{hint}"
                )
            joined.append(part)
        targets = np.concatenate(joined)
        return targets, ~_missing(targets).reshape(len(targets), -1).any(axis=1)

    def parts(self, y: ArrayLike) -> Any:
        """Return targets of this form as a list with an array for each sample."""
        y = _as_arrays(y)
        return [np.asarray(y)] if self.one_series and not isinstance(y, list) else list(y)

    def split(self, outputs: Array, spikes: SpikeArray) -> Any:
        """Return outputs at the rows of all samples in the form of the targets."""
        parts = split_rows(outputs, spikes)
        if self.one_series:
            return parts[0]
        return np.stack(parts) if self.stacked and np.ptp(spikes.n_rows) == 0 else parts


def _numbers(sample, part):
    """Return the targets of a sample as numbers, NaN among them."""
    rule = f"y[{sample}] must be finite numbers, or NaN where a target is missing"
    part = np.asarray(part)
    if part.dtype == object and any(target is None for target in part.ravel()):
        part = part.astype(float)
    numbers = check_reals(rule, part.astype(int) if part.dtype == bool else part)
    if np.isinf(numbers).any():
        raise ValueError(f"{rule}, got an array that contains infinity")
    return numbers


def _missing(targets):
    """Return which targets are NaN or None."""
    if targets.dtype.kind == "f":
        return np.isnan(targets)
    if targets.dtype == object:
        return np.array([_is_missing(t) for t in targets.ravel()]).reshape(targets.shape)
    return np.zeros(targets.shape, dtype=bool)


def _is_missing(target):
    """Return whether an object is None, NaN, or the missing value of pandas, equal to nothing."""
    return target is None or type(target).__name__ == "NAType" or target != target


def known_targets(targets: Array) -> Any:
    """Return known targets, which may stand as objects beside missing ones, in their own type."""
    return np.array(targets.tolist()) if targets.dtype == object else targets
