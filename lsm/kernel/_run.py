"""Runs of the compiled loop."""

from typing import Any

import numpy as np
from numba.core.errors import NumbaError

from .._jit import announced, folder_of
from ._arrays import CURSOR, FEW, Recording, Scratch, ShortTerm, aligned_zeros, as_real
from ._compile import kernel_for
from ._pack import pack_events, pack_network, pack_readings

__all__ = ["Run"]

# Kinds of calls that have been compiled or loaded in this process.
_called: set[tuple[Any, ...]] = set()


def _recording(capacity):
    """Return a :class:`Recording` for a number of spikes."""
    return Recording(
        step=np.empty(capacity, np.int32),
        neuron=np.empty(capacity, np.uint32),
        count=np.zeros(1, np.int64),
    )


NOTHING = _recording(0)


class Run:
    """A network, its input and its readings, ready for the compiled loop.

    Parameters
    ----------
    network : Network
        The network.
    spikes : SpikeArray
        The input.
    plan : Plan
        Times and filters of the readings.
    dtype : {"float32", "float64"}
        Precision.
    rule : rule, optional
        Rule that changes the weights at spikes, see :mod:`lsm.plasticity`.
    closed_loop : Loop, optional
        Readout whose outputs flow back into the network.

    Attributes
    ----------
    network : PackedNetwork
        The network; another one of the same models and size may take its place between calls.
    events : Events
        The input.
    readings : Readings
        Filled by the calls.
    """

    def __init__(self, network, spikes, plan, dtype, *, rule=None, closed_loop=None):
        if spikes.n_channels != network.w_in.shape[0]:
            raise ValueError(
                f"X has {spikes.n_channels} channels, but the network has {network.w_in.shape[0]}"
            )
        self.team = None
        self.dtype, self.models = np.dtype(dtype), (network.neurons, network.synapses, rule)
        of_rule = (None, False) if rule is None else (type(rule), rule.is_separable)
        self.kernel = kernel_for(
            type(network.neurons), type(network.synapses), str(self.dtype), *of_rule
        )
        row_start = network.row_start(spikes)
        self.network = pack_network(
            network, spikes.row_duration, self.dtype, plastic=rule is not None
        )
        self.events = pack_events(network, spikes, row_start)
        longest = int(max(self.events.n_steps.max(), plan.times.max(initial=0)))
        self.readings = pack_readings(plan, longest, network.n_neurons, self.dtype)
        self.closed_loop = None
        if closed_loop is not None:
            _check_loop(closed_loop, self.readings.out.shape, len(spikes))
            weights = as_real(closed_loop.weights, self.dtype)
            self.closed_loop = closed_loop._replace(weights=weights)

    def __call__(self, samples, windows, *, record=False, stopped=None, learning=None, arrays=None):
        """Run some samples through windows of steps.

        Parameters
        ----------
        samples : tuple of 2 int
            First sample, and the one behind the last.
        windows : list of tuples of 2 int
            First step of each window, and the one behind its last.
        record : bool, default=False
            Whether to return all spikes; there must be a single sample then.
        stopped : function, optional
            Called before each window; the run ends if it returns True.
        learning : Learning, optional
            Numbers of the rule.
        arrays : tuple, optional
            The arrays of :meth:`allocate`, for a run that goes on from call to call.

        Returns
        -------
        recorded : list of (steps, neurons)
            One pair if `record`, else empty.
        """
        can_repeat = learning is None and arrays is None
        recorded, arrays = [], arrays or self.allocate()
        overflow = arrays[0].overflow
        for window in windows:
            if stopped is not None and stopped():
                return []
            recording = self._run(samples, window, arrays, learning, record)
            if overflow[0] >= 0:
                raise ValueError(self._describe_overflow(*overflow, can_repeat))
            if record:
                last = slice(recording.count[0])
                recorded.append((recording.step[last].copy(), recording.neuron[last].copy()))
        if not record:
            return []
        return [tuple(np.concatenate(parts) for parts in zip(*recorded, strict=True))]

    def _run(self, samples, window, arrays, learning=None, record=False):
        """Run some samples through one window of steps; return the :class:`Recording`."""
        network, (scratch, short_term) = self.network, arrays
        # Excitatory and inhibitory currents; to cut them apart in the loop cost 1 %.
        syn = (*scratch.currents.reshape(2, -1), *scratch.syn_further)
        recording = NOTHING
        if record:
            recording = _recording((window[1] - window[0]) * len(network.population.bias))
        self._call(
            samples, window, self.events, network.population, network.noise, network.inputs,
            network.recurrence, short_term, learning, self.closed_loop, self.team, scratch,
            syn, self.readings, recording,
        )  # fmt: skip
        return recording

    def _describe_overflow(self, sample, neuron, can_repeat):
        """Return a message about a neuron that is NaN or infinite, with the step if possible."""
        low, high = 0, int(self.events.n_steps[sample])  # finite after `low`, but not after `high`
        while can_repeat and high - low > 1:
            middle, arrays = (low + high) // 2, self.allocate()
            self._run((sample, sample + 1), (0, middle), arrays)
            parts = (*arrays[0].state, arrays[0].currents, *arrays[0].syn_further)
            if all(np.isfinite(part).all() for part in parts):
                low = middle
            else:
                high = middle
        when = f"in step {high - 1}" if can_repeat else "before the end"
        return (
            f"neuron {neuron} became NaN or infinite {when} of sample {sample}: a weight or an "
            f"amplitude is too large for {self.dtype}; scale it down"
        )

    def allocate(self):
        """Allocate the arrays that one thread works in.

        Returns
        -------
        scratch : Scratch
        short_term : ShortTerm or None
            None without dynamic synapses.
        """
        network, n_filters = self.network, self.readings.out.shape[1]
        n_neurons = len(network.population.bias)
        n_updated, n_padded = network.n_updated, network.n_padded

        def zeros(*shape):
            return aligned_zeros(shape, self.dtype)

        n_features = self.closed_loop.coef.shape[1] if self.closed_loop else 0
        spiked = aligned_zeros(-(-n_updated // 64) * 64, np.uint8)
        spiked[:n_neurons] = not network.spiking  # an activation is sent in every step
        scratch = Scratch(
            state=tuple(zeros(n_updated) for _ in network.population.initial),
            currents=zeros(2 * n_padded),
            syn_further=tuple(zeros(*row.shape) for row in network.population.syn_initial[2:]),
            drive=zeros(n_padded),
            ring=zeros(network.n_slots * 2 * n_padded),
            drive_ring=zeros(network.n_drive_slots * n_padded),
            spiked=spiked,
            fired=np.zeros(n_neurons + FEW, np.uint32),
            activation=zeros(0 if network.spiking else n_updated),
            filtered=zeros(n_filters, n_neurons),
            features=np.zeros(n_features),
            products=np.zeros((n_filters, n_features)),
            cursor=np.zeros(1, CURSOR),
            overflow=np.full(2, -1),
        )
        if network.dynamic is None:
            return scratch, None
        use, recovery, facilitation = network.dynamic
        return scratch, ShortTerm(
            last_spike=np.zeros(len(network.recurrence.base), np.int64),
            use=use,
            recovery=recovery,
            facilitation=facilitation,
            utilisation=np.zeros_like(use),
            resources=np.zeros_like(use),
        )

    def _call(self, *arguments):
        """Call the kernel; print a message if it has to be compiled first."""
        kind = (self.kernel, *(argument is None for argument in arguments))
        if kind in _called:
            self.kernel(*arguments)
            return
        names = ", ".join(type(model).__name__ for model in self.models if model is not None)
        try:
            with announced(f"lsm: compiling the simulation of {names}, {_outlook(self.kernel)}"):
                self.kernel(*arguments)
        except NumbaError as error:
            raise TypeError(f"{names} cannot be compiled: {_reason(error)}") from error
        _called.add(kind)


def _outlook(kernel):
    """Return a text about how long a compilation takes, and where its result is kept."""
    folder = folder_of(kernel)
    if folder is None:
        return (
            "about 10 to 30 s, in each process: the result is not kept, because no folder for it "
            "is writable (set NUMBA_CACHE_DIR), or because a model is not defined in a file"
        )
    return f"about 10 to 30 s, once on this machine: the result is kept in {folder}"


def _check_loop(loop, shape, n_samples):
    """Refuse a readout of other shapes than its network: the kernel would read beyond them."""
    (n_rows, n_filters, n_neurons), n_outputs = shape, len(loop.weights)
    n_features = n_filters * n_neurons
    answers, matrix = len(loop.coef) > 0, loop.correlation.matrix
    expected = (
        (loop.weights, (n_outputs, n_neurons)),
        (loop.targets, (n_rows, n_outputs)),
        (loop.outputs, (n_rows, n_outputs)),
        (loop.n_forced, (n_samples,)),
        (loop.coef, (n_outputs, n_features) if answers else loop.coef.shape),
        (loop.intercept, (len(loop.coef),)),
        (matrix, (n_features, n_features) if matrix.size > 0 else matrix.shape),
        (loop.clip, (2, n_outputs) if loop.clip.size > 0 else (2, 0)),
    )
    fits = all(array.shape == shape for array, shape in expected)
    if loop.delay < 1 or not fits or not loop.correlation.is_of(len(matrix)):
        shapes = ", ".join(f"{array.shape}" for array, _ in expected)
        raise ValueError(
            f"the feedback has arrays of the shapes {shapes}, which do not fit a liquid of "
            f"{n_neurons} neurons and {n_features} features: fit the model again"
        )


def _reason(error):
    """Return numba's message about the innermost function, without the path to it."""
    innermost = str(error).split("\nDuring: resolving callee")[0]
    lines = (line for line in innermost.splitlines() if not line.startswith("Failed in nopython"))
    return "\n".join(lines)
