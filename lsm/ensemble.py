"""An ensemble of liquids, each behind a front end of its own."""

from typing import Any, Self

import numpy as np
from scipy import sparse, stats
from sklearn.base import TransformerMixin, clone
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from ._parts import Composite, all_or_nothing
from ._typing import Array, ArrayLike, RandomState, Samples
from ._validation import check_integer, check_number, is_auto
from .calibration import Calibration
from .encoding.series import SeriesEncoder, as_rows, holds_series
from .liquid import Liquid
from .neurons import LIF
from .samples import n_rows_of
from .snapshots import Snapshots
from .topology import RandomInput

__all__ = ["LiquidEnsemble"]

MAX_SEED = 2**31
FEATURE_CHANCES = (1 / 3, 1 / 3, 1 / 6, 1 / 6)
SPREADS = (0.01, 0.5, 1.0, 2.0)  # nA, of the biases


def _default_liquid():
    return Liquid(n_neurons=250, calibration=Calibration(input_rate=35.0, max_gain=1.0))


def _default_snapshots():
    return Snapshots(n=8)


class LiquidEnsemble(  # type: ignore[call-arg]  # of a mixin without hints
    TransformerMixin, Composite, auto_wrap_output_keys=None
):
    """Liquids side by side, each behind a front end that is drawn from the seed.

    Several small liquids that hear a series in different ways are worth more than one large
    liquid. The states of all of them stand side by side, for one readout. The front ends are
    drawn, so that none is chosen by its score. For one liquid are drawn:

    - a :class:`~lsm.encoding.SeriesEncoder`: its features and their lags, its compression, and
      the duration of a row, so that a sample of median length lasts a time within `duration`;
    - the neurons' membrane time constant, log-uniform from 5 to 40 ms, and the spread of their
      biases;
    - the number of channels that a neuron reads, 3 to 9;
    - the network.

    Samples of spikes, static patterns and SpikeArrays get no encoder.

    Parameters
    ----------
    n_liquids : int, default=16
        Number of liquids. Four have about a third of the gain of sixteen.
    liquid : Liquid, default=Liquid(250, calibration=Calibration(input_rate=35, max_gain=1))
        Pattern of each liquid. Its `neurons` and `inputs` are drawn where they are "auto". A
        :class:`~lsm.RandomFeatures` in its place shows what the front ends alone are worth.
    snapshots : Snapshots, default=Snapshots(n=8)
        When and what to read, of all liquids.
    duration : (float, float), default=(200.0, 600.0)
        Limits in ms of the duration of a sample of median length, drawn log-uniform.
    random_state : int, RandomState instance or None, default=None
        Seed of all draws. A larger ensemble of the same seed starts with the same liquids.

    Attributes
    ----------
    encoders_ : list of SeriesEncoder or None
        The fitted encoder of each liquid.
    liquids_ : list of Liquid
        The fitted liquids.
    n_features_in_ : int
        Number of input channels.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import LiquidEnsemble, LSMClassifier
    >>> t = np.arange(60)[:, None]
    >>> y = np.arange(20) % 2
    >>> X = [np.sin(t / (3 + label) + i) for i, label in enumerate(y)]
    >>> model = LSMClassifier(LiquidEnsemble(n_liquids=2, random_state=0)).fit(X, y)
    >>> model.score(X, y)
    1.0
    """

    _parts = {"liquid": _default_liquid, "snapshots": _default_snapshots}
    _part_methods = {"liquid": "trajectory", "snapshots": "plan"}

    def __init__(
        self,
        n_liquids: int = 16,
        liquid: Liquid | str = "auto",
        snapshots: Snapshots | str = "auto",
        duration: tuple[float, float] = (200.0, 600.0),
        random_state: RandomState = None,
    ) -> None:
        self.n_liquids = n_liquids
        self.liquid = liquid
        self.snapshots = snapshots
        self.duration = duration
        self.random_state = random_state

    def fit(self, X: Samples, y: Any = None) -> Self:
        """Draw, fit and calibrate all encoders and liquids.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Training samples, see :class:`~lsm.Liquid`. Values may be missing in series.
        y : ignored
            For scikit-learn's pipelines.

        Returns
        -------
        self : LiquidEnsemble

        Raises
        ------
        TypeError, ValueError
            If a parameter or the input is invalid.
        """
        self.fit_transform(X)
        return self

    def fit_transform(self, X: Any, y: Any = None) -> Array:
        """Fit all encoders and liquids, and return the states of the same samples.

        Parameters
        ----------
        X, y : object
            As of `fit`.

        Returns
        -------
        states : array of shape (n_samples, n_readings * n_liquids * n_neurons)
            As of `transform`.
        """
        states = []
        with all_or_nothing(self):
            self._check()
            seeds = check_random_state(self.random_state).randint(MAX_SEED, size=self.n_liquids)
            length = np.median(n_rows_of(X)) if holds_series(X) else None
            self.encoders_, self.liquids_ = [], []
            for seed in seeds:
                rng = np.random.default_rng(seed)
                encoder = None
                if length is not None:
                    encoder = self._draw_encoder(length, rng)
                    X = as_rows(X, encoder, reset=True)  # checked once for all
                    encoder.fit(X)
                liquid = self._draw_liquid(rng, int(seed))
                encoded = _encoded(encoder, X)
                states.append(liquid.fit(encoded).transform(encoded))
                self.liquids_.append(liquid)
                self.encoders_.append(encoder)
        return self._side_by_side(states)

    def transform(self, X: Samples) -> Array:
        """Run samples through all liquids and read their states.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        states : array of shape (n_samples, n_readings * n_liquids * n_neurons)
            Column `(k * n_liquids + i) * n_neurons + n` holds reading k of neuron n of liquid i.
        """
        check_is_fitted(self)
        if self.encoders_[0] is not None:
            X = self.encoders_[0].check_rows(X)
        members = zip(self.encoders_, self.liquids_, strict=True)
        return self._side_by_side([m.transform(_encoded(encoder, X)) for encoder, m in members])

    def _side_by_side(self, states):
        n_samples, n_readings = states[0].shape[0], len(self._part("snapshots").windows())
        dense = [state.toarray() if sparse.issparse(state) else state for state in states]
        parts = [state.reshape(n_samples, n_readings, -1) for state in dense]
        return np.concatenate(parts, axis=2).reshape(n_samples, -1)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> Array:
        """Return the names of the states' columns; `input_features` is ignored."""
        check_is_fitted(self)
        n_readings = len(self._part("snapshots").windows())
        names = [
            [f"liquid{i} {name}" for name in liquid.get_feature_names_out()]
            for i, liquid in enumerate(self.liquids_)
        ]
        side_by_side = [np.reshape(part, (n_readings, -1)) for part in names]
        return np.hstack(side_by_side).ravel().astype(object)

    @property
    def n_features_in_(self) -> int:
        """Number of input channels."""
        first = self.liquids_[0] if self.encoders_[0] is None else self.encoders_[0]
        return first.n_features_in_

    def _check(self):
        self._check_parts()
        check_integer("LiquidEnsemble.n_liquids", self.n_liquids, 1)
        rule = "LiquidEnsemble.duration"
        if np.shape(self.duration) != (2,):
            raise ValueError(f"{rule} must be a pair (low, high) in ms, got {self.duration!r}")
        low = check_number(rule, self.duration[0], 0, low_open=True)
        check_number(rule, self.duration[1], low)

    def _draw_encoder(self, length, rng):
        """Draw an encoder for samples of `length` rows."""
        features = rng.choice(["changes", "averages", "lags", "centred_lags"], p=FEATURE_CHANCES)
        longest = {"changes": 1, "averages": length / 8}.get(features, length / 4)
        dt = self._part("liquid").dt
        row_duration = _log_uniform(rng, *self.duration) / length
        return SeriesEncoder(
            features=str(features),
            squash=(None, "arcsinh", "rank")[rng.integers(3)],
            row_duration=max(round(row_duration / dt), 1) * dt,
            lag=round(_log_uniform(rng, 1, max(longest, 1))),
            n_lags=int(rng.integers(3, 9)) if "lags" in features else 5,
            dt=dt,
        )

    def _draw_liquid(self, rng, seed):
        """Draw neurons and inputs of a liquid, as far as its pattern has them."""
        liquid = clone(self._part("liquid")).set_params(snapshots=clone(self._part("snapshots")))
        tau_m, spread, fan_in = _log_uniform(rng, 5, 40), rng.choice(SPREADS), rng.integers(3, 10)
        drawn = {
            "neurons": LIF(tau_m=tau_m, bias=stats.norm(0, spread)),
            "inputs": RandomInput(fan_in=int(fan_in)),
        }
        given = liquid.get_params(deep=False)
        chosen = {name: drawn[name] for name in drawn if is_auto(given.get(name))}
        seeds = {"random_state": seed} if "random_state" in given else {}
        return liquid.set_params(**chosen, **seeds)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def _log_uniform(rng, low, high):
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _encoded(encoder, X):
    return X if encoder is None else encoder.transform(X)
