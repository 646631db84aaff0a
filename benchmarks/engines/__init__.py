"""Engines, one per file: lsm, the C reference, and other simulators.

The file of an engine has one function, `prepare(workload, dtype, **options)`. It builds the network
and returns a function that runs all samples once from rest. This function returns `(seconds,
counts)`: the processor time of the simulation alone, and the spike counts of shape (n_samples,
n_neurons), or None if the neurons do not spike.
"""

import functools
import importlib
import time
from dataclasses import dataclass, field

__all__ = ["ENGINES", "PROBLEMS", "Engine", "clocked", "load"]


@dataclass(frozen=True)
class Engine:
    """Properties of an engine that are known before its import.

    Attributes
    ----------
    module : str
        File in this folder.
    distribution : str or None
        Name of its distribution for pip.
    precisions : tuple of str
        Precisions that it supports.
    max_neurons : int
        Largest network; larger networks take minutes per sample.
    max_samples : int
        Largest number of samples per run.
    note : str
        Difference of its model from that of the other engines.
    options : dict
        Passed to `prepare`.
    """

    module: str
    distribution: str | None = None
    precisions: tuple = ("float32", "float64")
    max_neurons: int = 10_000
    max_samples: int = 1000
    note: str = ""
    options: dict = field(default_factory=dict)


ENGINES = {
    "C": Engine("c"),
    # GCC does not vectorise choices between two numbers while either might trap, and prefers
    # vectors of 256 bits.
    "C, wide vectors": Engine(
        "c", options={"flags": ("-fno-trapping-math", "-mprefer-vector-width=512")}
    ),
    "lsm": Engine("lsm"),
    "Brian2": Engine("brian2", "brian2"),
    "NEST": Engine("nest", "nest-simulator", ("float64",)),
    "PyTorch sparse": Engine("torch", "torch", options={"layout": "sparse"}),
    "PyTorch dense": Engine("torch", "torch", max_neurons=1000, options={"layout": "dense"}),
    "BindsNET": Engine(
        "bindsnet", "bindsnet", ("float32",), max_neurons=1000, note="one current, Euler's method"
    ),
    "snnTorch": Engine(
        "snntorch",
        "snntorch",
        ("float32",),
        max_neurons=1000,
        note="one current, no refractory period",
    ),
    "ReservoirPy": Engine("reservoirpy", "reservoirpy", max_samples=2, note="not spiking"),
}


PROBLEMS = {}  # reasons why engines could not be imported, by name


@functools.cache
def load(name):
    """Return `prepare` of an engine, or None after a failed import, noted in `PROBLEMS`."""
    engine = ENGINES[name]
    try:
        return importlib.import_module(f".{engine.module}", __name__).prepare
    except ModuleNotFoundError as error:
        PROBLEMS[name] = f"no module {error.name!r}: pip install {engine.distribution}"
    except Exception as error:  # an installed engine may fail in any way; the others still run
        PROBLEMS[name] = f"{type(error).__name__}: {error}"
    return None


def clocked(function, clock=time.thread_time):
    """Return a function that returns the time (by default processor time) and the result."""

    def run():
        start = clock()
        result = function()
        return clock() - start, result

    return run
