"""Groups that run in one process: engines and features relative to a baseline."""

import contextlib
import functools
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context

import numpy as np

from lsm import Liquid, Snapshots
from lsm.kernel import compiled, simulate
from lsm.plasticity import PairSTDP

from .engines import clocked
from .measure import Entry, compare, entries
from .workloads import MODELS, PRECISIONS, SIZES, Workload, parts

__all__ = [
    "delays", "kernels", "models", "plasticity", "simulators", "snapshots", "threads", "transform",
]  # fmt: skip

SIMULATORS = ("Brian2", "NEST")  # these run a single sample


def kernels(options):
    """Many samples of 500 ms, relative to C: kernels, and frameworks that simulate a batch."""
    rows = []
    names = [name for name in options.engines if name not in SIMULATORS]
    for n_neurons in _chosen(SIZES, options):
        workload = Workload.of_size(n_neurons)
        for dtype in PRECISIONS:
            lines = entries(f"{n_neurons} neurons", names, workload, dtype)
            rows += compare(lines, options.repeats)
    return rows


def simulators(options):
    """One long sample in float64, relative to Brian2: general simulators of networks."""
    rows = []
    for n_neurons in _chosen(SIZES, options):
        workload, label = Workload.one_sample(n_neurons), f"{n_neurons} neurons, one sample"
        names = [name for name in (*SIMULATORS, "lsm") if name in options.engines]
        rows += compare(entries(label, names, workload, "float64"), options.repeats)
    return rows


def plasticity(options):
    """Pair STDP of the excitatory synapses in one long sample, relative to Brian2 in float64."""
    rows = []
    peers = [name for name in ("Brian2",) if name in options.engines]
    for n_neurons in _chosen(SIZES, options):
        workload, label = Workload.one_sample(n_neurons), f"{n_neurons} neurons, pair STDP"
        lines = entries(label, peers, workload, "float64", rule=PairSTDP())
        if n_neurons == 1000:
            manual = entries(label, peers, workload, "float64", rule=PairSTDP(), as_in_manual=True)
            note = "as in its manual: traces per synapse, updated on arrival"
            lines += [line._replace(engine="Brian2 as in manual", note=note) for line in manual]
        for dtype in reversed(PRECISIONS):
            lines += entries(label, ["lsm"], workload, dtype, rule=PairSTDP())
        rows += compare(lines, options.repeats)
    return rows


def models(options):
    """Other models, 1000 neurons, relative to Brian2 in float64 with the same step."""
    rows = []
    peers = [name for name in ("Brian2",) if name in options.engines]
    for n_neurons in _chosen((1000,), options):
        for name, (others, dt, scale, gain, method) in MODELS.items():
            wirings = parts(100, gain, scale=scale)
            workload = Workload.draw(n_neurons, wirings, 1, dt=dt, **others)
            label = f"{name}, steps of {dt:g} ms"
            lines = entries(label, peers, workload, "float64", method=method)
            if method != "exact":  # lsm has another method, of second order
                lines = [line._replace(note=method.replace("_", " ")) for line in lines]
            for dtype in reversed(PRECISIONS):
                lines += entries(label, ["lsm"], workload, dtype)
            rows += compare(lines, options.repeats)
    return rows


def delays(options):
    """Delays of 1 to 10 ms in one long sample, relative to the kernel with delays of one step."""
    rows = []
    peers = [name for name in SIMULATORS if name in options.engines]
    for n_neurons in _chosen((1000,), options):
        without = Workload.one_sample(n_neurons)
        spread = Workload.one_sample(n_neurons, delay=(1.0, 10.0))
        for dtype in PRECISIONS:
            label = f"{n_neurons} neurons"
            lines = entries(label, ["lsm"], without, dtype)
            label += ", delays 1 to 10 ms"
            names = ["lsm", *peers] if dtype == "float64" else ["lsm"]
            lines += entries(label, names, spread, dtype)
            rows += compare(lines, options.repeats)
    return rows


