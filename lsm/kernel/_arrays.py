"""Arguments of the compiled loop: arrays that are read by name.

Python and compiled code read the same fields. An argument that may be None is not a field but an
argument of its own: only then does numba leave out the branches that depend on it.
"""

from typing import NamedTuple

import numpy as np

__all__ = [
    "CURSOR", "Events", "Incoming", "LaterLearning", "Learning", "Matrix", "Population", "Readings",
    "Recording", "Scratch", "ShortTerm", "Team", "aligned_zeros", "as_real", "frozen",
]  # fmt: skip

LINE = 64  # bytes of a cache line and of the widest vectors
FEW = 4  # places of the list of spikes that are written without a question


class Events(NamedTuple):
    """Input of all samples.

    Attributes
    ----------
    offset : int64 array of shape (n_samples + 1,)
        Events of sample i are those from `offset[i]` to before `offset[i + 1]`.
    row : int32 array of shape (n_events,)
        Row of the sample in which the event comes.
    channel : int32 array of shape (n_events,)
        Input channel.
    amplitude : float32 array of shape (n_events,) or (0,)
        Number of spikes, or current in nA; empty where every event is one spike.
    n_steps : int64 array of shape (n_samples,)
        Length of each sample in steps.
    key : uint32 array of shape (n_samples,)
        Keys of the random numbers, see :mod:`lsm.kernel._noise`.
    row_start : int64 array of shape (n_rows + 1,)
        Step at which each row begins, of as many rows as the longest sample has.
    graded : bool
        Whether amplitudes are currents that are held for a row.
    dense : bool
        Whether there are no events but rows of values: `amplitude` holds all rows one after the
        other, those of sample i from `offset[i]` on, and `channel` the channels of a row.
    """

    offset: np.ndarray
    row: np.ndarray
    channel: np.ndarray
    amplitude: np.ndarray
    n_steps: np.ndarray
    key: np.ndarray
    row_start: np.ndarray
    graded: bool
    dense: bool


class Population(NamedTuple):
    """Neurons with the currents of their synapses.

    Attributes
    ----------
    constants, syn_constants : tuple of numbers, or of arrays of shape (n_updated,)
        Constants of one step, of the neurons and of the synapses.
    initial : tuple of arrays of shape (n_updated,)
        State of the neurons at the start of a sample.
    syn_initial : tuple of arrays
        State of the synapses at the start of a sample: excitatory and inhibitory currents of
        shape (n_padded,), then further state, of `n_updated` neurons.
    bias : array of shape (n_neurons,)
        Constant current in nA.
    first : int
        Number of neurons of the network before the first of these, where threads share a sample.
    n_padded : int
        Length of an array of currents of the whole network.
    """

    constants: tuple
    syn_constants: tuple
    initial: tuple
    syn_initial: tuple
    bias: np.ndarray
    first: int
    n_padded: int


class Matrix(NamedTuple):
    """Weights from sources (input channels or neurons) to neurons.

    Synapses of a source are those from `indptr[source]` to before `end[source]`. Weights of zero
    or above come first, negative ones from `split[source]` on. The two add to separate currents,
    which stand one after the other in a buffer of `2 * n_padded` numbers.
    A weight adds to the place `base[source] + target[synapse]` of the buffer, modulo 2**64.

    Attributes
    ----------
    indptr, end : uint64 arrays of shape (n_sources,) or more
        First synapse of each source, and the one behind its last.
    split : uint64 array of shape (n_sources,)
        First synapse of each source that has a negative weight.
    target : uint32 array of shape (n_synapses,)
        Neuron that the synapse leads to; of a negative weight, `n_padded` more than that if its
        source has weights of both signs.
    weight : array of shape (n_synapses,)
        Weight in nA.
    dense : array of shape (n_sources, n_padded) or (n_sources, 2 * n_padded), or (0, 0)
        The same weights with their zeros, where these are faster to add. Of the second shape if
        a source has weights of both signs: excitatory ones, then inhibitory ones.
    base : uint64 array of shape (n_sources,)
        Place in the buffer where the targets of the source begin: `n_padded` if all its weights
        are negative, else zero.
    far : bool
        Whether the weights are more than the nearest caches hold.
    place : uint32 array of shape (n_synapses,) or (0,)
        Place in a ring, counted from the slot of the present step; empty without delays.
    """

    indptr: np.ndarray
    end: np.ndarray
    split: np.ndarray
    target: np.ndarray
    weight: np.ndarray
    dense: np.ndarray
    base: np.ndarray
    far: bool
    place: np.ndarray


