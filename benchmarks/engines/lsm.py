"""The package's own kernel."""

import time

from lsm.kernel import simulate

from . import clocked

__all__ = ["prepare"]


def prepare(workload, dtype, *, plan=None, n_jobs=None):
    """Compile the kernel and return what runs it, packing of the network included.

    Parameters
    ----------
    workload : Workload
        Network and input.
    dtype : {"float32", "float64"}
        Precision.
    plan : Plan, optional
        What to read instead of the spike counts at the end of each sample.
    n_jobs : int, optional
        Threads. Where this is given, time is that of the clock on the wall.

    Returns
    -------
    run : function
    """

    def run():
        readings, _ = simulate(
            workload.network, workload.spikes, plan or workload.plan, dtype=dtype, n_jobs=n_jobs
        )
        return readings[:, 0] if plan is None else None

    return clocked(run, time.thread_time if n_jobs is None else time.perf_counter)
