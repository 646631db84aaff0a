"""Conversion of samples to the events of a SpikeArray: limits, and refusals that name the place."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from lsm._events import check_sample, check_table, count_rows, integers, listed
from lsm.spikes import SpikeArray, as_spike_array, check_spikes

SPIKES = SpikeArray.from_dense([np.eye(3, dtype=int), 2 * np.ones((2, 3), int)], row_duration=0.5)
CURRENTS = SpikeArray.from_dense([-0.5 * np.eye(3)])


def array(**change):
    """Return a SpikeArray of two samples, with some arguments changed."""
    arguments = {
        "rows": [0, 3, 0, 1], "channels": [0, 2, 1, 0], "amplitudes": None, "offsets": [0, 2, 4],
        "n_rows": [4, 2], "n_channels": 3,
    }  # fmt: skip
    return SpikeArray(**(arguments | change))


# --------------------------------------------------------------------------- arrays of integers


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
def test_integers_keep_their_values_or_are_refused(dtype):
    limits = np.iinfo(dtype)
    kept = integers("a", [limits.min, 0, limits.max], dtype)
    assert kept.dtype == dtype
    assert kept.tolist() == [limits.min, 0, limits.max]
    assert integers("a", np.array([3], np.uint8), dtype).tolist() == [3]
    assert integers("a", [], dtype).dtype == dtype  # an empty list has floats
    for values in ([1.0], [True], ["1"], [[1]], 1, [None]):
        with pytest.raises(ValueError, match="^a must be a 1-D array of integers, got"):
            integers("a", values, dtype)
    with pytest.raises(ValueError, match="^a must be a 1-D array of integers, got a ragged"):
        integers("a", [[1], [1, 2]], dtype)
    assert integers("a", np.arange(6)[::2], dtype).flags.c_contiguous


def test_integers_beyond_a_type_are_refused():
    for value in (2**31, -(2**31) - 1):
        with pytest.raises(ValueError, match="^a must fit int32, got up to"):
            integers("a", [value], np.int32)


def test_a_sequence_is_listed():
    assert listed("a", (1, 2)) == [1, 2]
    assert listed("a", np.ones((2, 1)))[0].tolist() == [1]
    for values in (None, 3, "ab", b"ab", sparse.bsr_array(np.eye(2))):
        with pytest.raises(TypeError, match="^a must be a sequence of things, got"):
            listed("a", values, "things")
    for values in ([], ()):
        with pytest.raises(ValueError, match="^a is empty: a must be a sequence of samples, one"):
            listed("a", values)


# ------------------------------------------------------------------------------- the constructor


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"offsets": [1, 2, 4]}, "offsets must start at 0 and have one element more than n_rows"),
        ({"offsets": [0, 4]}, "offsets must start at 0 and have one element more than n_rows"),
        ({"offsets": [0, 2, 3]}, "offsets must not decrease and must end at the number of events"),
        ({"offsets": [0, 5, 4]}, "offsets must not decrease"),
        ({"channels": [0, 1, 2]}, "4 rows but 3 channels"),
        ({"n_rows": [4, 0], "offsets": [0, 4, 4]}, "sample 1 has no rows: every sample needs at"),
        ({"rows": [0, 3, 0, 2]}, "sample 1 has an event of amplitude 1 in row 2, channel 0: the"),
        ({"rows": [0, 4, 0, 1]}, "sample 0 has an event of amplitude 1 in row 4, channel 2: the"),
        ({"rows": [-1, 3, 0, 1]}, "sample 0 has an event of amplitude 1 in row -1, channel 0"),
        ({"rows": [0, 3, 1, 0]}, "sample 1 .* row 0, channel 0: rows must not decrease within"),
        ({"channels": [0, 2, -1, 0]}, "sample 1 .* channel -1: channels go from 0 to 2"),
        ({"channels": [0, 3, 1, 0]}, "sample 0 .* channel 3: channels go from 0 to 2"),
        ({"amplitudes": [1, 1, -1, 1]}, "sample 1 has an event of amplitude -1 in row 0, channel"),
        ({"amplitudes": [1, 1, 0.5, 1]}, "sample 1 .* amplitude 0.5 .* an integer >= 0"),
        ({"amplitudes": [1, 1, 1, 2**24 + 2]}, "sample 1 .* at most 2"),
        (
            {"amplitudes": [1, np.nan, 1, 1], "graded": True},
            "sample 0 .* be finite",
        ),
        (
            {"amplitudes": [1, 1e39, 1, 1], "graded": True},
            "sample 0 .* inf .* 3.4e38",
        ),
        ({"amplitudes": [[1, 1, 1, 1]]}, r"4 rows but amplitudes of shape \(1, 4\)"),
        ({"n_channels": 2**31}, "n_channels must be at most 2147483647, got 2147483648"),
        ({"row_duration": np.inf}, "row_duration must be a finite number > 0, got inf"),
    ],
)
def test_events_outside_of_samples_are_named(change, message):
    with pytest.raises(ValueError, match=f"^{message}"):
        array(**change)


def test_events_at_the_limits_are_taken():
    assert len(array(rows=[3, 3, 0, 0])) == 2  # a sample begins anew
    assert array(amplitudes=[0, 2**24, 1, 1]).amplitudes.dtype == np.float32
    assert array(n_channels=2**31 - 1).n_channels == 2**31 - 1
    assert array(amplitudes=[-3e38, 0.5, 1, 1], graded=True).graded is True
    empty = SpikeArray([], [], None, [0], [], 1)
    assert len(empty) == 0
    assert empty.row_duration == 1.0
    assert empty.graded is False


# --------------------------------------------------------------------------------- other forms


def test_samples_of_another_form_are_named():
    for sample, message in (
        (np.ones(3), r"sample 7 must have shape .* for one channel, got shape \(3,\)"),
        (np.ones((0, 3)), r"sample 7 needs at least one row and one channel, got shape \(0, 3\)"),
        (np.ones((3, 0)), r"sample 7 needs at least one row and one channel, got shape \(3, 0\)"),
        (np.ones((2, 2)) * 1j, "sample 7 must hold real numbers: Complex data not supported"),
        ([["a"]], "sample 7 must hold numbers, got an array of <U1"),
        ([[1], [1, 2]], r"sample 7 must be an array of shape \(n_rows, n_channels\), got a ragged"),
        (np.ma.masked_equal([[1, 2]], 2), "sample 7 has masked values: fill them, as by x.filled"),
        (pd.DataFrame({"a": ["x"], "b": [1]}), r"sample 7 must hold numbers, but its columns \['a"),
    ):
        with pytest.raises(ValueError, match=f"^{message}"):
            check_sample(7, sample)
    frame = pd.DataFrame({"a": [1, 2], "b": [0.5, 1.5], "c": [True, False]})
    np.testing.assert_array_equal(check_sample(0, frame), [[1, 0.5, 1], [2, 1.5, 0]])
    dense = sparse.csr_array(np.eye(2))
    assert check_sample(0, dense) is dense
    assert check_sample(0, np.ma.masked_equal([[1, 2]], 5)).tolist() == [[1, 2]]


def test_tables_of_numbers_are_returned_and_others_refused():
    frame = pd.DataFrame({"a": [1.0]})
    assert check_table("X", frame) is frame
    for table, message in (
        (pd.DataFrame({"a": [1.0], "b": ["x"]}), r"X must hold numbers, but its columns \['b'\] d"),
        (np.ma.masked_equal([[1, 2]], 2), r"X has masked values: fill them, as by X.filled\(0.0\)"),
        (np.ones((2, 2)) * 1j, "X must hold real numbers: Complex data not supported"),
    ):
        with pytest.raises(ValueError, match=f"^{message}"):
            check_table("X", table)


def test_samples_of_integers_and_floats_together_are_currents():
    mixed = SpikeArray.from_dense([np.ones((2, 2), int), np.ones((2, 2))])
    assert mixed.graded
    assert mixed.amplitudes.tolist() == [1.0] * 8
    ones = SpikeArray.from_dense([np.ones((2, 2), int)])
    assert ones.amplitudes is None
    assert SPIKES.amplitudes.tolist() == [1] * 3 + [2] * 6
    assert SPIKES.row_duration == 0.5


# ----------------------------------------------------------------------------- lists of events


def test_a_sample_has_the_rows_of_its_duration_rounded_up():
    events = [([1.0], [0]), ([2.0], [0])]
    assert count_rows(3.0, events, 1.0).tolist() == [3, 3]
    assert count_rows([0.3, 0.31], events, 0.1).tolist() == [3, 4]
    assert count_rows(86_400_000, events, 1.0).tolist() == [86_400_000] * 2
    assert count_rows(None, events, 0.5).tolist() == [3, 5]
    assert count_rows(None, [([0.3, 0.1], [0, 0])], 0.1).tolist() == [4]
    with pytest.raises(ValueError, match="^durations: sample 1 is 8.64e.07 ms long, more than 864"):
        count_rows([1.0, 86_400_001], events, 1.0)
    for durations in ([1.0], [1.0] * 3, [[1.0, 2.0]]):
        with pytest.raises(ValueError, match="^durations must be one number or one for each of 2 "):
            count_rows(durations, events, 1.0)
    for durations in (0.0, -1.0, [1.0, 0.0], np.nan):
        with pytest.raises(ValueError, match="^durations must be finite numbers > 0"):
            count_rows(durations, events, 1.0)


def test_spikes_of_one_row_and_channel_are_treated_as_said():
    events = [([0.0, 0.5, 1.0, 0.2], [0, 0, 0, 1])]
    counts = {
        kind: SpikeArray.from_events(events, 2, 2.0, duplicates=kind).to_dense(0).tolist()
        for kind in ("sum", "one")
    }
    assert counts == {"sum": [[2, 1], [1, 0]], "one": [[1, 1], [1, 0]]}
    with pytest.raises(ValueError, match="^sample 0 has several spikes in one row of 1 ms of one"):
        SpikeArray.from_events(events, 2, 2.0, duplicates="error")
    apart = SpikeArray.from_events(events, 2, 2.0, row_duration=0.5, duplicates="error")
    assert apart.to_dense(0)[:, 0].tolist() == [1, 1, 1, 0]


def test_spikes_at_the_limits_are_inside():
    events = [([0.0, 2.999], [0, 1])]
    assert SpikeArray.from_events(events, 2, 3.0).rows.tolist() == [0, 2]
    late = ([0.3 - 1e-11, 0.1 + 0.2, 0.3], [0, 0, 0])  # a sum of steps is not quite a multiple
    assert SpikeArray.from_events([late], 1, row_duration=0.1).rows.tolist() == [3]
    assert SpikeArray.from_events([late], 1, 0.4 + 1e-11, row_duration=0.1).n_rows == 4
    for times, channels in (([3.0], [0]), ([-0.001], [0]), ([1.0], [2]), ([1.0], [-1])):
        with pytest.raises(ValueError, match=r"^sample 0: the spike at .* outside 3 ms and 2 chan"):
            SpikeArray.from_events([(times, channels)], 2, 3.0)
        pair = [[1.0, *times], [0, *channels]]
        kept = SpikeArray.from_events([pair], 2, 3.0, out_of_range="drop")
        assert (kept.rows.tolist(), kept.channels.tolist()) == ([1], [0])
    for sample in (([1.0, 2.0], [0]), ([[1.0]], [[0]])):
        with pytest.raises(ValueError, match="^sample 0: times and channels must be 1-D and of eq"):
            SpikeArray.from_events([sample], 2, 3.0)
    for sample in ("ab", [[1.0]], 3, ([1.0], [0], [0])):
        with pytest.raises(ValueError, match=r"^sample 1 must be a pair \(times, channels\)"):
            SpikeArray.from_events([([1.0], [0]), sample], 2, 3.0)
    for name in ("duplicates", "out_of_range"):
        with pytest.raises(ValueError, match=f"^{name} must be one of "):
            SpikeArray.from_events(events, 2, 3.0, **{name: "none"})
    with pytest.raises(ValueError, match="^row_duration must be a finite number > 0"):
        SpikeArray.from_events(events, 2, 3.0, row_duration=0)


# ---------------------------------------------------------------------------- selection, pieces


def test_arrays_are_put_together_only_if_they_are_alike():
    joined = SpikeArray.concatenate([SPIKES, SPIKES[[1]], array(row_duration=0.5)])
    assert joined.row_duration == 0.5
    dense = [SPIKES.to_dense(0), SPIKES.to_dense(1), SPIKES.to_dense(1)]
    for i, sample in enumerate([*dense, *(array().to_dense(k) for k in range(2))]):
        np.testing.assert_array_equal(joined.to_dense(i), sample)
    assert SpikeArray.concatenate([array(), array()]).amplitudes is None
    assert SpikeArray.concatenate([CURRENTS, CURRENTS]).graded is True
    for other in (CURRENTS, array(), array(row_duration=0.5, n_channels=4)):
        with pytest.raises(ValueError, match=r"^arrays\[1\] must be like arrays\[0\], SpikeArray"):
            SpikeArray.concatenate([SPIKES, other])
    with pytest.raises(TypeError, match=r"^arrays\[1\] must be a SpikeArray, got int"):
        SpikeArray.concatenate([SPIKES, 3])
    with pytest.raises(ValueError, match=r"^arrays is empty: .* sequence of SpikeArrays"):
        SpikeArray.concatenate([])


def test_functions_of_numpy_get_dense_arrays():
    stacked = np.stack([CURRENTS, CURRENTS])
    assert stacked.shape == (2, 1, 3, 3)
    np.testing.assert_array_equal(np.sum(CURRENTS, axis=1), [[-0.5] * 3])
    for joined in (
        np.concatenate([CURRENTS, CURRENTS]),
        np.concatenate((CURRENTS, CURRENTS), 0),
        np.concatenate([CURRENTS, CURRENTS], axis=0),
    ):
        assert isinstance(joined, SpikeArray)
        assert len(joined) == 2
    assert np.concatenate([CURRENTS, CURRENTS], axis=1).shape == (1, 6, 3)
    assert np.concatenate([CURRENTS, CURRENTS], 2).shape == (1, 3, 6)
    out = np.empty((2, 3, 3), np.float32)
    assert np.concatenate([CURRENTS, CURRENTS], out=out) is out
    np.testing.assert_array_equal(np.clip(a=CURRENTS, a_min=0, a_max=None), 0 * out[:1])
    assert np.asarray(CURRENTS, dtype=np.float64).dtype == np.float64
    assert np.asarray(SPIKES).dtype == object
    with pytest.raises(ValueError, match="packed: conversion to an array needs a copy"):
        np.array(SPIKES, copy=False)


def test_samples_are_chosen_by_all_kinds_of_indices():
    for index, lengths in (
        (1, [2]), (-1, [2]), (slice(None), [3, 2]), ([1, 0, 1], [2, 3, 2]), (np.int64(0), [3]),
        ((slice(1), ...), [3]), (np.array([False, True]), [2]), (np.array([], int), []),
    ):  # fmt: skip
        chosen = SPIKES[index]
        assert chosen.n_rows.tolist() == lengths
        assert chosen.row_duration == 0.5
        assert len(chosen.amplitudes) == len(chosen.rows) == chosen.offsets[-1]
    assert array()[[1]].amplitudes is None
    for index in ((0, 1), (0, ..., 1), (0,)):
        with pytest.raises(IndexError, match="a SpikeArray has one axis, that of its samples, got"):
            SPIKES[index]
    with pytest.raises(IndexError):
        SPIKES[2]


def test_pieces_keep_the_kind():
    piece = CURRENTS.pieces([0, 0], [1, 2], [2, 9])
    assert piece.graded is True
    assert piece.n_rows.tolist() == [1, 1]
    np.testing.assert_array_equal(piece.to_dense(0), [[0, -0.5, 0]])
    np.testing.assert_array_equal(piece.to_dense(1), [[0, 0, -0.5]])
    assert SPIKES.pieces([1], [0], [1]).row_duration == 0.5
    assert array().pieces([0], [0], [4]).amplitudes is None


def test_a_spike_array_stays_or_changes_its_kind():
    assert as_spike_array(SPIKES) is SPIKES
    assert as_spike_array(SPIKES, graded=False) is SPIKES
    graded = as_spike_array(SPIKES, graded=True)
    assert graded.graded is True
    assert graded.row_duration == 0.5
    np.testing.assert_array_equal(graded.to_dense(1), SPIKES.to_dense(1))
    assert as_spike_array([np.eye(2)], row_duration=0.25).row_duration == 0.25
    with pytest.raises(ValueError, match="^X is empty: at least one sample is required"):
        as_spike_array(SPIKES[np.array([], int)])
    for X in ({0: 1}, "ab", b"ab", 3, None):
        with pytest.raises(ValueError, match="^X must be a SpikeArray, a sequence of arrays or"):
            as_spike_array(X)


def test_an_argument_of_spikes_is_checked():
    check_spikes(SPIKES)
    check_spikes(CURRENTS, allow_graded=True)
    for spikes, error, message in (
        ([1], TypeError, "^spikes must be a SpikeArray, got list$"),
        (SPIKES[np.array([], int)], ValueError, "^spikes is empty: at least one sample"),
        (CURRENTS, ValueError, "^spikes must hold spike trains, got graded currents$"),
    ):
        with pytest.raises(error, match=message):
            check_spikes(spikes)
