"""A ball against the laws of its box and eye; sequences of the UEA archive from made-up files."""

import hashlib
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from lsm import datasets
from lsm.datasets import _bouncing_ball, _uea

# -------------------------------------------------------------------------------------- ball


def dense(spikes):
    return np.stack([spikes.to_dense(i) for i in range(len(spikes))])


@given(x=st.floats(-1.2, 1.2), y=st.floats(-1.2, 1.2))
def test_the_area_of_a_part_of_a_disc(x, y):
    def height(u):
        half = np.sqrt(1 - u**2)
        return np.clip(y + half, 0, 2 * half)

    end = np.clip(x, -1, 1)
    kinks = np.sqrt(max(1 - y**2, 0))
    expected, _ = quad(height, -1, end, points=[-kinks, kinks])
    assert _bouncing_ball._disc_below(x, y) == pytest.approx(expected, abs=1e-6)


@given(
    place=st.tuples(st.floats(1.5, 6.5), st.floats(1.5, 3.5)),
    radius=st.floats(0.1, 1.5),
)
def test_all_light_of_the_ball_falls_on_the_retina_and_around_it(place, radius):
    (share,) = _bouncing_ball._covered(np.array([place]), radius, (8, 5))
    assert share.shape == (5, 8)
    assert share.sum() == pytest.approx(np.pi * radius**2)
    assert share.min() >= 0
    assert share.max() <= 1 + 1e-9
    rows, columns = np.nonzero(share)
    distance = np.hypot(columns + 0.5 - place[0], rows + 0.5 - place[1])
    assert distance.max() <= radius + np.sqrt(0.5)


def test_a_ball_flies_straight_and_is_reflected():
    task = datasets.make_bouncing_ball(
        20, 4000.0, speed=(8.0, 12.0), horizon=0.0, code="graded", random_state=0
    )
    np.testing.assert_array_equal(task.target, task.position)
    moves = np.diff(task.position, axis=1)
    speeds = np.linalg.norm(moves, axis=2)
    for sample, (path, move, speed) in enumerate(zip(task.position, moves, speeds, strict=True)):
        usual = np.median(speed)
        assert 8 <= 1000 * usual <= 12, sample
        # A step of another speed is one in which the ball met a wall.
        for step in np.flatnonzero(np.abs(speed - usual) > 1e-9):
            near = np.minimum(path[step] - 1, [7, 5] - path[step])
            assert near.min() < usual
        # In either direction the pace is the same before and after.
        for axis in (0, 1):
            pace = np.abs(move[:, axis])
            assert np.mean(np.abs(pace - np.median(pace)) < 1e-9) > 0.95
            assert len(np.unique(np.sign(move[:, axis]))) == 2
    assert task.position.min(axis=(0, 1)) == pytest.approx([1, 1], abs=0.05)
    assert task.position.max(axis=(0, 1)) == pytest.approx([7, 5], abs=0.05)
    assert speeds.mean() * 1000 == pytest.approx(10, abs=1)


@given(place=st.floats(2, 9), pace=st.floats(-3, 3))
def test_a_path_is_that_of_a_ball_moved_step_by_step(place, pace):
    found = _bouncing_ball._reflect(place + np.arange(100) * pace, 2, 9)
    for at in found:
        assert at == pytest.approx(place, abs=1e-9)
        place += pace
        if not 2 <= place <= 9:
            place, pace = (4 if place < 2 else 18) - place, -pace


def test_targets_are_later_positions():
    task = datasets.make_bouncing_ball(
        5, 600.0, horizon=(50.0, 400.0), row_duration=2.0, random_state=0
    )
    np.testing.assert_allclose(task.target[:, :-25, :2], task.position[:, 25:], atol=1e-12)
    np.testing.assert_allclose(task.target[:, :-200, 2:], task.position[:, 200:], atol=1e-12)
    assert task.target_names == ["x(t + 50 ms)", "y(t + 50 ms)", "x(t + 400 ms)", "y(t + 400 ms)"]
    assert task.data.row_duration == 2.0
    assert list(task.data.n_rows) == [300] * 5


