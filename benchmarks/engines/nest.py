"""NEST, one thread.

The input comes from injectors, which send spikes as neurons do and are faster than generators.
Recording spikes takes up to a tenth of the time, so the spikes are counted in a separate run.
"""

import os
import time

import numpy as np

os.environ.setdefault("PYNEST_QUIET", "1")
import nest

__all__ = ["prepare"]

nest.verbosity = nest.VerbosityLevel.ERROR


def prepare(workload, dtype):
    """Count the spikes; return a function that rebuilds the network and times `Simulate`."""
    if len(workload.spikes) > 1:
        raise ValueError(f"NEST runs one sample, got {len(workload.spikes)}")
    cells = _build(workload)
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    _simulate(workload)
    senders = np.asarray(recorder.events["senders"]) - cells[0].global_id
    counts = np.bincount(senders, minlength=len(cells))[None]

    def run():
        _build(workload)
        return _simulate(workload), counts

    return run


def _simulate(workload):
    start = time.thread_time()
    nest.Simulate(workload.n_steps + 1.0)
    return time.thread_time() - start


def _build(workload):
    parameters, network = workload.parameters, workload.network
    nest.ResetKernel()
    nest.resolution = 1.0
    nest.local_num_threads = 1
    cells = nest.Create(
        "iaf_psc_exp",
        network.n_neurons,
        {
            "tau_m": parameters["tau_m"],
            "C_m": parameters["tau_m"],  # a resistance of one
            "E_L": 0.0,
            "V_m": 0.0,
            "V_th": parameters["v_threshold"],
            "V_reset": parameters["v_reset"],
            "t_ref": parameters["refractory"],
            "tau_syn_ex": parameters["tau_syn_exc"],
            "tau_syn_in": parameters["tau_syn_inh"],
        },
    )
    spikes = workload.spikes
    inputs = nest.Create("spike_train_injector", spikes.n_channels)
    # A spike takes a step from the injector to its target; time 0 is not allowed for a spike.
    for channel, injector in enumerate(inputs):
        injector.spike_times = spikes.rows[spikes.channels == channel] + 1.0
    _connect(network.w_in, inputs, cells, 1)
    _connect(network.w, cells, cells, network.delays)
    return cells


def _connect(weights, sources, targets, delays):
    i, j = weights.tocoo().coords
    nest.Connect(
        i + sources[0].global_id,
        j + targets[0].global_id,
        "one_to_one",
        {
            "weight": weights.data.astype(float),
            "delay": np.broadcast_to(delays, weights.nnz).astype(float),
        },
    )
