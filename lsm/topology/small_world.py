"""Small world: a ring with a few shortcuts."""

from collections.abc import Sequence

import numpy as np

from .._jit import njit
from .._typing import Array
from ..topology.weights import Weights
from ._draws import STEP, mix, regular, seed_of, unit
from .base import Topology
from .ring import lattice

__all__ = ["SmallWorld"]


class SmallWorld(Topology):
    """Ring in which some connections are rewired to random targets [1]_.

    A few shortcuts make the paths between all neurons short, while neighbours still form clusters.
    Each neuron keeps its number of targets. With `rewiring=0` the network is a ring, with
    `rewiring=1` a random graph with a fixed out-degree.

    Parameters
    ----------
    fan_out : int, default=50
        Number of targets of each neuron, half on either side before rewiring; at most
        `n_neurons - 1` are used.
    rewiring : float, default=0.1
        Probability that a connection is rewired.
    inhibitory : float, default=0.2
        Share of inhibitory neurons, at random places.
    weights : Weights or "auto", default="auto"
        Weights of the connections; "auto" is `Weights()`.
    delay : float, (float, float) or 4 floats, default=1.0
        Delay in ms, the ends of a uniform distribution of delays, or the delays of the pairs
        EE, EI, IE and II (source, then target; excitatory and inhibitory).

    References
    ----------
    .. [1] D. J. Watts, S. H. Strogatz (1998). Collective dynamics of 'small-world' networks.
       Nature 393, 440-442.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.topology import SmallWorld
    >>> SmallWorld(fan_out=2, rewiring=0.0).draw(4, np.random.default_rng(0)).weights.indices
    array([1, 3, 0, 2, 1, 3, 0, 2], dtype=int32)
    """

    bounds = {"fan_out": "integer >= 0", "rewiring": ">= 0 and <= 1"}

    def __init__(
        self,
        fan_out: int = 50,
        rewiring: float = 0.1,
        inhibitory: float = 0.2,
        weights: Weights | str = "auto",
        delay: float | tuple[float, float] | Sequence[float] = 1.0,
    ) -> None:
        self.fan_out = fan_out
        self.rewiring = rewiring
        self.inhibitory = inhibitory
        self.weights = weights
        self.delay = delay

    def connect(
        self, n_neurons: int, inhibitory: Array, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Draw the pattern of connections; see :class:`Topology`."""
        targets = lattice(n_neurons, int(self.fan_out), both=True)
        _rewire(targets, float(self.rewiring), seed_of(rng))
        return regular(targets)


@njit
def _rewire(targets, rewiring, state):
    """Replace each target with probability `rewiring` by a neuron that is not in its row yet."""
    n_neurons, fan_out = targets.shape
    reached_by = np.full(n_neurons, -1, dtype=np.int32)
    for pre in range(n_neurons):
        row = targets[pre]
        reached_by[pre] = pre
        for k in range(fan_out):
            state += STEP
            if unit(mix(state)) < rewiring:
                row[k] = -1
            else:
                reached_by[row[k]] = pre
        for k in range(fan_out):
            while row[k] < 0:
                state += STEP
                post = int(unit(mix(state)) * n_neurons)
                if reached_by[post] != pre:
                    row[k] = post
                    reached_by[post] = pre
        row.sort()
