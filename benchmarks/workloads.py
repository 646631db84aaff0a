"""Networks and inputs for the comparison of engines."""

from dataclasses import dataclass, replace

import numpy as np

from lsm._units import steps
from lsm.kernel import Network, Plan
from lsm.neurons import LIF, AdEx, HodgkinHuxley, Izhikevich
from lsm.spikes import SpikeArray
from lsm.synapses import Conductance, Exponential, TsodyksMarkram
from lsm.topology import ErdosRenyi, RandomInput, Weights

__all__ = ["MODELS", "N_STEPS", "ONE_SAMPLE", "PRECISIONS", "SIZES", "Workload", "parts"]

N_STEPS, N_CHANNELS, CHANNEL_RATE, FAN_IN = 500, 80, 30.0, 24
# Fan-out, samples and the input gain that gives about 21 Hz, found once by bisection.
SIZES = {135: (20, 200, 0.375), 1000: (100, 40, 0.445), 10000: (100, 4, 0.5)}
# Number of samples joined into one. In 64 s of activity or more, the clocks of Brian2 no longer
# agree, because Brian2 compares times with an absolute tolerance.
ONE_SAMPLE = {135: 100, 1000: 20, 10000: 2}
PRECISIONS = ("float32", "float64")
# Models, step in ms, scale of all weights, input gain, and integration method of Brian2.
MODELS = {
    "LIF, short-term plasticity": ({"short_term": TsodyksMarkram()}, 1.0, 1.0, 0.35, "exact"),
    "LIF, conductances": ({"synapses": Conductance()}, 0.1, 1 / 6, 0.34, "exponential_euler"),
    "AdEx": ({"neurons": AdEx()}, 0.1, 0.7, 0.37, "euler"),
    "Izhikevich": ({"neurons": Izhikevich()}, 0.1, 10.0, 0.25, "euler"),
    "Hodgkin-Huxley": ({"neurons": HodgkinHuxley()}, 0.05, 0.7, 0.2, "exponential_euler"),
}


def parts(fan_out, gain, delay=1.0, scale=1.0):
    """Return the wiring of the liquid and of its input, with all weights times `scale`."""
    topology = ErdosRenyi(fan_out=fan_out, delay=delay, weights=Weights(gain=scale))
    inputs = RandomInput(fan_in=FAN_IN, weight=gain * scale, distribution="gamma", cv=0.7071)
    return topology, inputs


@dataclass(frozen=True)
class Workload:
    """One network with an input.

    80 Poisson channels of 30 Hz, of which each neuron reads 24; 80 % of the neurons are
    excitatory; weights are gamma-distributed.

    Attributes
    ----------
    network : Network
        Neurons, synapses and wiring.
    inhibitory : bool array of shape (n_neurons,)
        Which neurons are inhibitory.
    spikes : SpikeArray
        The input: samples of equal length, in steps of 1 ms.
    """

    network: Network
    inhibitory: np.ndarray
    spikes: SpikeArray

    @classmethod
    def of_size(cls, n_neurons, *, n_samples=None, delay=1.0):
        """Draw leaky integrate-and-fire neurons with exponential currents, at about 21 Hz."""
        fan_out, default_samples, gain = SIZES[n_neurons]
        return cls.draw(n_neurons, parts(fan_out, gain, delay), n_samples or default_samples)

    @classmethod
    def draw(
        cls, n_neurons, wirings, n_samples, n_steps=N_STEPS, *, neurons=None, synapses=None,
        short_term=None, dt=1.0,
    ):  # fmt: skip
        """Draw a network of any models and steps of `dt` ms, and its input."""
        rng = np.random.default_rng(0)
        topology, inputs = wirings
        neurons, synapses = neurons or LIF(), synapses or Exponential()
        wiring = topology.draw(n_neurons, rng)
        parameters = neurons.draw(wiring.inhibitory, dt, rng)
        network = Network(
            neurons=neurons,
            synapses=synapses,
            parameters=parameters,
            syn_parameters=synapses.draw(wiring.inhibitory, dt, rng),
            initial=neurons.initial(parameters, n_neurons),
            bias=np.zeros(n_neurons),
            w_in=inputs.draw(N_CHANNELS, wiring.inhibitory, rng)[0],
            w=wiring.weights,
            delays=steps("delay", wiring.delays, dt),
            dt=dt,
            short_term=short_term and short_term.draw(wiring.weights, wiring.inhibitory, rng),
        )
        channels = rng.random((n_samples, n_steps, N_CHANNELS)) < CHANNEL_RATE / 1000
        return cls(network, wiring.inhibitory, SpikeArray.from_dense(channels))

    def first(self, n_samples):
        """Return the workload with its first samples only."""
        return replace(self, spikes=self.spikes[:n_samples])

    @classmethod
    def one_sample(cls, n_neurons, *, delay=1.0):
        """Draw the same network, and a single long sample."""
        return cls.of_size(n_neurons, n_samples=ONE_SAMPLE[n_neurons], delay=delay).joined

    @property
    def joined(self):
        """The workload with its samples one after the other, as a single one."""
        spikes = self.spikes
        starts = np.concatenate([[0], np.cumsum(spikes.n_rows)])
        steps = spikes.rows + np.repeat(starts[:-1], np.diff(spikes.offsets))
        offsets = np.array([0, len(steps)])
        one = SpikeArray(steps, spikes.channels, None, offsets, starts[-1:], spikes.n_channels)
        return replace(self, spikes=one)

    @property
    def parameters(self):
        """Parameters of neurons and synapses, by the names of their models."""
        return self.network.parameters | self.network.syn_parameters

    @property
    def propagator(self):
        """Factors of an exact step of 1 ms, for the potential and the currents.

        Returns
        -------
        decay, decay_exc, decay_inh : float
            Factors by which the potential and the two currents decay.
        gain_exc, gain_inh : float
            Contributions of the two currents to the potential.
        """
        taus = [self.parameters[name] for name in ("tau_m", "tau_syn_exc", "tau_syn_inh")]
        decay, *decays = (float(np.exp(-1 / tau)) for tau in taus)
        gains = [
            tau / (tau - taus[0]) * (d - decay) for tau, d in zip(taus[1:], decays, strict=True)
        ]
        return decay, *decays, *gains

    @property
    def n_steps(self):
        """Length of a sample in steps of the network."""
        return int(self.network.n_steps(self.spikes)[0])

    @property
    def plan(self):
        """Plan that reads the spike counts at the end of each sample."""
        n = len(self.spikes)
        return Plan(np.arange(n + 1), np.full(n, self.n_steps), np.ones(1))
