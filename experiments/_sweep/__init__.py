"""`lsm sweep`: search over the parameters of an experiment's model, with a folder for each run."""

import pickle
import shlex

import joblib
import numpy as np
from tqdm.auto import tqdm

from lsm._validation import check_integer

from .._command.options import write_command
from .._command.values import argument, checked
from .._study.experiment import Experiment, absolute
from .._study.json_files import plain
from .._study.progress import load_kernel
from .._study.run import SEED
from .evaluate import make_scorer
from .folder import SweepFolder
from .pools import DaskPool, LocalPool
from .space import make_search

__all__ = ["sweep"]


def sweep(
    experiment,
    options=None,
    vary=None,
    between=None,
    search="grid",
    runs=None,
    scoring=None,
    draws=1,
    jobs=-1,
    scheduler=None,
    out=None,
):
    """Fit an experiment's model with many settings, and keep the score of each.

    Each run fits the model of `lsm run` with other settings, on the same data and splits. It leaves
    a folder, and a row in sweep.csv. The same command continues a sweep that was interrupted or
    killed, and repeats no finished run, not even a failed one; delete the folder of a run to repeat
    it.

    Parameters
    ----------
    experiment : str
        Name of an experiment, or path of the file of one.
    options : dict of str to object
        Options of the experiment and parameters of its model by their names, for all runs.
    vary : dict of str to list
        A parameter of the model and the values to try, such as
        liquid__neurons__tau_m 10 20 30.
    between : dict of str to list
        A parameter and the lowest and highest number to try, such as readout__alpha 1 1000 log,
        for draws. Between integers all draws are integers.
    search : {"grid", "random", "optuna", "cma-es"}
        grid: all combinations of values; random: independent draws; optuna: draws by Optuna, which
        learn from the scores so far; cma-es: an evolution strategy over ranges.
    runs : int or None
        Number of settings to try. By default all of a grid.
    scoring : str or None
        Score to maximise: a scorer of scikit-learn, such as balanced_accuracy, or a measure of
        lsm.measures, such as kernel_quality. By default the experiment's own score.
    draws : int
        Number of liquids to draw with each setting; the score is their mean. Differences below
        those between liquids of one setting are not significant.
    jobs : int
        Number of runs at a time, each in its own process, at most one per core; -1 is one per core.
        The remaining cores become threads of the simulation.
    scheduler : str or None
        Address of a Dask scheduler, such as tcp://10.0.0.1:8786, to run on its workers.
    out : str or None
        Folder of the sweep. By default results/sweep-EXPERIMENT-HASH, the same for the same
        command.

    Returns
    -------
    folder : Path
        Folder of the sweep.
    """
    study = Experiment(experiment)
    options = study.with_defaults({"seed": SEED.default} | (options or {}))
    known = {option.name for option in [*study.options, SEED]}
    options = {
        name: plain(value) if name in known else checked(name, value)
        for name, value in options.items()
    }
    vary, between = _lists("vary", vary), _lists("between", between)
    space = make_search(search, vary, between, runs, options["seed"])
    _check(study, vary | between, jobs, scoring, draws)
    spec = {
        "experiment": experiment, "options": options, "vary": vary, "between": between,
        "search": search, "scoring": scoring, "draws": draws,
    }  # fmt: skip
    with SweepFolder(out, spec) as folder:
        first = options | study.conditions(options)[0]
        data = study.load_data(first)
        # An unknown name is an error before any work.
        study.make_model(data, first | {k: v[0] for k, v in (vary | between).items()})
        common = {
            "experiment": absolute(experiment), "data": pickle.dumps(data, protocol=5),
            "options": first, "scoring": scoring, "draws": draws,
        }  # fmt: skip
        if scheduler is None:
            load_kernel()
            pool = LocalPool(common, jobs)
        else:
            pool = DaskPool(common, scheduler, queue=not space.adaptive)
        with pool:
            hashed = joblib.hash((data.data, data.target, data.cv))
            folder.begin(hashed, _sweep_command(study, spec, runs, out))
            done = f", {len(folder.runs)} of them done" if folder.runs else ""
            print(f"sweep of {space.total} runs in {folder.path}{done}", flush=True)
            try:
                _run_all(folder, space, pool, study, options)
            except KeyboardInterrupt as error:
                kept = f"{len(folder.runs)} runs are kept, and the same command continues"
                error.add_note(kept)
                raise
        folder.write_table()
        print(folder.summary(), flush=True)
    return folder.path


def _lists(option, values):
    """Return lists of the values of each parameter, without NumPy's types."""
    return {
        name: [checked(f"a value of {option} {name}", value) for value in several]
        if isinstance(several, list | tuple | np.ndarray)
        else several
        for name, several in (values or {}).items()
    }


def _check(study, varied, jobs, scoring, draws):
    others = {option.name for option in [*study.options, SEED]} - study.model_parameters
    for name in others & set(varied):
        remedy = "; vary the random_state of the liquid" if name == "seed" else ""
        raise ValueError(f"a sweep varies the model, and {name} is not of the model{remedy}")
    if check_integer("jobs", jobs) == 0:
        raise ValueError("jobs must be a number of processes, or -1 for all cores, got 0")
    check_integer("draws", draws, 1)
    make_scorer(scoring)


def _sweep_command(study, spec, runs, out):
    """Return the command that continues a sweep."""
    words = [_command(study, spec["options"])]
    for option in ("vary", "between"):
        for name, values in spec[option].items():
            words.append(f"--{option} {shlex.join([name, *map(argument, values)])}")
    given = {key: spec[key] for key in ("search", "scoring", "draws")} | {"runs": runs, "out": out}
    words += [f"--{key} {shlex.quote(str(v))}" for key, v in given.items() if v is not None]
    return " ".join(words).replace("lsm run", "lsm sweep", 1)


def _command(study, options):
    """Return the command `lsm run` with the options and the settings of a run."""
    return write_command(study.name, [*study.options, SEED], options)


def _run_all(folder, space, pool, study, options):
    """Do the runs that are left, and keep each as it ends."""
    for number, facts in folder.runs.items():
        space.tell(number, folder.settings(number), facts.get("score"))
    todo = (number for number in range(space.total) if number not in folder.runs)
    n_done = sum(number < space.total for number in folder.runs)
    n_running = 0
    with tqdm(total=space.total, initial=n_done, disable=None, unit="run") as bar:
        while True:
            while pool.room > 0 and (number := next(todo, None)) is not None:
                pool.submit(number, space.ask(number))
                n_running += 1
            if not n_running:
                return
            for number, settings, facts in pool.finished():
                n_running -= 1
                folder.add(number, settings, _command(study, options | settings), facts)
                space.tell(number, settings, facts.get("score"))
                bar.update()
                bar.set_postfix_str(folder.standing())
                if bar.disable:  # the output is not a terminal
                    outcome = folder.outcome(number)
                    print(f"run {number}: {outcome}; {folder.standing()}", flush=True)
