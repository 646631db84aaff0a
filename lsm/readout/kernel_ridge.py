"""Kernel ridge regression on classes."""

import numbers

import numpy as np
from scipy import linalg, sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics.pairwise import euclidean_distances
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .._validation import check_number

__all__ = ["KernelRidgeClassifier"]


class KernelRidgeClassifier(ClassifierMixin, BaseEstimator):
    """Classify by kernel ridge regression on targets of -1 and 1, one for each class.

    This is :class:`sklearn.linear_model.RidgeClassifier` with the kernel
    `k(a, b) = exp(-gamma * ||a - b||^2)`, also known as a least-squares support vector machine
    [1]_ without a bias. It is fitted in closed form, in time that grows with the cube of the
    number of samples and memory that grows with its square.

    Standardise the features first: distances weigh all of them equally.

    Parameters
    ----------
    alpha : float, default=0.03
        Regularisation, added to the diagonal of the kernel matrix, whose own entries are 1.
    gamma : {"median", "scale"} or float, default="median"
        Inverse squared width of the kernel. "median" is 1 / (2 m), where m is the median
        squared distance between two training samples that differ; "scale" is
        1 / (n_features * X.var()), as in
        :class:`sklearn.svm.SVC`.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        The classes, sorted.
    gamma_ : float
        The value of gamma that is used.
    dual_coef_ : array of shape (n_samples, n_classes), or (n_samples, 1) for two classes
        Weights of the training samples.
    X_fit_ : array or CSR matrix of shape (n_samples, n_features)
        The training samples.
    n_features_in_ : int
        Number of features.

    See Also
    --------
    sklearn.kernel_ridge.KernelRidge : The regressor, with other kernels.

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

    def __init__(self, alpha=0.03, gamma="median"):
        self.alpha = alpha
        self.gamma = gamma

    def fit(self, X, y):
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
        """
        alpha = check_number("alpha", self.alpha, 0, low_open=True)
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
                f"alpha={alpha:g} is too small for samples that are alike to the precision of "
                f"{X.dtype}: raise it"
            ) from None
        return self

    def decision_function(self, X):
        """Return the score of each class.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        scores : array of shape (n_samples, n_classes), or (n_samples,) for two classes
            Near 1 for a member and near -1 for any other sample; for two classes the score of
            `classes_[1]`.
        """
        check_is_fitted(self)
        X = validate_data(self, X, accept_sparse="csr", dtype=[np.float64, np.float32], reset=False)
        distances = euclidean_distances(X, self.X_fit_, squared=True)
        scores = _to_kernel(distances, self.gamma_) @ self.dual_coef_
        return scores.ravel() if len(self.classes_) == 2 else scores

    def predict(self, X):
        """Return the class of the highest score.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Samples.

        Returns
        -------
        classes : array of shape (n_samples,)
        """
        scores = self.decision_function(X)
        chosen = scores > 0 if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes_[chosen.astype(int)]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _resolve_gamma(self, X, squared_distances):
        if isinstance(self.gamma, numbers.Real):
            return check_number("gamma", self.gamma, 0, low_open=True)
        if self.gamma == "scale":
            # As SVC does, since a sparse matrix has no var().
            variance = X.multiply(X).mean() - X.mean() ** 2 if sparse.issparse(X) else X.var()
            return 1 / float(X.shape[1] * variance) if variance > 0 else 1.0
        if self.gamma == "median":
            # Rounding leaves equal samples a hair apart, and a median of hairs is no width.
            apart = squared_distances[squared_distances > 1e-6 * squared_distances.max()]
            return 1 / (2 * float(np.median(apart))) if apart.size else 1.0
        raise ValueError(f"gamma must be 'median', 'scale' or a number > 0, got {self.gamma!r}")


def _to_kernel(squared_distances, gamma):
    """Turn squared distances into the kernel, in place: they may take gigabytes."""
    squared_distances *= -gamma
    return np.exp(squared_distances, out=squared_distances)
