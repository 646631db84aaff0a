"""Tell spoken words apart by a liquid that hears each word through several front ends."""

import numpy as np
from sklearn.base import clone
from sklearn.ensemble import StackingClassifier
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils import check_random_state

from lsm._validation import check_choice, check_integer

from . import spoken_words
from ._study import study
from ._words.compare import (
    INTERVAL,
    Comparison,
    format_table,
    format_worth,
    keep_for_report,
)
from ._words.recipes import held_out, stack
from ._words.recordings import facts_of, load_as_told, load_data
from .spoken_words import N_BINS, check_options, make_readout, mean_in_bins

__all__ = ["load_data", "make_baseline", "make_model", "run"]

READOUTS = spoken_words.READOUTS | {"stacked": "stacked"}
# What a front end is drawn from: wide ranges, and no draw is chosen by how well it does.
DRAWN = {
    "n_bands": np.arange(10, 25),
    "window": (20.0, 25.0, 32.0),
    "f_min": (0.0, 60.0, 120.0),
    "floor_db": (-55.0, -50.0, -45.0, -40.0),
    "trim_db": (-45.0, -40.0, -35.0, -30.0),
    "gain_control": (0.0, 0.2, 0.4),
    # One in four has levels alone: worse by itself, and the unlike one that a stack gains from.
    "delta_gain": (0.0, 12.0, 12.0, 12.0),
}


def make_model(
    n_neurons=1000, n_ears=24, readout="stacked", sample_rate=8000, random_state=None, n_jobs=None
):
    """Make an unfitted classifier of waveforms that hears each through several front ends.

    The words pass the liquid once for each front end. What one front end makes of a voice is not
    what another makes of it. The front ends are drawn at random.

    Parameters
    ----------
    n_neurons : int, default=1000
        Size of the liquid.
    n_ears : int, default=24
        How many front ends to draw.
    readout : {"ridge", "kernel", "whitened", "stacked"}, default="stacked"
        As of :func:`lsm.experiments.spoken_words.make_model`, of all states side by side; or a
        logistic regression on the scores of a ridge regression and of an RBF kernel for each
        front end, for training words that these were not fitted on.
    sample_rate : float, default=8000
        Sample rate of the waveforms in Hz.
    random_state : int, RandomState instance or None, default=None
        Seed of the front ends and of the liquid, whose recurrent weights all of them share.
    n_jobs : int or None, default=None
        Threads of the simulation.

    Returns
    -------
    model : Pipeline
        Of the steps ears, scaler and readout, or, if stacked, ears and readout.

    Examples
    --------
    >>> from lsm.experiments.spoken_words_ears import make_model
    >>> model = make_model(n_ears=3, random_state=0)
    >>> [name for name, _ in model["ears"].transformer_list]
    ['ear1', 'ear2', 'ear3']
    """
    seed, encoders = _draw(n_ears, sample_rate, random_state)
    common = {"n_neurons": n_neurons, "random_state": seed, "liquid__n_jobs": n_jobs}
    ears = [spoken_words.make_model(encoder=encoder, **common)[:3] for encoder in encoders]
    sizes = [len(ear["liquid"].snapshots.feature_names(n_neurons)) for ear in ears]
    return Pipeline([_side_by_side(ears), *_read(readout, sizes)])


def make_baseline(n_ears=24, readout="stacked", sample_rate=8000, random_state=None):
    """Make an unfitted classifier with the same front ends and readout, but no liquid.

    Parameters
    ----------
    n_ears, readout, sample_rate, random_state
        As of :func:`make_model`.

    Returns
    -------
    model : Pipeline
        Of the same steps.
    """
    _, encoders = _draw(n_ears, sample_rate, random_state)
    ears = [
        Pipeline([("encoder", encoder), ("bins", FunctionTransformer(mean_in_bins))])
        for encoder in encoders
    ]
    sizes = [3 * encoder.n_bands * N_BINS for encoder in encoders]
    return Pipeline([_side_by_side(ears), *_read(readout, sizes)])


def _draw(n_ears, sample_rate, random_state):
    """Return a seed for the liquid and unfitted encoders."""
    rng = check_random_state(random_state)
    seed = int(rng.randint(2**31))
    encoder = spoken_words.make_model(sample_rate=sample_rate)["encoder"]
    encoders = []
    for _ in range(check_integer("n_ears", n_ears, 1)):
        settings = {name: rng.choice(values).item() for name, values in DRAWN.items()}
        encoders.append(clone(encoder).set_params(**settings))
    return seed, encoders


def _side_by_side(ears):
    return "ears", FeatureUnion([(f"ear{i + 1}", ear) for i, ear in enumerate(ears)])


