"""Neurons on a ring, connected to their nearest neighbours."""

from collections.abc import Sequence

import numpy as np

from .._typing import Array
from ..topology.weights import Weights
from ._draws import regular
from .base import Topology

__all__ = ["Ring", "lattice"]


class Ring(Topology):
    """Ring of neurons, each connected to its nearest neighbours.

    With one target for each neuron the network is the simple cycle of [1]_.

    Parameters
    ----------
    fan_out : int, default=1
        Number of targets of each neuron; at most `n_neurons - 1` are used.
    direction : {"forward", "both"}, default="forward"
        Whether all targets lie ahead on the ring, or alternately ahead and behind.
    inhibitory : float, default=0.2
        Share of inhibitory neurons, at random places.
    weights : Weights or "auto", default="auto"
        Weights of the connections; "auto" is `Weights()`.
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

    bounds = {"fan_out": "integer >= 0", "direction": ("forward", "both")}

    def __init__(
        self,
        fan_out: int = 1,
        direction: str = "forward",
        inhibitory: float = 0.2,
        weights: Weights | str = "auto",
        delay: float | tuple[float, float] | Sequence[float] = 1.0,
    ) -> None:
        self.fan_out = fan_out
        self.direction = direction
        self.inhibitory = inhibitory
        self.weights = weights
        self.delay = delay

    def connect(
        self, n_neurons: int, inhibitory: Array, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Return the pattern of connections; see :class:`Topology`."""
        return regular(lattice(n_neurons, int(self.fan_out), both=self.direction == "both"))


def lattice(n_neurons: int, fan_out: int, *, both: bool) -> Array:
    """Return the nearest neighbours of each neuron on a ring.

    Parameters
    ----------
    n_neurons, fan_out : int
        Numbers of neurons and of neighbours; at most `n_neurons - 1` neighbours are returned.
    both : bool
        Whether the neighbours lie alternately ahead and behind, or all ahead.

    Returns
    -------
    neighbours : int32 array of shape (n_neurons, fan_out)
        Sorted in each row.
    """
    fan_out = min(fan_out, n_neurons - 1)
    away = np.arange(1, fan_out + 1, dtype=np.int32)
    if both:
        away = (away + 1) // 2 * np.where(away % 2, 1, -1).astype(np.int32)
    targets = np.arange(n_neurons, dtype=np.int32)[:, None] + away
    targets %= np.int32(n_neurons)
    targets.sort(axis=1)
    return targets
