"""Samples of other libraries: meanings of the fields, and invalid samples."""

import sys
import types

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsm.formats import from_aeon, from_neo, from_tonic, read_shd

PIXELS = np.dtype([("t", int), ("x", int), ("y", int), ("p", bool)])


def test_series_of_aeon_have_their_channels_first():
    X = np.random.default_rng(0).normal(size=(4, 3, 20))
    packed = from_aeon(X, row_duration=2.0)
    assert packed.graded
    assert (packed.n_channels, packed.row_duration) == (3, 2)
    for i, case in enumerate(X):
        np.testing.assert_allclose(packed.to_dense(i), case.T, rtol=1e-6)
    unequal = from_aeon([X[0], X[1, :, :7]])
    assert unequal.n_rows.tolist() == [20, 7]
    assert not from_aeon(np.ones((1, 2, 3), dtype=int)).graded
    with pytest.raises(ValueError, match=r"case 0 must have shape .* got shape \(20,\)"):
        from_aeon(X[0])
    with pytest.raises(ValueError, match=r"case 0 must have shape .* got a ragged sequence"):
        from_aeon([[[1, 2], [3]]])
    with pytest.raises(ValueError, match="X is empty: X must be a sequence of cases, one or more"):
        from_aeon([])


def tonic_frames(recording, size, n_steps):
    """Return counts as Tonic's frames have them, of shape (n_steps, n_p, n_y, n_x)."""
    frames = np.zeros((n_steps, *size[::-1]))
    for t, x, y, p in recording:
        frames[t // 1000, int(p), y, x] += 1
    return frames


@given(
    st.lists(
        st.tuples(st.integers(0, 9999), st.integers(0, 3), st.integers(0, 2), st.booleans()),
        min_size=1,
        max_size=30,
    )
)
def test_events_of_tonic_lie_in_its_frames(events):
    recording = np.array(events, dtype=PIXELS)
    packed = from_tonic([recording], (4, 3, 2), durations=10.0)
    frames = tonic_frames(recording, (4, 3, 2), 10)
    np.testing.assert_array_equal(packed.to_dense(0), frames.reshape(10, -1))


def test_a_field_of_one_value_is_not_read():
    # As in Tonic's SHD: every p is 1, and sensor_size has one polarity.
    recording = np.array([(1500, 699, 1)], dtype=[("t", int), ("x", int), ("p", int)])
    packed = from_tonic([recording], (700, 1, 1))
    assert (packed.n_channels, packed.channels, packed.rows) == (700, 699, 1)
    assert packed.n_rows == [2]


@pytest.mark.parametrize(
    ("fields", "values", "message"),
    [
        ({"t": int, "x": float}, (0, 1.7), "recording 0: x must hold integers, got float64"),
        ({"t": int, "x": "U1"}, (0, "1"), "recording 0: x must hold integers, got <U1"),
        ({"t": "U1", "x": int}, ("0", 1), "recording 0: t must be numbers"),
        ({"t": int, "x": np.uint64}, (0, 2**64 - 1), f"event at x={2**64 - 1}, outside of the 4"),
    ],
)
def test_addresses_are_integers_and_times_numbers(fields, values, message):
    recording = np.array([values], dtype=list(fields.items()))
    with pytest.raises(ValueError, match=message):
        from_tonic([recording], (4, 1, 1))
    with pytest.raises(ValueError, match=r"recording 0 must be a 1-D array, got shape \(1, 1\)"):
        from_tonic([recording[None]], (4, 1, 1))
    with pytest.raises(ValueError, match="recordings is empty"):
        from_tonic([], (4, 1, 1))
    with pytest.raises(ValueError, match="n_channels must be at most"):
        from_tonic([recording], (2**31, 2**31, 4))


def test_events_outside_a_sensor_are_refused_or_dropped():
    # Without a check of each field the first would be taken for x=0 of the next row.
    recording = np.array([(0, 4, 0, 0), (0, 1, 0, 1), (99_000, 0, 0, 0)], dtype=PIXELS)
    with pytest.raises(ValueError, match="recording 0 has an event at x=4, outside of the 4"):
        from_tonic([recording], (4, 3, 2))
    with pytest.raises(ValueError, match="99 ms in channel 0 lies outside 10 ms"):
        from_tonic([recording[1:]], (4, 3, 2), durations=10.0)
    dropped = from_tonic([recording], (4, 3, 2), durations=10.0, out_of_range="drop")
    assert (dropped.channels.tolist(), dropped.rows.tolist()) == ([13], [0])


@pytest.mark.parametrize(
    ("recording", "sensor_size", "message"),
    [
        (
            np.zeros(2, dtype=[("t", int)]),
            (4, 1, 1),
            r"recording 0 must have the fields \['x'\], got",
        ),
        (np.zeros((2, 4)), (4, 1, 1), r"recording 0 must have the fields .* got \(\)"),
        (np.zeros(2, dtype=PIXELS), (4, 3), "sensor_size must be three numbers"),
        (np.zeros(2, dtype=PIXELS), 5, r"sensor_size must be three numbers \(x, y, p\), got 5"),
        (np.zeros(2, dtype=PIXELS), (4, 0, 1), "sensor_size must be an integer >= 1"),
    ],
)
def test_bad_recordings_are_named(recording, sensor_size, message):
    with pytest.raises(ValueError, match=message):
        from_tonic([recording], sensor_size)


def test_a_single_recording_is_no_sequence_of_them():
    with pytest.raises(TypeError, match="recordings must be a sequence of recordings, got a sing"):
        from_tonic(np.zeros(2, dtype=PIXELS), (4, 3, 2))
    with pytest.raises(TypeError, match="segments must be a sequence of segments, got a single"):
        from_neo(types.SimpleNamespace(spiketrains=[train([], 0, 1)]))


@pytest.mark.parametrize("value", [None, 5, "abc"])
@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda value: from_aeon(value), "X must be a sequence of cases, got "),
        (lambda value: from_tonic(value, (4, 3, 2)), "recordings must be a sequence of rec"),
        (lambda value: from_neo(value), "segments must be a sequence of segments, got "),
        (lambda value: from_neo([value]), "segment 0 must be a sequence of spike trains, got "),
        (lambda value: from_neo([[train([], 0, 1), value]]), "segment 0 must hold neo.SpikeTrain"),
    ],
)
def test_an_argument_that_is_no_sequence_is_named(call, value, message):
    with pytest.raises(TypeError, match=message):
        call(value)
    with pytest.raises(TypeError, match="segment 0 must hold neo.SpikeTrain, got array"):
        from_neo([[np.ones(3)]])


