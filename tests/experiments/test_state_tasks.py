"""`lsm run state-tasks`: its tasks, the rows that count, its controls and its folder."""

import json

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread
from sklearn.utils import Bunch

from lsm import Feedback
from lsm.experiments import state_tasks
from lsm.experiments.__main__ import main
from lsm.experiments._state.tasks import ALL, TASKS, accuracies, load_data

MODELS = ["liquid", "liquid without recurrence", "liquid without feedback"]
MODELS += ["echo state network", "static random features", "linear taps"]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "out"
    options = ["--tasks", "bit", "--n-samples", "6", "--repeats", "2", "--n-neurons", "50"]
    assert main(["run", "state-tasks", *options, "--out", str(out), "--debug"]) == 0
    return out


class TestResults:
    def test_the_folder_is_whole(self, results):
        names = {path.name for path in results.iterdir()}
        assert names == {"result.json", "table.csv", "delays.png", "outputs.png", "model.skops"}
        assert imread(results / "delays.png").std() > 0.01

    def test_a_bit_is_held_by_feedback_and_lost_by_windows(self, results):
        table = pd.read_csv(results / "table.csv")
        assert list(table["model"].unique()) == MODELS
        old = table[~table["delay"].isin([ALL])]
        old = old[old["delay"].astype(float) > 2000].groupby("model")["median"].mean()
        assert old["liquid"] > 0.95
        for name in ("liquid without feedback", "static random features", "linear taps"):
            assert old[name] < 0.7
        young = table[table["delay"] == "750.0"].set_index("model")["median"]
        assert young["linear taps"] > 0.9

    def test_the_facts_tell_how_to_repeat_the_run(self, results):
        facts = json.loads((results / "result.json").read_text())
        assert facts["command"].startswith("lsm run state-tasks")
        assert "Feedback(clip=True" in facts["model"]


@pytest.mark.parametrize("task", TASKS)
def test_perfect_outputs_are_right_and_none_are_not(task):
    data = load_data(task, n_samples=5, random_state=0)
    assert [len(part) for part in (data.train, data.test, *data.cv[0])] == [5, 8, 1, 4]
    target = [data.target[i] for i in data.test]
    values = accuracies(task, target, data, data.test, data.window)
    assert set(values.values()) == {1.0}
    silent = [np.zeros_like(part) for part in target]
    values = accuracies(task, silent, data, data.test, data.window)
    assert max(values.values()) < (0.6 if task == "counter" else 0.02)


def test_rows_count_by_the_time_since_the_event():
    since = np.array([np.nan, 0.0, 400.0, 999.0, 1000.0, 3000.0])
    target = np.ones((6, 1))
    data = Bunch(target=[target], since=[since])
    y_pred = np.array([-1.0, 1.0, 0.2, -1.0, -1.0, 1.0])[:, None]
    values = accuracies("bit", [y_pred], data, [0], 2000.0)
    by_delay = {dict(metric.columns)["delay"]: value for metric, value in values.items()}
    assert by_delay == {ALL: 0.6, 250.0: 1.0, 750.0: 0.0, 1250.0: 0.0, 3500.0: 1.0}
    assert [metric.scored for metric in values] == [True, False, False, False, False]


def test_networks_have_the_same_feedback_and_readout():
    models = [state_tasks.make_model(kind=kind) for kind in ("liquid", "echo-state")]
    for model in models:
        assert isinstance(model.feedback, Feedback)
        assert repr(model.feedback) == repr(models[0].feedback)
        assert repr(model.readout) == repr(models[0].readout)
        assert model.liquid.n_neurons == 600
    assert state_tasks.make_model(feedback=False).feedback is None


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--task", "juggle"], "invalid choice: 'juggle'"),
        (["--tasks", "bit", "juggle"], "tasks must be one of"),
        (["--delay", "10"], "delay must be a finite number >= 400, got 10.0"),
        (["--n-samples", "4"], "n_samples must be an integer >= 5, got 4"),
        (["--n-neurons", "0"], "n_neurons must be an integer >= 1"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(options, expected, capsys, tmp_path):
    try:
        status = main(["run", "state-tasks", *options, "--out", str(tmp_path / "out")])
    except SystemExit as stop:
        status = stop.code
    assert status == 2
    assert expected in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
