"""`lsm run spoken-words-nested`: recipes that are chosen without a look at the test words."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix, log_loss
from threadpoolctl import threadpool_limits

from lsm import Snapshots, load
from lsm.experiments import spoken_words, spoken_words_nested
from lsm.experiments.__main__ import main
from lsm.experiments._study.progress import Stages
from lsm.experiments._words import recipes as words_recipes
from lsm.experiments._words.readouts import make_baseline, make_window_means
from lsm.experiments._words.recipes import FRONT_ENDS, PARTS, best_of, held_out, stack

TINY = ["--dataset", "synth", "--words", "zero", "one", "two", "--n-voices", "12"]
TINY += ["--n-neurons", "60", "--jobs", "1"]


def run(out, *options):
    return main(["run", "spoken-words-nested", *options, "--out", str(out)])


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "out"
    assert run(out, *TINY) == 0
    return out


@pytest.fixture(scope="module")
def data():
    return spoken_words.load_data(
        "synth", words=["zero", "one", "two"], n_voices=12, random_state=0
    )


def try_recipes(data):
    train, test = data.cv[0]
    encoded = {
        name: spoken_words.make_model(**settings)["encoder"].fit_transform(data.data)
        for name, settings in FRONT_ENDS.items()
    }
    model = spoken_words_nested.make_model(60, random_state=0)
    with Stages() as stages:
        return words_recipes.try_recipes(model, encoded, data, train, test, stages, "")


def test_a_run_leaves_its_folder(results):
    names = {path.name for path in results.iterdir()}
    kept = {"result.json", "table.csv", "recipes.csv", "confusion.csv", "raster.json"}
    assert names == kept | {"model.skops"}
    table = pd.read_csv(results / "table.csv").set_index("model")
    kinds = ("chosen and calibrated", "chosen", "all 18 together")
    inputs = ("liquid", "static random features", "no liquid")
    assert list(table.index) == [f"{a}, {b}" for a in inputs for b in kinds]
    assert (table["n"] == 18).all()
    assert (table["accuracy"] > 1 / 3).all()  # chance
    recipes = pd.read_csv(results / "recipes.csv")
    assert len(recipes) == 3 * 18
    best = recipes[recipes["input"] == "liquid"].sort_values("held out", kind="stable").iloc[-1]
    facts = json.loads((results / "result.json").read_text())
    assert facts["score"] == table["accuracy"].iloc[0]
    of_best = recipes.set_index(["input", "front end", "parts", "readout"]).loc[
        ("liquid", *facts["chosen"][0].values())
    ]
    assert of_best["held out"] == best["held out"]
    assert of_best["test"] == table.loc["liquid, chosen", "accuracy"]


def test_a_recipe_does_what_the_model_of_its_settings_does(results, data):
    train, test = data.cv[0]
    recipes = pd.read_csv(results / "recipes.csv")
    recipes = recipes[recipes["input"] == "liquid"].sample(6, random_state=0)
    for row in recipes.itertuples():
        front_end = FRONT_ENDS[row[3]]
        model = spoken_words.make_model(60, row.readout, random_state=0, **front_end)
        parts = PARTS[row.parts]
        model.set_params(liquid__snapshots=Snapshots(n=parts, feature="root_count"))
        model.fit(data.data[train], data.target[train])
        assert model.score(data.data[test], data.target[test]) == row.test


def test_the_kept_model_is_the_first_of_the_table(results, data):
    model = load(results / "model.skops")
    _, test = data.cv[0]
    with threadpool_limits(1):
        y_pred = model.predict(data.data[test])
    assert np.mean(y_pred == data.target[test]) == pd.read_csv(results / "table.csv")["accuracy"][0]
    counts = pd.read_csv(results / "confusion.csv", index_col=0).to_numpy()
    np.testing.assert_array_equal(confusion_matrix(data.target[test], y_pred), counts)


def test_the_test_words_have_no_say_in_the_choice(data):
    train, test = data.cv[0]
    other = type(data)(**data)
    other.data, other.target = data.data.copy(), data.target.copy()
    for i in test:
        other.data[i] = np.repeat(data.data[i], 2)[::-1]  # other sounds, and longer
    other.target[test] = 0
    for kind, recipes in try_recipes(data).items():
        others = try_recipes(other)[kind]
        assert best_of(recipes).settings == best_of(others).settings
        for recipe, same in zip(recipes, others, strict=True):
            np.testing.assert_array_equal(recipe.held, same.held)
            assert not np.allclose(recipe.scores, same.scores)


def test_scores_of_training_words_are_by_readouts_that_do_not_know_their_group(data):
    train, _ = data.cv[0]
    splits = held_out(data.groups[train])
    fitted, held = next(iter(splits.split()))
    recipe = try_recipes(data)["no liquid"][1]
    assert recipe.settings == {
        "front end": "12 bands", "parts": "whole and halves", "readout": "kernel"
    }  # fmt: skip
    model = make_baseline(spoken_words.make_model()["encoder"], "kernel")
    currents = model["encoder"].fit_transform(data.data[train])
    bins = make_window_means((1, 2)).fit_transform(currents)
    scores = model[2:].fit(bins[fitted], data.target[train][fitted]).decision_function(bins[held])
    np.testing.assert_allclose(recipe.held[held], scores, atol=1e-5)


@pytest.mark.parametrize(("n_groups", "n_folds"), [(2, 2), (5, 5), (8, 5)])
def test_groups_are_held_out_whole_and_once(n_groups, n_folds):
    groups = np.random.default_rng(0).permutation(np.repeat(np.arange(n_groups), 7))
    splits = list(held_out(groups).split())
    assert len(splits) == n_folds
    for fitted, held in splits:
        assert not set(groups[fitted]) & set(groups[held])
    assert sorted(np.concatenate([held for _, held in splits])) == list(range(len(groups)))


def test_folds_train_the_kept_model_on_all_words(tmp_path, capsys):
    options = ["--dataset", "synth", "--words", "yes", "no", "--n-voices", "6"]
    options += ["--n-neurons", "30", "--jobs", "1"]
    assert run(tmp_path / "out", *options, "--protocol", "take", "--takes", "3") == 0
    assert "fold 3: " in capsys.readouterr().out
    table = pd.read_csv(tmp_path / "out" / "table.csv")
    assert (table["n"] == 36).all()
    assert (table["accuracy"] > 0.8).all()
    model = load(tmp_path / "out" / "model.skops")
    assert len(model["readout"].cv.test_fold) == 36


def test_one_group_to_train_on_leaves_nothing_to_hold_out(tmp_path, capsys):
    assert run(tmp_path / "out", *TINY, "--protocol", "take", "--takes", "2") == 2
    assert "at least two speakers (or blocks of takes)" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_stack_chooses_its_penalty_by_the_loss_with_groups_held_out():
    rng = np.random.default_rng(0)
    groups, y = np.repeat(range(4), 30), np.tile(range(3), 40)
    scores = np.eye(3)[y] + rng.normal(0, 0.5, (120, 3)) + rng.normal(0, 0.3, (4, 3))[groups]
    # A word that a group lacks does not keep it from being held out.
    kept = (groups != 0) | (y != 2)
    groups, y, scores = groups[kept], y[kept], scores[kept]
    splits = held_out(groups)
    search = stack([], splits).final_estimator.fit(scores, y)
    losses, errors = {}, {}
    for C in search.param_grid["C"]:
        fitted = [
            (LogisticRegression(C=C).fit(scores[train], y[train]), test)
            for train, test in splits.split()
        ]
        losses[C] = np.mean(
            [log_loss(y[i], m.predict_proba(scores[i]), labels=m.classes_) for m, i in fitted]
        )
        errors[C] = np.mean([1 - m.score(scores[i], y[i]) for m, i in fitted])
    assert search.best_params_["C"] == min(losses, key=losses.get)
    assert min(losses, key=losses.get) != min(errors, key=errors.get)
