"""Network, input and plan as the named arrays that the compiled loop takes."""

from typing import NamedTuple

import numpy as np

from ._arrays import Events, Matrix, Population, Readings, as_real, frozen
from ._matrix import add_delays, pack_matrix

__all__ = ["PackedNetwork", "pack_events", "pack_network", "pack_readings"]

LANES = 16  # numbers of float32 in the widest vectors
NO_ROWS = np.empty(0, np.int32)
RING_LENGTH = 2**32  # places in a ring are 32-bit numbers


class PackedNetwork(NamedTuple):
    """Arrays of a network, and the sizes of what a run works in.

    Attributes
    ----------
    population : Population
        Neurons with the currents of their synapses.
    noise : number or None
        Standard deviation of the noise current in nA, None if it is zero.
    inputs, recurrence : Matrix
        Weights from channels and from neurons.
    dynamic : tuple of 3 arrays of shape (n_synapses,), or None
        Use, and rates of recovery and of facilitation per step, of dynamic synapses.
    order : int array of shape (n_synapses,) or None
        For each recurrent synapse its index in the network's `w.data`, None if they are the same.
    spiking : bool
        Whether the neurons send spikes.
    n_updated : int
        Number of neurons, rounded up to whole vectors.
    n_padded : int
        Length of an array of currents: `n_updated`, or with delays the next power of two.
    n_slots, n_drive_slots : int
        Slots of the rings of spikes and of graded input; zero without delays.
    """

    population: Population
    noise: np.number | None
    inputs: Matrix
    recurrence: Matrix
    dynamic: tuple | None
    order: np.ndarray | None
    spiking: bool
    n_updated: int
    n_padded: int
    n_slots: int
    n_drive_slots: int


