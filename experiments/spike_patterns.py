"""Tell spike patterns apart, and what combines or hides them: a liquid and what it must beat."""

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.linear_model import RidgeClassifierCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from lsm._validation import check_choice
from lsm.topology import Column, ErdosRenyi

from ._command.modules import arguments
from ._spikes.figures import draw_jitter, draw_task
from ._spikes.models import COLUMN_SIZE, make_column, make_echo_state, make_random
from ._spikes.tasks import TraceBank, load_data
from ._study import study
from ._study.results import digest
from ._study.seeds import INTERVAL, Scores, check_options

__all__ = ["load_data", "make_model", "run", "score"]

KINDS = ("random", "column", "echo-state", "traces")


def make_model(task="template", kind="random", n_neurons=None, random_state=None, **settings):
    """Make an unfitted classifier of what :func:`load_data` gives.

    Parameters
    ----------
    task : str, default="template"
        As of :func:`load_data`; the settings that did best on its validation samples are taken.
    kind : {"random", "column", "echo-state", "traces"}, default="random"
        A liquid of randomly connected neurons; the column of Maass, Natschläger & Markram (2002)
        with short-term plasticity; an echo state network; or traces of the input and no network.
    n_neurons : int, optional
        Size of the network; by default 1000, or the 135 of the column.
    random_state : int, RandomState instance or None, default=None
        Seed of the network.
    **settings : object
        Any parameters of the parts by their names, such as `liquid__neurons__tau_m=30.0`.

    Returns
    -------
    model : Pipeline
        Of the steps liquid (or traces), dense and readout.

    Examples
    --------
    >>> from lsm.experiments.spike_patterns import make_model
    >>> model = make_model("xor", n_neurons=500, random_state=0, liquid__neurons__tau_m=30.0)
    >>> list(model.named_steps)
    ['liquid', 'dense', 'readout']
    """
    check_choice("kind", kind, KINDS)
    if kind == "traces":
        first = ("traces", TraceBank())
    else:
        make = {"random": make_random, "column": make_column, "echo-state": make_echo_state}[kind]
        first = ("liquid", make(task).set_params(n_neurons=n_neurons, random_state=random_state))
    steps = [
        first,
        ("dense", FunctionTransformer(_dense, accept_sparse=True)),
        # Not scaled: that would blow up traces of long ago, which no noise would leave.
        ("readout", RidgeClassifierCV(np.logspace(-2, 4, 7))),
    ]
    return Pipeline(steps).set_params(**settings)


def _dense(states):
    return states.toarray() if hasattr(states, "toarray") else states


def score(model, data, test):
    """Return what a sweep goes by: the accuracy, as the mean over targets."""
    return float(_accuracies(model, data, test).mean())


def _accuracies(model, data, test):
    said = model.predict(data.data[test])
    return np.atleast_1d(np.mean(said == data.target[test], axis=0))


def run(
    task="template",
    kind="random",
    n_channels=None,
    jitter=None,
    jitters=None,
    delay=None,
    n_samples=2000,
    n_neurons=None,
    repeats=5,
    seed=0,
    jobs=-1,
    out=None,
    **settings,
):
    """Tell spike patterns apart with a liquid, and show what the liquid is worth.

    The table has the liquid, the liquid without recurrence, an echo state network of as many
    neurons, and exponential traces of the input without any neuron, over several seeds of tasks
    and networks. All have the same linear readout. Settings were chosen on validation samples;
    the test samples serve for nothing but the table.

    Parameters
    ----------
    task : {"template", "xor", "order", "interval", "embedded", "parity", "equal-rates"}
        template: which template was in each of four segments, as in Maass, Natschläger & Markram
        (2002); xor: whether two segments held templates of the same number; order: whether three
        patterns go round one way or the other; interval: which interval is between two spikes;
        embedded: whether a pattern is hidden in noise; parity: whether a sum of bits is odd;
        equal-rates: which pattern it is, where rates say nothing.
    kind : {"random", "column"}
        A liquid of randomly connected neurons, or the column of Maass, Natschläger & Markram
        (2002) with short-term plasticity.
    n_channels : int or None
        Number of input channels. By default 4 for template, xor and parity, 10 for order and
        interval, and 20 for embedded and equal-rates.
    jitter : float or None
        Standard deviation in ms of each spike's move. By default 4 for template and xor, 0 for
        interval and 1 for the others.
    jitters : list of float or None
        Several jitters to compare instead, such as 0 4 8 16 32.
    delay : int or None
        For xor, how many random segments lie between the two that count; for parity, how many
        random bits follow those that count. None by default.
    n_samples : int
        How many samples there are, a quarter of them for the test.
    n_neurons : int or None
        Size of the networks in neurons. By default 1000, or the 135 of the column.
    repeats : int
        How many seeds: seed, seed + 1, ...
    seed : int
        First seed, of the tasks and of the networks.
    jobs : int
        Threads; -1 is one for each core.
    out : str or None
        The folder for results, which must not exist. By default
        results/spike-patterns-DATE-TIME.
    **settings : object
        A parameter of the liquid's model by its name, such as liquid__neurons__tau_m 30.

    Returns
    -------
    scores : dict of (float or None, str) to Scores
        By jitter and target, what each model reached with each seed.
    """
    options = dict(locals())
    options |= options.pop("settings")
    check_choice("kind", kind, KINDS[:2])
    if jitter is not None and jitters is not None:
        raise ValueError("jitter and jitters exclude each other")
    check_options(options)
    with study("spike-patterns", run, options) as results:
        data = load_data(**arguments(load_data, options | _jitters(options)[0]))
        print(data.DESCR, flush=True)
        make_model(**arguments(make_model, options), **settings)  # refuses unknown names
        with results.stages(4 * repeats * len(_jitters(options))) as stages:
            scores, model = _compare(options, settings, stages)
        print(_format(scores), end="\n\n")
        print(f"Ranges are {INTERVAL}.", flush=True)
        liquid = model["liquid"]
        results.keep(
            _table(scores),
            model,
            liquid,
            lambda folder: _draw(folder, data, model, scores),
            score=float(np.mean([part.median("liquid") for part in scores.values()])),
            measure="accuracy",
            interval=INTERVAL,
            calibrated=liquid.calibrated_ and vars(liquid.calibrated_),
            data={
                "description": data.DESCR,
                "sha256": digest(data.data.steps, data.data.channels, data.target),
            },
        )
    return scores


