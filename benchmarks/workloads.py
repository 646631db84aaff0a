"""The networks and inputs that the engines are compared on."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from lsm.kernel import Network, Plan
from lsm.neurons import LIF
from lsm.spikes import SpikeArray
from lsm.synapses import Exponential
from lsm.topology import ErdosRenyi

__all__ = ["WORKLOADS", "Workload"]

N_STEPS, N_CHANNELS, CHANNEL_RATE, REACH = 500, 80, 30.0, 0.3
# Input gains that give about 21 Hz, found once by bisection.
WORKLOADS = {135: (20, 200, 0.40), 1000: (100, 40, 0.45), 10000: (100, 4, 0.45)}


@dataclass(frozen=True)
class Workload:
    """One network with an input, for engines that know LIF with exponential currents.

    500 steps of 1 ms; 80 input channels at 30 Hz reach 30 % of the neurons each; 80 % of the
    neurons are excitatory.
    """

    network: Network
    spikes: SpikeArray
    inhibitory: np.ndarray

    @classmethod
    def draw(cls, n_neurons, *, n_samples=None, seed=0, delay=1.0):
        """Draw the workload of a size."""
        fan_out, default_samples, gain = WORKLOADS[n_neurons]
        rng = np.random.default_rng(seed)
        wiring = ErdosRenyi(fan_out=fan_out, delay=delay).draw(n_neurons, rng)
        w_in = rng.gamma(2, 0.5, (N_CHANNELS, n_neurons)) * gain
        w_in *= rng.random(w_in.shape) < REACH
        neurons, synapses = LIF(), Exponential()
        parameters = neurons.draw(wiring.inhibitory, 1.0, rng)
        samples = rng.random((n_samples or default_samples, N_STEPS, N_CHANNELS))
        network = Network(
            neurons,
            synapses,
            neurons.constants(parameters, 1.0),
            synapses.constants(1.0, parameters["tau_m"]),
            neurons.initial(parameters, n_neurons),
            np.zeros(n_neurons),
            sparse.csr_array(w_in.astype(np.float32)),
            wiring.weights,
            np.rint(wiring.delays).astype(int),
            1.0,
            False,
        )
        spikes = SpikeArray.from_dense(samples < CHANNEL_RATE / 1000)
        return cls(network, spikes, wiring.inhibitory)

    @property
    def plan(self):
        """Read the spike counts at the end of each sample."""
        n = len(self.spikes)
        return Plan(np.arange(n + 1), np.full(n, N_STEPS), np.ones(1))
