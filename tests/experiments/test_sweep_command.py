"""The command `lsm sweep`, and the commands that it writes."""

import csv
import json
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lsm.experiments.__main__ import main
from lsm.experiments._command.options import Parser, add_settings, settings_of, write_command
from lsm.experiments._command.values import decode, encode
from lsm.experiments._sweep import sweep
from tests.helpers.sweeps import error_of, rows_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False)
    | st.text() | st.binary(),
    lambda part: st.lists(part) | st.tuples(part) | st.tuples(part, part)
    | st.sets(st.integers() | st.text()) | st.dictionaries(st.integers() | st.text(), part),
    max_leaves=5,
)  # fmt: skip


def assert_same(value, expected):
    assert value == expected
    assert type(value) is type(expected)


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

    @given(VALUES)
    @example(-1e-05)
    @example("-x")
    def test_a_setting_in_a_command_reads_as_it_was(self, value):
        words = shlex.split(write_command("x", [], {"name": value}))
        parser = Parser()
        add_settings(parser)
        (pair,) = parser.parse_args(words[3:]).set
        assert_same(settings_of([pair]), {"name": value})

    @given(VALUES)
    def test_a_setting_in_a_file_reads_as_it_was(self, value):
        assert_same(decode(json.loads(json.dumps(encode(value), allow_nan=False))), value)

    def test_values_keep_their_meaning_when_a_sweep_continues(self, tiny):
        values = ["1e400", "None", "'10'", "10", "{1: 2}", "(1, 2)", "{'x', 'y'}", "b'z'", "'-x'"]
        options = ["sweep", tiny, "--vary", "b", *values, "--out", "a b"]
        assert main(options) == 0
        first = rows_of("a b")
        rows = list(csv.DictReader(Path("a b/sweep.csv").read_text().splitlines()))
        assert [row["b"] for row in rows] == ["1e999", *values[1:-1], "-x"]
        for number in (4, 5, 6):
            shutil.rmtree(f"a b/{number:04d}")
        assert main(options) == 0
        assert rows_of("a b").equals(first)
        command = json.loads(Path("a b/sweep.json").read_text())["command"]
        assert main(shlex.split(command)[1:]) == 0
        repeated = json.loads(Path("a b/0002/result.json").read_text())["command"]
        assert shlex.split(repeated)[-3:] == ["--set", "b", "'10'"]

    @pytest.mark.parametrize("value", [object(), np.nan, [len], {"a": Path()}])
    def test_a_value_that_no_file_can_hold_is_named(self, tiny, value):
        for options, name in (
            ({"vary": {"b": [0, value]}}, "a value of vary b"),
            ({"vary": {"a": [0]}, "options": {"b": value}}, "b"),
        ):
            with pytest.raises(ValueError, match=f"^{name} must be a number, a text"):
                sweep(tiny, **options, out="out")
        assert not Path("out").exists()
