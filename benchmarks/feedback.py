"""Cost of a linear readout inside the loop."""

import numpy as np

from lsm import Snapshots
from lsm.kernel import Correlation, Loop, simulate
from lsm.readout import RLS

from .engines import clocked
from .measure import Entry, compare
from .workloads import PRECISIONS, Workload

__all__ = ["feedback"]

N_NEURONS = 1000


def feedback(options):
    """Closed loop inside the kernel, 1000 neurons and one output, relative to the open loop.

    All lines read a trace of every neuron at every step. Outputs are fed back with weights of zero,
    which take as long as other weights and do not change the spikes. RLS also learns at every step.
    """
    rows = []
    for dtype in PRECISIONS:
        rows += compare(_lines(dtype), options.repeats)
    return rows


def _lines(dtype):
    """Return the open loop, the closed loop, and the closed loop with RLS on one sample."""
    whole = Workload.of_size(N_NEURONS, n_samples=8)
    rng = np.random.default_rng(0)
    readout = rng.normal(0, 0.01, (1, N_NEURONS)), np.zeros(1)
    weights = np.zeros((1, N_NEURONS))

    def line(label, workload, loop_of):
        spikes = workload.spikes
        plan = Snapshots(feature="trace").plan_rows(
            spikes.n_rows, workload.network.row_start(spikes), 1.0
        )
        targets = np.sin(np.arange(spikes.n_rows.sum()) / 20)[:, None]

        def run():
            loop = loop_of(targets, np.zeros(len(spikes), int))
            simulate(workload.network, spikes, plan, dtype=dtype, loop=loop)

        return Entry(f"{N_NEURONS} neurons", label, dtype, N_NEURONS, len(spikes), clocked(run))

    def loop(targets, n_forced, *readout):
        return Loop(weights, targets, np.zeros_like(targets), n_forced, 0, *readout)

    def closed(targets, n_forced):
        return loop(targets, n_forced, *readout, Correlation.of(np.empty((0, 0))))

    def learning(targets, n_forced):
        rls = RLS().start(N_NEURONS, 1)
        return loop(targets, n_forced, rls.coef_, rls.intercept_, rls.correlation_)

    return [
        line("open loop", whole, lambda targets, n_forced: None),
        line("closed loop", whole, closed),
        line("closed loop, RLS", whole.first(1), learning),
    ]
