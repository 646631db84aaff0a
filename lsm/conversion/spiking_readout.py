"""Fitted linear models and perceptrons as layers of integrate-and-fire neurons."""

from collections.abc import Iterator
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, clone, is_classifier
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils import check_array, get_tags
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted, validate_data

from .._parts import all_or_nothing
from .._typing import Array, ArrayLike, Estimator, Samples
from .._validation import check_choice, check_integer, check_number
from ..samples import as_samples, is_table
from ..spikes import SpikeArray, check_spikes
from .integrate_and_fire import run
from .layers import layers_of

__all__ = ["SpikingReadout"]


def _reads_classes(readout):
    """Return whether a readout has scores of classes, as `available_if` asks."""
    return is_classifier(readout.estimator)


class SpikingReadout(BaseEstimator):
    """A linear model or a perceptron as layers of integrate-and-fire neurons [1]_ [2]_.

    A rectified unit becomes a neuron without a leak. In every step its potential grows by its
    weighted input and its bias; at the threshold of 1 it spikes, and the threshold is subtracted.
    So its rate, in spikes per step, is the activation of the unit, up to the resolution of the
    number of steps. A rate is at most 1. Therefore the weights of a layer are divided by the
    largest activation of its units on the training samples, or by a percentile of the
    activations, which a single outlier does not move.

    Every output has a neuron. Scores of classes are shifted, so that the lowest score of a winning
    class on the training samples is the rate 0; the outputs of a regression are shifted by their
    smallest value.

    Features are constant currents. A :class:`~lsm.SpikeArray` of spikes, such as those of a
    `Liquid(output="spikes")`, is read spike by spike instead. It stands for its numbers of spikes
    by channel, so the model must have been fitted on these. A neuron cannot take back a spike:
    where later input contradicts earlier input, the class may differ from that of the model.

    Parameters
    ----------
    estimator : estimator
        Model that `fit` fits and converts: a linear model with `coef_` and `intercept_`,
        `MLPClassifier` or `MLPRegressor` with `activation="relu"`, or a pipeline of one after
        scalers. :meth:`from_linear` and :func:`lsm.conversion.convert` convert a model that is
        fitted already.
    n_steps : int, default=100
        Number of steps for which a row of features is shown.
    percentile : float, default=99.9
        Percentile of the activations that becomes a rate of 1. 100 is the largest. Larger
        activations have a rate of 1, too, and potentials that grow.
    reset : {"subtract", "zero"}, default="subtract"
        Whether the threshold is subtracted from the potential at a spike, or the potential is set
        to 0, which loses the potential above the threshold.
    read : {"count", "first"}, default="count"
        Whether the class is that of the neuron with the most spikes, or of the one that spikes
        first. Among equals the higher potential decides. A regression reads counts.

    Attributes
    ----------
    estimator_ : estimator
        The fitted model.
    weights_ : list of arrays of shape (n_in, n_out)
        Weights of each layer, in thresholds.
    biases_ : list of arrays of shape (n_out,)
        Constant currents of each layer, in thresholds per step.
    scales_ : list of float
        Activation of each layer that is a rate of 1, of the last layer above `offset_`. The last
        is an array of shape (n_targets,) for a regression.
    offset_ : float, or array of shape (n_targets,)
        Output of the model that is a rate of 0.
    classes_ : array of shape (n_classes,)
        The classes, of a classifier.
    n_features_in_ : int
        Number of features.

    References
    ----------
    .. [1] P. U. Diehl, D. Neil, J. Binas, M. Cook, S.-C. Liu, M. Pfeiffer (2015). Fast-classifying,
       high-accuracy spiking deep networks through weight and threshold balancing. International
       Joint Conference on Neural Networks.
    .. [2] B. Rueckauer, I.-A. Lungu, Y. Hu, M. Pfeiffer, S.-C. Liu (2017). Conversion of
       continuous-valued deep networks to efficient event-driven networks for image classification.
       Frontiers in Neuroscience 11, 682.

    Examples
    --------
    >>> from sklearn.datasets import load_digits
    >>> from sklearn.linear_model import RidgeClassifier
    >>> from lsm.conversion import SpikingReadout
    >>> X, y = load_digits(return_X_y=True)
    >>> ridge = RidgeClassifier().fit(X[::2], y[::2])
    >>> spiking = SpikingReadout.from_linear(ridge, X[::2])
    >>> abs(spiking.score(X[1::2], y[1::2]) - ridge.score(X[1::2], y[1::2])) < 0.01
    True
    """

    def __init__(
        self,
        estimator: Estimator,
        n_steps: int = 100,
        percentile: float = 99.9,
        reset: str = "subtract",
        read: str = "count",
    ) -> None:
        self.estimator = estimator
        self.n_steps = n_steps
        self.percentile = percentile
        self.reset = reset
        self.read = read

    @classmethod
    def from_linear(cls, readout: Estimator, X: ArrayLike | sparse.sparray, **params: Any) -> Self:
        """Convert a fitted linear model.

        Parameters
        ----------
        readout : estimator
            Fitted linear model, or a pipeline of one after scalers. It is not changed.
        X : array or sparse matrix of shape (n_samples, n_features)
            Training samples, or others like them, from which the scale of the scores is taken.
        **params : object
            Further parameters, such as `n_steps=50`.

        Returns
        -------
        spiking : SpikingReadout

        Raises
        ------
        TypeError, ValueError
            If the readout cannot be converted, is not fitted, or a parameter is invalid.
        """
        return cls(readout, **params)._convert(readout, X)

    def fit(self, X: ArrayLike | sparse.sparray, y: ArrayLike) -> Self:
        """Fit a copy of the model, and convert it.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features)
            Training samples.
        y : array of shape (n_samples,) or (n_samples, n_targets)
            Classes or targets.

        Returns
        -------
        self : SpikingReadout

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid, or the model cannot be converted.
        """
        with all_or_nothing(self):
            self._check()
            validate_data(self, X, accept_sparse="csr", dtype=np.float64)
            return self._convert(clone(self.estimator).fit(X, y), X)

    def _check(self):
        check_integer("SpikingReadout.n_steps", self.n_steps, 1)
        check_number("SpikingReadout.percentile", self.percentile, 50, 100)
        check_choice("SpikingReadout.reset", self.reset, ("subtract", "zero"))
        check_choice("SpikingReadout.read", self.read, ("count", "first"))
        if not hasattr(self.estimator, "fit") or isinstance(self.estimator, type):
            raise TypeError(
                "SpikingReadout.estimator must be an estimator such as RidgeClassifierCV(), got "
                f"{self.estimator!r:.80}"
            )
        if self.read == "first" and not is_classifier(self.estimator):
            raise ValueError(
                "SpikingReadout.read='first' chooses a class, so it must be 'count' for a "
                "regression"
            )

    def _convert(self, model, X):
        """Take the layers of a fitted model, with their scales on some samples."""
        self._check()
        if isinstance(X, SpikeArray):
            raise ValueError(
                "X is a SpikeArray, but the scales of a model are taken from its features: pass "
                "the counts of spikes that it was fitted on"
            )
        X = _dense(check_array(X, accept_sparse="csr", dtype=np.float64))
        layers = layers_of(model, X)
        *hidden, outputs = layers.activations(X)
        q = self.percentile
        if is_classifier(model):
            self.classes_ = model.classes_
            # Scores below those of all winners need no spikes.
            self.offset_ = np.percentile(outputs.max(axis=1), 100 - q)
            top = np.percentile(outputs, q) - self.offset_
        else:
            self._is_vector = model.predict(X[:1]).ndim == 1
            self.offset_ = np.percentile(outputs, 100 - q, axis=0)
            top = np.percentile(outputs, q, axis=0) - self.offset_
        tops = [np.percentile(part, q) for part in hidden] + [top]
        # Units that are silent on all samples have no scale.
        tops = [np.where(part > 0, part, 1.0) for part in tops]
        self.weights_, self.biases_, before = [], [], 1.0
        for weights, bias, scale in zip(*layers, tops, strict=True):
            self.weights_.append(weights * before / scale)
            self.biases_.append(bias / scale)
            before = scale
        self.biases_[-1] = self.biases_[-1] - self.offset_ / scale
        self.scales_ = [float(part) for part in tops[:-1]] + [tops[-1][()]]
        self.estimator_ = model
        self.n_features_in_ = X.shape[1]
        return self

    @available_if(_reads_classes)
    def decision_function(self, X: Samples) -> Array:
        """Return the score of each class after all steps.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features), or SpikeArray
            Samples.

        Returns
        -------
        scores : array of shape (n_samples, n_classes), or (n_samples,) for two classes
            Number of spikes of each neuron, or number of steps that were left after its first
            spike; plus a share from 0 to 1 that grows with the potential. For two classes, the
            score of `classes_[1]` minus the other.
        """
        scores = np.array([self._scores(*sample)[-1] for sample in self._samples(X)])
        return scores[:, 1] - scores[:, 0] if len(self.classes_) == 2 else scores

    def predict(self, X: Samples) -> Array:
        """Return classes or predictions after all steps.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features), or SpikeArray
            Samples.

        Returns
        -------
        y_pred : array of shape (n_samples,) or (n_samples, n_targets)
        """
        return self._predictions(X, slice(-1, None))[0]

    def staged_predict(self, X: Samples) -> Iterator[Array]:
        """Return the predictions after each step, as :meth:`predict` does after the last.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features), or SpikeArray
            Samples, of one duration.

        Yields
        ------
        y_pred : array of shape (n_samples,) or (n_samples, n_targets)
        """
        self._check_one_duration(X)
        yield from self._predictions(X, slice(None))

    def staged_spikes(self, X: Samples) -> Array:
        """Return the mean number of spikes of a sample, of all neurons, up to each step.

        Parameters
        ----------
        X : array or sparse matrix of shape (n_samples, n_features), or SpikeArray
            Samples, of one duration.

        Returns
        -------
        spikes : array of shape (n_steps,)
            Spikes of the input are not counted.
        """
        self._check_one_duration(X)
        return np.mean([self._run(*sample)[3] for sample in self._samples(X)], axis=0)

    def score(self, X: Samples, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the accuracy of a classifier, or R squared of a regression."""
        metric = accuracy_score if hasattr(self, "classes_") else r2_score
        return metric(y, self.predict(X), sample_weight=sample_weight)

    def _predictions(self, X, stages):
        """Return the predictions after some of the steps, the first axis."""
        samples = self._samples(X)
        if hasattr(self, "classes_"):
            scores = np.stack([self._scores(*sample)[stages] for sample in samples], axis=1)
            # Of two neurons with equal scores the first is that of the decision function, too.
            return self.classes_[scores.argmax(axis=2)]
        rates = np.stack([_rates(self._run(*sample)[0])[stages] for sample in samples], axis=1)
        y_pred = self.offset_ + self.scales_[-1] * rates
        return y_pred[..., 0] if self._is_vector else y_pred

    def _scores(self, x, steps, channels, amplitudes, n_steps):
        """Return the scores of one sample, of shape (n_steps, n_classes)."""
        counts, firsts, potentials, _ = self._run(x, steps, channels, amplitudes, n_steps)
        whole = counts if self.read == "count" else n_steps + 1 - firsts
        return whole + 0.5 + np.arctan(potentials) / np.pi

    def _run(self, x, steps, channels, amplitudes, n_steps):
        """Run one sample; return counts, first spikes, potentials and total numbers of spikes."""
        n_outputs = len(self.biases_[-1])
        counts, firsts = np.empty((2, n_steps, n_outputs), dtype=np.int64)
        potentials, totals = np.empty((n_steps, n_outputs)), np.empty(n_steps, dtype=np.int64)
        sizes = np.array([len(w) for w in self.weights_] + [n_outputs])
        run(
            x, steps, channels, amplitudes, n_steps, sizes,
            np.concatenate([w.ravel() for w in self.weights_]), np.concatenate(self.biases_),
            self.reset == "subtract", counts, firsts, potentials, totals,
        )  # fmt: skip
        return counts, firsts, potentials, totals

    def _samples(self, X):
        """Yield the constant input, the events and the number of steps of each sample."""
        check_is_fitted(self)
        self._check()  # parameters that were set after fit act at once
        X = as_samples(X)
        if isinstance(X, SpikeArray):
            return self._spikes(X)
        if not is_table(X):
            raise ValueError(
                "X must be a table of features or a SpikeArray of spikes: make one by "
                "SpikeArray.from_dense(X)"
            )
        X = validate_data(self, X, reset=False, accept_sparse="csr", dtype=np.float64)
        return self._rows(_dense(X))

    def _rows(self, X):
        none = np.empty(0, dtype=np.int64)
        return [(row, none, none, np.empty(0), self.n_steps) for row in X]

    def _spikes(self, X):
        """Return samples of spikes, of which each acts for all steps, since rates are means."""
        check_spikes(X, name="X")
        if X.n_channels != self.n_features_in_:
            raise ValueError(
                f"X has {X.n_channels} channels, but SpikingReadout is expecting "
                f"{self.n_features_in_} features as input"
            )
        samples = []
        for i, n_steps in enumerate(X.n_rows.tolist()):
            part = slice(X.offsets[i], X.offsets[i + 1])
            steps, channels = X.rows[part].astype(np.int64), X.channels[part].astype(np.int64)
            numbers = np.ones(len(steps)) if X.amplitudes is None else X.amplitudes[part]
            still = np.zeros(self.n_features_in_)
            samples.append((still, steps, channels, n_steps * numbers.astype(float), n_steps))
        return samples

    def _check_one_duration(self, X):
        if isinstance(X, SpikeArray) and np.ptp(X.n_rows) > 0:
            raise ValueError(
                "X must hold samples of one duration, so that they have the same steps: call "
                "predict, which reads each sample at its end"
            )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        if hasattr(self.estimator, "__sklearn_tags__") and not isinstance(self.estimator, type):
            inner = get_tags(self.estimator)
            tags.estimator_type = inner.estimator_type
            tags.classifier_tags = inner.classifier_tags
            tags.regressor_tags = inner.regressor_tags
            tags.target_tags = inner.target_tags
            if tags.classifier_tags is not None:
                tags.classifier_tags.multi_label = False
            tags.input_tags.sparse = inner.input_tags.sparse
        return tags


def _dense(X):
    return X.toarray() if sparse.issparse(X) else X


def _rates(counts):
    """Return spikes per step up to each step."""
    return counts / np.arange(1, len(counts) + 1)[:, None]