def _jitters(options):
    """Return the option for the jitter of each of the comparisons."""
    jitters = options["jitters"] or [options["jitter"]]
    return [{"jitter": jitter} for jitter in jitters]


def _compare(options, settings, stages):
    """Fit and test the models with all seeds; return the scores, and the first liquid's model."""
    scores, first = {}, None
    for jitter in _jitters(options):
        for seed in range(options["seed"], options["seed"] + options["repeats"]):
            of_seed = options | {"seed": seed} | jitter
            data = load_data(**arguments(load_data, of_seed))
            for name, model in _make_models(of_seed, settings).items():
                with stages.stage(name, f"seed {seed}"):
                    model.fit(data.data[data.train], data.target[data.train])
                    reached = _accuracies(model, data, data.test)
                for label, accuracy in zip(data.labels, reached, strict=True):
                    key = jitter["jitter"], label
                    scores.setdefault(key, Scores("accuracy", True)).add(name, accuracy, seed)
                first = model if first is None else first
    return scores, first


def _make_models(options, settings):
    """Make the models of the table; the first is the one the study is about."""
    of_model = arguments(make_model, options)
    threads = {"liquid__n_jobs": options["jobs"]}
    liquid = make_model(**of_model, **threads | settings)
    nothing = Column(C=0.0) if options["kind"] == "column" else ErdosRenyi(fan_out=0)
    unconnected = clone(liquid).set_params(liquid__topology=nothing)
    size = options["n_neurons"] or (COLUMN_SIZE if options["kind"] == "column" else None)
    others = of_model | {"n_neurons": size}
    return {
        "liquid": liquid,
        "liquid without recurrence": unconnected,
        "echo state network": make_model(**others | {"kind": "echo-state"}, **threads),
        "traces, no liquid": make_model(**others | {"kind": "traces"}),
    }


def _table(scores):
    """Return a row for each jitter, target and model."""
    tables = [
        part.table().assign(target=label, jitter=jitter) for (jitter, label), part in scores.items()
    ]
    return pd.concat(tables, ignore_index=True)


def _format(scores):
    """Lay out the table in percent: a row for each model, a column for each target."""
    lines = []
    for jitter in dict.fromkeys(jitter for jitter, _ in scores):
        parts = {label: part for (other, label), part in scores.items() if other == jitter}
        if jitter is not None:
            lines.append(f"jitter {jitter:g} ms")
        names = list(next(iter(parts.values())).values)
        width = max(map(len, names))
        lines.append(" " * width + "".join(f"{label or 'accuracy in %':>22}" for label in parts))
        for name in names:
            cells = []
            for part in parts.values():
                values = 100 * np.array(part.values[name])
                cells.append(f"{np.median(values):.1f} ({values.min():.1f}-{values.max():.1f})")
            lines.append(f"{name:{width}}" + "".join(f"{cell:>22}" for cell in cells))
    return "\n".join(lines)


def _draw(folder, data, model, scores):
    draw_task(folder / "task.png", data, model, scores)
    if len({jitter for jitter, _ in scores}) > 1:
        draw_jitter(folder / "jitter.png", scores)
