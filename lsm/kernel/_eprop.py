"""E-prop of one sample: the network, its eligibility traces, and the gradient, compiled."""

from typing import NamedTuple

import numpy as np

from .._jit import njit
from ..neurons import LIF
from ..synapses import Delta

__all__ = [
    "Cells",
    "Lessons",
    "Outputs",
    "Sums",
    "Synapses",
    "currents",
    "pack_cells",
    "pack_synapses",
    "run",
]

# Rows of the traces of synapses. Those of v, h and w are derivatives by the weight.
ARRIVED, PUSH, OF_V, OF_H, OF_W, FILTERED, SUM = range(7)


class Cells(NamedTuple):
    """Constants of the neurons, arrays of shape (n_neurons,); LIF neurons do not adapt.

    Attributes
    ----------
    decay, gain, rest, threshold, reset, refractory, decay_h, jump_h, mean_w, decay_w, jump_w
        As of `AdaptiveLIF.step`.
    slope : array of shape (n_neurons,)
        Derivative of a spike at the threshold, per mV.
    width : array of shape (n_neurons,)
        Distance from the threshold in mV at which the derivative vanishes.
    initial : array of shape (4, n_neurons)
        Potential, refractory steps, raised threshold and adaptation at the start of a sample.
    """

    decay: np.ndarray
    gain: np.ndarray
    rest: np.ndarray
    threshold: np.ndarray
    reset: np.ndarray
    refractory: np.ndarray
    decay_h: np.ndarray
    jump_h: np.ndarray
    mean_w: np.ndarray
    decay_w: np.ndarray
    jump_w: np.ndarray
    slope: np.ndarray
    width: np.ndarray
    initial: np.ndarray


class Synapses(NamedTuple):
    """All synapses, by target; sources are the input channels, then the neurons.

    Attributes
    ----------
    start : int64 array of shape (n_neurons + 1,)
        Synapses onto neuron n are those from `start[n]` to before `start[n + 1]`.
    source : int64 array of shape (n_synapses,)
        Channel, or number of channels plus neuron.
    lag : int64 array of shape (n_synapses,)
        Steps from the activity of the source to its first effect on the potential.
    push : array of shape (n_synapses,)
        Mean current in a step for a weight of one that has arrived, in nA.
    keep : array of shape (n_synapses,)
        Share of the current that is left after a step.
    """

    start: np.ndarray
    source: np.ndarray
    lag: np.ndarray
    push: np.ndarray
    keep: np.ndarray

    @property
    def target(self):
        """Target of each synapse, an int64 array of shape (n_synapses,)."""
        return np.repeat(np.arange(len(self.start) - 1), np.diff(self.start))


class Outputs(NamedTuple):
    """Linear outputs of the filtered spikes, and the way of their errors back.

    Attributes
    ----------
    coef : array of shape (n_outputs, n_neurons)
        Weights of the outputs.
    intercept : array of shape (n_outputs,)
        Their constants.
    feedback : array of shape (n_outputs, n_neurons)
        Weights of the errors in the learning signals.
    decay : float
        Decay of the filter in a step.
    softmax : bool
        Whether the outputs are logarithms of odds of classes, or numbers.
    """

    coef: np.ndarray
    intercept: np.ndarray
    feedback: np.ndarray
    decay: float
    softmax: bool


class Lessons(NamedTuple):
    """Steps of one sample at which there is a target.

    Attributes
    ----------
    step : int64 array of shape (n_lessons,)
        Steps after which the outputs are compared, increasing.
    target : array of shape (n_lessons, n_outputs)
        Targets; probabilities of the classes with a softmax.
    """

    step: np.ndarray
    target: np.ndarray


class Sums(NamedTuple):
    """Sums over the steps of one sample, filled by a run.

    Attributes
    ----------
    loss : array of shape (1,)
        Loss of all lessons.
    gradient : array of shape (n_synapses,)
        Gradient of this loss, as far as e-prop knows it.
    eligibility : array of shape (n_synapses,)
        Eligibility traces: the derivative of the target neuron's number of spikes.
    spikes : array of shape (n_neurons,)
        Number of spikes of each neuron.
    coef : array of shape (n_outputs, n_neurons)
        Gradient of the outputs' weights.
    intercept : array of shape (n_outputs,)
        Gradient of the outputs' constants.
    """

    loss: np.ndarray
    gradient: np.ndarray
    eligibility: np.ndarray
    spikes: np.ndarray
    coef: np.ndarray
    intercept: np.ndarray

    @classmethod
    def zeros(cls, n_synapses, outputs):
        """Return sums of no step."""
        n_outputs, n_neurons = outputs.coef.shape
        shapes = 1, n_synapses, n_synapses, n_neurons, (n_outputs, n_neurons), n_outputs
        return cls(*map(np.zeros, shapes))


