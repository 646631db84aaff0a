"""Tell spoken words apart by a recipe that was chosen within the training words."""

import numpy as np
import pandas as pd
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from lsm import Snapshots

from ._study import study
from ._words.compare import (
    INTERVAL,
    Comparison,
    format_table,
    format_worth,
    keep_for_report,
)
from ._words.recipes import (
    best_of,
    classes_of,
    held_out,
    say_together,
    stack,
    try_readouts,
)
from ._words.recordings import facts_of, load_as_told, load_data
from .spoken_words import READOUTS, check_options, make_model, make_readout, mean_in_bins

__all__ = ["load_data", "make_model", "run"]

# That of spoken-words, and the defaults of the encoder.
FRONT_ENDS = {
    "12 bands": {},
    "14 bands": {
        "encoder__n_bands": 14,
        "encoder__f_min": 60.0,
        "encoder__window": 25.0,
        "encoder__trim_db": -40.0,
        "encoder__gain_control": 0.0,
    },
}
# Into how many equal parts a word is cut, one way after the other.
PARTS = {"whole and halves": (1, 2), "to quarters": (1, 2, 4), "eighths": (8,)}
ALL_PARTS = (1, 2, 4, 8)
N_RECIPES = len(FRONT_ENDS) * len(PARTS) * len(READOUTS)


def run(
    dataset="synth",
    data_home=None,
    words=None,
    n_voices=None,
    voices=None,
    takes=None,
    noise_db=None,
    protocol="speaker",
    folds=None,
    n_neurons=1000,
    seed=0,
    jobs=-1,
    out=None,
):
    """Tell spoken words apart by a recipe that was chosen within the training words.

    As spoken-words, but front end, parts of the word and readout are chosen anew in each fold, by
    how well they do with training words that they were not fitted on: the words of one training
    speaker (or some takes) after the other are held out. The scores so held out also tell how far
    each word's score is biased for a speaker who was not heard; a logistic regression takes that
    out. The table has the recipe that was chosen, with and without that, and all recipes
    weighed against each other; and the same for recipes without a liquid. On one core fsdd by
    speaker takes about half an hour, synth two minutes.

    Parameters
    ----------
    dataset : {"synth", "fsdd"}, default="synth"
        synth: words spoken by the synthesiser eSpeak NG; fsdd: recorded digits of the Free
        Spoken Digit Dataset.
    data_home : str or None
        Folder or archive with the recordings of fsdd, or a new folder to download them to, about
        16 MB. By default they are downloaded once, to the user's cache.
    words : list of str or None
        The words, such as: zero one two. By default twenty, or the ten digits of fsdd.
    n_voices : int or None
        How many voices. By default 40, or all six of fsdd.
    voices : list of str or None
        Voices of eSpeak NG to use instead, such as: en-us+m3 en-gb-scotland+f1.
    takes : int or None
        How often each voice says each word. By default 2, or all 45 training takes of fsdd.
    noise_db : float or None
        Signal-to-noise ratio in dB of white noise added to synth. By default 10, since without
        noise every model is right; 100 is as good as none.
    protocol : {"speaker", "take"}
        Test with speakers that were not heard in training, or with takes that were not; for
        fsdd the takes 5-9, 10-14, ... belong together. Training words are held out alike.
    folds : int or None
        How many times to split the words, train and test, as for spoken-words.
    n_neurons : int
        Size of the liquid in neurons.
    seed : int
        Seed of the synthesised voices and of the liquid.
    jobs : int
        Threads; -1 is one for each core.
    out : str or None
        The folder for results, which must not exist. By default
        results/spoken-words-nested-DATE-TIME.

    Returns
    -------
    comparison : Comparison
        What each model said of each test word.
    """
    options = dict(locals())
    check_options(options)
    with study("spoken-words-nested", run, options) as results:
        data = load_as_told(options)
        for train, _ in data.cv:
            held_out(data.groups[train])  # refuses too few groups before anything is computed
        common = {"n_neurons": n_neurons, "sample_rate": data.sample_rate}
        common |= {"random_state": seed, "liquid__n_jobs": jobs}
        n_passes = len(data.cv) + (len(data.cv) > 1)
        n_stages = len(FRONT_ENDS) * (1 + 2 * n_passes) + 2 * N_RECIPES * n_passes + 1
        with results.stages(n_stages) as stages:
            comparison, tried, model = _compare(common, data, stages)
        print(_format_choices(tried), end="\n\n")
        print(format_table(comparison.table()), end="\n\n")
        print(f"{format_worth(comparison)}\nIntervals are {INTERVAL}.", flush=True)
        results.keep(
            comparison.table(),
            model,
            model["liquid"],
            lambda folder: _keep(folder, data, tried, comparison, model),
            score=comparison.score(next(iter(comparison.predicted))),
            interval=INTERVAL,
            chosen=[best_of(recipes["liquid"]).settings for recipes in tried],
            data=facts_of(data),
            calibrated=vars(model["liquid"].calibrated_),
        )
    return comparison


