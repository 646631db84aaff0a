"""Changes of weights at spikes, in the compiled loop.

A weight is read when its source spikes, and only then. So a change at a spike of the target may
wait for the next spike of the source, which a separable rule makes use of, see
:class:`lsm.plasticity.SpikeRule`: such changes are summed for each target, not for each synapse.
"""

import numpy as np
from numba.extending import register_jitable

from .._jit import njit
from ._cpu import arguments_are_apart, prefer_wide_vectors, prefetch

__all__ = ["PARTS", "bring_up_to_date", "learn", "learn_later"]

# Placeholders, see `lsm.kernel._compile.kernel_for`.
real = fetch_ahead = on_pre = on_post = rise = decay_traces = add_to_traces = None


def learn(step, fired, n_fired, matrix, learning):
    """Change the excitatory synapses from and to the neurons that spiked."""
    target, weight, incoming = matrix.target, matrix.weight, learning.incoming
    constants, traces, synapse_state = learning.constants, learning.traces, learning.synapse_state
    zero = real(0)
    for n in range(len(incoming.indptr) - 1):
        decay_traces(n, traces, constants)
    for i in range(n_fired):
        pre = fired[i]
        for s in range(matrix.indptr[pre], matrix.split[pre]):
            w = on_pre(s, pre, target[s], step, weight[s], traces, synapse_state, constants)
            weight[s] = max(w, zero)
    for i in range(n_fired):
        post = fired[i]
        for k in range(incoming.indptr[post], incoming.indptr[post + 1]):
            s, pre = incoming.synapse[k], incoming.source[k]
            w = on_post(s, pre, post, step, weight[s], traces, synapse_state, constants)
            weight[s] = max(w, zero)
    for i in range(n_fired):
        add_to_traces(fired[i], traces, constants)


def learn_later(step, fired, n_fired, matrix, learning):
    """Change the excitatory synapses from the neurons that spiked, by a separable rule.

    A spike of a target at a time t raises a weight by `trace(t) * rise(t)`. Since its last spike
    the trace of the source has decayed as `clock` has, so that this is
    `trace(now) / clock(now) * clock(t) * rise(t)`. The last two factors are the same for all
    sources: their sum over the spikes of a target is `risen`, and the part of this sum that a
    synapse already has is `seen`.
    """
    prefer_wide_vectors()
    traces, rises = learning.traces, learning.rises
    end, one = np.uint64(n_fired), np.uint64(1)
    for n in range(len(rises)):
        decay_traces(n, traces, learning.constants)
    learning.clock[0] *= learning.decay
    for i in range(end):
        rises[fired[i]] = rise(fired[i], traces, learning.constants)
    for i in range(end):
        if matrix.far and i + one < end:
            fetch(fired[i + one], matrix, learning)
        renew(fired[i], step, matrix, learning)
    for i in range(end):
        n = fired[i]
        learning.risen[n] += learning.clock[0] * rises[n]
        rises[n] = 0
        add_to_traces(n, traces, learning.constants)
    if learning.clock[0] < learning.least:
        catch_up(matrix, learning)


def fetch(source, matrix, learning):
    """Fetch the synapses of a source that comes next."""
    for s in range(matrix.indptr[source], matrix.split[source], np.uint64(16)):
        prefetch(matrix.target, s)
        prefetch(matrix.weight, s)
        prefetch(learning.seen, s)


def renew(pre, step, matrix, learning):
    """Bring the weights of a source up to date, and let its spike change them."""
    prefer_wide_vectors()
    arguments_are_apart()
    target, weight, seen = matrix.target, matrix.weight, learning.seen
    constants, traces, synapse_state = learning.constants, learning.traces, learning.synapse_state
    risen, rises, highest = learning.risen, learning.rises, learning.highest
    clock, trace, zero = learning.clock[0], traces[0][pre], real(0)
    owed = trace / clock
    for s in range(matrix.indptr[pre], matrix.split[pre]):
        post = target[s]
        w = raised(weight[s], owed * (risen[post] - seen[s]), highest)
        w = max(on_pre(s, pre, post, step, w, traces, synapse_state, constants), zero)
        weight[s] = raised(w, trace * rises[post], highest)  # by a spike in this very step
        seen[s] = risen[post] + clock * rises[post]


@register_jitable
def raised(w, by, highest):
    """Raise a weight, not above the highest; one that is above stays."""
    return max(w, min(w + by, highest))


@register_jitable
def catch_up(matrix, learning):
    """Bring all weights up to date, and let the clock start again."""
    prefer_wide_vectors()
    arguments_are_apart()
    target, weight, seen = matrix.target, matrix.weight, learning.seen
    risen, clock, trace = learning.risen, learning.clock, learning.traces[0]
    for pre in range(len(risen)):
        if trace[pre] > 0:
            owed = trace[pre] / clock[0]
            for s in range(matrix.indptr[pre], matrix.split[pre]):
                change = owed * (risen[target[s]] - seen[s])
                weight[s] = raised(weight[s], change, learning.highest)
                seen[s] = 0
            if trace[pre] < learning.negligible:  # or a silent neuron would be visited for ever
                trace[pre] = 0
    for n in range(len(risen)):
        risen[n] = 0
    clock[0] = 1


@njit
def bring_up_to_date(matrix, learning):
    """Bring all weights up to date; as `catch_up`, for Python."""
    catch_up(matrix, learning)


PARTS = fetch, raised, catch_up
OF_RULES = renew, learn_later, learn
