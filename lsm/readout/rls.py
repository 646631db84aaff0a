"""Linear regression by recursive least squares, row by row."""

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import validate_data

from .._typing import Array, ArrayLike, Samples
from .._validation import check_number
from ..kernel import Correlation, predict_and_learn
from ._rows import check_rows

__all__ = ["RLS"]


class RLS(RegressorMixin, BaseEstimator):
    """Linear regression by recursive least squares, without an intercept.

    After every row the coefficients are those of a ridge regression on all rows so far, with the
    penalty `alpha` (for `forget=1`). Memory and time per row do not grow with the number of rows.
    In an :class:`~lsm.LSMRegressor` with feedback, this readout learns while its output drives the
    liquid, which is FORCE learning [1]_.

    Parameters
    ----------
    alpha : float, default=1.0
        Penalty on the squared coefficients. It is the inverse of the initial diagonal of the
        matrix P in [1]_.
    forget : float, default=1.0
        Factor on the weight of a row with each later row, at most 1. The penalty decays likewise,
        but not below 1e-12.

    Attributes
    ----------
    coef_ : array of shape (n_features,) or (n_targets, n_features)
        Coefficients.
    intercept_ : float or array of shape (n_targets,)
        Zero.
    correlation_ : lsm.kernel.Correlation
        Inverse of the penalised correlation matrix of the rows, with the changes by the last
        rows apart. `correlation_.whole` is an array of shape (n_features, n_features).
    n_features_in_ : int
        Number of features.

    References
    ----------
    .. [1] D. Sussillo, L. F. Abbott (2009). Generating coherent patterns of activity from chaotic
       neural networks. Neuron 63, 544-557.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.readout import RLS
    >>> X = np.random.default_rng(0).normal(size=(100, 3))
    >>> RLS(alpha=1e-6).fit(X, X @ [1.0, 2.0, 3.0]).coef_.round(3)
    array([1., 2., 3.])
    """

    online = True  # can learn inside a closed loop

    def __init__(self, alpha: float = 1.0, forget: float = 1.0) -> None:
        self.alpha = alpha
        self.forget = forget

    def start(self, n_features: int, n_targets: int | None) -> Self:
        """Reset the coefficients to zero.

        Parameters
        ----------
        n_features : int
            Number of features.
        n_targets : int or None
            Number of targets; None for one target that is given as a vector.

        Returns
        -------
        self : RLS

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid.
        """
        alpha = check_number("RLS.alpha", self.alpha, 0, low_open=True)
        check_number("RLS.forget", self.forget, 0, 1, low_open=True)
        self.n_features_in_ = n_features
        self.coef_ = np.zeros(n_features if n_targets is None else (n_targets, n_features))
        self.intercept_ = 0.0 if n_targets is None else np.zeros(n_targets)
        self.correlation_ = Correlation.of(np.eye(n_features) / alpha)
        return self

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Reset the coefficients, and learn from rows in their order.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Rows.
        y : array of shape (n_samples,) or (n_samples, n_targets)
            Targets.

        Returns
        -------
        self : RLS
        """
        X, y = self._check(X, y, reset=True)
        self.start(X.shape[1], None if y.ndim == 1 else y.shape[1])
        return self._learn(X, y)

    def partial_fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from further rows; the first call is a `fit`.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Rows.
        y : array of shape (n_samples,) or (n_samples, n_targets)
            Targets, of the same shape in each row as before.

        Returns
        -------
        self : RLS
        """
        if not hasattr(self, "coef_"):
            return self.fit(X, y)
        X, y = self._check(X, y, reset=False)
        shape = self.coef_.shape[:-1]
        if y.shape[1:] != shape:
            raise ValueError(
                f"y must have targets of shape {shape} in each row as before, got {y.shape[1:]}"
            )
        return self._learn(X, y)

    def _check(self, X, y, reset):
        return validate_data(
            self, X, y, reset=reset, dtype=np.float64, multi_output=True, y_numeric=True, order="C"
        )

    def _learn(self, X, y):
        self.predict_and_learn(X, y, np.ones(len(X), dtype=bool))
        return self

    def predict_and_learn(self, X: ArrayLike, y: ArrayLike, learns: ArrayLike) -> Array:
        """Predict each row of a stream, and then learn from it.

        Parameters
        ----------
        X : array of shape (n_rows, n_features)
            Rows.
        y : array of shape (n_rows,) or (n_rows, n_targets)
            Targets.
        learns : bool array of shape (n_rows,)
            Rows to learn from; the others are predicted only.

        Returns
        -------
        y_pred : array of the shape of `y`
            Predictions before learning from the row.
        """
        if not hasattr(self, "coef_"):
            self.start(X.shape[1], None if y.ndim == 1 else y.shape[1])
        forget = check_number("RLS.forget", self.forget, 0, 1, low_open=True)
        X = np.ascontiguousarray(X, dtype=np.float64)
        targets = np.asarray(y, dtype=np.float64).reshape(len(X), -1)
        coef = np.atleast_2d(self.coef_)  # a view, changed in place
        shape = targets.shape[1], X.shape[1]
        # The compiled code would read beyond other arrays, as of a file.
        if coef.shape != shape or not self.correlation_.is_of(X.shape[1]):
            raise ValueError(
                f"RLS has coefficients of shape {coef.shape} and a matrix of shape "
                f"{self.correlation_.matrix.shape}, but the rows need coefficients of shape "
                f"{shape}: fit again"
            )
        learns = np.asarray(learns, dtype=bool)
        if learns.shape != (len(X),):
            raise ValueError(f"learns must have shape ({len(X)},), got {learns.shape}")
        y_pred = np.empty(targets.shape)
        predict_and_learn(X, targets, learns, coef, self.correlation_, forget, y_pred)
        return y_pred.reshape(np.shape(y))

    def predict(self, X: Samples) -> Array:
        """Return predictions for rows, of shape (n_samples,) or (n_samples, n_targets)."""
        return check_rows(self, X) @ self.coef_.T + self.intercept_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
