"""Brian2 as C++ standalone, with its own compiler flags (-O3 -ffast-math -march=native)."""

import os
import subprocess
import tempfile
from pathlib import Path

import brian2 as b2
import numpy as np

__all__ = ["prepare"]

NEURONS = """
dv/dt = (exc + inh - v) / tau_m : 1 (unless refractory)
dexc/dt = -exc / tau_syn_exc : 1
dinh/dt = -inh / tau_syn_inh : 1
"""
# Whatever arrives, nothing spikes from here.
MUTE = "v_post = -1e6"
REST = "v_post = 0; exc_post = 0; inh_post = 0; lastspike_post = -1*second"


def prepare(workload, dtype):
    """Generate and compile a program, and return what runs it.

    All samples run in one program, one after the other. Between them lies a silent gap in which
    the last spikes arrive; at its end the network is put to rest.
    """
    b2.prefs.logging.file_log = False
    b2.set_device("cpp_standalone", build_on_run=False)
    b2.device.reinit()
    b2.device.activate(build_on_run=False)
    b2.prefs.core.default_float_dtype = np.dtype(dtype).type
    b2.prefs.devices.cpp_standalone.extra_make_args_unix = [f"-j{os.cpu_count()}"]
    b2.defaultclock.dt = 1 * b2.ms
    n_samples, gap = len(workload.spikes), int(np.max(workload.network.delays)) + 1
    period = workload.n_steps + gap
    group, monitor, network = _network(workload, period)
    gaps = (np.arange(n_samples) * period + workload.n_steps)[:, None] + np.arange(gap)
    for times, action, order in ((gaps.ravel(), MUTE, 1), (gaps[:, -1], REST, 2)):
        network.add(*_at(times, group, action, order))
    network.run(n_samples * period * b2.ms)
    folder = tempfile.TemporaryDirectory(prefix="lsm-benchmark-brian2-")
    b2.device.build(directory=folder.name, run=False, with_output=False)
    # Paths, since a later program takes the device over.
    results = Path(folder.name) / "results"
    files = [
        (results / Path(b2.device.get_array_filename(variable)).name, variable.dtype)
        for variable in (monitor.variables["i"], monitor.variables["t"])
    ]

    def run():
        command = ["./main", "--results_dir", "results/"]
        subprocess.run(command, cwd=folder.name, check=True, stdout=subprocess.DEVNULL)
        seconds = float((results / "last_run_info.txt").read_text().split()[0])
        neuron, time = (np.fromfile(*file) for file in files)
        sample, step = np.divmod(np.rint(time * 1000).astype(int), period)
        counts = np.zeros((n_samples, workload.network.n_neurons))
        np.add.at(counts, (sample[step < workload.n_steps], neuron[step < workload.n_steps]), 1)
        return seconds, counts

    return run


def _network(workload, period):
    parameters, spikes = workload.parameters, workload.spikes
    w, w_in = workload.network.w, workload.network.w_in
    taus = {name: parameters[name] * b2.ms for name in ("tau_m", "tau_syn_exc", "tau_syn_inh")}
    group = b2.NeuronGroup(
        workload.network.n_neurons,
        NEURONS,
        threshold=f"v >= {parameters['v_threshold']}",
        reset=f"v = {parameters['v_reset']}",
        # Counted from the step of the spike itself.
        refractory=(parameters["refractory"] + 1) * b2.ms,
        method="exact",
        namespace=taus,
    )
    sample = np.repeat(np.arange(len(spikes)), np.diff(spikes.offsets))
    inputs = b2.SpikeGeneratorGroup(
        spikes.n_channels, spikes.channels, (sample * period + spikes.steps) * b2.ms
    )
    network = b2.Network(group, inputs)
    network.add(_connect(inputs, group, "exc", *w_in.tocoo().coords, w_in.data, 0))
    sources, targets = w.tocoo().coords
    delays = np.broadcast_to(workload.network.delays, w.nnz)
    for current, chosen in (("exc", w.data > 0), ("inh", w.data < 0)):
        parts = (array[chosen] for array in (sources, targets, w.data, delays))
        network.add(_connect(group, group, current, *parts))
    monitor = b2.SpikeMonitor(group)
    network.add(monitor)
    return group, monitor, network


def _connect(source, target, current, i, j, weights, delays):
    """Add weights to a current after a delay, which is one number where all are equal."""
    shared = np.ptp(delays) == 0
    synapses = b2.Synapses(
        source,
        target,
        "w : 1",
        on_pre=f"{current}_post += w",
        delay=np.max(delays) * b2.ms if shared else None,
    )
    synapses.connect(i=i, j=j)
    synapses.w = weights
    if not shared:
        synapses.delay = delays * b2.ms
    return synapses


def _at(times, group, action, order):
    """Do something to all neurons at some steps, after all spikes of the step have arrived."""
    clock = b2.SpikeGeneratorGroup(1, np.zeros(len(times), int), times * b2.ms)
    synapses = b2.Synapses(clock, group, on_pre=action)
    synapses.connect()
    synapses.pre.order = order
    return clock, synapses
