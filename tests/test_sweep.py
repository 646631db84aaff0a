import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kstest

from lsm.experiments import spoken_words
from lsm.experiments.__main__ import main
from lsm.experiments._cli import literal
from lsm.experiments._results import command_line
from lsm.experiments._sweep import _pools, sweep
from lsm.experiments._sweep._space import Range, make_search

# An experiment of one's own, in a file, with all that can happen to a run.
TINY = '''
import os
import time
import warnings

import joblib
import numpy as np
import threadpoolctl
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import Bunch


class Tiny(ClassifierMixin, BaseEstimator):
    """Right about what lies above a."""

    def __init__(self, a=0.5, b=0, seconds=0.0, random_state=None):
        self.a, self.b, self.seconds, self.random_state = a, b, seconds, random_state

    def fit(self, X, y):
        time.sleep(self.seconds)
        if self.b == "raise":
            raise ValueError("no\\ngood")
        if self.b == "die":
            os._exit(7)
        if self.b == "tell":
            open(f"pid-{os.getpid()}", "w").close()
            time.sleep(60)
        if self.b == "warn":
            warnings.warn("take care", UserWarning)
        if self.b == "threads":
            pools = [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]
            raise ValueError(f"{joblib.effective_n_jobs(None)} {max(pools)}")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.array(["low", "high"])[(X[:, 0] > self.a).astype(int)]


def load_data(n=40, random_state=None):
    X = np.random.default_rng(random_state).random((n, 2))
    rows = np.arange(n)
    y = np.array(["low", "high"])[(X[:, 0] > 0.5).astype(int)]
    return Bunch(data=X, target=y, cv=[(rows[::2], rows[1::2]), (rows[1::2], rows[::2])])


def make_model(a=0.5, random_state=None, **settings):
    return Tiny(a, random_state=random_state).set_params(**settings)


def run(n=40, a=0.5, seed=0, jobs=1, out=None, **settings):
    """Draw a line.

    Parameters
    ----------
    n : int
        How many samples.
    a : float
        Where the line is.
    seed : int
        Seed.
    jobs : int
        Threads.
    out : str or None
        Folder of the results.
    **settings : object
        Parameters of the model.
    """
    data = load_data(n, seed)
    model = make_model(a, seed, **settings).fit(data.data, data.target)
    print(model.score(data.data, data.target))
'''


