"""`lsm run spike-patterns`: its tasks, its controls and its folder."""

import json

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from lsm import SpikeArray, load
from lsm.experiments import spike_patterns
from lsm.experiments.__main__ import main
from lsm.experiments._spikes.models import TAUS, make_traces
from lsm.experiments._spikes.tasks import TASKS
from lsm.experiments._study.metric import score

MODELS = ["liquid", "liquid without recurrence", "echo state network"]
MODELS += ["static random features", "traces, no liquid"]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "out"
    options = ["--kind", "column", "--n-samples", "120", "--repeats", "2", "--jitters", "0", "16"]
    assert main(["run", "spike-patterns", *options, "--out", str(out), "--debug"]) == 0
    return out


class TestResults:
    def test_the_folder_is_whole(self, results):
        names = {path.name for path in results.iterdir()}
        assert names == {"result.json", "table.csv", "task.png", "jitter.png", "model.skops"}

    def test_the_table_has_every_model_segment_and_jitter(self, results):
        table = pd.read_csv(results / "table.csv")
        assert len(table) == 5 * 4 * 2
        for _, part in table.groupby(["jitter", "target"]):
            assert list(part["model"]) == MODELS
        seeds = table[["seed 0", "seed 1"]]
        assert np.allclose(table["low"], seeds.min(axis=1))
        assert np.allclose(table["median"], seeds.median(axis=1))

    def test_late_segments_are_classified_and_traces_classify_all(self, results):
        table = (
            pd.read_csv(results / "table.csv").set_index(["jitter", "model", "target"]).sort_index()
        )
        assert (table.loc[0.0, "traces, no liquid"]["low"] > 0.9).all()
        assert table.loc[(0.0, "liquid", "segment 4"), "low"] > 0.9
        assert table.loc[(0.0, "liquid without recurrence", "segment 1"), "median"] < 0.75

    def test_the_facts_tell_how_to_repeat_the_run(self, results):
        facts = json.loads((results / "result.json").read_text())
        assert facts["command"].startswith(
            "lsm run spike-patterns --n-samples 120 --kind column --jitters 0.0 16.0"
        )
        assert facts["health"]["rate"] > 0
        assert facts["model"].count("TsodyksMarkram") == 1

    def test_the_model_is_that_of_the_first_seed(self, results):
        data = spike_patterns.load_data(jitter=0.0, n_samples=120, random_state=0)
        model = load(results / "model.skops")
        table = pd.read_csv(results / "table.csv")
        first = table[(table["model"] == "liquid") & (table["jitter"] == 0)]["seed 0"]
        _, values = spike_patterns.evaluate(model, data, data.test)
        assert score(values) == pytest.approx(first.mean())

    @pytest.mark.parametrize("picture", ["task.png", "jitter.png"])
    def test_a_picture_shows_something(self, results, picture):
        pixels = imread(results / picture)[..., :3]
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) > 30


@pytest.mark.parametrize("task", TASKS)
def test_every_task_is_split_and_its_test_is_for_nothing_else(task):
    data = spike_patterns.load_data(task, n_samples=80, random_state=0)
    ((train, validation),) = data.cv
    parts = [set(train), set(validation), set(data.test)]
    assert sum(map(len, parts)) == len(set().union(*parts)) == 80
    assert len(data.labels) == (1 if data.target.ndim == 1 else data.target.shape[1])


def test_a_task_that_has_one_column_gives_one_row_a_model(tmp_path, capsys):
    options = ["--task", "xor", "--jitter", "0", "--n-samples", "80", "--repeats", "1"]
    out = tmp_path / "out"
    assert main(["run", "spike-patterns", *options, "--n-neurons", "60", "--out", str(out)]) == 0
    table = pd.read_csv(out / "table.csv")
    assert list(table["model"]) == MODELS
    assert not (out / "jitter.png").exists()
    assert "accuracy in %" in capsys.readouterr().out


def test_a_sweep_goes_by_the_mean_over_segments(tmp_path):
    out = tmp_path / "sweep"
    command = ["sweep", "spike-patterns", "--n-samples", "80", "--vary", "n_neurons", "20", "30"]
    assert main([*command, "--jobs", "1", "--out", str(out)]) == 0
    table = pd.read_csv(out / "sweep.csv")
    assert (table["status"] == "done").all()
    data = spike_patterns.load_data(n_samples=80, random_state=0)
    model = spike_patterns.make_model(n_neurons=20, random_state=0)
    ((train, validation),) = data.cv
    model.fit(data.data[train], data.target[train])
    y_pred = model.predict(data.data[validation])
    assert table["score"][0] == pytest.approx(np.mean(y_pred == data.target[validation]))


def test_traces_are_sums_over_spikes():
    spikes = SpikeArray.from_events([([1.0, 4.0, 4.0], [0, 0, 1]), ([0.0], [1])], 2, durations=6.0)
    states = make_traces().fit_transform(spikes)
    fast = [np.exp(-0.4) + np.exp(-0.1), np.exp(-0.1)]
    assert states[0, :2] == pytest.approx(fast)
    assert states[:, -2:] == pytest.approx(np.array([[2, 1], [0, 1]]))  # counts
    assert states.shape == (2, 2 * len(TAUS))


def test_static_random_features_solve_what_traces_do_not():
    data = spike_patterns.load_data("xor", n_samples=400, random_state=0)
    model = spike_patterns.make_model("xor", n_neurons=100)
    models = spike_patterns.make_models(model, "xor", "random", 100, 0)
    scores = {}
    for name in ("static random features", "traces, no liquid"):
        fitted = models[name].fit(data.data[data.train], data.target[data.train])
        scores[name] = fitted.score(data.data[data.test], data.target[data.test])
    assert scores["static random features"] > 0.9 > 0.75 > scores["traces, no liquid"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--task", "order", "--delay", "1"], "delay goes with the tasks xor and parity only"),
        (["--jitter", "1", "--jitters", "0", "1"], "jitter and jitters exclude each other"),
        (["--n-samples", "10"], "n_samples must be an integer >= 40, got 10"),
        (["--jitter", "-1"], "jitter must be"),
        (["--kind", "column", "--n-neurons", "100"], "135 neurons, but n_neurons is 100"),
        (["--set", "liquid__tau", "3"], "Invalid parameter 'tau'"),
    ],
)
def test_bad_input_is_one_line(options, expected, capsys, tmp_path):
    assert main(["run", "spike-patterns", *options, "--out", str(tmp_path / "out")]) == 2
    message = capsys.readouterr().err
    assert message.startswith("lsm: error: ")
    assert expected in message
    assert not (tmp_path / "out").exists()
