"""Liquid and readout as one scikit-learn estimator."""

import numpy as np
from sklearn.base import ClassifierMixin, RegressorMixin, clone
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from ._composite import LSM, readout_has
from ._parts import all_or_nothing
from ._random import generators
from ._samples import is_stepwise
from ._streams import StreamsMixin, rows_of
from ._validation import check_integer, check_reals
from .feedback import BEYOND, affine_map, check_bounded, close, is_affine, step_through
from .liquid import Liquid
from .spikes import SpikeArray

__all__ = ["LSMClassifier", "LSMRegressor"]


def _default_classifier():
    from sklearn.linear_model import RidgeClassifierCV  # slow to import, and not always used

    return RidgeClassifierCV(alphas=np.logspace(-2, 4, 13))


def _default_regressor():
    from sklearn.linear_model import RidgeCV

    return RidgeCV(alphas=np.logspace(-6, 3, 10))


class LSMClassifier(ClassifierMixin, LSM):
    """Liquid state machine that gives each sample, or every row of it, a class [1]_.

    Parameters
    ----------
    liquid : Liquid, default=Liquid()
        The liquid; a clone of it is fitted.
    readout : classifier, default=RidgeClassifierCV(alphas=np.logspace(-2, 4, 13))
        Any scikit-learn classifier; a clone of it is fitted on the liquid's states.
    washout : int, default=0
        With labels at every row: rows at the start of each sample that are neither learnt from
        nor scored.

    Attributes
    ----------
    liquid_ : Liquid
        The fitted liquid.
    readout_ : classifier
        The fitted readout.
    classes_ : array of shape (n_classes,)
        Labels.
    stepwise_ : bool
        Whether there is a label at every row.
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

    _parts = {"liquid": Liquid, "readout": _default_classifier}

    def __init__(self, liquid=None, readout=None, washout=0):
        self.liquid = liquid
        self.readout = readout
        self.washout = washout

    def fit(self, X, y, reward=None):
        """Fit the liquid, then the readout on its states.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Training samples, see :class:`~lsm.Liquid`.
        y : array of shape (n_samples,), or list of arrays of shape (T_i,)
            Labels, of samples or of all their rows.
        reward : array of shape (n_samples,) or function, optional
            For a liquid that learns from reward, see :meth:`lsm.Liquid.fit`.

        Returns
        -------
        self : LSMClassifier
        """
        check_classification_targets(np.concatenate(y) if is_stepwise(y) else y)
        with all_or_nothing(self):
            self._fit(X, y, reward)
        return self

    def _fit(self, X, y, reward):
        super()._fit(X, y, reward)
        self.classes_ = self.readout_.classes_

    def predict(self, X):
        """Return the class of each sample, shape (n_samples,), or lists of those of the rows."""
        return self._predict(X)

    @available_if(readout_has("decision_function"))
    def decision_function(self, X):
        """Return the readout's scores, of shape (n_samples,) or (n_samples, n_classes).

        With labels at every row, a list of such arrays with a row for each of the input's.
        """
        return self._predict(X, "decision_function")

    @available_if(readout_has("predict_proba"))
    def predict_proba(self, X):
        """Return the readout's probabilities, of shape (n_samples, n_classes).

        With labels at every row, a list of such arrays with a row for each of the input's.
        """
        return self._predict(X, "predict_proba")

    def score(self, X, y, sample_weight=None):
        """Return the accuracy, over samples or over all rows after the washout."""
        check_is_fitted(self, "liquid_")
        if self.stepwise_:
            from sklearn.metrics import accuracy_score  # slow to import

            return self._score(X, y, accuracy_score, sample_weight=sample_weight)
        return super().score(X, y, sample_weight)


class LSMRegressor(StreamsMixin, RegressorMixin, LSM):
    """Liquid state machine that gives numbers, for each sample or at every row of it.

    Parameters
    ----------
    liquid : Liquid, default=Liquid()
        The liquid; a clone of it is fitted. With targets at every row, a liquid whose
        `snapshots` are left at None is read by traces of 30 ms.
    readout : regressor, default=RidgeCV(alphas=np.logspace(-6, 3, 10))
        Any scikit-learn regressor; a clone of it is fitted on the liquid's states.
    feedback : Feedback, optional
        Lets the outputs flow back into the liquid, with targets at every row.
    washout : int, default=0
        With targets at every row: rows at the start of each sample that are neither learnt from
        nor scored.

    Attributes
    ----------
    liquid_ : Liquid
        The fitted liquid.
    readout_ : regressor
        The fitted readout.
    stepwise_ : bool
        Whether there is a target at every row.
    feedback_weights_ : array of shape (n_outputs, n_neurons)
        From outputs to neurons in nA, where there is feedback.
    outputs_ : array of shape (n_rows,) or (n_rows, n_outputs)
        What was said of the last piece of a stream, see `partial_fit`.
    n_features_in_ : int
        Number of input channels.

    Notes
    -----
    Targets at every row come as a list of arrays of shape (T_i,) or (T_i, n_outputs), or as a
    3-D array; one long series is a list of one. Predictions come in the same form.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import Liquid, LSMRegressor
    >>> u = np.random.default_rng(0).uniform(-1, 1, 400)
    >>> X, y = [u[:, None]], [np.roll(u, 1)]
    >>> model = LSMRegressor(Liquid(n_neurons=100, random_state=0), washout=10).fit(X, y)
    >>> model.predict(X)[0].shape
    (400,)
    """

    _parts = {"liquid": Liquid, "readout": _default_regressor}
    _part_methods = {**LSM._part_methods, "feedback": "draw"}
    _optional_parts = ("feedback",)

    def __init__(self, liquid=None, readout=None, feedback=None, washout=0):
        self.liquid = liquid
        self.readout = readout
        self.feedback = feedback
        self.washout = washout

    def fit(self, X, y, reward=None):
        """Fit the liquid, then the readout on its states.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Training samples, see :class:`~lsm.Liquid`.
        y : array of shape (n_samples,) or (n_samples, n_outputs), or list of arrays
            Targets of samples, or of all their rows.
        reward : array of shape (n_samples,) or function, optional
            For a liquid that learns from reward, see :meth:`lsm.Liquid.fit`.

        Returns
        -------
        self : LSMRegressor
        """
        if self.feedback is not None and not is_stepwise(y):
            raise ValueError(
                "LSMRegressor.feedback needs targets at every row, as a list of arrays of shape "
                "(T_i,) or (T_i, n_outputs)"
            )
        with all_or_nothing(self):
            self._fit(X, y, reward)
        return self

    def _fit(self, X, y, reward):
        self.readout_is_taught_ = False
        self._form = "array" if isinstance(y, np.ndarray) and y.dtype != object else "list"
        super()._fit(X, y, reward)

    def _rows_of(self, y, spikes):
        numbers = []
        for sample, part in enumerate(y):
            rule = f"y[{sample}] must be finite numbers"
            part = np.asarray(part)
            numbers.append(check_reals(rule, part.astype(int) if part.dtype == bool else part))
            if not np.isfinite(numbers[-1]).all():
                raise ValueError(f"{rule}, got one that contains NaN or infinity")
        return super()._rows_of(numbers, spikes)

    def _teach(self, spikes, targets):
        self._stream, self._answers = None, True
        self._limit = BEYOND * np.abs(targets).max()
        self._row_shape = targets.shape[1:]
        if self.feedback is None:
            return super()._teach(spikes, targets)
        targets = targets.reshape(len(targets), -1).astype(float)
        (rng,) = generators(self.liquid_.random_state, ["feedback"]).values()
        self._draw_feedback(targets.shape[1], spikes.dt, rng)
        readout = clone(self.part("readout"))
        self.readout_is_taught_ = getattr(readout, "online", False)
        if self.readout_is_taught_:
            readout.start(self.liquid_.n_row_features, *(self._row_shape or (None,)))
            loop = self._close(
                targets, np.zeros_like(spikes.durations), online=readout, washout=self.washout
            )
            self.readout_ = readout
            self._check_bounded(loop.outputs, spikes.durations)
        else:
            noise = self.feedback.noise * rng.normal(size=targets.shape)
            loop = self._close(targets + noise, spikes.durations)
        keep = self._kept(spikes)
        states = self.liquid_._read_rows(spikes, loop)[keep]
        return states, targets[keep].reshape(-1, *self._row_shape)

    def _draw_feedback(self, n_outputs, dt, rng):
        self.feedback_weights_ = self.feedback.draw(n_outputs, self.liquid_.n_neurons_, rng)
        self._row_length, self._delay = dt, self.feedback.delay_rows(dt)

    def _close(self, targets, n_forced, **readout):
        return close(self.feedback_weights_, self._delay, targets, n_forced, **readout)

    def predict(self, X):
        """Return targets in the form that `fit` was given them in.

        With feedback the readout's own outputs flow back, from nothing at the start of a sample.
        """
        check_is_fitted(self, "liquid_")
        if self.feedback is None:
            said = self._predict(X)
            if not self.stepwise_:
                return np.asarray(said, dtype=float)
            said = [np.reshape(part, (-1, *self._row_shape)).astype(float) for part in said]
        else:
            spikes = self._spikes(X)
            nothing = np.zeros((spikes.durations.sum(), len(self.feedback_weights_)))
            outputs = self._run_free(spikes, nothing, np.zeros_like(spikes.durations))
            outputs = outputs.reshape(-1, *self._row_shape)
            said = np.split(outputs, np.cumsum(spikes.durations)[:-1])
        return np.stack(said) if self._form == "array" else said

    def generate(self, n_steps, warmup, X=None):
        """Let the model go on by itself.

        Parameters
        ----------
        n_steps : int
            Rows to generate.
        warmup : array of shape (n_warmup,) or (n_warmup, n_outputs)
            Targets that flow back before.
        X : array of shape (n_warmup + n_steps, n_channels) or SpikeArray, optional
            Input all along, one sample; by default none, in rows as long as those of `fit`.

        Returns
        -------
        outputs : array of shape (n_steps,) or (n_steps, n_outputs)

        Raises
        ------
        ValueError
            If there is no feedback, or the shapes do not fit.
        """
        check_is_fitted(self, "liquid_")
        if self.feedback is None:
            raise ValueError("generate needs LSMRegressor.feedback, got None")
        check_integer("n_steps", n_steps, 1)
        n_outputs = len(self.feedback_weights_)
        rule = f"warmup must be finite numbers, with {n_outputs} outputs in a row"
        forced = check_reals(rule, warmup)
        if forced.ndim not in (1, 2) or forced.size == 0 or not np.isfinite(forced).all():
            raise ValueError(f"{rule}, got {warmup!r:.80}")
        forced = forced.reshape(len(forced), -1)
        if forced.shape[1] != n_outputs:
            raise ValueError(f"{rule}, got shape {np.shape(warmup)}")
        n_rows = len(forced) + n_steps
        if X is None:
            kind = float if self.liquid_.network_.graded else int
            nothing = np.zeros((n_rows, self.n_features_in_), dtype=kind)
            X = SpikeArray.from_dense([nothing], dt=self._row_length)
        spikes = self._spikes(X if isinstance(X, SpikeArray) else [X])
        if spikes.durations.tolist() != [n_rows]:
            raise ValueError(
                f"X must have {n_rows} rows, warmup and n_steps, got {spikes.durations.tolist()}"
            )
        targets = np.concatenate([forced, np.zeros((n_steps, n_outputs))])
        outputs = self._run_free(spikes, targets, np.array([len(forced)]))[len(forced) :]
        return outputs.reshape(-1, *self._row_shape)

    def _run_free(self, spikes, targets, n_forced):
        """Return the outputs of all rows, with the readout in the loop."""
        n_outputs = len(self.feedback_weights_)
        linear = affine_map(self.readout_, self.liquid_.n_row_features, n_outputs)
        if linear is not None:
            loop = self._close(targets, n_forced, linear=linear)
            states = self.liquid_._read_rows(spikes, loop)
            # A tree, say, is constant where it was asked so far, but not where the liquid goes.
            if is_affine(self.readout_, states, *linear):
                self._check_bounded(loop.outputs, spikes.durations)
                return loop.outputs
        outputs, ends = [], np.cumsum(spikes.durations)
        for sample, (end, n_rows) in enumerate(zip(ends, spikes.durations, strict=True)):
            rows = rows_of(spikes, sample)
            outputs.append(
                step_through(
                    self._start(rows[0]), rows, targets[end - n_rows : end], n_forced[sample],
                    lambda state: np.reshape(self.readout_.predict(state), n_outputs), self._limit,
                )
            )  # fmt: skip
        return np.concatenate(outputs)

    def _check_bounded(self, outputs, durations):
        for part in np.split(outputs, np.cumsum(durations)[:-1]):
            check_bounded(part, self._limit)

    def score(self, X, y, sample_weight=None):
        """Return R squared, over samples or over all rows after the washout."""
        check_is_fitted(self, "liquid_")
        if self.stepwise_:
            from sklearn.metrics import r2_score

            return self._score(X, y, r2_score, sample_weight=sample_weight)
        return super().score(X, y, sample_weight)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
