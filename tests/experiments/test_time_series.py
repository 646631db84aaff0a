"""`lsm run time-series`: its data, its controls and its folder, by the command line."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

from lsm import load
from lsm.experiments import time_series
from lsm.experiments.__main__ import main
from lsm.experiments._series.taps import make_linear_taps
from lsm.experiments._series.tasks import WASHOUT, capacities, load_data, nrmse

TINY = ["--n-neurons", "40", "--n-steps", "1200", "--repeats", "2", "--jobs", "1"]
MODELS = ["liquid", "liquid without recurrence", "echo state network"]
MODELS += ["static random features", "linear taps"]


def run(out, *options):
    return main(["run", "time-series", *TINY, "--out", str(out), *options])


def value_of(model, data, test):
    """Return the value of the only metric."""
    _, values = time_series.evaluate(model, data, test)
    (value,) = values.values()
    return value


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "memory"
    assert run(out, "--task", "memory-capacity", "--inputs", "direct") == 0
    return out


def test_the_folder_holds_a_table_facts_pictures_and_the_model(results):
    names = {path.name for path in results.iterdir()}
    pictures = {"prediction.png", "memory.png"}
    assert names == {"result.json", "table.csv", "model.skops"} | pictures
    facts = json.loads((results / "result.json").read_text())
    assert facts["command"].startswith("lsm run time-series --task memory-capacity --n-steps 1200")
    assert facts["score"] == facts["metrics"][0]["median"]
    table = pd.read_csv(results / "table.csv")
    assert list(table["model"]) == MODELS
    seeds = table[["seed 0", "seed 1"]]
    np.testing.assert_allclose(table["median"], seeds.median(axis=1))
    np.testing.assert_allclose(table[["low", "high"]], np.sort(seeds, axis=1))


def test_recurrence_is_the_memory_of_an_input_that_comes_without_delay(results):
    table = pd.read_csv(results / "table.csv", index_col="model")["median"]
    assert table["liquid"] > 3 * table["liquid without recurrence"]
    assert table["linear taps"] == pytest.approx(99, abs=0.01)  # the last 100 inputs


def test_the_kept_model_is_that_of_the_table(results):
    model = load(results / "model.skops")
    data = load_data("memory-capacity", n_steps=1200, random_state=0)
    assert value_of(model, data, [2]) == pytest.approx(
        pd.read_csv(results / "table.csv")["seed 0"][0]
    )


def test_pictures_show_something(results):
    from matplotlib.image import imread

    for path in results.glob("*.png"):
        pixels = imread(path)[..., :3]
        assert min(pixels.shape[:2]) > 400
        assert len(np.unique((255 * pixels).astype(int) @ [65536, 256, 1])) > 30


def test_pieces_follow_one_another_and_are_scaled_by_the_first():
    data = load_data("narma10", n_steps=2000, random_state=0)
    pieces = [data.data.to_dense(i)[:, 0] for i in range(3)]
    assert [len(piece) for piece in pieces] == [1200, 400 + WASHOUT, 400 + WASHOUT]
    assert pieces[0].mean() == pytest.approx(0, abs=1e-5)
    assert pieces[0].std() == pytest.approx(1, abs=1e-5)
    for before, after in zip(pieces, pieces[1:], strict=False):
        np.testing.assert_array_equal(before[-WASHOUT:], after[:WASHOUT])
    assert data.cv == [([0], [1])]


def test_linear_taps_are_a_regression_on_the_past():
    data = load_data("narma10", n_steps=2000, random_state=0)
    taps = make_linear_taps([10], WASHOUT).fit(data.data[[0, 1]], data.target[:2])
    u, y = data.data.to_dense(2)[:, 0], data.target[2]
    past = np.stack([u[WASHOUT - k : len(u) - k] for k in range(10)], axis=1)
    known = data.data.to_dense(0)[:, 0]
    earlier = np.stack([known[WASHOUT - k : len(known) - k] for k in range(10)], axis=1)
    ours = taps.predict(data.data[[2]])[0][WASHOUT:]
    theirs = LinearRegression().fit(earlier, data.target[0][WASHOUT:]).predict(past)
    assert nrmse(ours, theirs) < 0.1
    assert nrmse(ours, y[WASHOUT:]) < 0.7


def test_what_is_measured():
    rng = np.random.default_rng(0)
    true = rng.normal(size=(500, 3))
    noise = rng.normal(size=500)
    y_pred = np.stack([3 * true[:, 0] + 1, noise, np.zeros(500)], axis=1)
    expected = np.corrcoef(noise, true[:, 1])[0, 1] ** 2
    np.testing.assert_allclose(capacities(y_pred, true), [1, expected, 0], atol=1e-12)
    assert nrmse(np.broadcast_to(true.mean(axis=0), true.shape), true) == pytest.approx(1)


@pytest.mark.parametrize("kind", ["liquid", "echo-state"])
@pytest.mark.parametrize("inputs", ["direct", "delayed"])
def test_a_model_takes_any_parameter_by_name(kind, inputs):
    model = time_series.make_model(
        "laser", inputs, n_neurons=30, kind=kind, random_state=0, liquid__topology__fan_out=7
    )
    data = load_data("narma10", n_steps=1000, random_state=0)
    fitted = model.fit(data.data[[0]], data.target[:1])
    assert fitted.liquid_.network_.w.nnz == 7 * 30
    assert np.isfinite(value_of(fitted, data, [1]))


def test_a_sweep_goes_by_the_validation_piece(tmp_path):
    options = ["--task", "narma10", "--n-neurons", "30", "--n-steps", "1000", "--jobs", "1"]
    varied = ["--vary", "liquid__neurons__tau_m", "5.0", "20.0"]
    out = tmp_path / "sweep"
    assert main(["sweep", "time-series", *options, *varied, "--out", str(out)]) == 0
    table = pd.read_csv(out / "sweep.csv")
    assert (table["status"] == "done").all()
    data = load_data("narma10", n_steps=1000, random_state=0)
    model = time_series.make_model(
        "narma10", n_neurons=30, random_state=0, liquid__neurons__tau_m=5.0
    )
    fitted = model.fit(data.data[[0]], data.target[:1])
    assert table["score"][0] == pytest.approx(-value_of(fitted, data, [1]))


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--task", "weather"], "invalid choice: 'weather'"),
        (["--task", "narma10", "--horizon", "3"], "horizon is for mackey-glass"),
        (["--task", "sunspots", "--n-steps", "3000"], "n_steps is for memory-capacity"),
        (["--task", "narma10", "--n-steps", "500"], "n_steps must be an integer >= 1000"),
        (["--task", "narma10", "--data-home", "x"], "data_home goes with task 'laser' only"),
        (["--repeats", "0"], "repeats must be an integer >= 1"),
        (["--set", "liquid__tau", "3"], "Invalid parameter 'tau' for estimator Liquid"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(options, expected, capsys, tmp_path):
    try:
        status = main(["run", "time-series", *options, "--out", str(tmp_path / "out")])
    except SystemExit as stop:
        status = stop.code
    assert status == 2
    error = capsys.readouterr().err
    assert re.fullmatch(r"lsm: error: [^\n]+\n", error)
    assert expected in error
    assert list(tmp_path.iterdir()) == []