def test_pixels_spike_at_a_rate_in_proportion_to_what_the_ball_covers():
    arguments = {"n_samples": 30, "size": (5, 4), "random_state": 0}
    share = dense(datasets.make_bouncing_ball(code="graded", **arguments).data)
    task = datasets.make_bouncing_ball(rate=300.0, background=20.0, **arguments)
    spikes = dense(task.data)
    assert not task.data.graded
    expected = (300 * share + 20) / 1000
    error = (spikes - expected).sum(axis=(0, 1)) / np.sqrt(expected.sum(axis=(0, 1)))
    assert np.abs(error).max() < 4
    covered = share > 0.9
    assert spikes[covered].mean() == pytest.approx(expected[covered].mean(), rel=0.05)
    assert spikes[share == 0].mean() == pytest.approx(0.02, rel=0.05)
    # The brightest pixel is the one that the ball is in.
    place = np.floor(task.position).astype(int)
    index = place[..., 1] * 5 + place[..., 0]
    own = np.take_along_axis(share, index[..., None], axis=2)[..., 0]
    np.testing.assert_allclose(own, share.max(axis=2), atol=1e-5)


def test_an_occluder_hides_the_ball_and_nothing_else():
    arguments = {"n_samples": 10, "radius": 0.8, "random_state": 0}
    free = datasets.make_bouncing_ball(code="graded", **arguments)
    hidden = datasets.make_bouncing_ball(code="graded", occluder=(3, 5), **arguments)
    np.testing.assert_array_equal(free.target, hidden.target)
    before, after = (dense(task.data).reshape(10, 1000, 6, 8) for task in (free, hidden))
    assert not after[..., 3:5].any()
    np.testing.assert_array_equal(after[..., [0, 1, 2, 5, 6, 7]], before[..., [0, 1, 2, 5, 6, 7]])
    np.testing.assert_allclose(free.visible, 1)
    inside = np.abs(hidden.position[..., 0] - 4) <= 0.2
    outside = np.abs(hidden.position[..., 0] - 4) >= 1.8
    assert inside.any()
    np.testing.assert_allclose(hidden.visible[inside], 0, atol=1e-12)
    np.testing.assert_allclose(hidden.visible[outside], 1)
    noise = datasets.make_bouncing_ball(occluder=(3, 5), background=50.0, **arguments)
    assert dense(noise.data).reshape(10, 1000, 6, 8)[..., 3:5].mean() == pytest.approx(
        0.05, rel=0.05
    )


def test_a_ball_task_describes_itself_and_is_repeatable():
    task, again, other = (datasets.make_bouncing_ball(10, random_state=s) for s in (0, 0, 1))
    assert [task.data.digest(i) for i in range(10)] == [again.data.digest(i) for i in range(10)]
    np.testing.assert_array_equal(task.target, again.target)
    assert not np.array_equal(task.target, other.target)
    parts = [task.train, task.validation, task.test]
    assert [list(part) for part in parts] == [[0, 1, 2, 3, 4, 5], [6, 7], [8, 9]]
    assert "6 for training, 2 for validation, 2 for testing" in task.DESCR


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"n_samples": 2}, ValueError, "n_samples.*3.*2"),
        ({"size": 8}, ValueError, "size must be a pair, got 8"),
        ({"size": (8.0, 6)}, TypeError, "size.*8.0"),
        ({"radius": 3.0}, ValueError, "radius.*< 3.*3.0"),
        ({"speed": (2.0, 1.0)}, ValueError, "speed.*2.0, 1.0"),
        ({"speed": (-1.0, 1.0)}, ValueError, "speed.*-1.0"),
        ({"horizon": (50.0, -1.0)}, ValueError, "horizon.*-1.0"),
        ({"code": "rate"}, ValueError, "code.*'rate'"),
        ({"rate": -1.0}, ValueError, "rate.*-1.0"),
        ({"occluder": (3, 3)}, ValueError, r"occluder.*\(3, 3\)"),
        ({"occluder": (3, 9)}, ValueError, "occluder.*8.*9"),
        ({"test_size": 0.0}, ValueError, "test_size.*0.0"),
    ],
)
def test_bad_parameters_of_a_ball_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        datasets.make_bouncing_ball(**arguments)


