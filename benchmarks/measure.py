"""Run engines in turns: medians and quartiles of their times, and comparison of their spikes."""

from typing import NamedTuple

import numpy as np

from .engines import ENGINES, load
from .workloads import N_STEPS

__all__ = ["Entry", "compare", "entries", "quartiles", "ratios"]

# A line that took PATIENCE seconds in ENOUGH rounds or more is not repeated further.
PATIENCE, ENOUGH = 3.0, 3


class Entry(NamedTuple):
    """One line of a comparison.

    Attributes
    ----------
    workload : str
        Name of the workload. Spikes are compared within a workload.
    engine : str
        Name of the engine.
    precision : str
        "float32" or "float64".
    neurons : int
        Size of the network.
    n_samples : float
        Samples of 500 ms in a run; a long one counts as several.
    run : function
        Returns seconds, and spike counts or None, see :mod:`benchmarks.engines`.
    note : str
        Difference of its model from that of the other engines.
    """

    workload: str
    engine: str
    precision: str
    neurons: int
    n_samples: float
    run: object
    note: str = ""


def entries(label, names, workload, dtype, **options):
    """Build the entries of the engines that can run a workload.

    Parameters
    ----------
    label : str
        Name of the workload.
    names : iterable of str
        Names of engines.
    workload : Workload
        Network and input.
    dtype : {"float32", "float64"}
        Precision.
    **options : object
        Passed to the engines.

    Returns
    -------
    entries : list of Entry
    """
    built = []
    for name in names:
        engine, prepare = ENGINES[name], load(name)
        n_neurons = workload.network.n_neurons
        if not prepare or n_neurons > engine.max_neurons or dtype not in engine.precisions:
            continue
        part = workload.first(engine.max_samples)
        run = prepare(part, dtype, **engine.options, **options)
        n_samples = float(part.spikes.n_rows.sum()) / N_STEPS
        built.append(Entry(label, name, dtype, n_neurons, n_samples, run, engine.note))
    return built


def compare(lines, repeats):
    """Run the lines in turns, so that a disturbance of the machine affects all of them.

    Parameters
    ----------
    lines : list of Entry
        Entries to run; speeds are relative to the first.
    repeats : int
        Number of rounds.

    Returns
    -------
    rows : list of dict
    """
    counts = [line.run()[1] for line in lines]
    seconds = _in_turns(lines, repeats)
    # The reference of a workload is its first line without a note.
    references = {
        line.workload: count
        for line, count in reversed(list(zip(lines, counts, strict=True)))
        if count is not None and not line.note
    }
    rows = []
    for i, (line, count) in enumerate(zip(lines, counts, strict=True)):
        row = line._asdict() | {"seconds": seconds[i].tolist()}
        del row["run"], row["n_samples"]
        row["samples_per_second"] = quartiles(1 / seconds[i])
        row["speed"] = quartiles(ratios(seconds[0], seconds[i]))
        if count is not None:
            row["rate"] = float(count.sum()) / (line.neurons * line.n_samples * N_STEPS / 1000)
            reference = references.get(line.workload, count)
            n = min(len(count), len(reference))
            row["equal_counts"] = float(np.mean(count[:n] == reference[:n]))
        rows.append(row)
    return rows


def _in_turns(lines, repeats):
    """Return the seconds per sample of each line; slow lines run in fewer rounds."""
    taken = [[] for _ in lines]
    for _ in range(repeats):
        for line, values in zip(lines, taken, strict=True):
            if len(values) < ENOUGH or sum(values) < PATIENCE:
                values.append(line.run()[0])
    return [np.array(values) / line.n_samples for line, values in zip(lines, taken, strict=True)]


def ratios(one, other):
    """Divide times of the same rounds."""
    n_rounds = min(len(one), len(other))
    return np.asarray(one)[:n_rounds] / np.asarray(other)[:n_rounds]


def quartiles(values):
    """Return the lower quartile, the median and the upper quartile."""
    return np.percentile(values, [25, 50, 75]).tolist()
