"""Reference of the simulation in NumPy and SciPy: slow, written to be read, an oracle for tests."""

from dataclasses import replace
from typing import Any

import numpy as np

from .._typing import Array, Estimator
from ..kernel.network import Network, Plan
from ..spikes import SpikeArray
from ._noise import gaussian, uniform
from .network import in_double

__all__ = ["learn_reference", "simulate_reference"]


def simulate_reference(
    network: Network, spikes: SpikeArray, plan: Plan, *, record: bool = False
) -> tuple[Array, list[Any]]:
    """Run every sample from the network's initial state; as :func:`lsm.kernel.simulate`.

    Parameters
    ----------
    network : Network
        The network.
    spikes : SpikeArray
        The input.
    plan : Plan
        Times and filters of the readings.
    record : bool, default=False
        Whether to return the liquid's spikes too.

    Returns
    -------
    readings : float64 array of shape (n_readings, n_filters, n_neurons)
    recorded : list of (steps, neurons), one pair a sample
        Empty unless `record`.
    """
    readings, recorded = [], []
    for sample in range(len(spikes)):
        signal, key = spikes.to_dense(sample).astype(float), network.keys(spikes)[sample]
        output, potential = _run_sample(network, signal, network.row_start(spikes), key)
        if record:
            recorded.append(np.nonzero(output))
        for time in plan.times[plan.offsets[sample] : plan.offsets[sample + 1]]:
            ages = np.arange(time)[::-1]
            reading = plan.decays[:, None] ** ages @ output[:time]
            if plan.potential:
                reading[0] = potential[time - 1]
            readings.append(reading)
    return np.array(readings).reshape(len(readings), len(plan.decays), -1), recorded


def learn_reference(
    network: Network, spikes: SpikeArray, rule: Estimator, *, unit: float
) -> Network:
    """Let a rule change the weights at spikes; as :func:`lsm.kernel.learn`.

    Parameters
    ----------
    network : Network
        The network to start from.
    spikes : SpikeArray
        Samples, learnt from in this order.
    rule : rule
        See :mod:`lsm.plasticity`.
    unit : float
        Mean excitatory weight in nA.

    Returns
    -------
    network : Network
        With the learnt weights.
    """
    constants = rule.constants(network.dt, unit)
    pre = np.repeat(np.arange(network.n_neurons), np.diff(network.w.indptr))
    post, excitatory = network.w.indices, ~np.signbit(network.w.data)
    n_passing = rule.n_traces - rule.n_lasting
    lasting = network.lasting
    for sample in range(len(spikes)):
        w = in_double(network.w)
        traces = np.zeros((rule.n_traces, network.n_neurons))
        if lasting is not None:
            traces[n_passing:] = lasting
        synapse_state = np.zeros((rule.n_synapse_states, w.nnz))

        def change(t, spiked, weight=w.data, traces=traces, synapse_state=synapse_state):
            for n in range(len(spiked)):
                rule.decay_traces(n, traces, constants)
            for act, neuron in ((rule.on_pre, pre), (rule.on_post, post)):
                for s in np.flatnonzero(spiked[neuron] & excitatory):
                    w = act(s, pre[s], post[s], t, weight[s], traces, synapse_state, constants)
                    weight[s] = max(w, 0)
            for n in np.flatnonzero(spiked):
                rule.add_to_traces(n, traces, constants)

        network = replace(network, w=w)
        signal = spikes.to_dense(sample).astype(float)
        row_start, key = network.row_start(spikes), network.keys(spikes)[sample]
        output, _ = _run_sample(network, signal, row_start, key, change)
        rule.consolidate(w.data, synapse_state, len(output), 1.0, constants)
        lasting = traces[n_passing:]
    return replace(network, lasting=lasting)


