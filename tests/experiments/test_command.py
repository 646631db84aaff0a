"""The command `lsm`: its options, its errors, and the disk that it writes to."""

import errno
import os
import re

import pandas as pd
import pytest

import lsm
from lsm.experiments.__main__ import main
from lsm.experiments._command.modules import experiment_names
from lsm.experiments._study.experiment import Experiment
from lsm.experiments._study.run import common_options
from lsm.experiments._words import recordings

SYNTH = ["--dataset", "synth"]
TINY = [*SYNTH, "--words", "zero", "one", "two", "--n-voices", "12", "--n-neurons", "60"]


def run(out, *options):
    return main(["run", "spoken-words", *TINY, "--out", str(out), *options])


def names_in(folder):
    return {path.name for path in folder.iterdir()}


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


class TestOptions:
    def test_help_explains_every_option(self, capsys):
        with pytest.raises(SystemExit) as stop:
            main(["run", "spoken-words", "--help"])
        assert stop.value.code == 0
        text = " ".join(capsys.readouterr().out.split())
        experiment = Experiment("spoken-words")
        for option in [*experiment.options, *common_options(experiment)]:
            assert f"--{option.name.replace('_', '-')}" in text
            assert option.text in text
            if option.default is not None:
                assert f"{option.text} (default: {option.default})" in text
        assert "--set NAME VALUE" in text
        assert "--repeats" not in text  # it is compared over folds

    def test_help_names_every_experiment_and_the_version_is_that_of_the_package(self, capsys):
        for command in ("run", "sweep"):
            with pytest.raises(SystemExit):
                main([command, "--help"])
            text = capsys.readouterr().out
            for name in experiment_names():
                assert re.search(rf"^ +{name}$", text, re.M)
        with pytest.raises(SystemExit) as stop:
            main(["--version"])
        assert stop.value.code == 0
        assert capsys.readouterr().out == f"lsm {lsm.__version__}\n"

    def test_list_names_the_experiment(self, capsys):
        assert main(["list"]) == 0
        assert re.search(r"^spoken-words +Recognise spoken words: ", capsys.readouterr().out, re.M)

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
            (["--n-voices", "1"], "the data have 1: give at least n_voices=2"),
            (["--n-voices", "7"], "n_voices must be an integer >= 1 and <= 6, got 7"),
            (["--takes", "11"], "takes must be an integer >= 1 and <= 10, got 11"),
            (["--n-voices", "4", "--folds", "5"], "folds must be at most 4"),
            (["--n-voices", "4", "--folds", "0"], "folds must be an integer >= 1"),
            (["--takes", "5", "--protocol", "take"], "the data have 1: give at least takes=6"),
            (["--words", "yes", "no"], "a word of dataset 'digits' must be one of 'zero'"),
            (["--words", "one"], "at least two different words"),
            (["--set", "liquid__tau", "3"], "Invalid parameter 'tau' for estimator Liquid"),
            (["--set", "liquid__dt"], "--set: expected 2 arguments"),
            (["--data-home", "x"], "data_home goes with dataset 'fsdd' only, got dataset 'digits'"),
            (["--noise-db", "3"], "noise_db goes with dataset 'synth' only, got dataset 'digits'"),
            ([*SYNTH, "--n-voices", "1"], "n_voices"),
            ([*SYNTH, "--n-voices", "4", "--folds", "5"], "folds must be at most 4"),
            ([*SYNTH, "--takes", "1", "--protocol", "take"], "protocol 'take' needs two folds"),
            ([*SYNTH, "--voices", "en-us+m1", "en-us+nobody"], "'en-us+nobody' is unknown"),
            ([*SYNTH, "--words", " "], "words[0]=' '"),
            ([*SYNTH, "--words", "one", "one"], "twice"),
            ([*SYNTH, "--data-home", "x"], "data_home goes with dataset 'fsdd' only"),
            (["--dataset", "fsdd", "--voices", "en+m1"], "voices goes with dataset 'synth' only"),
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
        def load_spoken_digits():
            raise AssertionError("work was begun")

        monkeypatch.setattr(recordings, "load_spoken_digits", load_spoken_digits)

    @pytest.mark.usefixtures("no_work")
    def test_an_existing_folder_is_refused_before_any_work(self, capsys, tmp_path):
        (tmp_path / "note.txt").write_text("mine")
        assert "exists and is not empty" in error_of(capsys, "--out", str(tmp_path))
        assert "is not a folder" in error_of(capsys, "--out", str(tmp_path / "note.txt"))
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
        def full(*args):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("lsm.experiments._study.run.save", full)
        assert run(tmp_path / "out", "--takes", "1") == 2
        captured = capsys.readouterr()
        assert "no liquid, RBF kernel" in captured.out
        assert "No space left on device; finished results are in" in captured.err
        assert {"table.csv", "result.json", "confusion.png"} < names_in(tmp_path / "out")

    def test_an_interrupt_is_one_line_and_leaves_nothing(self, capsys, tmp_path, monkeypatch):
        def interrupted(*args, **options):
            raise KeyboardInterrupt

        monkeypatch.setattr(recordings, "make_spoken_words", interrupted)
        assert run(tmp_path / "out") == 130
        assert capsys.readouterr().err == "\nlsm: interrupted, no results are kept\n"
        assert list(tmp_path.iterdir()) == []

    def test_a_bug_is_no_bad_input(self, tmp_path, monkeypatch):
        monkeypatch.setattr(recordings, "make_spoken_words", lambda *args, **options: {}["missing"])
        with pytest.raises(KeyError):
            run(tmp_path / "out")
