"""The benchmarks run, agree, and say what is missing; what they measure is for no test to judge."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks import feedback, search, words
from benchmarks.__main__ import GROUPS, main, measure, parse
from benchmarks.engines import ENGINES, PROBLEMS, load
from benchmarks.goals import outcomes
from benchmarks.measure import Entry, compare, entries
from benchmarks.report import table
from benchmarks.results import Results, disagreements
from benchmarks.workloads import MODELS, Workload, parts
from lsm.kernel import simulate_reference

ROOT = Path(__file__).parents[1]


def run(folder, *engines, group="kernels"):
    """Run the command on the smallest network; return what it wrote."""
    size = ["--groups", group, "--sizes", "135", "--repeats", "2"]
    assert main([*size, "--engines", *engines, "--out", str(folder)]) == 0
    return json.loads((folder / "results.json").read_text())[group]


@pytest.fixture
def forgotten():
    """Forget which engines were loaded, before and after."""
    load.cache_clear()
    yield
    load.cache_clear()
    PROBLEMS.clear()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("n_neurons", [50, 600])  # dense and sparse rows
def test_c_and_the_kernel_count_the_spikes_of_the_reference(n_neurons, dtype):
    workload = Workload.draw(n_neurons, parts(10, 0.5), n_samples=2, n_steps=100)
    expected = simulate_reference(workload.network, workload.spikes, workload.plan)[0][:, 0]
    assert expected.sum() > n_neurons
    for entry in entries("small", ["C", "lsm"], workload, dtype):
        np.testing.assert_array_equal(entry.run()[1], expected, err_msg=entry.engine)


def test_the_command_prints_a_table_and_writes_results(tmp_path, capsys):
    written = run(tmp_path, "C", "lsm")
    rows = written["rows"]
    assert [(row["engine"], row["precision"]) for row in rows] == [
        ("C", "float32"), ("lsm", "float32"), ("C", "float64"), ("lsm", "float64"),
    ]  # fmt: skip
    assert all(len(row["seconds"]) == 2 and min(row["seconds"]) > 0 for row in rows)
    assert all(row["equal_counts"] > 0.9 and 15 < row["rate"] < 27 for row in rows)
    assert [goal["asked"] for goal in outcomes({"kernels": rows})] == [">= 1.25", ">= 1.1"]
    assert written["machine"]["numba"] in (printed := capsys.readouterr().out)
    assert printed.count("| 135 neurons") == 4
    assert "| kernels: 135 neurons, lsm / C" in (tmp_path / "RESULTS.md").read_text()
    assert (tmp_path / "cost.png").read_bytes().startswith(b"\x89PNG")


def test_a_missing_peer_is_named_and_left_out(monkeypatch, forgotten, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "nest", None)  # as if it were not installed
    monkeypatch.delitem(sys.modules, "benchmarks.engines.nest", raising=False)
    written = run(tmp_path, "lsm", "NEST", group="simulators")
    message = "NEST was left out: no module 'nest': pip install nest-simulator"
    assert message in capsys.readouterr().out
    assert list(written["skipped"]) == ["NEST"]
    assert {row["engine"] for row in written["rows"]} == {"lsm"}


@pytest.mark.parametrize(
    ("group", "neurons"),
    [
        ("simulators", 135),
        ("limits", 135),
        ("snapshots", 135),
        ("plasticity", 135),
        ("transform", 135),
        ("delays", 1000),
        ("threads", 1000),
    ],
)
def test_a_group_measures_the_kernel(group, neurons):
    options = parse(["--sizes", str(neurons), "--engines", "lsm", "--repeats", "1"])
    rows = measure(group, options)["rows"]
    assert {row["precision"] for row in rows} <= {"float32", "float64"}
    assert all(row["neurons"] == neurons for row in rows)
    assert table(rows).count("\n") == len(rows) + 1


@pytest.mark.parametrize("name", MODELS)
def test_a_model_runs_at_a_rate_that_is_worth_timing(name):
    others, dt, scale, gain, _ = MODELS[name]
    wirings = parts(20, gain, scale=scale)
    workload = Workload.draw(60, wirings, 1, 200, dt=dt, **others)
    [entry] = entries(name, ["lsm"], workload, "float64")
    expected = simulate_reference(workload.network, workload.spikes, workload.plan)[0][:, 0]
    np.testing.assert_array_equal(entry.run()[1], expected)
    assert 0.5 < expected.mean() / 0.2 < 100


def test_samples_one_after_the_other_are_one_sample():
    workload = Workload.of_size(135, n_samples=3)
    dense = workload.joined.spikes.to_dense(0)
    expected = np.concatenate([workload.spikes.to_dense(i) for i in range(3)])
    np.testing.assert_array_equal(dense, expected)
    [entry] = entries("one", ["lsm"], workload.joined, "float64")
    assert entry.n_samples == 3
    [row] = compare([entry], 1)
    assert 15 < row["rate"] < 27


def test_feedback_runs_the_same_network_in_both_loops(monkeypatch):
    monkeypatch.setattr(feedback, "N_NEURONS", 135)
    rows = feedback.feedback(parse(["--repeats", "1"]))
    assert [row["engine"] for row in rows[:3]] == ["open loop", "closed loop", "closed loop, RLS"]
    assert rows[2]["samples_per_second"][1] < rows[1]["samples_per_second"][1]
    assert table(rows).count("135 neurons") == 6


def test_a_grid_search_simulates_each_sample_once():
    rows = search.grid_search(1, n_neurons=30, n_samples=50)
    assert [row["note"] for row in rows if row["what"] == "grid search"] == [
        "150 samples simulated"
    ]
    assert table(rows).count("\n") == len(rows) + 1


def test_a_sweep_is_timed_by_its_runs(monkeypatch):
    rows = search.sweeps(1, runs=4, options={"n_neurons": 20, "n_samples": 30})
    assert [row["what"] for row in rows] == [
        "sweep, --jobs 1 of one thread, per liquid",
        "sweep, --jobs 1, per liquid",
        "sweep, --jobs 2, per liquid",
    ]
    assert all(row["seconds"][0] > 0 for row in rows)


def test_the_words_of_a_sweep_are_classified():
    data = words.load_data(90)
    (train, test), *_ = data.cv
    model = words.make_model(60, random_state=0).fit(data.data[train], data.target[train])
    assert model.score(data.data[test], data.target[test]) > 0.5


def test_groups_are_kept_from_run_to_run(tmp_path):
    row = {"workload": "w", "precision": "float32", "engine": "lsm", "note": "", "neurons": 135}
    row |= {"seconds": [1.0], "samples_per_second": [1.0] * 3, "speed": [1.0] * 3}
    facts = {"about": "", "took": 1.0, "load": [0.0, 0.0], "commit": "c", "machine": {"cores": 2}}
    group = facts | {"rows": [row], "date": "yesterday", "skipped": {"NEST": "not there"}}
    Results(tmp_path).add("snapshots", group, GROUPS)
    Results(tmp_path).add("kernels", group | {"date": "today"}, GROUPS)
    Results(tmp_path).add("snapshots", group | {"date": "now"}, GROUPS)
    written = (tmp_path / "RESULTS.md").read_text()
    found = [written.index(text) for text in ("today", "## snapshots", "now", "NEST was left out")]
    assert found == sorted(found)
    assert "yesterday" not in written
    assert {path.name for path in tmp_path.iterdir()} == {"RESULTS.md", "results.json", "cost.png"}


def test_the_page_of_results_shows_the_stored_results():
    page = (ROOT / "benchmarks/RESULTS.md").read_text(encoding="utf-8")
    assert Results(ROOT / "benchmarks").as_markdown() == page


def test_a_part_of_a_group_leaves_the_results_alone(monkeypatch, capsys):
    monkeypatch.setattr(Results, "_write", lambda *arguments: pytest.fail("written"))
    main(["--groups", "kernels", "--sizes", "135", "--engines", "lsm", "--repeats", "1"])
    assert "135 neurons" in capsys.readouterr().out


def test_a_group_that_fails_is_told_and_does_not_stop_the_others(monkeypatch, capsys, tmp_path):
    def broken(options):
        """Fail."""
        raise RuntimeError("broken")

    monkeypatch.setitem(GROUPS, "limits", broken)
    options = ["--sizes", "135", "--engines", "lsm", "--repeats", "1", "--out", str(tmp_path)]
    assert main(["--groups", "limits", "kernels", *options]) == 1
    printed = capsys.readouterr()
    assert "RuntimeError: broken" in printed.err
    assert "| 135 neurons" in printed.out


def test_every_engine_has_a_file_and_can_be_chosen():
    folder = ROOT / "benchmarks/engines"
    files = {path.stem for path in folder.glob("[!_]*.py")}
    assert {engine.module for engine in ENGINES.values()} == files


def test_different_spikes_are_told():
    def entry(name, counts, seconds, note=""):
        return Entry("work", name, "float64", 2, 1, lambda: (seconds, np.array([counts])), note)

    lines = [entry("a", [3, 5], 2.0), entry("b", [3, 4], 1.0), entry("c", [1, 1], 1.0, "other")]
    rows = compare(lines, 3)
    assert [row["equal_counts"] for row in rows] == [1, 0.5, 0]
    assert [row["speed"] for row in rows] == [[1] * 3, [2] * 3, [2] * 3]
    assert disagreements({"group": rows}) == ["work, b: 50.00 % of counts are equal"]


def test_what_is_slow_runs_less_often():
    took = iter([0.5] * 6)
    lines = [
        Entry("work", "quick", "float64", 2, 1, lambda: (next(took), None)),
        Entry("work", "slow", "float64", 2, 1, lambda: (9.0, None)),
    ]
    quick, slow = compare(lines, 5)
    assert (len(quick["seconds"]), len(slow["seconds"])) == (5, 3)
    assert slow["speed"] == [0.5 / 9] * 3


@pytest.mark.parametrize(("seconds", "met"), [([0.8, 0.8, 9.0], True), ([0.9, 0.9, 0.1], False)])
def test_a_goal_is_judged_by_the_median_of_rounds(seconds, met):
    common = {"workload": "135 neurons", "precision": "float32"}
    rows = [
        common | {"engine": "C", "seconds": [1.0, 1.0, 9.0]},
        common | {"engine": "lsm", "seconds": seconds},
    ]
    [outcome] = outcomes({"kernels": rows})
    assert outcome["goal"] == "kernels: 135 neurons, lsm / C, float32"
    assert outcome["met"] == met


def test_a_size_runs_in_a_process_of_its_own():
    command = [sys.executable, "-m", "benchmarks.scaling", "1000", "lsm"]
    result = json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout)
    assert result["synapses"] == 100_000
    assert 10 < result["rate"] < 25
    # Each spike goes to a hundred neurons, and input comes on top.
    assert result["events_per_second"] * result["seconds"] > result["rate"] * 1000 * 100
    assert 0.1 < result["memory_before"] <= result["memory"] < 1
