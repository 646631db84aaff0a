"""Cross-validated predictions at rows."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, KFold, TimeSeriesSplit

from lsm import Liquid, LSMClassifier, LSMRegressor, SpikeArray, cross_val_predict_rows

pytestmark = pytest.mark.filterwarnings("ignore:the liquid")


def make_task(n_samples=6):
    X = [np.random.default_rng(i).uniform(-1, 1, (80 + 10 * i, 2)) for i in range(n_samples)]
    return X, [np.convolve(x[:, 0], np.ones(3))[: len(x)] for x in X]


@pytest.fixture
def model():
    return LSMRegressor(Liquid(40, random_state=0), Ridge(), washout=5)


def test_samples_are_predicted_by_models_of_the_others(model):
    X, y = make_task()
    y_pred = cross_val_predict_rows(model, X, y, cv=KFold(3))
    for train, test in KFold(3).split(X):
        fitted = clone(model).fit([X[i] for i in train], [y[i] for i in train])
        for i in test:
            np.testing.assert_array_equal(y_pred[i], fitted.predict([X[i]])[0])
    groups = [0, 0, 0, 1, 1, 1]
    by_group = cross_val_predict_rows(model, X, y, cv=GroupKFold(2), groups=groups)
    fitted = clone(model).fit(X[:3], y[:3])
    np.testing.assert_array_equal(by_group[4], fitted.predict([X[4]])[0])


@pytest.mark.parametrize("packed", [False, True])
def test_later_rows_are_predicted_by_models_of_earlier_ones(model, packed):
    X, y = make_task(2)
    samples = SpikeArray.from_dense(X, row_duration=2.0) if packed else X
    y_pred = cross_val_predict_rows(model, samples, y, by="time", cv=TimeSeriesSplit(3, gap=2))
    splits = [list(TimeSeriesSplit(3, gap=2).split(x)) for x in X]
    assert np.isnan(y_pred[0][: splits[0][0][1][0]]).all()
    for fold in range(3):
        cut = [x[: parts[fold][0][-1] + 1] for x, parts in zip(X, splits, strict=True)]
        early = [part[: len(x)] for part, x in zip(y, cut, strict=True)]
        if packed:
            cut = SpikeArray.from_dense(cut, row_duration=2.0)
        fitted = clone(model).fit(cut, early)
        rows = splits[1][fold][1]
        np.testing.assert_allclose(
            y_pred[1][rows], fitted.predict([X[1]])[0][rows], rtol=1e-5, atol=1e-6
        )


def test_the_future_has_no_say(model):
    X, y = make_task(1)
    y_pred = cross_val_predict_rows(model, X, y, by="time", cv=4)[0]
    X[0][70:], y[0][70:] = 5.0, -9.0
    other = cross_val_predict_rows(model, X, y, by="time", cv=4)[0]
    np.testing.assert_array_equal(other[:64], y_pred[:64])
    assert not np.array_equal(other[64:], y_pred[64:])


def test_labels_that_no_split_predicts_are_none():
    X, y = make_task(3)
    labels = [np.where(part > 0, "up", "down") for part in y]
    model = LSMClassifier(Liquid(40, random_state=0))
    y_pred = cross_val_predict_rows(model, X, labels, by="time", cv=3)
    assert y_pred[0][0] is None
    assert {*y_pred[0][-5:]} <= {"up", "down"}
    scores = cross_val_predict_rows(model, X, labels, cv=3, method="decision_function")
    assert [part.shape for part in scores] == [part.shape for part in y]


def test_splits_that_are_no_time_are_refused(model):
    X, y = make_task(2)
    with pytest.raises(ValueError, match=r"first rows of a sample.*pass TimeSeriesSplit\(\)"):
        cross_val_predict_rows(model, X, y, by="time", cv=KFold(3))
    with pytest.raises(ValueError, match="by must be one of 'sample', 'time'"):
        cross_val_predict_rows(model, X, y, by="row")
    with pytest.raises(ValueError, match=r"pass a series as \[X\]"):
        cross_val_predict_rows(model, X[0], y)
