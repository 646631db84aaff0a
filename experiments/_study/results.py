"""Facts about a run: versions of packages, memory, and a hash of the data."""

import hashlib
import itertools
import os
import platform
import resource
import sys
from importlib.metadata import version
from importlib.util import find_spec

import numpy as np

from lsm import SpikeArray

__all__ = ["digest", "environment", "peak_memory"]


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
