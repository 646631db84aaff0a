"""Dense graded samples, held as rows of values: the same samples as events, in less memory."""

import pickle

import numpy as np
import pytest
from scipy import sparse

from lsm import Liquid, Snapshots, SpikeArray
from lsm.encoding import SeriesEncoder
from lsm.topology import RandomInput
from tests.helpers.memory import peak_memory

LENGTHS = (40, 55, 1)


@pytest.fixture(scope="module")
def samples():
    rng = np.random.default_rng(0)
    samples = [rng.normal(1, 2, (n, 3)).astype(np.float32) for n in LENGTHS]
    for x in samples:
        x[rng.random(x.shape) < 0.3] = 0
    return samples


@pytest.fixture(scope="module")
def dense(samples):
    return SpikeArray.from_dense(samples, row_duration=2.0)


@pytest.fixture(scope="module")
def events(samples):
    packed = SpikeArray.from_sparse([sparse.csr_array(x) for x in samples], row_duration=2.0)
    assert packed.values is None
    return packed


def same(one, other):
    for name in ("rows", "channels", "amplitudes", "offsets", "n_rows"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    assert (one.n_channels, one.row_duration, one.graded) == (3, 2.0, True)


def test_values_and_events_are_the_same_samples(samples, dense, events):
    np.testing.assert_array_equal(dense.values, np.concatenate(samples))
    assert repr(dense) == repr(events)
    assert [dense.digest(i) for i in range(3)] == [events.digest(i) for i in range(3)]
    np.testing.assert_array_equal(dense.channel_moments(), events.channel_moments())
    for i, x in enumerate(samples):
        np.testing.assert_array_equal(dense.to_dense(i), x)
    assert dense.to_frame().equals(events.to_frame())
    same(dense, events)
    with pytest.raises(AttributeError, match="SpikeArray has no attribute 'row'"):
        _ = dense.row


@pytest.mark.parametrize("index", [1, [2, 0], slice(1, 3), np.array([False, True, False]), []])
def test_selected_samples_are_the_same(dense, events, index):
    same(dense[index], events[index])
    assert dense[index].values is not None


def test_pieces_and_joined_samples_are_the_same(dense, events):
    cut = [1, 0, 1], [5, 0, 50], [9, 40, 99]
    same(dense.pieces(*cut), events.pieces(*cut))
    same(SpikeArray.concatenate([dense, dense[[1]]]), SpikeArray.concatenate([events, events[[1]]]))
    same(SpikeArray.concatenate([dense, events]), SpikeArray.concatenate([events, events]))
    for packed in (dense, events):
        with pytest.raises(ValueError, match="has no rows"):
            packed.pieces([0], [7], [7])


def test_a_single_column_has_the_moments_of_its_events():
    column = np.random.default_rng(0).normal(3, 1, (5000, 1)).astype(np.float32)
    packed = SpikeArray.from_sparse([sparse.csr_array(column)])
    np.testing.assert_array_equal(
        SpikeArray.from_dense([column]).channel_moments(), packed.channel_moments()
    )


def test_values_need_less_memory_than_events_or_events_are_kept(samples):
    mostly_zero = np.where(samples[0] > 3, samples[0], 0)
    assert SpikeArray.from_dense([mostly_zero]).values is None
    whole = np.abs(samples[0]).astype(int)
    assert SpikeArray.from_dense([whole]).values is None  # numbers of spikes
    assert SpikeArray.from_dense([whole], graded=True).values is not None
    assert SpikeArray.from_sparse([samples[0], sparse.csr_array(samples[1])]).values is None


def test_a_copy_or_a_file_holds_values_without_events(dense):
    _ = dense.rows
    loaded = pickle.loads(pickle.dumps(dense))
    assert "rows" not in vars(loaded)
    same(loaded, dense)


@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e39])
def test_a_value_that_is_not_finite_is_named_by_its_place(samples, bad):
    broken = [x.astype(float) for x in samples]
    broken[1][4, 2] = bad
    with pytest.raises(ValueError, match="sample 1 has an event of .* in row 4, channel 2: ampl"):
        SpikeArray.from_dense(broken)


@pytest.mark.parametrize(
    ("values", "n_rows", "error", "message"),
    [
        (np.ones((4, 2)), [3], ValueError, "values must have 3 rows, got 4"),
        (np.ones((4, 2)), [4, 0], ValueError, "sample 1 has no rows"),
        (np.ones(4), [4], ValueError, "values must be 2-D"),
        (np.ones((4, 2), complex), [4], ValueError, "values must be numbers"),
        (np.ones((4, 2)), 4, ValueError, "n_rows must be a 1-D array of integers"),
    ],
)
def test_values_that_fit_no_samples_are_refused(values, n_rows, error, message):
    with pytest.raises(error, match=message):
        SpikeArray.from_values(values, n_rows)


def test_a_damaged_file_of_values_is_refused(dense):
    state = dense.__getstate__()
    for change in ({"values": state["values"][:-1]}, {"n_rows": np.array([-1, 97], np.int32)}):
        with pytest.raises(ValueError, match="rows"):
            object.__new__(SpikeArray).__setstate__(state | change)


@pytest.mark.parametrize(
    "params",
    [
        {"noise": 0.5},
        {"inputs": RandomInput(delay=(1.0, 5.0)), "dtype": "float64"},
        {"dt": 0.5, "snapshots": Snapshots(at=[1.5, 2.0], unit="ms")},
    ],
)
def test_a_liquid_does_the_same_with_values_and_events(dense, events, params):
    liquids = [Liquid(40, random_state=0, **params).fit(X) for X in (dense, events)]
    assert liquids[0].calibrated_ == liquids[1].calibrated_
    assert repr(liquids[0].health_) == repr(liquids[1].health_)
    for method in ("transform", "trajectory"):
        first, second = (getattr(liquids[0], method)(X) for X in (dense, events))
        if method == "transform":
            first, second = [first.toarray()], [second.toarray()]
        for one, other in zip(first, second, strict=True):
            np.testing.assert_array_equal(one, other)
    first, second = (liquids[0].stream(X.pieces([0], [0], [1])) for X in (dense, events))
    pieces = [second.step(events.pieces([1], [t], [t + 1])) for t in range(55)]
    np.testing.assert_array_equal(first.step(dense[[1]]), np.concatenate(pieces))


@pytest.mark.filterwarnings("ignore:the liquid")
def test_memory_of_a_dense_recording_is_a_copy_of_it():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(150_000, 64)).astype(np.float32)
    liquid = Liquid(20, random_state=0).fit([X[:1000]])
    with peak_memory() as of_fit:
        liquid.fit([X])
    with peak_memory() as of_transform:
        liquid.transform([X])
    assert of_fit.n_bytes < 2 * X.nbytes
    assert of_transform.n_bytes < 1.5 * X.nbytes


@pytest.mark.parametrize("features", ["changes", "lags", "averages"])
def test_long_series_are_encoded_piece_by_piece_as_at_once(monkeypatch, features):
    rng = np.random.default_rng(0)
    X = [rng.normal(size=(n, 2)) for n in (300, 5, 120)]
    X[0][100:130] = np.nan
    encoder = SeriesEncoder(features=features, lag=3).fit(X)
    whole = encoder.transform(X)
    monkeypatch.setattr("lsm.encoding.series.BLOCK", 64)
    np.testing.assert_array_equal(encoder.transform(X).values, whole.values)


def test_values_without_channels_are_refused():
    with pytest.raises(ValueError, match="values must have one channel or more"):
        SpikeArray.from_values(np.zeros((3, 0)), [3])
