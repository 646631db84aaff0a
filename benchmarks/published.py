"""Networks that others publish: `python -m benchmarks.published WORKLOAD ENGINE THREADS`.

Each run has its own process, so that the peak memory of the process belongs to it.
"""

import importlib.util
import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
from scipy import sparse

from lsm import SpikeArray
from lsm.kernel import Network, Plan, simulate
from lsm.neurons import LIF
from lsm.synapses import Exponential
from lsm.topology import ErdosRenyi, Weights

from .engines import load
from .measure import quartiles
from .scaling import peak_memory
from .workloads import Workload

__all__ = ["published"]

ROOT = Path(__file__).parents[1]
SMALL = 0.3  # of the microcircuit, where the whole does not fit into memory or time
WARM_UP, SECONDS = 0.2, 1.0  # of the microcircuit
# Runs of each workload: engine and threads.
RUNS = {
    f"microcircuit, scale {SMALL}": [("lsm", 1), ("lsm", 2), ("NEST", 1), ("NEST", 2)],
    "microcircuit": [("lsm", 1), ("lsm", 2)],
    "graph of the size of a fly": [("lsm", 1), ("lsm", 2), ("Brian2", 1)],
}
# Size of the connectome of an adult fly, FlyWire: Dorkenwald et al. (2024), Nature 634, 124-138;
# neurons as in Shiu et al. (2024), Nature 634, 210-219.
FLY_NEURONS, FLY_FAN_OUT, FLY_DT, FLY_SECONDS = 139_000, 360, 0.1, 1.0
FLY_DRIVEN, FLY_RATE = 200, 150.0  # neurons that input spikes drive, and their rate in Hz
FLY_WEIGHT = 0.25  # mV, mean peak of the potential after a spike; gamma-distributed


def published(options):
    """Networks that others publish, at 0.1 ms: seconds of computation for a second of activity.

    The microcircuit of Potjans and Diesmann (2014) with a constant current as its external input,
    and a random graph of the size of the connectome of a fly with sparse activity. Wall-clock time;
    construction is not counted.
    """
    chosen = [
        (name, *run) for name, runs in RUNS.items() for run in runs
        if run[0] in options.engines and load(run[0])
    ]  # fmt: skip
    results = {run: [] for run in chosen}
    for _ in range(min(options.repeats, 2)):
        for run in chosen:
            command = [sys.executable, "-m", "benchmarks.published", *map(str, run)]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT, text=True)
            results[run].append(json.loads(done.stdout.splitlines()[-1]))
    rows = []
    for (name, engine, threads), runs in results.items():
        row = {"network": name, "engine": engine, "threads": threads}
        row |= {key: quartiles([run[key] for run in runs]) for key in runs[0]}
        rows.append(row)
    return rows


def _microcircuit():
    """Return the module of the example."""
    spec = importlib.util.spec_from_file_location("microcircuit", ROOT / "examples/microcircuit.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_microcircuit(scale, threads):
    """Run the example; return its seconds for a second, its mean rate and its synapses."""
    command = [sys.executable, "examples/microcircuit.py", "--json", "--drive=dc"]
    options = {"scale": scale, "threads": threads, "warm-up": WARM_UP, "seconds": SECONDS}
    command += [f"--{name}={value}" for name, value in options.items()]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT, text=True)
    result = json.loads(done.stdout.splitlines()[-1])
    sizes = _microcircuit().Microcircuit(scale).sizes
    return {
        "seconds": result["real_time_factor"],
        "rate": float(np.average(result["rates"], weights=sizes)),
        "synapses": result["synapses"],
        "memory": result["memory"],
    }


