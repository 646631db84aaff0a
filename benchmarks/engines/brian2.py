"""Brian2 as C++ standalone, with its own compiler flags (-O3 -ffast-math -march=native)."""

import os
import subprocess
import tempfile
from pathlib import Path

import brian2 as b2
import numpy as np

from ._brian2_models import model_of

__all__ = ["prepare"]


def prepare(workload, dtype, **options):
    """Generate and compile a program; return a function that runs it.

    The program counts the spikes, as the kernel of lsm does, and does not list them.

    Parameters
    ----------
    workload : Workload
        Network and one sample. To reset a network between samples, a program would need objects
        that take part in every step.
    dtype : {"float32", "float64"}
        Precision.
    **options : object
        Passed to `model_of`.

    Returns
    -------
    run : function
    """
    if len(workload.spikes) > 1:
        raise ValueError(f"Brian2 runs one sample, got {len(workload.spikes)}")
    b2.prefs.logging.file_log = False
    b2.set_device("cpp_standalone", build_on_run=False)
    b2.device.reinit()
    b2.device.activate(build_on_run=False)
    b2.prefs.core.default_float_dtype = np.dtype(dtype).type
    b2.prefs.devices.cpp_standalone.extra_make_args_unix = [f"-j{os.cpu_count()}"]
    step = workload.network.dt * b2.ms
    b2.defaultclock.dt = step
    network, monitor = _network(workload, model_of(workload, **options))
    network.run(workload.n_steps * step)
    folder = tempfile.TemporaryDirectory(prefix="lsm-benchmark-brian2-")
    b2.device.build(directory=folder.name, run=False, with_output=False)
    # Paths, because a later program replaces the device.
    results, count = Path(folder.name) / "results", monitor.variables["count"]
    file = results / Path(b2.device.get_array_filename(count)).name

    def run():
        command = ["./main", "--results_dir", "results/"]
        subprocess.run(command, cwd=folder.name, check=True, stdout=subprocess.DEVNULL)
        seconds = float((results / "last_run_info.txt").read_text().split()[0])
        return seconds, np.fromfile(file, count.dtype)[None]

    return run


def _network(workload, model):
    spikes, network, step = workload.spikes, workload.network, workload.network.dt * b2.ms
    group = b2.NeuronGroup(network.n_neurons, **model.neurons)
    for name, values in model.initial.items():
        setattr(group, name, values)
    times = network.row_start(spikes)[spikes.rows] * step
    inputs = b2.SpikeGeneratorGroup(spikes.n_channels, spikes.channels, times)
    monitor = b2.SpikeMonitor(group, record=False)
    parts = [group, inputs, monitor, _connect(inputs, group, model.inputs, network.w_in, 0 * step)]
    delays = np.broadcast_to(network.delays, network.w.nnz) * step
    for arguments, chosen in ((model.exc, network.w.data > 0), (model.inh, network.w.data < 0)):
        parts.append(_connect(group, group, arguments, network.w, delays, chosen, model.values))
    return b2.Network(*parts), monitor


def _connect(source, target, arguments, weights, delays, chosen=slice(None), values=None):
    """Create the chosen synapses; delays that are all equal become one number."""
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
