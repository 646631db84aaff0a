"""What the compiled loop does within a step.

None of these runs as Python: :mod:`lsm.kernel._loop` binds models and a precision to the names
below and compiles the functions.
"""

import numba
import numpy as np
from numba.extending import overload

from ._cpu import prefetch

__all__ = ["OF_MODELS", "PARTS", "at"]

# Placeholders, see `lsm.kernel._loop.kernel_for`.
real = neuron_step = synapse_current = synapse_decay = None
on_pre = on_post = decay_traces = add_to_traces = uniform = gaussian = None
STOCHASTIC = False


def at(constants, n):
    """Read the constants of neuron n, whether all neurons share them or each has its own."""
    return tuple(constant[n] if np.ndim(constant) else constant for constant in constants)


@overload(at)
def _at(constants, n):
    if not isinstance(constants.dtype, numba.types.Array):
        return lambda constants, n: constants
    reads = "".join(f"constants[{i}][n], " for i in range(len(constants)))
    scope = {}
    exec(f"def read(constants, n):\n    return ({reads})", scope)
    return scope["read"]


def copy(values, into):
    """Copy numbers one by one, since the assignment of a slice to a slice may allocate."""
    for n in range(len(values)):
        into[n] = values[n]


def last_of_step(event, last, steps, step):
    """Return the index behind the last event of a step."""
    while event < last and steps[event] == step:
        event += 1
    return event


def deliver(buffer, base, rows, first, last, amplitudes, matrix):
    """Add the synapses of some rows to a buffer, times the rows' amplitudes if they have any."""
    indptr, split, target, weight, dense, dense_base, far = matrix
    scale = real(1)
    for i in range(first, last):
        row = rows[i]
        if len(amplitudes) > 0:
            scale = real(amplitudes[i])
        if dense.shape[0] > 0:
            into, weights = buffer[dense_base[row] :], dense[row]
            for n in range(len(weights)):
                into[n] += scale * weights[n]
        else:
            if far and i + 1 < last:  # the next row may lie anywhere in memory: call for it
                for k in range(indptr[rows[i + 1]], indptr[rows[i + 1] + 1], np.uint64(16)):
                    prefetch(target, k)
                    prefetch(weight, k)
            for k in range(indptr[row], split[row]):
                buffer[target[k]] += scale * weight[k]
            for k in range(split[row], indptr[row + 1]):
                buffer[base + target[k]] += scale * weight[k]


def send(ring, now, slot, rows, first, last, amplitudes, hold, matrix, places):
    """Put the synapses of some rows into a ring, for `hold` steps from when they arrive."""
    indptr, weight = matrix[0], matrix[3]
    mask, scale = np.uint64(len(ring) - 1), real(1)
    for i in range(first, last):
        row = rows[i]
        if len(amplitudes) > 0:
            scale = real(amplitudes[i])
        for step in range(hold):
            start = now + np.uint64(step) * slot
            for s in range(indptr[row], indptr[row + 1]):
                ring[(start + places[s]) & mask] += scale * weight[s]


def send_dynamic(ring, now, fired, count, matrix, places, dynamics, step):
    """Send spikes, each through synapses of the efficacy that their past has left them."""
    indptr, weight = matrix[0], matrix[3]
    last_spike, use, recovery, facilitation, utilisation, resources = dynamics
    mask, one = np.uint64(len(ring) - 1), real(1)
    for i in range(count):
        row = fired[i]
        since = real(step - last_spike[row])
        last_spike[row] = step
        for s in range(indptr[row], indptr[row + 1]):
            u, r = utilisation[s], resources[s]
            r = one + (r - u * r - one) * np.exp(-since * recovery[s])
            u = use[s] + u * (one - use[s]) * np.exp(-since * facilitation[s])
            utilisation[s], resources[s] = u, r
            ring[(now + places[s]) & mask] += weight[s] * u * r


def arrive(ring, now, into):
    """Add the present slot of a ring to what it is for, and clear it."""
    slot = ring[now : now + np.uint64(len(into))]
    for n in range(len(slot)):
        into[n] += slot[n]
        slot[n] = 0


def advance(
    n_neurons, state, syn, drive, spiked, constants, syn_constants, noise, key, step
):  # fmt: skip
    """Move all neurons and currents by one step."""
    for n in range(n_neurons):
        of_synapse, of_neuron = at(syn_constants, n), at(constants, n)
        current = drive[n]
        if noise is not None:
            current += noise * real(gaussian(key, step, n))
        current += synapse_current(n, syn, of_synapse, state[0][n], current)
        if STOCHASTIC:
            spiked[n] = neuron_step(n, state, of_neuron, current, real(uniform(key, step, n)))
        else:
            spiked[n] = neuron_step(n, state, of_neuron, current)
        synapse_decay(n, syn, of_synapse)


def collect(spiked, fired):
    """List the neurons whose byte is set; eight silent ones are skipped at a time."""
    count = 0
    for word, byte8 in enumerate(spiked.view(np.uint64)):
        if byte8 != 0:
            for n in range(8 * word, 8 * word + 8):
                fired[count] = n
                count += spiked[n] != 0
    return count


def learn(step, fired, count, matrix, learning):
    """Change the excitatory synapses from and to the neurons that spiked."""
    indptr, split, target, weight = matrix[:4]
    constants, traces, synapse_state, (starts, synapse, source) = learning
    zero = real(0)
    for n in range(len(starts) - 1):
        decay_traces(n, traces, constants)
    for i in range(count):
        pre = fired[i]
        for s in range(indptr[pre], split[pre]):
            w = on_pre(s, pre, target[s], step, weight[s], traces, synapse_state, constants)
            weight[s] = max(w, zero)
    for i in range(count):
        post = fired[i]
        for k in range(starts[post], starts[post + 1]):
            s = synapse[k]
            w = on_post(s, source[k], post, step, weight[s], traces, synapse_state, constants)
            weight[s] = max(w, zero)
    for i in range(count):
        add_to_traces(fired[i], traces, constants)


def read(snapshot, last_snapshot, plan_step, acc, potential, tables, out):
    """Copy out what was filtered, as often as the plan reads in this step; return the next one."""
    step = plan_step[snapshot]
    while snapshot < last_snapshot and plan_step[snapshot] == step:
        for f in range(len(acc)):
            copy(acc[f, : out.shape[2]], out[snapshot, f])
        copy(potential, out[snapshot, 0])
        snapshot += 1
    if snapshot < last_snapshot:
        for f in range(len(tables)):
            fade = tables[f, plan_step[snapshot] - step]
            for n in range(acc.shape[1]):
                acc[f, n] *= fade
    return snapshot


PARTS = copy, last_of_step, deliver, send, send_dynamic, arrive, collect, read
OF_MODELS = advance, learn
