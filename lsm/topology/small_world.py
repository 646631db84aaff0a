"""Small worlds: a ring with a few shortcuts."""

import numpy as np

from .._jit import njit
from .._validation import check_integer, check_number
from ._base import Topology
from ._draws import STEP, mix, regular, seed_of, unit
from .ring import lattice

__all__ = ["SmallWorld"]


class SmallWorld(Topology):
    """Ring in which some connections are rewired to random targets [1]_.

    A few shortcuts bring all neurons near to each other, while neighbours still form clusters.
    Each neuron keeps its number of targets. Without rewiring this is a ring, and with all
    rewired a random graph of fixed out-degree.

    Parameters
    ----------
    fan_out : int, default=50
        Targets of each neuron, at first half on either side; at most `n_neurons - 1` are used.
    rewiring : float, default=0.1
        Probability that a connection is rewired.
    inhibitory : float, default=0.2
        Share of inhibitory neurons, at random places.
    weights : Weights, default=Weights()
        Weights of the connections.
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

    def __init__(self, fan_out=50, rewiring=0.1, inhibitory=0.2, weights=None, delay=1.0):
        self.fan_out = fan_out
        self.rewiring = rewiring
        self.inhibitory = inhibitory
        self.weights = weights
        self.delay = delay

    def connect(self, n_neurons, inhibitory, rng):
        """Draw who connects to whom; see :class:`Topology`."""
        fan_out = check_integer("SmallWorld.fan_out", self.fan_out, 0)
        rewiring = check_number("SmallWorld.rewiring", self.rewiring, 0, 1)
        targets = lattice(n_neurons, fan_out, both=True)
        _rewire(targets, rewiring, seed_of(rng))
        return regular(targets)


@njit
def _rewire(targets, rewiring, state):
    """Replace each target, with the probability, by a neuron that the row does not reach yet."""
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
