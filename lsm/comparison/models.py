"""Models beside which a liquid is judged: the same model with less in the liquid's place."""

from typing import Any

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from .._typing import Estimator
from .._validation import is_auto
from ..controls import liquids_of, shared_parameters, with_random_features, without_recurrence
from ..estimators.taps import delay_rows, tap_counts
from ..random_features import Pooled
from ..snapshots import Snapshots

__all__ = ["NO_LIQUID", "NO_RECURRENCE", "STATIC", "Taps", "controls_of"]

NO_RECURRENCE = "without recurrence"
STATIC = "static random features"
NO_LIQUID = "no liquid"


class Taps(Pooled):
    """The present and past rows of the input, as values at each row.

    Parameters
    ----------
    snapshots, pool, tau, dt, row_duration, static_steps : object
        As of :class:`~lsm.random_features.Pooled`.
    n_taps : int or "auto", default="auto"
        Number of rows: the present one and those before. "auto" takes the largest of 1, 5, 20, 50
        and 100 that leaves five rows of `fit` for each value.
    """

    def __init__(
        self,
        snapshots: Snapshots | str = "auto",
        pool: str = "mean",
        tau: float | str | None = "auto",
        dt: float = 1.0,
        row_duration: float | str = "auto",
        static_steps: int = 100,
        n_taps: int | str = "auto",
    ) -> None:
        super().__init__(snapshots, pool, tau, dt, row_duration, static_steps)
        self.n_taps = n_taps

    def _fit(self, spikes):
        counts = tap_counts(spikes.n_rows.sum(), spikes.n_channels)
        self.n_taps_ = counts[-1] if is_auto(self.n_taps) else self.n_taps

    def _n_values(self):
        return self.n_features_in_ * self.n_taps_

    def _values(self, spikes, sample):
        return delay_rows(super()._values(spikes, sample), self.n_taps_)


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
    pooled = {
        name: (Taps if rows else Pooled)(**shared_parameters(params, name)) for name in liquids
    }
    plain = f"{NO_LIQUID}, {'taps' if rows else 'window means'}"
    return {
        NO_RECURRENCE: without_recurrence(model),
        STATIC: with_random_features(model),
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
    present = {name: Taps(n_taps=1, **shared_parameters(params, name)) for name in liquids}
    readout = f"{model.steps[-1][0]}__readout" if isinstance(model, Pipeline) else "readout"
    if is_classifier(model):
        return {"majority class": clone(model).set_params(**present, **{readout: majority})}
    linear = {readout: LinearRegression()}
    return {"present input": clone(model).set_params(**present, **linear)}


def _nothing(X):
    """Return a table that says nothing of the samples but their number."""
    return np.zeros((X.shape[0] if hasattr(X, "shape") else len(X), 1))
