"""Forms of targets: one a sample or one at every row, missing targets, and refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from lsm.spikes import SpikeArray
from lsm.targets import RowTargets, as_rows, known_targets, one_piece, resolve_targets

LENGTHS = (4, 3, 5)
RAGGED = [np.full((n, 2), float(n)) for n in LENGTHS]
EQUAL = np.arange(24.0).reshape(3, 4, 2)
TABLE = np.arange(8.0).reshape(4, 2)
SPIKES = SpikeArray.from_dense(RAGGED)
OF_ROWS = [np.arange(float(n)) for n in LENGTHS]


def resolve(X, y, targets="auto"):
    return resolve_targets(X, y, targets, "Model")


def assert_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# ------------------------------------------------------------------------------ which form it is


@pytest.mark.parametrize("X", [RAGGED, EQUAL, SPIKES, TABLE[:3]])
@pytest.mark.parametrize("y", [[1, 2, 1], np.array(["a", "b", "a"]), np.ones((3, 7))])
def test_one_target_a_sample_stays_one_array(X, y):
    for targets in ("auto", "sample"):
        _, found, form = resolve(X, y, targets)
        assert form is None
        np.testing.assert_array_equal(found, y)
        assert isinstance(found, np.ndarray)


@pytest.mark.parametrize("X", [RAGGED, SPIKES])
def test_an_array_a_sample_is_of_rows(X):
    for targets in ("auto", "row"):
        same, found, form = resolve(X, OF_ROWS, targets)
        assert form == RowTargets((), False, False)
        assert same is X
        for part, other in zip(found, OF_ROWS, strict=True):
            np.testing.assert_array_equal(part, other)
    assert resolve(X, [np.ones((n, 3)) for n in LENGTHS])[2].shape == (3,)
    objects = np.empty(3, object)
    objects[:] = OF_ROWS
    assert resolve(X, objects)[2] == RowTargets((), False, False)


def test_lists_of_unequal_lengths_and_arrays_of_three_axes_are_of_rows():
    _, y, form = resolve(RAGGED, [[1, 2, 3, 4], [1, 2, 3], [1, 2, 3, 4, 5]])
    assert form == RowTargets((), False, False)
    assert [part.tolist() for part in y] == [[1, 2, 3, 4], [1, 2, 3], [1, 2, 3, 4, 5]]
    assert resolve(RAGGED[:2], [[1, 2, 3, 4], [1, 2, 3]])[2] == RowTargets((), False, False)
    _, y, form = resolve(EQUAL, np.ones((3, 4, 2)))
    assert form == RowTargets((2,), True, False)
    assert len(y) == 3


@pytest.mark.parametrize("y", [np.arange(4.0), [np.arange(4.0)], [0.0, 1.0, 2.0, 3.0]])
def test_a_table_with_targets_of_rows_is_one_series(y):
    X, found, form = resolve(TABLE, y, "row")
    assert form.one_series
    assert X[0] is TABLE
    np.testing.assert_array_equal(found, [np.arange(4.0)])


def test_one_sample_needs_no_list_of_its_targets_where_they_are_said_to_be_of_rows():
    for X in ([TABLE], SpikeArray.from_dense([TABLE])):
        _, y, form = resolve(X, np.arange(4.0), "row")
        assert form == RowTargets((), False, False)
        np.testing.assert_array_equal(y, [np.arange(4.0)])
        _, y, form = resolve(X, np.ones((4, 3)), "row")
        assert form.shape == (3,)
        _, y, form = resolve(X, np.ones((1, 4)), "row")
        assert form == RowTargets((), True, False)
        assert y[0].shape == (4,)
        assert resolve(X, np.ones((1, 4, 2)), "row")[2] == RowTargets((2,), True, False)
    one_row = [TABLE[:1]]
    assert resolve(one_row, [3.0])[2] is None
    assert resolve(one_row, [[3.0]])[2] is None


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (RAGGED, None, "Model requires y to be passed, but the target y is None"),
        (TABLE, [np.ones(4)], r"X is a table of 4 static patterns, and y .* rows of 1 samples"),
        ([TABLE], np.ones(4), r"one sample of 4 rows, and y has 4 targets.*pass \[y\], or set Mod"),
        (EQUAL, np.ones((3, 4)), r"\(3, 4\) fits two meanings: 4 targets .* its 4 rows. Set Model"),
        (RAGGED, np.ones(4), "X has 3 samples, and y has targets of 4$"),
        (EQUAL, np.ones(4), r"targets of 4. If time is the first axis of X, pass X.swapaxes"),
        (EQUAL, np.ones(5), "X has 3 samples, and y has targets of 5$"),
        (RAGGED, [1.0, np.nan, 2.0], "target of sample 1 is missing"),
        (RAGGED, ["a", "b", None], "target of sample 2 is missing"),
        (RAGGED, [[1, 2], [np.nan, 3], [1, 1]], "target of sample 1 is missing"),
        (RAGGED, 3, "y must be an array or a list of targets, got 3$"),
        (RAGGED, "abc", "y must be an array or a list of targets, got 'abc'"),
        (RAGGED, {"a": 1}, "y must be an array or a list of targets, got {'a': 1}"),
        (RAGGED, sparse.csr_array(np.ones((3, 2))), r"pass y.toarray\(\)"),
        (RAGGED, np.array(3.0), "y must have a target for each sample or row, got the scalar"),
    ],
)
def test_targets_that_fit_no_form_or_two_are_refused(X, y, message):
    assert_refused(lambda: resolve(X, y), message)


def test_targets_of_rows_need_rows():
    assert_refused(lambda: resolve(RAGGED, [1, 2, 3], "row"), "for one target a sample set targ")
    assert_refused(lambda: resolve(RAGGED, np.empty((0, 3)), "row"), "must have an array of targ")
    assert_refused(lambda: resolve(RAGGED, OF_ROWS, "rows"), "Model.targets must be one of 'auto'")


def test_as_many_samples_as_targets_of_one_row_is_no_second_meaning():
    X = [np.ones((1, 2))] * 3
    assert resolve(X, np.ones((3, 1)))[2] is None
    assert resolve(RAGGED, np.ones((3, 4)))[2] is None  # not all samples have four rows


# ------------------------------------------------------------------------------- missing targets


def test_missing_targets_come_in_many_forms():
    frames = {
        "masked numbers": np.ma.masked_equal([1, 2, 3, 4], 2),
        "masked words": np.ma.masked_equal(np.array(["a", "b", "c", "d"]), "b"),
        "nullable": pd.Series([1, None, 3, 4], dtype="Int64"),
        "objects": np.array(["a", None, "c", "d"], object),
        "NA": pd.Series(["a", pd.NA, "c", "d"], dtype=object),
        "floats": np.array([1.0, np.nan, 3.0, 4.0]),
    }
    spikes = SpikeArray.from_dense([TABLE])
    for name, y in frames.items():
        _, parts, form = resolve([TABLE], [y], "auto")
        targets, known = form.join(parts, spikes, numeric=False)
        assert known.tolist() == [True, False, True, True], name
        assert known_targets(targets[known]).dtype.kind in "fU", name
    assert known_targets(np.array([1.5, 2.0])).tolist() == [1.5, 2.0]


def test_a_row_of_several_targets_is_missing_if_one_of_them_is():
    y = np.ones((4, 2))
    y[2, 1] = np.nan
    form = RowTargets((2,), False, False)
    _, known = form.join([y], SpikeArray.from_dense([TABLE]), numeric=True)
    assert known.tolist() == [True, True, False, True]


def test_numbers_are_wanted_where_they_are():
    spikes, form = SpikeArray.from_dense([TABLE]), RowTargets((), False, False)

    def join(part, **options):
        return form.join([part], spikes, **({"numeric": True} | options))[0]

    assert join([1, 2, 3, 4]).dtype == np.float64
    assert join([True, False, True, True]).tolist() == [1.0, 0.0, 1.0, 1.0]
    assert np.isnan(join([1, None, 3, 4])[1])
    for part, got in (
        (["a"] * 4, "'a'"),
        ([1.0, np.inf, 1.0, 1.0], "an array that contains infinity"),
        ([1j] * 4, r"1\.j"),
    ):
        message = r"^y\[0\] must be finite numbers, or NaN where a target is missing, got .*"
        assert_refused(lambda part=part: join(part), message + got)
    assert join(list("abcd"), numeric=False).tolist() == list("abcd")


# ------------------------------------------------------------------------------ targets of rows


def test_targets_of_all_samples_are_joined_and_split_again():
    form = RowTargets((), False, False)
    targets, known = form.join(OF_ROWS, SPIKES, numeric=True)
    np.testing.assert_array_equal(targets, np.concatenate(OF_ROWS))
    assert known.all()
    for part, other in zip(form.split(targets, SPIKES), OF_ROWS, strict=True):
        np.testing.assert_array_equal(part, other)
    assert_refused(lambda: form.join(OF_ROWS[:2], SPIKES, numeric=True), "3 samples, and y .* of 2")
    wrong = [*OF_ROWS[:2], np.ones(4)]
    message = r"^y\[2\] must have a target for each of the 5 rows of X\[2\], so shape \(5,\), got "
    message += r"shape \(4,\): do this$"
    assert_refused(lambda: form.join(wrong, SPIKES, numeric=True, hint=": do this"), message)
    wrong[2] = np.ones((5, 1))
    assert_refused(lambda: form.join(wrong, SPIKES, numeric=True), r"got shape \(5, 1\)$")


def test_outputs_have_the_form_of_the_targets():
    equal = SpikeArray.from_dense(EQUAL)
    outputs = np.arange(12.0)
    assert RowTargets((), True, False).split(outputs, equal).shape == (3, 4)
    assert isinstance(RowTargets((), False, False).split(outputs, equal), list)
    assert isinstance(RowTargets((), True, False).split(outputs, SPIKES), list)
    one = RowTargets((), False, True).split(np.arange(4.0), SpikeArray.from_dense([TABLE]))
    assert one.tolist() == [0, 1, 2, 3]


def test_one_series_goes_into_a_list_and_comes_without():
    form, samples = RowTargets((), False, True), RowTargets((), False, False)
    assert form.wrap(TABLE)[0] is TABLE
    assert form.wrap(SPIKES) is SPIKES
    assert samples.wrap(RAGGED) is RAGGED
    assert_refused(lambda: form.wrap([TABLE]), r"pass X, a 2-D array, instead of \[X\]")
    np.testing.assert_array_equal(form.parts(np.arange(4)), [np.arange(4)])
    np.testing.assert_array_equal(form.parts([np.arange(4)]), [np.arange(4)])
    assert len(samples.parts(np.ones((3, 4)))) == 3


def test_targets_at_rows_are_checked_sample_by_sample():
    assert all(a is b for a, b in zip(as_rows(RAGGED, OF_ROWS), OF_ROWS, strict=True))
    assert [part.shape for part in as_rows(EQUAL, np.ones((3, 4, 2)))] == [(4, 2)] * 3
    assert_refused(lambda: as_rows(RAGGED, OF_ROWS[:2]), "X has 3 samples, and y has targets of 2")
    assert_refused(lambda: as_rows(RAGGED, [1, 2, 3]), r"y\[0\] must have .* the 4 rows of X\[0\]")
    wrong = [*OF_ROWS[:2], np.ones((4, 2))]
    assert_refused(lambda: as_rows(RAGGED, wrong), r"y\[2\] .* 5 rows .* got shape \(4, 2\)")


# ------------------------------------------------------------------------------ pieces of a stream


@pytest.mark.parametrize("X", [TABLE, [TABLE], EQUAL[:1], SpikeArray.from_dense([TABLE])])
@pytest.mark.parametrize("y", [np.arange(4.0), [np.arange(4.0)], np.arange(4.0)[None]])
def test_a_piece_and_its_targets_may_be_alone_or_in_a_list(X, y):
    piece, (targets,) = one_piece(X, y)
    assert len(piece) == 1
    np.testing.assert_array_equal(targets, np.arange(4.0))
    assert one_piece(X, None)[1] is None
    assert one_piece(X, [1.0])[1][0].shape == (1,)  # too short, which is checked later


def test_a_piece_of_one_row_may_have_several_targets():
    piece, (targets,) = one_piece(TABLE[:1], np.ones((1, 3)))
    assert targets.shape == (1, 3)
    assert len(piece[0]) == 1


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (RAGGED, None, "a stream is given piece by piece.*got X with 3 samples"),
        (SPIKES, None, "got X with 3 samples"),
        (TABLE, OF_ROWS, "got y with 3 arrays, or without rows"),
        ([TABLE], [np.arange(4.0), np.arange(4.0)], "got y with 2 arrays"),
    ],
)
def test_several_pieces_are_refused(X, y, message):
    assert_refused(lambda: one_piece(X, y), message)
