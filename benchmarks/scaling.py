"""Cost of a thousand to a million neurons: `python -m benchmarks.scaling NEURONS KIND [THREADS]`.

Each size runs in its own process, so that the peak memory of the process belongs to that size.
With a number of threads, which `lsm` alone has, times are wall-clock times.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from sklearn.base import clone

from lsm.topology import Column

from .engines import load
from .measure import quartiles
from .workloads import SIZES, Workload, parts

__all__ = ["KINDS", "SCALES", "scaling"]

FAN_OUT, GAIN, N_STEPS = 100, 0.42, 1000  # one second at about 17 Hz
# Samples per run, enough to time small networks; and the shape of the column.
SCALES = {
    1_000: (40, (10, 10, 10)),
    10_000: (4, (25, 20, 20)),
    100_000: (1, (50, 50, 40)),
    1_000_000: (1, (100, 100, 100)),
}
LAM = 4.0  # gives the column about 100 synapses per neuron too
WIRINGS = ("graph", "column")  # drawn, but not simulated
KINDS = ("C", "lsm", *WIRINGS)
ROOT = Path(__file__).parents[1]
ROUNDS = 2  # at most: a million neurons take half a minute


def scaling(options):
    """Cost of 10^3 to 10^6 neurons with fan-out 100, in float32, for one second of activity."""
    chosen = [n for n in SCALES if options.sizes is None or n in options.sizes]
    kinds = [k for k in KINDS if k in WIRINGS or (k in options.engines and load(k))]
    results = {(n, kind): [] for n in chosen for kind in kinds}
    for _ in range(min(options.repeats, ROUNDS)):
        for n, kind in results:
            command = [sys.executable, "-m", "benchmarks.scaling", str(n), kind]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT, text=True)
            results[n, kind].append(json.loads(done.stdout))
    rows = []
    for (n, kind), runs in results.items():
        row = {"neurons": n, "engine": kind}
        for key in runs[0]:
            row[key] = quartiles([run[key] for run in runs])
        rows.append(row)
    return rows


def peak_memory():
    """Return the peak memory of this process so far in GB, or nan if it is not known."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return float("nan")
    return next(int(line.split()[1]) * 1024 / 1e9 for line in lines if line.startswith("VmHWM"))


def main():
    """Build one network, run it once, and print its cost as JSON."""
    n_neurons, kind = int(sys.argv[1]), sys.argv[2]
    n_samples, shape = SCALES[n_neurons]
    result, threads = {}, {"n_jobs": int(sys.argv[3])} if len(sys.argv) > 3 else {}
    if kind in WIRINGS:
        random = parts(FAN_OUT, GAIN)[0]
        random.draw(FAN_OUT + 1, np.random.default_rng(0))  # compiles
        column = Column(shape=shape, lam=LAM, delay=1.0)
        clone(column).set_params(shape=(3, 3, 3)).draw(27, np.random.default_rng(0))
        topology = random if kind == "graph" else column
        result["memory_before"], start = peak_memory(), time.process_time()
        wiring = topology.draw(n_neurons, np.random.default_rng(0))
        result |= {"build": time.process_time() - start, "synapses": wiring.weights.nnz}
    else:
        small = Workload.of_size(max(SIZES) if threads else min(SIZES), n_samples=1)
        load(kind)(small, "float32", **threads)()  # compiles
        result["memory_before"] = peak_memory()
        workload = Workload.draw(n_neurons, parts(FAN_OUT, GAIN), n_samples, N_STEPS)
        seconds, counts = load(kind)(workload, "float32", **threads)()
        network, spikes = workload.network, workload.spikes
        events = counts.sum(axis=0, dtype=float) @ np.diff(network.w.indptr)
        events += np.diff(network.w_in.indptr)[spikes.channels].sum(dtype=float)
        result |= {
            "synapses": network.w.nnz,
            "seconds": seconds / n_samples,
            "rate": float(counts.mean(dtype=float)),
            "events_per_second": events / seconds,
        }
    print(json.dumps(result | {"memory": peak_memory()}))


if __name__ == "__main__":
    main()
