"""Compiled loop over samples and steps.

Samples outside, time inside: a sample's state stays in cache from its first step to its last.
The function never runs as Python: :mod:`lsm.kernel._compile` binds models, a precision and the
compiled parts of a step to the names below, and compiles the result.
"""

import numpy as np

from ._cpu import flush_denormals, restore_denormals

__all__ = ["loop"]

LONG_AGO = -(2**40)  # the step of a spike that never was

# Placeholders, see `lsm.kernel._compile.kernel_for`.
ARRIVES_FIRST = False
SPIKING = True
advance = arrive = collect = copy = deliver = end_of_row = exchange = feed = None
first_not_finite = learn = read = respond = send = send_dynamic = None


# One function, longer than a screen: two parts taken out of it cost 3 % with snapshots in float64.
def loop(
    samples, window, events, population, noise, inputs, recurrence, short_term, learning,
    closed_loop, team, scratch, syn, readings, recording,
):  # fmt: skip
    """Run samples[0] to before samples[1] through steps window[0] to before window[1].

    Parameters
    ----------
    samples, window : tuple of 2 int
        First sample and the one behind the last; first step and the one behind the last. The
        next window goes on where this one ends.
    events : Events
        Input.
    population : Population
        Neurons with the currents of their synapses.
    noise : number or None
        Standard deviation of a noise current in nA.
    inputs, recurrence : Matrix
        Weights from channels and from neurons.
    short_term : ShortTerm or None
        Dynamic synapses.
    learning : Learning or None
        Rule that changes `recurrence.weight`.
    closed_loop : lsm.kernel.Loop or None
        Readout that is evaluated at the end of every row.
    team : Team or None
        Threads that run other neurons of the same sample.
    scratch : Scratch
        Arrays to work in.
    syn : tuple of arrays
        State of the synapses: views of excitatory and of inhibitory `scratch.currents`, then
        `scratch.syn_further`.
    readings : Readings
        Times and filters of the readings; filled with them.
    recording : Recording
        Filled with all spikes.
    """
    first_step, end_step = window
    row_start, graded, amplitudes = events.row_start, events.graded, events.amplitude
    state, currents, drive = scratch.state, scratch.currents, scratch.drive
    ring, drive_ring = scratch.ring, scratch.drive_ring
    spiked, fired, activation = scratch.spiked, scratch.fired, scratch.activation
    filtered, cursor = scratch.filtered, scratch.cursor[0]
    senders = fired if team is None else team.senders
    n_neurons, n_padded = len(population.bias), population.n_padded
    first = np.uint64(population.first)
    slot, drive_slot = np.uint64(2 * n_padded), np.uint64(n_padded)
    ring_mask, drive_mask = np.uint64(max(len(ring), 1) - 1), np.uint64(max(len(drive_ring), 1) - 1)
    potential = state[0][:n_neurons] if readings.potential else state[0][:0]
    control = flush_denormals()

    for sample in range(samples[0], samples[1]):
        if first_step == 0:
            for i in range(len(state)):
                copy(population.initial[i], state[i])
            for i in range(len(syn)):
                copy(population.syn_initial[i], syn[i])
            ring[:], drive_ring[:], filtered[:] = 0, 0, 0
            copy(population.bias, drive)
            cursor.event, cursor.reading = events.offset[sample], readings.offset[sample]
            cursor.row, cursor.n_fired, cursor.now, cursor.drive_now = 0, 0, 0, 0
            if short_term is not None:
                short_term.last_spike[:] = LONG_AGO
            if team is not None:  # none sends into the ring before all have cleared it
                exchange(-1, fired, 0, team)
            if not SPIKING:
                copy(state[0], activation)
                cursor.n_fired = collect(spiked, n_neurons, fired)
                if len(recurrence.place) > 0:
                    before = np.uint64(0) - slot
                    send(ring, before, slot, fired, 0, cursor.n_fired, activation, 1, recurrence)
        event, reading, n_senders = cursor.event, cursor.reading, cursor.n_fired
        now, drive_now = cursor.now, cursor.drive_now
        end_event, end_reading = events.offset[sample + 1], readings.offset[sample + 1]
        key, next_row = events.key[sample], cursor.row

        for t in range(first_step, min(end_step, events.n_steps[sample])):
            row_begins, first_event = t == row_start[next_row], event
            if row_begins:
                if events.dense:
                    first_event, event = 0, len(events.channel)
                    amplitudes = events.amplitude[events.offset[sample] + next_row * event :]
                else:
                    event = end_of_row(event, end_event, events.row, next_row)
                next_row += 1
            if (graded or closed_loop is not None) and (row_begins or len(drive_ring) > 0):
                copy(population.bias, drive)
                if closed_loop is not None:
                    feed(sample, next_row - 1, readings.offset[sample], closed_loop, drive)
                if len(drive_ring) > 0:
                    hold = row_start[next_row] - row_start[next_row - 1]
                    send(
                        drive_ring, drive_now, drive_slot, events.channel, first_event, event,
                        amplitudes, hold, inputs,
                    )  # fmt: skip
                    arrive(drive_ring, drive_now + first, drive)
                    drive_now = (drive_now + drive_slot) & drive_mask
                elif graded:
                    deliver(drive, events.channel, first_event, event, amplitudes, inputs)

            if not ARRIVES_FIRST:
                advance(state, syn, drive, spiked, population, noise, key, t)
            if len(recurrence.place) == 0:
                deliver(currents, senders, 0, n_senders, activation, recurrence)
            if not graded:
                if len(inputs.place) == 0:
                    deliver(currents, events.channel, first_event, event, events.amplitude, inputs)
                else:
                    send(
                        ring, now, slot, events.channel, first_event, event, events.amplitude, 1,
                        inputs,
                    )  # fmt: skip
            if len(ring) > 0:
                arrive(ring, now + first, syn[0])
                arrive(ring, now + first + drive_slot, syn[1])
            if ARRIVES_FIRST:
                advance(state, syn, drive, spiked, population, noise, key, t)

            n_fired = collect(spiked, n_neurons, fired)
            n_senders = n_fired if team is None else exchange(t, fired, n_fired, team)
            if not SPIKING:
                copy(state[0], activation)
            if learning is not None:
                learn(t, fired, n_fired, recurrence, learning)
            if len(recurrence.place) > 0:
                if short_term is None:
                    send(ring, now, slot, senders, 0, n_senders, activation, 1, recurrence)
                else:
                    send_dynamic(ring, now, senders, n_senders, recurrence, short_term, t)
            now = (now + slot) & ring_mask
            if reading < end_reading:
                age = readings.step[reading] - 1 - t
                for f in range(len(readings.table)):
                    weight = readings.table[f, age]
                    for k in range(n_fired):
                        n = fired[k]
                        filtered[f, n] += weight if SPIKING else weight * activation[n]
                if readings.step[reading] == t + 1:
                    reading = read(
                        reading, end_reading, filtered, potential, readings, population.first
                    )
                    if closed_loop is not None:
                        respond(
                            next_row - 1, reading - 1, readings, closed_loop, scratch.features,
                            scratch.products,
                        )  # fmt: skip
            if len(recording.step) > 0:
                start = recording.count[0]
                recording.step[start : start + n_fired] = t
                copy(fired[:n_fired], recording.neuron[start:])
                recording.count[0] += n_fired
        cursor.event, cursor.reading, cursor.n_fired = event, reading, n_senders
        cursor.row, cursor.now, cursor.drive_now = next_row, now, drive_now
        if closed_loop is None and end_step >= events.n_steps[sample] and scratch.overflow[0] < 0:
            neuron = first_not_finite(n_neurons, state)
            neuron = max(neuron, first_not_finite(n_neurons, syn))
            neuron = max(neuron, first_not_finite(n_neurons, (drive,)))
            if neuron >= 0:
                scratch.overflow[0], scratch.overflow[1] = sample, neuron
    restore_denormals(control)
