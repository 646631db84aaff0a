"""Cost of the parts of a step, measured by leaving out the other parts."""

from dataclasses import replace

import numpy as np

from lsm.spikes import SpikeArray

from .measure import compare, entries, quartiles
from .workloads import N_STEPS, SIZES, Workload

__all__ = ["limits"]


def limits(options):
    """Cost of updating a neuron, of a neuron that receives an input spike, and of a synapse."""
    rows = []
    names = [name for name in ("C, wide vectors", "lsm") if name in options.engines]
    for n_neurons in (n for n in SIZES if options.sizes is None or n in options.sizes):
        whole = Workload.of_size(n_neurons)
        faint = replace(whole.network, w_in=whole.network.w_in * 1e-6)  # nothing spikes
        without = {"whole": whole, "input": replace(whole, network=faint), "silence": _mute(whole)}
        for dtype in ("float32", "float64"):
            lines = [
                line
                for label, workload in without.items()
                for line in entries(label, names, workload, dtype)
            ]
            runs = {
                (row["workload"], row["engine"]): row for row in compare(lines, options.repeats)
            }
            for name in names:
                taken = {label: runs[label, name] for label in without if (label, name) in runs}
                if taken:
                    rows.append(_parts(whole, name, dtype, taken))
    return rows


def _mute(workload):
    """Return the workload without input spikes."""
    spikes = workload.spikes
    nothing = np.empty(0, int)
    offsets = np.zeros(len(spikes) + 1, int)
    silence = SpikeArray(nothing, nothing, None, offsets, spikes.n_rows, spikes.n_channels)
    return replace(workload, spikes=silence)


def _parts(workload, engine, dtype, taken):
    n_neurons, n_samples = workload.network.n_neurons, len(workload.spikes)
    seconds = (taken[label]["seconds"] for label in ("whole", "input", "silence"))
    rounds = zip(*seconds, strict=False)
    whole, driven, silent = 1e9 * np.array(list(rounds)).T  # rounds in which all three ran
    updates = n_neurons * workload.n_steps
    added = n_neurons * len(workload.spikes.rows) / n_samples
    events = taken["whole"]["rate"] * N_STEPS / 1000 * workload.network.w.nnz
    return {
        "neurons": n_neurons,
        "precision": dtype,
        "engine": engine,
        "update": quartiles(silent / updates),
        "input": quartiles((driven - silent) / added),
        "synapse": quartiles((whole - driven) / events),
    }
