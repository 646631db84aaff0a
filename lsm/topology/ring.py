"""Neurons on a ring, connected to the next ones."""

import numpy as np

from .._validation import check_choice, check_integer
from ._base import Topology
from ._draws import regular

__all__ = ["Ring", "lattice"]


class Ring(Topology):
    """Ring of neurons, each connected to the next ones.

    With one target a neuron it is the simple cycle of [1]_.

    Parameters
    ----------
    fan_out : int, default=1
        Targets of each neuron, the nearest ones; at most `n_neurons - 1` are used.
    direction : {"forward", "both"}, default="forward"
        Whether the targets are those ahead, or lie alternately ahead and behind.
    inhibitory : float, default=0.2
        Share of inhibitory neurons, at random places.
    weights : Weights, default=Weights()
        Weights of the connections.
    delay : float, (float, float) or 4 floats, default=1.0
        Delay in ms, the ends of a uniform distribution of delays, or the delays of the pairs
        EE, EI, IE and II (source, then target; excitatory and inhibitory).

    References
    ----------
    .. [1] A. Rodan, P. Tiňo (2011). Minimum complexity echo state network. IEEE Transactions on
       Neural Networks 22, 131-144.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.topology import Ring
    >>> Ring().draw(4, np.random.default_rng(0)).weights.indices
    array([1, 2, 3, 0], dtype=int32)
    """

    def __init__(self, fan_out=1, direction="forward", inhibitory=0.2, weights=None, delay=1.0):
        self.fan_out = fan_out
        self.direction = direction
        self.inhibitory = inhibitory
        self.weights = weights
        self.delay = delay

    def connect(self, n_neurons, inhibitory, rng):
        """Say who connects to whom; see :class:`Topology`."""
        fan_out = check_integer("Ring.fan_out", self.fan_out, 0)
        check_choice("Ring.direction", self.direction, ("forward", "both"))
        return regular(lattice(n_neurons, fan_out, both=self.direction == "both"))


def lattice(n_neurons, fan_out, *, both):
    """Return the nearest neighbours of each neuron on a ring, an array (n_neurons, fan_out)."""
    fan_out = min(fan_out, n_neurons - 1)
    away = np.arange(1, fan_out + 1, dtype=np.int32)
    if both:
        away = (away + 1) // 2 * np.where(away % 2, 1, -1).astype(np.int32)
    targets = np.arange(n_neurons, dtype=np.int32)[:, None] + away
    targets %= np.int32(n_neurons)
    targets.sort(axis=1)
    return targets
