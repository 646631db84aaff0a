"""Search over the parameters of an experiment's model, one folder a run."""

import inspect
import pickle
import shlex

import joblib
from tqdm.auto import tqdm

from lsm._validation import check_integer

from .._command.modules import absolute, arguments, load
from .._study.evaluate import make_scorer, unfitted
from .._study.progress import warm_up
from .._study.results import command_line, plain
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
    """Fit an experiment's model with many settings, and keep what comes of it.

    Each run fits the model of `lsm run` with other settings, on the same data and splits. It
    leaves a folder, and a row in sweep.csv. The same command goes on with a sweep that was
    interrupted or killed, and repeats nothing that is finished, failures among it; delete the
    folder of a run to have it done again.

    Parameters
    ----------
    experiment : str
        Name of an experiment, or the file of one.
    options : dict of str to object
        What all runs have in common: options of the experiment's `run`, and parameters of its
        model by their names.
    vary : dict of str to list
        A parameter of the model and the values to try, such as
        liquid__neurons__tau_m 10 20 30.
    between : dict of str to list
        A parameter and the lowest and highest number to try, such as readout__alpha 1 1000 log,
        for draws. Between integers there are integers only.
    search : {"grid", "random", "optuna"}
        All combinations of values, independent draws, or draws by Optuna that learn from the
        scores so far.
    runs : int or None
        How many settings to try. By default all of a grid.
    scoring : str or None
        What to maximise: a scorer of scikit-learn, such as balanced_accuracy, or a measure of
        lsm.measures, such as kernel_quality. By default the experiment's own score.
    draws : int
        How many liquids to draw with each setting; the score is their mean. What differs by less
        than liquids of one setting do is chance.
    jobs : int
        How many runs at once, each in a process of its own, at most one for each core; -1 is as
        many. Cores that are left over become threads of the simulation.
    scheduler : str or None
        Address of a Dask scheduler, such as tcp://10.0.0.1:8786, to do the runs on its workers.
    out : str or None
        The folder of the sweep. By default results/sweep-EXPERIMENT-HASH, the same for the same
        command.

    Returns
    -------
    folder : Path
        The folder of the sweep.

    Raises
    ------
    OSError
        If the folder cannot be written, or holds something else.
    TypeError, ValueError
        If an argument is outside its meaning, or the folder holds another sweep.
    """
    module = load(experiment)
    options, vary, between = (plain(part or {}) for part in (options, vary, between))
    options = _with_defaults(module.run, options)
    space = make_search(search, vary, between, runs, options.get("seed", 0))
    _check(module, vary | between, jobs, scoring, draws)
    spec = {
        "experiment": experiment, "options": options, "vary": vary, "between": between,
        "search": search, "scoring": scoring, "draws": draws,
    }  # fmt: skip
    with SweepFolder(out, spec) as folder:
        data = module.load_data(**arguments(module.load_data, options))
        # Names that the model does not know are refused before any work.
        unfitted(experiment, data, options, {k: v[0] for k, v in (vary | between).items()})
        common = {
            "experiment": absolute(experiment), "data": pickle.dumps(data, protocol=5),
            "options": options, "scoring": scoring, "draws": draws,
        }  # fmt: skip
        if scheduler is None:
            warm_up()
            pool = LocalPool(common, jobs)
        else:
            pool = DaskPool(common, scheduler, queue=not space.adaptive)
        with pool:
            hashed = joblib.hash((data.data, data.target, data.cv))
            folder.begin(hashed, _sweep_command(spec, runs, out))
            done = f", {len(folder.runs)} of them done" if folder.runs else ""
            print(f"sweep of {space.total} runs in {folder.path}{done}", flush=True)
            try:
                _run_all(folder, space, pool, experiment, options)
            except KeyboardInterrupt:
                kept = f"{len(folder.runs)} runs are kept, and the same command goes on"
                raise KeyboardInterrupt(kept) from None
        folder.write_table()
        print(folder.summary(), flush=True)
    return folder.path


def _with_defaults(run, options):
    parameters = inspect.signature(run).parameters.values()
    defaults = {p.name: p.default for p in parameters if p.kind != p.VAR_KEYWORD}
    return {
        name: value for name, value in (defaults | options).items() if name not in ("jobs", "out")
    }


def _check(module, varied, jobs, scoring, draws):
    of_run, of_model = (inspect.signature(f).parameters for f in (module.run, module.make_model))
    for name in varied:
        if name in of_run and name not in of_model:
            remedy = "; vary the random_state of the liquid" if name == "seed" else ""
            raise ValueError(f"a sweep varies the model, and {name} is not of the model{remedy}")
    if check_integer("jobs", jobs) == 0:
        raise ValueError("jobs must be a number of processes, or -1 for all cores, got 0")
    check_integer("draws", draws, 1)
    make_scorer(scoring)


def _sweep_command(spec, runs, out):
    """Return the command that goes on with a sweep."""
    words = [command_line(spec["experiment"], load(spec["experiment"]).run, spec["options"])]
    for option in ("vary", "between"):
        for name, values in spec[option].items():
            words.append(f"--{option} {name} {shlex.join(map(str, values))}")
    given = {key: spec[key] for key in ("search", "scoring", "draws")} | {"runs": runs, "out": out}
    words += [f"--{key} {shlex.quote(str(v))}" for key, v in given.items() if v is not None]
    return " ".join(words).replace("lsm run", "lsm sweep", 1)


def _run_all(folder, space, pool, experiment, options):
    """Do what is left to do, and keep each run as it ends."""
    for number, facts in folder.runs.items():
        space.tell(number, facts["settings"], facts.get("score"))
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
                settings = plain(settings)
                command = command_line(experiment, load(experiment).run, options | settings)
                folder.add(number, settings, command, facts)
                space.tell(number, settings, facts.get("score"))
                bar.update()
                bar.set_postfix_str(folder.standing())
                if bar.disable:  # nobody sees a bar
                    outcome = folder.outcome(number)
                    print(f"run {number}: {outcome}; {folder.standing()}", flush=True)
