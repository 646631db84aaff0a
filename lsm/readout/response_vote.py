"""Classes by a vote of neurons that have learnt without them."""

from typing import Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted, validate_data

from .._typing import Array, ArrayLike

__all__ = ["ResponseVote"]


class ResponseVote(ClassifierMixin, BaseEstimator):
    """Assign a class to each neuron, and let neurons vote by their responses [1]_.

    A neuron is assigned the class of the training samples to which its mean response is largest.
    A sample has the class whose neurons respond most, on average over the neurons of the class. So
    the classes serve to name what the neurons have learnt, and change nothing in them.

    Neurons without a response to any training sample do not vote. If no neuron responds, the class
    is the most frequent one.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        Classes.
    assigned_ : int64 array of shape (n_features,)
        Index of the class of each neuron in `classes_`; -1 for a neuron without a vote.
    prior_ : int
        Index of the most frequent class.
    n_features_in_ : int
        Number of neurons.

    References
    ----------
    .. [1] P. U. Diehl, M. Cook (2015). Unsupervised learning of digit recognition using
       spike-timing-dependent plasticity. Frontiers in Computational Neuroscience 9, 99.

    Examples
    --------
    >>> from lsm.readout import ResponseVote
    >>> counts = [[3, 0, 1], [4, 1, 0], [0, 2, 5]]
    >>> vote = ResponseVote().fit(counts, ["a", "a", "b"])
    >>> vote.assigned_
    array([0, 1, 1])
    >>> vote.predict([[2, 0, 0], [2, 3, 3]])
    array(['a', 'b'], dtype='<U1')
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Assign a class to each neuron.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Responses of the neurons, such as spike counts.
        y : array of shape (n_samples,)
            Classes.

        Returns
        -------
        self : ResponseVote

        Raises
        ------
        ValueError
            If a response is negative.
        """
        X, y = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(y)
        self._check(X)
        self.classes_, indices = np.unique(y, return_inverse=True)
        counts = np.bincount(indices)
        means = np.stack([X[indices == k].mean(axis=0) for k in range(len(counts))])
        self.assigned_ = np.where(means.max(axis=0) > 0, means.argmax(axis=0), -1)
        self.prior_ = int(counts.argmax())
        return self

    def decision_function(self, X: ArrayLike) -> Array:
        """Return the mean response of the neurons of each class, or the difference of two classes.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Responses.

        Returns
        -------
        means : float64 array of shape (n_samples, n_classes), or (n_samples,) for two classes
            Zero for a class without neurons. With two classes the mean response of the second
            minus that of the first.
        """
        means = self._means(X)
        return means[:, 1] - means[:, 0] if means.shape[1] == 2 else means

    def _means(self, X):
        """Return the mean response of the neurons of each class."""
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        self._check(X)
        votes = (self.assigned_[:, None] == np.arange(len(self.classes_))).astype(float)
        return X @ (votes / np.maximum(votes.sum(axis=0), 1))

    def predict(self, X: ArrayLike) -> Array:
        """Return the class of each sample.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Responses.

        Returns
        -------
        y_pred : array of shape (n_samples,)
        """
        means = self._means(X)
        return self.classes_[np.where(means.max(axis=1) > 0, means.argmax(axis=1), self.prior_)]

    def _check(self, X):
        if X.min() < 0:
            raise ValueError(
                f"Negative values in data passed to ResponseVote: a response is a count or a rate, "
                f"got {X.min():g}"
            )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        # A feature is a neuron that has learnt, and few other features have one class each.
        tags.classifier_tags.poor_score = True
        return tags
