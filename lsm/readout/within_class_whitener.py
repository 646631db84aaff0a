"""Within-class covariance normalisation of features."""

from typing import Self

import numpy as np
from scipy import linalg
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .._typing import Array, ArrayLike
from .._validation import check_number

__all__ = ["WithinClassWhitener"]

NEGLIGIBLE = 1e-5  # share of the largest variance, about the rounding error of single precision


class WithinClassWhitener(TransformerMixin, BaseEstimator):
    """Shrink the directions in which samples of one class vary, such as those of the speaker.

    This is within-class covariance normalisation [1]_. A sample is multiplied by
    `(I + S / r)^(-1/2)`, where S is the covariance of the training samples about the means of
    their classes, and r is `shrinkage` times the trace of S. Directions with a variance within
    classes far above r are whitened, and those with a variance far below r do not change.
    Directions with less than 1e-5 of the largest variance do not change either, which only matters
    for a shrinkage far below the default.

    A linear readout can undo this transformation. A readout based on distances, such as
    :class:`KernelRidgeClassifier`, benefits from it.

    The time of the fit grows with the cube of the number of samples.

    Parameters
    ----------
    shrinkage : float, default=0.02
        Share of the total variance within classes. Directions with a larger variance are shrunk.

    Attributes
    ----------
    components_ : array of shape (n_components, n_features)
        Orthonormal directions of variance within classes, in the order of decreasing variance.
    variances_ : array of shape (n_components,)
        Variances in these directions.
    factors_ : array of shape (n_components,)
        Factors of the transformation in these directions.
    n_features_in_ : int
        Number of features.

    References
    ----------
    .. [1] A. O. Hatch, S. Kajarekar, A. Stolcke (2006). Within-class covariance normalization
       for SVM-based speaker recognition. Interspeech 2006, 1471-1474.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from lsm.readout import KernelRidgeClassifier, WithinClassWhitener
    >>> X, y = load_iris(return_X_y=True)
    >>> model = make_pipeline(WithinClassWhitener(), KernelRidgeClassifier())
    >>> model.fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.9
    True
    """

    def __init__(self, shrinkage: float = 0.02) -> None:
        self.shrinkage = shrinkage

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit the directions and their factors.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Standardised training samples. float32 stays float32.
        y : array of shape (n_samples,)
            Their classes.

        Returns
        -------
        self : WithinClassWhitener

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid.
        """
        check_number("WithinClassWhitener.shrinkage", self.shrinkage, 0, low_open=True)
        X, y = validate_data(self, X, y, dtype=[np.float64, np.float32])
        check_classification_targets(y)
        residuals = X.copy()
        for label in np.unique(y):
            residuals[y == label] -= X[y == label].mean(axis=0)
        # States usually have more features than samples, so this is smaller than the covariance.
        gram = residuals @ residuals.T / len(X)
        total = np.trace(gram)
        variances, vectors = linalg.eigh(gram, overwrite_a=True, check_finite=False)
        kept = np.flatnonzero(variances > NEGLIGIBLE * variances[-1])[::-1]
        self.variances_ = variances[kept]
        lengths = np.sqrt(len(X) * self.variances_)
        self.components_ = (residuals.T @ vectors[:, kept] / lengths).T
        self.factors_ = 1 / np.sqrt(1 + self.variances_ / (self.shrinkage * total))
        return self

    def transform(self, X: ArrayLike) -> Array:
        """Shrink the directions.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        X : array of shape (n_samples, n_features)
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=[np.float64, np.float32], reset=False)
        return X - (X @ self.components_.T * (1 - self.factors_)) @ self.components_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags
