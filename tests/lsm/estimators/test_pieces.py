"""Rows of a stream that are like those before: the same as with every check, or the same error."""

import numpy as np
import pytest

from lsm import Liquid, LSMClassifier, LSMRegressor, SpikeArray
from lsm.estimators.pieces import PieceForm, known_numbers
from lsm.readout import RLS

pytestmark = pytest.mark.filterwarnings("ignore:the liquid")
CURRENTS, COUNTS = PieceForm(3, 2.0, True), PieceForm(3, 2.0, False)


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.float16])
@pytest.mark.parametrize("order", ["C", "F"])
def test_currents_are_those_of_the_full_check(dtype, order):
    X = np.asarray(np.random.default_rng(0).normal(size=(5, 3)), dtype, order=order)
    packed, expected = CURRENTS.take(X), SpikeArray.from_dense([X], row_duration=2.0)
    np.testing.assert_array_equal(packed.values, expected.values)
    assert packed.digest(0) == expected.digest(0)
    X[:] = 0
    assert packed.values.any()  # a copy


@pytest.mark.parametrize("dtype", [np.int64, np.uint8])
def test_counts_are_those_of_the_full_check(dtype):
    X = np.random.default_rng(0).poisson(0.5, (5, 3)).astype(dtype)
    packed, expected = COUNTS.take([X]), SpikeArray.from_dense([X], row_duration=2.0)
    assert packed.digest(0) == expected.digest(0)
    assert repr(packed) == repr(expected)


@pytest.mark.parametrize(
    "X",
    [
        np.ones((2, 3), int), np.ones((2, 4)), np.ones((1, 2, 3)), np.ones(3), np.ones((0, 3)),
        np.full((1, 3), np.nan), np.full((1, 3), 1e39), np.ones((1, 3), object),
        [[1.0, 2.0, 3.0]], None, "text", np.ma.ones((1, 3)), [np.ones((1, 3))] * 2,
        SpikeArray.from_dense([np.ones((1, 3))]),
    ],
)  # fmt: skip
def test_everything_else_is_left_to_the_full_check(X):
    assert CURRENTS.take(X) is None


@pytest.mark.parametrize("X", [np.array([[-1, 0, 0]]), np.array([[2**25, 0, 0]]), np.ones((1, 3))])
def test_counts_that_are_none_are_left_to_the_full_check(X):
    assert COUNTS.take(X) is None


def test_targets_that_are_numbers_at_all_rows():
    y = np.ones((2, 3))
    assert known_numbers([y], (2, 3)) is y
    for other in (np.ones((3, 2)), np.full((2, 3), np.nan), np.ones((2, 3), int), y.tolist(), None):
        assert known_numbers(other, (2, 3)) is None


def series(counts):
    rng = np.random.default_rng(0)
    X = rng.poisson(0.3, (120, 3)) if counts else rng.normal(size=(120, 3))
    return X, rng.normal(size=120)


def streaming(X, y, **params):
    liquid = Liquid(30, random_state=0, **params)
    return LSMRegressor(liquid, RLS(), washout=5).partial_fit(X[:60], y[:60])


@pytest.mark.parametrize("counts", [False, True])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rows_are_the_piece_that_they_make(counts, dtype):
    X, y = series(counts)
    whole, rows = streaming(X, y, dtype=dtype), streaming(X, y, dtype=dtype)
    whole.partial_fit(X[60:90], y[60:90])
    outputs = [rows.partial_fit(X[t : t + 1], y[t : t + 1]).outputs_ for t in range(60, 90)]
    np.testing.assert_array_equal(np.concatenate(outputs), whole.outputs_)
    np.testing.assert_array_equal(rows.readout_.coef_, whole.readout_.coef_)
    packed = SpikeArray.from_dense([X[90:]])
    predicted = [rows.predict_next([X[t : t + 1]]) for t in range(90, 120)]
    np.testing.assert_array_equal(np.concatenate(predicted), whole.predict_next(packed))


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.full((1, 3), np.nan), [0.0], "sample 0 has an event of amplitude nan in row 0"),
        (np.ones((1, 4)), [0.0], "X has 4 channels, but Liquid is expecting 3 channels"),
        (np.ones((1, 3)), [np.inf], "must be finite numbers, or NaN"),
        (np.ones((1, 3)), [0.0, 1.0], "must have a target for each of the 1 rows"),
        (np.array([["a"] * 3]), [0.0], "must hold numbers"),
    ],
)
def test_a_bad_row_is_refused_and_the_stream_goes_on(X, y, message):
    good, targets = series(False)
    first, second = streaming(good, targets), streaming(good, targets)
    for model in (first, second):
        model.partial_fit(good[60:61], targets[60:61])
    with pytest.raises(ValueError, match=message):
        first.partial_fit(X, y)
    for model in (first, second):
        model.partial_fit(good[61:62], targets[61:62])
    np.testing.assert_array_equal(first.outputs_, second.outputs_)


def test_a_stream_takes_one_sample_like_its_first_row():
    X, _ = series(False)
    liquid = Liquid(30, random_state=0).fit([X])
    stream = liquid.stream(SpikeArray.from_dense([X[:1]]))
    for wrong in ([X[:1, :2]], [X[:1].astype(int)], [X[:1], X[:1]]):
        with pytest.raises(ValueError, match="rows must"):
            stream.step(SpikeArray.from_dense(wrong))
    assert stream.n_rows == 0


def test_rows_of_a_classifier_are_the_piece_that_they_make():
    from sklearn.linear_model import SGDClassifier

    X, y = series(False)
    models = [
        LSMClassifier(Liquid(30, random_state=0), SGDClassifier(random_state=0)).partial_fit(
            X[:60], y[:60] > 0, classes=[False, True]
        )
        for _ in range(2)
    ]
    models[0].partial_fit(X[60:80], y[60:80] > 0)
    for t in range(60, 80):
        models[1].partial_fit(X[t : t + 1], y[t : t + 1] > 0)
    np.testing.assert_array_equal(models[0].readout_.coef_, models[1].readout_.coef_)
