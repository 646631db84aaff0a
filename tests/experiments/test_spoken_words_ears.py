"""`lsm run spoken-words-ears`: one liquid that hears a word through several front ends."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from lsm import Liquid, Snapshots, load
from lsm.calibration import Calibration
from lsm.experiments import spoken_words
from lsm.experiments.__main__ import main
from lsm.experiments._words.recipes import held_out
from lsm.experiments.spoken_words_ears import DRAWN, make_baseline, make_model

TINY = ["--dataset", "synth", "--words", "zero", "one", "two", "--n-voices", "12"]
TINY += ["--n-neurons", "60", "--jobs", "1"]


def run(out, *options):
    return main(["run", "spoken-words-ears", *options, "--out", str(out)])


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "out"
    assert run(out, *TINY, "--n-ears", "3") == 0
    return out


@pytest.fixture(scope="module")
def data():
    return spoken_words.load_data(
        "synth", words=["zero", "one", "two"], n_voices=12, random_state=0
    )


def encoders_of(model):
    return [ear["encoder"] for _, ear in model["ears"].transformer_list]


def test_a_run_leaves_its_folder(results):
    names = {path.name for path in results.iterdir()}
    assert names == {"result.json", "table.csv", "confusion.csv", "raster.json", "model.skops"}
    table = pd.read_csv(results / "table.csv").set_index("model")
    assert [name.rpartition(",")[0] for name in table.index] == [
        "liquid, 3 front ends",
        "static random features, 3 front ends",
        "no liquid, 3 front ends",
        "liquid, one of them",
        "static random features, one of them",
        "no liquid, one of them",
    ]
    assert (table["n"] == 18).all()
    assert (table["accuracy"] > 1 / 3).all()  # chance
    facts = json.loads((results / "result.json").read_text())
    assert facts["score"] == table["accuracy"].iloc[0]


def test_the_kept_model_is_the_first_of_the_table(results, data):
    model = load(results / "model.skops")
    _, test = data.cv[0]
    with threadpool_limits(1):
        score = model.score(data.data[test], data.target[test])
    assert score == pd.read_csv(results / "table.csv")["accuracy"][0]


def test_front_ends_are_drawn_by_the_seed():
    drawn = [encoder.get_params() for encoder in encoders_of(make_model(n_ears=30, random_state=1))]
    for name, values in DRAWN.items():
        seen = {settings[name] for settings in drawn}
        assert len(seen) > 1
        assert seen <= set(np.asarray(values).tolist())
    again = encoders_of(make_baseline(n_ears=30, random_state=1))
    assert [encoder.get_params() for encoder in again] == drawn
    other = encoders_of(make_model(n_ears=30, random_state=2))
    assert [encoder.get_params() for encoder in other] != drawn
    fewer = make_model(n_ears=4, random_state=1)
    assert [encoder.get_params() for encoder in encoders_of(fewer)] == drawn[:4]


def test_states_are_those_of_one_liquid_after_each_front_end(data):
    model = make_model(40, n_ears=3, random_state=0)
    states = model["ears"].fit_transform(data.data[:30])
    seeds = {ear["liquid"].random_state for _, ear in model["ears"].transformer_list}
    assert len(seeds) == 1
    blocks = []
    for encoder in encoders_of(model):
        liquid = Liquid(
            40,
            snapshots=Snapshots(n=(1, 2), feature="root_count"),
            calibration=Calibration(input_rate=35.0, max_gain=1.0),
            sparse_output=False,
            random_state=seeds.copy().pop(),
        )
        blocks.append(liquid.fit_transform(clone(encoder).fit_transform(data.data[:30])))
    np.testing.assert_array_equal(states, np.hstack(blocks))
    networks = [ear["liquid"].network_ for _, ear in model["ears"].transformer_list]
    for network in networks[1:]:
        assert (network.w != networks[0].w).nnz == 0


def test_folds_train_the_kept_model_on_all_words(tmp_path):
    options = ["--dataset", "synth", "--words", "yes", "no", "--n-voices", "4"]
    options += ["--n-neurons", "30", "--jobs", "1"]
    options += ["--readout", "ridge", "--n-ears", "2", "--protocol", "take"]
    assert run(tmp_path / "out", *options) == 0
    table = pd.read_csv(tmp_path / "out" / "table.csv")
    assert (table["n"] == 16).all()
    model = load(tmp_path / "out" / "model.skops")
    words = spoken_words.load_data("synth", words=["yes", "no"], n_voices=4, random_state=0)
    with threadpool_limits(1):
        again = make_model(30, 2, "ridge", random_state=0).fit(words.data, words.target)
    np.testing.assert_allclose(model["readout"].coef_, again["readout"].coef_, rtol=1e-3, atol=1e-7)


def test_a_stack_weighs_scores_for_voices_held_out(tmp_path, data):
    assert run(tmp_path / "out", *TINY, "--n-ears", "2", "--readout", "stacked") == 0
    accuracy = pd.read_csv(tmp_path / "out" / "table.csv")["accuracy"][0]
    stacked = load(tmp_path / "out" / "model.skops")
    train, test = data.cv[0]
    # The same by hand.
    splits = held_out(data.groups[train])
    held, scores = [], []
    for encoder in encoders_of(stacked):
        for readout in ("ridge", "kernel"):
            model = spoken_words.make_model(
                60, readout, encoder=clone(encoder),
                random_state=stacked["ears"].transformer_list[0][1]["liquid"].random_state,
            )  # fmt: skip
            states = model[:2].fit_transform(data.data[train])
            held.append(np.zeros((len(train), 3)))
            for fitted, out in splits.split():
                rest = clone(model[2:]).fit(states[fitted], data.target[train][fitted])
                held[-1][out] = rest.decision_function(states[out])
            model.fit(data.data[train], data.target[train])
            scores.append(model.decision_function(data.data[test]))
    final = LogisticRegression(C=stacked["readout"].final_estimator_.best_params_["C"])
    final.fit(np.hstack(held), data.target[train])
    assert final.score(np.hstack(scores), data.target[test]) == accuracy
    weights = stacked["readout"].final_estimator_.best_estimator_.coef_
    np.testing.assert_allclose(weights, final.coef_, atol=1e-3)
    assert np.abs(weights).max() > 0.01
    with threadpool_limits(1):
        y_pred = stacked.predict(data.data[test])
    np.testing.assert_array_equal(y_pred, final.predict(np.hstack(scores)))


def test_one_front_end_is_refused(tmp_path, capsys):
    assert run(tmp_path / "out", *TINY, "--n-ears", "1") == 2
    assert "n_ears" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
