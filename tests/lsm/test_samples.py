"""Forms of samples: forms that agree, static patterns, and samples that are refused."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator

from lsm import Liquid, Snapshots, SpikeArray
from lsm.misreadings import warn_of_durations
from lsm.samples import (
    SampleForm,
    States,
    as_samples,
    check_columns,
    cut_rows,
    has_names,
    is_frame,
    is_table,
    n_rows_of,
    split_rows,
)
from tests.helpers.samples import graded_samples, spike_samples


@pytest.fixture(scope="module")
def fitted():
    X = spike_samples()
    return Liquid(n_neurons=60, random_state=0, snapshots=Snapshots(n=2)).fit(X), X


def test_forms_of_input_agree(fitted):
    liquid, X = fitted
    states = liquid.transform(X)
    packed = SpikeArray.from_dense(X)
    objects = np.empty(len(X), dtype=object)
    objects[:] = X
    forms = [packed, objects, tuple(X), [sparse.csr_array(x) for x in X],
             [sparse.coo_matrix(x) for x in X], [x.astype(float) for x in X]]  # fmt: skip
    for form in forms:
        assert (liquid.transform(form) != states).nnz == 0
    stack = np.stack([x[:80] for x in X])
    assert (liquid.transform(stack) != liquid.transform(list(stack))).nnz == 0


def test_a_time_step_of_the_input_may_span_many_of_the_liquid():
    held = [np.repeat(x, 10, axis=0) for x in graded_samples()]
    coarse = SpikeArray.from_dense([x[::10] for x in held], row_duration=10.0)
    liquid = Liquid(n_neurons=40, random_state=0, calibration=None).fit(held)
    assert (liquid.transform(coarse) != liquid.transform(held)).nnz == 0


def test_static_patterns_are_constant_currents():
    X = np.random.default_rng(0).normal(size=(20, 6))
    liquid = Liquid(n_neurons=40, random_state=0, static_steps=150).fit(X)
    held = SpikeArray.from_dense([np.tile(row, (150, 1)) for row in X])
    np.testing.assert_allclose(liquid.transform(X).toarray(), liquid.transform(held).toarray())


def test_a_list_of_series_is_taken_for_patterns_with_a_warning():
    X = np.random.default_rng(0).normal(size=(5, 30))
    liquid = Liquid(n_neurons=20, random_state=0)
    with pytest.warns(UserWarning, match=r"arrays of shape \(30,\), .* taken for static patterns"):
        states = liquid.fit_transform(list(X))
    assert (states != liquid.fit_transform(X)).nnz == 0
    with pytest.raises(ValueError, match=r"sample 0 must have shape .* got shape \(30,\)"):
        liquid.fit([X[0], X[1, :20]])


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([], "empty"),
        ("text", "X must be"),
        (["one", "two"], r"X must hold an array of numbers for each sample, got X\[0\]"),
        ([np.zeros((5, 0), dtype=int)], "at least one row and one channel"),
        ([np.zeros((0, 8), dtype=int)], "at least one row"),
        ([np.full((5, 8), np.nan)], "finite"),
        ([np.full((5, 8), -1)], "a number of spikes must be"),
        ([np.full((5, 8), 0.5)], "a number of spikes must be"),
        ([np.ones((5, 7), dtype=int)], "X has 7 channels, but Liquid is expecting 8"),
        (
            SpikeArray.from_dense([np.ones((5, 8), dtype=int)], row_duration=0.5),
            "a row of X lasts 0.5 ms, less than a step of Liquid.dt=1 ms: set Liquid.dt to 0.5",
        ),
    ],
)
def test_bad_input_is_refused_at_transform(fitted, X, message):
    with pytest.raises(ValueError, match=message):
        fitted[0].transform(X)


def test_a_spike_train_is_no_table(fitted):
    liquid, X = fitted
    with pytest.raises(ValueError, match=r"goes into a list, \[X\]"):
        liquid.transform(X[0])


def counts(n_rows=60, rate=0.2):
    return np.random.default_rng(0).poisson(rate, (8, n_rows, 5))


def complaints(X, **params):
    """Return the warnings of a fit that are not about the liquid's health."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        Liquid(20, random_state=0, **params).fit(X)
    return [text for text in (str(w.message) for w in caught) if not text.startswith("the liquid")]


