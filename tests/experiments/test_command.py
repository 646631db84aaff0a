import errno
import inspect
import json
import os
import re
import warnings

import joblib
import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest
from sklearn.model_selection import cross_val_score
from threadpoolctl import threadpool_limits

from lsm import SpikeArray
from lsm.experiments import spoken_words
from lsm.experiments.__main__ import main
from lsm.experiments._command.cli import describe
from lsm.experiments._study import progress
from lsm.experiments._study.results import difference_interval, wilson_interval
from lsm.experiments._words import recordings
from lsm.experiments._words.recordings import split

TINY = ["--words", "zero", "one", "two", "--n-voices", "12", "--n-neurons", "60"]
PICTURES = ("raster.png", "confusion.png", "connectivity.png")


def run(out, *options):
    return main(["run", "spoken-words", *TINY, "--out", str(out), *options])


def error_of(capsys, *options):
    """Run the command, expect status 2, and return the one line it complains with."""
    try:
        status = main(["run", "spoken-words", *options])
    except SystemExit as stop:  # from the parser
        status = stop.code
    captured = capsys.readouterr()
    assert status == 2
    assert re.fullmatch(r"lsm: error: [^\n]+\n", captured.err)
    return captured.err


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "made" / "on the way"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert run(out) == 0
    return out


@pytest.fixture(scope="module")
def words():
    return spoken_words.load_data(words=["zero", "one", "two"], n_voices=12, random_state=0)


class TestResults:
    def test_the_folder_is_whole_and_nothing_lies_beside_it(self, results):
        names = {path.name for path in results.iterdir()}
        kept = {"result.json", "table.csv", "confusion.csv", "raster.json", "model.joblib"}
        assert names == kept | set(PICTURES)
        assert list(results.parent.iterdir()) == [results]

    def test_the_table_compares_the_liquid_with_what_it_must_beat(self, results):
        table = pd.read_csv(results / "table.csv")
        assert list(table["model"]) == [
            "liquid, ridge",
            "liquid without recurrence, ridge",
            "liquid, RBF kernel",
            "no liquid, ridge",
            "no liquid, RBF kernel",
        ]
        assert (table["n"] == 3 * 3 * 2).all()  # a quarter of 12 voices, 3 words, 2 takes
        assert np.allclose(table["accuracy"], table["n_right"] / table["n"])
        # Chance is a third.
        assert (table["low"] > 0.5).all()
        for row in table.itertuples():
            interval = binomtest(row.n_right, row.n).proportion_ci(method="wilson")
            assert (row.low, row.high) == pytest.approx((interval.low, interval.high), abs=1e-9)

    def test_the_facts_tell_how_to_repeat_the_run(self, results):
        facts = json.loads((results / "result.json").read_text())
        command = "lsm run spoken-words --words zero one two --n-voices 12 --n-neurons 60 --out "
        assert facts["command"] == f"{command}'{results}'"
        assert facts["parameters"]["seed"] == 0
        assert facts["score"] == facts["metrics"][0]["accuracy"]
        assert facts["model_parameters"]["liquid__neurons__tau_m"] == 20.0
        assert facts["versions"].keys() >= {"python", "numpy", "numba", "liquid-state-machine"}
        assert facts["data"]["n_recordings"] == 72
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
            assert values["low"] < values["high"]

    def test_the_model_takes_waveforms_and_scores_what_the_table_says(self, results, words):
        model = joblib.load(results / "model.joblib")
        accuracy = model.score(words.data[words.test], words.target[words.test])
        assert accuracy == pd.read_csv(results / "table.csv")["accuracy"][0]

    def test_the_model_has_learnt_from_training_words_only(self, results, words):
        model = spoken_words.make_model(60, random_state=0)
        with threadpool_limits(1):  # as in a run: with more BLAS sums in another order
            model.fit(words.data[words.train], words.target[words.train])
        kept = joblib.load(results / "model.joblib")
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
            joblib.load(folder / "model.joblib")["readout"].coef_
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


