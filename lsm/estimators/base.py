"""Base of the estimators of liquid and readout."""

from contextlib import nullcontext

import numpy as np
from scipy import sparse
from sklearn import get_config
from sklearn.base import clone
from sklearn.pipeline import Pipeline
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted, has_fit_parameter

from .._parts import Composite, all_or_nothing
from .._validation import check_integer, check_reals
from ..encoding import SeriesEncoder
from ..liquid import Liquid
from ..samples import as_samples, is_table, n_rows_of
from ..targets import RowTargets, resolve_targets
from .defaults import choose_encoder, read_in_windows, suit_series
from .online import OnlineRun

__all__ = ["LSM", "readout_has"]

# Readouts that have a method which many have not.
EXAMPLES = {
    "predict_proba": "LogisticRegression, or wrap the readout in CalibratedClassifierCV",
    "decision_function": "RidgeClassifierCV",
    "partial_fit": "SGDClassifier, SGDRegressor or RLS",
}


def readout_has(method):
    """Return a condition of `available_if`: the readout has a method of this name."""

    def check(self):
        readout = self.readout_ if hasattr(self, "readout_") else self._part("readout")
        if not hasattr(readout, method):
            raise AttributeError(
                f"{type(self).__name__}.readout has no {method}, got {readout!r}: take one that "
                f"has, such as {EXAMPLES[method]}"
            )
        return True

    return check


