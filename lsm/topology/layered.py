"""Layers of neurons, each connected to the next."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from .._typing import Array
from ..topology.weights import Weights
from ._blocks import block_sizes, check_blocks, connect_blocks, total_size
from .base import Topology

__all__ = ["Layered"]


class Layered(Topology):
    """Layers of neurons with connections within, to the next and to the previous layer.

    With `within=0` and `backward=0` the network is a feed-forward chain [1]_, see
    :meth:`feed_forward`.

    Parameters
    ----------
    layers : int or tuple of int, default=3
        Number of layers of equal size, or the size of each. Neurons of a layer are consecutive.
    within : float, default=0.1
        Probability of a connection from a neuron to another one of its layer.
    forward : float, default=0.1
        Probability of a connection from a neuron to one of the next layer.
    backward : float, default=0.0
        Probability of a connection from a neuron to one of the previous layer.
    inhibitory : float, default=0.2
        Share of inhibitory neurons, at random places.
    weights : Weights or "auto", default="auto"
        Weights of the connections; "auto" is `Weights()`.
    delay : float, (float, float) or 4 floats, default=1.0
        Delay in ms, the ends of a uniform distribution of delays, or the delays of the pairs
        EE, EI, IE and II (source, then target; excitatory and inhibitory).

    References
    ----------
    .. [1] M. Diesmann, M.-O. Gewaltig, A. Aertsen (1999). Stable propagation of synchronous
       spiking in cortical neural networks. Nature 402, 529-533.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.topology import Layered
    >>> chain = Layered.feed_forward((1, 2, 1), forward=1.0).draw(4, np.random.default_rng(0))
    >>> (chain.weights != 0).toarray().astype(int)
    array([[0, 1, 1, 0],
           [0, 0, 0, 1],
           [0, 0, 0, 1],
           [0, 0, 0, 0]])
    """

    bounds = dict.fromkeys(("within", "forward", "backward"), ">= 0 and <= 1")

    def __init__(
        self,
        layers: int | tuple[int, ...] = 3,
        within: float = 0.1,
        forward: float = 0.1,
        backward: float = 0.0,
        inhibitory: float = 0.2,
        weights: Weights | str = "auto",
        delay: float | tuple[float, float] | Sequence[float] = 1.0,
    ) -> None:
        self.layers = layers
        self.within = within
        self.forward = forward
        self.backward = backward
        self.inhibitory = inhibitory
        self.weights = weights
        self.delay = delay

    @classmethod
    def feed_forward(cls, layers: Any = 3, forward: float = 0.1, **params: Any) -> Self:
        """Return layers that are connected to the next one only."""
        return cls(layers=layers, forward=forward, **({"within": 0.0} | params))

    @property
    def n_neurons(self) -> int:
        """Number of neurons; not defined where `layers` is a number of layers."""
        return total_size("Layered.layers", self.layers)

    def check(self) -> None:
        """Check the parameters; see :class:`Topology`."""
        super().check()
        check_blocks("Layered.layers", self.layers)

    def connect(
        self, n_neurons: int, inhibitory: Array, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Draw the pattern of connections; see :class:`Topology`."""
        values = self.backward, self.within, self.forward
        sizes = block_sizes("Layered.layers", self.layers, n_neurons)
        n_layers = len(sizes)
        probability = sum(
            value * np.eye(n_layers, k=k) for k, value in zip((-1, 0, 1), values, strict=True)
        )
        return connect_blocks(sizes, probability, rng)
