"""The benchmarks run, agree, and say what is missing; what they measure is for no test to judge."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.__main__ import GROUPS, disagreements, main, parse
from benchmarks.engines import ENGINES, PROBLEMS, load
from benchmarks.goals import outcomes
from benchmarks.measure import Entry, compare, entries
from benchmarks.report import table
from benchmarks.workloads import Workload, parts
from lsm.kernel import simulate_reference

ROOT = Path(__file__).parents[1]


def run(folder, *engines):
    """Run the command on the smallest network; return what it wrote."""
    size = ["--only", "kernels", "--sizes", "135", "--repeats", "2"]
    files = ["--json", str(folder / "results.json"), "--picture", str(folder / "cost.png")]
    assert main([*size, "--engines", *engines, *files]) == 0
    return json.loads((folder / "results.json").read_text())


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
    rows = written["results"]["kernels"]
    assert [(row["engine"], row["precision"]) for row in rows] == [
        ("C", "float32"), ("lsm", "float32"), ("C", "float64"), ("lsm", "float64"),
    ]  # fmt: skip
    assert all(len(row["seconds"]) == 2 and min(row["seconds"]) > 0 for row in rows)
    assert all(row["equal_counts"] > 0.9 and 15 < row["rate"] < 27 for row in rows)
    assert [goal["asked"] for goal in written["goals"]] == [">= 1"] * 2
    assert written["machine"]["numba"] in (printed := capsys.readouterr().out)
    assert printed.count("| 135 neurons") == 4
    assert (tmp_path / "cost.png").read_bytes().startswith(b"\x89PNG")


def test_a_missing_peer_is_named_and_left_out(monkeypatch, forgotten, tmp_path, capsys):
    monkeypatch.setitem(sys.modules, "nest", None)  # as if it were not installed
    monkeypatch.delitem(sys.modules, "benchmarks.engines.nest", raising=False)
    written = run(tmp_path, "lsm", "NEST")
    message = "NEST was left out: no module 'nest': pip install nest-simulator"
    assert message in capsys.readouterr().out
    assert list(written["skipped"]) == ["NEST"]
    assert {row["engine"] for row in written["results"]["kernels"]} == {"lsm"}


@pytest.mark.parametrize(
    ("group", "neurons"),
    [
        ("limits", 135),
        ("snapshots", 135),
        ("plasticity", 135),
        ("transform", 135),
        ("delays", 1000),
    ],
)
def test_a_group_measures_the_kernel(group, neurons):
    options = parse(["--sizes", str(neurons), "--engines", "lsm", "--repeats", "1"])
    rows = GROUPS[group](options)
    assert {row["precision"] for row in rows} == {"float32", "float64"}
    assert all(row["neurons"] == neurons for row in rows)
    assert table(rows).count("\n") == len(rows) + 1


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


@pytest.mark.parametrize(("seconds", "met"), [([1.0, 1.0, 9.0], True), ([1.1, 1.1, 0.1], False)])
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