def test_readings_as_integers_are_questioned_and_the_ways_out_work():
    readings = (1000 + 100 * np.random.default_rng(0).normal(size=(8, 60, 2))).astype(np.int16)
    (text,) = complaints(readings)
    assert "numbers of spikes, 996 in an occupied row" in text
    for X in (readings.astype(float), SpikeArray.from_dense(readings, graded=True)):
        assert complaints(X) == []
    assert complaints(SpikeArray.from_dense(readings)) == []  # said to be spikes
    assert complaints(counts()) == []
    with pytest.raises(ValueError, match=r"an integer >= 0. If .* pass floats, as X.astype"):
        Liquid(20, random_state=0).fit(readings - np.int16(1000))
    assert complaints((readings - np.int16(1000)).astype(float)) == []


def test_times_in_seconds_are_questioned():
    rng = np.random.default_rng(0)
    trains = [(rng.random(300), rng.integers(0, 5, 300)) for _ in range(8)]
    (text,) = complaints(SpikeArray.from_events(trains, 5), calibration=None)
    assert "last at most 1 ms" in text
    assert "multiply them by 1000" in text
    in_ms = [(1000 * times, channels) for times, channels in trains]
    assert complaints(SpikeArray.from_events(in_ms, 5)) == []


def test_times_in_nanoseconds_are_refused_before_memory_is_taken():
    rng = np.random.default_rng(0)
    times, channels = 1e9 * rng.random(300), rng.integers(0, 5, 300)
    with pytest.raises(ValueError, match="nanoseconds divided by 1e6"):
        SpikeArray.from_events([(times, channels)], 5)
    assert SpikeArray.from_events([(times / 1e6, channels)], 5).n_rows[0] <= 1000
    slow = SpikeArray.from_dense(counts(), row_duration=1e7)  # 10 000 s
    with pytest.warns(UserWarning, match="lasts 6.94 days"):
        warn_of_durations(slow)


# ----------------------------------------------------------------------- which form samples have

TABLE, PACKED = np.arange(6.0).reshape(3, 2), SpikeArray.from_dense([np.eye(3), np.eye(2, 3)])
FRAME = pd.DataFrame(TABLE, columns=["a", "b"])


@pytest.mark.parametrize(
    ("X", "table", "n_rows"),
    [
        (TABLE, True, None),
        (TABLE.tolist(), True, None),
        (tuple(TABLE), True, None),
        (FRAME, True, None),
        (sparse.csr_array(TABLE), True, None),
        (np.arange(3.0), True, None),
        (np.ones((4, 3, 2)), False, [3] * 4),
        ([TABLE, TABLE[:2]], False, [3, 2]),
        ([TABLE.tolist(), TABLE[:2]], False, [3, 2]),
        ([FRAME], False, [3]),
        ([[1.0, 2.0], [1.0]], False, [2, 1]),
        (PACKED, False, [3, 2]),
    ],
)
def test_a_table_has_no_rows_and_samples_have(X, table, n_rows):
    assert is_table(X) is table
    found = n_rows_of(X)
    assert (found is None) if n_rows is None else (found.tolist() == n_rows)
    assert has_names(X) is (table or X is not PACKED and is_frame(X[0]))


@pytest.mark.parametrize("X", ["text", [], ["a", "b"], np.empty(2, object)])
def test_what_holds_no_numbers_is_no_table(X):
    assert not is_table(X)


