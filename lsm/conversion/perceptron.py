"""Conversion of fitted perceptrons."""

from typing import Any

from scipy import sparse

from .._typing import ArrayLike, Estimator
from .spiking_readout import SpikingReadout

__all__ = ["convert"]


def convert(model: Estimator, X: ArrayLike | sparse.sparray, **params: Any) -> SpikingReadout:
    """Convert a fitted perceptron with rectified units to layers of integrate-and-fire neurons.

    Parameters
    ----------
    model : MLPClassifier or MLPRegressor
        Fitted model with `activation="relu"`, or a pipeline of one after scalers.
    X : array or sparse matrix of shape (n_samples, n_features)
        Training samples, or others like them, from which the scales of the layers are taken.
    **params : object
        Parameters of :class:`SpikingReadout`, such as `percentile=100.0`.

    Returns
    -------
    spiking : SpikingReadout

    Raises
    ------
    TypeError, ValueError
        If the model cannot be converted, is not fitted, or a parameter is invalid.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.neural_network import MLPClassifier
    >>> from lsm.conversion import convert
    >>> X, y = load_digits(return_X_y=True)
    >>> mlp = MLPClassifier(hidden_layer_sizes=50, random_state=0).fit(X[::2], y[::2])
    >>> spiking = convert(mlp, X[::2])
    >>> abs(spiking.score(X[1::2], y[1::2]) - mlp.score(X[1::2], y[1::2])) < 0.01
    True
    """
    return SpikingReadout.from_linear(model, X, **params)
