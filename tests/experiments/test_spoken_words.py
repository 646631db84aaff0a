"""`lsm run spoken-words`: its folder, its model and its splits."""

import json
import re
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import cross_val_score
from threadpoolctl import threadpool_limits

from lsm import SpikeArray, load
from lsm.experiments import spoken_words
from lsm.experiments.__main__ import main
from lsm.experiments._words.readouts import make_window_means
from lsm.experiments._words.recordings import split

TINY = ["--dataset", "synth", "--words", "zero", "one", "two", "--n-voices", "12"]
TINY += ["--n-neurons", "60"]
PICTURES = ("raster.png", "confusion.png", "connectivity.png")


def run(out, *options):
    return main(["run", "spoken-words", *TINY, "--out", str(out), *options])


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "made" / "on the way"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(out) == 0
    return out


@pytest.fixture(scope="module")
def words():
    return spoken_words.load_data(
        "synth", words=["zero", "one", "two"], n_voices=12, random_state=0
    )


class TestResults:
    def test_the_folder_is_whole_and_nothing_lies_beside_it(self, results):
        names = {path.name for path in results.iterdir()}
        kept = {"result.json", "table.csv", "confusion.csv", "raster.json", "model.skops"}
        assert names == kept | set(PICTURES)
        assert list(results.parent.iterdir()) == [results]

    def test_the_table_compares_the_liquid_with_what_it_must_beat(self, results):
        table = pd.read_csv(results / "table.csv")
        assert list(table["model"]) == [
            "liquid, ridge",
            "liquid without recurrence, ridge",
            "liquid, RBF kernel",
            "static random features, ridge",
            "no liquid, ridge",
            "no liquid, RBF kernel",
        ]
        assert (table["n"] == 3 * 3 * 2).all()  # a quarter of 12 voices, 3 words, 2 takes
        assert np.allclose(table["accuracy"], table["n_right"] / table["n"])
        assert (table["accuracy"] > 0.5).all()  # chance is a third
        assert (table["low"] <= table["accuracy"]).all()
        assert (table["high"] >= table["accuracy"]).all()
        assert table["low"].min() >= 0
        assert table["high"].max() <= 1

    def test_the_facts_tell_how_to_repeat_the_run(self, results):
        facts = json.loads((results / "result.json").read_text())
        command = "lsm run spoken-words --dataset synth --words zero one two --n-voices 12 "
        assert facts["command"] == f"{command}--n-neurons 60 --out '{results}'"
        assert facts["parameters"]["seed"] == 0
        assert facts["score"] == facts["metrics"][0]["accuracy"]
        assert facts["model_parameters"]["liquid__neurons__tau_m"] == 20.0
        assert facts["versions"].keys() >= {"python", "numpy", "numba", "liquid-state-machine"}
        assert facts["data"]["n_samples"] == 72
        assert facts["data"]["target_names"] == ["zero", "one", "two"]
        assert re.fullmatch("[0-9a-f]{64}", facts["data"]["sha256"])
        assert facts["seconds"].keys() >= {"encode", "calibrate", "simulate", "fit the readout"}
        assert 0 < sum(facts["seconds"].values()) < facts["wall_time_s"]
        assert 50 < facts["peak_memory_mib"] < 10_000
        table = pd.read_csv(results / "table.csv")
        assert pd.DataFrame(facts["metrics"]).equals(table)

    def test_a_difference_is_that_of_the_accuracies(self, results):
        facts = json.loads((results / "result.json").read_text())
        accuracy = {row["model"]: row["accuracy"] for row in facts["metrics"]}
        for other, values in facts["differences"].items():
            expected = accuracy["liquid, ridge"] - accuracy[other]
            assert values["difference"] == pytest.approx(expected)
            assert values["low"] <= expected <= values["high"]

    def test_the_model_takes_waveforms_and_scores_what_the_table_says(self, results, words):
        model = load(results / "model.skops")
        accuracy = model.score(words.data[words.test], words.target[words.test])
        assert accuracy == pd.read_csv(results / "table.csv")["accuracy"][0]

    def test_the_model_has_learnt_from_training_words_only(self, results, words):
        model = spoken_words.make_model(60, random_state=0)
        with threadpool_limits(1):  # as in a run: with more BLAS sums in another order
            model.fit(words.data[words.train], words.target[words.train])
        kept = load(results / "model.skops")
        assert np.array_equal(model["readout"].coef_, kept["readout"].coef_)
        assert model["liquid"].calibrated_ == kept["liquid"].calibrated_

    @pytest.mark.parametrize("picture", PICTURES)
    def test_a_picture_shows_something(self, results, picture):
        from matplotlib.image import imread

        pixels = imread(results / picture)[..., :3]
        assert min(pixels.shape[:2]) > 400
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 30

    def test_the_same_seed_gives_the_same_with_any_number_of_jobs(self, results, tmp_path):
        assert run(tmp_path / "again", "--jobs", "1") == 0
        for name in ("calibrated", "metrics", "data", "differences"):
            first, again = (
                json.loads((folder / "result.json").read_text())[name]
                for folder in (results, tmp_path / "again")
            )
            assert first == again
        states = [
            load(folder / "model.skops")["readout"].coef_
            for folder in (results, tmp_path / "again")
        ]
        assert np.array_equal(*states)

    def test_another_seed_is_another_study(self, results, tmp_path):
        assert run(tmp_path / "other", "--seed", "1") == 0
        first, other = (
            json.loads((folder / "result.json").read_text())["data"]["sha256"]
            for folder in (results, tmp_path / "other")
        )
        assert first != other


