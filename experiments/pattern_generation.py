"""Generate patterns from nothing but one's own output: sines, and the attractor of Lorenz."""

import time
import warnings
from datetime import datetime

import joblib
from scipy import stats
from sklearn.base import clone
from threadpoolctl import threadpool_limits

from lsm import Feedback, Liquid, LSMRegressor, Snapshots
from lsm._validation import check_choice
from lsm.neurons import LIF, LeakyTanh
from lsm.readout import RLS, HoldOutRidge
from lsm.synapses import Delta, Exponential
from lsm.topology import ErdosRenyi, Weights

from ._modules import arguments
from ._patterns import ROWS, Continuation, load_data, measure, units_of
from ._progress import Stages, warm_up
from ._results import (
    cannot_write,
    command_line,
    default_folder,
    digest,
    environment,
    peak_memory,
    results_folder,
    write_json,
)
from ._seeds import INTERVAL, Scores, check_options
from ._series_figures import draw_attractor, draw_free_run

__all__ = ["load_data", "make_model", "run", "score"]

READOUTS = ("force", "ridge")


def make_model(
    task="sine", readout=None, n_neurons=1000, kind="liquid", random_state=None, **settings
):  # fmt: skip
    """Make an unfitted regressor whose output flows back, for what :func:`load_data` gives.

    Parameters
    ----------
    task : {"sine", "three-sines", "lorenz"}
        As of :func:`load_data`.
    readout : {"force", "ridge"}, optional
        Recursive least squares while the output flows back, or ridge regression while the
        target does, with noise; by default force for the sines and ridge for the attractor.
    n_neurons : int, default=1000
        Size.
    kind : {"liquid", "echo-state"}, default="liquid"
        Spiking neurons, or an echo state network of rate neurons.
    random_state : int, RandomState instance or None, default=None
        Seed of the network.
    **settings : object
        Any parameters of the parts by their names, such as `liquid__neurons__tau_m=30.0`.

    Returns
    -------
    model : LSMRegressor

    Examples
    --------
    >>> from lsm.experiments.pattern_generation import make_model
    >>> make_model("sine", feedback__scale=3.0).feedback
    Feedback(scale=3.0)
    """
    check_choice("kind", kind, ("liquid", "echo-state"))
    readout = readout or ("ridge" if task == "lorenz" else "force")
    check_choice("readout", readout, READOUTS)
    liquid, feedback = (_spiking if kind == "liquid" else _echo_state)(task)
    liquid.set_params(n_neurons=n_neurons, random_state=random_state)
    taught = RLS(alpha=80.0 if kind == "liquid" else 1.0) if readout == "force" else HoldOutRidge()
    return LSMRegressor(liquid, taught, feedback, washout=100).set_params(**settings)


def _spiking(task):
    """Make a liquid and what flows back into it."""
    if task == "lorenz":
        return Liquid(
            neurons=LIF(tau_m=10.0, refractory=1.0, bias=stats.norm(1.2, 0.3)),
            synapses=Exponential(40.0, 40.0),
            topology=ErdosRenyi(
                weights=Weights(distribution="signed", inhibition=1.0, gain=0.1),
                delay=(1.0, 100.0),
            ),
            snapshots=Snapshots(feature="membrane_and_trace", tau=(15.0, 60.0)),
            calibration=None,
            initial="random",
            dtype="float64",
        ), Feedback(scale=2.0)
    return Liquid(
        neurons=LIF(tau_m=10.0, refractory=2.0, bias=1.2 if task == "sine" else 1.5),
        synapses=Exponential(50.0, 50.0),
        topology=ErdosRenyi(
            probability=0.1, weights=Weights(distribution="signed", inhibition=1.0, gain=0.6)
        ),
        snapshots=Snapshots(feature="membrane_and_trace" if task == "sine" else "trace", tau=50.0),
        calibration=None,
        initial="random",
    ), Feedback(scale=6.4 if task == "sine" else 12.0)


def _echo_state(task):
    """Make an echo state network, a step of which is a row, and what flows back into it."""
    row = ROWS[task]
    return Liquid(
        neurons=LeakyTanh(leak=1.0 if task == "lorenz" else 0.1, bias=stats.norm(0.0, 0.5)),
        synapses=Delta(),
        topology=ErdosRenyi(
            weights=Weights(
                distribution="signed", inhibition=1.0, scale="spectral_radius",
                gain=0.5 if task == "lorenz" else 1.2,
            ),
            delay=row,
        ),
        snapshots=Snapshots(feature="membrane"),
        calibration=None,
        initial="random",
        dt=row,
        dtype="float64",
    ), Feedback(scale=0.5 if task == "lorenz" else 1.0)  # fmt: skip


def score(model, data, test):
    """Return what a sweep goes by: Lyapunov times, or minus the normalised error."""
    task = "lorenz" if data.target[0].shape[1] == 3 else "sine"
    value = measure(task, *_free_runs(model, data, test), data.unit)
    return value if task == "lorenz" else -value


def _free_runs(model, data, pieces):
    """Return what a model makes of pieces after their warm-up, and what they are."""
    n, true = data.n_warmup, [data.target[i][data.n_warmup :] for i in pieces]
    said = [
        model.generate(len(rest), data.target[i][:n], X=data.data[[i]])
        for i, rest in zip(pieces, true, strict=True)
    ]
    return said, true


