"""Models beside which a liquid is judged: the same model with less in the liquid's place."""

from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from .._typing import Estimator
from ..controls import liquids_of, shared_parameters, with_random_features, without_recurrence
from ..pooled import Pooled

__all__ = ["NO_LIQUID", "NO_RECURRENCE", "STATIC", "controls_of"]

NO_RECURRENCE = "without recurrence"
STATIC = "static random features"
NO_LIQUID = "no liquid"


def controls_of(model: Estimator, *, rows: bool) -> dict[str, Any]:
    """Return the unfitted controls of a model.

    Parameters
    ----------
    model : estimator
        Classifier or regressor with one or several liquids.
    rows : bool
        Whether there is a target at every row.

    Returns
    -------
    controls : dict of str to estimator
        By name, from the most of a liquid to the least.

    Raises
    ------
    TypeError
        If there is no liquid in the model.
    ValueError
        If a liquid passes on its spikes, or the model has feedback.
    """
    params, liquids = liquids_of(model)
    _check(params, liquids)
    n_taps = "auto" if rows else 1
    pooled = {name: Pooled(n_taps=n_taps, **shared_parameters(params, name)) for name in liquids}
    plain = f"{NO_LIQUID}, {'taps' if rows else 'window means'}"
    return {
        NO_RECURRENCE: without_recurrence(model),
        STATIC: with_random_features(model, n_taps=n_taps),
        plain: _without_roots(clone(model).set_params(**pooled), rows),
        **_trivial(model, params, liquids, rows),
    }


def _check(params, liquids):
    """Refuse models whose liquid nothing without spikes can replace."""
    for name in liquids:
        if params[f"{name}__output"] == "spikes":
            raise ValueError(
                f"{name}__output='spikes' feeds another liquid, and no control has spikes to pass "
                "on: compare a model whose liquids return states"
            )
    for name, value in params.items():
        if name.rpartition("__")[2] == "feedback" and value is not None:
            raise ValueError(
                f"{name} must be None, got {value!r:.80}: no control has feedback. Compare with "
                "lsm.without_recurrence(model) by cross_val_score"
            )


def _without_roots(model, rows):
    """Let a readout of counts take values of either sign, which have no roots."""
    if rows:  # it reads no windows, and a default that is set would be none
        return model
    names = [name for name in model.get_params() if name.split("__")[-1] == "partitions"]
    prefixes = [name.removesuffix("partitions") for name in names]
    return model.set_params(**{f"{prefix}root": False for prefix in prefixes})


def _trivial(model, params, liquids, rows):
    """Return the model that a score above chance must beat."""
    majority = DummyClassifier(strategy="most_frequent")
    if not rows:
        dummy = majority if is_classifier(model) else DummyRegressor()
        name = "majority class" if is_classifier(model) else "mean"
        return {name: make_pipeline(FunctionTransformer(_nothing), dummy)}
    present = {name: Pooled(**shared_parameters(params, name)) for name in liquids}
    readout = f"{model.steps[-1][0]}__readout" if isinstance(model, Pipeline) else "readout"
    if is_classifier(model):
        return {"majority class": clone(model).set_params(**present, **{readout: majority})}
    linear = {readout: LinearRegression()}
    return {"present input": clone(model).set_params(**present, **linear)}


def _nothing(X):
    """Return a table that says nothing of the samples but their number."""
    return np.zeros((X.shape[0] if hasattr(X, "shape") else len(X), 1))
