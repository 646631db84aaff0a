"""The simulation in NumPy and SciPy: slow, for reading and as an oracle."""

import numpy as np

__all__ = ["simulate_reference"]


def simulate_reference(network, spikes, plan, *, record=False):
    """Run every sample from the network's initial state; as :func:`lsm.kernel.simulate`.

    Parameters
    ----------
    network : Network
        The network.
    spikes : SpikeArray
        The input.
    plan : Plan
        What to read when.
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
        raster = _run_sample(network, spikes.to_dense(sample), network.hold(spikes))
        if record:
            recorded.append(np.nonzero(raster))
        for time in plan.times[plan.offsets[sample] : plan.offsets[sample + 1]]:
            ages = np.arange(time)[::-1]
            readings.append(plan.decays[:, None] ** ages @ raster[:time])
    return np.array(readings).reshape(len(readings), len(plan.decays), -1), recorded


def _run_sample(network, signal, hold):
    """Return the raster of one sample, a bool array of shape (n_steps, n_neurons)."""
    n_steps = len(signal) * hold
    w_in = _by_sign(network.w_in.astype(float))
    by_delay = _by_delay(network)
    state = tuple(np.array(row, dtype=float) for row in network.initial)
    syn = np.zeros((2, network.n_neurons))
    raster = np.zeros((n_steps, network.n_neurons), dtype=bool)
    for t in range(n_steps):
        frame = signal[t // hold].astype(float)
        current = network.bias + network.synapses.current(slice(None), syn, network.syn_constants)
        if network.graded:
            current = current + network.w_in.astype(float).T @ frame
        state, raster[t] = network.neurons.reference_step(state, network.constants, current)
        network.synapses.decay(slice(None), syn, network.syn_constants)
        for delay, w in by_delay.items():
            if t >= delay:
                syn += [part.T @ raster[t - delay].astype(float) for part in w]
        if not network.graded and t % hold == 0:
            syn += [part.T @ frame for part in w_in]
    return raster


def _by_sign(w):
    return w.maximum(0), w.minimum(0)


def _by_delay(network):
    """Split the recurrent weights by delay, then by sign."""
    w = network.w.astype(float)
    delays = np.broadcast_to(network.delays, w.nnz)
    matrices = {}
    for delay in np.unique(delays):
        part = w.copy()
        part.data = np.where(delays == delay, w.data, 0)
        matrices[int(delay)] = _by_sign(part)
    return matrices
