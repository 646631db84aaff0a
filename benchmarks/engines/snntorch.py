"""snnTorch, all samples as one batch, dense weights.

Its neurons have a single current. Inhibitory weights are scaled to the charge that they deliver at
their own time constant. The neurons have no refractory period.
"""

import numpy as np
import torch
from snntorch import RSynaptic

from . import clocked

__all__ = ["prepare"]


def prepare(workload, dtype):
    """Build the network; return a function that runs it."""
    torch.set_num_threads(1)
    parameters, spikes = workload.parameters, workload.spikes
    n, gain = workload.network.n_neurons, 1 - workload.propagator[0]
    layer = RSynaptic(
        alpha=float(np.exp(-1 / parameters["tau_syn_exc"])),
        beta=float(np.exp(-1 / parameters["tau_m"])),
        threshold=parameters["v_threshold"],
        reset_mechanism="zero",
        linear_features=n,
    )
    w = workload.network.w.toarray() * gain
    w[workload.inhibitory] *= parameters["tau_syn_inh"] / parameters["tau_syn_exc"]
    w_in = torch.from_numpy(workload.network.w_in.toarray() * gain).float()
    dense = np.stack([spikes.to_dense(i) for i in range(len(spikes))], axis=1)
    inputs = torch.from_numpy(dense)
    with torch.no_grad():
        layer.recurrent.weight[:] = torch.from_numpy(w.T).float()
        layer.recurrent.bias[:] = 0

    @torch.inference_mode()
    def run():
        fired, current, v, counts = torch.zeros((4, len(spikes), n))
        for step in inputs:
            fired, current, v = layer(step @ w_in, fired, current, v)
            counts += fired
        return counts.numpy()

    return clocked(run)
