"""What every experiment leaves behind: a folder of results, with the facts to repeat it."""

import contextlib
import hashlib
import inspect
import json
import math
import os
import platform
import resource
import shlex
import shutil
import sys
import tempfile
from datetime import datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from .._command.cli import literal

__all__ = [
    "cannot_write",
    "command_line",
    "default_folder",
    "difference_interval",
    "digest",
    "environment",
    "peak_memory",
    "plain",
    "read_json",
    "results_folder",
    "wilson_interval",
    "write_confusion",
    "write_json",
    "write_raster",
    "written",
]

Z = 1.959963984540054  # of the normal distribution, for 95 %
PROBE_BYTES = 32 * 2**20


def default_folder(name):
    """Return the folder for results of experiment `name` that nobody named: by date and time."""
    return Path("results") / f"{name}-{datetime.now():%Y-%m-%d-%H%M%S}"


@contextlib.contextmanager
def results_folder(out, probe_bytes=PROBE_BYTES):
    """Collect results in a temporary folder beside `out` that becomes `out` at the end.

    Whoever is killed leaves nothing under the final name. That the place is free, writable and
    has room is found out first, before any work.

    Parameters
    ----------
    out : str or path
        The folder; it must not exist, or be empty.
    probe_bytes : int, default=33554432
        How much room there must be.

    Yields
    ------
    folder : Path
        Where to write.

    Raises
    ------
    FileExistsError
        If `out` exists and is not an empty folder.
    OSError
        If there is no writing to it.
    """
    out = Path(out).expanduser().absolute()
    _check_free(out)
    folder = None
    try:
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
            _probe(folder / "probe", probe_bytes)
        except OSError as error:
            raise cannot_write(out, error) from error
        yield folder
        try:
            folder.chmod(0o777 & ~_umask())  # mkdtemp keeps everyone else out
            os.rename(folder, out)
        except OSError as error:
            raise cannot_write(out, error) from error
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _check_free(out):
    if out.is_dir():
        if any(out.iterdir()):
            raise FileExistsError(f"the results folder {out} exists and is not empty")
    elif out.exists() or out.is_symlink():
        raise FileExistsError(f"{out} exists and is no folder: name another for the results")


def _probe(path, n_bytes):
    block = os.urandom(2**20)  # a file system that compresses must not be fooled
    with open(path, "wb") as file:
        for start in range(0, n_bytes, len(block)):
            file.write(block[: n_bytes - start])
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


@contextlib.contextmanager
def written(path):
    """Yield another name for a file, which gets its own when it is whole."""
    temporary = path.with_name(f".{path.name}")
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise cannot_write(path, error) from error


def cannot_write(out, error):
    """Return an error that says which results could not be written, and why.

    Its class follows from the error's number, so that a PermissionError stays one.
    """
    return OSError(error.errno, f"cannot write results to {out}: {error.strerror or error}")


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_json(path, content):
    """Write a dict as JSON: arrays become lists, and what is no finite number null."""
    text = json.dumps(plain(content), indent=2, allow_nan=False)
    Path(path).write_text(text + "\n", encoding="utf-8")


def read_json(path):
    """Read what :func:`write_json` wrote."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}") from None


def write_confusion(folder, labels, counts):
    """Write how often each class, a row, was taken for each, a column."""
    pd.DataFrame(counts, labels, labels).to_csv(Path(folder) / "confusion.csv")


def write_raster(folder, raster):
    """Write a raster as of :func:`~lsm.experiments._study.evaluate.raster_of`."""
    (Path(folder) / "raster.json").write_text(json.dumps(raster), encoding="utf-8")


def plain(value):
    """Return a value in types that JSON has."""
    if isinstance(value, dict):
        return {key: plain(part) for key, part in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return str(value) if isinstance(value, Path) else value


def environment():
    """Return the versions of what the numbers depend on, and the machine."""
    packages = ("numpy", "scipy", "scikit-learn", "numba", "librosa", "liquid-state-machine")
    if find_spec("espeakng_loader"):
        packages += ("espeakng-loader",)
    return {
        "versions": {"python": platform.python_version()}
        | {package: version(package) for package in packages},
        "platform": platform.platform(),
        "n_cpus": os.cpu_count(),
    }


def command_line(name, function, settings):
    """Return the command that runs an experiment with these settings, to paste into a shell.

    Parameters
    ----------
    name : str
        Name of the experiment.
    function : callable
        What runs it, whose signature tells the defaults.
    settings : dict
        Its arguments, and parameters of the model by their names.

    Returns
    -------
    command : str
    """
    words = ["lsm", "run", name]
    parameters = inspect.signature(function).parameters
    for key, value in settings.items():
        if key not in parameters:
            words += ["--set", key, _word(value)]
        elif value != parameters[key].default:
            values = value if isinstance(value, list | tuple) else [value]
            words += [f"--{key.replace('_', '-')}", *map(str, values)]
    return shlex.join(words)


def _word(value):
    """Write a value so that the command line reads the same from it."""
    return value if isinstance(value, str) and literal(value) == value else repr(value)


def peak_memory():
    """Return the most memory that this process has held so far, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)  # bytes there, KiB elsewhere


def digest(*arrays):
    """Return a SHA-256 hash of arrays, those of type object element by element."""
    total = hashlib.sha256()
    for array in arrays:
        for part in array if array.dtype == object else [array]:
            total.update(f"{part.dtype} {part.shape}".encode())
            total.update(np.ascontiguousarray(part).tobytes())
    return total.hexdigest()


def wilson_interval(n_right, n):
    """Return the 95 % interval of a share, after Wilson (1927).

    Parameters
    ----------
    n_right, n : int
        How many of how many independent trials went right.

    Returns
    -------
    low, high : float
    """
    centre = (n_right + Z**2 / 2) / (n + Z**2)
    half = Z * np.sqrt(n_right * (n - n_right) / n + Z**2 / 4) / (n + Z**2)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def difference_interval(right, other_right):
    """Compare two models on the same trials.

    Parameters
    ----------
    right, other_right : bool array of shape (n,)
        On which trials each was right.

    Returns
    -------
    difference : float
        Share that the first gets right, minus that of the other.
    low, high : float
        95 % interval of the difference, after Agresti & Min (2005): Wald's for paired shares
        with half a trial added to each cell. It never vanishes where the models agree.
    """
    right, other_right = np.asarray(right), np.asarray(other_right)
    n = len(right)
    gained, lost = np.sum(right & ~other_right), np.sum(other_right & ~right)
    centre = (gained - lost) / (n + 2)
    half = Z * np.sqrt(gained + lost + 1 - (gained - lost) ** 2 / (n + 2)) / (n + 2)
    return float((gained - lost) / n), max(centre - half, -1.0), min(centre + half, 1.0)