@pytest.fixture
def tiny(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("tiny.py").write_text(TINY)
    return "tiny.py"


def rows_of(folder, leave_out=("seconds",)):
    table = pd.read_csv(Path(folder) / "sweep.csv").drop(columns=list(leave_out))
    return table.sort_values("run", ignore_index=True)


def error_of(capsys, *options):
    """Run the command, expect status 2, and return the one line it complains with."""
    try:
        status = main(["sweep", *options])
    except SystemExit as stop:  # from the parser
        status = stop.code
    captured = capsys.readouterr()
    assert status == 2
    assert captured.err.startswith("lsm: error: ")
    assert captured.err.count("\n") == 1
    return captured.err


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Return the folder of a sweep in which all kinds of things happened."""
    folder = tmp_path_factory.mktemp("sweep")
    (folder / "tiny.py").write_text(TINY)
    vary = {"a": [0.5, 0.2], "b": [0, "raise", "die", "warn"]}
    return sweep(str(folder / "tiny.py"), {"n": 60}, vary, jobs=2, out=folder / "out")


class TestSweep:
    def test_every_run_has_a_row_and_a_folder(self, done):
        table = rows_of(done)
        assert list(table["run"]) == list(range(8))
        assert list(table["a"]) == [0.5] * 4 + [0.2] * 4
        assert list(table["b"]) == ["0", "raise", "die", "warn"] * 2
        assert sorted(path.name for path in done.iterdir() if path.is_dir()) == [
            f"{number:04d}" for number in range(8)
        ]

    def test_the_score_is_the_mean_over_the_splits(self, done):
        facts = json.loads((done / "0004" / "result.json").read_text())
        X = np.random.default_rng(0).random((60, 2))[:, 0]
        right = (X > 0.2) == (X > 0.5)
        assert facts["scores"] == [np.mean(right[1::2]), np.mean(right[::2])]
        assert facts["score"] == np.mean(facts["scores"]) == rows_of(done)["score"][4]

    def test_a_failure_is_recorded_and_stops_no_other(self, done):
        table = rows_of(done)
        assert list(table["status"]) == ["done", "failed", "failed", "done"] * 2
        assert table["score"].isna().tolist() == [False, True, True, False] * 2
        assert table["error"][1] == "ValueError: no good"
        facts = json.loads((done / "0001" / "result.json").read_text())
        assert 'raise ValueError("no\\ngood")' in facts["traceback"]
        assert "the process died with exit code 7" in table["error"][2]

    def test_a_warning_is_kept_with_its_run(self, done):
        for number, expected in ((0, []), (3, ["take care"])):
            facts = json.loads((done / f"{number:04d}" / "result.json").read_text())
            assert facts["warnings"] == expected

    def test_what_was_taken_for_what_is_kept(self, done):
        table = pd.read_csv(done / "0004" / "confusion.csv", index_col=0)
        X = np.random.default_rng(0).random((60, 2))[:, 0]
        assert table.loc["low", "high"] == np.sum((X > 0.2) & (X <= 0.5))
        assert table.to_numpy().sum() == 60

    def test_the_command_of_a_row_does_the_run_again(self, done, capsys):
        facts = json.loads((done / "0004" / "result.json").read_text())
        words = facts["command"].split()
        assert words[0] == "lsm"
        assert main(words[1:]) == 0
        assert float(capsys.readouterr().out) == pytest.approx(facts["score"])

    def test_again_it_repeats_nothing(self, done, capsys):
        before = {path: path.stat().st_mtime_ns for path in done.rglob("result.json")}
        vary = {"a": [0.5, 0.2], "b": [0, "raise", "die", "warn"]}
        sweep(str(done.parent / "tiny.py"), {"n": 60}, vary, jobs=2, out=done)
        assert {path: path.stat().st_mtime_ns for path in done.rglob("result.json")} == before
        assert "8 of them done" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("changed", "message"),
        [
            ({"options": {"n": 61}}, "holds another sweep: options is"),
            ({"vary": {"a": [0.5]}}, "holds another sweep: vary is"),
            ({"search": "random", "runs": 3}, "holds another sweep: search is"),
        ],
    )
    def test_another_sweep_is_kept_apart(self, done, changed, message):
        vary = {"a": [0.5, 0.2], "b": [0, "raise", "die", "warn"]}
        arguments = {"options": {"n": 60}, "vary": vary, "out": done} | changed
        with pytest.raises(ValueError, match=message):
            sweep(str(done.parent / "tiny.py"), **arguments)

    def test_other_data_are_kept_apart(self, done, tmp_path):
        path = done.parent / "tiny.py"
        path.write_text(TINY.replace("random((n, 2))", "random((n, 3))"))
        vary = {"a": [0.5, 0.2], "b": [0, "raise", "die", "warn"]}
        sys.modules.pop("tiny", None)
        with pytest.raises(ValueError, match="holds a sweep over other data"):
            sweep(str(path), {"n": 60}, vary, out=done)
        path.write_text(TINY)
        sys.modules.pop("tiny", None)


def start(*options):
    """Start the command in another process."""
    return subprocess.Popen(
        [sys.executable, "-m", "lsm.experiments", "sweep", "tiny.py", "--out", "out", *options],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        # What was started in the background of a script would ignore the interrupt.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def n_done(folder="out"):
    return len(list(Path(folder).glob("[0-9]*/result.json")))


class TestGoingOn:
    OPTIONS = ("--vary", "a", *(f"{i / 24:.3f}" for i in range(24)), "--set", "seconds", "0.03")

    def test_killed_and_started_again_it_is_as_if_nothing_had_been(self, tiny):
        assert main(["sweep", tiny, "--out", "whole", "--jobs", "2", *self.OPTIONS]) == 0
        rng = np.random.default_rng(0)
        for goal in (0, 4, 13):
            process = start("--jobs", "2", *self.OPTIONS)
            wait_for(lambda goal=goal: Path("out/sweep.json").exists() and n_done() >= goal)
            time.sleep(rng.uniform(0, 0.1))
            process.send_signal(signal.SIGKILL)
            process.wait()
            process.stderr.close()
        # What a process may leave that was killed while it wrote.
        (Path("out") / ".0023-rest").mkdir()
        with open("out/sweep.csv", "a") as file:
            file.write("22,do")
        before = {path: path.stat().st_mtime_ns for path in Path("out").rglob("result.json")}
        assert main(["sweep", tiny, "--out", "out", "--jobs", "2", *self.OPTIONS]) == 0
        assert rows_of("out").equals(rows_of("whole"))
        assert len(rows_of("out")) == 24
        assert all(path.stat().st_mtime_ns == then for path, then in before.items())
        assert not (Path("out") / ".0023-rest").exists()

    def test_what_is_half_written_is_done_again(self, tiny):
        options = ["sweep", tiny, "--vary", "a", "0.2", "0.5", "--out", "out"]
        Path("out").mkdir()
        Path("out/.sweep.json").write_text('{"exper')  # the process was killed as it began
        assert main(options) == 0
        before = rows_of("out")
        Path("out/0001/result.json").write_text("")  # the machine has lost its power
        assert main(options) == 0
        assert rows_of("out").equals(before)
        assert json.loads(Path("out/0001/result.json").read_text())["score"] == before["score"][1]

    def test_one_folder_has_one_sweep_and_none_outlives_its_command(self, tiny, capsys):
        options = ["--vary", "a", "1", "2", "--set", "b", "tell"]
        process = start("--jobs", "2", *options)
        wait_for(lambda: len(list(Path().glob("pid-*"))) == min(2, _pools.joblib.cpu_count()))
        assert "another process is at work" in error_of(capsys, tiny, *options, "--out", "out")
        process.send_signal(signal.SIGKILL)
        process.communicate()
        for path in Path().glob("pid-*"):
            wait_for(lambda path=path: not is_alive(int(path.name[4:])), 30)

    def test_an_interrupt_says_how_to_go_on(self, tiny):
        process = start("--vary", "a", "1", "2", "3", "--set", "seconds", "1", "--jobs", "1")
        wait_for(lambda: n_done() >= 1)
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
        assert process.returncode == 130
        said = b"\nlsm: interrupted, 1 runs are kept, and the same command goes on\n"
        assert error == said

    def test_a_draw_may_have_more_runs_later(self, tiny):
        options = ["sweep", tiny, "--between", "a", "0.1", "0.9", "--search", "random"]
        assert main([*options, "--runs", "2", "--out", "out"]) == 0
        first = rows_of("out")
        assert main([*options, "--runs", "5", "--out", "out"]) == 0
        assert rows_of("out")[:2].equals(first)
        assert main([*options, "--runs", "5", "--out", "whole"]) == 0
        assert rows_of("out").equals(rows_of("whole"))

    def test_optuna_goes_on_as_if_nothing_had_been(self, tiny):
        options = ["sweep", tiny, "--between", "a", "0.0", "1.0", "--vary", "b", "0", "x", "[1, 2]"]
        options += ["--search", "optuna", "--jobs", "1"]
        assert main([*options, "--runs", "14", "--out", "whole"]) == 0
        for runs in ("3", "12", "14"):
            assert main([*options, "--runs", runs, "--out", "out"]) == 0
        assert rows_of("out").equals(rows_of("whole"))
        # It learns: the last draws lie nearer to where the line should be than the first.
        distance = (rows_of("out")["a"] - 0.5).abs()
        assert distance[10:].mean() < distance[:10].mean()


def is_alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_script_without_a_guard_is_told_of_it(tiny):
    code = f"from lsm.experiments._sweep import sweep\nsweep({tiny!r}, vary={{'a': [1, 2]}})\n"
    Path("script.py").write_text(code)
    done = subprocess.run([sys.executable, "script.py"], capture_output=True, text=True)
    assert "needs `if __name__ == '__main__':`" in done.stderr
    assert not list(Path("results").rglob("result.json"))


class TestCores:
    @pytest.mark.parametrize(("jobs", "n_cores", "expected"), [
        (1, 1, (1, 1)), (1, 8, (1, 8)), (2, 8, (2, 4)), (3, 8, (3, 2)), (8, 8, (8, 1)),
        (16, 8, (8, 1)), (-1, 8, (8, 1)), (-2, 8, (7, 1)), (-99, 8, (1, 8)),
    ])  # fmt: skip
    def test_threads_times_processes_are_no_more_than_the_cores(
        self, jobs, n_cores, expected, monkeypatch
    ):
        monkeypatch.setattr(_pools.joblib, "cpu_count", lambda: n_cores)
        pool = _pools.LocalPool({}, jobs)
        assert (pool.jobs, pool._common["n_threads"]) == expected

    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_a_run_takes_its_share(self, tiny, jobs):
        n_cores = _pools.joblib.cpu_count()
        options = ["--vary", "b", "threads", "--jobs", jobs, "--out", "out"]
        assert main(["sweep", tiny, *options]) == 0
        threads = max(n_cores // min(int(jobs), n_cores), 1)
        n_jobs, n_blas = map(int, rows_of("out")["error"][0].split()[1:])
        assert n_jobs == threads
        assert n_blas <= max(threads, 1)


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
            (["--between", "a", "1", "2"], "a grid has no numbers between two"),
            (["--between", "a", "2", "1", "--search", "random", "--runs", "1"], "the lower first"),
            (["--between", "a", "0", "1", "log", "--search", "random", "--runs", "1"], "above 0"),
            (["--between", "a", "1", "--search", "random", "--runs", "1"], "two finite numbers"),
            (["--vary", "a", "1", "--search", "random"], "give --runs"),
            (["--vary", "a", "1", "--search", "luck"], "--search: invalid choice: 'luck'"),
            (["--vary", "a", "1", "--runs", "0"], "runs must be an integer >= 1, got 0"),
            (["--vary", "a", "1", "--jobs", "0"], "jobs must be"),
            (["--vary", "a", "1", "--draws", "0"], "draws must be an integer >= 1, got 0"),
            (["--vary", "a", "1", "--scoring", "luck"], "scoring must name a scorer"),
            (["--vary", "a", "1", "--out", "tiny.py"], "exists and is no folder"),
            (["--vary", "a", "1", "--out", "full"], "exists and holds no sweep"),
            (["--vary", "a", "1", "--out", "tiny.py/x"], "cannot write results"),
            (["--config", "no.toml"], "No such file or directory (no.toml)"),
            (["--config", "bad.toml"], "bad.toml is no TOML"),
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
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda part: st.lists(part), max_leaves=5,
    ))  # fmt: skip
    def test_a_setting_in_a_command_reads_as_it_was(self, value):
        if isinstance(value, float) and not np.isfinite(value):
            return
        words = command_line("x", lambda **settings: None, {"name": value})
        *_, option, name, word = shlex.split(words)
        assert (option, name) == ("--set", "name")
        assert literal(word) == value
        assert type(literal(word)) is type(value)


class TestSpace:
    def test_a_grid_is_every_combination_once(self):
        grid = make_search("grid", {"a": [1, 2], "b": ["x", "y", "z"]}, {}, None, 0)
        combinations = [tuple(grid.ask(number).values()) for number in range(grid.total)]
        assert combinations == [(a, b) for a in (1, 2) for b in "xyz"]

    def test_a_draw_depends_on_its_number_and_the_seed_only(self):
        searches = [
            make_search("random", {"a": list(range(99))}, {"b": [0.0, 1.0]}, 5, seed)
            for seed in (0, 0, 1)
        ]
        first = [searches[0].ask(number) for number in range(5)]
        assert [searches[1].ask(number) for number in (4, 3, 2, 1, 0)][::-1] == first
        assert searches[2].ask(0) != first[0]
        assert len({draw["b"] for draw in first}) == 5

    @pytest.mark.parametrize(
        ("part", "distribution"),
        [
            (Range(2.0, 5.0), lambda x: (x - 2) / 3),
            (Range(1.0, 100.0, log=True), lambda x: np.log10(x) / 2),
        ],
    )
    def test_numbers_are_drawn_evenly(self, part, distribution):
        rng = np.random.default_rng(0)
        draws = np.array([part.draw(rng) for _ in range(2000)])
        assert kstest(distribution(draws), "uniform").pvalue > 0.01
        assert part.low <= draws.min() <= draws.max() <= part.high

    @pytest.mark.parametrize("log", [False, True])
    def test_integers_are_drawn_to_both_ends(self, log):
        rng = np.random.default_rng(0)
        draws = [Range(1, 4, log=log).draw(rng) for _ in range(4000)]
        assert {type(draw) for draw in draws} == {int}
        counts = np.bincount(draws, minlength=5)[1:] / 4000
        edges = np.array([0.5, 1.5, 2.5, 3.5, 4.5])
        expected = np.diff(np.log(edges)) / np.log(9) if log else np.full(4, 0.25)
        assert np.allclose(counts, expected, atol=0.03)


class TestSpokenWords:
    def test_the_command_of_a_row_gives_the_score_of_the_row(self, tmp_path):
        options = ["--words", "zero", "one", "two", "--n-voices", "12", "--noise-db", "0"]
        options += ["--set", "liquid__neurons__refractory", "3.0", "--folds", "2"]
        vary = ["--vary", "n_neurons", "20", "40", "--vary", "readout", "kernel"]
        out = tmp_path / "sweep"
        assert main(["sweep", "spoken-words", *options, *vary, "--out", str(out)]) == 0
        facts = json.loads((out / "0001" / "result.json").read_text())
        words = facts["command"].split()[1:]
        assert main([*words, "--out", str(tmp_path / "run")]) == 0
        again = json.loads((tmp_path / "run" / "result.json").read_text())
        assert facts["score"] == again["score"] < 1
        assert facts["calibrated"]["input_gain"] > 0
        assert 0 < facts["health"]["rate"] < 200
        for name in ("confusion.csv", "raster.json"):
            assert (out / "0001" / name).exists()
        first, other = (
            pd.read_csv(folder / "confusion.csv", index_col=0)
            for folder in (out / "0001", tmp_path / "run")
        )
        assert first.equals(other)

    def test_a_measure_serves_as_the_score(self, tmp_path):
        options = {"words": ["zero", "one"], "n_voices": 8, "n_neurons": 30}
        out = sweep(
            "spoken-words", options, {"liquid__random_state": [0, 1]}, scoring="rate",
            out=tmp_path / "out",
        )  # fmt: skip
        data = spoken_words.load_data(words=["zero", "one"], n_voices=8, random_state=0)
        from lsm.measures import rate

        ((train, test),) = data.cv
        model = spoken_words.make_model(30, liquid__random_state=1)
        model.fit(data.data[train], data.target[train])
        assert rows_of(out)["score"][1] == pytest.approx(rate(model, data.data[test]))

    def test_draws_of_a_setting_are_liquids_of_other_seeds(self, tmp_path):
        options = {"words": ["zero", "one", "two"], "n_voices": 8, "n_neurons": 20, "noise_db": 0}
        alone = sweep(
            "spoken-words", options, {"liquid__random_state": [0, 1, 2]}, out=tmp_path / "alone"
        )
        together = sweep(
            "spoken-words", options, {"liquid__neurons__tau_m": [20.0]}, draws=3,
            out=tmp_path / "together",
        )  # fmt: skip
        scores = rows_of(alone)["score"]
        assert scores.nunique() > 1
        assert rows_of(together)["score"][0] == pytest.approx(scores.mean())
        facts = json.loads((together / "0000" / "result.json").read_text())
        assert facts["scores"] == pytest.approx(scores.tolist())

    def test_the_search_of_the_documentation_runs(self, tmp_path):
        path = Path(__file__).parents[1] / "docs" / "spoken_words_search.toml"
        options = ["--config", str(path), "--dataset", "synth", "--words", "zero", "one"]
        options += ["--n-voices", "8", "--takes", "1", "--n-neurons", "30", "--runs", "2"]
        out = tmp_path / "out"
        assert main(["sweep", "spoken-words", *options, "--jobs", "1", "--out", str(out)]) == 0
        assert list(rows_of(out)["status"]) == ["done", "done"]
