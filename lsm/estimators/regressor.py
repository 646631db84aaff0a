"""Regressor made of a liquid and a readout, with feedback from one into the other."""

from collections.abc import Callable
from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from .._parts import all_or_nothing
from .._random import generators
from .._typing import Array, ArrayLike, Estimator, Samples
from .._units import rounding_named
from .._validation import check_integer, check_reals, check_squares
from ..ensemble import LiquidEnsemble
from ..feedback import Feedback
from ..liquid import Liquid
from ..plasticity import EProp
from ..random_features import RandomFeatures
from ..readout import ResidualRidge
from ..spikes import SpikeArray
from ..taps import tap_counts
from .availability import readout_has
from .base import LSM
from .closed_loop import ClosedLoop
from .taps import Tapped, read_for_series, row_duration_for

__all__ = ["LSMRegressor"]


def _default_readout():
    from ..readout import WindowedRidge  # slow to import, and not always used

    return WindowedRidge()


class LSMRegressor(RegressorMixin, LSM):
    """Liquid state machine that predicts numbers, for each sample or at every row of it.

    Parameters
    ----------
    liquid : Liquid, LiquidEnsemble or RandomFeatures, default=Liquid()
        The liquid, or any transformer in its place; a clone of it is fitted. Before an encoded
        series a liquid with default `neurons` has biases of mean 0 and spread 1, and one with
        default `calibration` has `Calibration(input_rate=35, max_gain=1)`.
    readout : regressor, default="auto"
        Any scikit-learn regressor; a clone of it is fitted on the liquid's states. "auto" is
        :class:`~lsm.readout.WindowedRidge` for one target a sample and with feedback, and
        :class:`~lsm.readout.ResidualRidge` for targets at rows, see Notes. With one target a
        sample, and if `n_windows` of the readout is "auto", a liquid with default `snapshots` is
        read in 8 windows, of which the readout chooses sums.
    feedback : Feedback, optional
        Feedback of the outputs into the liquid, with targets at rows.
    washout : int, default=0
        With targets at rows: rows at the start of each sample that are neither learnt from nor
        scored.
    targets : {"auto", "sample", "row"}, default="auto"
        Whether there is one target a sample, or one at every row. "auto" goes by the form of `y`,
        and refuses a form that fits both. With "row", a 2-D `X` is one series.
    encoder : transformer, "auto" or None, default="auto"
        Converts samples before the liquid, such as :class:`~lsm.encoding.SeriesEncoder`; a clone
        of it is fitted. "auto" takes a SeriesEncoder for arrays of floats with a row for each
        time step, and one target each. Samples with targets at rows, spikes, static patterns,
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
    readout_ : regressor
        The fitted readout.
    targets_ : {"sample", "row"}
        Whether there is a target a sample, or one at every row.
    n_taps_ : int
        With targets at rows: number of input rows, the present one and those before, that the
        default readout reads beside the states; 0 for other readouts.
    closed_loop_ : ClosedLoop or None
        Feedback as drawn: `weights` of shape (n_outputs, n_neurons) in nA, and `delay` in rows.
    outputs_ : array of shape (n_rows,) or (n_rows, n_outputs)
        After `partial_fit`: prediction for each row of the last piece before the readout learnt
        from it; zero before it has learnt from any.
    learning_curve_ : array of shape (n_epochs,) or None
        Loss in each epoch of `learning`; None without it.
    n_features_in_ : int
        Number of input channels.

    Notes
    -----
    Targets at rows are a list of arrays of shape (T_i,) or (T_i, n_outputs), or a 3-D array; one
    long series is a list of one. Predictions have the same form.

    With targets at rows and the default readout, linear regression on the present and past input
    comes first, and the liquid predicts what it leaves. Penalties and the number of past rows are
    chosen on held-out time. A liquid with default `snapshots` is then read by potentials and
    traces of 30 and 300 ms, and bare arrays of floats have rows of 10 ms. With another readout it
    is read by traces alone, and rows last one step `dt`.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import Liquid, LSMRegressor
    >>> u = np.random.default_rng(0).uniform(-1, 1, 1200)
    >>> y = np.abs(np.convolve(u, np.ones(3) / 3)[:1200])  # which no linear map of the input is
    >>> model = LSMRegressor(Liquid(n_neurons=300, random_state=0), washout=10)
    >>> model = model.fit([u[:1000, None]], [y[:1000]])
    >>> model.score([u[1000:, None]], [y[1000:]]) > 0.5
    True
    """

    _parts = LSM._parts | {"readout": _default_readout}
    _part_methods = LSM._part_methods | {"feedback": "draw"}
    _optional_parts = (*LSM._optional_parts, "feedback")
    _numeric = True

    def __init__(
        self,
        liquid: Liquid | LiquidEnsemble | RandomFeatures | str = "auto",
        readout: Estimator | str = "auto",
        feedback: Feedback | None = None,
        washout: int = 0,
        targets: str = "auto",
        encoder: Estimator | str | None = "auto",
        learning: EProp | None = None,
    ) -> None:
        super().__init__(liquid, readout, washout, targets, encoder, learning)
        self.feedback = feedback

    def fit(
        self,
        X: Samples,
        y: ArrayLike,
        reward: ArrayLike | Callable[..., Any] | None = None,
        **params: Any,
    ) -> Self:
        """Fit the liquid, then the readout on its states.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Training samples, see :class:`~lsm.Liquid`.
        y : array of shape (n_samples,) or (n_samples, n_outputs), or list of arrays
            Targets of samples, or of all their rows. Rows with a NaN are left out.
        reward : array of shape (n_samples,) or function, optional
            For a liquid that learns from reward, see :meth:`lsm.Liquid.fit`.
        **params : object
            `sample_weight` of shape (n_samples,), or a list of arrays of weights at rows: the
            readout's weights. Any other argument of the readout's `fit`, with the prefix
            `readout__`. The liquid is calibrated on all samples, whatever their weights.

        Returns
        -------
        self : LSMRegressor

        Raises
        ------
        TypeError, ValueError
            If a parameter or the input is invalid, or `y` fits two meanings.
        FloatingPointError
            If the feedback diverges.
        """
        with all_or_nothing(self), rounding_named():
            self._fit(X, y, reward, params)
        return self

    def _begin_fit(self, *, has_learnt):
        super()._begin_fit(has_learnt=has_learnt)
        self.closed_loop_, self.n_taps_ = None, 0
        if self.feedback is not None and not isinstance(self.liquid_, Liquid):
            raise TypeError(
                f"LSMRegressor.feedback needs a Liquid, got {self.liquid_!r:.200}: take one, or "
                "set feedback=None"
            )

    def _prepare_rows(self, X, spikes, known):
        if not self._is_default("readout") or self.feedback is not None:
            return False
        counts = tap_counts(known.sum(), spikes.n_channels)
        self.n_taps_ = counts[-1]
        self.readout_ = ResidualRidge([n * spikes.n_channels for n in counts])
        bare = spikes.graded and not isinstance(X, SpikeArray)
        if read_for_series(self.liquid_) and bare and self.liquid_.row_duration == "auto":
            self.liquid_.row_duration = row_duration_for(self.liquid_.dt)
            return True
        return False

    def _row_reader(self):
        simulator = super()._row_reader()
        return Tapped(simulator, self.n_taps_) if self.n_taps_ else simulator

    def _check_targets(self, y, all_known=True):
        if y.dtype.kind == "c":
            raise ValueError("y must hold real numbers: Complex data not supported")
        if y.dtype.kind not in "biufO":
            raise ValueError(
                f"y must hold numbers, got an array of {y.dtype}: convert it, as by y.astype(float)"
            )
        check_squares("y", y)
        if self.feedback is None:
            return
        if self.targets_ == "sample":
            raise ValueError(
                "LSMRegressor.feedback needs targets at every row, as a list of arrays of shape "
                "(T_i,) or (T_i, n_outputs)"
            )
        if not all_known:
            raise ValueError(
                "y has missing targets, which LSMRegressor.feedback would send into the liquid: "
                "fill them, such as by np.interp, or set feedback=None"
            )

    def _fit_rows(self, spikes, targets, used, params):
        if self.feedback is None:
            super()._fit_rows(spikes, targets, used, params)
            return
        as_outputs = targets.reshape(len(targets), -1).astype(float)
        simulator, rng = self.liquid_.simulator_, self._draw_closed_loop(as_outputs, spikes)
        if getattr(self.readout_, "online", False):
            if params:
                raise TypeError(
                    f"{type(self.readout_).__name__} learns in the closed loop, where it takes no "
                    f"{', '.join(params)}: leave them out, or take a readout such as RidgeCV"
                )
            self.readout_.start(simulator.n_row_features, *(self._form.shape or (None,)))
            self.closed_loop_.teach(simulator, spikes, as_outputs, self.readout_, self.washout)
            return
        noisy = as_outputs + self.feedback.noise * rng.normal(size=as_outputs.shape)
        states = self.closed_loop_.force(simulator, spikes, noisy)
        self.readout_.fit(states[used], targets[used], **params)

    def _draw_closed_loop(self, targets, spikes):
        """Draw the feedback for targets of shape (n_rows, n_outputs); return the generator."""
        (rng,) = generators(self.liquid_.random_state, ["feedback"]).values()
        weights = self.feedback.draw(targets.shape[1], self.liquid_.n_neurons_, rng)
        delay = self.feedback.delay_rows(spikes.row_duration)
        clip = np.zeros((2, len(weights))) if self.feedback.clip else None
        loop = ClosedLoop(weights, delay, 0.0, spikes.row_duration, clip)
        self.closed_loop_ = loop.widen(targets)
        return rng

    @available_if(readout_has("partial_fit"))
    def partial_fit(self, X: ArrayLike | SpikeArray, y: ArrayLike | None = None) -> Self:
        """Learn from the next piece of a stream, row by row, while the liquid runs on.

        The first call draws the liquid, calibrates it on this piece, and starts the stream. Each
        further call goes on where the last one ended, as if all pieces were one. After a `fit`,
        a stream starts from the initial state with the fitted readout. With feedback the
        readout's own outputs flow back. Memory does not grow, and the liquid itself does not
        learn here.

        Parameters
        ----------
        X : array of shape (n_rows, n_channels), alone or in a list, or SpikeArray of one sample
            The next piece of the stream.
        y : array of shape (n_rows,) or (n_rows, n_outputs), alone or in a list, optional
            Its targets; the readout does not learn where they are missing.

        Returns
        -------
        self : LSMRegressor
            With new `outputs_`.
        """
        outputs = self._partial_fit(X, y)
        if isinstance(outputs, np.ndarray):
            self.outputs_ = outputs
            return self
        self.outputs_ = np.zeros((len(outputs), *self._form.shape))
        for row, output in enumerate(outputs):
            if output is not None:
                self.outputs_[row] = np.reshape(output, self._form.shape)
        return self

    def _begin_stream(self, X, y):
        spikes, targets = super()._begin_stream(X, y)
        if self.feedback is not None:
            self._draw_closed_loop(np.nan_to_num(targets).reshape(len(targets), -1), spikes)
        return spikes, targets

    def _loop_for(self, targets):
        if self.closed_loop_ is not None:
            self.closed_loop_ = self.closed_loop_.widen(np.nan_to_num(targets))
        return self.closed_loop_

    def predict(self, X: Samples) -> Array | list[Array]:
        """Predict the target of each sample, or of every row, in the form of those of `fit`.

        With feedback the readout's own outputs flow back, from zero at the start of a sample.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        y_pred : array, or list of arrays
        """
        check_is_fitted(self, "liquid_")
        if self.targets_ == "sample":
            return np.asarray(self._predict(X), dtype=float)
        spikes = self.to_spikes(X)
        if self.closed_loop_ is None:
            outputs = self.readout_.predict(self._row_reader().rows(spikes))
        else:
            nothing = np.zeros((spikes.n_rows.sum(), self.closed_loop_.n_outputs))
            n_forced = np.zeros_like(spikes.n_rows)
            outputs = self.closed_loop_.run(
                self.liquid_.simulator_, spikes, self.readout_, nothing, n_forced
            )
        outputs = np.asarray(outputs, dtype=float).reshape(-1, *self._form.shape)
        return self._form.split(outputs, spikes)

    def generate(
        self, n_steps: int, warmup: ArrayLike, X: ArrayLike | SpikeArray | None = None
    ) -> Array:
        """Let the model run freely, driven by its own outputs.

        Parameters
        ----------
        n_steps : int
            Rows to generate.
        warmup : array of shape (n_warmup,) or (n_warmup, n_outputs)
            Targets that flow back before.
        X : array of shape (n_warmup + n_steps, n_channels) or SpikeArray, optional
            Input during the whole run, one sample; by default zero, in rows as long as those of
            `fit`.

        Returns
        -------
        outputs : array of shape (n_steps,) or (n_steps, n_outputs)

        Raises
        ------
        ValueError
            If there is no feedback, or the shapes do not fit.
        FloatingPointError
            If the outputs diverge.
        """
        check_is_fitted(self, "liquid_")
        if self.closed_loop_ is None:
            raise ValueError("generate needs a fit with LSMRegressor.feedback, got None")
        check_integer("n_steps", n_steps, 1)
        forced = self._check_warmup(warmup)
        n_rows = len(forced) + n_steps
        if X is None:
            X = self._silence(n_rows)
        spikes = self.to_spikes(X if isinstance(X, SpikeArray) or self._form.one_series else [X])
        if spikes.n_rows.tolist() != [n_rows]:
            raise ValueError(
                f"X must have {n_rows} rows, warmup and n_steps, got {spikes.n_rows.tolist()}"
            )
        targets = np.concatenate([forced, np.zeros((n_steps, forced.shape[1]))])
        outputs = self.closed_loop_.run(
            self.liquid_.simulator_, spikes, self.readout_, targets, np.array([len(forced)])
        )
        return outputs[len(forced) :].reshape(-1, *self._form.shape)

    def _check_warmup(self, warmup):
        """Return the warm-up as an array of shape (n_warmup, n_outputs)."""
        n_outputs = self.closed_loop_.n_outputs
        rule = f"warmup must be finite numbers, with {n_outputs} outputs in a row"
        forced = check_reals(rule, warmup)
        if forced.ndim not in (1, 2) or forced.size == 0 or not np.isfinite(forced).all():
            raise ValueError(f"{rule}, got {warmup!r:.80}")
        forced = forced.reshape(len(forced), -1)
        if forced.shape[1] != n_outputs:
            raise ValueError(f"{rule}, got shape {np.shape(warmup)}")
        return forced

    def _silence(self, n_rows):
        """Return one sample without input."""
        is_graded = self.encoder_ is not None or self.liquid_.network_.graded
        dtype = float if is_graded else int
        nothing = np.zeros((n_rows, self.n_features_in_), dtype=dtype)
        return SpikeArray.from_dense([nothing], row_duration=self.closed_loop_.row_duration)

    def score(self, X: Samples, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return R squared, over samples or over all rows after the washout."""
        check_is_fitted(self, "liquid_")
        if self.targets_ == "row":
            from sklearn.metrics import r2_score  # slow to import

            return self._score_rows(X, y, self.predict(X), r2_score, sample_weight)
        return super().score(X, y, sample_weight)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
