"""Ridge regression on counts in windows, with windows and penalty chosen by the data."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, column_or_1d, validate_data

from .._typing import Array, ArrayLike, Samples
from .._validation import (
    check_bool,
    check_integer,
    check_number,
    check_reals,
    check_squares,
    is_auto,
)
from .leave_one_out import CentredRidge, centred, left_out_errors

__all__ = ["WindowedRidge", "WindowedRidgeClassifier"]

MAX_SAMPLES = 500  # on which partitions are compared
ALPHAS_OF_NUMBERS = (1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1.0)
ALPHAS_OF_CLASSES = (1e-5, 3e-5, 1e-4, 3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3, 1.0)


class WindowedRidgeBase(BaseEstimator):
    """Base of ridge regressions on counts in windows, with any number of outputs.

    Parameters
    ----------
    n_windows, partitions, root, alphas : object
        As of :class:`WindowedRidge`.
    """

    def __init__(self, n_windows: Any, partitions: Any, root: Any, alphas: Any) -> None:
        self.n_windows = n_windows
        self.partitions = partitions
        self.root = root
        self.alphas = alphas

    def _fit(self, X, targets, weights):
        """Choose partition and penalty, and fit the coefficients of all outputs.

        Parameters
        ----------
        X : float64 array of shape (n_samples, n_features)
        targets : float64 array of shape (n_samples, n_outputs)
        weights : float64 array of shape (n_samples,)
        """
        partitions, alphas = self._check(X.shape[1])
        used = weights > 0
        X, targets, weights = X[used], targets[used], weights[used]
        self.partition_ = partitions[0]
        if len(partitions) > 1:
            some = np.unique(np.linspace(0, len(X) - 1, MAX_SAMPLES).astype(int))
            self.errors_ = self._compare(X[some], targets[some], weights[some], partitions, alphas)
            self.partition_ = partitions[self.errors_.min(axis=1).argmin()]
        ridge = CentredRidge(self._in_windows(X, self.partition_), targets, weights)
        errors = ridge.errors(alphas)
        if len(partitions) == 1:
            self.errors_ = errors[None]
        self.alpha_ = alphas[errors.argmin()]
        self.coef_, self.intercept_ = ridge.solve(self.alpha_)

    def _compare(self, X, targets, weights, partitions, alphas):
        """Return the errors of all partitions; their Gram matrices are sums of a few."""
        targets = centred(targets, weights)
        grams = {}
        for n in sorted({n for partition in partitions for n in partition}):
            features = centred(self._in_windows(X, (n,)), weights)
            grams[n] = features @ features.T
        errors = []
        for partition in partitions:
            squares, U = np.linalg.eigh(sum(grams[n] for n in partition))
            errors.append(left_out_errors(U, np.maximum(squares, 0), targets, weights, alphas))
        return np.array(errors)

    def _check(self, n_features):
        """Validate the parameters; return the candidates."""
        owner, n_windows = type(self).__name__, self._n_windows()
        if n_features % n_windows:
            raise ValueError(
                f"{owner}.n_windows={n_windows} does not divide the {n_features} columns of X: "
                "give the number of windows that X was counted in, such as n of Snapshots"
            )
        if not is_auto(self.root):
            check_bool(f"{owner}.root", self.root)
        alphas = np.ravel(self.alphas)
        if not len(alphas):
            raise ValueError(f"{owner}.alphas must not be empty")
        for alpha in alphas:
            check_number(f"{owner}.alphas", alpha, 0, low_open=True)
        return self._partitions(n_windows), alphas.astype(float)

    def _n_windows(self):
        if is_auto(self.n_windows):
            return 1
        return check_integer(f"{type(self).__name__}.n_windows", self.n_windows, 1)

    def _partitions(self, n_windows):
        """Return the candidate partitions as tuples of numbers of windows."""
        owner = type(self).__name__
        if is_auto(self.partitions):
            halved = [2**k for k in range(n_windows.bit_length()) if n_windows % 2**k == 0]
            together = [tuple(halved[: k + 1]) for k in range(1, len(halved))]
            return [(n,) for n in halved] + together
        partitions = [tuple(np.atleast_1d(partition)) for partition in self.partitions]
        if not partitions or not all(partitions):
            raise ValueError(f"{owner}.partitions must hold partitions, got {self.partitions!r}")
        for n in (n for partition in partitions for n in partition):
            if n_windows % check_integer(f"{owner}.partitions", int(n), 1):
                raise ValueError(
                    f"{owner}.partitions must hold divisors of n_windows={n_windows}, got {n}"
                )
        return [tuple(map(int, partition)) for partition in partitions]

    def _in_windows(self, X, partition):
        """Return features in the windows of a partition: sums of counts, or their roots."""
        n_windows = self._n_windows()
        fine = X.reshape(len(X), n_windows, -1)
        counts = [
            fine.reshape(len(X), n, n_windows // n, -1).sum(axis=2).reshape(len(X), -1)
            for n in partition
        ]
        counts = np.hstack(counts) if len(counts) > 1 else counts[0]
        if not (n_windows > 1 if is_auto(self.root) else self.root):
            return counts
        if counts.min() < 0:
            raise ValueError(
                f"{type(self).__name__}.root needs counts, got {counts.min():g}: set root=False"
            )
        return np.sqrt(counts)

    def _outputs(self, X):
        """Return the outputs for samples, of shape (n_samples, n_outputs)."""
        check_is_fitted(self)
        X = _dense(validate_data(self, X, accept_sparse="csr", dtype=np.float64, reset=False))
        return self._in_windows(X, self.partition_) @ self.coef_.T + self.intercept_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


class WindowedRidge(RegressorMixin, WindowedRidgeBase):
    """Ridge regression on spike counts, whose windows and penalty the data choose.

    The features are counts in `n_windows` equal windows of each sample. Counts in fewer, longer
    windows are sums of these, so one simulation serves all candidate partitions. Partition and
    penalty are those of the smallest leave-one-out error, which follows from one
    eigendecomposition for each partition [1]_. Partitions are compared on at most 500 of the
    samples, evenly spaced. The fit is the plain ridge regression of all samples on the counts of
    the chosen partition, with the penalty that is best for it.

    Parameters
    ----------
    n_windows : int or "auto", default="auto"
        Number of windows in which the features were counted: column `k * n_neurons + n` is the
        count of neuron n in window k, as of `Snapshots(n=n_windows)`. "auto" is 1; in an
        :class:`~lsm.LSMRegressor` it is the number of windows in which the liquid is read.
    partitions : sequence of tuple of int, or "auto", default="auto"
        Candidate partitions: `(4,)` has four windows, `(1, 2)` the whole sample and its halves.
        "auto" takes 1, 2, 4 and further powers of two that divide `n_windows`, each alone, and
        the first two, three, and so on together. One partition, such as `[(1, 2)]`, is set by
        hand.
    root : bool or "auto", default="auto"
        Whether the features are the square roots of the counts, whose noise does not grow with
        the rate; "auto" is true for more than one window.
    alphas : sequence of float, default=(1e-9, 1e-8, ..., 0.1, 1.0)
        Candidate penalties on the squared coefficients, as shares of the sum of squares of the
        centred features. A share has the same effect for any number of samples and any scale.

    Attributes
    ----------
    partition_ : tuple of int
        The chosen partition.
    alpha_ : float
        The chosen penalty.
    errors_ : array of shape (n_partitions, n_alphas)
        Mean squared leave-one-out error of all candidates, on the samples that compare them.
    coef_ : array of shape (n_outputs, n_chosen_features)
        Coefficients of the features of the chosen partition.
    intercept_ : array of shape (n_outputs,)
        Output if all features are zero.
    n_features_in_ : int
        Number of columns of `X`.

    Notes
    -----
    A sample of weight w counts as w copies of it. The error leaves out one copy, or the whole
    sample if its weight is below one.

    References
    ----------
    .. [1] R. M. Rifkin, R. A. Lippert (2007). Notes on regularized least squares. MIT CSAIL
       technical report 2007-025.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.readout import WindowedRidge
    >>> X = np.random.default_rng(0).poisson(3.0, (200, 4, 10))  # 4 windows, 10 neurons
    >>> y = X[:, :2].sum(axis=(1, 2)) - X[:, 2:].sum(axis=(1, 2))  # first half minus second
    >>> WindowedRidge(n_windows=4, root=False).fit(X.reshape(200, 40), y).partition_
    (2,)
    """

    def __init__(
        self,
        n_windows: int | str = "auto",
        partitions: Sequence[Any] | str = "auto",
        root: bool | str = "auto",
        alphas: Sequence[float] = ALPHAS_OF_NUMBERS,
    ) -> None:
        super().__init__(n_windows, partitions, root, alphas)

    def fit(
        self, X: ArrayLike | sparse.sparray, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Choose partition and penalty, and fit the coefficients.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Counts.
        y : array of shape (n_samples,) or (n_samples, n_outputs)
            Targets.
        sample_weight : array of shape (n_samples,), optional
            Weights of the samples.

        Returns
        -------
        self : WindowedRidge

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid, or does not fit the number of columns, or a target is above
            1e150.
        """
        X, y = validate_data(
            self, X, y, accept_sparse="csr", dtype=np.float64, multi_output=True, y_numeric=True
        )
        check_squares("y", y)
        weights = _checked_weights(sample_weight, len(y))
        self._one_output = y.ndim == 1
        self._fit(_dense(X), y.reshape(len(y), -1).astype(float), weights)
        return self

    def predict(self, X: Samples) -> Array:
        """Return predictions, of shape (n_samples,) or (n_samples, n_outputs)."""
        outputs = self._outputs(X)
        return outputs[:, 0] if self._one_output else outputs

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