def _run_sample(network, signal, row_start, key, change=None):
    """Run one sample from the network's initial state.

    Parameters
    ----------
    network : Network
        The network.
    signal : float array of shape (n_rows, n_channels)
        Spike counts, or currents in nA.
    row_start : int array
        Step at which each row begins, and the end of the last one.
    key : int
        Key of the sample's random numbers.
    change : function, optional
        Called after each step with the step and the spikes of all neurons.

    Returns
    -------
    output, potential : float arrays of shape (n_steps, n_neurons)
        Spikes, or what neurons send that send no spikes, and membrane potentials.
    """
    n_rows, n_neurons = len(signal), network.n_neurons
    row_of = np.repeat(np.arange(n_rows), np.diff(row_start[: n_rows + 1]))
    n_steps, begins = len(row_of), np.diff(row_of, prepend=-1) > 0
    state = tuple(np.array(values, dtype=float) for values in network.initial)
    syn = (*np.zeros((2, n_neurons)), *map(np.copy, network.synapses.initial(n_neurons)))
    all_neurons, keys, indices = slice(None), np.full(n_neurons, key), np.arange(n_neurons)
    output, potential = np.zeros((n_steps, n_neurons)), np.zeros((n_steps, n_neurons))
    inputs, recurrence = _by_delay(network.w_in, network.delays_in), _Recurrence(network)

    def receive(t):
        for current, arrivals in zip(syn[:2], recurrence.arriving(t), strict=True):
            current += arrivals
        if not network.graded:
            for delay, w in inputs.items():
                if t >= delay and begins[t - delay]:
                    for current, part in zip(syn[:2], _by_sign(w), strict=True):
                        current += part.T @ signal[row_of[t - delay]]

    for t in range(n_steps):
        here = keys, np.full(n_neurons, t), indices
        current = network.bias + network.noise * gaussian(*here)
        if network.graded:
            for delay, w in inputs.items():
                if t >= delay:
                    current = current + w.T @ signal[row_of[t - delay]]
        if network.synapses.arrives_first:
            receive(t)
        current = current + network.synapses.current(
            all_neurons, syn, network.syn_constants, state[0], current
        )
        chance = (uniform(*here),) if network.neurons.stochastic else ()
        state, spiked = network.neurons.reference_step(state, network.constants, current, *chance)
        network.synapses.decay(all_neurons, syn, network.syn_constants)
        if not network.synapses.arrives_first:
            receive(t)
        output[t], potential[t] = spiked if network.neurons.spiking else state[0], state[0]
        if change is not None:
            change(t, spiked)
        recurrence.send(output[t])
    return output, potential


class _Recurrence:
    """Arrivals at the neurons through the recurrent synapses."""

    def __init__(self, network):
        self.w = in_double(network.w)
        self.w.data = network.w.data  # shared: a rule changes it
        self.delays = np.broadcast_to(network.delays, self.w.nnz)
        self.pre = np.repeat(np.arange(network.n_neurons), np.diff(self.w.indptr))
        self.dt, self.short_term = network.dt, network.short_term
        self.before = 0 * self.w.data
        if not network.neurons.spiking:
            self.before = self.w.data * network.initial[0][self.pre]
        self.sent = []  # for each step, weight times output of every synapse
        self.u, self.r = np.zeros(self.w.nnz), np.ones(self.w.nnz)
        self.last = np.full(self.w.nnz, -np.inf)

    def send(self, output):
        """Send the output of the neurons in a step, of shape (n_neurons,)."""
        sent = output[self.pre]
        if self.short_term is not None:
            sent = sent * self._efficacy(len(self.sent), sent > 0)
        self.sent.append(self.w.data * sent)

    def _efficacy(self, t, spiked):
        """Return u * r of each synapse by the recursion of Markram, Wang & Tsodyks (1998)."""
        use, depression, facilitation = self.short_term
        since = self.dt * (t - self.last)
        r = 1 + (self.r - self.u * self.r - 1) * np.exp(-since / depression)
        u = use + self.u * (1 - use) * np.exp(-since / facilitation)
        self.u, self.r = np.where(spiked, u, self.u), np.where(spiked, r, self.r)
        self.last = np.where(spiked, t, self.last)
        return self.u * self.r

    def arriving(self, t):
        """Return excitatory and inhibitory arrivals of a step, each of shape (n_neurons,)."""
        total = np.zeros((2, self.w.shape[0]))
        for delay in np.unique(self.delays[self.delays <= t + 1]):
            now = self.w.copy()
            now.data = self.sent[t - delay] if t >= delay else self.before
            for arrivals, sign in zip(total, (self.w.data >= 0, self.w.data < 0), strict=True):
                part = now.copy()
                part.data = np.where(sign & (self.delays == delay), now.data, 0)
                arrivals += part.sum(axis=0)
        return total


def _by_sign(w):
    """Split weights into positive and negative ones, synapse by synapse."""
    parts = w.copy(), w.copy()
    parts[0].data, parts[1].data = np.maximum(w.data, 0), np.minimum(w.data, 0)
    return parts


def _by_delay(w, delays):
    """Split weights by delay."""
    w = in_double(w)
    delays = np.broadcast_to(delays, w.nnz)
    matrices = {}
    for delay in np.unique(delays):
        part = w.copy()
        part.data = np.where(delays == delay, w.data, 0)
        matrices[int(delay)] = part
    return matrices
