"""The command `lsm sweep`, and the commands that it writes."""

import json
import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lsm.experiments.__main__ import main
from lsm.experiments._command.options import literal, write_command
from tests.helpers.sweeps import error_of, rows_of


class TestCommand:
    def test_a_file_says_the_same_as_the_command_line(self, tiny):
        Path("sweep.toml").write_text(
            'search = "random"\nruns = 3\nn = 30\n[set]\nseconds = 0.0\n'
            '[vary]\nb = [1, "x", [1, 2]]\n[between]\na = [0.1, 0.9, "log"]\n'
        )
        assert main(["sweep", tiny, "--config", "sweep.toml", "--runs", "2", "--out", "file"]) == 0
        options = ["--search", "random", "--runs", "2", "--n", "30", "--set", "seconds", "0.0"]
        options += ["--vary", "b", "1", "x", "[1, 2]", "--between", "a", "0.1", "0.9", "log"]
        options += ["--out", "line"]
        assert main(["sweep", tiny, *options]) == 0
        assert rows_of("file").equals(rows_of("line"))
        specs = [json.loads(Path(name, "sweep.json").read_text()) for name in ("file", "line")]
        for spec in specs:
            del spec["created"], spec["command"]
        assert specs[0] == specs[1]

    def test_its_own_command_is_written_down(self, tiny):
        options = ["--vary", "b", "1", "x y", "--set", "seconds", "0.0", "--n", "30"]
        assert main(["sweep", tiny, *options, "--out", "out"]) == 0
        command = json.loads(Path("out/sweep.json").read_text())["command"]
        assert command == (
            "lsm sweep tiny.py --n 30 --set seconds 0.0 --vary b 1 'x y' --search grid "
            "--draws 1 --out out"
        )

    def test_the_same_command_has_the_same_folder(self, tiny):
        for options in (["--vary", "b", "1"], ["--vary", "b", "1"], ["--vary", "b", "2"]):
            assert main(["sweep", tiny, *options]) == 0
        folders = list(Path("results").iterdir())
        assert len(folders) == 2
        assert all(folder.name.startswith("sweep-tiny-") for folder in folders)

    @pytest.mark.parametrize(
        ("options", "expected"),
        [
            ([], "a sweep needs something to vary"),
            (["--vary", "a"], "vary a needs a list of values, got []"),
            (["--vary", "c", "1"], "Invalid parameter 'c' for estimator Tiny"),
            (["--vary", "n", "1"], "a sweep varies the model, and n is not of the model"),
            (["--vary", "seed", "1"], "vary the random_state of the liquid"),
            (["--vary", "a", "1", "--between", "a", "1", "2"], "both name 'a'"),
            (
                ["--between", "a", "1", "2"],
                "a grid needs values: give --vary a, or another --search",
            ),
            (["--between", "a", "2", "1", "--search", "random", "--runs", "1"], "the lower first"),
            (["--between", "a", "0", "1", "log", "--search", "random", "--runs", "1"], "above 0"),
            (["--between", "a", "1", "--search", "random", "--runs", "1"], "two finite numbers"),
            (["--vary", "a", "1", "--search", "random"], "give --runs"),
            (["--vary", "a", "1", "--search", "luck"], "--search: invalid choice: 'luck'"),
            (["--vary", "a", "1", "--runs", "0"], "runs must be an integer >= 1, got 0"),
            (["--vary", "a", "1", "--jobs", "0"], "jobs must be"),
            (["--vary", "a", "1", "--draws", "0"], "draws must be an integer >= 1, got 0"),
            (["--vary", "a", "1", "--scoring", "luck"], "scoring must name a scorer"),
            (["--vary", "a", "1", "--out", "tiny.py"], "exists and is not a folder"),
            (["--vary", "a", "1", "--out", "full"], "exists and holds no sweep"),
            (["--vary", "a", "1", "--out", "tiny.py/x"], "cannot write results"),
            (["--config", "no.toml"], "No such file or directory (no.toml)"),
            (["--config", "bad.toml"], "bad.toml is not valid TOML"),
            (["--config", "other.toml"], "other.toml has speed = 3, but may have"),
            (["--config", "flat.toml"], "flat.toml has vary = 3"),
            (["--vary", "a", "1", "--scheduler", "tcp://127.0.0.1:1"], "no scheduler answers"),
        ],
    )
    def test_bad_input_is_one_line_and_leaves_nothing(self, tiny, options, expected, capsys):
        Path("full").mkdir()
        Path("full/note.txt").write_text("mine")
        Path("bad.toml").write_text("a = ")
        Path("other.toml").write_text("speed = 3")
        Path("flat.toml").write_text("vary = 3")
        before = sorted(Path().rglob("*"))
        assert expected in error_of(capsys, tiny, *options)
        kept = [path for path in sorted(Path().rglob("*")) if "__pycache__" not in path.parts]
        assert [path for path in kept if path.name != "results"] == before

    def test_a_file_that_is_no_experiment(self, tiny, capsys):
        Path("mine.py").write_text("def run(): pass")
        assert "has no load_data, make_model" in error_of(capsys, "mine.py")

    @given(st.recursive(
        st.none() | st.booleans() | st.integers() | st.text()
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda part: st.lists(part), max_leaves=5,
    ))  # fmt: skip
    def test_a_setting_in_a_command_reads_as_it_was(self, value):
        words = write_command("x", [], {"name": value})
        *_, option, name, word = shlex.split(words)
        assert (option, name) == ("--set", "name")
        assert literal(word) == value
        assert type(literal(word)) is type(value)
