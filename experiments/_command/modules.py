"""The module of an experiment: one of this package, or a file that the command line names."""

import hashlib
import importlib
import importlib.util
import pkgutil
import sys
import traceback
from pathlib import Path
from types import ModuleType

__all__ = ["experiment_names", "is_file", "load"]

REQUIRED = ("load_data", "make_model")
LOADED: dict[str, ModuleType] = {}  # modules of files, by the path
PACKAGE = __name__.rpartition("._command")[0]


def experiment_names():
    """Return the names of the experiments of this package, as the command line has them."""
    names = [module.name for module in pkgutil.iter_modules([Path(__file__).parents[1]])]
    return sorted(name.replace("_", "-") for name in names if not name.startswith("_"))


def is_file(name):
    """Return whether the name of an experiment is that of a file."""
    return name.endswith(".py")


def load(name):
    """Import the module of an experiment, by the experiment's name or file.

    A ValueError is raised if the file cannot be imported, with the line that is wrong, or if it is
    not an experiment.
    """
    if not is_file(name):
        return importlib.import_module(f"{PACKAGE}.{name.replace('-', '_')}")
    path = str(Path(name).absolute())
    module = LOADED.get(path)
    if module is None or sys.modules.get(module.__name__) is not module:
        module = LOADED[path] = _import(path)
    missing = [function for function in REQUIRED if not callable(getattr(module, function, None))]
    if missing:
        raise ValueError(f"{name} is not an experiment: it has no {', '.join(missing)}")
    return module


def _import(path):
    name = _free_name(path)
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # or nothing of it could be saved
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        if isinstance(error, KeyboardInterrupt | OSError):
            raise
        raise ValueError(f"{_where(path, error)}: {_what(error)}") from error
    return module


def _free_name(path):
    """Return the name under which Python knows a file: its own, unless another module has that.

    With its own name a model of the file can be loaded where Python finds the file.
    """
    name = Path(path).stem
    if name.isidentifier():
        there = sys.modules.get(name)
        if there is None:
            found = importlib.util.find_spec(name)
            is_free = found is None or found.origin == path
        else:
            is_free = any(there is module for module in LOADED.values())
        if is_free:
            return name
    return f"lsm_experiment_{hashlib.sha256(path.encode()).hexdigest()[:12]}"


def _where(path, error):
    """Return the file and the line of an error: that of the syntax, or the last one of the file."""
    if isinstance(error, SyntaxError):
        return f"{error.filename or path}, line {error.lineno}"
    lines = [part.lineno for part in traceback.extract_tb(error.__traceback__)
             if part.filename == path]  # fmt: skip
    return f"{path}, line {lines[-1]}" if lines else path


def _what(error):
    if isinstance(error, SyntaxError | ImportError):
        return error.msg
    return f"{type(error).__name__}: {error}"
