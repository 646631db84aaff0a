"""The compiled loop: one for every combination of a neuron, a synapse and a learning rule.

Samples outside, time inside: a sample's state stays in cache from its first step to its last.
`_loop` never runs as Python. `kernel_for` binds the functions of the models into it and into the
parts of a step, and compiles the result, once for each combination, on disk.
"""

import functools
import hashlib
import inspect
import sys
import types
from numbers import Number

import joblib
import numpy as np

from .._jit import njit
from . import _feedback, _noise, _steps
from ._cpu import flush_denormals, restore_denormals

__all__ = ["kernel_for"]

LONG_AGO = -(2**40)  # the step of a spike that never was
VALUES = Number, str, tuple, np.ndarray, np.generic  # what numba takes from a module as it is

# Placeholders: `kernel_for` binds models, a precision and the compiled parts to these names.
ARRIVES_FIRST = False
SPIKING = True
advance = arrive = collect = copy = deliver = feed = last_of_step = learn = read = respond = None
send = send_dynamic = None


# One function, longer than a screen: two parts taken out of it cost 3 % with snapshots in float64.
def _loop(
    samples, window, events, graded, hold, bias, noise, inputs, recurrence, dynamics, learning,
    feedback, constants, syn_constants, initial, syn_initial, scratch, plan, tables, out, record,
):  # fmt: skip
    """Run samples[0]:samples[1] through steps window[0]:window[1]; see `lsm.kernel.compiled`."""
    event_offset, event_step, event_channel, event_amplitude, durations, keys = events
    state, syn, currents, drive, last, ring, drive_ring, spiked, fired, values, acc, cursor = (
        scratch
    )
    plan_offset, plan_step, reads_potential = plan
    record_step, record_neuron, n_recorded = record
    (w_in, places_in), (w, places) = inputs, recurrence
    nowhere = np.uint64(0)
    n_neurons, slot, padded = len(bias), np.uint64(len(currents)), np.uint64(len(drive))
    ring_mask, drive_mask = np.uint64(max(len(ring), 1) - 1), np.uint64(max(len(drive_ring), 1) - 1)
    potential = state[0] if reads_potential else state[0][:0]
    control = flush_denormals()

    for sample in range(samples[0], samples[1]):
        if window[0] == 0:
            for row in range(len(state)):
                copy(initial[row], state[row])
            for row in range(len(syn)):
                copy(syn_initial[row], syn[row])
            currents[:], ring[:], drive_ring[:], acc[:] = 0, 0, 0, 0
            copy(bias, drive)
            cursor[:] = (event_offset[sample], plan_offset[sample], 0, 0, 0)
            if dynamics is not None:
                dynamics[0][:] = LONG_AGO
            if not SPIKING:
                copy(state[0], values)
                cursor[2] = collect(spiked, fired)
                if len(places) > 0:
                    before = np.uint64(0) - slot
                    send(ring, before, slot, fired, 0, cursor[2], values, 1, w, places)
        event, snapshot, count = cursor[0], cursor[1], cursor[2]
        now, drive_now = np.uint64(cursor[3]), np.uint64(cursor[4])
        last_event, last_snapshot = event_offset[sample + 1], plan_offset[sample + 1]
        frame = (window[0] + hold - 1) // hold

        for t in range(window[0], min(window[1], durations[sample])):
            new_frame, first_event = t == frame * hold, event
            if new_frame:
                event = last_of_step(event, last_event, event_step, frame)
                frame += 1
            if (graded or feedback is not None) and (new_frame or len(drive_ring) > 0):
                copy(bias, drive)
                if feedback is not None:
                    feed(sample, t // hold, feedback, drive)
                if len(drive_ring) > 0:
                    send(
                        drive_ring, drive_now, padded, event_channel, first_event, event,
                        event_amplitude, hold, w_in, places_in,
                    )  # fmt: skip
                    arrive(drive_ring, drive_now, drive)
                    drive_now = (drive_now + padded) & drive_mask
                elif graded:
                    deliver(
                        drive, nowhere, event_channel, first_event, event, event_amplitude, w_in
                    )  # fmt: skip

            if not ARRIVES_FIRST:
                advance(
                    n_neurons, state, syn, drive, spiked, constants, syn_constants, noise,
                    keys[sample], t,
                )  # fmt: skip
            if len(places) == 0:
                deliver(currents, padded, fired, 0, count, values, w)
            if not graded:
                if len(places_in) == 0:
                    deliver(
                        currents, padded, event_channel, first_event, event, event_amplitude, w_in
                    )  # fmt: skip
                else:
                    send(
                        ring, now, slot, event_channel, first_event, event, event_amplitude, 1,
                        w_in, places_in,
                    )  # fmt: skip
            if len(ring) > 0:
                arrive(ring, now, currents)
            if ARRIVES_FIRST:
                advance(
                    n_neurons, state, syn, drive, spiked, constants, syn_constants, noise,
                    keys[sample], t,
                )  # fmt: skip

            count = collect(spiked, fired)
            if not SPIKING:
                copy(state[0], values)
            if learning is not None:
                learn(t, fired, count, w, learning)
            if len(places) > 0:
                if dynamics is None:
                    send(ring, now, slot, fired, 0, count, values, 1, w, places)
                else:
                    send_dynamic(ring, now, fired, count, w, places, dynamics, t)
            now = (now + slot) & ring_mask
            if snapshot < last_snapshot:
                age = plan_step[snapshot] - 1 - t
                for f in range(len(tables)):
                    weight = tables[f, age]
                    for k in range(count):
                        n = fired[k]
                        acc[f, n] += weight if SPIKING else weight * values[n]
                if plan_step[snapshot] == t + 1:
                    snapshot = read(snapshot, last_snapshot, plan_step, acc, potential, tables, out)
                    if feedback is not None:
                        respond(sample, t // hold, out[snapshot - 1], feedback, last)
            if len(record_step) > 0:
                first = n_recorded[0]
                record_step[first : first + count] = t
                copy(fired[:count], record_neuron[first:])
                n_recorded[0] += count
        cursor[:] = (event, snapshot, count, np.int64(now), np.int64(drive_now))
    restore_denormals(control)


def _inner(function, may_allocate=False):
    """Compile a function into its caller, where it costs no call.

    Without numba's runtime it cannot allocate, and no reference to an array is counted: that took
    a fifth of a small network's step.
    """
    options = {"error_model": "numpy", "forceinline": True, "_nrt": may_allocate}
    return njit(function, cache=False, **options)


def _bind(function, scope):
    """Return a copy of a function that looks names up in `scope`."""
    return types.FunctionType(function.__code__, scope)


def _identity(functions):
    """Return what tells functions, with all that they may call, from others; None if nothing does.

    That is where they stand, the values that they read there, and the source of their modules
    and of those of the same package that these take from.
    """
    functions, places, sources = list(functions), [], {}
    try:
        for function in functions:  # which grows by those that are called
            code, scope = function.__code__, function.__globals__
            module = sys.modules[function.__module__]
            # What a function encloses is not in a source, nor is a class that a worker process
            # was sent, or that was typed after the script had run.
            if function.__closure__ or inspect.getsourcefile(module) != code.co_filename:
                return None
            read = [_python(scope[name]) for name in code.co_names if name in scope]
            functions += [value for value in read if inspect.isfunction(value)]
            functions[:] = dict.fromkeys(functions)
            values = [value for value in read if isinstance(value, VALUES)]
            places.append((_home(function), code.co_firstlineno, joblib.hash(values)))
        names = list(map(_home, functions))
        while names:
            name = names.pop()
            if name not in sources:
                module, (package, *_) = sys.modules[name], name.split(".")
                sources[name] = inspect.getsource(module)
                taken_from = map(_home, vars(module).values())
                names += [other for other in taken_from if other.split(".")[0] == package]
    except (AttributeError, KeyError, OSError, TypeError):
        return None  # models typed into a console have no source to tell by
    return places, [sources[name] for name in sorted(sources)]


def _python(value):
    """Return the function that was compiled, and what is not compiled as it is."""
    return getattr(value, "py_func", value)


def _home(value):
    """Return the name of the module that a value is or comes from, empty if there is none."""
    name = value.__name__ if inspect.ismodule(value) else getattr(value, "__module__", None)
    return name if isinstance(name, str) else ""


@functools.cache
def _parts(dtype):
    """Compile the parts of a step that need no model, once for all kernels of a precision."""
    scope = {
        **vars(_noise),
        **vars(_steps),
        **vars(_feedback),
        **globals(),
        "real": np.dtype(dtype).type,
    }
    for part in (*_noise.PARTS, *_steps.PARTS):  # each after those that it calls
        scope[part.__name__] = _inner(_bind(part, scope))
    for part in _feedback.PARTS:
        scope[part.__name__] = _inner(_bind(part, scope), may_allocate=True)
    return scope


@functools.cache
def kernel_for(neuron, synapse, dtype, rule=None):
    """Compile the loop for a combination of models.

    Parameters
    ----------
    neuron, synapse : class
        Models, see :mod:`lsm.neurons` and :mod:`lsm.synapses`.
    dtype : {"float32", "float64"}
        Precision of state and weights.
    rule : class, optional
        What changes the weights as it runs, see :mod:`lsm.plasticity`.

    Returns
    -------
    kernel : numba dispatcher
    """
    of_models = {
        "neuron_step": neuron.step,
        "synapse_current": synapse.current,
        "synapse_decay": synapse.decay,
    }
    if rule is not None:
        names = ("on_pre", "on_post", "decay_traces", "add_to_traces")
        of_models |= {name: getattr(rule, name) for name in names}
    of_models = {name: _python(part) for name, part in of_models.items()}
    scope = _parts(dtype) | {
        name: _inner(part, may_allocate=True) for name, part in of_models.items()
    }
    flags = {
        "STOCHASTIC": neuron.stochastic,
        "SPIKING": neuron.spiking,
        "ARRIVES_FIRST": synapse.arrives_first,
    }
    scope |= flags
    for part in _steps.OF_MODELS:
        scope[part.__name__] = _inner(_bind(part, scope))
    bound = _bind(_loop, scope)
    # numba keys a cached kernel by its own code and this file's time stamp: with the identity of
    # all it calls in its name, one of other models is another, as is one that is edited.
    identity = _identity((*of_models.values(), _loop))
    digest = hashlib.blake2b(repr((identity, flags)).encode(), digest_size=6).hexdigest()
    bound.__qualname__ = bound.__name__ = f"loop_{dtype}_{digest}"
    bound.__module__ = __name__
    return njit(bound, cache=identity is not None, error_model="numpy", _nrt=False)
