"""Modules: groups of neurons, connected more densely within than between groups."""

from collections.abc import Sequence

import numpy as np

from .._typing import Array
from ..topology.weights import Weights
from ._blocks import block_sizes, check_blocks, connect_blocks, total_size
from .base import Topology

__all__ = ["Modular"]


class Modular(Topology):
    """Modules of neurons, with different connection probabilities within and between them [1]_.

    With `between=0` the network is an ensemble of liquids with the same input.

    Parameters
    ----------
    modules : int or tuple of int, default=4
        Number of modules of equal size, or the size of each. Neurons of a module are
        consecutive.
    within : float, default=0.2
        Probability of a connection from a neuron to another one of its module.
    between : float, default=0.01
        Probability of a connection from a neuron to one of another module.
    inhibitory : float, default=0.2
        Share of inhibitory neurons.
    weights : Weights or "auto", default="auto"
        Weights of the connections; "auto" is `Weights()`.
    delay : float, (float, float) or 4 floats, default=1.0
        Delay in ms, the ends of a uniform distribution of delays, or the delays of the pairs
        EE, EI, IE and II (source, then target; excitatory and inhibitory).

    References
    ----------
    .. [1] P. W. Holland, K. B. Laskey, S. Leinhardt (1983). Stochastic blockmodels: first steps.
       Social Networks 5, 109-137.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.topology import Modular
    >>> ensemble = Modular((2, 3), within=1.0, between=0.0).draw(5, np.random.default_rng(0))
    >>> (ensemble.weights != 0).toarray().astype(int)
    array([[0, 1, 0, 0, 0],
           [1, 0, 0, 0, 0],
           [0, 0, 0, 1, 1],
           [0, 0, 1, 0, 1],
           [0, 0, 1, 1, 0]])
    """

    bounds = dict.fromkeys(("within", "between"), ">= 0 and <= 1")

    def __init__(
        self,
        modules: int | tuple[int, ...] = 4,
        within: float = 0.2,
        between: float = 0.01,
        inhibitory: float = 0.2,
        weights: Weights | str = "auto",
        delay: float | tuple[float, float] | Sequence[float] = 1.0,
    ) -> None:
        self.modules = modules
        self.within = within
        self.between = between
        self.inhibitory = inhibitory
        self.weights = weights
        self.delay = delay

    @property
    def n_neurons(self) -> int:
        """Number of neurons; not defined where `modules` is a number of modules."""
        return total_size("Modular.modules", self.modules)

    def check(self) -> None:
        """Check the parameters; see :class:`Topology`."""
        super().check()
        check_blocks("Modular.modules", self.modules)

    def connect(
        self, n_neurons: int, inhibitory: Array, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Draw the pattern of connections; see :class:`Topology`."""
        sizes = block_sizes("Modular.modules", self.modules, n_neurons)
        probability = np.full((len(sizes), len(sizes)), float(self.between))
        np.fill_diagonal(probability, self.within)
        return connect_blocks(sizes, probability, rng)
