"""The forecaster, against the optimum of linear processes."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from lsm import Forecaster, Liquid
from lsm.datasets import make_mackey_glass
from lsm.taps import delay_rows, tap_counts


def small(**params):
    return Liquid(n_neurons=40, random_state=0, **params)


def autoregression(n_rows=1500, seed=0):
    rng = np.random.default_rng(seed)
    x = np.zeros(n_rows + 100)
    for t in range(2, len(x)):
        x[t] = 1.5 * x[t - 1] - 0.8 * x[t - 2] + rng.normal()
    return 300 + 20 * x[100:]


AR = autoregression()


def optimum(series, horizon):
    """Return the best linear forecasts of `autoregression`, by its recursion."""
    now = (series - 300) / 20
    ahead, before = now.copy(), np.r_[now[0], now[:-1]]
    for _ in range(horizon):
        ahead, before = 1.5 * ahead - 0.8 * before, ahead
    return 300 + 20 * ahead


def test_forecasts_of_an_autoregression_are_the_linear_optimum():
    model = Forecaster(horizon=[1, 3], liquid=small()).fit(AR[:1200])
    y_pred = model.predict(AR)
    assert y_pred.shape == (1500, 2)
    for k, horizon in enumerate([1, 3]):
        best, truth = optimum(AR, horizon), AR[1200 + horizon :]
        rows = slice(1200, 1500 - horizon)
        error, least = ((p[rows] - truth).std() for p in (y_pred[:, k], best))
        assert error < 1.05 * least
        assert np.abs(y_pred[rows, k] - best[rows]).mean() < 0.25 * least
    assert model.score(AR[1200:]) > 0.6
    held = model.errors_.loc[(1, 0)]
    assert held["linear"] == pytest.approx(20, rel=0.1)  # standard deviation of the noise
    assert held["forecaster"] <= 1.05 * held["linear"] < held["persistence"]


def test_a_liquid_improves_on_taps_where_the_series_is_not_linear():
    series = make_mackey_glass(1500, random_state=0).data[0][:, 0]
    liquid = Liquid(n_neurons=150, random_state=0)
    model = Forecaster(horizon=10, liquid=liquid).fit(series[:1200])
    assert model.errors_["forecaster"].iloc[0] < 0.7 * model.errors_["linear"].iloc[0]
    error = model.predict(series)[1200:-10] - series[1210:]
    assert error.std() < 0.2 * series.std()


@pytest.mark.parametrize("horizon", [1, [2, 5]])
def test_the_future_does_not_change_an_earlier_forecast(horizon):
    model = Forecaster(horizon=horizon, liquid=small()).fit(AR[:600])
    other = AR[600:900].copy()
    other[150:] = np.nan
    other[200:] = 1e3
    ours, theirs = model.predict(AR[600:900]), model.predict(other)
    np.testing.assert_array_equal(ours[:150], theirs[:150])
    assert (ours[150:] != theirs[150:]).any()


def test_shapes_follow_the_series_and_the_horizon():
    two = np.stack([AR, np.roll(AR, 3)], axis=1)[:400]
    frame = pd.DataFrame(two, columns=["a", "b"], index=pd.date_range("2020", periods=400))
    for series in (two, frame):
        model = Forecaster(horizon=[1, 4], liquid=small()).fit(series)
        assert model.predict(series).shape == (400, 2, 2)
        assert model.forecast(6).shape == (6, 2)
        assert model.errors_.shape == (4, 3)
        assert model.n_features_in_ == 2
    assert list(model.errors_.index) == [(1, "a"), (1, "b"), (4, "a"), (4, "b")]
    assert model.set_params(horizon=1).fit(two).predict(two).shape == (400, 2)
    assert model.fit(AR[:400]).predict(pd.Series(AR[:50])).shape == (50,)
    assert model.fit(AR[:400, None]).predict(AR[:50, None]).shape == (50, 1)


def test_a_channel_that_leads_another_one_forecasts_it():
    lead = np.random.default_rng(0).normal(size=500)
    both = np.stack([lead, np.roll(lead, 1)], axis=1)
    model = Forecaster(liquid=small()).fit(both[1:400])
    error = model.predict(both[400:])[:-1, 1] - both[401:, 1]
    assert np.abs(error[1:]).max() < 0.01
    alone = Forecaster(liquid=small()).fit(both[1:400, 1], exogenous=lead[1:400])
    y_pred = alone.predict(both[400:, 1], exogenous=lead[400:])
    assert np.abs(y_pred[1:-1] - both[402:, 1]).max() < 0.01


def test_gaps_are_filled_with_the_last_value_and_not_learnt_from():
    gappy = AR.copy()
    gappy[np.random.default_rng(0).random(1500) < 0.05] = np.nan
    gappy[:3] = np.nan
    model = Forecaster(liquid=small()).fit(gappy[:1200])
    filled = pd.Series(gappy).ffill().to_numpy(copy=True)
    filled[:3] = np.nanmedian(gappy[:1200])
    np.testing.assert_allclose(model.predict(gappy), model.predict(filled), rtol=1e-6)
    assert np.isfinite(model.predict(gappy)).all()
    assert np.isfinite(model.score(gappy[1200:]))
    error = model.predict(gappy)[1200:-1] - AR[1201:]
    assert error.std() < 1.5 * 20
    # Targets that are missing are left out: wrong ones would not be.
    wrong = np.where(np.isnan(gappy), 1e4, gappy)
    assert Forecaster(liquid=small()).fit(wrong[:1200]).errors_["linear"].iloc[0] > 100


def test_a_forecast_goes_on_from_the_end():
    wave = np.sin(2 * np.pi * np.arange(700) / 25) + 0.001 * np.random.default_rng(0).normal(
        size=700
    )
    model = Forecaster(horizon=[1, 5], liquid=small()).fit(wave[:600])
    ours = model.forecast(60)
    assert np.abs(ours - wave[600:660]).max() < 0.1
    np.testing.assert_allclose(ours[[0, 4]], model.predict(wave[:600])[-1], atol=1e-6)
    np.testing.assert_array_equal(model.forecast(60), ours)  # it changes nothing
    np.testing.assert_array_equal(model.forecast(7), ours[:7])
    moved = clone(model).fit(wave[:600]).update(wave[600:640])
    np.testing.assert_allclose(moved.forecast(1)[0], model.predict(wave[:640])[-1, 0], atol=1e-6)


def test_a_recursive_forecast_takes_its_forecasts_for_the_series():
    model = Forecaster(liquid=small()).fit(AR[:500])
    series = AR[:500]
    for _ in range(4):
        series = np.append(series, model.predict(series)[-1])
    np.testing.assert_allclose(model.forecast(4), series[500:], rtol=1e-4)
    late = Forecaster(horizon=3, liquid=small()).fit(AR[:500])
    np.testing.assert_allclose(late.forecast(3), late.predict(AR[:500])[-3:], rtol=1e-6)


def test_exogenous_inputs_of_the_future_are_asked_for_where_they_count():
    push = np.random.default_rng(0).normal(size=600)
    series = np.r_[0, np.cumsum(push)[:-1] * 0.1]
    model = Forecaster(horizon=[1, 2], liquid=small()).fit(series[:500], exogenous=push[:500])
    assert model.forecast(2).shape == (2,)  # both are forecast from the end
    model = Forecaster(liquid=small()).fit(series[:500], exogenous=push[:500])
    with pytest.raises(ValueError, match="exogenous must have 5 rows of 1 columns"):
        model.forecast(5)
    ours = model.forecast(5, exogenous=push[500:505])
    np.testing.assert_allclose(ours, series[500:505], atol=0.02)
    unknown, repeated = push[500:505].copy(), push[500:505].copy()
    unknown[2:4], repeated[2:4] = np.nan, push[501]  # the last value that is known
    others = [model.forecast(5, exogenous=values) for values in (unknown, repeated)]
    np.testing.assert_allclose(*others)
    assert not np.allclose(others[0], ours)
    with pytest.raises(ValueError, match="as in fit"):
        model.predict(series)
    with pytest.raises(ValueError, match="exogenous must have 600 rows"):
        model.predict(series, exogenous=push[:500])


def test_the_same_seed_gives_the_same_forecast_in_a_copy_and_after_pickling():
    model = Forecaster(horizon=2, liquid=small())
    params = dict(model.get_params(deep=False))
    ours = model.fit(AR[:400]).predict(AR[400:500])
    assert model.get_params(deep=False) == params
    np.testing.assert_array_equal(clone(model).fit(AR[:400]).predict(AR[400:500]), ours)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(AR[400:500]), ours)
    np.testing.assert_array_equal(again.forecast(5), model.forecast(5))
    model.set_params(liquid__random_state=1, n_taps=3)
    assert (model.fit(AR[:400]).predict(AR[400:500]) != ours).any()
    assert Forecaster().get_params()["liquid__n_neurons"] == 500


def test_a_constant_channel_and_a_given_liquid_are_no_trouble():
    both = np.stack([AR[:300], np.full(300, 5.0)], axis=1)
    model = Forecaster(liquid=Liquid.echo_state(n_neurons=30, dt=10.0, random_state=0)).fit(both)
    np.testing.assert_allclose(model.predict(both)[:, 1], 5)


def test_any_step_of_the_liquid_is_taken_that_it_can_have():
    coarse = Liquid.echo_state(n_neurons=30, dt=4.0, random_state=0)
    assert Forecaster(liquid=coarse).fit(AR[:300]).predict(AR[:50]).shape == (50,)
    with pytest.raises(ValueError, match="Liquid.dt must be a finite number > 0"):
        Forecaster().set_params(liquid__dt=0.0).fit(AR[:300])


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"horizon": 0}, "Forecaster.horizon must be an integer >= 1, got 0"),
        ({"horizon": []}, "Forecaster.horizon must hold different integers"),
        ({"horizon": [2, 2]}, "Forecaster.horizon must hold different integers"),
        ({"n_taps": 0}, "Forecaster.n_taps must be an integer >= 1 or 'auto', got 0"),
        ({"warmup": -1}, "Forecaster.warmup must be an integer >= 0"),
        ({"horizon": 500}, "series has 0 rows after Forecaster.warmup=20 whose value 500"),
    ],
)
def test_invalid_parameters_are_named(params, message):
    with pytest.raises(ValueError, match=message):
        Forecaster(liquid=small()).set_params(**params).fit(AR[:300])


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (np.r_[AR[:300], np.inf], "got infinity: put NaN"),
        (np.zeros((3, 100, 1)), "for several series fit a model for each"),
        (np.zeros(0), r"got shape \(0,\): for several series fit a model for each"),
        (["a"] * 100, "numbers or NaN"),
        (np.full(100, np.nan), "at least 8 are needed"),
    ],
)
def test_an_invalid_series_is_refused(series, message):
    with pytest.raises(ValueError, match=message):
        Forecaster(liquid=small()).fit(series)
    with pytest.raises(NotFittedError):
        Forecaster().forecast(3)


def test_a_series_to_score_is_longer_than_the_warm_up():
    model = Forecaster(liquid=small()).fit(AR[:300])
    assert model.score(AR[300:323]) < 1
    with pytest.raises(ValueError, match="series must have more than 22 rows to be scored"):
        model.score(AR[300:322])


def test_taps_are_the_present_and_past_rows():
    values = np.arange(8.0).reshape(4, 2)
    np.testing.assert_array_equal(
        delay_rows(values, 3),
        [[0, 1, 0, 1, 0, 1], [2, 3, 0, 1, 0, 1], [4, 5, 2, 3, 0, 1], [6, 7, 4, 5, 2, 3]],
    )
    assert tap_counts(10_000, 1) == [1, 5, 20, 50, 100]
    assert tap_counts(300, 1) == [1, 5, 20, 50]
    assert tap_counts(10_000, 9) == [1, 5, 20]
    assert tap_counts(3, 700) == [1]


def test_the_columns_of_a_data_frame_keep_their_order():
    frame = pd.DataFrame({"a": AR[:400], "b": AR[400:800] / 7})
    model = Forecaster(liquid=small()).fit(frame)
    with pytest.raises(ValueError, match=r"series has the columns \['b', 'a'\], but fit had"):
        model.predict(frame[["b", "a"]])
    assert model.predict(frame.to_numpy()).shape == (400, 2)
