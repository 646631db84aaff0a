"""Cross-validated predictions at rows."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin, clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import GroupKFold, KFold, TimeSeriesSplit

from lsm import Liquid, LSMClassifier, LSMRegressor, SpikeArray, cross_val_predict_rows
from lsm.estimators.cross_validation import splits_by_time

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


# -------------------------------------------------------------- a model that says what it has seen


class Seen(RegressorMixin, BaseEstimator):
    """Model that predicts the number of rows that it was fitted on, and of those it predicts."""

    def fit(self, X, y):
        assert [len(x) for x in X] == [len(part) for part in y]
        self.n_rows_ = sum(map(len, X))
        self.first_ = float(y[0][0])
        return self

    def predict(self, X):
        return [np.full((len(x), 2), [self.n_rows_, len(x)]) for x in X]


class Labels(ClassifierMixin, Seen):
    """Classifier of the same kind."""

    def predict_proba(self, X):
        return self.predict(X)


LENGTHS = (12, 6)
SERIES = [np.arange(float(n))[:, None] for n in LENGTHS]
TARGETS = [100.0 + np.arange(n) for n in LENGTHS]


def test_a_split_by_time_fits_first_rows_and_predicts_those_that_follow():
    first, second = cross_val_predict_rows(Seen(), SERIES, TARGETS, by="time", cv=2)
    # TimeSeriesSplit(2): 12 rows in parts of 4, and 6 rows in parts of 2.
    assert np.isnan(first[:4]).all()
    assert np.isnan(second[:2]).all()
    assert first[4:8].tolist() == [[6, 8]] * 4
    assert first[8:].tolist() == [[12, 12]] * 4
    assert second[2:4].tolist() == [[6, 4]] * 2
    assert second[4:].tolist() == [[12, 6]] * 2


def test_a_split_by_samples_predicts_whole_samples():
    one, other = cross_val_predict_rows(Seen(), SERIES, TARGETS, cv=2)
    assert one.tolist() == [[6, 12]] * 12
    assert other.tolist() == [[12, 6]] * 6
    packed = SpikeArray.from_dense(SERIES)

    class Packed(Seen):
        def fit(self, X, y):
            assert isinstance(X, SpikeArray)
            return super().fit([X.to_dense(i) for i in range(len(X))], y)

        def predict(self, X):
            return super().predict([X.to_dense(i) for i in range(len(X))])

    for by in ("sample", "time"):
        ours = cross_val_predict_rows(Packed(), packed, TARGETS, by=by, cv=2)
        theirs = cross_val_predict_rows(Seen(), SERIES, TARGETS, by=by, cv=2)
        for part, same in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(part, same)
    groups = cross_val_predict_rows(
        Seen(), SERIES * 2, TARGETS * 2, cv=GroupKFold(2), groups=[0, 1, 0, 1]
    )
    assert [part[0, 0] for part in groups] == [12, 24, 12, 24]


def test_rows_that_are_not_predicted_are_none_for_labels_and_nan_for_probabilities():
    labels, _ = cross_val_predict_rows(Labels(), SERIES, TARGETS, by="time", cv=2)
    assert labels.dtype == object
    assert labels[0].tolist() == [None, None]
    shares, _ = cross_val_predict_rows(
        Labels(), SERIES, TARGETS, by="time", cv=2, method="predict_proba"
    )
    assert np.isnan(shares[:4]).all()
    assert shares.dtype == float


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"by": "row"}, ValueError, "by must be one of 'sample', 'time'"),
        ({"method": "score"}, ValueError, "method must be one of 'predict', 'predict_proba'"),
        ({"method": "predict_proba"}, TypeError, r"estimator must have fit and predict_proba, got"),
        ({"estimator": "auto"}, TypeError, "estimator must have fit and predict, got 'auto'"),
        ({"X": np.ones((6, 1))}, ValueError, r"X is a table, which has no rows: pass a series as"),
        ({"y": TARGETS[:1]}, ValueError, "X has 2 samples, and y has targets of 1"),
        ({"by": "time", "cv": "five"}, ValueError, "cv must be a number of folds or a splitter"),
        ({"by": "time", "cv": 2.0}, ValueError, r"TimeSeriesSplit\(5\), got 2.0"),
        ({"by": "time", "cv": KFold(2)}, ValueError, "cv must fit the first rows of a sample and"),
        ({"by": "time", "cv": KFold(3)}, ValueError, "cv must fit the first rows of a sample and"),
    ],
)
def test_what_cannot_be_split_is_refused(options, error, message):
    arguments = {"estimator": Seen(), "X": SERIES, "y": TARGETS, "cv": 2} | options
    with pytest.raises(error, match=message):
        cross_val_predict_rows(**arguments)


class Split:
    """Splitter of fixed rows."""

    def __init__(self, train, test):
        self.train, self.test = np.array(train), np.array(test)

    def split(self, rows, groups=None):
        yield self.train, self.test


@pytest.mark.parametrize(
    ("train", "test"), [([1, 2], [3]), ([0, 2], [3]), ([0, 1, 2], [2]), ([0, 1, 2], [1, 3])]
)
def test_rows_to_fit_are_the_first_and_end_before_those_to_predict(train, test):
    with pytest.raises(ValueError, match="cv must fit the first rows of a sample and predict"):
        list(splits_by_time(Split(train, test), np.array([6])))


def test_gaps_and_any_order_of_rows_are_kept():
    ((fitted, predicted),) = splits_by_time(Split([1, 0], [4, 3]), np.array([6]))
    assert fitted == [(0, 2)]
    assert predicted[0][0] == 0
    assert predicted[0][1].tolist() == [4, 3]
    (y_pred,) = cross_val_predict_rows(
        Seen(), SERIES[1:], TARGETS[1:], by="time", cv=Split([1, 0], [4, 3])
    )
    assert y_pred[3:5].tolist() == [[2, 5]] * 2
    assert np.isnan(y_pred[[0, 1, 2, 5]]).all()
    assert len(list(splits_by_time(3, np.array([8, 9])))) == 3
