"""The compiled loop: one for every pair of a neuron and a synapse model.

Samples outside, time inside: a sample's state stays in cache from its first step to its last.
`_loop` never runs as Python. `kernel_for` binds the update functions of a neuron model and a
synapse model into it and compiles the result, once for each pair of models, on disk.
"""

import functools
import hashlib
import inspect
import types

import numba
import numpy as np
from numba.extending import overload

from .._jit import njit

__all__ = ["kernel_for"]

# Placeholders: `kernel_for` binds a pair of models and a precision to these names.
neuron_step = synapse_current = synapse_decay = weight_type = None


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


def _deliver(buffer, base, rows, first, last, amplitudes, matrix):
    """Add the synapses of `rows[first:last]` to the buffer, times their amplitudes if any."""
    indptr, split, target, weight, dense, dense_base = matrix
    scale = weight_type(1)
    for i in range(first, last):
        row = rows[i]
        if len(amplitudes) > 0:
            scale = weight_type(amplitudes[i])
        if dense.shape[0] > 0:
            into, weights = buffer[dense_base[row] :], dense[row]
            for n in range(len(weights)):
                into[n] += scale * weights[n]
        else:
            for k in range(indptr[row], split[row]):
                buffer[target[k]] += scale * weight[k]
            for k in range(split[row], indptr[row + 1]):
                buffer[base + target[k]] += scale * weight[k]


def _last_of_step(event, last, steps, step):
    """Return the index behind the last event of a step."""
    while event < last and steps[event] == step:
        event += 1
    return event


def _collect(spiked, fired):
    """List the neurons whose byte is set; eight silent ones are skipped at a time."""
    count = 0
    for word, byte8 in enumerate(spiked.view(np.uint64)):
        if byte8 != 0:
            for n in range(8 * word, 8 * word + 8):
                fired[count] = n
                count += spiked[n]
    return count


def _advance(n_neurons, state, syn, drive, spiked, constants, syn_constants):
    for n in range(n_neurons):
        of_synapse = at(syn_constants, n)
        current = drive[n] + synapse_current(n, syn, of_synapse)
        spiked[n] = neuron_step(n, state, at(constants, n), current)
        synapse_decay(n, syn, of_synapse)


def _loop(
    samples, window, events, graded, hold, bias, w_in, w, delays, constants, syn_constants,
    initial, scratch, plan, tables, out, record,
):  # fmt: skip
    """Run samples[0]:samples[1] through steps window[0]:window[1]; see `lsm.kernel.compiled`."""
    event_offset, event_step, event_channel, event_amplitude, durations = events
    state, syn, currents, drive, ring, spiked, fired, acc, cursor = scratch
    plan_offset, plan_step = plan
    record_step, record_neuron, n_recorded = record
    n_neurons, padded, slot_size = len(bias), np.uint64(len(syn[0])), np.uint64(len(currents))
    has_delays = len(delays) > 0
    ring_mask = np.uint64(max(len(ring), 1) - 1)
    nowhere, none = np.uint64(0), event_amplitude[:0]

    for sample in range(samples[0], samples[1]):
        if window[0] == 0:
            for row in range(len(state)):
                state[row][:] = initial[row]
            currents[:], ring[:], acc[:] = 0, 0, 0
            drive[:n_neurons] = bias
            cursor[:] = (event_offset[sample], plan_offset[sample], 0, 0)
        event, snapshot, count, now = cursor[0], cursor[1], cursor[2], np.uint64(cursor[3])
        last_event, last_snapshot = event_offset[sample + 1], plan_offset[sample + 1]
        frame = (window[0] + hold - 1) // hold

        for t in range(window[0], min(window[1], durations[sample])):
            first_event = event
            if t == frame * hold:
                event = _last_of_step(event, last_event, event_step, frame)
                frame += 1
                if graded:
                    drive[:n_neurons] = bias
                    _deliver(
                        drive, nowhere, event_channel, first_event, event, event_amplitude, w_in
                    )  # fmt: skip

            _advance(n_neurons, state, syn, drive, spiked, constants, syn_constants)
            if has_delays:
                slot = ring[now : now + slot_size]
                for n in range(len(slot)):
                    currents[n] += slot[n]
                    slot[n] = 0
            else:
                _deliver(currents, padded, fired, 0, count, none, w)
            if not graded:
                _deliver(
                    currents, padded, event_channel, first_event, event, event_amplitude, w_in
                )  # fmt: skip

            count = _collect(spiked, fired)
            if has_delays:
                for k in range(count):
                    for s in range(w[0][fired[k]], w[0][fired[k] + 1]):
                        ring[(now + delays[s]) & ring_mask] += w[3][s]
                now = (now + slot_size) & ring_mask

            if snapshot < last_snapshot:
                age = plan_step[snapshot] - 1 - t
                for f in range(len(tables)):
                    weight = tables[f, age]
                    for k in range(count):
                        acc[f, fired[k]] += weight
                while snapshot < last_snapshot and plan_step[snapshot] == t + 1:
                    out[snapshot] = acc[:, :n_neurons]
                    snapshot += 1
                    if snapshot < last_snapshot:
                        for f in range(len(tables)):
                            acc[f] *= tables[f, plan_step[snapshot] - (t + 1)]
            if len(record_step) > 0:
                first = n_recorded[0]
                record_step[first : first + count] = t
                record_neuron[first : first + count] = fired[:count]
                n_recorded[0] += count
        cursor[:] = (event, snapshot, count, np.int64(now))


@functools.cache
def kernel_for(neuron, synapse, dtype):
    """Compile the loop for a pair of models.

    Parameters
    ----------
    neuron, synapse : class
        Models, see :mod:`lsm.neurons` and :mod:`lsm.synapses`.
    dtype : {"float32", "float64"}
        Precision of state and weights.

    Returns
    -------
    kernel : numba dispatcher
    """
    inner = functools.partial(njit, cache=False, error_model="numpy")
    parts = {
        "neuron_step": neuron.step,
        "synapse_current": synapse.current,
        "synapse_decay": synapse.decay,
        "_collect": _collect,
        "_last_of_step": _last_of_step,
    }
    scope = {**globals(), "weight_type": np.dtype(dtype).type}
    scope |= {name: inner(part) for name, part in parts.items()}
    for function in (_advance, _deliver):
        scope[function.__name__] = inner(types.FunctionType(function.__code__, scope))
    bound = types.FunctionType(_loop.__code__, scope)
    # numba keys a cached kernel by its own code and this file's time stamp: with the source of
    # the models in its name, one that is edited is compiled anew.
    try:
        source = "".join(inspect.getsource(inspect.getmodule(p)) for p in (neuron, synapse))
    except (OSError, TypeError):  # models typed into a console have no source to tell by
        source = None
    digest = hashlib.blake2b(repr(source).encode(), digest_size=6).hexdigest()
    bound.__qualname__ = bound.__name__ = f"loop_{dtype}_{digest}"
    bound.__module__ = __name__
    return njit(bound, cache=source is not None, error_model="numpy")
