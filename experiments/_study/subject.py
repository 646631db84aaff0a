"""The subject of a command: an experiment by its name or file, or the folder of a run of one."""

from .._command.modules import experiment_names, is_file
from .._command.options import fits
from .._command.values import decode
from .experiment import Experiment
from .json_files import OBJECT, TEXT, read_json
from .run import SEED

__all__ = ["RESULT", "is_experiment", "load_data", "read_run"]

RESULT = "result.json"


def is_experiment(subject):
    """Return whether this is the name of an experiment, or the file of one."""
    return subject in experiment_names() or is_file(subject)


def read_run(path, command, way_out="give the folder of a run, or the name of an experiment"):
    """Return the experiment and the options of a run, from its `result.json`.

    `command` is the name of the command that wants to know, and `way_out` its advice to a user
    who has no such file.
    """
    if not path.exists():
        raise ValueError(f"there is no {path} that names an experiment and its data: {way_out}")
    facts = read_json(path, {"experiment": TEXT, "parameters": OBJECT})
    name = facts["experiment"]
    options = {key: decode(value) for key, value in facts["parameters"].items()}
    if name not in experiment_names():
        raise ValueError(
            f"{path} names an experiment in a file, {name}, which is taken from the command line "
            f"only: lsm {command} FILE.py with its options, if you trust the file"
        )
    experiment = Experiment(name)
    for option in experiment.options:
        if option.name in options and not fits(option, options[option.name]):
            raise ValueError(
                f"{path} is damaged, or of another version: {option.name} must be {option.kind}, "
                f"got {options[option.name]!r:.50}"
            )
    return experiment, options


def load_data(experiment, options):
    """Return the options of the first condition, and the data."""
    options = experiment.with_defaults({"seed": SEED.default} | options)
    options |= experiment.conditions(options)[0]
    return options, experiment.load_data(options)
