"""ReservoirPy: an echo state network of the same size and wiring, which does not spike."""

from reservoirpy.nodes import Reservoir
from scipy import sparse

from . import clocked

__all__ = ["prepare"]


def prepare(workload, dtype):
    """Build the reservoir; return a function that runs it sample by sample."""
    network, spikes = workload.network, workload.spikes
    scale = 1 / abs(network.w).sum(axis=1).max()
    reservoir = Reservoir(
        units=network.n_neurons,
        lr=0.3,
        W=sparse.csr_matrix(network.w.T * scale),
        Win=sparse.csr_matrix(network.w_in.T),
        dtype=dtype,
    )
    inputs = [spikes.to_dense(i).astype(dtype) for i in range(len(spikes))]

    def run():
        reservoir.run(inputs)

    return clocked(run)
