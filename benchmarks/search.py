"""Cost of a grid search with cached states, and of a sweep with several processes."""

import contextlib
import io
import tempfile
import time
from pathlib import Path
from unittest import mock

from sklearn.base import clone
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GridSearchCV, StratifiedKFold

from lsm import Liquid, LSMClassifier, simulator
from lsm.experiments._sweep import sweep

from . import words

__all__ = ["search"]

N_SAMPLES, N_NEURONS = 200, 1000
N_LIQUIDS, ALPHAS, FOLDS = 3, (1.0, 10.0, 100.0, 1000.0), 5
RUNS = 12  # of a sweep; more give the same time a liquid
ROUNDS = 2  # at most


def search(options):
    """Cost of a search beyond simulation, and gain of a sweep's second process.

    All times are wall-clock times. Grid search: 5 folds x 4 readouts x 3 liquids of 1000 neurons,
    200 samples, with `Liquid(memory=...)`. It is compared with the same liquids fitted once, each
    sample simulated once, and the same fits of readouts. Sweep: 12 liquids of 500 neurons on 300
    samples, time per liquid after the first.
    """
    rounds = min(options.repeats, ROUNDS)
    return [*grid_search(rounds), *sweeps(rounds)]


def grid_search(rounds, n_neurons=N_NEURONS, n_samples=N_SAMPLES):
    """Return the rows of a grid search with memory, and of the least work that it must do."""
    data = words.load_data(n_samples)
    seconds = {"fits of liquids": [], "simulations": [], "readouts": [], "grid search": []}
    for number in range(rounds):
        # Liquids of their own in each round: a process keeps those that it has fitted.
        seeds = range(number * N_LIQUIDS, (number + 1) * N_LIQUIDS)
        for name, value in _least(data, n_neurons, seeds).items():
            seconds[name].append(value)
        taken, n_simulated = _searched(data, n_neurons, seeds)
        seconds["grid search"].append(taken)
    n_fits = FOLDS * len(ALPHAS) * N_LIQUIDS
    notes = {
        "fits of liquids": f"{N_LIQUIDS} liquids, once each: drawing, calibration, health",
        "simulations": f"{N_LIQUIDS * n_samples} samples, once each",
        "readouts": f"{n_fits} fits and predictions",
        "grid search": f"{n_simulated} samples simulated",
    }
    return [
        {"what": name, "seconds": values, "note": notes[name]} for name, values in seconds.items()
    ]


def _liquid(n_neurons, data, **params):
    # Calibrated and diagnosed on the same samples in every fold.
    return Liquid(n_neurons, stimulus=data.data[:20], **params)


def _folds(data):
    return list(StratifiedKFold(FOLDS).split(data.target, data.target))


def _least(data, n_neurons, seeds):
    """Time the least work of a search: liquids once, readouts in every fold."""
    taken, states = {}, []
    with _clock(taken, "fits of liquids"):
        liquids = [_liquid(n_neurons, data, random_state=seed).fit(data.data) for seed in seeds]
    with _clock(taken, "simulations"):
        states = [liquid.transform(data.data).toarray() for liquid in liquids]
    with _clock(taken, "readouts"):
        for X in states:
            for alpha in ALPHAS:
                for train, test in _folds(data):
                    readout = RidgeClassifier(alpha).fit(X[train], data.target[train])
                    readout.score(X[test], data.target[test])
    return taken


def _searched(data, n_neurons, seeds):
    """Time a grid search over liquids and readouts; count the samples that it simulates."""
    simulated = []
    simulate = simulator.simulate

    def counted(network, spikes, *arguments, **options):
        simulated.append(len(spikes))
        return simulate(network, spikes, *arguments, **options)

    grid = {"liquid__random_state": list(seeds), "readout__alpha": ALPHAS}
    with (
        tempfile.TemporaryDirectory(prefix="lsm-benchmark-") as folder,
        mock.patch.object(simulator, "simulate", counted),
    ):
        model = LSMClassifier(_liquid(n_neurons, data, memory=folder), RidgeClassifier())
        tried = GridSearchCV(clone(model), grid, cv=_folds(data), refit=False)
        taken = {}
        with _clock(taken, "grid search"):
            tried.fit(data.data, data.target)
    return taken["grid search"], sum(simulated)


@contextlib.contextmanager
def _clock(taken, name):
    start = time.perf_counter()
    yield
    taken[name] = time.perf_counter() - start


def sweeps(rounds, runs=RUNS, options=None):
    """Return the time per liquid in a sweep, by the number of processes."""
    one = "sweep, --jobs 1 of one thread"
    kinds = {
        one: (1, {"liquid__n_jobs": 1}),
        "sweep, --jobs 1": (1, {}),
        "sweep, --jobs 2": (2, {}),
    }
    seconds = {name: [] for name in kinds}
    for _ in range(rounds):
        for name, (jobs, fixed) in kinds.items():
            seconds[name].append(_seconds_a_run(runs, jobs, (options or {}) | fixed))
    notes = {"sweep, --jobs 1": "the run has a thread for each core"}
    return [
        {"what": f"{name}, per liquid", "seconds": values, "note": notes.get(name, "")}
        for name, values in seconds.items()
    ]


def _seconds_a_run(runs, jobs, options):
    """Sweep over seeds; return the time per run after the first run of each process."""
    with tempfile.TemporaryDirectory(prefix="lsm-benchmark-") as folder:
        with contextlib.redirect_stdout(io.StringIO()):
            vary = {"liquid__random_state": list(range(runs))}
            sweep(words.__file__, options, vary, jobs=jobs, out=f"{folder}/sweep")
        ends = sorted(path.stat().st_mtime for path in Path(folder).glob("sweep/*/result.json"))
    return (ends[-1] - ends[jobs - 1]) / (runs - jobs)
