import json
from pathlib import Path

import numpy as np
import pytest

from lsm import Liquid, load, save
from lsm.experiments import spike_patterns
from lsm.experiments.__main__ import main
from lsm.experiments._inspect import inspect
from lsm.measures import card

OWN = """
from sklearn.utils import Bunch
import numpy as np
from lsm import Liquid, LSMClassifier

def load_data(n_samples=20, random_state=None):
    \"\"\"Draw samples.

    Parameters
    ----------
    n_samples : int
        Number of samples.
    \"\"\"
    X = np.random.default_rng(random_state).poisson(0.05, (n_samples, 100, 5))
    return Bunch(data=X, target=np.arange(n_samples) % 2, cv=[(np.arange(10), np.arange(10, 20))])

def make_model(n_neurons=30, random_state=None, **settings):
    \"\"\"Make a classifier.

    Parameters
    ----------
    n_neurons : int
        Number of neurons.
    \"\"\"
    return LSMClassifier(Liquid(n_neurons, random_state=random_state)).set_params(**settings)
"""


def test_an_experiment_is_drawn_and_measured_on_what_it_trains_on(capsys):
    options = ["--task", "xor", "--n-samples", "80", "--n-neurons", "50", "--seed", "3"]
    assert main(["inspect", "spike-patterns", *options, "--debug"]) == 0
    data = spike_patterns.load_data("xor", n_samples=80, random_state=3)
    X = data.data[data.cv[0][0]]
    model = spike_patterns.make_model("xor", n_neurons=50, random_state=3)
    assert capsys.readouterr().out == f"{card(model['liquid'].fit(X), X)}\n"


def test_settings_of_the_model_count(capsys):
    command = ["inspect", "spike-patterns", "--n-neurons", "20", "--n-samples", "40"]
    assert main([*command, "--set", "liquid__neurons__tau_m", "5.0"]) == 0
    other = capsys.readouterr().out
    assert main(command) == 0
    assert capsys.readouterr().out != other


def test_a_file_of_ones_own_and_a_liquid_within_an_estimator(tmp_path, capsys):
    (tmp_path / "own.py").write_text(OWN)
    assert main(["inspect", str(tmp_path / "own.py"), "--n-neurons", "25"]) == 0
    assert capsys.readouterr().out.startswith("25 neurons, measured on 10 samples of 100 ms")


def test_a_run_is_measured_on_its_own_data(tmp_path, capsys):
    out = tmp_path / "out"
    options = ["--task", "interval", "--n-samples", "80", "--n-neurons", "40", "--repeats", "1"]
    assert main(["run", "spike-patterns", *options, "--out", str(out)]) == 0
    capsys.readouterr()
    data = spike_patterns.load_data("interval", n_samples=80, random_state=0)
    expected = card(load(out / "model.skops"), data.data[data.cv[0][0]])
    for subject in (out, out / "model.skops"):
        assert main(["inspect", str(subject)]) == 0
        assert capsys.readouterr().out == f"{expected}\n"


def test_a_model_alone_is_measured_on_samples_of_a_file(tmp_path):
    X = np.random.default_rng(0).poisson(0.05, (12, 100, 5))
    liquid = Liquid(n_neurons=20, random_state=0).fit(X)
    save(liquid, tmp_path / "liquid.skops")
    save(X, tmp_path / "X.skops")
    found = inspect(str(tmp_path / "liquid.skops"), data=str(tmp_path / "X.skops"))
    assert str(found) == str(card(liquid, X))


def test_types_of_ones_own_are_trusted_by_name(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = OWN.replace("return LSMClassifier(", "return Mine(")
    Path("mine.py").write_text(f"{text}\nclass Mine(LSMClassifier):\n    pass\n")
    assert main(["run", "mine.py", "--repeats", "1", "--out", "out"]) == 0
    capsys.readouterr()
    assert main(["inspect", "out/model.skops", "--data", "X"]) == 2
    assert (
        "out/model.skops holds types that are not known to be safe: mine.Mine"
        in capsys.readouterr().err
    )
    save(np.random.default_rng(0).poisson(0.05, (12, 100, 5)), "X")
    assert main(["inspect", "out/model.skops", "--data", "X", "--trusted", "mine.Mine"]) == 0
    assert "measured on 12 samples" in capsys.readouterr().out


def test_bad_input_is_one_line(tmp_path, capsys):
    save(Liquid(n_neurons=20), tmp_path / "alone.skops")
    (tmp_path / "empty").mkdir()
    for subject, expected in (
        (tmp_path / "nothing", "no experiment, and no model or folder of a run"),
        (tmp_path / "empty", "empty/result.json that names an experiment"),
        (tmp_path / "alone.skops", "give --data"),
        ("time-serious", "no experiment, and no model"),
    ):
        assert main(["inspect", str(subject)]) == 2
        message = capsys.readouterr().err
        assert message.startswith("lsm: error: ")
        assert message.count("\n") == 1
        assert expected in message
    with pytest.raises(SystemExit):
        main(["inspect"])
    assert "subject" in capsys.readouterr().err


def test_a_folder_names_no_code_that_is_run(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("evil.py").write_text("open('hurt', 'w')")
    Path("run").mkdir()
    Path("run/model.skops").write_bytes(b"cos\nsystem\n(S'touch hurt'\ntR.")
    save(Liquid(n_neurons=20), "alone.skops")
    for name in (str(tmp_path / "evil.py"), "evil.py", "evil", "_study", "os", "../os"):
        facts = {"experiment": name, "parameters": {}}
        for path in ("run/result.json", "result.json"):
            Path(path).write_text(json.dumps(facts))
        for subject in ("run", "alone.skops"):
            assert main(["inspect", subject]) == 2
            assert "which is taken from the command line only" in capsys.readouterr().err
    assert not Path("hurt").exists()


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([], "it has no experiment, parameters"),
        ({"experiment": "measures"}, "it has no parameters"),
        ({"experiment": 3, "parameters": {}}, "experiment must be a text, got 3"),
        (
            {"experiment": "spike-patterns", "parameters": {"n_samples": "x"}},
            "n_samples must be int",
        ),
        ({"experiment": "spike-patterns", "parameters": {"kind": []}}, "kind must be {"),
        ({"experiment": "spike-patterns", "parameters": {"jitters": 3}}, "jitters must be list"),
    ],
)
def test_a_damaged_folder_is_named(facts, expected, tmp_path, capsys):
    (tmp_path / "result.json").write_text(json.dumps(facts))
    assert main(["inspect", str(tmp_path)]) == 2
    message = capsys.readouterr().err
    assert f"{tmp_path / 'result.json'} " in message
    assert expected in message


def test_a_damaged_model_or_file_of_samples_is_named(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    save(Liquid(n_neurons=20), "whole.skops")
    whole = Path("whole.skops").read_bytes()
    rng = np.random.default_rng(0)
    contents = [b"", b"hello", b"x\x9cjunk", b"\x1f\x8bjunk", b"clsm\nNoSuchClass\n.", b"N."]
    contents += [whole[:n] for n in rng.integers(1, len(whole) - 1, 20)]
    for content in contents:
        Path("cut").write_bytes(content)
        for subject, data in (("cut", "whole.skops"), ("whole.skops", "cut")):
            assert main(["inspect", subject, "--data", data]) == 2
            assert capsys.readouterr().err.startswith("lsm: error: ")
