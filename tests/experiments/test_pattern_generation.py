"""`lsm run pattern-generation`: closed loops, what they are measured by, and their folder."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from lsm import load
from lsm.experiments import pattern_generation
from lsm.experiments.__main__ import main
from lsm.experiments._series.patterns import Continuation, load_data, measure
from lsm.experiments._study.metric import score

TINY = ["--n-neurons", "60", "--repeats", "1", "--jobs", "1"]
TRAINING = {"sine": 2000.0, "lorenz": 100_000.0, "mackey-glass": 60_000.0}
MODELS = ["liquid", "liquid without recurrence", "echo state network"]
MODELS += ["static random features", "linear autoregression"]


def score_of(model, data, test):
    _, values = pattern_generation.evaluate(model, data, test)
    return score(values)


@pytest.fixture(scope="module", params=["sine", "lorenz", "mackey-glass"])
def results(request, tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / request.param
    options = ["--task", request.param, *TINY, "--out", str(out)]
    options += ["--training", str(TRAINING[request.param])]
    assert main(["run", "pattern-generation", *options]) == 0
    return out


def test_the_folder_holds_a_table_facts_pictures_and_the_model(results):
    pictures = {"free_run.png"} | ({"attractor.png"} if results.name == "lorenz" else set())
    names = {path.name for path in results.iterdir()}
    assert names == {"result.json", "table.csv", "model.skops"} | pictures
    facts = json.loads((results / "result.json").read_text())
    assert facts["command"].startswith("lsm run pattern-generation")
    table = pd.read_csv(results / "table.csv")
    assert list(table["model"]) == MODELS
    assert facts["score"] == table["median"][0]
    assert np.isfinite(table["median"]).all()


def test_the_kept_model_runs_as_the_table_says(results):
    model = load(results / "model.skops")
    data = load_data(results.name, TRAINING[results.name], random_state=0)
    assert abs(score_of(model, data, data.test)) == pytest.approx(
        pd.read_csv(results / "table.csv")["median"][0], rel=1e-3
    )


def test_pieces_are_what_they_say():
    data = load_data("three-sines")
    assert data.target[0].shape == (10000, 1)  # 20 s in rows of 2 ms
    assert data.unit == 250
    assert [len(piece) for piece in data.target[1:]] == [500 + 5 * 250] * 2
    assert data.data.row_duration == 2.0
    assert len(data.data.rows) == 0
    lorenz = load_data("lorenz", 240_000.0, random_state=0)
    assert lorenz.data.n_rows.tolist() == [6000] + 20 * [700]
    assert lorenz.target[0].std(axis=0) == pytest.approx(1)
    assert (lorenz.cv[0][1], lorenz.test) == (list(range(1, 11)), list(range(11, 21)))
    assert lorenz.unit == pytest.approx(1 / (0.9056 * 0.02))
    series = load_data("mackey-glass", 40_000.0, random_state=0)
    assert series.data.n_rows.tolist() == [1000] + 100 * [184]


def test_an_autoregression_goes_on_with_a_sine_by_itself():
    data = load_data("sine")
    piece = data.target[data.test[0]]
    model = Continuation().fit(data.data[[0]], data.target[:1])
    run = model.generate(len(piece) - data.n_warmup, piece[: data.n_warmup])
    assert measure("sine", [run], [piece[data.n_warmup :]], data.unit) < 1e-3


def test_a_run_is_valid_until_it_strays():
    true = np.zeros((100, 3))
    run = true.copy()
    run[30:] = 0.41
    run[60:] = 0.0
    unit = 10.0
    assert measure("lorenz", [run], [true], unit) == 3.0
    assert measure("lorenz", [true, run, run], [true] * 3, unit) == 3.0
    assert measure("lorenz", [true], [true], unit) == 10.0
    path = np.random.default_rng(0).normal(size=(100, 1))
    late = path.copy()
    late[:-1] += 3.0  # only the end counts
    late[-1] += 0.5
    expected = 0.5 / path.std()
    assert measure("mackey-glass", [late, late], [path, path], 1) == pytest.approx(expected)
    wave = np.sin(np.arange(200) / 5)[:, None]
    assert measure("sine", [np.full_like(wave, wave.mean())], [wave], unit) == pytest.approx(1)


def test_a_control_that_diverges_ends_no_study():
    data = load_data("mackey-glass", 40_000.0, random_state=0)

    class Diverging:
        def generate(self, n_steps, warmup, X):
            raise FloatingPointError("the feedback diverges")

    runs, values = pattern_generation.evaluate(Diverging(), data, data.test)
    assert list(values.values()) == [np.inf]
    assert measure("lorenz", runs, [np.zeros_like(run) for run in runs], data.unit) == 0


def test_a_sweep_goes_by_the_runs_for_validation(tmp_path):
    options = ["--training", "2000", "--n-neurons", "30", "--jobs", "1"]
    varied = ["--vary", "liquid__neurons__tau_m", "5.0"]
    out = tmp_path / "sweep"
    assert main(["sweep", "pattern-generation", *options, *varied, "--out", str(out)]) == 0
    data = load_data("sine", 2000.0)
    model = pattern_generation.make_model(
        "sine", n_neurons=30, random_state=0, liquid__neurons__tau_m=5.0
    )
    fitted = model.fit(data.data[[0]], data.target[:1])
    expected = score_of(fitted, data, data.cv[0][1])
    assert pd.read_csv(out / "sweep.csv")["score"][0] == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--task", "circle"], "invalid choice: 'circle'"),
        (["--task", "lorenz", "--training", "9000"], "training must be a finite number >= 40000"),
        (["--training", "100"], "training must be a finite number >= 2000"),
        (["--readout", "lasso"], "invalid choice: 'lasso'"),
        (["--set", "feedback__gain", "3"], "Invalid parameter 'gain' for estimator Feedback"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(options, expected, capsys, tmp_path):
    try:
        status = main(["run", "pattern-generation", *options, "--out", str(tmp_path / "out")])
    except SystemExit as stop:
        status = stop.code
    assert status == 2
    error = capsys.readouterr().err
    assert re.fullmatch(r"lsm: error: [^\n]+\n", error)
    assert expected in error
    assert list(tmp_path.iterdir()) == []


def test_a_small_liquid_stays_on_the_attractor_of_lorenz_for_two_lyapunov_times():
    data = load_data("lorenz", 240_000.0, random_state=1)
    model = pattern_generation.make_model("lorenz", n_neurons=300, random_state=1)
    model.fit(data.data[[0]], data.target[:1])
    assert score_of(model, data, data.test) > 2  # linear autoregression: 0.2
    model.set_params(liquid__snapshots__feature="trace").fit(data.data[[0]], data.target[:1])
    # A trace that stays at zero, of a neuron that never spikes, weighs nothing.
    assert 0.2 < model.readout_.coef_.any(axis=0).mean() < 0.8


def test_random_units_of_past_rows_go_on_with_a_sine_or_say_that_they_diverge():
    data = load_data("sine")
    piece = data.target[data.test[0]]
    model = Continuation(n_taps=20, n_units=50, random_state=0).fit(data.data[[0]], data.target[:1])
    run = model.generate(50, piece[: data.n_warmup])
    assert np.abs(run - piece[data.n_warmup :][:50]).max() < 0.01
    model.limit_ = 0.1
    with pytest.raises(FloatingPointError, match="diverged"):
        model.generate(50, piece[: data.n_warmup])
