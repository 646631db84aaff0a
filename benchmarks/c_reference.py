"""Build reference.c with the system's compiler and call it."""

import ctypes
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

__all__ = ["simulate_c"]

SOURCE = Path(__file__).with_name("reference.c")


@cache
def _library(dtype):
    """Compile for a precision; the library lives as long as the process."""
    folder = Path(tempfile.mkdtemp(prefix="lsm-benchmark-"))
    path = folder / f"reference_{dtype}.so"
    real = {"float32": "float", "float64": "double"}[dtype]
    command = ["cc", "-O3", "-march=native", "-shared", "-fPIC", f"-DREAL={real}"]
    subprocess.run([*command, "-o", str(path), str(SOURCE)], check=True)
    return ctypes.CDLL(str(path))


def _constants(network, dtype):
    real = {"float32": ctypes.c_float, "float64": ctypes.c_double}[dtype]
    decay, gain, _, threshold, reset, refractory, _ = network.constants
    values = (decay, gain, threshold, reset, refractory, *network.syn_constants)

    class Constants(ctypes.Structure):
        _fields_ = [(f"c{i}", real) for i in range(len(values))]

    return Constants(*map(float, values))


def simulate_c(workload, dtype, *, dense):
    """Return a function that runs a workload and gives its spike counts.

    Parameters
    ----------
    workload : Workload
        A network with delays of one step.
    dtype : {"float32", "float64"}
        Precision.
    dense : bool
        Whether recurrent rows are dense.

    Returns
    -------
    run : function
        Takes nothing, returns counts of shape (n_samples, n_neurons).
    """
    network, spikes = workload.network, workload.spikes
    n, n_samples = network.n_neurons, len(spikes)
    padded = -(-n // 8) * 8
    arrays = {
        "offsets": spikes.offsets,
        "steps": spikes.steps,
        "channels": spikes.channels,
        "indptr": network.w.indptr.astype(np.int64),
        "targets": network.w.indices.view(np.uint32),
        "weights": network.w.data.astype(dtype),
        "inhibitory": workload.inhibitory.astype(np.uint8),
        "dense": network.w.toarray().astype(dtype) if dense else None,
        "w_in": network.w_in.toarray().astype(dtype),
    }
    state = [np.zeros(n, dtype) for _ in range(4)]
    state += [np.zeros(padded, np.uint8), np.zeros(padded, np.uint32)]
    counts = np.zeros((n_samples, n), dtype)
    library, constants = _library(dtype), _constants(network, dtype)

    def pointer(array):
        return None if array is None else array.ctypes.data_as(ctypes.c_void_p)

    def run():
        library.simulate(
            *(ctypes.c_int64(k) for k in (n_samples, n, int(spikes.durations[0]))),
            *map(pointer, arrays.values()), constants, *map(pointer, state), pointer(counts),
        )  # fmt: skip
        return counts

    return run
