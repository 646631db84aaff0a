"""`lsm run japanese-vowels`, on made-up series: there is no network in tests."""

import hashlib
import json
import zipfile

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_limits

from lsm import load
from lsm.datasets import _uea, fetch_japanese_vowels
from lsm.experiments import japanese_vowels, spoken_words
from lsm.experiments.__main__ import main

MODELS = ["liquid", "liquid without recurrence", "static random features"]
MODELS += ["no liquid, ridge", "no liquid, RBF kernel"]


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Let nine easy speakers pass for those of the archive."""
    folder = tmp_path_factory.mktemp("vowels")
    rng = np.random.default_rng(0)
    voices = rng.normal(size=(9, 12))
    digest = hashlib.sha256()
    for part, n_each in (("TRAIN", 12), ("TEST", 4)):
        lines = ["@data"]
        for speaker in np.repeat(np.arange(9), n_each):
            frames = voices[speaker] + 0.3 * rng.normal(size=(rng.integers(7, 30), 12))
            frames = frames.round(6)
            digest.update(frames.astype("<f8").tobytes() + str(speaker + 1).encode())
            channels = [",".join(map(str, channel)) for channel in frames.T]
            lines.append(":".join([*channels, str(speaker + 1)]))
        (folder / f"JapaneseVowels_{part}.ts").write_text("\n".join(lines))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(_uea.DIGESTS, "JapaneseVowels", digest.hexdigest())
        yield folder


def run(out, *options):
    return main(["run", "japanese-vowels", *options, "--jobs", "1", "--out", str(out)])


@pytest.fixture(scope="module")
def results(home, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "out"
    assert run(out, "--data-home", str(home), "--n-neurons", "60", "--repeats", "2") == 0
    return out


def test_a_run_leaves_its_folder(results):
    names = {path.name for path in results.iterdir()}
    assert names == {"result.json", "table.csv", "confusion.csv", "raster.json", "model.skops"}
    table = pd.read_csv(results / "table.csv").set_index("model")
    assert list(table.index) == MODELS
    assert (table["low"] > 0.5).all()  # chance is a ninth
    facts = json.loads((results / "result.json").read_text())
    assert facts["score"] == table.loc["liquid", ["seed 0", "seed 1"]].mean()
    counts = pd.read_csv(results / "confusion.csv", index_col=0).to_numpy()
    assert counts.sum() == 36
    assert np.trace(counts) / 36 == table.loc["liquid", "seed 0"]


def test_the_kept_model_takes_series_and_has_learnt_from_the_training_series_only(results, home):
    vowels = fetch_japanese_vowels(home)
    kept = load(results / "model.skops")
    model = japanese_vowels.make_model(60, random_state=0)
    with threadpool_limits(1):  # as the run had: other numbers of threads add in another order
        model.fit(vowels.data[vowels.train], vowels.target[vowels.train])
    np.testing.assert_array_equal(model["readout"].coef_, kept["readout"].coef_)
    score = kept.score(vowels.data[vowels.test], vowels.target[vowels.test])
    assert score == pd.read_csv(results / "table.csv")["seed 0"][0]


def test_settings_are_chosen_within_the_training_series(home):
    vowels = japanese_vowels.load_data(home)
    held = np.concatenate([held for _, held in vowels.cv])
    assert sorted(held) == sorted(vowels.train)
    for fitted, validation in vowels.cv:
        assert not set(fitted) & set(validation)
        assert not (set(fitted) | set(validation)) & set(vowels.test)


def write_uci(folder, vowels, end):
    """Write series as the UCI repository has them."""
    folder.mkdir(exist_ok=True)
    for part in ("train", "test"):
        lines = []
        for frames in vowels.data[vowels[part]]:
            lines += [" ".join(f"{value:.6f}" for value in frame) + " " for frame in frames]
            lines += end
        (folder / f"ae.{part}").write_text("\r\n".join(lines))
        sizes = np.bincount(vowels.target[vowels[part]], minlength=9)
        (folder / f"size_ae.{part}").write_text(" ".join(map(str, sizes)) + "\n")


@pytest.mark.parametrize("end", [[""], [" ".join(["1.0"] * 12), ""], ["1.0 " * 12]])
def test_the_files_of_uci_hold_the_same_series(home, end, tmp_path):
    vowels = fetch_japanese_vowels(home)
    folder = tmp_path / "uci"
    write_uci(folder, vowels, end)
    with zipfile.ZipFile(tmp_path / "japanese+vowels.zip", "w") as archive:
        for path in folder.iterdir():
            archive.write(path, path.name)
    for place in (folder, tmp_path / "japanese+vowels.zip"):
        found = fetch_japanese_vowels(place, download=False)
        for one, other in zip(found.data, vowels.data, strict=True):
            np.testing.assert_array_equal(one, other)
        for name in ("target", "train", "test"):
            np.testing.assert_array_equal(found[name], vowels[name])


@pytest.mark.parametrize(
    ("name", "change", "message"),
    [
        ("ae.test", lambda text: text.replace("0", "1", 1), "differ from the published ones"),
        ("ae.train", lambda text: text.replace(".", "x", 1), "ae.train: sequence 0 cannot be read"),
        ("ae.test", lambda text: "1.5 " + text, "ae.test: sequence 0 cannot be read"),
        ("size_ae.test", lambda text: "5" + text[1:], "test holds 36 .* size_ae.test lists 3"),
        ("size_ae.train", lambda text: "30 30", "size_ae.train must hold 9 numbers of sequences"),
        ("size_ae.train", lambda text: None, "JapaneseVowels_TEST.ts, or ae.train and size_ae.t"),
    ],
)
def test_other_files_of_uci_are_refused(home, name, change, message, tmp_path):
    write_uci(tmp_path, fetch_japanese_vowels(home), [""])
    changed = change((tmp_path / name).read_text())
    (tmp_path / name).unlink()
    if changed is not None:
        (tmp_path / name).write_text(changed)
    with pytest.raises((FileNotFoundError, ValueError), match=message):
        fetch_japanese_vowels(tmp_path)


def test_the_recipe_is_that_of_spoken_words():
    ours = japanese_vowels.make_model(random_state=0)
    theirs = spoken_words.make_model(random_state=0)
    for name in ("liquid", "scaler", "readout"):
        assert repr(ours[name]) == repr(theirs[name])


def test_a_frame_is_its_values_and_how_they_rise_and_fall():
    frames = np.zeros((7, 12))
    frames[:, 3] = 0, 0, 1, 2, 2, 1, 1
    currents = japanese_vowels.as_currents([frames])
    assert (currents.row_duration, currents.n_rows[0], currents.n_channels) == (10.0, 7, 36)
    level, rise, fall = currents.to_dense(0)[:, 3::12].T
    np.testing.assert_array_equal(level, frames[:, 3])
    np.testing.assert_array_equal(rise, [0, 0.5, 1, 0.5, 0, 0, 0])  # half of both neighbours
    np.testing.assert_array_equal(fall, [0, 0, 0, 0, 0.5, 0.5, 0])
    np.testing.assert_array_equal(currents.channels % 12, 3)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--data-home", "nowhere.zip"], "there is no such file"),
        (["--repeats", "0"], "repeats must be an integer >= 1"),
        (["--set", "liquid__tau", "3"], "Invalid parameter 'tau'"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(options, expected, home, capsys, tmp_path):
    assert run(tmp_path / "out", "--data-home", str(home), *options) == 2
    assert expected in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
