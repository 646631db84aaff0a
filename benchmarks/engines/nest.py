"""NEST, one thread."""

import os
import time

import numpy as np

os.environ.setdefault("PYNEST_QUIET", "1")
import nest

__all__ = ["prepare"]

nest.verbosity = nest.VerbosityLevel.ERROR


def prepare(workload, dtype):
    """Return what builds a sample's network and times `Simulate` alone."""

    def run():
        seconds, counts = 0.0, []
        for sample in range(len(workload.spikes)):
            recorder = _build(workload, sample)
            start = time.thread_time()
            nest.Simulate(workload.n_steps + 1.0)
            seconds += time.thread_time() - start
            senders = np.asarray(recorder.events["senders"]) - 1
            counts.append(np.bincount(senders, minlength=workload.network.n_neurons))
        return seconds, np.array(counts)

    return run


def _build(workload, sample):
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
    piece = workload.spikes[sample]
    inputs = nest.Create("spike_generator", piece.n_channels)
    # A spike takes a step from the generator to its target, and none may be sent at time 0.
    for channel, generator in enumerate(inputs):
        generator.spike_times = piece.steps[piece.channels == channel] + 1.0
    recorder = nest.Create("spike_recorder")
    _connect(network.w_in, inputs, cells, 1)
    _connect(network.w, cells, cells, network.delays)
    nest.Connect(cells, recorder)
    return recorder


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