def test_times_since_an_epoch_are_refused_before_anything_is_allocated():
    recording = np.array([(1_700_000_000_000_000, 1, 0, 0)], dtype=PIXELS)
    with pytest.raises(
        ValueError, match=r"events: sample 0 is 1.7e.12 ms long, more than 86400000 rows"
    ):
        from_tonic([recording], (4, 3, 2))


class Quantity(np.ndarray):
    """Stand-in for a quantity of the package quantities, always in seconds."""

    def rescale(self, unit):
        assert unit == "ms"
        return types.SimpleNamespace(magnitude=1000 * np.asarray(self))


def seconds(values):
    return np.array(values, dtype=float).view(Quantity)


def train(times, start, stop):
    """Return a stand-in for a neo.SpikeTrain."""
    spikes = seconds(times)
    spikes.t_start, spikes.t_stop = seconds(start), seconds(stop)
    return spikes


def test_trains_of_neo_are_the_channels_of_a_segment():
    first = [train([0.06, 0.07, 0.0704], 0.05, 0.2), train([0.1, 0.25], 0.06, 0.3)]
    second = types.SimpleNamespace(spiketrains=[train([], 0, 1), train([0.005], 0, 0.01)])
    packed = from_neo([first, second])
    assert packed.n_rows.tolist() == [250, 1000]
    assert packed.rows.tolist() == [10, 20, 50, 200, 5]
    assert packed.channels.tolist() == [0, 0, 1, 1, 1]
    assert packed.amplitudes.tolist() == [1, 2, 1, 1, 1]
    with pytest.raises(ValueError, match="several spikes in one row"):
        from_neo([first], duplicates="error")
    with pytest.raises(ValueError, match=r"equal numbers of spike trains, got \[1, 2\]"):
        from_neo([first, first[:1]])
    with pytest.raises(ValueError, match="segment 0 is empty: .* sequence of spike trains"):
        from_neo([[]])
    with pytest.raises(ValueError, match="segments is empty"):
        from_neo([])