class ShortTerm(NamedTuple):
    """State and parameters of dynamic synapses.

    Attributes
    ----------
    last_spike : int64 array of shape (n_neurons,)
        Step of each neuron's last spike.
    use, recovery, facilitation : arrays of shape (n_synapses,)
        Use U, and rates of recovery and of facilitation per step.
    utilisation, resources : arrays of shape (n_synapses,)
        Variables u and R of the model.
    """

    last_spike: np.ndarray
    use: np.ndarray
    recovery: np.ndarray
    facilitation: np.ndarray
    utilisation: np.ndarray
    resources: np.ndarray


class Incoming(NamedTuple):
    """Excitatory synapses by target.

    Attributes
    ----------
    indptr : uint64 array of shape (n_neurons + 1,)
        Entries of neuron n are those from `indptr[n]` to before `indptr[n + 1]`.
    synapse : uint32 array
        Index of the synapse in the matrix.
    source : uint32 array
        Presynaptic neuron.
    """

    indptr: np.ndarray
    synapse: np.ndarray
    source: np.ndarray


class Learning(NamedTuple):
    """Numbers of a rule that changes weights at spikes.

    Attributes
    ----------
    constants : tuple of numbers
        Constants of the rule.
    traces : tuple of arrays of shape (n_neurons,)
        Traces of the neurons.
    synapse_state : tuple of arrays of shape (n_synapses,)
        State of the synapses.
    incoming : Incoming
        The synapses that change, by target.
    """

    constants: tuple
    traces: tuple
    synapse_state: tuple
    incoming: Incoming


class LaterLearning(NamedTuple):
    """Numbers of a separable rule, whose changes at the spikes of targets wait.

    Attributes
    ----------
    constants, traces, synapse_state : tuples
        As of :class:`Learning`; the first trace is that of the source.
    highest : number
        Highest weight in nA.
    decay : number
        Factor by which the first trace decays in a step.
    least, negligible : number
        Clock at which all weights are brought up to date, and first trace that is taken for zero.
    clock : array of shape (1,)
        Decay of the first trace since all weights were last brought up to date.
    risen : array of shape (n_neurons,)
        Sum over the spikes of each neuron since then: the rise of weights for a trace of one,
        times the clock at the spike.
    rises : array of shape (n_neurons,)
        Rise by a spike in this step; zero between steps.
    seen : array of shape (n_synapses,)
        Part of its target's `risen` that each synapse already has.
    """

    constants: tuple
    traces: tuple
    synapse_state: tuple
    highest: np.number
    decay: np.number
    least: np.number
    negligible: np.number
    clock: np.ndarray
    risen: np.ndarray
    rises: np.ndarray
    seen: np.ndarray


class Readings(NamedTuple):
    """Times of the readings, filters, and the array that is filled.

    Attributes
    ----------
    offset : int64 array of shape (n_samples + 1,)
        Readings of sample i are those from `offset[i]` to before `offset[i + 1]`.
    step : int32 array of shape (n_readings,)
        Number of steps after which to read.
    potential : bool
        Whether the first filter gives the membrane potential instead.
    table : array of shape (n_filters, n_ages)
        Weight of a spike in each filter by its age in steps.
    out : array of shape (n_readings, n_filters, n_neurons)
        The readings.
    """

    offset: np.ndarray
    step: np.ndarray
    potential: bool
    table: np.ndarray
    out: np.ndarray


class Team(NamedTuple):
    """Threads that run the same sample, each a block of its neurons.

    Attributes
    ----------
    me : int
        Block of this thread.
    first : int64 array of shape (n_blocks,)
        First neuron of each block.
    progress : int64 array of shape (n_blocks, 8)
        Last step that each block has published; the numbers of its spikes in an even and in an
        odd step. A row is a cache line.
    published : uint32 array of shape (2, n_neurons)
        Lists of the neurons that spiked in an even and in an odd step, each block's from its first
        neuron on.
    senders : uint32 array of shape (n_neurons,)
        List of all neurons that spiked in the last step, of this thread.
    is_off : int64 array of shape (1,)
        Not zero if no thread is to wait for another one any more.
    """

    me: int
    first: np.ndarray
    progress: np.ndarray
    published: np.ndarray
    senders: np.ndarray
    is_off: np.ndarray


