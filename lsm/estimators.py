"""Liquid and readout as one scikit-learn estimator."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.utils import check_consistent_length
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from ._parts import PartsMixin
from .liquid import Liquid

__all__ = ["LSMClassifier"]


def _default_readout():
    from sklearn.linear_model import RidgeClassifierCV  # slow to import, and not always used

    return RidgeClassifierCV(alphas=np.logspace(-2, 4, 13))


def _readout_has(method):
    def check(self):
        readout = self.readout_ if hasattr(self, "readout_") else self.part("readout")
        getattr(readout, method)
        return True

    return check


class LSMClassifier(PartsMixin, ClassifierMixin, BaseEstimator):
    """Liquid state machine that gives each sample a class [1]_.

    Parameters
    ----------
    liquid : Liquid, default=Liquid()
        The liquid; a clone of it is fitted.
    readout : classifier, default=RidgeClassifierCV(alphas=np.logspace(-2, 4, 13))
        Any scikit-learn classifier; a clone of it is fitted on the liquid's states.

    Attributes
    ----------
    liquid_ : Liquid
        The fitted liquid.
    readout_ : classifier
        The fitted readout.
    classes_ : array of shape (n_classes,)
        Labels.
    n_features_in_ : int
        Number of input channels.

    References
    ----------
    .. [1] W. Maass, T. Natschläger, H. Markram (2002). Real-time computing without stable
       states: a new framework for neural computation based on perturbations. Neural
       Computation 14, 2531-2560.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import Liquid, LSMClassifier
    >>> rng = np.random.default_rng(0)
    >>> y = np.arange(40) % 2
    >>> X = [rng.poisson(0.05, (100, 8)) * (np.arange(8) // 4 == label) for label in y]
    >>> model = LSMClassifier(Liquid(n_neurons=100, random_state=0)).fit(X, y)
    >>> model.score(X, y)
    1.0
    """

    _parts = {"liquid": Liquid, "readout": _default_readout}

    def __init__(self, liquid=None, readout=None):
        self.liquid = liquid
        self.readout = readout

    def fit(self, X, y):
        """Fit the liquid, then the readout on its states.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Training samples, see :class:`~lsm.Liquid`.
        y : array of shape (n_samples,)
            Labels.

        Returns
        -------
        self : LSMClassifier
        """
        check_classification_targets(y)
        check_consistent_length(X, y)
        self.liquid_ = clone(self.part("liquid"))
        states = self.liquid_.fit_transform(X)
        self.readout_ = clone(self.part("readout")).fit(states, y)
        self.classes_ = self.readout_.classes_
        return self

    @property
    def n_features_in_(self):
        """Number of input channels."""
        return self.liquid_.n_features_in_

    def _states(self, X):
        check_is_fitted(self)
        return self.liquid_.transform(X)

    def predict(self, X):
        """Return the class of each sample, shape (n_samples,)."""
        states = self._states(X)
        return self.readout_.predict(states)

    @available_if(_readout_has("decision_function"))
    def decision_function(self, X):
        """Return the readout's scores, shape (n_samples,) or (n_samples, n_classes)."""
        states = self._states(X)
        return self.readout_.decision_function(states)

    @available_if(_readout_has("predict_proba"))
    def predict_proba(self, X):
        """Return the readout's probabilities, shape (n_samples, n_classes)."""
        states = self._states(X)
        return self.readout_.predict_proba(states)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.three_d_array = True
        return tags