def pack_cells(network, eprop):
    """Return the constants of a network's neurons, :class:`Cells`."""
    constants, initial = network.constants, network.initial
    if type(network.neurons) is LIF:
        constants = (*constants[:6], *[0.0] * 5)
        initial = (*initial, *np.zeros((2, network.n_neurons)))
    scale = np.subtract(network.parameters["v_threshold"], network.parameters["v_reset"])
    constants = (*constants[:11], eprop.dampening / scale, eprop.width * scale)
    rows = [np.broadcast_to(c, network.n_neurons).astype(float) for c in constants]
    return Cells(*rows, np.array(initial, dtype=float))


def pack_synapses(network):
    """Return all synapses by target.

    Returns
    -------
    synapses : Synapses
    order : int64 array of shape (n_synapses,)
        For each synapse its index among the weights of the input and then the recurrent ones.
    """
    (n_channels, n_neurons), parts = network.w_in.shape, (network.w_in, network.w)
    weights = np.concatenate([w.data for w in parts])
    order = np.argsort(np.concatenate([w.indices for w in parts]), kind="stable")
    target = np.concatenate([w.indices for w in parts])[order]
    source = [np.repeat(np.arange(w.shape[0]), np.diff(w.indptr)) for w in parts]
    source = np.concatenate([source[0], n_channels + source[1]])[order].astype(np.int64)
    # A spike that arrives in a step acts in this step or in the next one.
    at_once = int(network.synapses.arrives_first)
    delays = (network.delays_in, network.delays)
    lag = [np.broadcast_to(d, w.nnz) + 1 - at_once for d, w in zip(delays, parts, strict=True)]
    if network.graded:  # an input current acts in its own step
        lag[0] = np.broadcast_to(network.delays_in, network.w_in.nnz)
    nothing = np.zeros(len(order))
    synapses = Synapses(
        start=np.searchsorted(target, np.arange(n_neurons + 1)),
        source=source,
        lag=np.concatenate(lag)[order].astype(np.int64),
        push=nothing,
        keep=nothing,
    )
    push, keep = currents(network, weights[order], synapses)
    return synapses._replace(push=push, keep=keep), order


def currents(network, weight, synapses):
    """Return `push` and `keep` of :class:`Synapses`, which depend on the signs of the weights."""
    constants = [np.broadcast_to(c, network.n_neurons) for c in network.syn_constants]
    constants = [constant[synapses.target] for constant in constants]
    if type(network.synapses) is Delta:
        push, keep = constants[0], np.zeros(len(weight))
    else:
        push_exc, push_inh, keep_exc, keep_inh = constants
        push = np.where(np.signbit(weight), push_inh, push_exc)
        keep = np.where(np.signbit(weight), keep_inh, keep_exc)
    if network.graded:  # an input current acts as it is, and in no other step
        is_input = synapses.source < network.w_in.shape[0]
        push, keep = np.where(is_input, 1.0, push), np.where(is_input, 0.0, keep)
    return push, keep