class TestRecordings:
    def test_the_default_data_come_with_the_package(self, tmp_path, capsys):
        options = ["--words", "nine", "one", "--takes", "3", "--n-neurons", "40"]
        assert main(["run", "spoken-words", *options, "--out", str(tmp_path / "out")]) == 0
        assert "36 recordings of 2 words; trained on 30 of 5 voices" in capsys.readouterr().out
        facts = json.loads((tmp_path / "out" / "result.json").read_text())
        assert facts["parameters"]["dataset"] == "digits"
        assert facts["data"]["target_names"] == ["nine", "one"]
        # Each of six speakers is the test once.
        assert {row["n"] for row in facts["metrics"]} == {2 * 6 * 3}
        assert facts["score"] > 0.7

    def test_words_voices_and_takes_are_a_choice_of_the_recordings(self):
        every = spoken_words.load_data()
        data = spoken_words.load_data(words=["nine", "one"], n_voices=2, takes=3)
        assert set(data.speaker) == {"george", "jackson"} == set(data.groups)
        assert set(data.take) == {5, 6, 7}
        for i, x in enumerate(data.data):
            (same,) = np.flatnonzero(
                (every.target == [9, 1][data.target[i]])
                & (every.speaker == data.speaker[i])
                & (every.take == data.take[i])
            )
            assert np.array_equal(x, every.data[same])

    def test_takes_of_the_package_are_two_folds(self):
        data = spoken_words.load_data(protocol="take")
        assert [set(data.take[test]) for _, test in data.cv] == [
            set(range(5, 10)), set(range(10, 15)),
        ]  # fmt: skip


class TestModel:
    def test_it_is_an_estimator_of_waveforms(self, words):
        model = spoken_words.make_model(60, random_state=0, liquid__neurons__tau_m=10.0)
        assert model.get_params()["liquid__neurons__tau_m"] == 10.0
        scores = cross_val_score(model, words.data, words.target, cv=3)
        assert scores.mean() > 0.6

    def test_an_unknown_setting_is_an_error(self):
        with pytest.raises(ValueError, match="tau"):
            spoken_words.make_model(liquid__neurons__tau=10.0)

    def test_bins_hold_the_means_of_equal_parts(self):
        rows = np.random.default_rng(0).random((16, 3))
        short = np.array([[1.0, 2.0, 3.0]])
        spikes = SpikeArray.from_dense([rows, short], graded=True)
        features = make_window_means().fit_transform(spikes)
        assert np.allclose(features[0], rows.reshape(8, 2, 3).mean(axis=1).ravel())
        assert np.allclose(features[1], np.tile(short, 8))


class TestSplits:
    @pytest.mark.parametrize("folds", [None, 2, 4])
    def test_speakers_are_never_on_both_sides(self, words, folds):
        splits = split(words, "synth", "speaker", folds)
        assert len(splits) == (folds or 1)
        for train, test in splits:
            assert not set(words.speaker[train]) & set(words.speaker[test])
            assert len(train) + len(test) == len(words.data)

    def test_takes_are_never_on_both_sides(self, words):
        splits = split(words, "synth", "take")
        assert [set(words.take[test]) for _, test in splits] == [{0}, {1}]
        assert [set(words.take[train]) for train, _ in splits] == [{1}, {0}]

    def test_recorded_takes_come_in_blocks_of_five(self, words):
        takes = np.tile(np.arange(5, 50), 2)
        words = words | {"take": takes, "data": takes, "speaker": np.repeat(["a", "b"], 45)}
        bunch = type("Bunch", (), words)
        splits = split(bunch, "fsdd", "take")
        assert [sorted(set(takes[test])) for _, test in splits] == [
            list(range(first, first + 5)) for first in range(5, 50, 5)
        ]
        assert len(split(bunch, "fsdd", "take", folds=2)) == 2
        assert len(split(bunch, "fsdd", "speaker")) == 2
