"""Models beside which a liquid is judged: the same model with less in the liquid's place."""

import numpy as np
from sklearn.base import clone, is_classifier
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from .._validation import is_auto
from ..controls import without_recurrence
from ..estimators.taps import delay_rows, tap_counts
from ..liquid import Liquid
from ..random_features import Pooled, RandomFeatures

__all__ = ["NO_LIQUID", "NO_RECURRENCE", "STATIC", "Taps", "controls_of"]

NO_RECURRENCE = "without recurrence"
STATIC = "static random features"
NO_LIQUID = "no liquid"

N_NEURONS = 1000  # of a liquid whose number is "auto"
TIMING = ("dt", "row_duration", "static_steps")


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
        self, snapshots="auto", pool="mean", tau="auto", dt=1.0, row_duration="auto",
        static_steps=100, n_taps="auto",
    ):  # fmt: skip
        super().__init__(snapshots, pool, tau, dt, row_duration, static_steps)
        self.n_taps = n_taps

    def _fit(self, spikes):
        counts = tap_counts(spikes.n_rows.sum(), spikes.n_channels)
        self.n_taps_ = counts[-1] if is_auto(self.n_taps) else self.n_taps

    def _n_values(self):
        return self.n_features_in_ * self.n_taps_

    def _values(self, spikes, sample):
        return delay_rows(super()._values(spikes, sample), self.n_taps_)


def controls_of(model, *, rows):
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
    recurrence = without_recurrence(model)  # refuses a model without a liquid
    params = model.get_params()
    liquids = _liquids(params)
    _check(params, liquids)
    static = {name: _random_features(params, name) for name in liquids}
    pooled = {name: (Taps if rows else Pooled)(**_shared(params, name)) for name in liquids}
    plain = f"{NO_LIQUID}, {'taps' if rows else 'window means'}"
    return {
        NO_RECURRENCE: recurrence,
        STATIC: clone(model).set_params(**static),
        plain: _without_roots(clone(model).set_params(**pooled), rows),
        **_trivial(model, params, liquids, rows),
    }


def _liquids(params):
    """Return the names of the parameters that are liquids."""
    owners = {name.rpartition("__")[0] for name in params if name.endswith("__topology")}
    return sorted(name for name in owners if _is_liquid(params.get(name)))


def _is_liquid(value):
    # A composite's liquid at its default is "auto".
    return isinstance(value, Liquid) or is_auto(value)


def _check(params, liquids):
    """Refuse models whose liquid nothing without spikes can replace."""
    if not liquids:
        raise TypeError("model must have a readout, got a Liquid alone: take an LSMClassifier")
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


def _shared(params, name):
    """Return those parameters of a liquid that what stands in its place has too."""
    return {key: params[f"{name}__{key}"] for key in ("snapshots", *TIMING)}


def _random_features(params, name):
    """Return as many random features as a liquid has neurons, on the same channels."""
    liquid = {key: params[f"{name}__{key}"] for key in ("n_neurons", "topology", "inputs")}
    n_units = liquid["n_neurons"]
    if is_auto(n_units):  # a wiring may fix it
        n_units = getattr(liquid["inputs"], "n_neurons", N_NEURONS)
        n_units = getattr(liquid["topology"], "n_neurons", n_units)
    seed = params[f"{name}__random_state"]
    return RandomFeatures(
        n_units, liquid["inputs"], random_state=seed, **_shared(params, name)
    )  # fmt: skip


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
    present = {name: Taps(n_taps=1, **_shared(params, name)) for name in liquids}
    readout = f"{_composite(params, liquids)}readout"
    if is_classifier(model):
        return {"majority class": clone(model).set_params(**present, **{readout: majority})}
    linear = {readout: LinearRegression()}
    return {"present input": clone(model).set_params(**present, **linear)}


def _composite(params, liquids):
    """Return the prefix of the parameters of the composite with targets at rows."""
    prefixes = [name.removesuffix("liquid") for name in liquids]
    return next(prefix for prefix in prefixes if f"{prefix}readout" in params)


def _nothing(X):
    """Return a table that says nothing of the samples but their number."""
    return np.zeros((X.shape[0] if hasattr(X, "shape") else len(X), 1))
