"""A network that runs row by row, for whoever decides on the next input as it goes."""

import numpy as np

from ._packed import Packed, frozen
from .network import Plan

__all__ = ["Stream"]


class Stream:
    """One run of a network without an end; its memory does not grow.

    Parameters
    ----------
    network : Network
        The network.
    row : SpikeArray
        One sample of one row, of the kind that all rows are.
    plan : Plan
        Filters of the readings; its times do not matter.
    dtype : {"float32", "float64"}, default="float32"
        Precision.
    """

    def __init__(self, network, row, plan, *, dtype="float32"):
        self.hold = network.hold(row)
        plan = Plan(np.array([0, 1]), np.array([2 * self.hold]), plan.decays, plan.potential)
        self.packed = Packed(network, row, plan, dtype)
        self.packed.durations = 2 * self.packed.durations
        self.bias = np.asarray(network.bias)
        self.work = self.packed.work()
        self.n_rows = 0

    def __setstate__(self, state):
        """Let the two currents be parts of one array again, which a copy has torn apart."""
        self.__dict__.update(state)
        (neurons, syn, currents, *rest), dynamics = self.work
        syn = (currents[: self.packed.padded], currents[self.packed.padded :], *syn[2:])
        self.work = (neurons, syn, currents, *rest), dynamics

    def step(self, row, current=None):
        """Run one row of input.

        Parameters
        ----------
        row : SpikeArray
            One sample of one row.
        current : array of shape (n_neurons,), optional
            Further current into each neuron in nA, held for the row.

        Returns
        -------
        reading : array of shape (n_filters, n_neurons)
            At the end of the row.
        """
        packed, (scratch, dynamics) = self.packed, self.work
        drive, (acc, cursor) = scratch[3], scratch[-2:]
        # The first row starts a sample; each one after is run as if it were the second, so that
        # steps do not count up for ever.
        place = min(self.n_rows, 1)
        end = (place + 1) * self.hold
        if place == 1:
            cursor[:2] = 0
            acc *= packed.decays[:, None] ** self.hold
            if dynamics is not None and self.n_rows > 1:
                dynamics[0][:] -= self.hold
        packed.bias = packed.real(self.bias if current is None else self.bias + current)
        drive[: packed.n_neurons] = packed.bias
        packed.set_events(row, place, self.n_rows)
        packed.plan = (packed.plan[0], frozen(np.array([end], np.int32)), packed.plan[2])
        packed.run((0, 1), [(end - self.hold, end)], work=self.work)
        self.n_rows += 1
        return packed.readings[0].copy()