# -------------------------------------------------------------------- sequences of the archive

FETCHERS = [
    (datasets.fetch_basic_motions, "BasicMotions", 6),
    (datasets.fetch_japanese_vowels, "JapaneseVowels", 12),
]


def write_ts(path, cases):
    """Write sequences as the format has them: a channel after another, then the label."""
    lines = ["# a comment", "@problemName made-up", "@classLabel true", "@data"]
    for sequence, label in cases:
        channels = [",".join(f"{value:.6f}" for value in channel) for channel in sequence.T]
        lines.append(":".join([*channels, label]))
    path.write_text("\n".join(lines) + "\n")


@pytest.fixture
def archive(monkeypatch, tmp_path):
    """Let made-up sequences pass for those of the archive; there is no network in tests."""
    rng = np.random.default_rng(0)
    made = {}
    for fetch, name, n_channels in FETCHERS:
        labels = ["Walking", "Standing", "Running"] if n_channels == 6 else ["3", "1", "9"]
        cases = [(rng.normal(size=(n, n_channels)).round(6), labels[n % 3]) for n in range(7, 15)]
        digest = hashlib.sha256()
        for sequence, label in cases:
            digest.update(sequence.astype("<f8").tobytes() + label.encode())
        monkeypatch.setitem(_uea.DIGESTS, name, digest.hexdigest())
        folder = tmp_path / name
        folder.mkdir()
        write_ts(folder / f"{name}_TRAIN.ts", cases[:5])
        write_ts(folder / f"{name}_TEST.ts", cases[5:])
        made[fetch] = cases
    with zipfile.ZipFile(tmp_path / "archive.zip", "w") as file:
        for path in tmp_path.glob("*/*.ts"):
            file.write(path, f"anywhere/{path.name}")
    return tmp_path, made


@pytest.mark.parametrize(("fetch", "name", "n_channels"), FETCHERS)
@pytest.mark.parametrize("home", ["", "NAME", "archive.zip"])
def test_sequences_are_read_in_full_and_in_order(archive, fetch, name, n_channels, home):
    folder, made = archive
    bunch = fetch(folder / home.replace("NAME", name), download=False)
    assert len(bunch.data) == 8
    for found, label, (sequence, expected) in zip(
        bunch.data, bunch.target, made[fetch], strict=True
    ):
        np.testing.assert_array_equal(found, sequence)
        assert bunch.target_names[label] == expected
    assert list(bunch.train) == [0, 1, 2, 3, 4]
    assert list(bunch.test) == [5, 6, 7]
    assert len(bunch.feature_names) == n_channels
    assert "5 sequences for training, 3 for testing" in bunch.DESCR


@pytest.mark.parametrize(("fetch", "name", "n_channels"), FETCHERS)
def test_other_sequences_are_refused(archive, fetch, name, n_channels):
    folder, made = archive
    path = folder / name / f"{name}_TEST.ts"
    write_ts(path, made[fetch][6:])
    with pytest.raises(ValueError, match=f"5 and 2 sequences that differ.*{name}"):
        fetch(folder)
    path.write_text(path.read_text().replace("@data\n", "@data\nx", 1))
    with pytest.raises(ValueError, match=f"{name}_TEST.ts: sequence 0 cannot be read"):
        fetch(folder)
    path.write_text("nothing")
    with pytest.raises(ValueError, match=f"{name}_TEST.ts has no line @data"):
        fetch(folder)
    path.unlink()
    with pytest.raises(FileNotFoundError, match=f"{name}_TRAIN.ts and {name}_TEST.ts"):
        fetch(folder / name)
    with pytest.raises(OSError, match=f"{name}_TEST.ts.*, and download=False"):
        fetch(folder / "new", download=False)
