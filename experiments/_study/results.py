"""A folder of results, and the facts in it: JSON, versions, memory, a hash of the data."""

import contextlib
import hashlib
import itertools
import json
import math
import os
import platform
import resource
import shutil
import sys
import tempfile
from datetime import datetime
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from lsm import SpikeArray

__all__ = [
    "cannot_write",
    "default_folder",
    "digest",
    "environment",
    "peak_memory",
    "plain",
    "read_json",
    "results_folder",
    "write_json",
    "written",
]

PROBE_BYTES = 32 * 2**20


def default_folder(name):
    """Return the default folder for the results of an experiment, with date and time."""
    return Path("results") / f"{Path(name).stem}-{datetime.now():%Y-%m-%d-%H%M%S}"


@contextlib.contextmanager
def results_folder(out, probe_bytes=PROBE_BYTES):
    """Collect results in a temporary folder beside `out` that becomes `out` at the end.

    A process that is killed leaves nothing under the final name. Before any work it is checked
    that the name is free, and that the disk is writable and has room for `probe_bytes`; else an
    OSError is raised.
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
        raise FileExistsError(f"{out} exists and is not a folder: name another one")


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
    """Yield a temporary name for a file, which is renamed to `path` when it is complete."""
    temporary = path.with_name(f".{path.name}")
    try:
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise cannot_write(path, error) from error


def cannot_write(out, error):
    """Return an error that names the results that could not be written, and the reason.

    Its class follows from the error's number, so that a PermissionError stays one.
    """
    return OSError(error.errno, f"cannot write results to {out}: {error.strerror or error}")


def _umask():
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_json(path, content):
    """Write a dict as JSON: arrays become lists, and numbers that are not finite become null."""
    text = json.dumps(plain(content), indent=2, allow_nan=False)
    Path(path).write_text(text + "\n", encoding="utf-8")


def read_json(path):
    """Read a file of :func:`write_json`."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}") from None


def plain(value):
    """Return a value in types of JSON."""
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
    """Return the versions of the packages that results depend on, and the machine."""
    packages = ("numpy", "scipy", "scikit-learn", "numba", "librosa", "liquid-state-machine")
    if find_spec("espeakng_loader"):
        packages += ("espeakng-loader",)
    return {
        "versions": {"python": platform.python_version()}
        | {package: version(package) for package in packages},
        "platform": platform.platform(),
        "n_cpus": os.cpu_count(),
    }


def peak_memory():
    """Return the peak memory of this process so far in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (2**20 if sys.platform == "darwin" else 2**10)  # bytes there, KiB elsewhere


def digest(*parts):
    """Return a SHA-256 hash of arrays, of lists of arrays and of samples of spikes."""
    total = hashlib.sha256()
    for array in itertools.chain.from_iterable(map(_arrays, parts)):
        total.update(f"{array.dtype} {array.shape}".encode())
        total.update(np.ascontiguousarray(array).tobytes())
    return total.hexdigest()


def _arrays(part):
    if isinstance(part, SpikeArray):
        return (part.to_dense(i) for i in range(len(part)))
    if isinstance(part, list | tuple) or np.asarray(part).dtype == object:
        return map(np.asarray, part)
    return [np.asarray(part)]
