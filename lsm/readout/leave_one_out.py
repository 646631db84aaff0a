"""Ridge regression whose leave-one-out error follows from one eigendecomposition."""

from typing import Any

import numpy as np

from .._typing import Array

__all__ = ["CentredRidge", "centred", "left_out_errors"]


class CentredRidge:
    """Weighted ridge regression with an intercept, solved for any penalty.

    With rows scaled by the roots of their weights, the centred features are U sqrt(l) V'. U and l
    come from the smaller one of Z Z' and Z' Z.
    """

    def __init__(self, features: Array, targets: Array, weights: Any) -> None:
        self.weights = weights
        self.x_mean, self.y_mean = (_mean(values, weights) for values in (features, targets))
        self.Z, self.Y = centred(features, weights), centred(targets, weights)
        if self.Z.shape[0] <= self.Z.shape[1]:
            squares, self.U = np.linalg.eigh(self.Z @ self.Z.T)
        else:
            squares, V = np.linalg.eigh(self.Z.T @ self.Z)
            kept = squares > squares[-1] * len(V) * np.finfo(float).eps
            squares = squares[kept]
            self.U = self.Z @ V[:, kept] / np.sqrt(squares)
        self.squares = np.maximum(squares, 0)

    def errors(self, alphas: Array) -> Array:
        """Return the mean squared leave-one-out error for each penalty."""
        return left_out_errors(self.U, self.squares, self.Y, self.weights, alphas)

    def solve(self, alpha: float) -> tuple[Array, Array]:
        """Return coefficients of shape (n_outputs, n_features), and intercepts."""
        shrunk = self.U.T @ self.Y / (self.squares + _penalty(alpha, self.squares))[:, None]
        coef = (self.U @ shrunk).T @ self.Z
        return coef, self.y_mean - coef @ self.x_mean


def left_out_errors(U: Array, squares: Array, Y: Array, weights: Array, alphas: Array) -> Array:
    """Return the mean squared leave-one-out error for each penalty.

    Parameters
    ----------
    U : array of shape (n_samples, rank)
        Left singular vectors of the centred, weighted features.
    squares : array of shape (rank,)
        Squares of the singular values.
    Y : array of shape (n_samples, n_outputs)
        Centred, weighted targets.
    weights : array of shape (n_samples,)
        Weights of the samples, all above zero.
    alphas : array of shape (n_alphas,)
        Penalties.

    Returns
    -------
    errors : array of shape (n_alphas,)
    """
    shrink = np.array([squares / (squares + _penalty(alpha, squares)) for alpha in alphas])
    total, projected = weights.sum(), U.T @ Y
    # Share of each sample in its own prediction; the intercept has a part of its own.
    leverage = shrink @ (U**2).T + weights / total
    # One copy of a sample of weight w is left out: 1 / w of the sample, or all of it.
    kept = np.maximum(1 - np.minimum(1, 1 / weights) * leverage, np.finfo(float).eps)
    errors = [
        (((Y - U @ (s[:, None] * projected)) / k[:, None]) ** 2).sum()
        for s, k in zip(shrink, kept, strict=True)
    ]
    return np.array(errors) / (total * Y.shape[1])


def _penalty(alpha, squares):
    """Return a penalty from its share of the sum of squares."""
    return alpha * (squares.sum() or 1.0)


def _mean(values, weights):
    return weights @ values / weights.sum()


def centred(values: Any, weights: Any) -> Any:
    """Return centred values, in rows scaled by the roots of their weights."""
    values = values - _mean(values, weights)
    values *= np.sqrt(weights)[:, None]
    return values