def test_series_of_samples_become_lists_and_array_likes_arrays():
    class Lazy:
        def __array__(self, dtype=None, copy=None):
            return TABLE

    assert as_samples(TABLE) is TABLE
    assert as_samples(PACKED) is PACKED
    assert as_samples(Lazy()) is TABLE
    listed = as_samples(pd.Series([TABLE, TABLE[:2]], index=[5, 1]))
    assert isinstance(listed, list)
    assert listed[1].shape == (2, 2)
    joined = as_samples([PACKED, PACKED])
    assert isinstance(joined, SpikeArray)
    assert len(joined) == 4


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (
            iter([TABLE]),
            "got <list_iterator.*>: make a list of the samples",
        ),
        ({0: TABLE}, r"(?s)got \{0: .*: make a list of the samples"),
        ("text", "got 'text'$"),
        (b"text", "got b'text'$"),
        (3, "got 3$"),
        (np.array(3.0), "got array"),
        ([], "X is empty: it must hold one sample or more"),
        ([PACKED, TABLE], "X mixes SpikeArrays with other samples"),
        ([TABLE, 3.0], r"X\[1\] is a number. Reshape your data"),
        ([TABLE, "text"], r"for each sample, got X\[1\] = 'text'"),
        ([TABLE, {1}], r"for each sample, got X\[1\] = \{1\}"),
        ([TABLE, None], r"for each sample, got X\[1\] = None"),
        ([(np.arange(3.0), np.arange(3))], r"pairs of arrays, as \(times, channels\) of spikes"),
    ],
)
def test_what_is_no_sequence_of_samples_is_named(X, message):
    with pytest.raises(ValueError, match=message):
        as_samples(X)


@pytest.mark.parametrize(
    "pair",
    [
        (np.arange(3.0), np.arange(3.0)),
        (np.arange(3.0), np.arange(2)),
        (TABLE, TABLE.astype(int)),
        [[1.0, 2.0], [0, 1]],
        (np.arange(3.0), np.arange(3), np.arange(3)),
    ],
)
def test_other_pairs_are_no_spike_times(pair):
    assert as_samples([pair]) == [pair] or len(as_samples([pair])) == 1


def test_data_frames_have_the_same_columns():
    check_columns([FRAME, FRAME[["a", "b"]], TABLE])
    check_columns(np.ones((2, 3, 2)))
    for other in (FRAME[["b", "a"]], FRAME[["a"]]):
        with pytest.raises(ValueError, match=r"^X\[1\] has the columns \[.*\], but others have"):
            check_columns([FRAME, other])


def test_the_form_of_fit_is_kept():
    form = SampleForm.before_fit("auto", 0.5, 20)
    assert (form.row_duration, form.static_duration, form.stated) == (0.5, 10.0, False)
    assert SampleForm.before_fit(2, 0.5, 20).row_duration == 2.0
    assert SampleForm.before_fit(2, 0.5, 20).stated
    held = form.to_spikes(TABLE)
    assert (held.row_duration, held.graded) == (10.0, True)
    assert held.n_rows.tolist() == [1, 1, 1]
    np.testing.assert_array_equal(np.concatenate([held.to_dense(i) for i in range(3)]), TABLE)
    of_table, of_rows = form.decide(TABLE, held), form.decide([TABLE], form.to_spikes([TABLE]))
    assert (of_table.table, of_table.n_channels, of_table.row_duration) == (True, 2, 0.5)
    assert (of_rows.table, of_rows.graded, of_rows.row_duration) == (False, True, 0.5)
    assert form.decide(held, held).table is True  # converted before
    assert form.decide(PACKED, PACKED).table is False
    assert form.decide(PACKED, PACKED).row_duration == 1.0
    for fitted, X, message in (
        (of_table, [TABLE], "X must be a 2-D array, a table of static patterns as in fit, got sam"),
        (of_rows, TABLE, r"but fit had samples with rows: one sample goes into a list, \[X\]"),
        (of_rows, [TABLE[:, :1]], "X has 1 channels, but NoneType is expecting 2 channels"),
        (of_rows, [TABLE, TABLE * np.nan], "amplitudes must be finite"),
        (of_table, np.full((2, 2), np.inf), "X contains NaN or infinity: fill such values"),
        (of_table, sparse.csr_array([[np.nan, 1.0]]), "X contains NaN or infinity"),
        (
            of_rows,
            SpikeArray.from_dense([np.eye(2, dtype=int)]),
            "SpikeArray of spikes, but fit",
        ),
    ):
        with pytest.raises(ValueError, match=message):
            fitted.to_spikes(X)
    of_counts = form.decide([np.eye(2, dtype=int)], SpikeArray.from_dense([np.eye(2, dtype=int)]))
    with pytest.raises(ValueError, match=r"integer >= 0. fit had numbers of spikes: for currents"):
        of_counts.to_spikes([0.5 * np.eye(2)])
    assert of_counts.to_spikes([np.eye(2)]).graded is False
    with pytest.raises(ValueError, match="of currents, but fit had spikes: make X with graded=Fal"):
        of_counts.to_spikes(SpikeArray.from_dense([np.eye(2)]))