def _compare(common, data, stages):
    """Choose and test on all splits; return also a model, of all that it may learn from."""
    with stages.stage("encode"):
        encoded = {
            name: make_model(**common, **settings)["encoder"].fit_transform(data.data)
            for name, settings in FRONT_ENDS.items()
        }
    comparison, tried = Comparison(data.target), []
    for i, (train, test) in enumerate(data.cv):
        detail = f"(fold {i + 1} of {len(data.cv)})"
        recipes = _try_recipes(common, encoded, data, train, test, stages, detail)
        comparison.add_fold(test, _said(recipes, data, train))
        tried.append(recipes)
    if len(data.cv) > 1:
        # With folds there is no word that the final model must not have heard.
        train = np.arange(len(data.target))
        recipes = _try_recipes(common, encoded, data, train, train, stages, "(all words)")
    best = best_of(recipes["liquid"])
    with stages.stage("fit the model"):
        model = _make_calibrated(common, best.settings, held_out(data.groups[train]))
        model.fit(data.data[train], data.target[train])
    return comparison, tried, model


def _snapshots(parts):
    return Snapshots(n=parts, feature="root_count")


def _try_recipes(common, encoded, data, train, test, stages, detail):
    """Return all recipes with a liquid, and all without."""
    splits = held_out(data.groups[train])
    readouts = {name: make_readout(name) for name in READOUTS}
    recipes = {"liquid": [], "no liquid": []}
    for front_end, currents in encoded.items():
        liquid = make_model(**common)["liquid"].set_params(snapshots=_snapshots(ALL_PARTS))
        with stages.stage("calibrate", detail):
            liquid.fit(currents[train])
        with stages.stage("simulate", detail):
            states = liquid.transform(currents).toarray()
        parts_of = np.repeat(ALL_PARTS, np.multiply(ALL_PARTS, liquid.n_neurons_))
        bins = {n: mean_in_bins(currents, n) for n in ALL_PARTS}
        for name, parts in PARTS.items():
            settings = {"front end": front_end, "parts": name}
            features = {
                "liquid": states[:, np.isin(parts_of, parts)],
                "no liquid": np.hstack([bins[n] for n in parts]),
            }
            for kind, X in features.items():
                recipes[kind] += try_readouts(
                    settings, X, data.target, train, test, splits, readouts, stages,
                    f"of {kind} {detail}",
                )  # fmt: skip
    return recipes


def _said(recipes, data, train):
    """Return what the recipes say of the test words: one, one calibrated, all together."""
    y, splits = data.target[train], held_out(data.groups[train])
    said = {}
    for kind, several in recipes.items():
        best = best_of(several)
        said |= {
            f"{kind}, chosen and calibrated": say_together([best], y, splits),
            f"{kind}, chosen": classes_of(best.scores, np.unique(y)),
            f"{kind}, all {N_RECIPES} together": say_together(several, y, splits),
        }
    return said


def _make_calibrated(common, settings, splits):
    """Make the unfitted model of a recipe, which recalibrates the scores of its readout."""
    model = make_model(**common, **FRONT_ENDS[settings["front end"]])
    model.set_params(liquid__snapshots=_snapshots(PARTS[settings["parts"]]))
    readout = make_pipeline(StandardScaler(), make_readout(settings["readout"]))
    return Pipeline([*model.steps[:3], ("readout", stack([("scores", readout)], splits))])


def _format_choices(tried):
    lines = []
    for i, recipes in enumerate(tried):
        best = best_of(recipes["liquid"])
        choice = ", ".join(best.settings.values())
        lines.append(f"fold {i + 1}: {choice}; {best.accuracy:.1%} of training words held out")
    return "\n".join(lines)


def _keep(folder, data, tried, comparison, model):
    """Keep how each recipe did, and what `lsm report` shows."""
    rows, classes = [], np.unique(data.target)
    for i, ((_, test), recipes) in enumerate(zip(data.cv, tried, strict=True)):
        for kind, several in recipes.items():
            for recipe in several:
                right = classes_of(recipe.scores, classes) == data.target[test]
                accuracy = {"held out": recipe.accuracy, "test": right.mean()}
                rows.append({"fold": i + 1, "input": kind} | recipe.settings | accuracy)
    pd.DataFrame(rows).to_csv(folder / "recipes.csv", index=False)
    keep_for_report(folder, data, comparison, model)
