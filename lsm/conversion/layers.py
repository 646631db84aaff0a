"""The layers of fitted models: weights and biases, as one form of linear models and perceptrons."""

from typing import NamedTuple

import numpy as np
from scipy import sparse
from sklearn.base import is_classifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, StandardScaler
from sklearn.utils.validation import check_is_fitted

from .._typing import Array, Estimator

__all__ = ["Layers", "layers_of"]

SCALERS = (StandardScaler, MinMaxScaler, MaxAbsScaler)
TOLERANCE = 1e-6  # of scores, relative to the largest


class Layers(NamedTuple):
    """Layers of rectified units, of which the last is linear.

    Attributes
    ----------
    weights : list of arrays of shape (n_in, n_out)
        Weights of each layer.
    biases : list of arrays of shape (n_out,)
        Biases of each layer.
    """

    weights: list[Array]
    biases: list[Array]

    def activations(self, X: Array) -> list[Array]:
        """Return the activations of every layer, arrays of shape (n_samples, n_out)."""
        found = []
        for weights, bias in zip(self.weights, self.biases, strict=True):
            X = X @ weights + bias
            found.append(X)
            X = np.maximum(X, 0)
        return [np.maximum(hidden, 0) for hidden in found[:-1]] + found[-1:]


def layers_of(model: Estimator, X: Array) -> Layers:
    """Return the layers of a fitted model, with two outputs for two classes.

    Parameters
    ----------
    model : estimator
        Linear model, `MLPClassifier` or `MLPRegressor` with rectified units, or a pipeline that
        ends with one, after scalers.
    X : array of shape (n_samples, n_features)
        Samples, on which the outputs of the layers and of the model must agree.

    Returns
    -------
    layers : Layers

    Raises
    ------
    TypeError, ValueError
        If the model is another one, is not fitted, or has outputs that no such layers give.
    """
    check_is_fitted(model)
    layers = _read(model)
    n_features = len(layers.weights[0])
    if X.shape[1] != n_features:
        raise ValueError(
            f"X must have the {n_features} features of {type(model).__name__}, got {X.shape[1]}"
        )
    _check_outputs(model, layers, X)
    if is_classifier(model) and layers.biases[-1].shape == (1,):
        weights, bias = layers.weights[-1], layers.biases[-1]
        layers.weights[-1] = np.hstack([-weights, weights])
        layers.biases[-1] = np.concatenate([-bias, bias])
    return layers


def _read(model):
    """Return the layers of a model, with one output for two classes."""
    if isinstance(model, Pipeline):
        return _read_pipeline(model)
    if isinstance(model, MLPClassifier | MLPRegressor):
        if model.activation != "relu":
            raise ValueError(
                "an integrate-and-fire neuron is a rectified unit, but the model has "
                f"{type(model).__name__}.activation={model.activation!r}: fit one with 'relu'"
            )
        return Layers([w.astype(float) for w in model.coefs_], [*model.intercepts_])
    if not hasattr(model, "coef_") or not hasattr(model, "intercept_"):
        raise TypeError(
            "the model must be a fitted linear model with coef_ and intercept_, an MLPClassifier, "
            f"an MLPRegressor, or a pipeline that ends with one, got {model!r:.100}"
        )
    coef = model.coef_.toarray() if sparse.issparse(model.coef_) else np.asarray(model.coef_)
    coef = np.atleast_2d(coef).astype(float)
    bias = np.broadcast_to(np.atleast_1d(model.intercept_).astype(float), len(coef))
    return Layers([coef.T.copy()], [bias.copy()])


def _read_pipeline(model):
    """Return the layers of a pipeline, with its scalers in the weights of the first layer."""
    *before, last = [step for _, step in model.steps if step not in (None, "passthrough")]
    layers = _read(last)
    for scaler in reversed(before):
        if not isinstance(scaler, SCALERS) or getattr(scaler, "clip", False):
            allowed = ", ".join(kind.__name__ for kind in SCALERS)
            raise TypeError(
                f"a step before the model must be one of {allowed}, without clipping, got "
                f"{scaler!r:.80}: convert the model after this step, and transform X first"
            )
        # A scaler is affine: its value at 0, and its slope from that to its value at 1.
        n = len(layers.weights[0])
        offset, slope = scaler.transform(np.array([np.zeros(n), np.ones(n)]))
        layers.biases[0] = layers.biases[0] + offset @ layers.weights[0]
        layers.weights[0] = (slope - offset)[:, None] * layers.weights[0]
    return layers


def _check_outputs(model, layers, X):
    """Raise an error unless the layers have the outputs of the model."""
    outputs, name = layers.activations(X)[-1], type(model).__name__
    y_pred = model.predict(X)
    if is_classifier(model):
        if y_pred.ndim > 1:
            raise ValueError(f"{name} has several labels a sample: convert a model of one label")
        n_outputs = 1 if len(model.classes_) == 2 else len(model.classes_)
        best = outputs[:, 0] > 0 if outputs.shape[1] == 1 else outputs.argmax(axis=1)
        # Scores that are equal up to rounding may be ordered either way.
        same = outputs.shape[1] == n_outputs and np.mean(model.classes_[best * 1] == y_pred) > 0.99
    else:
        wanted = y_pred.reshape(len(X), -1)
        size = np.abs(wanted).max(initial=0.0)
        same = wanted.shape == outputs.shape
        same = same and np.allclose(wanted, outputs, rtol=0, atol=TOLERANCE * size + 1e-12)
    if not same:
        raise ValueError(
            f"{name} does not predict by its weights and a bias alone, so no such neurons do: "
            "convert another linear model, such as RidgeClassifierCV, LogisticRegression or Ridge"
        )