class LSM(Composite):
    """Liquid and readout, with one target a sample or one at every row.

    Parameters
    ----------
    liquid : Liquid or "auto"
        The liquid; a clone of it is fitted.
    readout : estimator or "auto"
        The readout; a clone of it is fitted on the liquid's states.
    washout : int
        With targets at rows: rows at the start of each sample that are neither learnt from nor
        scored.
    targets : {"auto", "sample", "row"}
        Whether there is one target a sample, or one at every row; "auto" goes by their form.
    encoder : transformer, "auto" or None
        Converts samples before the liquid; a clone of it is fitted.
    """

    _parts = {"liquid": Liquid, "encoder": SeriesEncoder}
    _part_methods = {"liquid": "transform", "readout": "predict", "encoder": "transform"}
    _optional_parts = ("encoder",)
    _numeric = False  # whether targets must be numbers

    def __init__(self, liquid, readout, washout, targets, encoder):
        self.liquid = liquid
        self.readout = readout
        self.washout = washout
        self.targets = targets
        self.encoder = encoder

    def _check(self):
        self._check_parts()
        check_integer(f"{type(self).__name__}.washout", self.washout, 0)

    def _fit(self, X, y, sample_weight, reward):
        self._check()
        owner = type(self).__name__
        X, y, form = resolve_targets(X, y, self.targets, owner)
        check_consistent_length(X, y)
        self._clone_parts("sample" if form is None else "row", self._choose_encoder(X), X)
        self._online = OnlineRun(has_learnt=True)
        if form is not None:
            spikes, targets, known = self._begin_rows(X, y, form)
            weights = _row_weights(sample_weight, spikes)
            used = known & self._after_washout(spikes)
            self._check_targets(_as_known(targets[used]))
            # A table keeps the names of its columns, which a SpikeArray has not.
            self.liquid_.fit(X if is_table(X) else spikes, reward=reward)
            self._fit_rows(spikes, targets, used, weights)
            return
        if self.washout:
            raise ValueError(
                f"{owner}.washout={self.washout} is for targets at rows, but y has one target a "
                "sample: for one series pass [X] and [y], or set washout=0"
            )
        self._form = None
        self._check_targets(y)
        weights = _check_weights(sample_weight, len(y))
        encoded = self.encode(X)
        # A table that is said to hold patterns is not questioned: Liquid.fit would warn.
        if self.targets == "sample" and is_table(encoded) and hasattr(self.liquid_, "to_spikes"):
            encoded = self.liquid_.to_spikes(encoded)
        learning = {} if reward is None else {"reward": reward}
        states = self.liquid_.fit_transform(encoded, **learning)
        self._fit_readout(_dense(states), y, weights)

    def _clone_parts(self, targets, encoder, X):
        """Clone the parts, and set defaults that depend on the samples; fit the encoder."""
        self.targets_, self.encoder_ = targets, encoder
        self.liquid_, self.readout_ = clone(self._part("liquid")), clone(self._part("readout"))
        if targets == "row" and not hasattr(self.liquid_, "trajectory"):
            raise TypeError(
                f"{type(self).__name__}.liquid has no states at rows, got {self.liquid_!r:.200}: "
                "take a Liquid, or give one target a sample"
            )
        if encoder is not None:
            encoder.fit(X)
        if isinstance(encoder, SeriesEncoder):
            suit_series(self.liquid_)
        if targets == "sample" and not is_table(X):
            read_in_windows(self.liquid_, self.readout_)

    def _choose_encoder(self, X):
        """Return an unfitted encoder, or None."""
        return choose_encoder(self.encoder, self._part("liquid"), X)

    def encode(self, X):
        """Return samples as the liquid takes them: encoded, or as they are without an encoder."""
        return X if self.encoder_ is None else self.encoder_.transform(X)

    def _to_spikes(self, X):
        """Encode samples, and convert them to a SpikeArray."""
        spikes = self.liquid_.to_spikes(self.encode(X))
        if self.encoder_ is not None and self.targets_ == "row":
            n_rows = n_rows_of(as_samples(X))
            if n_rows is not None and not np.array_equal(n_rows, spikes.n_rows):
                raise ValueError(
                    f"{type(self).__name__}.encoder makes {spikes.n_rows[0]} rows of the "
                    f"{n_rows[0]} rows of X[0], but there is a target at each of them: take one "
                    "that keeps the rows, such as SeriesEncoder()"
                )
        return spikes

    def _check_targets(self, y):
        """Refuse targets before anything runs; a subclass knows what is allowed."""

    def _begin_rows(self, X, y, form):
        """Validate and convert samples and targets at rows, before anything runs."""
        self._form = form
        spikes = self._to_spikes(X)
        return spikes, *form.join(y, spikes, numeric=self._numeric)

    def _states(self, X):
        """Return the states of samples as a dense array, which every readout takes."""
        return _dense(self.liquid_.transform(self.encode(X)))

    def _fit_rows(self, spikes, targets, used, weights):
        """Fit the readout on the states at the rows that are used."""
        states = self.liquid_.simulator_.rows(spikes)
        weights = None if weights is None else weights[used]
        self._fit_readout(states[used], _as_known(targets[used]), weights)

    def _fit_readout(self, states, targets, weights):
        self.readout_.fit(states, targets, **_weight_params(self.readout_, weights))

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
        is_first = not hasattr(self, "liquid_")
        X, y = _one_piece(X, y)
        with all_or_nothing(self) if is_first else nullcontext():
            if is_first:
                self._begin(X, y)
            if self.targets_ != "row":
                raise ValueError("a stream has a target at every row, but fit had one a sample")
            spikes, past = self._encode_piece(X)
            targets, known = np.zeros((spikes.n_rows[0], *self._form.shape)), None
            if y is not None:
                targets, known = self._form.join(y, spikes, numeric=self._numeric)
                self._check_piece(targets[known], first_call)
            outputs = self._online.learn(
                spikes, targets, known, self.liquid_.simulator_, self.readout_,
                washout=self.washout, closed_loop=self._loop_for(targets), first_call=first_call,
            )  # fmt: skip
            self._online.past = past
            return outputs

    def _encode_piece(self, X):
        """Return the next piece of a stream as a SpikeArray, and what the one after it needs."""
        if not hasattr(self.encoder_, "encode_piece"):
            return self._to_spikes(X), None
        piece, past = self.encoder_.encode_piece(X, self._online.past)
        return self.liquid_.to_spikes(piece), past

    def _check_piece(self, targets, first_call):
        """Validate the targets of a piece of a stream, before the liquid runs."""

    def _begin(self, X, y):
        """Fit the liquid on the first piece of a stream; the readout has learnt nothing yet."""
        if y is None:
            raise ValueError(
                "the first piece of a stream needs targets: pass y, or call fit before"
            )
        self._check()
        # One piece, which may be one row, is too little to choose an encoder for all of them.
        self._clone_parts("row", choose_encoder(self.encoder, self._part("liquid"), None), X)
        self._online = OnlineRun(has_learnt=False)
        form = RowTargets(np.shape(y[0])[1:], stacked=False, one_series=False)
        spikes, targets, _ = self._begin_rows(X, y, form)
        self.liquid_.fit(spikes)
        return spikes, targets

    def _loop_for(self, targets):
        """Return the closed loop of a stream; None without feedback."""
        return None

    def reset(self):
        """Start a new stream: the next `partial_fit` begins at the liquid's initial state.

        Returns
        -------
        self : estimator
            What the readout has learnt is kept.
        """
        check_is_fitted(self, "liquid_")
        self._online = OnlineRun(self._online.has_learnt)
        return self

    def _predict(self, X, method="predict"):
        check_is_fitted(self, "liquid_")
        if self.targets_ == "sample":
            return getattr(self.readout_, method)(self._states(X))
        spikes = self._to_spikes(self._form.wrap(X))
        outputs = getattr(self.readout_, method)(self.liquid_.simulator_.rows(spikes))
        return self._form.split(outputs, spikes)

    def scored_rows(self, X, y, sample_weight=None):
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
        """
        check_is_fitted(self, "liquid_")
        if self.targets_ != "row":
            raise ValueError("fit had one target a sample, so that no rows are scored")
        spikes = self._to_spikes(self._form.wrap(X))
        targets, known = self._form.join(self._form.parts(y), spikes, numeric=self._numeric)
        used = known & self._after_washout(spikes)
        weights = _row_weights(sample_weight, spikes)
        return used, _as_known(targets[used]), None if weights is None else weights[used]

    def _score_rows(self, X, y, y_pred, metric, sample_weight=None):
        """Compare targets and predictions of the rows that count."""
        used, y_true, weights = self.scored_rows(X, y, sample_weight)
        return metric(y_true, self._form.flat(y_pred)[used], sample_weight=weights)

    @property
    def n_features_in_(self):
        """Number of input channels."""
        return getattr(self.encoder_, "n_features_in_", self.liquid_.n_features_in_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.three_d_array = True
        return tags


def _one_piece(X, y):
    """Return the piece of a stream and its targets, each in a list."""
    rule = (
        "partial_fit takes a stream piece by piece: X must be one array of shape (n_rows, "
        "n_channels), and y one of shape (n_rows,) or (n_rows, n_outputs)"
    )
    if is_table(X):
        X, y = [X], None if y is None else [np.asarray(y)]
    if len(X) != 1 or (y is not None and (np.ndim(y) == 0 or len(y) != 1 or np.ndim(y[0]) == 0)):
        raise ValueError(f"{rule}, alone or in a list")
    return X, None if y is None else [np.asarray(y[0])]


def _check_weights(sample_weight, n):
    """Return sample weights as a float array of shape (n,), or None."""
    if sample_weight is None:
        return None
    rule = f"sample_weight must have one finite number for each of {n} samples"
    weights = check_reals(rule, sample_weight)
    if weights.shape != (n,) or not np.isfinite(weights).all():
        raise ValueError(f"{rule}, got shape {weights.shape}: sample_weight.ndim must be 1")
    return weights.astype(float)


def _row_weights(sample_weight, spikes):
    """Return the weights of all rows, from those of the samples or of their rows, or None."""
    if sample_weight is None:
        return None
    if isinstance(sample_weight, list | tuple) and np.ndim(sample_weight[0]) > 0:
        return _check_weights(np.concatenate(sample_weight), spikes.n_rows.sum())
    return np.repeat(_check_weights(sample_weight, len(spikes)), spikes.n_rows)


def _weight_params(readout, weights):
    """Return the arguments of a readout's `fit` that carry the weights."""
    if weights is None:
        return {}
    if isinstance(readout, Pipeline) and not get_config()["enable_metadata_routing"]:
        return {f"{readout.steps[-1][0]}__sample_weight": weights}
    if not has_fit_parameter(readout, "sample_weight") and not isinstance(readout, Pipeline):
        raise TypeError(
            f"the readout {readout!r} takes no sample_weight: take one that does, such as "
            "RidgeClassifierCV or RidgeCV"
        )
    return {"sample_weight": weights}


def _as_known(targets):
    """Return targets without missing ones in the type that they have without them."""
    return np.array(targets.tolist()) if targets.dtype == object else targets


def _dense(states):
    return states.toarray() if sparse.issparse(states) else states
