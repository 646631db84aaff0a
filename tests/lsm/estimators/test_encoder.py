"""Encoders inside the estimators: which one, one row a row, streams, and windows of counts."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge, SGDRegressor
from sklearn.preprocessing import StandardScaler

from lsm import Calibration, Feedback, Liquid, LSMClassifier, LSMRegressor, Snapshots, SpikeArray
from lsm.encoding import PerRow, RateEncoder, SeriesEncoder
from lsm.neurons import LIF
from lsm.readout import RLS, WindowedRidge, WindowedRidgeClassifier
from tests.helpers.samples import spike_samples

pytestmark = pytest.mark.filterwarnings("ignore:the liquid", "ignore:the samples of X")


def liquid(**params):
    return Liquid(40, random_state=0, **params)


def waves(n=24, n_rows=50):
    t, y = np.arange(n_rows)[:, None], np.arange(n) % 2
    phases = np.random.default_rng(0).uniform(0, 6, n)
    return [np.sin(t / (2 + label) + p) for label, p in zip(y, phases, strict=True)], y


def test_series_are_encoded_and_a_given_encoder_is_the_same():
    X, y = waves()
    model = LSMClassifier(liquid()).fit(X, y)
    assert isinstance(model.encoder_, SeriesEncoder)
    assert model.n_features_in_ == 1
    assert model.liquid_.n_features_in_ == 3
    given = LSMClassifier(liquid(), encoder=SeriesEncoder()).fit(X, y)
    np.testing.assert_array_equal(model.decision_function(X), given.decision_function(X))
    frames = [pd.DataFrame(x, columns=["a"]) for x in X]
    again = LSMClassifier(liquid()).fit(frames, y)
    np.testing.assert_array_equal(model.decision_function(X), again.decision_function(frames))
    assert model.score(X, y) == 1


@pytest.mark.parametrize(
    "X",
    [
        spike_samples(),
        SpikeArray.from_dense(waves(12)[0]),
        np.random.default_rng(0).random((12, 5)),
    ],
    ids=["spikes", "SpikeArray", "table"],
)
def test_spikes_and_patterns_and_packed_samples_are_not_encoded(X):
    model = LSMClassifier(liquid()).fit(X, np.arange(12) % 2)
    assert model.encoder_ is None
    assert isinstance(model.liquid_.get_params()["calibration"], str)


def test_gaps_are_filled():
    X, y = waves()
    X[0][:10] = np.nan
    assert LSMClassifier(liquid()).fit(X, y).predict(X).shape == (24,)
    with pytest.raises(ValueError, match="NaN"):
        LSMClassifier(liquid(), encoder=None).fit(X, y)


def test_parts_at_auto_suit_series_and_given_parts_stay():
    X, y = waves()
    auto = LSMClassifier(liquid()).fit(X, y).liquid_
    assert (auto.calibration.input_rate, auto.calibration.max_gain) == (35.0, 1.0)
    assert np.std(auto.parameters_["bias"]) > 0.5
    given = liquid(calibration=Calibration(input_rate=20.0), neurons=LIF(bias=0.1))
    model = LSMClassifier(given).fit(X, y).liquid_
    assert model.calibration.input_rate == 20.0
    assert np.all(model.parameters_["bias"] == 0.1)


def test_windows_are_those_of_the_liquid():
    X, y = waves()
    model = LSMClassifier(liquid()).fit(X, y)
    assert model.readout_.n_windows == 8
    np.testing.assert_array_equal(model.liquid_.snapshots.windows(), Snapshots(n=8).windows())
    set_by_hand = WindowedRidgeClassifier(partitions=[(1, 2)])
    assert LSMClassifier(liquid(), set_by_hand).fit(X, y).readout_.partition_ == (1, 2)
    four = LSMClassifier(liquid(snapshots=Snapshots(n=4))).fit(X, y)
    assert four.readout_.n_windows == 4
    several = LSMClassifier(liquid(snapshots=Snapshots(n=(1, 2)))).fit(X, y)
    assert several.readout_.n_windows == 1
    traces = LSMClassifier(liquid(snapshots=Snapshots(n=4, feature="trace"))).fit(X, y)
    assert traces.readout_.n_windows == 1
    number = LSMRegressor(liquid()).fit(X, y.astype(float))
    assert isinstance(number.readout_, WindowedRidge)
    assert number.score(X, y) > 0.9


def test_parameters_of_the_default_encoder_are_reached_by_name():
    model = LSMClassifier(liquid()).set_params(encoder__row_duration=3.0)
    assert model.fit(*waves()).encoder_.row_duration_ == 3.0


def test_a_row_stays_a_row():
    X, y = waves()
    at_rows = [np.repeat(label, len(x)) for x, label in zip(X, y, strict=True)]
    model = LSMClassifier(liquid()).fit(X, at_rows)
    assert [len(part) for part in model.predict(X)] == [50] * 24
    scaled = LSMClassifier(liquid(), encoder=PerRow(StandardScaler())).fit(X, at_rows)
    assert scaled.n_features_in_ == 1
    held = LSMClassifier(liquid(), encoder=RateEncoder(duration=5.0, random_state=0))
    with pytest.raises(ValueError, match=r"LSMClassifier.encoder makes 250 rows of the 50 rows"):
        held.fit(X, at_rows)


def test_a_stream_after_a_fit_is_encoded_as_one_long_run():
    rng = np.random.default_rng(0)
    u = rng.normal(size=(200, 1)).cumsum(axis=0)
    y = np.roll(u[:, 0], 2)
    model = LSMRegressor(liquid(), RLS())
    model.fit([u], [y])
    whole = model.predict([u])[0]
    outputs = []
    for start, stop in ((0, 1), (1, 2), (2, 70), (70, 200)):
        model.partial_fit([u[start:stop]])
        outputs.append(model.outputs_)
    np.testing.assert_allclose(np.concatenate(outputs), whole, atol=1e-5)
    model.reset().partial_fit([u[:9]])
    np.testing.assert_allclose(model.outputs_, whole[:9], atol=1e-5)


def test_a_stream_begins_without_an_encoder_unless_one_is_given():
    u = np.random.default_rng(0).normal(size=(60, 1))
    bare = LSMRegressor(liquid(), SGDRegressor()).partial_fit([u], [u[:, 0]])
    assert bare.encoder_ is None
    given = LSMRegressor(liquid(), SGDRegressor(), encoder=SeriesEncoder())
    assert isinstance(given.partial_fit([u], [u[:, 0]]).encoder_, SeriesEncoder)


def test_with_feedback_a_given_encoder_is_used_and_none_by_default():
    u = np.random.default_rng(0).normal(size=(200, 1))
    bare = LSMRegressor(liquid(), Ridge(10.0), Feedback(weight=0.1)).fit([u], [u[:, 0]])
    assert bare.encoder_ is None
    model = LSMRegressor(liquid(), Ridge(10.0), Feedback(weight=0.1), encoder=SeriesEncoder())
    model.fit([u], [u[:, 0]])
    assert model.generate(5, u[:20, 0]).shape == (5,)
    assert model.generate(5, u[:20, 0], X=u[:25]).shape == (5,)


def test_an_encoder_must_transform():
    with pytest.raises(TypeError, match="LSMClassifier.encoder must be an object such as Series"):
        LSMClassifier(encoder=Ridge()).fit(*waves())
