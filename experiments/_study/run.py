"""Run an experiment: load the data, compare the models, print a table, keep the results."""

import time
from datetime import datetime

import joblib
from threadpoolctl import threadpool_limits

from lsm._validation import check_integer

from .._command_line import options_of, write_command
from .experiment import Experiment, absolute
from .progress import Stages, load_kernel
from .report_files import facts_of_liquid
from .results import (
    cannot_write,
    default_folder,
    digest,
    environment,
    peak_memory,
    results_folder,
    write_json,
)

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
    out = default_folder(experiment) if out is None else out
    with results_folder(out) as folder:
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
        print(study.call("describe", {"comparison": comparison}), flush=True)
        try:
            _write(folder, study, options, comparison, stages.seconds, started)
        except OSError as error:
            raise cannot_write(out, error) from error
    print(f"\nresults in {out} ({time.perf_counter() - started:.0f} s)")
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


def _write(folder, study, options, comparison, seconds, started):
    """Write the table, the pictures, the first model and result.json."""
    table, model, data = comparison.table(), comparison.model, comparison.data
    table.to_csv(folder / "table.csv", index=False)
    study.call("draw", {"folder": folder, "comparison": comparison})
    facts = {
        "experiment": absolute(study.name),
        "command": write_command(study.name, [*study.options, *common_options(study)], options),
        "created": datetime.now().astimezone().isoformat(timespec="seconds"),
        "parameters": options,
        "metrics": table.to_dict("records"),
        "data": {
            "description": data.get("DESCR"),
            "sha256": digest(data.data, data.target),
            "n_samples": len(data.data),
            "target_names": data.get("target_names"),
        },
        "seconds": seconds,
    }
    if model is not None:
        joblib.dump(model, folder / "model.joblib")
        facts["model"] = model.__repr__(N_CHAR_MAX=10**6)
        facts |= facts_of_liquid(model)
    facts |= comparison.facts() | study.call("facts", {"comparison": comparison})
    facts |= {"peak_memory_mib": peak_memory(), "wall_time_s": time.perf_counter() - started}
    write_json(folder / "result.json", facts | environment())
