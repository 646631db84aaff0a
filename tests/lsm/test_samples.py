"""Forms of samples: forms that agree, static patterns, and samples that are refused."""

import warnings

import numpy as np
import pytest
from scipy import sparse

from lsm import Liquid, Snapshots, SpikeArray
from lsm.misreadings import warn_of_durations
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