def pack_network(network, row_duration, dtype, *, plastic=False):
    """Lay out a network.

    Parameters
    ----------
    network : Network
        The network.
    row_duration : float
        Duration of a row of the input in ms.
    dtype : numpy.dtype
        Precision.
    plastic : bool, default=False
        Whether a rule changes recurrent weights as the network runs.

    Returns
    -------
    packed : PackedNetwork

    Raises
    ------
    ValueError
        If a number is too large for the precision, or a delay too long for a ring.
    """
    dynamic = network.short_term is not None and network.w.nnz > 0
    delayed = dynamic or (network.w.nnz > 0 and np.any(np.asarray(network.delays) > 1))
    delayed_in = network.w_in.nnz > 0 and np.any(np.asarray(network.delays_in) > 0)
    n_updated = n_padded = -(-network.n_neurons // LANES) * LANES
    if delayed or delayed_in:  # rings wrap by a mask: a slot's length is a power of two
        n_padded = 1 << (n_padded - 1).bit_length()
    inputs, order_in = pack_matrix(
        network.w_in, dtype, n_padded, by_sign=not network.graded, dense=not delayed_in
    )
    recurrence, order = pack_matrix(
        network.w, dtype, n_padded, by_sign=True, dense=not (delayed or plastic)
    )
    if plastic:
        recurrence = recurrence._replace(weight=recurrence.weight.copy())
    n_slots = n_slots_in = 0
    if delayed_in:
        slot = n_padded if network.graded else 2 * n_padded
        further = 0
        if network.graded:  # a current is held for a row
            further = int(np.ceil(row_duration / network.dt)) - 1
        n_slots_in = _n_slots(network, dtype, slot, network.delays_in, further)
        inputs = add_delays(inputs, order_in, network.delays_in, slot)
    if delayed:  # sent after the present slot is emptied: a delay of all slots fits
        n_slots = _n_slots(network, dtype, 2 * n_padded, network.delays, -1)
        recurrence = add_delays(recurrence, order, network.delays, 2 * n_padded)
    return PackedNetwork(
        population=_pack_population(network, dtype, n_updated, n_padded),
        noise=as_real([network.noise], dtype)[0] if network.noise > 0 else None,
        inputs=inputs,
        recurrence=recurrence,
        dynamic=_pack_dynamic(network, dtype, order) if dynamic else None,
        order=order,
        spiking=network.neurons.spiking,
        n_updated=n_updated,
        n_padded=n_padded,
        n_slots=n_slots if network.graded else max(n_slots, n_slots_in),
        n_drive_slots=n_slots_in if network.graded else 0,
    )


def _n_slots(network, dtype, slot, delays, further):
    """Return the number of slots of a ring for arrivals up to the longest delay and `further`."""
    longest = int(np.max(delays))
    n_slots = 1 << (longest + further).bit_length()
    if n_slots * slot > RING_LENGTH:
        raise ValueError(
            f"delays of {longest} steps for {network.n_neurons} neurons need a buffer of "
            f"{n_slots * slot * dtype.itemsize / 1e9:.0f} GB: at most 2**32 numbers fit"
        )
    return n_slots


def _pack_population(network, dtype, n_updated, n_padded):
    """Lay out the neurons; return a :class:`Population`."""

    def real(value):  # the last neuron is repeated
        value = np.broadcast_to(value, network.n_neurons)
        return as_real(np.pad(value, (0, n_updated - len(value)), mode="edge"), dtype)

    def constants(values):
        if all(np.ndim(value) == 0 for value in values):
            return tuple(as_real([value], dtype)[0] for value in values)
        return tuple(map(real, values))

    currents = np.zeros((2, n_padded))
    return Population(
        constants=constants(network.constants),
        syn_constants=constants(network.syn_constants),
        initial=tuple(map(real, network.initial)),
        syn_initial=tuple(
            as_real(row, dtype) for row in (*currents, *network.synapses.initial(n_updated))
        ),
        bias=as_real(network.bias, dtype),
        first=0,
        n_padded=n_padded,
    )


def _pack_dynamic(network, dtype, order):
    """Lay out the parameters of dynamic synapses; return use and two rates per step."""
    use, depression, facilitation = network.short_term
    parts = use, network.dt / depression, network.dt / facilitation
    return tuple(as_real(part if order is None else part[order], dtype) for part in parts)


def pack_events(network, spikes, row_start, *, n_rows_before=0, salt=0):
    """Lay out the input.

    Parameters
    ----------
    network : Network
        The network that it goes into.
    spikes : SpikeArray
        The input.
    row_start : int64 array of shape (n_rows + 1,)
        Step at which each row begins, those before each sample included.
    n_rows_before : int, default=0
        Rows without events to put before each sample.
    salt : int, default=0
        Number that changes the noise, so that samples of equal content get different noise.

    Returns
    -------
    events : Events
    """
    if spikes.values is None:
        offsets, rows, channels = spikes.offsets, spikes.rows, spikes.channels
        amplitudes = spikes.amplitudes
        if n_rows_before > 0:
            rows = rows + np.int32(n_rows_before)
        if amplitudes is None:  # all are one; graded input needs them as an array
            amplitudes = np.ones(len(rows) if network.graded else 0, np.float32)
    else:
        offsets = np.zeros(len(spikes) + 1, np.int64)
        np.cumsum(spikes.n_rows, out=offsets[1:])
        offsets = (offsets - n_rows_before) * spikes.n_channels
        rows, channels = NO_ROWS, np.arange(spikes.n_channels, dtype=np.int32)
        amplitudes = spikes.values.reshape(-1)
    return Events(
        offset=frozen(offsets),
        row=frozen(rows),
        channel=frozen(channels),
        amplitude=frozen(amplitudes),
        n_steps=frozen(row_start[spikes.n_rows + n_rows_before]),
        key=frozen(network.keys(spikes, salt)),
        row_start=frozen(row_start),
        graded=network.graded,
        dense=spikes.values is not None,
    )


def pack_readings(plan, n_steps, n_neurons, dtype):
    """Lay out a plan for samples of at most `n_steps` steps; return :class:`Readings`."""
    tables = plan.decays[:, None] ** np.arange(n_steps + 1)
    return Readings(
        offset=frozen(plan.offsets),
        step=frozen(plan.times.astype(np.int32)),
        potential=plan.potential,
        table=as_real(np.where(tables < 1e-30, 0, tables), dtype),
        out=np.empty((len(plan.times), len(plan.decays), n_neurons), dtype),
    )
