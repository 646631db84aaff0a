"""A sweep: its rows and folders, its processes, and its scores."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lsm.experiments import spoken_words
from lsm.experiments.__main__ import main
from lsm.experiments._sweep import pools, sweep
from tests.helpers.sweeps import TINY, rows_of


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

    def test_the_command_of_a_row_does_the_run_again(self, done, tmp_path):
        facts = json.loads((done / "0004" / "result.json").read_text())
        words = facts["command"].split()
        assert words[0] == "lsm"
        assert main([*words[1:], "--repeats", "1", "--out", str(tmp_path / "run")]) == 0
        table = pd.read_csv(tmp_path / "run" / "table.csv")
        assert table["seed 0"].tolist() == [facts["score"]]

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


def test_a_script_without_a_guard_is_an_error_that_says_so(tiny):
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
        monkeypatch.setattr(pools.joblib, "cpu_count", lambda: n_cores)
        pool = pools.LocalPool({}, jobs)
        assert (pool.jobs, pool._common["n_threads"]) == expected

    @pytest.mark.parametrize("jobs", ["1", "2"])
    def test_a_run_takes_its_share(self, tiny, jobs):
        n_cores = pools.joblib.cpu_count()
        options = ["--vary", "b", "threads", "--jobs", jobs, "--out", "out"]
        assert main(["sweep", tiny, *options]) == 0
        threads = max(n_cores // min(int(jobs), n_cores), 1)
        n_jobs, n_blas = map(int, rows_of("out")["error"][0].split()[1:])
        assert n_jobs == threads
        assert n_blas <= max(threads, 1)


class TestSpokenWords:
    def test_the_command_of_a_row_gives_the_score_of_the_row(self, tmp_path):
        options = ["--dataset", "synth", "--words", "zero", "one", "two", "--n-voices", "12"]
        options += ["--noise-db", "0"]
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
        options = {"dataset": "synth", "words": ["zero", "one"], "n_voices": 8, "n_neurons": 30}
        out = sweep(
            "spoken-words", options, {"liquid__random_state": [0, 1]}, scoring="rate",
            out=tmp_path / "out",
        )  # fmt: skip
        data = spoken_words.load_data("synth", words=["zero", "one"], n_voices=8, random_state=0)
        from lsm.measures import rate

        ((train, test),) = data.cv
        model = spoken_words.make_model(30, liquid__random_state=1)
        model.fit(data.data[train], data.target[train])
        assert rows_of(out)["score"][1] == pytest.approx(rate(model, data.data[test]))

    def test_draws_of_a_setting_are_liquids_of_other_seeds(self, tmp_path):
        options = {"dataset": "synth", "words": ["zero", "one", "two"], "n_voices": 8}
        options |= {"n_neurons": 20, "noise_db": 0}
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
        path = Path(__file__).parents[2] / "docs" / "spoken_words_search.toml"
        options = ["--config", str(path), "--dataset", "synth", "--words", "zero", "one"]
        options += ["--n-voices", "8", "--takes", "1", "--n-neurons", "30", "--runs", "2"]
        out = tmp_path / "out"
        assert main(["sweep", "spoken-words", *options, "--jobs", "1", "--out", str(out)]) == 0
        assert list(rows_of(out)["status"]) == ["done", "done"]
