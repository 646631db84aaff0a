"""Base of the estimators of liquid and readout."""

from contextlib import nullcontext
from typing import Any, Self

import numpy as np
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping
from sklearn.utils.validation import check_is_fitted

from .._parts import Composite, all_or_nothing
from .._typing import Array, ArrayLike, Estimator, Samples
from .._units import rounding_named
from .._validation import check_choice, check_integer
from ..encoding import SeriesEncoder
from ..liquid import Liquid
from ..plasticity import EProp
from ..samples import as_samples, has_names, is_table, n_rows_of
from ..spikes import SpikeArray
from ..targets import RowTargets, known_targets, one_piece, resolve_targets
from .defaults import choose_encoder, read_in_windows, suit_series
from .learning import check_learning, learn
from .online import OnlineRun
from .reading import dense, no_warning_of_series, read_rows
from .routing import check_params, readout_params, row_weights, select_rows

__all__ = ["LSM"]


class LSM(Composite):
    """Liquid and readout, with one target a sample or one at every row.

    Parameters
    ----------
    liquid : Liquid or "auto"
        The liquid; a clone of it is fitted.
    readout : estimator or "auto"
        The readout; a clone of it is fitted on the liquid's states, a dense array.
    washout : int
        With targets at rows: rows at the start of each sample that are neither learnt from nor
        scored.
    targets : {"auto", "sample", "row"}
        Whether there is one target a sample, or one at every row; "auto" goes by their form.
    encoder : transformer, "auto" or None
        Converts samples before the liquid; a clone of it is fitted.
    learning : EProp or None
        Learning of the liquid's own weights from the targets.
    """

    _parts = {"liquid": Liquid, "encoder": SeriesEncoder}
    _part_methods = {"liquid": "transform", "readout": "predict", "encoder": "transform"}
    _optional_parts: tuple[str, ...] = ("encoder",)
    _numeric = False  # whether targets must be numbers
    learning: EProp | None = None  # which models in older files do not have

    def __init__(
        self, liquid: Liquid | str, readout: Estimator | str, washout: int, targets: str,
        encoder: Estimator | str | None, learning: EProp | None,
    ) -> None:  # fmt: skip
        self.liquid, self.readout, self.encoder = liquid, readout, encoder
        self.washout, self.targets, self.learning = washout, targets, learning

    def get_metadata_routing(self) -> Any:
        """Return which metadata `fit` hands on to the readout.

        Returns
        -------
        routing : sklearn.utils.metadata_routing.MetadataRouter
        """
        mapping = MethodMapping().add(caller="fit", callee="fit")
        router = MetadataRouter(owner=self).add_self_request(self)
        return router.add(readout=self._part("readout"), method_mapping=mapping)

    def _begin_fit(self, *, has_learnt):
        """Validate the parameters, and clone the parts."""
        self._check_parts()
        check_integer(f"{type(self).__name__}.washout", self.washout, 0)
        check_learning(self, stream=not has_learnt)
        self.learning_curve_ = None
        self.liquid_, self.readout_ = clone(self._part("liquid")), clone(self._part("readout"))
        self._online = OnlineRun(has_learnt=has_learnt)

    def _fit(self, X, y, reward, params):
        self._begin_fit(has_learnt=True)
        params = readout_params(self, self.readout_, params)
        X, y, self._form = resolve_targets(X, y, self.targets, type(self).__name__)
        self.targets_ = "sample" if self._form is None else "row"
        reward = {} if reward is None else {"reward": reward}
        if self.targets_ == "row":
            self._fit_to_rows(X, y, reward, params)
            return
        self._check_targets(y)
        params = check_params(params, len(y))
        if self.washout:
            raise ValueError(
                f"{type(self).__name__}.washout={self.washout} is for targets at rows, but y has "
                "one target a sample: for one series pass [X] and [y], or set washout=0"
            )
        self._fit_encoder(X)
        with no_warning_of_series() if self.targets == "sample" else nullcontext():
            states = self._fit_liquid(self.encode(X), y, reward)
        self.readout_.fit(states, y, **params)

    def _fit_encoder(self, X):
        """Fit the encoder, and set defaults of liquid and readout that depend on the samples."""
        self.encoder_ = self._choose_encoder(X)
        if self.encoder_ is not None:
            self.encoder_.fit(X)
        if isinstance(self.encoder_, SeriesEncoder):
            suit_series(self.liquid_)
        if self.targets_ == "sample" and not is_table(as_samples(X)):
            read_in_windows(self.liquid_, self.readout_)

    def _choose_encoder(self, X):
        """Return an unfitted encoder, or None."""
        return choose_encoder(self.encoder, self._part("liquid"), X, self.targets_)

    def encode(self, X: Samples) -> Samples:
        """Return samples as the liquid takes them.

        Parameters
        ----------
        X : samples
            As of `predict`.

        Returns
        -------
        encoded : samples
            `X` itself without an encoder.
        """
        check_is_fitted(self, "encoder_")
        return X if self.encoder_ is None else self.encoder_.transform(X)

    def _fit_to_rows(self, X, y, reward, params):
        if not hasattr(self.liquid_, "trajectory"):
            raise TypeError(
                f"{type(self).__name__}.liquid has no states at rows, got {self.liquid_!r:.200}: "
                "take a Liquid, or give one target a sample"
            )
        self._fit_encoder(X)
        spikes = self._as_rows(X)
        hint = ": for targets of whole samples set targets='sample'" * (self.targets != "row")
        targets, known = self._form.join(y, spikes, numeric=self._numeric, hint=hint)
        used = known & self._after_washout(spikes)
        if not used.any():
            raise ValueError("y has no target after the washout: every one is NaN or None")
        self._check_targets(known_targets(targets[used]), all_known=known.all())
        params = select_rows(params, spikes.n_rows, used)
        if self._prepare_rows(X, spikes, known):
            del spikes  # before they are made again
            spikes = self._as_rows(X)
        # The columns of data frames have names, which a SpikeArray has not.
        named = self.encoder_ is None and has_names(X)
        self.liquid_.fit(X if named else spikes, **reward)
        self._learn(spikes, targets, used)
        self._fit_rows(spikes, targets, used, params)

    def _prepare_rows(self, X, spikes, known):
        """Set defaults that depend on the rows; return whether the samples are others then."""
        return False

    def _check_targets(self, y, all_known=True):
        """Validate targets before anything runs; `y` are those of the rows that are used."""

    def _as_rows(self, X):
        """Encode samples with targets at their rows, and convert them to a SpikeArray."""
        spikes = self.liquid_.to_spikes(self.encode(X))
        n_rows = n_rows_of(as_samples(X))
        if n_rows is not None and not np.array_equal(n_rows, spikes.n_rows):
            raise ValueError(
                f"{type(self).__name__}.encoder makes {spikes.n_rows[0]} rows of the {n_rows[0]} "
                "rows of X[0], but there is a target at each of them: take one that keeps the "
                "rows, such as SeriesEncoder()"
            )
        return spikes

    def _fit_liquid(self, encoded, y, reward):
        """Fit the liquid; return the states of the samples as `_states` does."""
        if isinstance(self.liquid_, Liquid):
            self.liquid_.fit(encoded, **reward)
            self._learn(encoded, y)
            return self._states(encoded)
        return dense(self.liquid_.fit_transform(encoded, **reward))

    def _learn(self, encoded, y, used=None):
        """Let the liquid learn its own weights, from targets of samples or of used rows."""
        if self.learning is not None:
            self.liquid_, self.learning_curve_ = learn(
                self.liquid_, encoded, y, used, self.learning, numeric=self._numeric
            )

    def _states(self, encoded):
        """Return the states of encoded samples as a dense array, which every readout takes."""
        if isinstance(self.liquid_, Liquid):
            return dense(self.liquid_.simulator_.states(self.liquid_.to_spikes(encoded)))
        return dense(self.liquid_.transform(encoded))

    def _fit_rows(self, spikes, targets, used, params):
        """Fit the readout on the states at the rows that are used."""
        states = self._row_reader().rows(spikes)
        if not used.all():  # else no copy of the states
            states = states[used]
        self.readout_.fit(states, known_targets(targets[used]), **params)

    def _row_reader(self):
        """Return the object that reads the readout's features at rows: whole, or as a stream."""
        return read_rows(self.liquid_)

    def _after_washout(self, spikes):
        """Return which rows of all samples come after the washout, a bool array (n_rows,)."""
        shortest = spikes.n_rows.min()
        if self.washout >= shortest:
            raise ValueError(
                f"{type(self).__name__}.washout of {self.washout} rows leaves nothing of a "
                f"sample of {shortest} rows: lower it"
            )
        return np.concatenate([np.arange(n) for n in spikes.n_rows]) >= self.washout

    def _partial_fit(self, X, y, **first_call):
        """Continue a stream with its next piece; `first_call` goes to the readout's first one."""
        if hasattr(self, "liquid_"):
            return self._run_on(X, y, first_call)
        with all_or_nothing(self):
            with rounding_named():
                self._begin_stream(*one_piece(X, y))
            return self._run_on(X, y, first_call)

    def _begin_stream(self, X, y):
        """Fit the liquid on the first piece of a stream; the readout has learnt nothing yet."""
        owner = type(self).__name__
        if check_choice(f"{owner}.targets", self.targets, ("auto", "sample", "row")) == "sample":
            raise ValueError(
                f"a stream has a target at every row, but {owner}.targets='sample': set it to "
                "'auto' or 'row'"
            )
        if y is None:
            raise ValueError("the first piece of a stream needs targets: pass y, or call fit first")
        self._begin_fit(has_learnt=False)
        self.targets_, self._form = "row", RowTargets(y[0].shape[1:], False, False)
        self._fit_encoder(X)
        spikes = self._as_rows(X)
        targets, _ = self._form.join(y, spikes, numeric=self._numeric)
        self.liquid_.fit(X if self.encoder_ is None and has_names(X) else spikes)
        return spikes, targets

    def _run_on(self, X, y, first_call):
        """Run the next piece of a stream; return the predictions before learning from a row."""
        if self.targets_ != "row":
            raise ValueError(
                "a stream has a target at every row, but fit had one a sample: fit with targets "
                "at rows"
            )
        piece = self._online.read(
            X, y, self._encode_piece, self._form, numeric=self._numeric,
            alike=self.encoder_ is None and not hasattr(self.liquid_, "feature_names_in_"),
        )  # fmt: skip
        self._check_piece(piece, first_call)
        return self._online.learn(
            piece, self._row_reader, self.readout_, washout=self.washout,
            closed_loop=self._loop_for(piece.targets), first_call=first_call,
        )  # fmt: skip

    def _encode_piece(self, X):
        """Return a stream's next piece as a SpikeArray, and the rows that the piece after needs."""
        if not hasattr(self.encoder_, "encode_piece"):
            return self._as_rows(X), None
        piece, past = self.encoder_.encode_piece(X, self._online.past)
        return self.liquid_.to_spikes(piece), past

    def _check_piece(self, piece, first_call):
        """Validate the targets of a piece of a stream, before the liquid runs."""

    def _loop_for(self, targets):
        """Return the closed loop of a stream; None without feedback."""
        return None

    def predict_next(self, X: Samples) -> Array:
        """Predict the rows of the next piece of a stream, while the liquid runs on.

        Pieces give the predictions of the whole. The stream starts at the liquid's initial state
        after `fit`, and anew after `reset`. It is the stream of `partial_fit`, for a readout that
        has it.

        Parameters
        ----------
        X : array of shape (n_rows, n_channels), alone or in a list, or SpikeArray of one sample
            The next piece of the stream.

        Returns
        -------
        y_pred : array of shape (n_rows,) or (n_rows, n_outputs)
        """
        if not hasattr(self, "liquid_"):  # scikit-learn takes long for its question
            check_is_fitted(self, "liquid_")
        if not self._online.has_learnt:
            raise NotFittedError(
                f"the readout of {type(self).__name__} has learnt from no row of the stream yet: "
                "call partial_fit with targets after the washout first"
            )
        return np.array(self._run_on(X, None, {}))

    def reset(self) -> Self:
        """Start a new stream at the liquid's initial state; the readout keeps what it has learnt.

        Returns
        -------
        self : estimator
        """
        check_is_fitted(self, "liquid_")
        self._online = OnlineRun(self._online.has_learnt)
        return self

    def _predict(self, X, method="predict"):
        check_is_fitted(self, "liquid_")
        if self.targets_ == "sample":
            return getattr(self.readout_, method)(self._states(self.encode(X)))
        spikes = self.to_spikes(X)
        outputs = getattr(self.readout_, method)(self._row_reader().rows(spikes))
        return self._form.split(outputs, spikes)

    def to_spikes(self, X: Samples) -> SpikeArray:
        """Convert samples, as of `predict`, to the input of the liquid.

        Parameters
        ----------
        X : samples
            As of `predict`.

        Returns
        -------
        spikes : SpikeArray
        """
        check_is_fitted(self, "liquid_")
        if self.targets_ == "row":
            return self._as_rows(self._form.wrap(X))
        return self.liquid_.to_spikes(self.encode(X))

    def scored_rows(
        self, X: Samples, y: ArrayLike, sample_weight: ArrayLike | None = None
    ) -> tuple[Array, Array, Array | None]:
        """Return the rows that count in a score, of a fit with targets at rows.

        Parameters
        ----------
        X : samples
            As of `fit`.
        y : targets
            As of `fit`.
        sample_weight : array of shape (n_samples,), or list of arrays of shape (T_i,), optional
            Weights of samples, or of their rows.

        Returns
        -------
        used : bool array of shape (n_rows,)
            Rows after the washout whose target is not missing, one sample after the other.
        y_true : array of shape (n_used, ...)
            Their targets.
        weights : array of shape (n_used,) or None
            Their weights.

        Raises
        ------
        ValueError
            If `fit` had one target a sample.
        """
        check_is_fitted(self, "liquid_")
        if self.targets_ != "row":
            raise ValueError(
                "rows are scored where fit had a target at every row, but it had one a sample: "
                "use scikit-learn's scorers"
            )
        spikes = self.to_spikes(X)
        targets, known = self._form.join(self._form.parts(y), spikes, numeric=self._numeric)
        used = known & self._after_washout(spikes)
        weights = row_weights(sample_weight, spikes)
        return used, known_targets(targets[used]), None if weights is None else weights[used]

    def _score_rows(self, X, y, y_pred, metric, sample_weight=None):
        """Compare targets and predictions of the rows that count."""
        used, y_true, weights = self.scored_rows(X, y, sample_weight)
        parts = [y_pred] if self._form.one_series else y_pred
        return metric(y_true, np.concatenate(list(parts))[used], sample_weight=weights)

    @property
    def n_features_in_(self) -> int:
        """Number of input channels."""
        return getattr(self.encoder_, "n_features_in_", self.liquid_.n_features_in_)

    @property
    def feature_names_in_(self) -> Array:
        """Names of the input channels, if X had names in `fit`."""
        return (self.encoder_ or self.liquid_).feature_names_in_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = tags.input_tags.three_d_array = True
        return tags
