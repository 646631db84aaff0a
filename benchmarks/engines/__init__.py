"""The engines, one a file: ours, the C reference, and peers.

An engine's file has one function, `prepare(workload, dtype, **options)`. It builds the network and
returns a function that runs all samples once from rest and gives `(seconds, counts)`: processor
time of the simulation alone, and spike counts of shape (n_samples, n_neurons), or None where
nothing spikes.
"""

import functools
import importlib
import time
from dataclasses import dataclass, field

__all__ = ["ENGINES", "PROBLEMS", "Engine", "clocked", "load"]


@dataclass(frozen=True)
class Engine:
    """What the benchmark needs to know of an engine before it is imported.

    Attributes
    ----------
    module : str
        File in this folder.
    distribution : str or None
        What pip installs it as.
    precisions : tuple of str
        What it can compute in.
    max_neurons : int
        Above, it takes minutes a sample.
    max_samples : int
        Samples of a workload that it runs in one turn.
    note : str
        How what it computes differs from the other engines.
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
    # GCC does not vectorise choices between two numbers as long as either might trap.
    "C, no traps": Engine("c", options={"flags": ("-fno-trapping-math",)}),
    "lsm": Engine("lsm"),
    "Brian2": Engine("brian2", "brian2"),
    "NEST": Engine("nest", "nest-simulator", ("float64",)),
    "PyTorch sparse": Engine("torch", "torch", options={"layout": "sparse"}),
    "PyTorch dense": Engine("torch", "torch", max_neurons=1000, options={"layout": "dense"}),
    "BindsNET": Engine(
        "bindsnet", "bindsnet", ("float32",), max_neurons=1000, note="one current, Euler's method"
    ),
    "snnTorch": Engine(
        "snntorch", "snntorch", ("float32",), max_neurons=1000, note="one current, not refractory"
    ),
    "ReservoirPy": Engine("reservoirpy", "reservoirpy", max_samples=2, note="not spiking"),
}


PROBLEMS = {}  # why an engine could not be imported, by its name


@functools.cache
def load(name):
    """Return `prepare` of one of `ENGINES`, or None and a note in `PROBLEMS`."""
    engine = ENGINES[name]
    try:
        return importlib.import_module(f".{engine.module}", __name__).prepare
    except ModuleNotFoundError as error:
        PROBLEMS[name] = f"no module {error.name!r}: pip install {engine.distribution}"
    except Exception as error:  # an installed peer may fail in any way; the others shall still run
        PROBLEMS[name] = f"{type(error).__name__}: {error}"
    return None


def clocked(function, clock=time.thread_time):
    """Return a function that gives the time taken, by default of the processor, and the result."""

    def run():
        start = clock()
        result = function()
        return clock() - start, result

    return run
