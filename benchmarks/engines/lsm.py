"""The package's own kernel."""

import time

import numpy as np

from lsm.kernel import learn, simulate

from . import clocked

__all__ = ["prepare"]


def prepare(workload, dtype, *, plan=None, n_jobs=None, rule=None):
    """Compile the kernel; return a function that packs and runs the network.

    Parameters
    ----------
    workload : Workload
        Network and input.
    dtype : {"float32", "float64"}
        Precision.
    plan : Plan, optional
        Readings in place of the spike counts at the end of each sample.
    n_jobs : int, optional
        Number of threads. If it is given, times are wall-clock times.
    rule : rule of `lsm.plasticity`, optional
        Rule that changes the weights from sample to sample.

    Returns
    -------
    run : function
    """
    if rule is not None:
        return clocked(lambda: _learn(workload, dtype, rule))

    def run():
        readings, _ = simulate(
            workload.network, workload.spikes, plan or workload.plan, dtype=dtype, n_jobs=n_jobs
        )
        return readings[:, 0] if plan is None else None

    return clocked(run, time.thread_time if n_jobs is None else time.perf_counter)


def _learn(workload, dtype, rule):
    w, counts = workload.network.w.data, []

    def reward(sample, spikes_of_neurons):
        counts.append(spikes_of_neurons.copy())
        return 1.0

    unit = float(w[w > 0].mean(dtype=float))
    learn(workload.network, workload.spikes, [rule], unit=unit, dtype=dtype, reward=reward)
    return np.array(counts)