class TestOptions:
    def test_help_explains_every_option(self, capsys):
        with pytest.raises(SystemExit) as stop:
            main(["run", "spoken-words", "--help"])
        assert stop.value.code == 0
        text = " ".join(capsys.readouterr().out.split())
        documented = describe(spoken_words.run)
        for name, parameter in inspect.signature(spoken_words.run).parameters.items():
            spread = parameter.kind == parameter.VAR_KEYWORD
            assert ("--set NAME VALUE" if spread else f"--{name.replace('_', '-')}") in text
            assert documented[name][1] in text
            if not spread and parameter.default is not None:
                assert f"{documented[name][1]} (default: {parameter.default})" in text

    def test_list_names_the_experiment(self, capsys):
        assert main(["list"]) == 0
        assert re.search(r"^spoken-words +Tell spoken words apart", capsys.readouterr().out, re.M)

    def test_kernel_readout_folds_and_noise(self, tmp_path, capsys):
        options = ["--readout", "kernel", "--folds", "3", "--noise-db", "20", "--takes", "1"]
        assert run(tmp_path / "out", *options) == 0
        table = pd.read_csv(tmp_path / "out" / "table.csv")
        assert table["model"][0] == "liquid, RBF kernel"
        assert (table["n"] == 36).all()  # with folds over voices every word is tested once
        assert "liquid, RBF kernel" in capsys.readouterr().out

    def test_without_out_the_folder_is_named_by_date(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        assert main(["run", "spoken-words", *TINY, "--takes", "1"]) == 0
        (folder,) = (tmp_path / "results").iterdir()
        assert re.fullmatch(r"spoken-words-\d{4}-\d\d-\d\d-\d{6}", folder.name)


class TestErrors:
    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            (["--dataset", "timit"], "--dataset: invalid choice: 'timit'"),
            (["--readout", "forest"], "--readout: invalid choice: 'forest'"),
            (["--n-neurons", "many"], "--n-neurons: invalid int value: 'many'"),
            (["--n-neurons", "0"], "n_neurons must be an integer >= 1, got 0"),
            (["--jobs", "0"], "jobs must be"),
            (["--seed", "-1"], "seed must be"),
            (["--n-voices", "1"], "n_voices"),
            (["--n-voices", "4", "--folds", "5"], "folds must be at most 4"),
            (["--n-voices", "4", "--folds", "0"], "folds must be an integer >= 1"),
            (["--takes", "1", "--protocol", "take"], "protocol 'take' needs two folds"),
            (["--voices", "en-us+m1", "en-us+nobody"], "'en-us+nobody' is unknown"),
            (["--words", " "], "words[0]=' '"),
            (["--words", "one"], "at least two words"),
            (["--set", "liquid__tau", "3"], "Invalid parameter 'tau' for estimator Liquid"),
            (["--set", "liquid__dt"], "--set: expected 2 arguments"),
            (["--words", "one", "one"], "twice"),
            (["--data-home", "x"], "data_home goes with dataset 'fsdd' only"),
            (["--dataset", "fsdd", "--noise-db", "3"], "noise_db goes with dataset 'synth' only"),
            (["--dataset", "fsdd", "--words", "ten"], "'ten'"),
            (["--dataset", "fsdd", "--data-home", "no/such.tar.gz"], "no/such.tar.gz"),
        ],
    )
    def test_bad_input_is_one_line_and_leaves_nothing(
        self, options, expected, capsys, tmp_path, monkeypatch
    ):
        monkeypatch.chdir(tmp_path)
        assert expected in error_of(capsys, *options, "--out", "out")
        assert list(tmp_path.iterdir()) == []

    def test_debug_shows_where_the_error_is_from(self):
        with pytest.raises(ValueError, match="n_neurons"):
            main(["run", "spoken-words", "--n-neurons", "0", "--debug"])

    @pytest.fixture
    def no_work(self, monkeypatch):
        def load_data(**options):
            raise AssertionError("work was begun")

        monkeypatch.setattr(recordings, "load_data", load_data)

    @pytest.mark.usefixtures("no_work")
    def test_an_existing_folder_is_refused_before_any_work(self, capsys, tmp_path):
        (tmp_path / "note.txt").write_text("mine")
        assert "exists and is not empty" in error_of(capsys, "--out", str(tmp_path))
        assert "is no folder" in error_of(capsys, "--out", str(tmp_path / "note.txt"))
        assert (tmp_path / "note.txt").read_text() == "mine"

    @pytest.mark.usefixtures("no_work")
    @pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
    def test_a_disk_that_takes_nothing_is_found_before_any_work(
        self, code, capsys, tmp_path, monkeypatch
    ):
        def fsync(descriptor):
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(os, "fsync", fsync)
        message = error_of(capsys, "--out", str(tmp_path / "out"))
        assert f"cannot write results to {tmp_path / 'out'}" in message
        assert os.strerror(code) in message
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.usefixtures("no_work")
    def test_a_file_in_the_way_is_found_before_any_work(self, capsys, tmp_path):
        (tmp_path / "file").touch()
        assert "cannot write" in error_of(capsys, "--out", str(tmp_path / "file" / "out"))

    def test_a_disk_that_fills_up_costs_no_table(self, capsys, tmp_path, monkeypatch):
        def dump(*args):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(joblib, "dump", dump)
        assert run(tmp_path / "out", "--takes", "1") == 2
        captured = capsys.readouterr()
        assert "no liquid, RBF kernel" in captured.out
        assert captured.err.endswith(f"to {tmp_path / 'out'}: No space left on device\n")
        assert list(tmp_path.iterdir()) == []

    def test_an_interrupt_is_one_line_and_leaves_nothing(self, capsys, tmp_path, monkeypatch):
        def interrupted(**options):
            raise KeyboardInterrupt

        monkeypatch.setattr(recordings, "load_data", interrupted)
        assert run(tmp_path / "out") == 130
        assert capsys.readouterr().err == "\nlsm: interrupted, nothing is kept\n"
        assert list(tmp_path.iterdir()) == []

    def test_a_bug_is_no_bad_input(self, tmp_path, monkeypatch):
        monkeypatch.setattr(recordings, "load_data", lambda **options: {}["missing"])
        with pytest.raises(KeyError):
            run(tmp_path / "out")


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
        frames = np.random.default_rng(0).random((16, 3))
        short = np.array([[1.0, 2.0, 3.0]])
        spikes = SpikeArray.from_dense([frames, short], graded=True)
        features = spoken_words.mean_in_bins(spikes)
        assert np.allclose(features[0], frames.reshape(8, 2, 3).mean(axis=1).ravel())
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


