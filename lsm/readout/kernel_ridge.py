"""Kernel ridge regression for classification."""

import numbers
from typing import Self

import numpy as np
from scipy import linalg, sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .._typing import Array, ArrayLike
from .._validation import check_number

__all__ = ["KernelRidgeClassifier"]


class KernelRidgeClassifier(ClassifierMixin, BaseEstimator):
    """Classifier by kernel ridge regression, with one target of -1 or 1 for each class.

    This is :class:`sklearn.linear_model.RidgeClassifier` with the kernel
    `k(a, b) = exp(-gamma * ||a - b||^2)`, also known as a least-squares support vector machine
    [1]_ without a bias. The fit is in closed form. Its time grows with the cube of the number of
    samples, and its memory with the square.

    Standardise the features first, since distances weight all features equally.

    Parameters
    ----------
    alpha : float, default=0.03
        Regularisation, which is added to the diagonal of the kernel matrix. The diagonal itself
        is 1.
    gamma : {"median", "scale"} or float, default="median"
        Inverse squared width of the kernel. "median" is 1 / (2 m), where m is the median
        squared distance between two different training samples. "scale" is
        1 / (n_features * X.var()), as in :class:`sklearn.svm.SVC`.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        The classes, sorted.
    gamma_ : float
        Value of gamma.
    dual_coef_ : array of shape (n_samples, n_classes), or (n_samples, 1) for two classes
        Weights of the training samples.
    X_fit_ : array or CSR matrix of shape (n_samples, n_features)
        The training samples.
    n_features_in_ : int
        Number of features.

    See Also
    --------
    sklearn.kernel_ridge.KernelRidge : Regressor with a choice of kernels.

    References
    ----------
    .. [1] J. A. K. Suykens, J. Vandewalle (1999). Least squares support vector machine
       classifiers. Neural Processing Letters 9, 293-300.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from lsm.readout import KernelRidgeClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> KernelRidgeClassifier().fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.9
    True
    """

    def __init__(self, alpha: float = 0.03, gamma: str | float = "median") -> None:
        self.alpha = alpha
        self.gamma = gamma

    def fit(self, X: ArrayLike | sparse.sparray, y: ArrayLike) -> Self:
        """Fit the weights of the training samples.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Training samples. float32 stays float32.
        y : array of shape (n_samples,)
            Their classes.

        Returns
        -------
        self : KernelRidgeClassifier

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid, there is only one class, or `alpha` is too small.
        """
        alpha = check_number("KernelRidgeClassifier.alpha", self.alpha, 0, low_open=True)
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=[np.float64, np.float32])
        check_classification_targets(y)
        binarizer = LabelBinarizer(neg_label=-1)
        targets = binarizer.fit_transform(y)
        self.classes_ = binarizer.classes_
        if len(self.classes_) < 2:
            raise ValueError(f"y must hold at least two classes, got 1 class: {self.classes_[0]}")
        kernel = euclidean_distances(X, squared=True)
        self.gamma_ = self._resolve_gamma(X, kernel)
        self.X_fit_ = X
        _to_kernel(kernel, self.gamma_)
        kernel.flat[:: len(kernel) + 1] += alpha
        try:
            self.dual_coef_ = linalg.solve(
                kernel, targets.astype(X.dtype), assume_a="pos", overwrite_a=True,
                check_finite=False,
            )  # fmt: skip
        except linalg.LinAlgError:
            raise ValueError(
                f"KernelRidgeClassifier.alpha={alpha:g} is too small for samples that are equal in "
                f"the precision of {X.dtype}: raise it"
            ) from None
        return self

    def decision_function(self, X: ArrayLike | sparse.sparray) -> Array:
        """Return the score of each class.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        scores : array of shape (n_samples, n_classes), or (n_samples,) for two classes
            Scores, near 1 for a sample of the class and near -1 for other samples. For two
            classes they are the scores of `classes_[1]`.
        """
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=[np.float64, np.float32], reset=False)
        distances = euclidean_distances(X, self.X_fit_, squared=True)
        scores = _to_kernel(distances, self.gamma_) @ self.dual_coef_
        return scores.ravel() if len(self.classes_) == 2 else scores

    def predict(self, X: ArrayLike | sparse.sparray) -> Array:
        """Return the class with the highest score.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        classes : array of shape (n_samples,)
        """
        scores = self.decision_function(X)
        best = scores > 0 if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes_[best.astype(int)]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _resolve_gamma(self, X, squared_distances):
        """Return `gamma` as a number."""
        if isinstance(self.gamma, numbers.Real):
            return check_number("KernelRidgeClassifier.gamma", self.gamma, 0, low_open=True)
        if self.gamma == "scale":
            # A sparse matrix has no var(). SVC computes the variance in this way too.
            variance = X.multiply(X).mean() - X.mean() ** 2 if sparse.issparse(X) else X.var()
            return 1 / float(X.shape[1] * variance) if variance > 0 else 1.0
        if self.gamma == "median":
            # Rounding leaves small distances between equal samples, which do not count.
            positive = squared_distances[squared_distances > 1e-6 * squared_distances.max()]
            return 1 / (2 * float(np.median(positive))) if positive.size else 1.0
        raise ValueError(
            "KernelRidgeClassifier.gamma must be 'median', 'scale' or a number > 0, got "
            f"{self.gamma!r}"
        )


def _to_kernel(squared_distances, gamma):
    """Convert squared distances to the kernel, in place since they may take gigabytes."""
    squared_distances *= -gamma
    return np.exp(squared_distances, out=squared_distances)
