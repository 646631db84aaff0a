"""Classifier made of a liquid and a readout."""

from typing import Any, Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, unique_labels
from sklearn.utils.validation import check_is_fitted

from .._parts import all_or_nothing
from .._typing import Array, ArrayLike, Estimator, Reward, Samples
from ..ensemble import LiquidEnsemble
from ..liquid import Liquid
from ..plasticity import EProp
from ..random_features import RandomFeatures
from ..spikes import SpikeArray
from .availability import readout_has
from .base import LSM

__all__ = ["LSMClassifier"]


def _default_readout():
    from ..readout import WindowedRidgeClassifier  # slow to import, and not always used

    return WindowedRidgeClassifier()


class LSMClassifier(ClassifierMixin, LSM):
    """Liquid state machine that classifies each sample, or every row of it [1]_.

    Parameters
    ----------
    liquid : Liquid, LiquidEnsemble or RandomFeatures, default=Liquid()
        The liquid, or any transformer in its place; a clone of it is fitted. Before an encoded
        series a liquid with default `neurons` has biases of mean 0 and spread 1, and one with
        default `calibration` has `Calibration(input_rate=35, max_gain=1)`.
    readout : classifier, default=WindowedRidgeClassifier()
        Any scikit-learn classifier; a clone of it is fitted on the liquid's states. If its
        `n_windows` is "auto", a liquid with default `snapshots` is read in 8 windows, of which
        the readout chooses sums.
    washout : int, default=0
        With labels at rows: rows at the start of each sample that are neither learnt from nor
        scored.
    targets : {"auto", "sample", "row"}, default="auto"
        Whether there is one label a sample, or one at every row. "auto" goes by the form of `y`,
        and refuses a form that fits both. With "row", a 2-D `X` is one series.
    encoder : transformer, "auto" or None, default="auto"
        Converts samples before the liquid, such as :class:`~lsm.encoding.SeriesEncoder`; a clone
        of it is fitted. "auto" takes a SeriesEncoder for arrays of floats with a row for each
        time step, and one label each. Samples with labels at rows, spikes, static patterns,
        SpikeArrays and the input of a LiquidEnsemble are taken as they are, as all samples are
        with None.
    learning : EProp, optional
        Learning of the liquid's own weights from the targets, see
        :class:`~lsm.plasticity.EProp`. It comes after the calibration and before the readout.

    Attributes
    ----------
    liquid_ : Liquid or LiquidEnsemble
        The fitted liquid.
    encoder_ : transformer or None
        The fitted encoder.
    readout_ : classifier
        The fitted readout.
    classes_ : array of shape (n_classes,)
        Labels.
    targets_ : {"sample", "row"}
        Whether there is a label a sample, or one at every row.
    outputs_ : object array of shape (n_rows,)
        After `partial_fit`: prediction for each row of the last piece before the readout learnt
        from it; None before it has learnt from any.
    learning_curve_ : array of shape (n_epochs,) or None
        Loss in each epoch of `learning`; None without it.
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

    _parts = LSM._parts | {"readout": _default_readout}

    def __init__(
        self,
        liquid: Liquid | LiquidEnsemble | RandomFeatures | str = "auto",
        readout: Estimator | str = "auto",
        washout: int = 0,
        targets: str = "auto",
        encoder: Estimator | str | None = "auto",
        learning: EProp | None = None,
    ) -> None:
        super().__init__(liquid, readout, washout, targets, encoder, learning)

    def fit(
        self,
        X: Samples,
        y: ArrayLike,
        reward: Reward | None = None,
        **params: Any,
    ) -> Self:
        """Fit the liquid, then the readout on its states.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Training samples, see :class:`~lsm.Liquid`.
        y : array of shape (n_samples,), or list of arrays of shape (T_i,)
            Labels of samples, or of all their rows. Rows whose label is None or NaN are left out.
        reward : array of shape (n_samples,) or function, optional
            For a liquid that learns from reward, see :meth:`lsm.Liquid.fit`.
        **params : object
            `sample_weight` of shape (n_samples,), or a list of arrays of weights at rows: the
            readout's weights. Any other argument of the readout's `fit`, with the prefix
            `readout__`. The liquid is calibrated on all samples, whatever their weights.

        Returns
        -------
        self : LSMClassifier

        Raises
        ------
        TypeError, ValueError
            If a parameter or the input is invalid, or `y` fits two meanings.
        """
        with all_or_nothing(self):
            self._fit(X, y, reward, params)
            self.classes_ = self.readout_.classes_
        return self

    def _check_targets(self, y, all_known=True):
        check_classification_targets(y)

    @available_if(readout_has("partial_fit"))
    def partial_fit(
        self,
        X: ArrayLike | SpikeArray,
        y: ArrayLike | None = None,
        classes: ArrayLike | None = None,
    ) -> Self:
        """Learn from the next piece of a stream, row by row, while the liquid runs on.

        The first call draws the liquid, calibrates it on this piece, and starts the stream. Each
        further call goes on where the last one ended, as if all pieces were one. After a `fit`,
        a stream starts from the initial state with the fitted readout. Memory does not grow, and
        the liquid itself does not learn here.

        Parameters
        ----------
        X : array of shape (n_rows, n_channels), alone or in a list, or SpikeArray of one sample
            The next piece of the stream.
        y : array of shape (n_rows,), alone or in a list, optional
            Labels of its rows; the readout does not learn where they are missing.
        classes : array of shape (n_classes,), optional
            All labels of the stream; required where `fit` was not called before.

        Returns
        -------
        self : LSMClassifier
            With new `outputs_`.
        """
        known: Any = getattr(self, "classes_", None)
        if known is None and classes is None:
            raise ValueError(
                "LSMClassifier.partial_fit needs classes in its first call: pass all labels of "
                "the stream, such as classes=np.unique(y)"
            )
        classes = known if classes is None else unique_labels(classes)
        if known is not None and not np.array_equal(classes, known):
            raise ValueError(f"classes must be those of the first call, {known}, got {classes}")
        outputs = self._partial_fit(X, y, classes=classes)
        self.classes_ = classes
        self.outputs_ = np.array(outputs, dtype=object)
        return self

    def _check_piece(self, piece, first_call):
        if piece.known is None:
            return
        targets = piece.targets[piece.known]
        if targets.ndim != 1:
            raise ValueError(f"y must have one label a row, got rows of shape {targets.shape[1:]}")
        unknown = np.setdiff1d(targets, first_call["classes"])
        if unknown.size:
            raise ValueError(
                f"y holds the label {unknown[0]}, which is not among the classes "
                f"{first_call['classes']}: pass all labels of the stream in the first call"
            )

    def predict(self, X: Samples) -> Array | list[Array]:
        """Predict the class of each sample, or of every row.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        y_pred : array of shape (n_samples,), or list of arrays of shape (T_i,)
        """
        return self._predict(X)

    @available_if(readout_has("decision_function"))
    def decision_function(self, X: Samples) -> Array:
        """Return the readout's scores, of shape (n_samples,) or (n_samples, n_classes).

        With labels at rows, a list of such arrays with a score for each row.
        """
        return self._predict(X, "decision_function")

    @available_if(readout_has("predict_proba"))
    def predict_proba(self, X: Samples) -> Array:
        """Return the readout's probabilities, of shape (n_samples, n_classes).

        With labels at rows, a list of such arrays with the probabilities of each row.
        """
        return self._predict(X, "predict_proba")

    def score(self, X: Samples, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the accuracy, over samples or over all rows after the washout."""
        check_is_fitted(self, "liquid_")
        if self.targets_ == "row":
            from sklearn.metrics import accuracy_score  # slow to import

            return self._score_rows(X, y, self.predict(X), accuracy_score, sample_weight)
        return super().score(X, y, sample_weight)
