"""PyTorch, all samples as one batch, with recurrent weights as sparse CSR or dense."""

import warnings

import numpy as np
import torch
from scipy import sparse

from . import clocked

__all__ = ["prepare"]

warnings.filterwarnings("ignore", "Sparse", UserWarning, __name__)  # sparse tensors are in beta


def prepare(workload, dtype, *, layout):
    """Build the tensors; return a function that runs them.

    Parameters
    ----------
    workload : Workload
        A network with delays of one step.
    dtype : {"float32", "float64"}
        Precision.
    layout : {"sparse", "dense"}
        Format of the recurrent weights.

    Returns
    -------
    run : function
    """
    torch.set_num_threads(1)
    network, spikes = workload.network, workload.spikes
    kind = getattr(torch, dtype)
    product = _sparse(network.w, dtype) if layout == "sparse" else _dense(network.w, dtype)
    w_in = torch.from_numpy(network.w_in.T.toarray()).to(kind)
    dense = np.stack([spikes.to_dense(i) for i in range(len(spikes))])
    inputs = torch.from_numpy(dense).to(kind).permute(1, 2, 0).contiguous()
    decay, decay_exc, decay_inh, gain_exc, gain_inh = workload.propagator
    threshold, reset, refractory = (
        workload.parameters[name] for name in ("v_threshold", "v_reset", "refractory")
    )
    shape = (6, network.n_neurons, len(spikes))

    @torch.inference_mode()
    def run():
        v, wait, exc, inh, counts, fired = torch.zeros(shape, dtype=kind)
        for step in inputs:
            moved = (decay * v).add_(exc, alpha=gain_exc)
            moved.add_(inh, alpha=gain_inh)
            v = torch.where(wait < 1, moved, v)
            exc.mul_(decay_exc).addmm_(w_in, step)
            inh.mul_(decay_inh)
            product(fired, exc, inh)
            spiked = v >= threshold
            v.masked_fill_(spiked, reset)
            wait.sub_(1).masked_fill_(spiked, refractory)
            fired = spiked.to(kind)
            counts += fired
        return counts.T.numpy()

    return clocked(run)


def _sparse(w, dtype):
    """Return a function that adds the weights of neurons that spiked, by one product."""
    both = sparse.vstack([w.maximum(0).T, w.minimum(0).T], format="csr").astype(dtype)
    parts = (both.indptr, both.indices, both.data)
    weights = torch.sparse_csr_tensor(*map(torch.from_numpy, parts), both.shape)

    def product(fired, exc, inh):
        arriving = weights @ fired
        exc += arriving[: len(exc)]
        inh += arriving[len(exc) :]

    return product


def _dense(w, dtype):
    """Return the same function, with a dense product for each sign."""
    dense = torch.from_numpy(w.toarray().astype(dtype))
    inhibitory = (dense < 0).any(dim=1)
    chosen = [torch.nonzero(mask).ravel() for mask in (~inhibitory, inhibitory)]
    weights = [dense[rows].T.contiguous() for rows in chosen]

    def product(fired, exc, inh):
        exc.addmm_(weights[0], fired[chosen[0]])
        inh.addmm_(weights[1], fired[chosen[1]])

    return product
