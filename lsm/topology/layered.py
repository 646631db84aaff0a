"""Layers, each connected to the next."""

import numpy as np

from .._validation import check_number
from ._base import Topology
from ._blocks import block_sizes, connect_blocks, total_size

__all__ = ["Layered"]


class Layered(Topology):
    """Layers of neurons with connections within, to the next and to the last layer.

    With `within=0` and `backward=0` it is a feed-forward chain [1]_, see :meth:`feed_forward`.

    Parameters
    ----------
    layers : int or tuple of int, default=3
        Number of layers of equal size, or the size of each. Neurons of a layer are consecutive.
    within : float, default=0.1
        Probability of a connection from a neuron to another of its layer.
    forward : float, default=0.1
        Probability of a connection from a neuron to one of the next layer.
    backward : float, default=0.0
        Probability of a connection from a neuron to one of the layer before.
    inhibitory : float, default=0.2
        Share of inhibitory neurons, at random places.
    weights : Weights, default=Weights()
        Weights of the connections.
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

    def __init__(
        self,
        layers=3,
        within=0.1,
        forward=0.1,
        backward=0.0,
        inhibitory=0.2,
        weights=None,
        delay=1.0,
    ):
        self.layers = layers
        self.within = within
        self.forward = forward
        self.backward = backward
        self.inhibitory = inhibitory
        self.weights = weights
        self.delay = delay

    @classmethod
    def feed_forward(cls, layers=3, forward=0.1, **params):
        """Return layers of which each reaches the next and nothing else."""
        return cls(layers=layers, forward=forward, **({"within": 0.0} | params))

    @property
    def n_neurons(self):
        """Number of neurons; there is none where `layers` is a number."""
        return total_size("Layered.layers", self.layers)

    def connect(self, n_neurons, inhibitory, rng):
        """Draw who connects to whom; see :class:`Topology`."""
        names = ("backward", "within", "forward")
        values = [check_number(f"Layered.{name}", getattr(self, name), 0, 1) for name in names]
        sizes = block_sizes("Layered.layers", self.layers, n_neurons)
        n_layers = len(sizes)
        probability = sum(
            value * np.eye(n_layers, k=k) for k, value in zip((-1, 0, 1), values, strict=True)
        )
        return connect_blocks(sizes, probability, rng)
