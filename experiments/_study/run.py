"""Run an experiment: load the data, compare the models, print a table, keep the results."""

import time
from datetime import datetime

import joblib
from threadpoolctl import threadpool_limits

from lsm import save
from lsm._files import written
from lsm._validation import check_integer

from .._command.options import options_of, write_command
from .._command.values import encode
from .experiment import Experiment, absolute
from .folder import results_folder
from .json_files import plain, write_json
from .progress import Stages, load_kernel
from .report_files import facts_of_liquid
from .results import digest, environment, peak_memory

__all__ = ["SEED", "common_options", "run"]


def run(experiment, options=None, repeats=5, seed=0, jobs=-1, out=None):
    """Compare the model of an experiment with other models, and write a folder of results.

    Parameters
    ----------
    experiment : str
        Name of an experiment, or path of the file of one.
    options : dict of str to object
        Options of the experiment, and parameters of its model by their names.
    repeats : int
        Number of seeds: seed, seed + 1, ...
    seed : int
        First seed, of the data that are made and of the models.
    jobs : int
        Number of threads; -1 is one per core.
    out : str or None
        Folder of the results, which must not exist. By default results/EXPERIMENT-DATE-TIME.

    Returns
    -------
    comparison : SeedComparison or FoldComparison
        Fitted models, their predictions and the table.
    """
    started = time.perf_counter()
    study = Experiment(experiment)
    common = {"repeats": repeats, "seed": seed, "jobs": jobs, "out": out}
    names = [option.name for option in common_options(study)]
    options = study.with_defaults(options or {}) | {name: common[name] for name in names}
    _check(options)
    first = options | study.conditions(options)[0]
    with results_folder(out, experiment) as folder:
        print("loading the data", flush=True)
        data = study.load_data(first)
        text = data.get("summary") or data.get("DESCR") or ""
        print(f"{text.rstrip()}\n" if text else "", flush=True)
        models = study.make_models(data, first)
        load_kernel()
        # With several threads BLAS adds in another order, so results would depend on `jobs`.
        limits = {"blas": 1, "openmp": joblib.effective_n_jobs(jobs)}
        with Stages() as stages, threadpool_limits(limits):
            comparison = study.compare(data, models, options, stages)
        with folder.results() as private:
            _keep(private, study, options, comparison, stages.seconds, started)
    print(f"\nresults in {folder.path} ({time.perf_counter() - started:.0f} s)")
    return comparison


(SEED,) = (option for option in options_of(run) if option.name == "seed")


def common_options(study):
    """Return the options that `run` adds to those of an experiment."""
    left_out = {"options"} | ({"repeats"} if study.has("compare") else set())
    return [option for option in options_of(run) if option.name not in left_out]


def _check(options):
    """Validate sizes, seeds and thread counts before any work."""
    if options.get("n_neurons") is not None:
        check_integer("n_neurons", options["n_neurons"], 1)
    repeats = check_integer("repeats", options.get("repeats", 1), 1)
    check_integer("seed", options["seed"], 0, 2**32 - repeats)
    if check_integer("jobs", options["jobs"]) == 0:
        raise ValueError("jobs must be a number of threads, or -1 for all cores, got 0")


def _keep(folder, study, options, comparison, seconds, started):
    """Write the results, then draw pictures, then print the table.

    An error in one step stops no other step, and is raised at the end.
    """
    arguments = {"folder": folder, "comparison": comparison}
    errors, texts = [], []  # one text, which the console and the report show
    for step in (
        lambda: _write_table(folder, comparison),
        lambda: texts.append(str(study.call("describe", arguments))),
        lambda: _write_facts(folder, study, options, comparison, texts, seconds, started),
        lambda: _write_model(folder, comparison),
        lambda: study.call("draw", arguments),
        lambda: print(*texts, flush=True),
    ):
        try:
            step()
        except Exception as error:
            errors.append(error)
    if errors:
        raise errors[0]


def _write_table(folder, comparison):
    with written(folder / "table.csv") as file:
        comparison.table().to_csv(file, index=False)


def _write_model(folder, comparison):
    if comparison.model is not None:
        save(comparison.model, folder / "model.skops")


def _write_facts(folder, study, options, comparison, texts, seconds, started):
    model, data = comparison.model, comparison.data
    facts = {
        "experiment": absolute(study.name),
        "command": write_command(study.name, [*study.options, *common_options(study)], options),
        "created": datetime.now().astimezone().isoformat(timespec="seconds"),
        "parameters": {name: encode(plain(value)) for name, value in options.items()},
        "comparison": "\n\n".join(texts),
        "metrics": comparison.table().to_dict("records"),
        "data": {
            "description": data.get("DESCR"),
            "sha256": digest(data.data, data.target),
            "n_samples": len(data.data),
            "target_names": data.get("target_names"),
        },
        "seconds": seconds,
    }
    try:
        if model is not None:
            facts["model"] = model.__repr__(N_CHAR_MAX=10**6)
            facts |= facts_of_liquid(model)
        facts |= comparison.facts()
        facts |= study.call("facts", {"comparison": comparison})
    finally:  # the facts so far count, whatever becomes of more
        facts |= {"peak_memory_mib": peak_memory(), "wall_time_s": time.perf_counter() - started}
        write_json(folder / "result.json", facts | environment())