@njit
def run(activity, n_before, drive, weight, cells, synapses, outputs, lessons, sums):
    """Run one sample, and add up its gradient; the same as :func:`run_reference`.

    Parameters
    ----------
    activity : array of shape (n_before + n_steps, n_channels + n_neurons)
        Spikes or currents of the channels; filled with the spikes of the neurons.
    n_before : int
        Silent steps at the start of `activity`, as many as the longest lag.
    drive : array of shape (n_steps, n_neurons), or (1, n_neurons) if it does not change
        Bias and noise in nA.
    weight : array of shape (n_synapses,)
        Weights in nA.
    cells, synapses, outputs, lessons : Cells, Synapses, Outputs, Lessons
        The network, its outputs and their targets.
    sums : Sums
        Filled.
    """
    n_neurons, width = drive.shape[1], activity.shape[1]
    n_steps, n_channels = len(activity) - n_before, width - n_neurons
    past, place = activity.ravel(), (n_before - synapses.lag) * width + synapses.source
    # One array of all traces: of arrays that might overlap, numba makes no vector instructions.
    traces = np.zeros((7, len(weight)))
    v, wait, h, w = cells.initial.copy()
    spikes, trace, lesson = np.zeros(n_neurons), np.zeros(n_neurons), 0
    for t in range(n_steps):
        for n in range(n_neurons):
            first, end = synapses.start[n], synapses.start[n + 1]
            current = drive[min(t, len(drive) - 1), n] - cells.mean_w[n] * w[n]
            current += _receive(first, end, past[t * width :], place, weight, synapses, traces)
            is_open = wait[n] < 1
            if is_open:
                v[n] = cells.rest[n] + cells.decay[n] * (v[n] - cells.rest[n])
                v[n] += cells.gain[n] * current
            above = v[n] - cells.threshold[n] - cells.decay_h[n] * h[n]
            spikes[n] = above >= 0
            slope = cells.slope[n] * max(0.0, 1 - abs(above) / cells.width[n]) * is_open
            _trace(first, end, n, is_open, slope, 1 - spikes[n], cells, outputs.decay, traces)
            h[n] = cells.decay_h[n] * h[n] + cells.jump_h[n] * spikes[n]
            w[n] = cells.decay_w[n] * w[n] + cells.jump_w[n] * spikes[n]
            wait[n] = cells.refractory[n] if spikes[n] else wait[n] - 1
            v[n] = cells.reset[n] if spikes[n] else v[n]
        activity[n_before + t, n_channels:] = spikes
        sums.spikes[:] += spikes
        trace = outputs.decay * trace + spikes
        if lesson < len(lessons.step) and lessons.step[lesson] == t + 1:
            error = _compare(trace, lessons.target[lesson], outputs, sums)
            for n in range(n_neurons):
                signal = 0.0
                for k in range(len(error)):
                    signal += error[k] * outputs.feedback[k, n]
                for s in range(synapses.start[n], synapses.start[n + 1]):
                    sums.gradient[s] += signal * traces[FILTERED, s]
            lesson += 1
    sums.eligibility[:] += traces[SUM]


@njit
def _receive(first, end, past, place, weight, synapses, traces):
    """Move the currents of synapses by one step; return their sum."""
    total = 0.0
    for s in range(np.uint64(first), np.uint64(end)):
        arrived = synapses.keep[s] * traces[ARRIVED, s] + past[place[s]]
        traces[ARRIVED, s] = arrived
        traces[PUSH, s] = synapses.push[s] * arrived
        total += weight[s] * traces[PUSH, s]
    return total


@njit
def _trace(first, end, n, is_open, slope, stays, cells, decay_out, traces):
    """Move the eligibility traces of the synapses onto neuron n by one step."""
    decay, gain = cells.decay[n] * is_open, cells.gain[n] * is_open
    decay_h, jump_h = cells.decay_h[n], cells.jump_h[n]
    mean_w, decay_w, jump_w = cells.mean_w[n], cells.decay_w[n], cells.jump_w[n]
    for s in range(np.uint64(first), np.uint64(end)):
        of_v, of_h, of_w = traces[OF_V, s], traces[OF_H, s], traces[OF_W, s]
        of_v = decay * of_v + gain * (traces[PUSH, s] - mean_w * of_w)
        e = slope * (of_v - decay_h * of_h)
        traces[OF_V, s] = of_v * stays
        traces[OF_H, s] = decay_h * of_h + jump_h * e
        traces[OF_W, s] = decay_w * of_w + jump_w * e
        traces[FILTERED, s] = decay_out * traces[FILTERED, s] + e
        traces[SUM, s] += e


@njit
def _compare(trace, target, outputs, sums):
    """Add loss and gradient of the outputs at one step; return their errors."""
    y = outputs.intercept.copy()
    for k in range(len(y)):
        for n in range(len(trace)):
            y[k] += outputs.coef[k, n] * trace[n]
    if outputs.softmax:
        log_p = y - y.max()
        log_p -= np.log(np.exp(log_p).sum())
        sums.loss[0] -= (target * log_p).sum()
        error = np.exp(log_p) - target
    else:
        error = y - target
        sums.loss[0] += (error**2).sum() / 2
    for k in range(len(y)):
        sums.intercept[k] += error[k]
        for n in range(len(trace)):
            sums.coef[k, n] += error[k] * trace[n]
    return error