class Scratch(NamedTuple):
    """Arrays that one thread works in.

    A ring holds arrivals of later steps, a slot for each step; the number of slots is a power of
    two. The numbers of neurons are rounded up: to `n_updated`, so that vector instructions update
    all neurons, and to `n_padded`. What the numbers behind the last neuron become is ignored.

    Attributes
    ----------
    state : tuple of arrays of shape (n_updated,)
        State of the neurons, the membrane potential first.
    currents : array of shape (2 * n_padded,)
        Excitatory currents, then inhibitory ones.
    syn_further : tuple of arrays
        State of the synapses beyond the currents.
    drive : array of shape (n_padded,)
        Bias, graded input and feedback in nA.
    ring : array of shape (n_slots * 2 * n_padded,)
        Later arrivals of spikes.
    drive_ring : array of shape (n_slots * n_padded,)
        Later arrivals of graded input.
    spiked : uint8 array of a multiple of 64 bytes
        Whether each neuron spiked in this step.
    fired : uint32 array of shape (n_neurons + FEW,)
        List of the neurons that spiked.
    activation : array of shape (n_updated,) or (0,)
        Output of neurons that send no spikes.
    filtered : array of shape (n_filters, n_neurons)
        Spikes so far, filtered up to the next reading.
    features : float64 array of shape (n_features,) or (0,)
        Features of a row for the readout in the loop.
    products : float64 array of shape (n_filters, n_features) or (0, 0)
        Products of the features of each filter with the matrix of a readout that learns.
    cursor : array of shape (1,) of dtype `CURSOR`
        Position at which the next window of steps goes on.
    overflow : int64 array of shape (2,)
        First sample at whose end a neuron is NaN or infinite, and this neuron; else -1.
    """

    state: tuple
    currents: np.ndarray
    syn_further: tuple
    drive: np.ndarray
    ring: np.ndarray
    drive_ring: np.ndarray
    spiked: np.ndarray
    fired: np.ndarray
    activation: np.ndarray
    filtered: np.ndarray
    features: np.ndarray
    products: np.ndarray
    cursor: np.ndarray
    overflow: np.ndarray


# Of `np.record`, whose fields are attributes in Python too.
CURSOR = np.dtype(
    (
        np.record,
        [
            ("event", np.int64),  # next event
            ("reading", np.int64),  # next reading
            ("row", np.int64),  # next row
            ("n_fired", np.int64),  # neurons that spiked in the last step
            ("now", np.uint64),  # slot of the present step in the ring
            ("drive_now", np.uint64),  # and in the ring of graded input
        ],
    )
)


class Recording(NamedTuple):
    """All spikes of a window of steps.

    Attributes
    ----------
    step, neuron : int32 and uint32 arrays
        Spikes in the order of time, filled up to `count`; empty if nothing is recorded.
    count : int64 array of shape (1,)
        Number of spikes.
    """

    step: np.ndarray
    neuron: np.ndarray
    count: np.ndarray  # type: ignore[assignment]  # hides the method of tuples


def aligned_zeros(shape, dtype):
    """Return zeros whose first lies at the start of a cache line."""
    n_bytes = int(np.prod(shape)) * np.dtype(dtype).itemsize
    raw = np.zeros(n_bytes + LINE, np.uint8)
    start = -raw.ctypes.data % LINE
    return raw[start : start + n_bytes].view(dtype).reshape(shape)


def frozen(array):
    """Return a read-only view: numba would compile anew for the read-only arrays of joblib."""
    view = np.ascontiguousarray(array).view()
    view.setflags(write=False)
    return view


def as_real(array, dtype):
    """Return numbers in the precision of the run, read-only."""
    try:
        with np.errstate(over="raise"):
            return frozen(np.asarray(array, dtype=dtype))
    except FloatingPointError:
        raise ValueError(
            f"a weight, a bias or another number of the network is beyond what {dtype} "
            f"can hold, {np.finfo(dtype).max:.2g}"
        ) from None
