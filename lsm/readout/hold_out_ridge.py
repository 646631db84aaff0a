"""Ridge regression for time series, with a penalty chosen on the last rows."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from scipy import linalg
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import validate_data

from .._typing import Array, ArrayLike, Samples
from .._validation import check_number, check_squares
from ._rows import check_rows

__all__ = ["HoldOutRidge"]


class HoldOutRidge(RegressorMixin, BaseEstimator):
    """Ridge regression with the penalty of the smallest error on the last rows.

    Candidate penalties are compared on the last rows, after a fit to the rows before. The final
    coefficients are fitted to all rows. `RidgeCV` leaves out single rows instead. In a series
    neighbouring rows are similar, so its penalty is too small.

    Parameters
    ----------
    alphas : sequence of float, default=(1e-12, 1e-10, ..., 0.1, 1.0)
        Candidate penalties on the squared coefficients, relative to the mean squared error and to
        the mean variance of the features. A penalty therefore has the same effect for any number
        of rows and any scale of the features.
    share : float, default=0.25
        Share of the rows, at the end, on which the penalty of each target is chosen.

    Attributes
    ----------
    alpha_ : array of shape (n_targets,)
        Penalty of each target.
    coef_ : array of shape (n_features,) or (n_targets, n_features)
        Coefficients.
    intercept_ : float or array of shape (n_targets,)
        Prediction if all features are zero.
    n_features_in_ : int
        Number of features.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.readout import HoldOutRidge
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(200, 50))
    >>> y = X[:, 0] + rng.normal(size=200)
    >>> HoldOutRidge().fit(X, y).alpha_
    array([0.1])
    """

    def __init__(
        self,
        alphas: Sequence[float] = (1e-12, 1e-10, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0),
        share: float = 0.25,
    ) -> None:
        self.alphas = alphas
        self.share = share

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Choose the penalties, and fit the coefficients to all rows.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Rows in order of time.
        y : array of shape (n_samples,) or (n_samples, n_targets)
            Targets.

        Returns
        -------
        self : HoldOutRidge

        Raises
        ------
        ValueError
            If a parameter is invalid, there are fewer than two rows, a target is above 1e150, or
            every penalty is too small for unique coefficients.
        """
        if np.ndim(self.alphas) != 1 or len(self.alphas) == 0:
            raise ValueError(
                f"HoldOutRidge.alphas must be a sequence of numbers > 0, got {self.alphas!r}"
            )
        alphas = [
            check_number("HoldOutRidge.alphas", alpha, 0, low_open=True) for alpha in self.alphas
        ]
        check_number("HoldOutRidge.share", self.share, 0, 1, low_open=True, high_open=True)
        X, y = validate_data(
            self, X, y, dtype=np.float64, multi_output=True, y_numeric=True, ensure_min_samples=2
        )
        check_squares("y", y)
        targets = y.reshape(len(y), -1).astype(float)
        n_fit = min(max(round((1 - self.share) * len(X)), 1), len(X) - 1)
        first_rows, last = _Moments(X[:n_fit], targets[:n_fit]), slice(n_fit, None)
        errors = np.array(
            [
                ((first_rows.predict(X[last], alpha) - targets[last]) ** 2).sum(axis=0)
                for alpha in alphas
            ]
        )
        if np.isinf(errors).all():
            raise ValueError(
                "HoldOutRidge.alphas are too small for unique coefficients: add a penalty larger "
                f"than {max(alphas):g}"
            )
        self.alpha_ = np.array(alphas)[errors.argmin(axis=0)]
        all_rows = _Moments(X, targets)
        coef = np.empty((targets.shape[1], X.shape[1]))
        for alpha in np.unique(self.alpha_):
            chosen = self.alpha_ == alpha
            coef[chosen] = all_rows.solve(alpha)[:, chosen].T
        intercept = all_rows.y_mean - coef @ all_rows.X_mean
        one = slice(None) if y.ndim == 2 else 0
        self.coef_, self.intercept_ = coef[one], intercept[one]
        return self

    def predict(self, X: Samples) -> Array:
        """Return predictions for rows, of shape (n_samples,) or (n_samples, n_targets)."""
        X = check_rows(self, X)
        return X @ self.coef_.T + self.intercept_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


class _Moments:
    """Means and covariances of rows, from which ridge regression follows for any penalty."""

    def __init__(self, X, y):
        self.X_mean, self.y_mean = X.mean(axis=0), y.mean(axis=0)
        X = X - self.X_mean
        self.covariance = X.T @ X / len(X)
        self.cross = X.T @ (y - self.y_mean) / len(X)
        self.unit = self.covariance.trace() / len(self.covariance) or 1.0

    def solve(self, alpha):
        """Return the coefficients, of shape (n_features, n_targets)."""
        penalised = self.covariance.copy()
        penalised.flat[:: len(penalised) + 1] += alpha * self.unit
        factor = linalg.cho_factor(penalised, overwrite_a=True, check_finite=False)
        return linalg.cho_solve(factor, self.cross, check_finite=False)

    def predict(self, X, alpha):
        """Return predictions for rows, or infinity if the coefficients are not unique."""
        try:
            return (X - self.X_mean) @ self.solve(alpha) + self.y_mean
        except linalg.LinAlgError:
            return np.full((len(X), len(self.y_mean)), np.inf)