def run(
    task="sine",
    readout=None,
    training=None,
    n_neurons=1000,
    repeats=5,
    seed=0,
    jobs=-1,
    out=None,
    **settings,
):
    """Let a liquid go on with a pattern by itself, its output being its only input.

    The table has the liquid, the liquid without recurrence, an echo state network of as many
    neurons, and a linear autoregression, over several seeds. For sines it tells the error over
    five periods after a warm-up in which the target flows back; for the attractor of Lorenz how
    long a free run stays within 0.4 standard deviations, in Lyapunov times, the median of ten
    starts.

    Parameters
    ----------
    task : {"sine", "three-sines", "lorenz"}
        5 Hz; 2, 4 and 6 Hz at once; or the three variables of Lorenz's chaotic system.
    readout : {"force", "ridge"}
        Learn while the output flows back (FORCE), or by ridge regression while the target does.
        By default force for the sines and ridge for lorenz.
    training : float or None
        How much of the sines is learnt, in ms. By default 5000.
    n_neurons : int
        Size of the networks in neurons.
    repeats : int
        How many seeds: seed, seed + 1, ...
    seed : int
        First seed, of the path on the attractor and of the networks.
    jobs : int
        Threads; -1 is one for each core.
    out : str or None
        The folder for results, which must not exist. By default
        results/pattern-generation-DATE-TIME.
    **settings : object
        A parameter of the liquid's model by its name, such as feedback__scale 3.

    Returns
    -------
    scores : Scores
        What each model reached with each seed.
    """
    options = dict(locals())
    options |= options.pop("settings")
    started = time.perf_counter()
    check_options(options)
    out = default_folder("pattern-generation") if out is None else out
    with results_folder(out) as folder:
        data = load_data(**arguments(load_data, options))
        print(data.DESCR, flush=True)
        make_model(**arguments(make_model, options), **settings)  # refuses unknown names
        warm_up()
        with (
            Stages(4 * repeats) as stages,
            threadpool_limits(joblib.effective_n_jobs(jobs)),
            warnings.catch_warnings(),
        ):
            # Delays of seconds outlast the pieces of half a second that health is measured on.
            warnings.filterwarnings("ignore", "the liquid does not forget", UserWarning)
            scores, first = _compare(options, settings, data, stages)
        print(scores, end="\n\n")
        print(f"Ranges are {INTERVAL}.", flush=True)
        facts = _facts(options, data, scores, first, stages)
        try:
            scores.table().to_csv(folder / "table.csv", index=False)
            _draw(folder, task, data, first)
            joblib.dump(first["liquid"][0], folder / "model.joblib")
            facts["wall_time_s"] = time.perf_counter() - started
            write_json(folder / "result.json", facts)
        except OSError as error:
            raise cannot_write(out, error) from error
    print(f"\nresults in {out} ({time.perf_counter() - started:.0f} s)")
    return scores


def _compare(options, settings, data, stages):
    """Fit the models with all seeds and let them run; return the scores, and the first ones."""
    task = options["task"]
    scores = Scores(units_of(task), more_is_better=task == "lorenz")
    first = {}
    for seed in range(options["seed"], options["seed"] + options["repeats"]):
        of_seed = options | {"seed": seed}
        if seed != options["seed"]:
            data = load_data(**arguments(load_data, of_seed))
        for name, model in _make_models(of_seed, settings).items():
            with stages.stage(name, f"seed {seed}"):
                fitted = model.fit(data.data[[0]], data.target[:1])
                said, true = _free_runs(fitted, data, data.test)
                scores.add(name, measure(task, said, true, data.unit))
            if seed == options["seed"]:
                first[name] = fitted, said
    return scores, first


def _make_models(options, settings):
    """Make the models of the table; the first is the one the study is about."""
    of_model = arguments(make_model, options)
    liquid = make_model(**of_model, **settings)
    unconnected = clone(liquid).set_params(
        liquid__topology__fan_out=0, liquid__topology__probability=None
    )
    return {
        "liquid": liquid,
        "liquid without recurrence": unconnected,
        "echo state network": make_model(**of_model, kind="echo-state"),
        "linear autoregression": Continuation(),
    }


def _draw(folder, task, data, first):
    piece = data.test[0]
    true = data.target[piece]
    runs = {name: said[0] for name, (_, said) in first.items()}
    clock = "Lyapunov times" if task == "lorenz" else "periods"
    draw_free_run(folder / "free_run.png", true, runs, data.n_warmup, data.unit, clock)
    if task == "lorenz":
        draw_attractor(folder / "attractor.png", true[data.n_warmup :], runs["liquid"])


def _facts(options, data, scores, first, stages):
    model, _ = first["liquid"]
    return {
        "experiment": "pattern-generation",
        "command": command_line("pattern-generation", run, options),
        "created": datetime.now().astimezone().isoformat(timespec="seconds"),
        "parameters": options,
        "score": scores.median("liquid"),
        "measure": scores.unit,
        "model": model.__repr__(N_CHAR_MAX=10**6),
        "interval": INTERVAL,
        "metrics": scores.table().to_dict("records"),
        "data": {"description": data.DESCR, "sha256": digest(*data.target)},
        "health": vars(model.liquid_.health_),
        "seconds": stages.seconds,
        "peak_memory_mib": peak_memory(),
    } | environment()
