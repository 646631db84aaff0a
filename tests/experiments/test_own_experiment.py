"""An experiment in a file of one's own: that of CONTRIBUTING, and files with mistakes."""

import json
import re
import shlex
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lsm import load
from lsm.experiments.__main__ import main

CONTRIBUTING = Path(__file__).parents[2] / "CONTRIBUTING.md"
SECTION = CONTRIBUTING.read_text("utf-8").split("## Adding an experiment")[1].split("\n## ")[0]
(CODE,) = re.findall(r"```python\n# two_rates.py\n(.*?)```", SECTION, re.DOTALL)
(COMMANDS,) = re.findall(r"```sh\n(.*?)```", SECTION, re.DOTALL)

METRICS = '''
from lsm.experiments import Metric

LATE = Metric("error", more_is_better=False)


def conditions(rates=(30.0,)):
    """Return the rates to compare.

    Parameters
    ----------
    rates : list of float
        Rates of the second class in Hz.
    """
    return [{"rate": rate} for rate in rates]


def make_models(model, n_neurons):
    return {"mine": model, "smaller": make_model(n_neurons // 2, random_state=0)}


def evaluate(model, data, test):
    y_pred = model.predict(data.data[test])
    return y_pred, {LATE: np.mean(y_pred != data.target[test])}


def draw(folder, comparison):
    (folder / "picture.txt").write_text(" ".join(comparison.models))


def describe(comparison):
    return f"models: {', '.join(comparison.y_pred)}"


def facts(comparison):
    return {"colour": "green"}
'''


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Work in a folder with the file of CONTRIBUTING, and return a function that changes it."""
    monkeypatch.chdir(tmp_path)

    def write(name, *changes, more=""):
        code = CODE
        for old, new in changes:
            assert old in code
            code = code.replace(old, new)
        Path(name).write_text(code + more)
        return name

    return write


def error_of(capsys, *arguments):
    assert main(list(arguments)) == 2
    return capsys.readouterr().err


def test_the_commands_of_contributing_work(own, capsys):
    own("two_rates.py")
    for line in COMMANDS.splitlines():
        command, *arguments = shlex.split(line)
        assert command == "lsm"
        assert main(arguments) == 0, line
    text = capsys.readouterr().out
    assert "80 samples of 20 Hz or 50 Hz" in text
    assert "100 neurons, measured on 40 samples of 200 ms" in text
    (run,) = Path("results").glob("two_rates-*")
    table = pd.read_csv(run / "table.csv", index_col="model")
    assert list(table.index) == ["liquid", "liquid without recurrence"]
    assert table.loc["liquid", "low"] > 0.8
    assert {"seed 0", "seed 1", "seed 2"} < set(table)
    names = {"table.csv", "result.json", "model.skops", "confusion.csv", "raster.json"}
    assert {path.name for path in run.iterdir()} == names
    facts = json.loads((run / "result.json").read_text())
    assert facts["command"] == "lsm run two_rates.py --rate 50.0 --repeats 3"
    assert facts["score"] == table.loc["liquid", "median"]
    assert load(run / "model.skops").liquid_.n_neurons_ == 100
    (sweep,) = Path("results").glob("sweep-two_rates-*")
    assert len(pd.read_csv(sweep / "sweep.csv")) == 2


def test_help_and_options_come_from_the_file(own, capsys):
    own("helped.py")
    with pytest.raises(SystemExit):
        main(["run", "helped.py", "--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert "Classify spike trains by their rate." in text
    assert "--rate X Rate of the second class in Hz. (default: 30.0)" in text
    assert "random" not in text.replace("random_state", "")


def test_an_experiment_may_replace_what_the_frame_does(own, capsys):
    name = own("richer.py", more=METRICS)
    options = ["--rates", "25", "60", "--repeats", "2", "--n-neurons", "40", "--out", "out"]
    assert main(["run", name, *options]) == 0
    assert "models: mine, smaller" in capsys.readouterr().out
    table = pd.read_csv("out/table.csv")
    assert list(table["model"]) == ["mine", "smaller"] * 2
    assert list(table["rate"]) == [25.0, 25.0, 60.0, 60.0]
    assert (table["median"][2:].to_numpy() <= table["median"][:2].to_numpy()).all()
    assert Path("out/picture.txt").read_text() == "mine smaller"
    facts = json.loads(Path("out/result.json").read_text())
    assert facts["colour"] == "green"
    assert facts["measure"] == "error"
    assert main(["sweep", name, "--vary", "n_neurons", "20", "--out", "sweep"]) == 0
    assert pd.read_csv("sweep/sweep.csv")["score"][0] <= 0  # less is better


def test_without_test_samples_the_comparison_is_made_on_the_folds(own):
    splits = "cv=[(indices[::2], indices[1::2]), (indices[1::2], indices[::2])]"
    name = own(
        "folded.py",
        ("cv=[(indices[:fit], indices[fit:train])]", splits),
        ("        train=indices[:train],\n        test=indices[train:],\n", ""),
    )
    options = ["--repeats", "1", "--n-neurons", "30", "--out", "out"]
    assert main(["run", name, *options]) == 0
    assert main(["sweep", name, "--vary", "n_neurons", "30", "--out", "sweep"]) == 0
    score = pd.read_csv("sweep/sweep.csv")["score"][0]
    assert pd.read_csv("out/table.csv")["seed 0"][0] == score
    counts = pd.read_csv("out/confusion.csv", index_col=0).to_numpy()
    assert counts.sum() == 40  # of the first fold, with the model that is kept


def test_a_model_without_a_liquid_has_no_control(own):
    name = own(
        "plain.py",
        ("from lsm import Liquid, LSMClassifier", "from sklearn.dummy import DummyClassifier"),
        ("LSMClassifier(Liquid(n_neurons, random_state=random_state))", "DummyClassifier()"),
    )
    assert main(["run", name, "--repeats", "1", "--out", "out"]) == 0
    assert list(pd.read_csv("out/table.csv")["model"]) == ["model"]
    facts = json.loads(Path("out/result.json").read_text())
    assert facts["health"] is facts["calibrated"] is None
    assert not Path("out/raster.json").exists()


def test_a_regressor_is_scored_by_r_squared(own):
    name = own(
        "rates.py",
        ("LSMClassifier", "LSMRegressor"),
        ("target=target,", "target=rates,"),
        ("target == 1, rate, 20.0", "target == 1, rate, 20.0 + np.arange(n_samples)"),
    )
    assert main(["run", name, "--repeats", "1", "--out", "out"]) == 0
    table = pd.read_csv("out/table.csv")
    facts = json.loads(Path("out/result.json").read_text())
    assert facts["measure"] == "R2"
    assert np.isfinite(table["median"]).all()
    assert not Path("out/confusion.csv").exists()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            ("def make_model(", "def build("),
            "mistaken.py is not an experiment: it has no make_model",
        ),
        (
            ("    rate : float, default=30.0\n        Rate of the second class in Hz.\n", ""),
            "the docstring of mistaken.load_data must describe the parameter rate",
        ),
        (("rate : float,", "rate : bool,"), "gives rate the type 'bool, default=30.0'; it may be"),
        (
            ("import numpy as np", "import nompy as np"),
            "mistaken.py, line 3: No module named 'nompy'",
        ),
        (("import numpy as np", "import numpy as ("), "mistaken.py, line 3: invalid syntax"),
        (("import numpy as np", "{}['x']"), "mistaken.py, line 3: KeyError: 'x'"),
        (("import numpy as np", "raise SystemExit"), "mistaken.py, line 3: SystemExit"),
        (
            ("    return Bunch(", "    Bunch("),
            "load_data of mistaken.py must return a Bunch, got None",
        ),
        (
            ("    return model.set_params(**settings)", "    model.set_params(**settings)"),
            "make_model of mistaken.py must return an unfitted estimator, got None",
        ),
    ],
)
def test_a_mistake_is_named(own, change, expected, capsys):
    assert expected in error_of(capsys, "run", own("mistaken.py", change), "--out", "out")
    assert not Path("out").exists()


@pytest.mark.parametrize("name", ["json.py", "csv.py", "numpy.py", "lsm.py", "two-rates.py"])
def test_a_file_replaces_no_module(own, name):
    known = {stem: sys.modules.get(stem) for stem in ("json", "csv", "numpy", "lsm")}
    options = ["--repeats", "1", "--n-neurons", "20", "--out", "out"]
    assert main(["run", own(name), *options]) == 0
    assert {stem: sys.modules.get(stem) for stem in known} == known


def test_a_setting_that_the_model_does_not_take_is_named(own, capsys):
    name = own("fixed.py", (", **settings)", ")"), ("model.set_params(**settings)", "model"))
    with pytest.raises(SystemExit):
        main(["run", name, "--set", "liquid__dt", "2"])
    assert "unrecognized arguments: --set" in capsys.readouterr().err


def test_names_of_targets_need_indices_and_data_need_splits(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    source = (
        '"""Classify."""\n\nimport numpy as np\nfrom sklearn.dummy import DummyClassifier\n'
        "from sklearn.utils import Bunch\n\n\ndef load_data(random_state=None):\n"
        "    X, y = np.zeros((4, 1)), np.array({target})\n"
        "    return Bunch(data=X, target=y, {more})\n\n\ndef make_model(random_state=None):\n"
        "    return DummyClassifier()\n"
    )
    cv = "cv=[(np.arange(4), np.arange(4))]"
    for name, target, more, message in (
        ("text", ["a", "b"] * 2, f"{cv}, target_names=['a', 'b']", "must hold indices"),
        ("uncut", [0, 1] * 2, "DESCR='none'", "lacks cv"),
    ):
        (tmp_path / f"{name}.py").write_text(source.format(target=target, more=more))
        assert main(["run", f"{name}.py", "--out", str(tmp_path / "out")]) == 2
        assert message in capsys.readouterr().err
        assert not (tmp_path / "out").exists()
