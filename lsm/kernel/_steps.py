"""Parts of a step of the compiled loop.

The functions never run as Python: :mod:`lsm.kernel._compile` binds models and a precision to the
names below, and compiles the result.
"""

import numba
import numpy as np
from numba.extending import overload

from ._arrays import FEW
from ._cpu import count_ones, nonzero_bytes, prefer_wide_vectors, prefetch, trailing_zeros

__all__ = ["OF_MODELS", "PARTS", "at"]

# Placeholders, see `lsm.kernel._compile.kernel_for`.
real = neuron_step = synapse_current = synapse_decay = uniform = gaussian = None
STOCHASTIC = False
AHEAD = 4  # sources; more do not arrive earlier


def at(constants, n):
    """Return the constants of neuron n, which all neurons share or each has for itself."""
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


def first_not_finite(n_neurons, arrays):
    """Return the first neuron for which one of some arrays is NaN or infinite, or -1."""
    for i in range(len(arrays)):
        for n in range(min(n_neurons, len(arrays[i]))):
            if not np.isfinite(arrays[i][n]):
                return n
    return -1


def end_of_row(event, end, rows, row):
    """Return the index behind the last event of a row."""
    while event < end and rows[event] == row:
        event += 1
    return event


def add(weights, into):
    """Add a dense row of weights."""
    prefer_wide_vectors()
    for n in range(len(weights)):
        into[n] += weights[n]


def add_scaled(scale, weights, into):
    """Add a multiple of a dense row of weights."""
    prefer_wide_vectors()
    for n in range(len(weights)):
        into[n] += scale * weights[n]


def fetch_ahead(sources, i, end, matrix, target):
    """Fetch the weights of a source that comes soon: they may lie anywhere in memory."""
    ahead = np.uint64(AHEAD)
    if i + ahead + ahead < end:
        prefetch(matrix.indptr, sources[i + ahead + ahead])
        prefetch(matrix.end, sources[i + ahead + ahead])
    if i + ahead < end:
        source = sources[i + ahead]
        for s in range(matrix.indptr[source], matrix.end[source], np.uint64(16)):
            prefetch(target, s)
            prefetch(matrix.weight, s)


def deliver(buffer, sources, first, end, amplitudes, matrix):
    """Add the weights of some sources to a buffer, times their amplitudes if they have any."""
    target, weight = matrix.target, matrix.weight
    scaled, end = len(amplitudes) > 0, np.uint64(end)
    for i in range(np.uint64(first), end):
        source = sources[i]
        base = matrix.base[source]
        if matrix.dense.shape[0] > 0:
            into = buffer[base:]
            if scaled:
                if amplitudes[i] != 0:  # a row of values may hold many zeros
                    add_scaled(real(amplitudes[i]), matrix.dense[source], into)
            else:
                add(matrix.dense[source], into)
        else:
            if matrix.far:
                fetch_ahead(sources, i, end, matrix, target)
            if scaled:
                scale = real(amplitudes[i])
                for s in range(matrix.indptr[source], matrix.end[source]):
                    buffer[base + target[s]] += scale * weight[s]
            else:
                for s in range(matrix.indptr[source], matrix.end[source]):
                    buffer[base + target[s]] += weight[s]


def send(ring, now, slot, sources, first, end, amplitudes, hold, matrix):
    """Add the weights of some sources to a ring, for `hold` steps from when they arrive."""
    place, weight = matrix.place, matrix.weight
    mask, scale, end = np.uint64(len(ring) - 1), real(1), np.uint64(end)
    for i in range(np.uint64(first), end):
        source = sources[i]
        if matrix.far:
            fetch_ahead(sources, i, end, matrix, place)
        if len(amplitudes) > 0:
            scale = real(amplitudes[i])
        for step in range(hold):
            start = now + np.uint64(step) * slot
            for s in range(matrix.indptr[source], matrix.end[source]):
                ring[(start + place[s]) & mask] += scale * weight[s]


def send_dynamic(ring, now, fired, n_fired, matrix, short_term, step):
    """Send spikes through dynamic synapses, whose efficacy depends on earlier spikes."""
    place, weight = matrix.place, matrix.weight
    use, recovery, facilitation = short_term.use, short_term.recovery, short_term.facilitation
    utilisation, resources = short_term.utilisation, short_term.resources
    mask, one = np.uint64(len(ring) - 1), real(1)
    for i in range(n_fired):
        source = fired[i]
        since = real(step - short_term.last_spike[source])
        short_term.last_spike[source] = step
        for s in range(matrix.indptr[source], matrix.end[source]):
            u, r = utilisation[s], resources[s]
            r = one + (r - u * r - one) * np.exp(-since * recovery[s])
            u = use[s] + u * (one - use[s]) * np.exp(-since * facilitation[s])
            utilisation[s], resources[s] = u, r
            ring[(now + place[s]) & mask] += weight[s] * u * r


def arrive(ring, now, into):
    """Add the present slot of a ring to the currents it holds, and clear the slot."""
    slot = ring[now : now + np.uint64(len(into))]
    for n in range(len(slot)):
        into[n] += slot[n]
        slot[n] = 0


def advance(state, syn, drive, spiked, population, noise, key, step):
    """Move all neurons and currents by one step."""
    prefer_wide_vectors()
    for n in range(len(state[0])):
        of_synapse, of_neuron = at(population.syn_constants, n), at(population.constants, n)
        current = drive[n]
        if noise is not None:
            current += noise * real(gaussian(key, step, population.first + n))
        current += synapse_current(n, syn, of_synapse, state[0][n], current)
        if STOCHASTIC:
            spiked[n] = neuron_step(
                n, state, of_neuron, current, real(uniform(key, step, population.first + n))
            )
        else:
            spiked[n] = neuron_step(n, state, of_neuron, current)
        synapse_decay(n, syn, of_synapse)


def collect(spiked, n_neurons, fired):
    """List the neurons that spiked, 64 at a time; return their number."""
    count, one, end = np.uint64(0), np.uint64(1), np.uint64(n_neurons)
    for first in range(np.uint64(0), end, np.uint64(64)):
        bits = nonzero_bytes(spiked, first)
        if end - first < np.uint64(64):
            bits &= (one << (end - first)) - one
        n_spikes = count_ones(bits)
        # Most often a few of 64 spike. A loop over just these costs a wrong prediction each time,
        # so a few places are always filled.
        for i in range(np.uint64(FEW)):
            fired[count + i] = first + trailing_zeros(bits)
            bits &= bits - one
        for i in range(np.uint64(FEW), n_spikes):
            fired[count + i] = first + trailing_zeros(bits)
            bits &= bits - one
        count += n_spikes
    return np.int64(count)


def read(reading, end_reading, filtered, potential, readings, first):
    """Copy the filtered spikes into all readings of this step; return the index of the next one.

    The filtered spikes then fade as far as they do until the next reading.
    """
    step, out = readings.step[reading], readings.out
    while reading < end_reading and readings.step[reading] == step:
        for f in range(len(filtered)):
            copy(filtered[f], out[reading, f, first:])
        copy(potential, out[reading, 0, first:])
        reading += 1
    if reading < end_reading:
        for f in range(len(filtered)):
            fade = readings.table[f, readings.step[reading] - step]
            for n in range(filtered.shape[1]):
                filtered[f, n] *= fade
    return reading


PARTS = (
    copy, first_not_finite, end_of_row, add, add_scaled, fetch_ahead, deliver, send,
    send_dynamic, arrive, collect, read,
)  # fmt: skip
OF_MODELS = (advance,)
