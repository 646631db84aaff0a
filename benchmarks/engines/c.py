"""The C reference, built with the system's compiler."""

import ctypes
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from . import clocked

__all__ = ["prepare"]

# Recurrent rows are dense where that is faster.
DENSE_BELOW = 500

SOURCE = Path(__file__).with_name("reference.c")

if shutil.which("cc") is None:
    raise ImportError("no C compiler `cc`")


@cache
def _library(dtype, flags):
    """Compile the reference for a precision, once per process."""
    real = {"float32": "float", "float64": "double"}[dtype]
    command = ["cc", "-O3", "-march=native", *flags, "-shared", "-fPIC", f"-DREAL={real}"]
    with tempfile.TemporaryDirectory(prefix="lsm-benchmark-c-") as folder:
        path = f"{folder}/reference_{dtype}.so"
        subprocess.run([*command, "-o", path, str(SOURCE)], check=True)
        return ctypes.CDLL(path)


def _constants(workload, dtype):
    real = {"float32": ctypes.c_float, "float64": ctypes.c_double}[dtype]
    names = ("v_threshold", "v_reset", "refractory")
    values = (*workload.propagator, *(workload.parameters[name] for name in names))

    class Constants(ctypes.Structure):
        _fields_ = [(f"c{i}", real) for i in range(len(values))]

    return Constants(*map(float, values))


def prepare(workload, dtype, *, flags=()):
    """Compile the reference; return a function that runs it.

    Parameters
    ----------
    workload : Workload
        A network with delays of one step.
    dtype : {"float32", "float64"}
        Precision.
    flags : tuple of str
        Further flags of the compiler.

    Returns
    -------
    run : function
    """
    network, spikes = workload.network, workload.spikes
    n, n_samples = network.n_neurons, len(spikes)
    padded = -(-n // 8) * 8
    arrays = {
        "offsets": spikes.offsets,
        "steps": spikes.rows,
        "channels": spikes.channels,
        "indptr": network.w.indptr.astype(np.int64),
        "targets": network.w.indices.view(np.uint32),
        "weights": network.w.data.astype(dtype, copy=False),
        "inhibitory": workload.inhibitory.astype(np.uint8),
        "dense": network.w.toarray().astype(dtype) if n < DENSE_BELOW else None,
        "w_in": network.w_in.toarray().astype(dtype, copy=False),
    }
    state = [np.zeros(n, dtype) for _ in range(4)]
    state += [np.zeros(padded, np.uint8), np.zeros(padded, np.uint32)]
    counts = np.zeros((n_samples, n), dtype)
    library, constants = _library(dtype, flags), _constants(workload, dtype)

    def pointer(array):
        return None if array is None else array.ctypes.data_as(ctypes.c_void_p)

    def run():
        library.simulate(
            *(ctypes.c_int64(k) for k in (n_samples, n, workload.n_steps)),
            *map(pointer, arrays.values()), constants, *map(pointer, state), pointer(counts),
        )  # fmt: skip
        return counts.copy()

    return clocked(run)
