"""Run the benchmarks and print one table: `python -m benchmarks`."""

import argparse
import json
import platform
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

from lsm.experiments.spoken_words import load_data, make_model
from lsm.kernel import simulate

from .c_reference import simulate_c
from .workloads import WORKLOADS, Workload

SIZES = tuple(WORKLOADS)


def time_interleaved(engines, repeats):
    """Time functions in turns, so that what slows the machine slows all of them.

    Parameters
    ----------
    engines : dict of str to function
        What to time; each has run once before.
    repeats : int
        How often.

    Returns
    -------
    seconds : dict of str to array of shape (repeats,)
        Processor time of the calling thread, which other processes disturb least.
    """
    seconds = {name: [] for name in engines}
    for _ in range(repeats):
        for name, engine in engines.items():
            start = time.thread_time()
            engine()
            seconds[name].append(time.thread_time() - start)
    return {name: np.array(values) for name, values in seconds.items()}


def compare_kernels(n_neurons, dtype, repeats):
    """Compare the compiled kernel with C on one workload; return rows of the table."""
    workload = Workload.draw(n_neurons)
    spikes, plan = workload.spikes, workload.plan
    engines = {
        "C": simulate_c(workload, dtype, dense=n_neurons < 500),
        "lsm": lambda: simulate(workload.network, spikes, plan, dtype=dtype)[0][:, 0],
    }
    counts = {name: np.array(engine()) for name, engine in engines.items()}
    # Compilers may fuse products and sums, after which one spike in float32 can differ.
    same = np.mean(counts["C"] == counts["lsm"])
    if same < 0.9:
        raise AssertionError(f"C and lsm disagree at {n_neurons} neurons in {dtype}: {same:.0%}")
    seconds = time_interleaved(engines, repeats)
    rows = []
    for name, values in seconds.items():
        rates = len(spikes) / values
        rows.append(
            {
                "neurons": n_neurons,
                "precision": dtype,
                "engine": name,
                "samples/s": np.median(rates),
                "spread %": 100 * (np.percentile(rates, 75) - np.percentile(rates, 25))
                / np.median(rates),
                "ratio to C": np.median(seconds["C"] / values),
                "rate (Hz)": float(counts[name].mean()) / 0.5,
                "counts as C's %": 100 * float(same),
            }
        )  # fmt: skip
    return rows


def time_spoken_digits(data_home):
    """Time each stage of the whole speech run on wall clock: 2,700 words, one fit."""
    stages, start = {}, time.perf_counter()

    def lap(name):
        nonlocal start
        stages[name], start = time.perf_counter() - start, time.perf_counter()

    digits = load_data("fsdd", data_home=data_home)
    lap("load and verify")
    model = make_model(n_neurons=1000, readout="kernel", random_state=0, liquid__n_jobs=-1)
    X = model["encoder"].fit_transform(digits.data)
    lap("encode")
    model["liquid"].fit(X)
    lap("draw and calibrate")
    states = model["liquid"].transform(X)
    lap("simulate")
    model[2:].fit(states, digits.target)
    lap("fit the readout")
    return stages


def machine():
    """Return what the figures depend on."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        processor = next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    except OSError:
        processor = platform.processor()
    names = ("numpy", "scipy", "numba", "liquid-state-machine")
    return {"processor": processor, "python": platform.python_version()} | {
        name: version(name) for name in names
    }


def main():
    """Parse the options and run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--repeats", type=int, default=9, help="runs of each engine (default 9)")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, choices=SIZES)
    parser.add_argument("--data-home", help="folder or archive of the FSDD, to time a whole run")
    parser.add_argument("--json", type=Path, help="file to write the results to")
    options = parser.parse_args()
    print(", ".join(f"{key} {value}" for key, value in machine().items()), end="\n\n")
    rows = []
    for n_neurons in options.sizes:
        for dtype in ("float32", "float64"):
            rows += compare_kernels(n_neurons, dtype, options.repeats)
    table = pd.DataFrame(rows)
    print(table.to_string(index=False, float_format="{:.2f}".format))
    results = {"machine": machine(), "kernels": rows}
    if options.data_home:
        results["spoken digits, seconds"] = stages = time_spoken_digits(options.data_home)
        print("\nspoken digits, 2,700 words, 1,000 neurons, wall time in seconds")
        print(pd.Series(stages | {"total": sum(stages.values())}).round(2).to_string())
    if options.json:
        options.json.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
