"""Forecaster of series: a liquid that improves on a linear forecast."""

from collections.abc import Sequence
from typing import Self

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.utils.validation import check_is_fitted

from .._parts import Composite, all_or_nothing
from .._typing import Array, ArrayLike
from .._validation import check_integer
from ..calibration import Calibration
from ..liquid import Liquid
from ..readout import ResidualRidge
from ..samples import cut_rows
from ..spikes import SpikeArray
from ..taps import delay_rows, tap_counts
from .series_scaler import SeriesScaler, read_exogenous, read_series
from .taps import read_for_series, row_duration_for

__all__ = ["Forecaster"]

LEAST_ROWS = 8  # to learn from
BASELINE = 20  # rows that the linear forecast of `errors_` reads


def _default_liquid():
    return Liquid(n_neurons=500, calibration=Calibration(max_gain=4.0))


class Forecaster(Composite):
    """Forecaster of one series of any number of channels.

    The present and past rows of the series give a linear forecast, and a liquid what that one
    leaves. The liquid is driven by the levels of the series and by their changes from row to row.
    Each horizon has a readout :class:`~lsm.readout.ResidualRidge` of its own, which forecasts the
    change from the present value, chooses the number of past rows and its penalties on held-out
    time, and leaves the liquid out where it makes the forecast worse.

    Parameters
    ----------
    horizon : int or sequence of int, default=1
        Number of rows ahead, or several of them.
    liquid : Liquid, default=Liquid(n_neurons=500, calibration=Calibration(max_gain=4.0))
        The liquid; a clone of it is fitted. A row of the series lasts 10 ms of its time, or the
        next multiple of its `dt`. A liquid with default `snapshots` is read by potentials and
        traces of 30 and 300 ms.
    n_taps : int, sequence of int or "auto", default="auto"
        Number of rows, present and past, of the linear forecast. Of several numbers the readout
        takes the one with the smallest error. "auto" offers those of 1, 5, 20, 50 and 100 that
        leave five rows of the series for each coefficient.
    warmup : int, default=20
        Rows at the start of the series that are not learnt from, since the liquid begins at rest.

    Attributes
    ----------
    liquid_ : Liquid
        The fitted liquid.
    readouts_ : list of ResidualRidge
        A readout for each horizon.
    errors_ : DataFrame
        Root mean squared errors on held-out time, the last half of the series of `fit`, a line
        for each horizon and channel, where columns of a DataFrame have their names:
        `forecaster`, `linear` (ridge regression on 20 rows or less), and `persistence` (the
        present value). The penalties are chosen on the same rows, so that the first is a little
        too small.
    scaler_ : SeriesScaler
        Medians and spreads of the channels.
    n_features_in_ : int
        Number of channels of the series.

    Notes
    -----
    **Gaps.** A NaN is an unknown value. In the inputs it is replaced by the last known value, and
    at the start by the median. Rows with an unknown target are not learnt from.

    **Causality.** A forecast made at a row depends on nothing after this row.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import Forecaster, Liquid
    >>> from lsm.datasets import make_mackey_glass
    >>> series = make_mackey_glass(2000, random_state=0).data[0][:, 0]
    >>> model = Forecaster(horizon=[1, 10], liquid=Liquid(200, random_state=0)).fit(series[:1500])
    >>> model.predict(series[1500:]).shape
    (500, 2)
    >>> model.forecast(10).shape
    (10,)
    """

    _parts = {"liquid": _default_liquid}
    _part_methods = {"liquid": "trajectory"}

    def __init__(
        self, horizon: int | Sequence[int] = 1, liquid: Liquid | str = "auto",
        n_taps: int | Sequence[int] | str = "auto", warmup: int = 20,
    ) -> None:  # fmt: skip
        self.horizon = horizon
        self.liquid = liquid
        self.n_taps = n_taps
        self.warmup = warmup

    def fit(self, series: ArrayLike, exogenous: ArrayLike | None = None) -> Self:
        """Fit the liquid and the readouts.

        Parameters
        ----------
        series : array, Series or DataFrame of shape (n_rows,) or (n_rows, n_channels)
            The series, NaN where a value is unknown. An index is ignored: rows are equally far
            from each other.
        exogenous : array, Series or DataFrame of shape (n_rows,) or (n_rows, n_exogenous), optional
            Further inputs, which are known at each row and not forecast.

        Returns
        -------
        self : Forecaster

        Raises
        ------
        TypeError, ValueError
            If a parameter or the series is invalid, or too short for the horizon.
        """
        with all_or_nothing(self):
            self._horizons = self._check()
            values = read_series("series", series)
            self._flat, self.n_features_in_ = np.ndim(series) == 1, values.shape[1]
            self._channels = list(getattr(series, "columns", range(values.shape[1])))
            self._one_horizon = np.ndim(self.horizon) == 0
            self._past = np.hstack([values, read_exogenous(exogenous, len(values))])
            self.scaler_ = SeriesScaler().fit(self._past)
            inputs = self.scaler_.transform(self._past)
            changes = [self._changes(inputs, horizon) for horizon in self._horizons]
            self.liquid_ = clone(self._part("liquid"))
            read_for_series(self.liquid_)
            self.liquid_.fit(self._drive(inputs))
            self._fit_readouts(inputs, changes)
        return self

    def _check(self):
        """Validate the parameters; return the horizons as a list."""
        self._check_parts()
        check_integer("Forecaster.warmup", self.warmup, 0)
        if not isinstance(self.n_taps, str) or self.n_taps != "auto":
            _check_integers("Forecaster.n_taps", self.n_taps, " or 'auto'")
        return _check_integers("Forecaster.horizon", self.horizon)

    def _changes(self, inputs, horizon):
        """Return the targets of a horizon, and the rows at which they are known."""
        target = self.scaler_.scale(self._past)[horizon:, : self.n_features_in_]
        change = target - inputs[:-horizon, : self.n_features_in_]
        used = np.isfinite(change).all(axis=1) & (np.arange(len(change)) >= self.warmup)
        if used.sum() < LEAST_ROWS:
            raise ValueError(
                f"series has {used.sum()} rows after Forecaster.warmup={self.warmup} whose value "
                f"{horizon} rows later is known, but at least {LEAST_ROWS} are needed: lower "
                "Forecaster.horizon or warmup, give a longer series, or fill its gaps"
            )
        return change[used], np.flatnonzero(used)

    def _fit_readouts(self, inputs, changes):
        """Fit a readout to the targets of each horizon, and measure errors on held-out time."""
        counts, n_inputs = self.n_taps, inputs.shape[1]
        if isinstance(counts, str):
            counts = tap_counts(min(len(used) for _, used in changes), n_inputs)
        self._counts = np.unique(counts) * n_inputs
        features = self._features(inputs)
        self.readouts_, errors = [], []
        n_linear = min(BASELINE * n_inputs, self._counts[-1])
        for change, used in changes:
            rows = features[used]
            readout = ResidualRidge(self._counts.tolist()).fit(rows, change)
            linear = ResidualRidge(n_linear).fit(rows[:, :n_linear], change)
            still = np.sqrt((change[readout.first_held_out_ :] ** 2).mean(axis=0))
            self.readouts_.append(readout)
            errors.append(np.stack([readout.errors_[:, 1], linear.errors_[:, 0], still], axis=1))
        self._errors = np.concatenate(errors)

    @property
    def errors_(self) -> pd.DataFrame:
        """Held-out errors in the unit of the series, a data frame."""
        check_is_fitted(self)
        names = ["horizon", "channel"]
        lines = pd.MultiIndex.from_product([self._horizons, self._channels], names=names)
        spread = np.tile(self.scaler_.spread_[: self.n_features_in_], len(self._horizons))
        columns = ["forecaster", "linear", "persistence"]
        return pd.DataFrame(self._errors * spread[:, None], index=lines, columns=columns)

    def _drive(self, inputs, before=None):
        """Return scaled inputs as the liquid's input, in rows of 10 ms."""
        drive = self.scaler_.drive(inputs, before)
        self.liquid_.to_spikes([drive])  # validates the parameters of the liquid
        row_duration = row_duration_for(self.liquid_.dt)
        return SpikeArray.from_dense([drive], row_duration=row_duration, graded=True)

    def _features(self, inputs):
        """Return taps and states at every row of scaled inputs."""
        states = self.liquid_.simulator_.rows(self._drive(inputs))
        return np.hstack([self._taps(inputs), states])

    def _taps(self, inputs):
        return delay_rows(inputs, self._counts[-1] // inputs.shape[1])

    def predict(self, series: ArrayLike, exogenous: ArrayLike | None = None) -> Array:
        """Forecast from every row of a series.

        Parameters
        ----------
        series : array, Series or DataFrame of shape (n_rows,) or (n_rows, n_channels)
            The series, which begins anew: give rows before those of interest, so that the
            forecaster has a past.
        exogenous : array, Series or DataFrame of shape (n_rows,) or (n_rows, n_exogenous), optional
            Further inputs, as in `fit`.

        Returns
        -------
        y_pred : array of shape (n_rows, n_horizons, n_channels)
            `y_pred[t, k]` is the forecast of row `t + horizon[k]`, made at row t. There is no axis
            of horizons if `horizon` is one number, and none of channels if the series of `fit` had
            one axis.
        """
        values = self._join(series, exogenous)
        return self._squeeze(self._predict(self.scaler_.transform(values)))

    def _predict(self, inputs):
        """Return forecasts in the series' unit, of shape (n_rows, n_horizons, n_channels)."""
        return self.scaler_.inverse(self._ahead(self._features(inputs), inputs))

    def _ahead(self, features, inputs):
        """Return scaled forecasts from rows of features."""
        now = inputs[:, : self.n_features_in_]
        shape = len(now), self.n_features_in_
        changes = [readout.predict(features).reshape(shape) for readout in self.readouts_]
        return np.stack([now + change for change in changes], axis=1)

    def _squeeze(self, y_pred):
        y_pred = y_pred[..., 0] if self._flat else y_pred
        return y_pred[:, 0] if self._one_horizon else y_pred

    def _join(self, series, exogenous):
        """Return series and exogenous inputs of the form of `fit` as one array."""
        check_is_fitted(self, "readouts_")
        names = list(getattr(series, "columns", self._channels))
        if names != self._channels:
            raise ValueError(
                f"series has the columns {names!s:.80}, but fit had {self._channels!s:.80}: give "
                "the same columns in one order, as series[names]"
            )
        values = read_series("series", series)
        values = np.hstack([values, read_exogenous(exogenous, len(values))])
        expected = len(self.scaler_.median_)
        if values.shape[1] != expected:
            raise ValueError(
                f"series and exogenous must have {self.n_features_in_} and "
                f"{expected - self.n_features_in_} columns as in fit, got {np.shape(series)} and "
                f"{None if exogenous is None else np.shape(exogenous)}"
            )
        return values

    def update(self, series: ArrayLike, exogenous: ArrayLike | None = None) -> Self:
        """Append new rows to the series from whose end `forecast` goes on; nothing is learnt.

        Parameters
        ----------
        series : array, Series or DataFrame of shape (n_rows,) or (n_rows, n_channels)
            The rows after those known so far.
        exogenous : array, Series or DataFrame of shape (n_rows,) or (n_rows, n_exogenous), optional
            Further inputs, as in `fit`.

        Returns
        -------
        self : Forecaster
        """
        self._past = np.concatenate([self._past, self._join(series, exogenous)])
        return self

    def forecast(self, n_steps: int, exogenous: ArrayLike | None = None) -> Array:
        """Forecast the rows after the end of the series of `fit` and `update`.

        Row k after the end is forecast directly, from the end, if k is one of the horizons. Other
        rows are forecast by the smallest horizon: where its forecast has to be made from a row
        after the end, the forecasts before it are taken for the series, and the liquid's state is
        carried on with them. To forecast each of 12 rows directly, set `horizon=range(1, 13)`.

        Parameters
        ----------
        n_steps : int
            Number of rows.
        exogenous : array of shape (n_steps,) or (n_steps, n_exogenous), optional
            Further inputs at the rows to forecast, if `fit` had any and the forecast goes on from
            forecasts.

        Returns
        -------
        y_pred : array of shape (n_steps,) or (n_steps, n_channels)
        """
        check_is_fitted(self, "readouts_")
        check_integer("n_steps", n_steps, 1)
        smallest = int(np.argmin(self._horizons))
        n_known = self._horizons[smallest]  # rows that the smallest horizon needs no forecasts for
        goes_on = n_steps > n_known and not set(range(1, n_steps + 1)) <= set(self._horizons)
        inputs = self.scaler_.transform(self._past)
        ahead = self._ahead(self._features(inputs), inputs)
        path = list(ahead[-n_known:, smallest])
        if goes_on:
            others = self._future_exogenous(exogenous, n_steps)
            path = self._go_on(inputs, path, others, self.readouts_[smallest])
        y_pred = np.empty((n_steps, self.n_features_in_))
        y_pred[: len(path)] = path[:n_steps]
        for k, horizon in enumerate(self._horizons):
            if horizon <= n_steps:
                y_pred[horizon - 1] = ahead[-1, k]
        y_pred = self.scaler_.inverse(y_pred)
        return y_pred[:, 0] if self._flat else y_pred

    def _go_on(self, inputs, path, others, readout):
        """Return scaled forecasts of all rows of `others`, of which `path` holds the first."""
        rows = cut_rows(self._drive(inputs), 0)
        stream, last = self.liquid_.stream(rows[0]), inputs[-self._counts[-1] :]
        for row in rows:
            stream.step(row)
        for k in range(len(others) - len(path)):
            exogenous = np.where(np.isfinite(others[k]), others[k], last[-1, len(path[k]) :])
            new = np.append(path[k], exogenous)[None]
            state = stream.step(self._drive(new, last[-1]))
            last = np.concatenate([last, new])
            features = np.append(self._taps(last)[-1], state)[None]
            path.append(path[k] + readout.predict(features)[0])
        return path

    def _future_exogenous(self, exogenous, n_steps):
        """Return scaled exogenous inputs of the rows to forecast."""
        n_others = len(self.scaler_.median_) - self.n_features_in_
        if exogenous is None and n_others:
            raise ValueError(
                f"exogenous must have {n_steps} rows of {n_others} columns, since the forecast "
                "goes on from forecasts, got None: give it, or make each row to forecast one of "
                "Forecaster.horizon"
            )
        others = read_exogenous(exogenous, n_steps)
        if others.shape[1] != n_others:
            raise ValueError(f"exogenous must have {n_others} columns, got {others.shape[1]}")
        nothing = np.full((n_steps, self.n_features_in_), np.nan)
        return self.scaler_.scale(np.hstack([nothing, others]))[:, self.n_features_in_ :]

    def score(self, series: ArrayLike, exogenous: ArrayLike | None = None) -> float:
        """Return R squared, averaged over horizons and channels.

        Parameters
        ----------
        series : array, Series or DataFrame of shape (n_rows,) or (n_rows, n_channels)
            The series. Rows of the warm-up and unknown values do not count.
        exogenous : array, Series or DataFrame of shape (n_rows,) or (n_rows, n_exogenous), optional
            Further inputs, as in `fit`.

        Returns
        -------
        score : float
        """
        values = self._join(series, exogenous)
        if len(values) <= (least := self.warmup + max(self._horizons) + 1):
            raise ValueError(
                f"series must have more than {least} rows to be scored, for Forecaster.warmup="
                f"{self.warmup} and Forecaster.horizon={self.horizon!r}, got {len(values)}: give "
                "rows of the past before it"
            )
        y_pred, target = self._predict(self.scaler_.transform(values)), values
        scores = []
        for k, horizon in enumerate(self._horizons):
            for channel in range(self.n_features_in_):
                truth = target[self.warmup + horizon :, channel]
                error = truth - y_pred[self.warmup : -horizon, k, channel]
                scores.append(1 - np.nanmean(error**2) / np.nanvar(truth))
        return float(np.mean(scores))


def _check_integers(name, value, suffix=""):
    """Return an integer >= 1, or a sequence of different ones, as a list."""
    given = [value] if np.ndim(value) == 0 else list(value)
    numbers = [check_integer(name, number, 1, suffix=suffix) for number in given]
    if not numbers or len(set(numbers)) < len(numbers):
        raise ValueError(f"{name} must hold different integers >= 1{suffix}, got {value!r}")
    return numbers
