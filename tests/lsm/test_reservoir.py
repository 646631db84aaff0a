"""Durations of rows: of a SpikeArray, of `Liquid.row_duration`, and of the samples of `fit`."""

import warnings

import numpy as np
import pytest
from sklearn.base import clone

from lsm import Feedback, Liquid, LSMClassifier, LSMRegressor, Snapshots, SpikeArray
from lsm.neurons import LIF
from lsm.readout import RLS
from lsm.topology import ErdosRenyi, RandomInput

RATES = (128, 256, 512, 360, 30, 60, 52)


def series(n_samples=30):
    rng = np.random.default_rng(0)
    y = np.arange(n_samples) % 2
    return [rng.normal(size=(100, 2)) + k for k in y], y


def warned(action, *args):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        action(*args)
    return [str(w.message) for w in caught if "rounded" in str(w.message)]


@pytest.mark.parametrize("rate", RATES)
def test_rows_of_every_sampling_rate_work_with_the_default_step(rate):
    X, y = series()
    spikes = SpikeArray.from_dense(X, row_duration=1000 / rate)
    model = LSMClassifier(Liquid(60, random_state=0)).fit(spikes, y)
    assert model.score(spikes, y) > 0.9
    assert model.liquid_.record(spikes).n_rows[0] == round(100_000 / rate)


def test_arrays_have_the_rows_of_fit():
    X, y = series()
    model = LSMClassifier(Liquid(60, random_state=0))
    score = model.fit(SpikeArray.from_dense(X, row_duration=10.0), y).score(X, y)
    assert score == model.score(SpikeArray.from_dense(X, row_duration=10.0), y)
    assert score > 0.9


@pytest.mark.parametrize("row_duration", [10.0, 1000 / 360])
def test_row_duration_is_that_of_arrays(row_duration):
    X, y = series(12)
    liquid = Liquid(60, row_duration=row_duration, random_state=0)
    spikes = SpikeArray.from_dense(X, row_duration=row_duration)
    assert liquid.to_spikes(X).row_duration == row_duration  # before fit
    expected = Liquid(60, random_state=0).fit_transform(spikes).toarray()
    for form in (X, np.array(X), spikes):
        np.testing.assert_array_equal(liquid.fit_transform(form).toarray(), expected)
    np.testing.assert_array_equal(liquid.transform(X[:3]).toarray(), expected[:3])
    at_rows = LSMRegressor(liquid).fit(X, [x[:, 0] for x in X])
    assert at_rows.liquid_.to_spikes(X).row_duration == row_duration


def test_a_table_of_patterns_has_no_rows():
    X = np.random.default_rng(0).normal(size=(20, 5))
    states = [
        Liquid(40, row_duration=row, random_state=0).fit_transform(X).toarray()
        for row in ("auto", 7.0)
    ]
    np.testing.assert_array_equal(*states)
    liquid = Liquid(40, row_duration=7.0, random_state=0)
    np.testing.assert_array_equal(liquid.fit_transform(liquid.to_spikes(X)).toarray(), states[0])


def test_a_spike_array_that_contradicts_row_duration_is_refused_and_the_ways_out_work():
    X, _ = series(8)
    spikes, liquid = SpikeArray.from_dense(X), Liquid(40, row_duration=10.0, random_state=0)
    with pytest.raises(ValueError, match=r"rows of 1 ms, but Liquid.row_duration=10: leave"):
        liquid.fit(spikes)
    with pytest.raises(ValueError, match=r"rows of 1 ms, but Liquid.row_duration=10"):
        liquid.fit(X).transform(spikes)
    liquid.transform(SpikeArray.from_dense(X, row_duration=10.0))
    liquid.set_params(row_duration="auto").fit(spikes)


def test_one_warning_of_a_fit_names_every_rounded_time():
    X, _ = series(8)
    liquid = Liquid(
        40, neurons=LIF(refractory=(1.6, 2.0)), topology=ErdosRenyi(delay=2.7),
        inputs=RandomInput(delay=0.8), row_duration=1000 / 360, random_state=0,
    )  # fmt: skip
    names = ("LIF.refractory from 1.6 to 2 ms", "ErdosRenyi.delay from 2.7 to 3 ms",
             "RandomInput.delay from 0.8 to 1 ms")  # fmt: skip
    (text,) = warned(liquid.fit, X)
    assert all(name in text for name in names)
    model = LSMRegressor(liquid, RLS(), Feedback(delay=10.0, weight=0.01))
    of_fit = warned(clone(model).fit, X, [x[:, 0] for x in X])
    of_stream = warned(clone(model).partial_fit, X[0], X[0][:, 0])
    for (text,) in (of_fit, of_stream):
        assert all(name in text for name in (*names, "Feedback.delay from 10 to 11.1111 ms"))
    even = Liquid(40, topology=ErdosRenyi(delay=(1.0, 4.0)), random_state=0)
    assert warned(even.fit, X) == []


def test_drawn_delays_are_rounded_without_a_word():
    X, _ = series(8)
    liquid = Liquid(40, topology=ErdosRenyi(delay=(0.6, 5.0)), random_state=0)
    assert warned(liquid.fit, X) == []
    assert liquid.network_.delays.min() == 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_rows_of_a_stream_are_those_of_the_whole_run_at_360_hz(dtype):
    X, _ = series(4)
    liquid = Liquid(
        60, row_duration=1000 / 360, dtype=dtype, topology=ErdosRenyi(delay=(1.0, 9.0)),
        snapshots=Snapshots(feature="membrane_and_trace"), random_state=0,
    ).fit(X)  # fmt: skip
    (whole,) = liquid.trajectory(X[:1])
    rows = [liquid.to_spikes([row[None]]) for row in X[0]]
    stream = liquid.stream(rows[0])
    np.testing.assert_array_equal([stream.step(row).ravel() for row in rows], whole)


def test_pieces_of_a_stream_with_feedback_are_the_loop_inside_the_kernel_at_360_hz():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 1))
    y = np.convolve(X[:, 0], np.ones(3))[:300]
    liquid = Liquid(60, row_duration=1000 / 360, dtype="float64", random_state=0)
    model = LSMRegressor(liquid, RLS(), Feedback(weight=0.1)).fit([X], [y])
    (whole,) = model.predict([X])
    parts = [model.partial_fit(X[start : start + 70]).outputs_ for start in range(0, 300, 70)]
    np.testing.assert_allclose(np.concatenate(parts), whole, rtol=1e-6, atol=1e-9)


def test_states_of_every_sampling_rate_are_cached_apart(tmp_path):
    X, _ = series(6)
    train = SpikeArray.from_dense(X, row_duration=10.0)
    liquid = Liquid(40, memory=tmp_path, random_state=0).fit(train)
    plain = Liquid(40, random_state=0).fit(train)
    for rate in (360, 256, 360, 359.9999):
        spikes = SpikeArray.from_dense(X, row_duration=1000 / rate)
        states = liquid.transform(spikes).toarray()
        np.testing.assert_array_equal(states, plain.transform(spikes).toarray())
        rows = liquid.trajectory(spikes)
        np.testing.assert_array_equal(rows[0], plain.trajectory(spikes)[0])
