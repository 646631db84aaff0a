"""Find the experiments: modules beside this folder, and files of the user's."""

import importlib
import importlib.util
import inspect
import pkgutil
import sys
from pathlib import Path

__all__ = ["absolute", "arguments", "documentation", "experiments", "load"]

FUNCTIONS = ("load_data", "make_model", "run")


def experiments():
    """Return the names of all experiments, as the command line has them."""
    names = [module.name for module in pkgutil.iter_modules([Path(__file__).parents[1]])]
    return sorted(name.replace("_", "-") for name in names if not name.startswith("_"))


def load(name):
    """Return the module of an experiment, by its name or by the path of its file.

    Parameters
    ----------
    name : str
        Such as "spoken-words" or "my/folder/mine.py".

    Returns
    -------
    module : module

    Raises
    ------
    ValueError
        If it is no experiment.
    OSError
        If there is no such file.
    """
    if not name.endswith(".py"):
        return importlib.import_module(f"..{name.replace('-', '_')}", __package__)
    path = Path(name).absolute()
    module = sys.modules.get(path.stem)
    if module is None or getattr(module, "__file__", None) != str(path):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module  # or nothing of it could be pickled
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[path.stem]
            raise
    missing = [function for function in FUNCTIONS if not hasattr(module, function)]
    if missing:
        raise ValueError(f"{name} is no experiment: it has no {', '.join(missing)}")
    return module


def absolute(name):
    """Return the name of an experiment, or the path of its file from anywhere."""
    return str(Path(name).absolute()) if name.endswith(".py") else name


def documentation(function):
    """Return the first line of a docstring, and all that comes before the parameters."""
    text = inspect.getdoc(function).split("\nParameters\n---")[0]
    return text.splitlines()[0], text


def arguments(function, options):
    """Choose the arguments of `load_data` or `make_model` among the options of `run`."""
    names = inspect.signature(function).parameters
    options = options | ({"random_state": options["seed"]} if "seed" in options else {})
    return {name: value for name, value in options.items() if name in names}
