"""Parallel perceptrons, which learn by the p-delta rule."""

from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from .._jit import njit
from .._parts import all_or_nothing
from .._random import generators
from .._typing import Array, ArrayLike, RandomState
from .._validation import check_integer, check_number, check_squares
from ..spikes import SpikeArray
from .spike_readout import encode_classes

__all__ = ["PDeltaClassifier", "PDeltaRegressor", "learn", "reference_learn"]


SMALLEST = 0.1  # share of the mean standard deviation that is added to that of a feature


class _ParallelPerceptrons(BaseEstimator):
    """Groups of perceptrons that vote on each target, from -1 to 1."""

    def __init__(
        self, n_perceptrons: int, n_epochs: int, learning_rate: float, margin: float,
        clear: float, random_state: RandomState,
    ) -> None:  # fmt: skip
        self.n_perceptrons = n_perceptrons
        self.n_epochs = n_epochs
        self.learning_rate = learning_rate
        self.margin = margin
        self.clear = clear
        self.random_state = random_state

    def _learn(self, X, targets, tolerance, resolution):
        """Learn targets of shape (n_samples, n_targets) from dense rows."""
        owner = type(self).__name__
        n = check_integer(f"{owner}.n_perceptrons", self.n_perceptrons, 1)
        n_epochs = check_integer(f"{owner}.n_epochs", self.n_epochs, 1)
        rate = check_number(f"{owner}.learning_rate", self.learning_rate, 0, 1, low_open=True)
        margin = check_number(f"{owner}.margin", self.margin, 0)
        clear = check_number(f"{owner}.clear", self.clear, 0)
        rngs = generators(self.random_state, ["weights", "order"])
        check_squares("X", X)
        self.center_ = X.mean(axis=0)
        spread = X.std(axis=0)
        # A feature that hardly moves would else be amplified without bounds.
        scale = spread + SMALLEST * spread.mean()
        scale = np.where(scale > 0, scale, 1.0)
        self.scale_ = scale * (np.linalg.norm(spread / scale) or 1.0)
        rows = self._rows(X)
        weights = rngs["weights"].normal(size=(targets.shape[1], rows.shape[1], n))
        weights /= np.linalg.norm(weights, axis=1, keepdims=True)
        for epoch in range(n_epochs):
            order = rngs["order"].permutation(len(rows))
            step = rate / np.sqrt(epoch + 1)
            learn(rows, targets, order, weights, step, tolerance, resolution, margin, clear)
        self.weights_ = weights

    def _rows(self, X):
        """Return scaled rows with a mean squared length of one, and a constant of one."""
        rows = (X - self.center_) / self.scale_
        return np.ascontiguousarray(np.hstack([rows, np.ones((len(rows), 1))]))

    def _shares(self, X):
        """Return the mean votes, from -1 to 1, for each target."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, accept_sparse="csr", dtype=np.float64)
        rows = self._rows(_dense(X))
        return np.stack(
            [np.where(rows @ w >= 0, 1, -1).mean(axis=1) for w in self.weights_], axis=1
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags


class PDeltaClassifier(ClassifierMixin, _ParallelPerceptrons):
    """Classifier by parallel perceptrons, which learn by the p-delta rule [1]_.

    A group of perceptrons votes on each class, with one group for two classes. Each perceptron
    says 1 or -1 by the sign of `w . z`, and a sum of votes above 0 is a yes. After every sample::

        w += rate * (-z)          if the group voted too high and w . z >= 0
        w += rate * z             if it voted too low and w . z < 0
        w += rate * clear * z     if it did not vote too high and 0 <= w . z < margin
        w -= rate * clear * z     if it did not vote too low and -margin < w . z < 0
        w -= rate * (|w|^2 - 1) * w

    No signal tells a perceptron more than whether the group was right. So the rule needs no
    gradient and no communication between neurons, and it has been used as the readout of liquids
    [2]_.

    z holds the features, centred and divided by their standard deviations so that the mean squared
    length is 1, and a constant of 1. Features are the counts of spikes in a
    :class:`~lsm.LSMClassifier`, or traces of spikes from :class:`~lsm.pooled.Pooled`.

    Parameters
    ----------
    n_perceptrons : int, default=21
        Number of perceptrons in each group; odd, or votes may be equal.
    n_epochs : int, default=100
        Number of times that all samples are learnt from.
    learning_rate : float, default=0.01
        Rate in the first epoch, at most 1; it falls with the square root of the epoch.
    margin : float, default=0.08
        Distance from 0 that `w . z` shall have.
    clear : float, default=1.0
        Strength with which perceptrons are moved out of the margin.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights and of the order of samples.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        The classes, sorted.
    weights_ : array of shape (n_groups, n_features + 1, n_perceptrons)
        Weights of the scaled features and of the constant. There is one group for two classes.
    center_ : array of shape (n_features,)
        Means of the features.
    scale_ : array of shape (n_features,)
        Numbers by which the centred features are divided. A tenth of the mean standard deviation
        is added to each, so that a feature that hardly moves is not amplified.
    n_features_in_ : int
        Number of features.

    References
    ----------
    .. [1] P. Auer, H. Burgsteiner, W. Maass (2008). A learning rule for very simple universal
       approximators consisting of a single layer of perceptrons. Neural Networks 21, 786-795.
    .. [2] W. Maass, T. Natschläger, H. Markram (2002). Real-time computing without stable states.
       Neural Computation 14, 2531-2560.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from lsm.readout import PDeltaClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> PDeltaClassifier(random_state=0).fit(X[::2], y[::2]).score(X[1::2], y[1::2]) > 0.9
    True
    """

    def __init__(
        self, n_perceptrons: int = 21, n_epochs: int = 100, learning_rate: float = 0.01,
        margin: float = 0.08, clear: float = 1.0, random_state: RandomState = None,
    ) -> None:  # fmt: skip
        super().__init__(n_perceptrons, n_epochs, learning_rate, margin, clear, random_state)

    def fit(self, X: ArrayLike | sparse.sparray, y: ArrayLike) -> Self:
        """Learn the classes of rows.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Rows.
        y : array of shape (n_samples,)
            Their classes.

        Returns
        -------
        self : PDeltaClassifier

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid, or there is only one class.
        """
        with all_or_nothing(self):
            _refuse_spikes(X, "PDeltaClassifier")
            X, y = validate_data(self, X, y, accept_sparse="csr", dtype=np.float64)
            self.classes_, indices = encode_classes(X, y, "PDeltaClassifier")
            n_classes = len(self.classes_)
            targets = np.where(indices[:, None] == np.arange(n_classes), 1.0, -1.0)
            targets = targets[:, 1:] if n_classes == 2 else targets
            # A sum of one vote decides, so a group that is right learns nothing but its margins.
            self._learn(_dense(X), targets, tolerance=0.0, resolution=1)
        return self

    def decision_function(self, X: ArrayLike | sparse.sparray) -> Array:
        """Return the share of votes for each class, from -1 to 1.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        shares : array of shape (n_samples, n_classes), or (n_samples,) for two classes
            Sums of votes, divided by the number of perceptrons.
        """
        shares = self._shares(X)
        return shares[:, 0] if len(self.classes_) == 2 else shares

    def predict(self, X: ArrayLike | sparse.sparray) -> Array:
        """Return the class with the most votes, for rows of shape (n_samples, n_features)."""
        shares = self.decision_function(X)
        best = shares > 0 if shares.ndim == 1 else shares.argmax(axis=1)
        return self.classes_[best.astype(int)]


class PDeltaRegressor(RegressorMixin, _ParallelPerceptrons):
    """Regression by parallel perceptrons, which learn by the p-delta rule [1]_.

    A group of perceptrons votes on each target. Its mean vote, from -1 to 1, is the target on a
    scale from the smallest to the largest of `fit`, so predictions never leave this range, and
    there are `n_perceptrons + 1` different ones. The rule is that of :class:`PDeltaClassifier`,
    where a group votes too high or too low if its error exceeds `tolerance`.

    Parameters
    ----------
    n_perceptrons : int, default=101
        Number of perceptrons in each group.
    n_epochs, learning_rate, margin, clear, random_state : object
        As of :class:`PDeltaClassifier`.
    tolerance : float, default=0.02
        Error that is not corrected, as a share of half the range of the target.

    Attributes
    ----------
    low_, high_ : arrays of shape (n_targets,)
        Smallest and largest value of each target.
    weights_, center_, scale_, n_features_in_ : object
        As of :class:`PDeltaClassifier`, with a group for each target.

    References
    ----------
    .. [1] P. Auer, H. Burgsteiner, W. Maass (2008). A learning rule for very simple universal
       approximators consisting of a single layer of perceptrons. Neural Networks 21, 786-795.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.readout import PDeltaRegressor
    >>> X = np.random.default_rng(0).normal(size=(300, 3))
    >>> PDeltaRegressor(random_state=0).fit(X, np.sin(X[:, 0])).score(X, np.sin(X[:, 0])) > 0.8
    True
    """

    def __init__(
        self, n_perceptrons: int = 101, n_epochs: int = 100, learning_rate: float = 0.01,
        margin: float = 0.08, clear: float = 1.0, tolerance: float = 0.02,
        random_state: RandomState = None,
    ) -> None:  # fmt: skip
        super().__init__(n_perceptrons, n_epochs, learning_rate, margin, clear, random_state)
        self.tolerance = tolerance

    def fit(self, X: ArrayLike | sparse.sparray, y: ArrayLike) -> Self:
        """Learn the targets of rows.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Rows.
        y : array of shape (n_samples,) or (n_samples, n_targets)
            Targets.

        Returns
        -------
        self : PDeltaRegressor

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid.
        """
        tolerance = check_number("PDeltaRegressor.tolerance", self.tolerance, 0)
        with all_or_nothing(self):
            _refuse_spikes(X, "PDeltaRegressor")
            X, y = validate_data(
                self, X, y, accept_sparse="csr", dtype=np.float64, multi_output=True,
                y_numeric=True,
            )  # fmt: skip
            targets = y.reshape(len(y), -1).astype(float)
            self.low_, self.high_ = targets.min(axis=0), targets.max(axis=0)
            half = np.where(self.high_ > self.low_, (self.high_ - self.low_) / 2, 1.0)
            scaled = (targets - (self.low_ + self.high_) / 2) / half
            self._learn(_dense(X), scaled, tolerance, self.n_perceptrons)
            self._is_vector = y.ndim == 1
        return self

    def predict(self, X: ArrayLike | sparse.sparray) -> Array:
        """Return predictions for rows, of shape (n_samples,) or (n_samples, n_targets)."""
        shares = self._shares(X)
        y_pred = (self.low_ + self.high_) / 2 + shares * (self.high_ - self.low_) / 2
        return y_pred[:, 0] if self._is_vector else y_pred

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags


def _refuse_spikes(X, owner):
    if isinstance(X, SpikeArray):
        raise ValueError(
            f"X is a SpikeArray, but {owner} takes a table of features: make counts of spikes by "
            "lsm.pooled.Pooled(pool='sum', tau=None).fit_transform(X)"
        )


def _dense(X):
    return X.toarray() if sparse.issparse(X) else X


@njit
def learn(
    rows: Any, targets: Any, order: Any, weights: Any, rate: Any, tolerance: Any, resolution: Any,
    margin: Any, clear: Any,
) -> None:  # fmt: skip
    """Learn from rows in an order by the p-delta rule; `weights` are changed in place.

    `weights` has the shape (n_targets, n_features, n_perceptrons); see :func:`reference_learn`.
    """
    n_targets, n_features, n = weights.shape
    sums = np.empty(n)
    squares = np.empty(n)
    signs = np.empty(n)
    for sample in order:
        z = rows[sample]
        for target in range(n_targets):
            w = weights[target]
            sums[:], squares[:] = 0.0, 0.0
            for k in range(n_features):
                for i in range(n):
                    sums[i] += z[k] * w[k, i]
                    squares[i] += w[k, i] * w[k, i]
            votes = 0
            for i in range(n):
                votes += 1 if sums[i] >= 0 else -1
            output = min(max(votes / resolution, -1.0), 1.0)
            wanted = targets[sample, target]
            too_high, too_low = output > wanted + tolerance, output < wanted - tolerance
            for i in range(n):
                if sums[i] >= 0:
                    signs[i] = -1.0 if too_high else (clear if sums[i] < margin else 0.0)
                else:
                    signs[i] = 1.0 if too_low else (-clear if sums[i] > -margin else 0.0)
            for k in range(n_features):
                for i in range(n):
                    w[k, i] += rate * (signs[i] * z[k] - (squares[i] - 1.0) * w[k, i])


def reference_learn(
    rows: Array, targets: Array, order: Array, weights: Array, rate: float, tolerance: float,
    resolution: float, margin: float, clear: float,
) -> None:  # fmt: skip
    """Learn as :func:`learn` does, in NumPy, with the conditions in the words of the paper."""
    for sample in order:
        z = rows[sample]
        for w, wanted in zip(weights, targets[sample], strict=True):
            products = z @ w
            positive = products >= 0
            output = np.clip(np.where(positive, 1, -1).sum() / resolution, -1, 1)
            change = np.select(
                [
                    (output > wanted + tolerance) & positive,
                    (output < wanted - tolerance) & ~positive,
                    (output <= wanted + tolerance) & positive & (products < margin),
                    (output >= wanted - tolerance) & ~positive & (products > -margin),
                ],
                [-1.0, 1.0, clear, -clear],
            )
            w += rate * (np.outer(z, change) - ((w**2).sum(axis=0) - 1) * w)
