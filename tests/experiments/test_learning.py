"""`lsm run learning`: every method on its task, with its controls and its folder."""

import numpy as np
import pandas as pd
import pytest

from lsm import load
from lsm.experiments import learning
from lsm.experiments.__main__ import main
from lsm.experiments._command.options import options_of
from lsm.experiments._learning import METHODS


def test_the_command_line_offers_every_method():
    (option,) = (option for option in options_of(learning.load_data) if option.name == "method")
    choices = ", ".join(f'"{name}"' for name in METHODS)
    assert option.kind.startswith(f"{{{choices}}}")


def run(tmp_path, *options):
    out = tmp_path / "out"
    command = ["run", "learning", *options, "--repeats", "1", "--jobs", "1", "--debug"]
    assert main([*command, "--out", str(out)]) == 0
    return out, pd.read_csv(out / "table.csv")


def small(monkeypatch, method, *conditions, **constants):
    """Let a method have few conditions and small networks."""
    for name, value in constants.items():
        monkeypatch.setattr(METHODS[method], name, value)
    monkeypatch.setattr(METHODS[method], "conditions", lambda: conditions, raising=False)


def test_p_delta_is_compared_with_ridge_on_the_same_liquid(tmp_path, monkeypatch, capsys):
    small(monkeypatch, "p-delta", "order", N_NEURONS=60)
    out, table = run(tmp_path, "--method", "p-delta", "--n-samples", "80")
    names = ["p-delta", "tempotron", "spiking ridge", "ridge"]
    assert table["model"][:4].tolist() == names
    scores = table.set_index("model")["median"]
    assert scores["spiking ridge"] == pytest.approx(scores["ridge"], abs=0.1)
    assert set(table["condition"]) == {"order"}
    assert hasattr(load(out / "model.skops")["readout"], "weights_")
    assert "condition order" in capsys.readouterr().out


def test_an_unknown_method_is_refused_with_the_names_of_all(capsys):
    with pytest.raises(SystemExit):
        main(["run", "learning", "--method", "magic"])
    assert "p-delta" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_converted_models_have_their_accuracy_and_spikes_over_steps(tmp_path, monkeypatch):
    small(monkeypatch, "conversion", None, N_HIDDEN=16)
    out, table = run(tmp_path, "--method", "conversion", "--n-samples", "400")
    last = table[table["steps"] == 100].set_index(["metric", "model"])["median"]
    assert abs(last["accuracy", "conversion"] - last["accuracy", "perceptron"]) < 0.03
    assert last["accuracy", "spiking ridge"] == last["accuracy", "ridge"]
    spikes = table[table["metric"] == "spikes"].pivot(
        index="model", columns="steps", values="median"
    )
    assert np.all(np.diff(spikes, axis=1) > 0)
    assert (out / "steps.png").exists()


def test_the_capacity_of_a_tempotron_is_drawn_over_the_load(tmp_path, monkeypatch):
    small(monkeypatch, "tempotron", 1.0, 8.0, N_CHANNELS=40, MAX_ITER=100)
    out, table = run(tmp_path, "--method", "tempotron")
    learnt = table[table["metric"] == "learnt"].set_index(["model", "condition"])["median"]
    assert learnt["tempotron", 1.0] == 1.0
    assert learnt["tempotron", 8.0] < 0.9
    assert learnt["ridge, counts", 1.0] == 0.5  # all counts are equal
    assert (out / "capacity.png").exists()


def test_resume_learns_trains_that_ridge_on_potentials_does_not(tmp_path, monkeypatch):
    small(monkeypatch, "resume", 1)
    out, table = run(tmp_path, "--method", "resume")
    values = table.set_index(["metric", "model"])["median"]
    assert values["within 2 ms", "resume"] == 1.0
    assert values["distance", "resume"] < values["distance", "first weights"] - 0.5
    assert values["within 2 ms", "first weights"] == 0.0
    assert (out / "resume.png").exists()


@pytest.mark.parametrize("task", ["memory", "parity", "evidence", "pattern"])
def test_e_prop_is_compared_with_the_frozen_liquid(task, tmp_path, monkeypatch):
    epochs = dict.fromkeys(METHODS["e-prop"].N_EPOCHS, 1)
    small(monkeypatch, "e-prop", task, N_NEURONS=20, N_EPOCHS=epochs)
    out, table = run(tmp_path, "--method", "e-prop", "--n-samples", "40")
    names = ["e-prop", "e-prop, random feedback", "frozen liquid", "static random features"]
    assert table["model"].tolist() == names
    assert load(out / "model.skops").learning_curve_.shape == (1,)
