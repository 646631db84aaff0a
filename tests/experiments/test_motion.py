"""`lsm run motion-prediction` and `motor-control`: data, controls and folders."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from lsm import SpikeArray
from lsm.datasets import make_bouncing_ball
from lsm.experiments import motion_prediction, motor_control
from lsm.experiments.__main__ import main
from lsm.experiments._motion import prediction, reaching
from lsm.experiments._series.taps import make_linear_taps
from lsm.experiments._study.metric import score

MODELS = ["liquid", "liquid without recurrence", "echo state network"]
MODELS += ["static random features", "linear taps"]
BALL = ["motion-prediction", "--n-samples", "20", "--n-neurons", "30", "--repeats", "1"]
ARM = ["motor-control", "--n-train", "4", "--n-test", "4", "--n-neurons", "30", "--repeats", "1"]


def run(out, *options):
    return main(["run", *options, "--jobs", "1", "--out", str(out)])


@pytest.fixture(scope="module")
def ball(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "ball"
    assert run(out, *BALL) == 0
    return out


@pytest.fixture(scope="module")
def arm(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "arm"
    assert run(out, *ARM, "--rounds", "1", "--delays", "50") == 0
    return out


def test_a_run_with_a_ball_leaves_its_folder(ball):
    names = {path.name for path in ball.iterdir()}
    assert names == {"result.json", "table.csv", "model.skops", "errors.png", "flights.png"}
    table = pd.read_csv(ball / "table.csv")
    ahead = table[table["measure"] == "pixels, 200 ms ahead"]
    assert list(ahead["model"]) == MODELS
    assert json.loads((ball / "result.json").read_text())["score"] == ahead["median"].iloc[0]


def test_a_run_with_an_arm_leaves_its_folder(arm):
    pictures = {"paths.png", "reaches.gif", "delays.png"}
    names = {path.name for path in arm.iterdir()}
    assert names == {"result.json", "table.csv", "model.skops"} | pictures
    table = pd.read_csv(arm / "table.csv")
    assert list(table["model"][:5]) == MODELS
    without = table["condition"].str.contains("no feedback")
    assert without.sum() == (~without).sum() - len(MODELS)  # all but the error at untrained goals
    assert (arm / "reaches.gif").read_bytes()[:6] == b"GIF89a"


def test_errors_are_distances_after_the_washout():
    true = np.zeros((2, prediction.WASHOUT + 3, 4))
    y_pred = true + [3.0, 4.0, 0.0, 1.0]
    y_pred[:, : prediction.WASHOUT] = 100
    np.testing.assert_allclose(prediction.errors(y_pred, true), np.tile([5.0, 1.0], (2, 3, 1)))


def test_taps_are_a_regression_on_the_last_images():
    data = prediction.load_data(n_samples=20, occlusion="no", random_state=0)
    taps = make_linear_taps([2], prediction.WASHOUT).fit(
        data.data[data.train], data.target[data.train]
    )

    def rows(samples):
        images = [data.data.to_dense(i) for i in samples]
        pairs = [np.hstack([x[1:], x[:-1]])[prediction.WASHOUT - 1 :] for x in images]
        return np.concatenate(pairs)

    known = np.concatenate(data.target[data.train][:, prediction.WASHOUT :])
    theirs = LinearRegression().fit(rows(data.train), known).predict(rows(data.test[:1]))
    ours = taps.predict(data.data[data.test[:1]])[0][prediction.WASHOUT :]
    assert np.sqrt(np.mean((ours - theirs) ** 2)) < 0.2


def test_as_many_taps_are_taken_as_do_best_on_held_samples():
    rng = np.random.default_rng(0)
    inputs = SpikeArray.from_dense([rng.normal(size=(100, 2)) for _ in range(5)], row_duration=1.0)
    values = [inputs.to_dense(i) for i in range(5)]
    targets = [np.pad(x, ((3, 0), (0, 0)))[: len(x)] for x in values]  # three rows ago
    taps = make_linear_taps([2, 4, 8], washout=10, n_held=2).fit(inputs, targets)
    assert taps.n_taps_ == 4
    np.testing.assert_allclose(taps.predict(inputs)[0][3:], targets[0][3:], atol=1e-6)


def test_the_ball_is_hidden_behind_the_occluder():
    blind, open_ = (
        prediction.load_data(n_samples=10, occlusion=o, random_state=0) for o in ("yes", "no")
    )
    np.testing.assert_array_equal(blind.target, open_.target)
    pixels = blind.data.to_dense(0).reshape(-1, 6, 8).sum(axis=(0, 1))
    assert (pixels[3:5] == 0).all()
    assert blind.visible.min() < 0.5 < open_.visible.min()


class Teacher:
    """A controller of no error, in the form of a model."""

    def __init__(self, task, goals):
        self.task, self.goals, self.step_ = task, goals, 0
        self.liquid_ = self.readout_ = self

    def stream(self, row):
        return self

    def step(self, row):
        return np.zeros(1)

    def predict(self, states):
        self.step_ += 1
        return self.task.target[self.goals, self.step_ - 1]


def test_a_reach_is_what_the_arm_makes_of_torques():
    task = reaching.load_data(n_train=4, n_test=4)
    tried = reaching.reach(Teacher(task, task.test), task, task.test)
    np.testing.assert_allclose(tried.angles, task.angles[task.test], atol=1e-9)
    assert reaching.endpoint_errors(task, task.test, tried).max() < 0.2
    loaded = reaching.reach(Teacher(task, task.test), task, task.test, payload=1.0)
    assert reaching.endpoint_errors(task, task.test, loaded).min() > 1.0


def test_a_teacher_corrects_nothing_in_a_reach_of_its_own():
    task = reaching.load_data(n_train=4, n_test=4)
    tried = reaching.reach(Teacher(task, task.train), task, task.train)
    torques = reaching.corrections(task.teacher, task.train, tried)
    np.testing.assert_allclose(torques, task.target[task.train], atol=1e-6)


def test_taps_stream_what_they_read():
    task = reaching.load_data(n_train=2, n_test=2)
    line = make_linear_taps([10]).fit(task.data[task.train], list(task.target[task.train])).liquid_
    one = task.data[[0]]
    run = line.stream(one.pieces([0], [0], [1]))
    rows = [run.step(one.pieces([0], [t], [t + 1])).ravel() for t in range(30)]
    np.testing.assert_array_equal(rows, line.trajectory(one)[0][:30])


def test_a_sweep_over_arms_goes_by_the_goals_of_validation(tmp_path):
    options = ["--n-train", "4", "--n-test", "4", "--rounds", "1", "--n-neurons", "30"]
    varied = ["--vary", "liquid__neurons__tau_m", "5.0", "--jobs", "1"]
    out = tmp_path / "sweep"
    assert main(["sweep", "motor-control", *options, *varied, "--out", str(out)]) == 0
    task = reaching.load_data(n_train=4, n_test=4, rounds=1)
    model = motor_control.make_model(30, random_state=0, liquid__neurons__tau_m=5.0)
    practised = reaching.practise(model, task, task.train)
    tried = reaching.reach(practised, task, task.validation)
    expected = np.median(reaching.endpoint_errors(task, task.validation, tried))
    assert pd.read_csv(out / "sweep.csv")["score"][0] == pytest.approx(-expected)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["motion-prediction", "--n-samples", "3"], "n_samples must be an integer >= 10"),
        (["motion-prediction", "--data-home", "x"], "data_home goes with task 'basic-motions'"),
        (["motion-prediction", "--set", "liquid__tau", "3"], "Invalid parameter 'tau'"),
        (["motor-control", "--delays", "7"], "delays must be multiples of 5 ms, got 7"),
        (["motor-control", "--n-test", "1"], "n_test must be an integer >= 2"),
        (["motor-control", "--set", "liquid__tau", "3"], "Invalid parameter 'tau'"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(options, expected, capsys, tmp_path):
    assert run(tmp_path / "out", *options) == 2
    assert expected in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_sweep_scores_what_is_200_ms_ahead():
    data = prediction.load_data(n_samples=10, random_state=0)

    class Oracle:
        def predict(self, spikes):
            return data.target[data.test] + np.tile([0, 0, 0, 0, 3.0, 4.0, 0, 0], (1, 1, 1))

    _, values = motion_prediction.evaluate(Oracle(), data, data.test)
    assert score(values) == pytest.approx(-5)


def test_flights_of_the_experiment_are_those_of_the_maker():
    data = prediction.load_data(n_samples=10, occlusion="no", random_state=3)
    ball = make_bouncing_ball(
        10, 2000.0, speed=prediction.SPEED, horizon=prediction.HORIZONS, rate=prediction.RATE,
        row_duration=10.0, random_state=3,
    )  # fmt: skip
    np.testing.assert_array_equal(data.target, ball.target)
