"""SpikeArray: packing, selection, conversion and invalid samples."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse

from lsm import Liquid
from lsm.spikes import SpikeArray, as_spike_array
from lsm.topology import FixedWeights

rasters = st.integers(1, 4).flatmap(
    lambda n_channels: st.lists(
        st.integers(1, 6).flatmap(
            lambda n: arrays(np.int64, (n, n_channels), elements=st.integers(0, 3))
        ),
        min_size=1,
        max_size=5,
    )
)


@given(rasters)
def test_dense_and_sparse_samples_survive_the_round_trip(samples):
    for X in (samples, [sparse.csr_array(sample) for sample in samples]):
        spikes = SpikeArray.from_sparse(X)
        assert spikes.shape == (len(samples),)
        for i, sample in enumerate(samples):
            np.testing.assert_array_equal(spikes.to_dense(i), sample)


@given(rasters, st.data())
def test_selection_is_selection_of_samples(samples, data):
    spikes = SpikeArray.from_dense(samples)
    index = data.draw(st.lists(st.integers(-len(samples), len(samples) - 1), max_size=6))
    chosen = spikes[np.array(index, dtype=int)]
    assert len(chosen) == len(index)
    for position, i in enumerate(index):
        np.testing.assert_array_equal(chosen.to_dense(position), samples[i])
        assert chosen.digest(position) == spikes.digest(i % len(samples))
    mask = np.arange(len(samples)) % 2 == 0
    assert len(spikes[mask]) == mask.sum()
    assert len(spikes[:1]) == 1
    assert len(spikes[np.arange(len(samples)), ...]) == len(samples)


@given(rasters)
def test_digest_of_a_sample_does_not_depend_on_its_neighbours(samples):
    together = SpikeArray.from_dense([*samples, 2 + samples[0]])
    for i, sample in enumerate(samples):
        assert together.digest(i) == SpikeArray.from_dense([sample]).digest(0)
    silenced = samples[0].copy()
    silenced[0, 0] += 1
    assert SpikeArray.from_dense([silenced]).digest(0) != together.digest(0)


@given(rasters)
def test_channel_moments_are_those_of_the_stacked_samples(samples):
    mean, std = SpikeArray.from_dense(samples).channel_moments()
    stacked = np.concatenate(samples)
    np.testing.assert_allclose(mean, stacked.mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(std, stacked.std(axis=0), atol=1e-7)


def test_pieces_are_cut_out_of_samples():
    samples = [np.arange(12).reshape(6, 2), np.arange(8).reshape(4, 2)]
    cut = SpikeArray.from_dense(samples).pieces([0, 1, 0], [1, 2, 0], [4, 9, 1])
    np.testing.assert_array_equal(cut.to_dense(0), samples[0][1:4])
    np.testing.assert_array_equal(cut.to_dense(1), samples[1][2:])
    np.testing.assert_array_equal(cut.to_dense(-1), samples[0][:1])


def test_kind_follows_the_dtype():
    assert not SpikeArray.from_dense([np.ones((2, 2), dtype=bool)]).graded
    assert SpikeArray.from_dense([np.ones((2, 2))]).graded
    assert as_spike_array(np.ones((3, 4, 2), dtype=np.uint8)).n_channels == 2
    assert as_spike_array(np.ones((3, 4, 2)), graded=False).graded is False


def test_event_lists():
    spikes = SpikeArray.from_events(
        [([0.3, 0.0, 0.35], [1, 0, 1]), ([], [])],
        n_channels=2,
        durations=[0.5, 0.2],
        row_duration=0.1,
    )
    np.testing.assert_array_equal(spikes.n_rows, [5, 2])
    expected = np.zeros((5, 2))
    expected[0, 0], expected[3, 1] = 1, 2
    np.testing.assert_array_equal(spikes.to_dense(0), expected)
    one = SpikeArray.from_events([([1, 1], [0, 0])], 1, 3.0, duplicates="one")
    assert one.to_dense(0).sum() == 1
    dropped = SpikeArray.from_events([([1, 7, 2], [0, 0, 4])], 1, 3.0, out_of_range="drop")
    assert dropped.to_dense(0).sum() == 1


def test_a_sample_ends_with_its_last_spike_unless_durations_are_given():
    spikes = SpikeArray.from_events([([0.3, 0.1], [0, 0]), ([0.0], [0])], 1, row_duration=0.1)
    assert spikes.n_rows.tolist() == [4, 1]
    with pytest.raises(
        ValueError, match="sample 1 has no spikes, so its duration is unknown: give dur"
    ):
        SpikeArray.from_events([([1.0], [0]), ([], [])], 1)


@pytest.mark.parametrize(
    ("events", "options", "message"),
    [
        ([([5.0], [0])], {}, "5 ms in channel 0 lies outside 3 ms"),
        ([([-1.0], [0])], {}, "outside"),
        ([([1.0], [2])], {}, "channel 2 lies outside"),
        ([([1.0, 1.2], [0, 0])], {"duplicates": "error"}, "several spikes in one row of 1 ms"),
        ([([np.nan], [0])], {}, "finite"),
        ([([1.0], [0.5])], {}, "channels must be integers"),
        ([([1.0, 2.0], [0])], {}, "equal length"),
        ([([1.0], [0], [1])], {}, r"sample 0 must be a pair \(times, channels\)"),
        ([([1.0], [0])], {"duplicates": "many"}, "duplicates must be one of"),
        ([(["a"], [0])], {}, r"sample 0: spike times must be numbers .* got \['a'\]"),
        ([(["1"], [0])], {}, "sample 0: spike times must be numbers"),
        ([([True], [0])], {}, "sample 0: spike times must be numbers"),
        ([([1j], [0])], {}, "sample 0: spike times must be numbers"),
        ([(np.ones(1, "m8[ms]"), [0])], {}, "sample 0: spike times must be numbers"),
        ([], {}, "events is empty"),
    ],
)
def test_bad_events_are_refused(events, options, message):
    with pytest.raises(ValueError, match=message):
        SpikeArray.from_events(events, 2, 3.0, **options)


def test_an_argument_without_samples_is_named():
    for pack in (SpikeArray.from_dense, SpikeArray.from_sparse):
        with pytest.raises(TypeError, match="samples must be a sequence of samples, got None"):
            pack(None)
        with pytest.raises(ValueError, match="samples is empty"):
            pack([])
    with pytest.raises(TypeError, match="events must be a sequence of samples, got 3"):
        SpikeArray.from_events(3, 1)
    for durations in ("abc", ["5"], True, [[1.0], [1.0, 2.0]]):
        with pytest.raises(ValueError, match=r"durations must be numbers \(ms\), got"):
            SpikeArray.from_events([([1.0], [0])], 1, durations)
    with pytest.raises(ValueError, match="sample 0 must hold numbers, got .* timedelta64"):
        SpikeArray.from_dense([np.ones((3, 2), "m8[ms]")])


def test_channel_moments_take_events_of_one_step_together():
    rng = np.random.default_rng(0)
    steps, channels = np.sort(rng.integers(20, size=200)), rng.integers(3, size=200)
    for amplitudes in (None, rng.integers(1, 4, 200)):
        spikes = SpikeArray(steps, channels, amplitudes, [0, 200], [20], 3)
        mean, std = spikes.channel_moments()
        np.testing.assert_allclose(mean, spikes.to_dense(0).mean(axis=0), rtol=1e-6)
        np.testing.assert_allclose(std, spikes.to_dense(0).std(axis=0), rtol=1e-6)


@pytest.mark.parametrize("amplitudes", [["3"], [True], [1j]])
def test_amplitudes_are_numbers(amplitudes):
    with pytest.raises(ValueError, match="amplitudes must be numbers, got"):
        SpikeArray([0], [0], amplitudes, [0, 1], [2], 1)


@pytest.mark.parametrize("row_duration", [0.001, 0.1, 0.7])
def test_late_spikes_fall_into_steps_of_their_own(row_duration):
    step = 20_000_000 + np.arange(1000)
    times = step * row_duration if row_duration == 0.7 else step / round(1 / row_duration)
    events = [(times, np.zeros(1000, dtype=int))]
    spikes = SpikeArray.from_events(events, 1, 20_001_000 * row_duration, row_duration=row_duration)
    np.testing.assert_array_equal(spikes.rows, step)
    assert spikes.n_rows == 20_001_000


@pytest.mark.parametrize(
    ("n_channels", "error"),
    [("3", TypeError), (1.5, TypeError), (True, TypeError), (0, ValueError)],
)
def test_a_number_of_channels_is_named(n_channels, error):
    with pytest.raises(error, match=f"n_channels must be an integer >= 1, got {n_channels!r}"):
        SpikeArray.from_events([([1.0], [0])], n_channels, 3.0)
    with pytest.raises(ValueError, match="n_channels must be at most 2147483647, got 2147483648"):
        SpikeArray.from_events([([1.0], [0])], 2**31, 3.0)


@pytest.mark.parametrize("last", [1e10, 1e300, 1.7e308])
def test_a_sample_too_long_to_count_is_refused_before_it_is_allocated(last):
    options = {"row_duration": 0.5, "out_of_range": "drop"}
    for events in ([([1.0], [0]), ([last], [0])], [([1.0], [0]), ([0.0, last], [0, 0])]):
        with pytest.raises(ValueError, match="events: sample 1 is .*, more than 86400000 rows"):
            SpikeArray.from_events(events, 1, **options)
        dropped = SpikeArray.from_events(events, 1, 3.0, **options)
        assert dropped.n_rows.tolist() == [6, 6]
        assert last not in dropped.rows
    with pytest.raises(ValueError, match="durations: sample 0 is .* more than 86400000 rows"):
        SpikeArray.from_events([([1.0], [0])], 1, last, **options)


def test_spikes_before_the_start_are_outside_whether_or_not_a_duration_is_given():
    for durations in (None, 1.0):
        with pytest.raises(ValueError, match="the spike at -5 ms in channel 0 lies outside 1 ms"):
            SpikeArray.from_events([([-5.0], [0])], 1, durations)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([], "empty"),
        ([np.zeros((0, 3))], "sample 0 needs at least one row"),
        ([np.zeros((3, 0))], "one channel"),
        ([np.ones((2, 2)), np.ones((2, 3))], r"equal numbers of channels, got \[2, 3\]"),
        ([np.array([[1.0, np.nan]])], "channel 1: amplitudes must be finite"),
        ([np.array([[1.0, np.inf]])], "finite"),
        ([np.array([[1e300, 0]])], "finite"),
        ([np.array([[1, -1]])], "amplitude -1 in row 0, channel 1: a number of spikes"),
        ([np.array([["a", "b"]])], "sample 0 must hold numbers"),
        ([np.ones((2, 2)) * 1j], "Complex data not supported"),
        ([np.ones(3)], "sample 0 must have shape"),
        ("hello", "X must be"),
        (5, "X must be"),
    ],
)
def test_bad_samples_are_refused(X, message):
    with pytest.raises(ValueError, match=message):
        as_spike_array(X)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rows": [0, 9]}, "sample 0 has an event .* row 9, .*outside of the sample"),
        ({"rows": [2, 1]}, "must not decrease"),
        ({"channels": [0, 5]}, "channels go from 0 to 2"),
        ({"offsets": [0, 1]}, "offsets"),
        ({"n_rows": [0]}, "sample 0 has no rows"),
        ({"amplitudes": [1.5, 1]}, "a number of spikes must be an integer >= 0"),
        ({"amplitudes": [1.0]}, "2 rows but amplitudes of shape"),
        ({"amplitudes": [1.0, 2.0**25]}, "at most"),
        ({"rows": [0.0, 2.7]}, "rows must be a 1-D array of integers, got float64"),
        ({"channels": [[0], [2]]}, "channels must be a 1-D array of integers"),
        ({"rows": [0, 2**32 + 1]}, "rows must fit int32, got up to 4294967297"),
        ({"row_duration": 0.0}, "row_duration must be"),
        ({"n_channels": 0}, "n_channels must be"),
    ],
)
def test_the_constructor_checks_its_events(change, message):
    good = {
        "rows": [0, 3], "channels": [0, 2], "amplitudes": None, "offsets": [0, 2],
        "n_rows": [4], "n_channels": 3,
    }  # fmt: skip
    SpikeArray(**good)
    with pytest.raises(ValueError, match=message):
        SpikeArray(**(good | change))


def test_a_negative_amplitude_is_refused_when_a_graded_signal_is_read_as_spikes():
    graded = SpikeArray.from_dense([np.array([[0.5, -1.0]])])
    with pytest.raises(ValueError, match="a number of spikes must be"):
        as_spike_array(graded, graded=False)


@pytest.mark.parametrize("graded", ["no", 0, 1.0])
def test_graded_is_a_boolean(graded):
    with pytest.raises(TypeError, match=f"graded must be True or False, got {graded!r}"):
        SpikeArray.from_dense([np.eye(3)], graded=graded)


def test_pickle_keeps_everything():
    spikes = SpikeArray.from_dense([np.eye(3), np.ones((2, 3))], row_duration=0.5)
    again = pickle.loads(pickle.dumps(spikes))
    assert repr(again) == repr(spikes)
    np.testing.assert_array_equal(again.to_dense(1), spikes.to_dense(1))


ONE = np.ones((1, 5, 1), dtype=int)
BEYOND = 10**400  # a float cannot hold it


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SpikeArray([4, 1], [0, 0], [1.0], [0, 2], [5], 3), "2 rows but amplitudes"),
        (lambda: SpikeArray([4], [0], None, [0, 1], [5], BEYOND), "n_channels must be at most"),
        (lambda: SpikeArray([4], [0], None, [0, 1], [5], 3, row_duration=BEYOND), "row_duration"),
        (
            lambda: SpikeArray.from_events([([0.5], [2])], 1, 10.0, row_duration=2**63),
            "channel 2 lies outside",
        ),
        (lambda: SpikeArray.from_dense([np.full((2, 2), 1e300)]), "at most 3.4e38"),
        (lambda: SpikeArray.from_dense(sparse.bsr_array(np.eye(2))), "must be a sequence"),
        (lambda: Liquid(topology=FixedWeights(np.zeros((0, 0)))).fit(ONE), "one neuron"),
        (lambda: Liquid(topology=FixedWeights(np.full((2, 2), 1e300))).fit(ONE), "most 3.4e38"),
    ],
)
def test_a_refusal_does_not_fail_itself(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()
