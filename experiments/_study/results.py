"""The facts in a folder of results: JSON, versions, memory, a hash of the data."""

import hashlib
import itertools
import json
import math
import os
import platform
import resource
import sys
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from lsm import SpikeArray

from .folder import written

__all__ = ["digest", "environment", "peak_memory", "plain", "read_json", "write_json"]


def write_json(path, content):
    """Write a dict as JSON: arrays become lists, and numbers that are not finite become null.

    An object that JSON does not know becomes a text.
    """
    text = json.dumps(plain(content), indent=2, allow_nan=False, default=repr)
    with written(path) as file:
        file.write(text + "\n")


def read_json(path):
    """Read a file of :func:`write_json`."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is damaged: {error}") from None


def plain(value):
    """Return a value in types of JSON."""
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
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