def snapshots(options):
    """Two traces read at ten times, relative to C, which counts spikes."""
    rows = []
    reading = Snapshots(n=10, feature="trace", tau=(10.0, 30.0))
    for n_neurons in _chosen(SIZES, options):
        workload, label = Workload.of_size(n_neurons), f"{n_neurons} neurons"
        plan = reading.plan(workload.spikes.n_rows, 1.0)
        for dtype in PRECISIONS:
            lines = entries(label, ["C", "lsm"], workload, dtype)
            lines += entries(f"{label}, 2 traces at 10 times", ["lsm"], workload, dtype, plan=plan)
            rows += compare(lines, options.repeats)
    return rows


def threads(options):
    """Two threads over 64 samples, or in one, relative to one thread, in wall-clock time.

    Two independent processes with half of the samples each show the limit of the machine: the speed
    that its second core adds to the first.
    """
    rows = []
    for n_neurons in _chosen((10_000,), options):
        lines, workload = [], Workload.one_sample(n_neurons)
        for n_jobs in (1, 2):
            label = f"{n_neurons} neurons, one sample, {n_jobs} thread" + "s" * (n_jobs > 1)
            lines += entries(label, ["lsm"], workload, "float32", n_jobs=n_jobs)
        rows += compare(lines, options.repeats)
    for n_neurons in _chosen((135, 1000), options):
        workload = Workload.of_size(n_neurons, n_samples=64)
        lines = []
        for n_jobs in (1, 2):
            label = f"{n_neurons} neurons, {n_jobs} thread" + "s" * (n_jobs > 1)
            lines += entries(label, ["lsm"], workload, "float32", n_jobs=n_jobs)
        with contextlib.ExitStack() as stack:
            run = clocked(_in_processes(workload, 2, stack), time.perf_counter)
            label = f"{n_neurons} neurons, 2 processes"
            lines.append(Entry(label, "lsm", "float32", n_neurons, len(workload.spikes), run))
            rows += compare(lines, options.repeats)
    return rows


def _in_processes(workload, n, stack):
    """Return a function that runs the samples in persistent processes, a share in each."""
    shares = np.array_split(np.arange(len(workload.spikes)), n)
    workers = [
        stack.enter_context(
            ProcessPoolExecutor(
                1, get_context("spawn"), _take, (replace(workload, spikes=workload.spikes[share]),)
            )
        )
        for share in shares
    ]

    def run():
        runs = [worker.submit(_run_taken) for worker in workers]
        return np.concatenate([run.result() for run in runs])

    return run


def _take(workload):
    """Keep the share of this process."""
    global _taken
    _taken = workload


def _run_taken():
    return simulate(_taken.network, _taken.spikes, _taken.plan)[0][:, 0]


def transform(options):
    """`Liquid.transform` of 100 samples, relative to the compiled loop alone."""
    rows = []
    for n_neurons in _chosen((135, 1000), options):
        spikes = Workload.of_size(n_neurons, n_samples=100).spikes
        fan_out, _, gain = SIZES[n_neurons]
        topology, inputs = parts(fan_out, gain)
        liquid = Liquid(
            n_neurons, topology=topology, inputs=inputs, calibration=None, random_state=0
        ).fit(spikes)
        for dtype in PRECISIONS:
            liquid.set_params(dtype=dtype)
            runs = {
                "loop alone": _bare_loop(liquid.network_, spikes, dtype),
                "Liquid.transform": functools.partial(_discard, liquid.transform, spikes),
            }
            lines = [
                Entry(f"{n_neurons} neurons", name, dtype, n_neurons, len(spikes), clocked(run))
                for name, run in runs.items()
            ]
            rows += compare(lines, options.repeats)
    return rows


def _bare_loop(network, spikes, dtype):
    """Return a function that runs the compiled loop on packed arrays."""
    plan = Snapshots().plan(network.n_steps(spikes), network.dt)
    run = compiled.Run(network, spikes, plan, dtype)
    window = (0, int(network.n_steps(spikes).max()))
    return functools.partial(_discard, run, (0, len(spikes)), [window])


def _discard(function, *arguments):
    function(*arguments)  # the result has no spike counts to compare


def _chosen(available, options):
    return [size for size in available if options.sizes is None or size in options.sizes]
