"""A network and its input as the flat arrays that the compiled loop takes."""

from dataclasses import replace

import numpy as np
from numba.core.errors import NumbaError

from .._jit import announced, njit
from ._loop import kernel_for

__all__ = ["Packed", "frozen"]

# A dense row is added by vector instructions, a sparse one target by target: dense wins from
# about one target in eight, as long as the matrix fits the cache.
DENSE_FROM, DENSE_BYTES = 1 / 8, 2**24
FAR_BYTES = 2**25  # weights that no cache holds
_called = set()  # kinds of calls that have been compiled or loaded in this process


def frozen(array):
    """Return a read-only view: numba would compile anew for the read-only arrays of joblib."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view


class Packed:
    """A network and its input as the flat arrays that the loop takes."""

    def __init__(self, network, spikes, plan, dtype, rule=None):
        if spikes.n_channels != network.w_in.shape[0]:
            raise ValueError(
                f"X has {spikes.n_channels} channels, but the network has {network.w_in.shape[0]}"
            )
        self.dtype, self.rule = np.dtype(dtype), rule
        self.hold = network.hold(spikes)
        self.durations = network.n_steps(spikes)
        self.feedback = None
        self.set_network(network)
        self.kernel = kernel_for(
            type(network.neurons), type(network.synapses), dtype, rule and type(rule)
        )
        # Neurons updated in a sample, with synapses of the input counted as neurons.
        targets = network.w_in.nnz / spikes.n_channels
        self.costs = self.durations * self.n_neurons + np.diff(spikes.offsets) * targets
        self.set_events(spikes)
        self.decays = plan.decays.astype(dtype)
        self.plan = frozen(plan.offsets), frozen(plan.times.astype(np.int32)), plan.potential
        ages = np.arange(int(self.durations.max()) + 1)
        tables = plan.decays[:, None] ** ages
        self.tables = self.real(np.where(tables < 1e-30, 0, tables))
        self.readings = np.empty((len(plan.times), len(plan.decays), self.n_neurons), self.dtype)

    def set_network(self, network):
        """Take the weights and the neurons of a network of the same models and size."""
        self.network, self.n_neurons = network, network.n_neurons
        self._pack_synapses()
        self.constants = self._constants(network.constants)
        self.syn_constants = self._constants(network.syn_constants)
        self.initial = tuple(map(self.real, network.initial))
        self.syn_initial = tuple(map(self.real, self._rows()))
        self.bias = self.real(network.bias)
        self.noise = self.real([network.noise])[0] if network.noise > 0 else None

    def set_events(self, spikes, later=0, salt=0):
        """Take the input, moved by some rows; `salt` tells apart rows of the same content."""
        amplitudes = spikes.amplitudes
        if amplitudes is None:  # all are one, which graded input must say
            amplitudes = np.ones(len(spikes.steps) if self.network.graded else 0, np.float32)
        steps = spikes.steps + np.int32(later) if later else spikes.steps
        keys = self.network.keys(spikes) + np.uint32(salt)
        events = (spikes.offsets, steps, spikes.channels, amplitudes, self.durations, keys)
        self.events = tuple(map(frozen, events))

    def _pack_synapses(self):
        """Lay out weights, and the rings that hold what is on its way."""
        network = self.network
        dynamic = network.short_term is not None and network.w.nnz > 0
        delayed = dynamic or (network.w.nnz > 0 and np.any(np.asarray(network.delays) > 1))
        delayed_in = network.w_in.nnz > 0 and np.any(np.asarray(network.delays_in) > 0)
        # Rings wrap by a mask, so with one a step's slot is a power of two long.
        self.padded = max(-(-self.n_neurons // 8) * 8, 8)
        if delayed or delayed_in:
            self.padded = 1 << (self.padded - 1).bit_length()
        self.w_in, order = self._matrix(network.w_in, not network.graded, not delayed_in)
        places_in, n_slots_in = self._places(
            network.delays_in, self.w_in, order, delayed_in, not network.graded
        )
        self.inputs = self.w_in, places_in
        plastic = self.rule is not None
        self.w, order = self._matrix(network.w, True, not (delayed or plastic))
        if plastic:
            self.order, self.weight = order, np.array(self.w[3])
            self.w = (*self.w[:3], self.weight, *self.w[4:])
            self.columns = tuple(map(frozen, _columns(*self.w[:3])))
            self.lasting = np.zeros((self.rule.n_lasting, self.n_neurons), self.dtype)
            if network.lasting is not None and len(network.lasting) == self.rule.n_lasting:
                self.lasting[:] = network.lasting
        places, n_slots = self._places(network.delays, self.w, order, delayed, True)
        self.recurrence = self.w, places
        self.short_term = None
        if dynamic:
            parts = network.short_term
            if order is not None:
                parts = (part[order] for part in parts)
            use, depression, facilitation = parts
            rates = (network.dt / depression, network.dt / facilitation)
            self.short_term = tuple(map(self.real, (use, *rates)))
        if network.graded:
            self.n_slots, self.n_drive_slots = n_slots, n_slots_in
        else:
            self.n_slots, self.n_drive_slots = max(n_slots, n_slots_in), 0

    def real(self, array):
        """Return numbers in the precision of the run."""
        try:
            with np.errstate(over="raise"):
                return frozen(np.asarray(array, dtype=self.dtype))
        except FloatingPointError:
            raise ValueError(
                f"a weight, a bias or another number of the network is beyond what {self.dtype} "
                f"can hold, {np.finfo(self.dtype).max:.2g}"
            ) from None

    def _rows(self):
        """Return the synapses' state at the start of a sample, two rows of currents first."""
        currents = np.zeros(self.padded)
        return currents, currents, *self.network.synapses.initial(self.n_neurons)

    def _constants(self, values):
        if all(np.ndim(value) == 0 for value in values):
            return tuple(self.real([value])[0] for value in values)
        return tuple(self.real(np.broadcast_to(value, self.n_neurons)) for value in values)

    def _matrix(self, w, by_sign, dense):
        """Pack a CSR array: within each row positive weights, then from `split` negative ones.

        With mixed signs in a row the dense form is two rows side by side, excitatory and
        inhibitory; without, `base` tells which of the two currents the row feeds. Returns the
        new order of the synapses too.
        """
        n_rows, n_columns = w.shape
        indptr, indices, data = w.indptr.astype(np.uint64), w.indices, w.data
        split, mixed, order = indptr[1:], False, None
        base = np.zeros(n_rows, np.uint64)
        if by_sign:
            split, mixed = _split(indptr, data)
            base[split < indptr[1:]] = self.padded
            if mixed:
                order = _order_by_sign(indptr, split, data)
                indices, data = indices[order], data[order]
        dense_rows, width = np.empty((0, 0)), self.padded * (2 if mixed else 1)
        if dense and self._use_dense(w.nnz, n_rows, width):
            dense_rows = np.zeros((n_rows, width), self.dtype)
            if mixed:
                base[:] = 0
                rows = np.repeat(np.arange(n_rows), np.diff(w.indptr))
                np.add.at(dense_rows, (rows, indices + self.padded * (data < 0)), data)
            else:
                dense_rows[:, :n_columns] = w.toarray()
        # Only 32-bit indices can be looked at as unsigned without a copy.
        targets = indices.astype(np.int32, copy=False).view(np.uint32)
        far = data.nbytes > FAR_BYTES
        return (
            frozen(indptr), frozen(split), frozen(targets), self.real(data),
            self.real(dense_rows), frozen(base), far,
        ), order  # fmt: skip

    def _use_dense(self, nnz, n_rows, width):
        size = n_rows * width
        return nnz >= DENSE_FROM * size and size * self.dtype.itemsize <= DENSE_BYTES

    def _places(self, delays, matrix, order, delayed, two_rows):
        """Give each synapse its place in a ring, counted from the slot of the present step."""
        if not delayed:
            return frozen(np.empty(0, np.uint32)), 0
        # What neurons send may use the slot that was just emptied, what comes in may not.
        last = int(np.max(delays)) + (0 if matrix is self.w_in else -1)
        if not two_rows:
            last += self.hold - 1
        slot, n_slots = self.padded * (2 if two_rows else 1), 1 << last.bit_length()
        if n_slots * slot > 2**32:
            raise ValueError(
                f"delays of {np.max(delays)} steps for {self.n_neurons} neurons need a buffer of "
                f"{n_slots * slot * self.dtype.itemsize / 1e9:.0f} GB: at most 2**32 numbers fit"
            )
        delays = np.broadcast_to(delays, len(matrix[2]))
        if order is not None:
            delays = delays[order]
        return frozen(_places(delays, *matrix[:3], slot, self.padded)), n_slots

    def close(self, loop):
        """Let a readout's output come back into the network."""
        offsets = np.concatenate([[0], np.cumsum(self.durations // self.hold)])
        self.feedback = (
            offsets, loop.targets, loop.outputs, loop.n_forced, loop.taught_from,
            self.real(loop.weights), loop.delay, loop.coef, loop.intercept, loop.inverse,
            loop.forget,
        )  # fmt: skip

    def scratch(self):
        """Return the arrays that one thread works in."""
        currents = np.zeros(2 * self.padded, self.dtype)
        further = tuple(np.zeros_like(row) for row in self.syn_initial[2:])
        spiked = np.zeros(self.padded, np.uint8)
        spiked[: self.n_neurons] = not self.network.neurons.spiking  # rates are sent in every step
        return (
            tuple(np.zeros(self.n_neurons, self.dtype) for _ in self.initial),
            (currents[: self.padded], currents[self.padded :], *further),
            currents,
            np.zeros(self.padded, self.dtype),
            np.zeros(self.feedback[7].shape[1] if self.feedback else 0),
            np.zeros(self.n_slots * 2 * self.padded, self.dtype),
            np.zeros(self.n_drive_slots * self.padded, self.dtype),
            spiked,
            np.zeros(self.padded, np.uint32),
            np.zeros(0 if self.network.neurons.spiking else self.n_neurons, self.dtype),
            np.zeros((len(self.tables), self.n_neurons), self.dtype),
            np.zeros(5, np.int64),
        )

    def dynamics(self):
        """Return the state and the parameters of dynamic synapses, or None."""
        if self.short_term is None:
            return None
        state = (np.zeros_like(self.short_term[0]) for _ in range(2))
        return np.zeros(self.n_neurons, np.int64), *self.short_term, *state

    def work(self):
        """Return what a run works in."""
        return self.scratch(), self.dynamics()

    def learning(self, constants):
        """Return the rule's constants, traces and synapse states, and the incoming synapses."""
        n_passing = self.rule.n_traces - self.rule.n_lasting
        traces = np.zeros((n_passing, self.n_neurons), self.dtype)
        synapse_state = np.zeros((self.rule.n_synapse_states, len(self.weight)), self.dtype)
        return constants, (*traces, *self.lasting), tuple(synapse_state), self.columns

    def learnt(self):
        """Return the network with the weights as they are now."""
        if self.rule is None:
            return self.network
        weights = self.weight.astype(self.network.w.dtype)
        if self.order is not None:
            weights[self.order] = weights.copy()
        w = self.network.w.copy()
        w.data = weights
        return replace(self.network, w=w, lasting=self.lasting.astype(float))

    def run(self, samples, windows, record=False, stopped=lambda: False, learning=None, work=None):
        """Run some samples through windows of steps; return their spikes if asked.

        A run that goes on hands the arrays that it works in back as `work`.
        """
        recorded, (scratch, dynamics) = [], work or self.work()
        for window in windows:
            if stopped():
                return []
            capacity = (window[1] - window[0]) * self.n_neurons if record else 0
            spikes = (np.empty(capacity, np.int32), np.empty(capacity, np.uint32))
            counter = np.zeros(1, np.int64)
            self._call(
                samples, window, self.events, self.network.graded, self.hold, self.bias,
                self.noise, self.inputs, self.recurrence, dynamics, learning, self.feedback,
                self.constants, self.syn_constants, self.initial, self.syn_initial, scratch,
                self.plan, self.tables, self.readings, (*spikes, counter),
            )  # fmt: skip
            recorded.append([array[: counter[0]].copy() for array in spikes])
        if not record:
            return []
        return [tuple(np.concatenate(parts) for parts in zip(*recorded, strict=True))]

    def _call(self, *arguments):
        """Call the kernel, and say so where that means compiling it first."""
        kind = (self.kernel, *(argument is None for argument in arguments))
        if kind in _called:
            self.kernel(*arguments)
            return
        models = (self.network.neurons, self.network.synapses, self.rule)
        names = ", ".join(type(model).__name__ for model in models if model is not None)
        with announced(f"lsm: compiling the simulation of {names}, once on this machine ..."):
            try:
                self.kernel(*arguments)
            except NumbaError as error:
                raise TypeError(f"{names} cannot be compiled: {_reason(error)}") from error
        _called.add(kind)


def _reason(error):
    """Return what numba says of the innermost function, without how it came there."""
    innermost = str(error).split("\nDuring: resolving callee")[0]
    lines = (line for line in innermost.splitlines() if not line.startswith("Failed in nopython"))
    return "\n".join(lines)


@njit
def _split(indptr, data):
    """Count each row's weights that are not negative; tell whether a row has both signs.

    A weight of -0.0 belongs to an inhibitory neuron: learning must not raise it.
    """
    split, mixed = indptr[1:].copy(), False
    for row in range(len(split)):
        negative = np.uint64(0)
        for s in range(indptr[row], indptr[row + 1]):
            negative += np.uint64(np.signbit(data[s]))
        split[row] -= negative
        mixed |= np.uint64(0) < negative < indptr[row + 1] - indptr[row]
    return split, mixed


@njit
def _order_by_sign(indptr, split, data):
    """List the synapses so that within a row negative weights come last."""
    order = np.empty(len(data), np.int64)
    for row in range(len(split)):
        front, back = indptr[row], split[row]
        for s in range(indptr[row], indptr[row + 1]):
            if np.signbit(data[s]):
                order[back] = s
                back += np.uint64(1)
            else:
                order[front] = s
                front += np.uint64(1)
    return order


@njit
def _places(delays, indptr, split, target, slot, padded):
    """Return delay * slot + place in the slot, where inhibitory synapses come after `padded`."""
    places = np.empty(len(target), np.uint32)
    for row in range(len(split)):
        for s in range(indptr[row], indptr[row + 1]):
            inhibitory = padded if s >= split[row] else 0
            places[s] = delays[s] * slot + inhibitory + target[s]
    return places


@njit
def _columns(indptr, split, target):
    """List for each neuron its incoming excitatory synapses, and the sources of those."""
    starts = np.zeros(len(split) + 1, np.uint64)
    for row in range(len(split)):
        for s in range(indptr[row], split[row]):
            starts[target[s] + 1] += np.uint64(1)
    starts[:] = np.cumsum(starts)
    end = starts.copy()
    synapse, source = np.empty(starts[-1], np.uint32), np.empty(starts[-1], np.uint32)
    for row in range(len(split)):
        for s in range(indptr[row], split[row]):
            place = end[target[s]]
            synapse[place], source[place] = s, row
            end[target[s]] += np.uint64(1)
    return starts, synapse, source