@pytest.mark.parametrize("start", [0.0, 3600.0, 86_400.0])
def test_trains_of_neo_that_start_late_keep_their_steps(start):
    times = start + np.arange(1000) * 1e-4
    packed = from_neo([[train(times, start, start + 0.2)]], row_duration=0.1)
    np.testing.assert_array_equal(packed.rows, np.arange(1000))
    assert packed.n_rows == 2000
    with pytest.raises(ValueError, match="lies outside"):  # at the very end
        from_neo([[train([start + 0.2], start, start + 0.2)]], row_duration=0.1)


def shd():
    """Return recordings laid out as in the files of the Spiking Heidelberg Digits."""
    times, units = np.empty(2, dtype=object), np.empty(2, dtype=object)
    times[:] = [np.array([0.125, 0.25], np.float16), np.array([1.25], np.float16)]
    units[:] = [np.array([1, 699], np.uint16), np.array([0], np.uint16)]
    return {"spikes": {"times": times, "units": units}, "labels": np.array([3, 5])}


def test_recordings_of_shd_are_in_seconds():
    packed, labels = read_shd(shd())
    assert packed.n_channels == 700
    assert packed.rows.tolist() == [125, 250, 1250]
    assert packed.channels.tolist() == [1, 699, 0]
    assert packed.n_rows.tolist() == [251, 1251]
    assert labels.tolist() == [3, 5]
    assert read_shd(shd(), 1400.0, row_duration=10.0)[0].n_rows.tolist() == [140, 140]
    with pytest.raises(ValueError, match="channel 699 lies outside"):
        read_shd(shd(), n_channels=100)


@pytest.mark.parametrize("name", ["times", "units", "labels"])
def test_labels_are_as_many_as_recordings(name):
    file = shd()
    part = file if name == "labels" else file["spikes"]
    part[name] = part[name][:1]
    counts = ", ".join(str(1 if name == short else 2) for short in ("times", "units"))
    counts += f" and {1 if name == 'labels' else 2}"
    with pytest.raises(ValueError, match=f"equal numbers of spikes/times, .*, got {counts}"):
        read_shd(file)


def test_another_layout_is_named():
    with pytest.raises(ValueError, match="must hold .* and labels, but has no spikes/units"):
        read_shd({"spikes": {"times": []}})
    for folder in ("spikes", "labels"):
        with pytest.raises(ValueError, match="must hold .*, but has no spikes/times"):
            read_shd({folder: np.zeros(3)})
    with pytest.raises(ValueError, match="(?s)labels .* must be a dataset with an entry for each"):
        read_shd(shd() | {"labels": np.array(3)})
    with pytest.raises(ValueError, match="(?s)labels .* must be a dataset with an entry for each"):
        read_shd(shd() | {"labels": {"a": 1}})
    for labels in ([1.5, 2.0], [b"a", b"b"], [[1], [2]]):
        with pytest.raises(ValueError, match="labels must be a 1-D array of integers"):
            read_shd(shd() | {"labels": np.array(labels)})
    for file in (None, 5, [1, 2]):
        with pytest.raises(TypeError, match="file must be a path or an open h5py.File, got"):
            read_shd(file)


def test_units_and_times_of_shd_are_checked():
    file = shd()
    file["spikes"]["units"] = [np.array([1.7, 2.0]), np.array([0])]
    with pytest.raises(ValueError, match="sample 0: channels must be integers, got float64"):
        read_shd(file)
    file = shd()
    file["spikes"]["times"] = [np.array(["a", "b"]), np.array([0.5])]
    with pytest.raises(ValueError, match="sample 0: times must be numbers"):
        read_shd(file)


def test_options_are_checked_before_a_file_is_opened(tmp_path):
    with pytest.raises(ValueError, match="row_duration must be a finite number > 0, got -1"):
        read_shd(tmp_path / "none.h5", row_duration=-1)


def test_a_path_is_opened_and_closed(monkeypatch, tmp_path):
    opened = []

    class File(dict):
        def __init__(self, path, mode):
            super().__init__(shd())
            opened.append((path, mode))

        def __enter__(self):
            return self

        def __exit__(self, *error):
            opened.append("closed")

    monkeypatch.setitem(sys.modules, "h5py", types.SimpleNamespace(File=File))
    packed, _ = read_shd(tmp_path / "shd.h5", 1400.0)
    assert packed.n_rows.tolist() == [1400, 1400]
    assert opened == [(tmp_path / "shd.h5", "r"), "closed"]