def _read(readout, sizes):
    """Make the last steps, for as many states of each front end as `sizes` tells."""
    check_choice("readout", readout, READOUTS)
    if readout != "stacked":
        return [("scaler", StandardScaler(copy=False)), ("readout", make_readout(readout))]
    ends = np.cumsum(sizes)
    estimators = [
        (
            f"ear{i + 1}_{name}",
            make_pipeline(_columns(end - size, end), StandardScaler(), make_readout(name)),
        )
        for i, (size, end) in enumerate(zip(sizes, ends, strict=True))
        for name in ("ridge", "kernel")
    ]
    return [("readout", stack(estimators))]


def _columns(start, stop):
    return FunctionTransformer(_cut, kw_args={"start": int(start), "stop": int(stop)})


def _cut(states, start, stop):
    return states[:, start:stop]


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
    n_ears=24,
    readout="stacked",
    seed=0,
    jobs=-1,
    out=None,
):
    """Tell spoken words apart by a liquid that hears each word through several front ends.

    As spoken-words, but a word passes the liquid once for each of several front ends, which are
    drawn at random, so there is nothing to choose. By default two readouts learn from each front
    end, and what they say is weighed together; other readouts see all states side by side. The
    table has the liquid with all front ends and with the first alone, and both without a liquid.

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
        fsdd the takes 5-9, 10-14, ... belong together.
    folds : int or None
        How many times to split the words, train and test, as for spoken-words.
    n_neurons : int
        Size of the liquid in neurons.
    n_ears : int
        How many front ends. With 24, a thousand neurons and fsdd it takes about 3 GB.
    readout : {"ridge", "kernel", "whitened", "stacked"}
        What reads the liquid: as for spoken-words, all states side by side; or a logistic
        regression on the scores of a ridge regression and of an RBF kernel for each front end,
        for words of training speakers (or takes) that these were not fitted on.
    seed : int
        Seed of the synthesised voices, of the front ends and of the liquid.
    jobs : int
        Threads; -1 is one for each core.
    out : str or None
        The folder for results, which must not exist. By default
        results/spoken-words-ears-DATE-TIME.

    Returns
    -------
    comparison : Comparison
        What each model said of each test word.
    """
    options = dict(locals())
    check_options(options)
    check_choice("readout", readout, READOUTS)
    check_integer("n_ears", n_ears, 2)
    with study("spoken-words-ears", run, options) as results:
        data = load_as_told(options)
        models = _make_models(options, data.sample_rate)
        n_folds = len(data.cv)
        with results.stages(len(models) * n_folds + (n_folds > 1)) as stages:
            comparison, model = _compare(models, data, stages)
        print("\n" + format_table(comparison.table()), end="\n\n")
        print(f"{format_worth(comparison)}\nIntervals are {INTERVAL}.", flush=True)
        ear = model["ears"].transformer_list[0][1]
        results.keep(
            comparison.table(),
            model,
            ear["liquid"],
            lambda folder: keep_for_report(folder, data, comparison, model),
            score=comparison.score(next(iter(comparison.predicted))),
            interval=INTERVAL,
            data=facts_of(data),
            calibrated=vars(ear["liquid"].calibrated_),
        )
    return comparison


def _make_models(options, sample_rate):
    """Make the models of the table; the first is the one the study is about."""
    seed, readout = options["seed"], options["readout"]
    common = {"readout": readout, "sample_rate": sample_rate, "random_state": seed}
    of_liquid = common | {"n_neurons": options["n_neurons"], "n_jobs": options["jobs"]}
    models = {}
    for n_ears, name in (
        (options["n_ears"], f"{options['n_ears']} front ends"),
        (1, "one of them"),
    ):
        models[f"liquid, {name}, {READOUTS[readout]}"] = make_model(n_ears=n_ears, **of_liquid)
        models[f"no liquid, {name}, {READOUTS[readout]}"] = make_baseline(n_ears, **common)
    return models


def _compare(models, data, stages):
    """Fit and test the models on all splits; return the first model, on all it may learn from."""
    comparison, first = Comparison(data.target), next(iter(models))
    for i, (train, test) in enumerate(data.cv):
        predicted = {}
        for name, model in models.items():
            with stages.stage("fit and test", f"{name} (fold {i + 1} of {len(data.cv)})"):
                fitted = _fit(model, data, train)
                predicted[name] = fitted.predict(data.data[test])
            if name == first:
                kept = fitted
        comparison.add_fold(test, predicted)
    if len(data.cv) > 1:
        # With folds there is no word that the final model must not have heard.
        with stages.stage("fit", "all words"):
            kept = _fit(models[first], data, np.arange(len(data.target)))
    return comparison, kept


def _fit(model, data, train):
    model = clone(model)
    if isinstance(model["readout"], StackingClassifier):
        splits = held_out(data.groups[train])
        model.set_params(readout__cv=splits, readout__final_estimator__cv=splits)
    return model.fit(data.data[train], data.target[train])
