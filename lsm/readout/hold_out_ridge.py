"""Ridge regression for series, whose penalty is chosen on their last part."""

import numpy as np
from scipy import linalg
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from .._validation import check_number

__all__ = ["HoldOutRidge"]


class HoldOutRidge(RegressorMixin, BaseEstimator):
    """Ridge regression whose penalty does best on the last rows, fitted on all in the end.

    Neighbouring rows of a series are alike, so a penalty that is chosen by leaving out single
    rows, as `RidgeCV` does, is too small.

    Parameters
    ----------
    alphas : sequence of float, default=(1e-12, 1e-10, ..., 0.1, 1.0)
        Penalties on the squared coefficients to choose from, against the mean squared error, in
        units of the features' mean variance: so their meaning depends neither on the number of
        rows nor on the scale of the features.
    share : float, default=0.25
        Share of the rows, the last ones, on which each target's penalty is chosen.

    Attributes
    ----------
    alpha_ : array of shape (n_targets,)
        Penalty of each target.
    coef_ : array of shape (n_features,) or (n_targets, n_features)
        Coefficients.
    intercept_ : float or array of shape (n_targets,)
        What is said where all features are zero.
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
        self, alphas=(1e-12, 1e-10, 1e-8, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0), share=0.25
    ):  # fmt: skip
        self.alphas = alphas
        self.share = share

    def fit(self, X, y):
        """Choose the penalties, then fit all rows.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Rows, in their order.
        y : array of shape (n_samples,) or (n_samples, n_targets)
            Targets.

        Returns
        -------
        self : HoldOutRidge

        Raises
        ------
        ValueError
            If a parameter is outside its meaning, there are fewer than two rows, or every
            penalty is too small to make the coefficients unique.
        """
        if np.ndim(self.alphas) != 1 or len(self.alphas) == 0:
            raise ValueError(f"alphas must be a sequence of numbers > 0, got {self.alphas!r}")
        alphas = [check_number("alphas", value, 0, low_open=True) for value in self.alphas]
        check_number("share", self.share, 0, 1, low_open=True, high_open=True)
        X, y = validate_data(
            self, X, y, dtype=np.float64, multi_output=True, y_numeric=True, ensure_min_samples=2
        )
        targets = y.reshape(len(y), -1).astype(float)
        n_fit = min(max(round((1 - self.share) * len(X)), 1), len(X) - 1)
        fitted, held = _Moments(X[:n_fit], targets[:n_fit]), X[n_fit:]
        errors = np.array(
            [((fitted.predict(held, alpha) - targets[n_fit:]) ** 2).sum(axis=0) for alpha in alphas]
        )
        if np.isinf(errors).all():
            raise ValueError(f"alphas must hold a larger penalty than {max(alphas):g}")
        self.alpha_ = np.array(alphas)[errors.argmin(axis=0)]
        everything = _Moments(X, targets)
        coef = np.empty((targets.shape[1], X.shape[1]))
        for alpha in np.unique(self.alpha_):
            chosen = self.alpha_ == alpha
            coef[chosen] = everything.solve(alpha)[:, chosen].T
        intercept = everything.y_mean - coef @ everything.X_mean
        self.coef_, self.intercept_ = (coef, intercept) if y.ndim == 2 else (coef[0], intercept[0])
        return self

    def predict(self, X):
        """Return the targets of rows, of shape (n_samples,) or (n_samples, n_targets)."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=np.float64)
        return X @ self.coef_.T + self.intercept_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


class _Moments:
    """What ridge regression needs of some rows, for any penalty."""

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
        """Return what is said of rows; infinite where the penalty is lost in rounding."""
        try:
            return (X - self.X_mean) @ self.solve(alpha) + self.y_mean
        except linalg.LinAlgError:
            return np.full((len(X), len(self.y_mean)), np.inf)
