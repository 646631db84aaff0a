"""Metadata of `fit`: arguments that go on to the readout, such as weights of samples."""

import inspect
from typing import Any

import numpy as np
from sklearn import get_config
from sklearn.pipeline import Pipeline
from sklearn.utils.metadata_routing import process_routing

from .._typing import Array, ArrayLike, Estimator
from .._validation import as_array, check_reals
from ..spikes import SpikeArray

__all__ = ["check_weights", "readout_params", "row_weights", "select_rows"]

PREFIX = "readout__"


def readout_params(model: Estimator, readout: Estimator, params: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of a readout's `fit` among those of a model's `fit`.

    Parameters
    ----------
    model : estimator
        The model, a router of scikit-learn.
    readout : estimator
        Its readout.
    params : dict
        `sample_weight`, and arguments of the readout's `fit` with the prefix "readout__". With
        `sklearn.set_config(enable_metadata_routing=True)`, all that the readout requests.

    Returns
    -------
    params : dict
        By the names in the readout's `fit`.

    Raises
    ------
    TypeError
        If an argument is unknown, or the readout takes no weights.
    """
    if params and get_config()["enable_metadata_routing"]:
        return dict(process_routing(model, "fit", **params).readout.fit)
    routed = {}
    for name, value in params.items():
        if name == "sample_weight":
            if value is not None:
                routed[_weight_name(readout)] = value
        elif name.startswith(PREFIX):
            routed[name.removeprefix(PREFIX)] = value
        else:
            raise TypeError(
                f"{type(model).__name__}.fit has no argument {name!r}: pass sample_weight, reward, "
                f"or an argument of the readout's fit as {PREFIX}{name}"
            )
    return routed


def _weight_name(readout):
    """Return the name by which a readout's `fit` takes weights of samples."""
    if isinstance(readout, Pipeline):
        name, last = readout.steps[-1]
        return f"{name}__{_weight_name(last)}"
    parameters = inspect.signature(readout.fit).parameters.values()
    if not any(p.name == "sample_weight" or p.kind is p.VAR_KEYWORD for p in parameters):
        raise TypeError(
            f"the readout {readout!r} takes no sample_weight: take one that does, such as "
            "RidgeClassifierCV or RidgeCV"
        )
    return "sample_weight"


def check_weights(sample_weight: ArrayLike | None, n: int) -> Array | None:
    """Validate weights.

    Parameters
    ----------
    sample_weight : array-like or None
        Weights.
    n : int
        Number of samples, or of rows.

    Returns
    -------
    weights : float array of shape (n,) or None

    Raises
    ------
    ValueError
        If they have another shape, are negative or not finite.
    """
    if sample_weight is None:
        return None
    rule = f"sample_weight must have one finite number >= 0 for each of {n} samples or rows"
    weights = as_array(rule, sample_weight)
    weights = check_reals(rule, weights.astype(int) if weights.dtype == bool else weights)
    if weights.shape != (n,) or not np.isfinite(weights).all() or np.any(weights < 0):
        raise ValueError(f"{rule}, got {sample_weight!r:.80} of shape {weights.shape}")
    return weights.astype(float)


def row_weights(sample_weight: ArrayLike | None, spikes: SpikeArray) -> Array | None:
    """Return the weights of all rows, from those of the samples or of their rows, or None."""
    if sample_weight is None:
        return None
    return _weights_at_rows(sample_weight, spikes.n_rows)


def _weights_at_rows(sample_weight, n_rows):
    return check_weights(_at_rows(sample_weight, n_rows), n_rows.sum())


def check_params(params, n):
    """Return arguments of a readout's `fit` on n samples, with weights validated."""
    return {
        name: check_weights(value, n) if _are_weights(name) else value
        for name, value in params.items()
    }


def _are_weights(name):
    return name.split("__")[-1] == "sample_weight"


def select_rows(params: dict[str, Any], n_rows: ArrayLike, used: ArrayLike) -> dict[str, Any]:
    """Return arguments of a readout's `fit` for the rows that it is fitted on.

    Parameters
    ----------
    params : dict
        Arguments. One with a value for each sample, or with an array of values at its rows, is
        expanded to the rows; others are kept.
    n_rows : int array of shape (n_samples,)
        Number of rows of each sample.
    used : bool array of shape (n_rows.sum(),)
        Rows that the readout is fitted on.

    Returns
    -------
    params : dict
    """
    selected = {}
    for name, value in params.items():
        if _are_weights(name):
            value = _weights_at_rows(value, n_rows)[used]
        elif _has_length(value, len(n_rows)):
            value = _at_rows(value, n_rows)[used]
        selected[name] = value
    return selected


def _has_length(value, n):
    if isinstance(value, str | dict) or not hasattr(value, "__getitem__"):
        return False
    shape = getattr(value, "shape", None)
    return (len(value) if shape is None else (*shape, -1)[0]) == n


def _at_rows(values, n_rows):
    """Return one array of values at all rows."""
    if hasattr(values, "to_numpy"):  # a Series, which an index need not start at 0
        values = values.to_numpy()
    if len(n_rows) == 1 != n_rows[0] and _has_length(values, n_rows[0]):
        values = [values]  # of the rows of the only sample
    if not _has_length(values, len(n_rows)):
        raise ValueError(
            f"sample_weight must have one weight for each of {len(n_rows)} samples, or an array of "
            f"weights at the rows of each, got {values!r:.80}"
        )
    if np.ndim(values[0]) == 0:
        return np.repeat(np.asarray(values), n_rows)
    parts = [np.asarray(part) for part in values]
    if [len(part) for part in parts] != n_rows.tolist():
        raise ValueError(
            "sample_weight must have arrays as long as the samples, "
            f"{n_rows.tolist()!s:.60} rows, got {[len(part) for part in parts]!s:.60}"
        )
    return np.concatenate(parts)