def test_rows_that_were_stated_contradict_no_spike_array():
    form = SampleForm.before_fit(2.0, 0.5, 20)
    agreed = SpikeArray.from_dense([TABLE], row_duration=2.0 * (1 + 1e-12))
    assert form.to_spikes(agreed) is agreed
    patterns = form.to_spikes(TABLE)
    assert form.to_spikes(patterns) is patterns
    with pytest.raises(ValueError, match=r"rows of 1 ms, but Liquid.row_duration=2: leave that at"):
        form.to_spikes(SpikeArray.from_dense([TABLE]))
    assert SampleForm.before_fit("auto", 0.5, 20).to_spikes(agreed) is agreed


def test_other_samples_are_like_those_of_fit():
    form = SampleForm.before_fit("auto", 1.0, 20)
    spikes = form.to_spikes([TABLE])
    assert form.to_spikes_like(spikes, "stimulus", [TABLE[:1]]).n_rows.tolist() == [1]
    for samples, message in (
        ([TABLE[:, :1]], "stimulus must be like X, 2 channels of currents, got SpikeArray"),
        ([np.eye(2, dtype=int)], "stimulus must be like X, 2 channels of currents, got"),
        ([], "stimulus is invalid: X is empty"),
    ):
        with pytest.raises(ValueError, match=f"^{message}"):
            form.to_spikes_like(spikes, "stimulus", samples)


def test_rows_are_cut_and_split():
    rows = cut_rows(PACKED, 1)
    assert [row.n_rows.tolist() for row in rows] == [[1], [1]]
    np.testing.assert_array_equal(np.concatenate([row.to_dense(0) for row in rows]), np.eye(2, 3))
    parts = split_rows(np.arange(5), PACKED)
    assert [part.tolist() for part in parts] == [[0, 1, 2], [3, 4]]


def test_the_states_of_another_liquid_are_no_patterns():
    form = SampleForm.before_fit("auto", 1.0, 20)
    with pytest.raises(ValueError, match="X holds the states of another liquid, which are no samp"):
        form.to_spikes(States(TABLE))
    assert form.to_spikes(sparse.csr_array(States(TABLE))).graded


def test_names_of_columns_are_those_of_fit():
    estimator, form = BaseEstimator(), SampleForm.before_fit("auto", 1.0, 20)
    form.to_spikes([TABLE], estimator)
    assert estimator.n_features_in_ == 2
    assert not hasattr(estimator, "feature_names_in_")
    spikes = form.to_spikes([FRAME], estimator)
    assert estimator.feature_names_in_.tolist() == ["a", "b"]
    fitted = form.decide([FRAME], spikes)
    with pytest.raises(ValueError, match="feature names should match those that were passed"):
        fitted.to_spikes([FRAME[["b", "a"]]], estimator)
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        fitted.to_spikes([TABLE], estimator)
    frames = np.empty(2, object)
    frames[:] = [FRAME, FRAME[["b", "a"]]]
    with pytest.raises(ValueError, match=r"^X\[1\] has the columns"):
        check_columns(frames)
    assert not has_names([])
    assert not SampleForm(1.0, 20.0).stated
