"""BindsNET, all samples as one batch, dense weights.

Its neurons have a single current. Inhibitory weights are scaled to the charge that they deliver at
their own time constant. The integration is Euler's method.
"""

import numpy as np
import torch
from bindsnet.network import Network
from bindsnet.network.monitors import Monitor
from bindsnet.network.nodes import CurrentLIFNodes, Input
from bindsnet.network.topology import Connection

from . import clocked

__all__ = ["prepare"]


def prepare(workload, dtype):
    """Build the network; return a function that runs it."""
    torch.set_num_threads(1)
    parameters, spikes = workload.parameters, workload.spikes
    n, gain = workload.network.n_neurons, 1 - workload.propagator[0]
    network = Network(dt=1.0, batch_size=len(spikes), learning=False)
    network.add_layer(Input(n=spikes.n_channels), name="input")
    network.add_layer(
        CurrentLIFNodes(
            n=n,
            thresh=parameters["v_threshold"],
            rest=0.0,
            reset=parameters["v_reset"],
            refrac=int(parameters["refractory"]),
            tc_decay=parameters["tau_m"],
            tc_i_decay=parameters["tau_syn_exc"],
        ),
        name="liquid",
    )
    w = workload.network.w.toarray() * gain
    w[workload.inhibitory] *= parameters["tau_syn_inh"] / parameters["tau_syn_exc"]
    w_in = workload.network.w_in.toarray() * gain
    for source, weights in (("input", w_in), ("liquid", w)):
        connection = Connection(
            network.layers[source],
            network.layers["liquid"],
            w=torch.from_numpy(weights).float(),
        )
        network.add_connection(connection, source=source, target="liquid")
    monitor = Monitor(network.layers["liquid"], ["s"], time=workload.n_steps)
    network.add_monitor(monitor, "spikes")
    dense = np.stack([spikes.to_dense(i) for i in range(len(spikes))], axis=1)
    inputs = torch.from_numpy(dense)

    @torch.inference_mode()
    def run():
        network.reset_state_variables()
        network.run({"input": inputs}, time=workload.n_steps)
        return monitor.get("s").sum(0).numpy()

    return clocked(run)
