"""Brian2 as C++ standalone, with its own compiler flags (-O3 -ffast-math -march=native)."""

import os
import subprocess
import tempfile
from pathlib import Path

import brian2 as b2
import numpy as np

from ._brian2_models import model_of

__all__ = ["prepare"]

MUTE = "v_post = -1e6"  # whatever arrives, nothing spikes from here


def prepare(workload, dtype, **options):
    """Generate and compile a program, and return what runs it.

    All samples run in one program, one after the other. Behind each of several lies a silent gap
    in which the last spikes arrive; at its end the network, of LIF neurons, is put to rest.

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
    step = workload.network.dt * b2.ms
    b2.defaultclock.dt = step
    n_samples = len(workload.spikes)
    gap = int(np.max(workload.network.delays)) if n_samples > 1 else 0
    period = workload.n_steps + gap
    network, monitor = _network(workload, model_of(workload, **options), period, gap)
    network.run(n_samples * period * step)
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
        steps = np.rint(time / float(step)).astype(int)
        np.add.at(counts, (steps // period, neuron), 1)
        return seconds, counts

    return run


def _network(workload, model, period, gap):
    spikes, network, step = workload.spikes, workload.network, workload.network.dt * b2.ms
    group = b2.NeuronGroup(network.n_neurons, **model.neurons)
    for name, values in model.initial.items():
        setattr(group, name, values)
    sample = np.repeat(np.arange(len(spikes)), np.diff(spikes.offsets))
    times = (sample * period + spikes.steps * network.hold(spikes)) * step
    inputs = b2.SpikeGeneratorGroup(spikes.n_channels, spikes.channels, times)
    monitor = b2.SpikeMonitor(group)
    parts = [group, inputs, monitor, _connect(inputs, group, model.inputs, network.w_in, 0 * step)]
    delays = np.broadcast_to(network.delays, network.w.nnz) * step
    for arguments, chosen in ((model.exc, network.w.data > 0), (model.inh, network.w.data < 0)):
        parts.append(_connect(group, group, arguments, network.w, delays, chosen, model.values))
    if gap:
        # Muted from the last step of a sample, once its spikes are told.
        muted = (np.arange(1, len(spikes) + 1) * period)[:, None] - np.arange(1, gap + 2)
        parts += _at(np.sort(muted.ravel()) * step, group, MUTE, order=1)
        parts += _at(muted[:, 0] * step, group, model.rest, order=2)
    return b2.Network(*parts), monitor


def _connect(source, target, arguments, weights, delays, chosen=slice(None), values=None):
    """Make the chosen ones of some synapses; a delay is one number where all are equal."""
    shared = np.ptp(delays) == 0
    delay = {"pre": np.max(delays)} if shared else None
    synapses = b2.Synapses(source, target, **arguments, delay=delay)
    i, j = (index[chosen] for index in weights.tocoo().coords)
    synapses.connect(i=i, j=j)
    synapses.weight = weights.data[chosen]
    for name, value in (values or {}).items():
        setattr(synapses, name, value if np.ndim(value) == 0 else value[chosen])
    if not shared:
        synapses.pre.delay = delays[chosen]
    return synapses


def _at(times, group, action, order):
    """Do something to all neurons at some steps, after all spikes of the step have arrived."""
    clock = b2.SpikeGeneratorGroup(1, np.zeros(len(times), int), times)
    synapses = b2.Synapses(clock, group, on_pre=action)
    synapses.connect()
    synapses.pre.order = order
    return clock, synapses