class WindowedRidgeClassifier(ClassifierMixin, WindowedRidgeBase):
    """Classifier by ridge regression on spike counts, whose windows and penalty the data choose.

    A :class:`WindowedRidge` with one target of -1 or 1 for each class, as
    :class:`sklearn.linear_model.RidgeClassifier`.

    Parameters
    ----------
    n_windows, partitions, root : object
        As of :class:`WindowedRidge`.
    alphas : sequence of float, default=(1e-5, 3e-5, 1e-4, ..., 0.3, 1.0)
        As of :class:`WindowedRidge`.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        The classes, sorted.
    partition_, alpha_, errors_, coef_, intercept_, n_features_in_ : object
        As of :class:`WindowedRidge`. Two classes have one output.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import Liquid, Snapshots
    >>> from lsm.readout import WindowedRidgeClassifier
    >>> rng, y = np.random.default_rng(0), np.arange(40) % 2
    >>> X = [rng.poisson(0.05, (100, 8)) * (np.arange(8) // 4 == label) for label in y]
    >>> states = Liquid(100, snapshots=Snapshots(n=8), random_state=0).fit_transform(X)
    >>> WindowedRidgeClassifier(n_windows=8).fit(states, y).score(states, y)
    1.0
    """

    def __init__(
        self,
        n_windows: int | str = "auto",
        partitions: Sequence[Any] | str = "auto",
        root: bool | str = "auto",
        alphas: Sequence[float] = ALPHAS_OF_CLASSES,
    ) -> None:
        super().__init__(n_windows, partitions, root, alphas)

    def fit(
        self, X: ArrayLike | sparse.sparray, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> Self:
        """Choose partition and penalty, and fit the coefficients.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Counts.
        y : array of shape (n_samples,) or (n_samples, n_labels)
            Classes, or an indicator of several labels.
        sample_weight : array of shape (n_samples,), optional
            Weights of the samples.

        Returns
        -------
        self : WindowedRidgeClassifier

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid, or does not fit the number of columns.
        """
        X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64, multi_output=True)
        check_classification_targets(y)
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        weights = _checked_weights(sample_weight, len(y))
        binarizer = LabelBinarizer(neg_label=-1)
        targets = binarizer.fit_transform(y)
        self._fit(_dense(X), targets.astype(float), weights)
        self.classes_, self._binarizer = binarizer.classes_, binarizer
        return self

    def decision_function(self, X: Samples) -> Array:
        """Return scores, of shape (n_samples, n_classes), or (n_samples,) for two classes."""
        scores = self._outputs(X)
        return scores[:, 0] if scores.shape[1] == 1 else scores

    def predict(self, X: Samples) -> Array:
        """Return the class with the highest score, or all labels with a positive one."""
        scores = self.decision_function(X)
        return self._binarizer.inverse_transform(scores)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def _checked_weights(sample_weight, n_samples):
    """Return weights of samples as a float64 array of shape (n_samples,)."""
    if sample_weight is None:
        return np.ones(n_samples)
    rule = f"sample_weight must have one finite number >= 0 for each of {n_samples} samples"
    weights = np.asarray(check_reals(rule, sample_weight), dtype=float)
    if weights.shape != (n_samples,):
        raise ValueError(f"{rule}, got shape {weights.shape}: sample_weight.ndim must be 1")
    if not np.isfinite(weights).all() or weights.min() < 0:
        raise ValueError(f"{rule}, got {sample_weight!r:.80}")
    if not weights.any():
        raise ValueError(f"{rule}, not all of them zero: every weight of sample_weight is zero")
    return weights


def _dense(X):
    return X.toarray() if sparse.issparse(X) else X
