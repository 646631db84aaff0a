"""Brian2 as C++ standalone, with its own compiler flags (-O3 -ffast-math -march=native)."""

import os
import subprocess
import tempfile
from pathlib import Path

import brian2 as b2
import numpy as np
from scipy import sparse

from ._brian2_models import model_of

__all__ = ["prepare"]

MUTE = "v_post = -1e6"  # whatever arrives, nothing spikes from here


def prepare(workload, dtype, **options):
    """Generate and compile a program, and return what runs it.

    All samples run in one program, one after the other. Between them lies a silent gap in which
    the last spikes arrive; at its end the network is put to rest.

    Parameters
    ----------
    workload : Workload
        Network and input.
    dtype : {"float32", "float64"}
        Precision.
    **options : object
        Passed to `model_of`.

    Returns
    -------
    run : function
    """
    b2.prefs.logging.file_log = False
    b2.set_device("cpp_standalone", build_on_run=False)
    b2.device.reinit()
    b2.device.activate(build_on_run=False)
    b2.prefs.core.default_float_dtype = np.dtype(dtype).type
    b2.prefs.devices.cpp_standalone.extra_make_args_unix = [f"-j{os.cpu_count()}"]
    b2.defaultclock.dt = 1 * b2.ms
    n_samples, gap = len(workload.spikes), int(np.max(workload.network.delays))
    period = workload.n_steps + gap
    network, monitor = _network(workload, model_of(workload, **options), period, gap)
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
        counts = np.zeros((n_samples, workload.network.n_neurons))
        np.add.at(counts, (np.rint(time * 1000).astype(int) // period, neuron), 1)
        return seconds, counts

    return run


def _network(workload, model, period, gap):
    spikes, w, w_in = workload.spikes, workload.network.w, workload.network.w_in
    group = b2.NeuronGroup(workload.network.n_neurons, **model.neurons)
    monitor = b2.SpikeMonitor(group)
    sample = np.repeat(np.arange(len(spikes)), np.diff(spikes.offsets))
    times = (sample * period + spikes.steps) * b2.ms
    inputs = b2.SpikeGeneratorGroup(spikes.n_channels, spikes.channels, times)
    network = b2.Network(group, monitor, inputs)
    network.add(_connect(inputs, group, model.inputs, w_in.tocoo(), 0))
    sources, targets = w.tocoo().coords
    delays = np.broadcast_to(workload.network.delays, w.nnz)
    for synapses, chosen in ((model.excitatory, w.data > 0), (model.inhibitory, w.data < 0)):
        part = sparse.coo_array((w.data[chosen], (sources[chosen], targets[chosen])), shape=w.shape)
        network.add(_connect(group, group, synapses, part, delays[chosen]))
    # Muted from the last step of a sample, once its spikes are told.
    muted = (np.arange(1, len(spikes) + 1) * period)[:, None] - np.arange(1, gap + 2)
    network.add(*_at(np.sort(muted.ravel()), group, MUTE, order=1))
    network.add(*_at(muted[:, 0], group, model.rest, order=2))
    return network, monitor


def _connect(source, target, arguments, weights, delays):
    """Make synapses with a delay, which is one number where all are equal."""
    shared = np.ptp(delays) == 0
    delay = {"pre": np.max(delays) * b2.ms} if shared else None
    synapses = b2.Synapses(source, target, **arguments, delay=delay)
    i, j = weights.coords
    synapses.connect(i=i, j=j)
    synapses.w = weights.data
    if not shared:
        synapses.pre.delay = delays * b2.ms
    return synapses


def _at(times, group, action, order):
    """Do something to all neurons at some steps, after all spikes of the step have arrived."""
    clock = b2.SpikeGeneratorGroup(1, np.zeros(len(times), int), times * b2.ms)
    synapses = b2.Synapses(clock, group, on_pre=action)
    synapses.connect()
    synapses.pre.order = order
    return clock, synapses
