"""The encoder of sensor data: scale, features, gaps, rows, streams."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import SpikeArray
from lsm.encoding import SeriesEncoder
from lsm.encoding.series import holds_series

FEATURES = ("changes", "lags", "centred_lags", "averages")


@parametrize_with_checks([SeriesEncoder(), SeriesEncoder("averages", "rank")])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def walks(n=6, n_channels=2, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.normal(size=(30 + 5 * i, n_channels)).cumsum(axis=0) for i in range(n)]


def plain(features, **params):
    """An encoder of values as they are, fitted on values of median 0 and spread 1."""
    encoder = SeriesEncoder(features, squash=None, row_duration=1.0, **params)
    return encoder.fit([stats.norm.ppf(np.linspace(0.001, 0.999, 999))[:, None]])


def encoded(encoder, x):
    return encoder.transform([np.asarray(x, dtype=float).reshape(-1, 1)]).to_dense(0)


def test_median_and_spread_are_those_of_scipy():
    X = walks()
    rows = np.concatenate(X)
    encoder = SeriesEncoder().fit(X)
    np.testing.assert_allclose(encoder.center_, np.median(rows, axis=0))
    spread = stats.median_abs_deviation(rows, axis=0, scale="normal")
    np.testing.assert_allclose(encoder.scale_, spread, rtol=1e-4)


def test_changes_are_value_rise_and_fall():
    currents = encoded(plain("changes"), [1, 3, 3, -1])
    np.testing.assert_allclose(currents, [[1, 0, 0], [3, 2, 0], [3, 0, 0], [-1, 0, 4]], atol=0.01)


def test_lags_are_earlier_values():
    currents = encoded(plain("lags", lag=2, n_lags=3), [1, 2, 3, 4, 5])
    expected = [[1, 1, 1], [2, 1, 1], [3, 1, 1], [4, 2, 1], [5, 3, 1]]
    np.testing.assert_allclose(currents, expected, atol=0.02)
    centred = encoded(plain("centred_lags", lag=2, n_lags=3), [1, 2, 3, 4, 5])
    np.testing.assert_allclose(centred, currents - currents.mean(axis=1)[:, None], atol=1e-5)


def test_averages_are_a_wavelet_transform_that_sums_to_the_value():
    x = walks(1, 1)[0]
    currents = encoded(plain("averages", n_lags=4), x)
    np.testing.assert_allclose(currents.sum(axis=1), x[:, 0], atol=0.02)
    longest = pd.Series(x[:, 0]).rolling(8).mean().to_numpy()
    np.testing.assert_allclose(currents[8:, -1], longest[8:], atol=0.02)


def test_a_few_large_values_do_not_set_the_scale():
    X = [np.r_[np.linspace(-1, 1, 99), 1e6][:, None]]
    values = SeriesEncoder().fit_transform(X).to_dense(0)[:, 0]
    assert np.ptp(values[:99]) > 1
    assert values[99] < 20


def test_ranks_go_from_minus_one_to_one():
    X = [np.exp(walks(1, 1, seed)[0]) for seed in range(5)]
    currents = SeriesEncoder(squash="rank").fit_transform(X)
    values = np.concatenate([currents.to_dense(i)[:, 0] for i in range(5)])
    expected = 2 * stats.rankdata(np.concatenate(X)[:, 0]) / len(values) - 1
    np.testing.assert_allclose(values, expected, atol=0.02)


def test_a_gap_repeats_the_last_value_and_a_leading_gap_is_the_median():
    encoder = plain("changes")
    gaps = encoded(encoder, [np.nan, 2, np.nan, np.nan, 5])
    np.testing.assert_array_equal(gaps, encoded(encoder, [encoder.center_[0], 2, 2, 2, 5]))
    empty = SeriesEncoder().fit([np.c_[np.arange(9.0), np.full(9, np.nan)]])
    assert np.isfinite(empty.center_).all()
    with pytest.raises(ValueError, match="use NaN for a missing value"):
        encoded(encoder, [1, np.inf])


def test_a_constant_channel_is_zero():
    X = [np.c_[x, np.full(len(x), 7.0)] for x in walks()]
    currents = SeriesEncoder().fit_transform(X)
    assert not currents.to_dense(0)[:, 2].any()


@pytest.mark.parametrize("features", FEATURES)
@pytest.mark.parametrize("squash", ["arcsinh", "rank", None])
def test_the_pieces_of_a_stream_are_the_whole(features, squash):
    (x,) = walks(1)
    x[4:7, 0], x[:2, 1] = np.nan, np.nan
    encoder = SeriesEncoder(features, squash, lag=2).fit([x])
    past, pieces = None, []
    for start, stop in ((0, 1), (1, 5), (5, 6), (6, 30)):
        piece, past = encoder.encode_piece([x[start:stop]], past)
        pieces.append(piece.to_dense(0))
    np.testing.assert_array_equal(np.concatenate(pieces), encoder.transform([x]).to_dense(0))


@pytest.mark.parametrize("features", FEATURES)
def test_no_row_depends_on_later_rows(features):
    (x,) = walks(1)
    encoder = SeriesEncoder(features).fit([x])
    short, whole = encoder.transform([x[:12], x])[[0]], encoder.transform([x])
    np.testing.assert_array_equal(short.to_dense(0), whole.to_dense(0)[:12])


def test_a_sample_of_median_length_lasts_250_ms_or_a_step_a_row():
    def duration(n_rows, **params):
        X = [np.arange(n, dtype=float)[:, None] for n in n_rows]
        return SeriesEncoder(**params).fit(X).row_duration_

    assert duration([9, 10, 11]) == 25.0
    assert duration([70]) == 4.0
    assert duration([1000]) == 1.0
    assert duration([70], dt=2.5) == 5.0
    assert duration([70], row_duration=8.0) == 8.0


def test_forms_of_samples():
    X = [x[:30] for x in walks(4)]
    encoder = SeriesEncoder().fit(X)
    assert encoder.n_features_in_ == 2
    expected = encoder.transform(X)
    frames = [pd.DataFrame(x, columns=["a", "b"]) for x in X]
    for same in (np.stack(X), frames, [x.tolist() for x in X]):
        again = encoder.transform(same)
        np.testing.assert_array_equal(np.asarray(again), np.asarray(expected))
    table = np.stack([x[:, 0] for x in X])  # each row of a table is a series of one channel
    np.testing.assert_array_equal(
        np.asarray(SeriesEncoder().fit_transform(table)),
        np.asarray(SeriesEncoder().fit_transform(table[:, :, None])),
    )
    packed = SpikeArray.from_dense(X, row_duration=7.0, graded=True)
    assert SeriesEncoder().fit_transform(packed).row_duration == 7.0


def test_other_samples_than_those_of_fit_are_refused():
    encoder = SeriesEncoder().fit(walks())
    with pytest.raises(ValueError, match=r"one sample goes into a list, \[X\]"):
        encoder.transform(walks()[0])
    with pytest.raises(ValueError, match="X has 3 channels, but SeriesEncoder is expecting 2"):
        encoder.transform(walks(n_channels=3))
    timed = SeriesEncoder().fit(SpikeArray.from_dense(walks(), row_duration=7.0))
    with pytest.raises(ValueError, match="rows of 5 ms, but SeriesEncoder was fitted on rows of 7"):
        timed.transform(SpikeArray.from_dense(walks(), row_duration=5.0))


def test_series_are_floats_with_rows():
    X = walks()
    assert holds_series(X)
    assert holds_series(np.ones((3, 4, 2)))
    assert not holds_series(np.ones((3, 4)))
    assert not holds_series([np.ones((4, 2), dtype=int)])
    assert not holds_series(SpikeArray.from_dense(X))


def test_columns_of_data_frames_keep_their_order():
    frames = [pd.DataFrame(x, columns=["a", "b"]) for x in walks()]
    encoder = SeriesEncoder().fit(frames)
    assert encoder.feature_names_in_.tolist() == ["a", "b"]
    encoder.transform(frames)
    with pytest.raises(ValueError, match="feature names should match"):
        encoder.transform([x[["b", "a"]] for x in frames])
    with pytest.raises(ValueError, match=r"X\[1\] has the columns \['b', 'a'\]"):
        SeriesEncoder().fit([frames[0], frames[1][["b", "a"]]])


def test_samples_with_other_axes_or_a_clock_draw_a_warning():
    with pytest.warns(UserWarning, match="transpose each sample"):
        SeriesEncoder().fit([x[:30].T for x in walks()])
    with pytest.warns(UserWarning, match="channel 2 of X increases by equal steps"):
        SeriesEncoder().fit([np.column_stack([x, np.arange(len(x))]) for x in walks()])