class TestIntervals:
    def test_wilson_agrees_with_scipy(self):
        for n_right, n in ((0, 5), (5, 5), (397, 400), (1, 2)):
            expected = binomtest(n_right, n).proportion_ci(method="wilson")
            interval = wilson_interval(n_right, n)
            assert interval == pytest.approx((expected.low, expected.high), abs=1e-7)

    def test_the_interval_of_a_difference_covers_it_as_often_as_it_says(self):
        rng = np.random.default_rng(0)
        covered = 0
        for _ in range(2000):
            kinds = rng.choice(4, size=200, p=[0.85, 0.07, 0.03, 0.05])  # both, first, other, none
            _, low, high = difference_interval(kinds <= 1, (kinds == 0) | (kinds == 2))
            covered += low <= 0.04 <= high
        assert 0.93 < covered / 2000 < 0.975

    def test_models_that_agree_may_still_differ_elsewhere(self):
        right = np.ones(50, dtype=bool)
        difference, low, high = difference_interval(right, right)
        assert difference == 0
        assert low == -high < 0


def test_a_slow_start_is_explained_once(capsys, monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    progress.warm_up()
    assert capsys.readouterr().err == "compiling the kernel, once per environment, about 15 s\n"
    monkeypatch.setattr(progress, "PATIENCE", 60.0)
    progress.warm_up()
    assert capsys.readouterr().err == ""