def run_microcircuit_in_nest(scale, threads):
    """Build the same network by the rules of NEST, and run it."""
    import nest

    model = _microcircuit()
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.ResetKernel()
    nest.resolution, nest.local_num_threads = model.DT, threads
    wiring, current = model.Microcircuit(scale), model.constant_current(scale, "dc")
    parameters = {
        "C_m": model.CAPACITANCE, "tau_m": model.TAU_M, "E_L": -65.0, "V_th": -50.0,
        "V_reset": -65.0, "t_ref": 2.0, "tau_syn_ex": model.TAU_SYN, "tau_syn_in": model.TAU_SYN,
    }  # fmt: skip
    cells = []
    for size, nA in zip(wiring.sizes, current, strict=True):
        group = nest.Create("iaf_psc_exp", int(size), parameters | {"I_e": 1000 * nA})
        group.V_m = nest.random.uniform(-65.0, -50.0)
        cells.append(group)
    totals = np.round(model.n_synapses() * scale**2).astype(int)
    weights = 1000 * model.mean_weights() / np.sqrt(scale)
    for (target, source), total in np.ndenumerate(totals):
        if total:
            mean, delay = weights[target, source], model.DELAYS[source % 2]
            normal = nest.random.normal(mean, abs(mean) * model.WEIGHT_CV)
            synapse = {
                "weight": normal,
                "delay": nest.math.redraw(
                    nest.random.normal(delay, delay / 2), min=model.DT / 2, max=np.inf
                ),
            }
            rule = {"rule": "fixed_total_number", "N": int(total)}
            nest.Connect(cells[source], cells[target], rule, synapse)
    nest.Simulate(1000 * WARM_UP)
    start = time.perf_counter()
    nest.Simulate(1000 * SECONDS)
    return {
        "seconds": (time.perf_counter() - start) / SECONDS,
        # Of the last call of Simulate.
        "rate": nest.local_spike_counter / wiring.n_neurons / SECONDS,
        "synapses": nest.num_connections,
        "memory": peak_memory(),
    }


def fly():
    """Return a random graph of the size of the connectome of a fly, with sparse input."""
    rng = np.random.default_rng(0)
    n_rows = round(1000 * FLY_SECONDS / FLY_DT)
    neurons = LIF(tau_m=20.0, v_threshold=7.0, refractory=2.2)
    # A current of `w` nA that decays within 5 ms lifts the potential by about `w / 6.3` mV.
    weights = Weights(6.3 * FLY_WEIGHT, 4 * 6.3 * FLY_WEIGHT, normalization=None)
    wiring = ErdosRenyi(fan_out=FLY_FAN_OUT, delay=1.8, weights=weights).draw(FLY_NEURONS, rng)
    parameters = neurons.draw(wiring.inhibitory, FLY_DT, rng)
    synapses = Exponential(5.0, 5.0)
    events = np.flatnonzero(rng.random(n_rows * FLY_DRIVEN) < FLY_RATE * FLY_DT / 1000)
    driven = (np.full(FLY_DRIVEN, 100.0), (np.arange(FLY_DRIVEN), np.arange(FLY_DRIVEN)))
    network = Network(
        neurons=neurons, synapses=synapses, parameters=parameters,
        syn_parameters=synapses.draw(wiring.inhibitory, FLY_DT, rng),
        initial=neurons.initial(parameters, FLY_NEURONS), bias=np.zeros(FLY_NEURONS),
        w_in=sparse.csr_array(driven, shape=(FLY_DRIVEN, FLY_NEURONS), dtype=np.float32),
        w=wiring.weights, delays=np.int32(round(1.8 / FLY_DT)), dt=FLY_DT,
    )  # fmt: skip
    spikes = SpikeArray(
        events // FLY_DRIVEN, events % FLY_DRIVEN, None, np.array([0, len(events)]),
        np.array([n_rows]), FLY_DRIVEN, row_duration=FLY_DT,
    )  # fmt: skip
    return Workload(network, wiring.inhibitory, spikes)


def run_fly(engine, threads):
    """Run the graph of the size of a fly's connectome in an engine."""
    workload = fly()
    network, spikes = workload.network, workload.spikes
    if engine == "lsm":
        plan = Plan(np.array([0, 1]), network.n_steps(spikes), np.ones(1))
        first = spikes.pieces([0], [0], [100])
        simulate(network, first, plan._replace(times=np.array([100])), n_jobs=threads)  # compiles
        start = time.perf_counter()
        counts = simulate(network, spikes, plan, n_jobs=threads)[0][:, 0]
        seconds = time.perf_counter() - start
    else:
        seconds, counts = load(engine)(workload, "float32")()
    return {
        "seconds": seconds / FLY_SECONDS,
        "rate": float(counts.mean(dtype=float)) / FLY_SECONDS,
        "synapses": network.w.nnz,
        "memory": peak_memory(),
    }


def main():
    """Run one workload in one engine, and print its cost as JSON."""
    name, engine, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    if name.startswith("microcircuit"):
        scale = SMALL if name.endswith(str(SMALL)) else 1.0
        run = run_microcircuit if engine == "lsm" else run_microcircuit_in_nest
        result = run(scale, threads)
    else:
        result = run_fly(engine, threads)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
