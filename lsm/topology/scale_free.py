"""Scale-free network, grown by preferential attachment."""

from collections.abc import Sequence

import numpy as np

from .._jit import njit
from .._typing import Array
from ..topology.weights import Weights
from ._draws import STEP, mix, seed_of, unit
from .base import Topology

__all__ = ["ScaleFree"]


class ScaleFree(Topology):
    """Network with hubs, in which the number of synapses of a neuron follows a power law.

    Neurons are added one by one. Each is connected to `fan_out` different older neurons, drawn
    with a probability proportional to their number of synapses plus a constant, which sets the
    exponent [2]_. An exponent of 3 is the model of [1]_, whose constant is zero. The direction of
    each connection is drawn at random, so there are loops. The first neurons are the hubs.

    Parameters
    ----------
    fan_out : int, default=50
        Mean number of targets. Each neuron has at least `fan_out` synapses, incoming and
        outgoing; the first `fan_out` neurons connect to all older ones.
    exponent : float, default=3.0
        Exponent of the distribution of the number of synapses (incoming and outgoing) of a
        neuron, above 2. With infinity all older neurons are equally likely.
    inhibitory : float, default=0.2
        Share of inhibitory neurons.
    weights : Weights or "auto", default="auto"
        Weights of the connections; "auto" is `Weights()`.
    delay : float, (float, float) or 4 floats, default=1.0
        Delay in ms, the ends of a uniform distribution of delays, or the delays of the pairs
        EE, EI, IE and II (source, then target; excitatory and inhibitory).

    References
    ----------
    .. [1] A.-L. Barabási, R. Albert (1999). Emergence of scaling in random networks. Science
       286, 509-512.
    .. [2] S. N. Dorogovtsev, J. F. F. Mendes, A. N. Samukhin (2000). Structure of growing
       networks with preferential linking. Physical Review Letters 85, 4633-4636.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.topology import ScaleFree
    >>> weights = ScaleFree(fan_out=5).draw(1000, np.random.default_rng(0)).weights
    >>> degree = np.diff(weights.indptr) + np.bincount(weights.indices, minlength=1000)
    >>> int(np.median(degree)), bool(degree.max() > 100)
    (7, True)
    """

    bounds = {"fan_out": "integer >= 0", "exponent": "> 2 and <= inf"}

    def __init__(
        self,
        fan_out: int = 50,
        exponent: float = 3.0,
        inhibitory: float = 0.2,
        weights: Weights | str = "auto",
        delay: float | tuple[float, float] | Sequence[float] = 1.0,
    ) -> None:
        self.fan_out = fan_out
        self.exponent = exponent
        self.inhibitory = inhibitory
        self.weights = weights
        self.delay = delay

    def connect(
        self, n_neurons: int, inhibitory: Array, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Draw the pattern of connections; see :class:`Topology`."""
        first = np.cumsum(np.minimum(np.arange(n_neurons), int(self.fan_out)))
        first = np.concatenate([[0], first])
        older = _grow(first, 1 / (self.exponent - 1), seed_of(rng))
        return _orient(first, older, seed_of(rng))


@njit
def _grow(first, preference, state):
    """Draw the older neurons of each neuron; those of neuron i are `older[first[i]:first[i + 1]]`.

    The end of a random earlier connection is a neuron drawn in proportion to its number of
    connections. Such a draw is made with the probability `preference`, and a draw of any older
    neuron otherwise, which gives the exponent `1 + 1 / preference`.
    """
    n_neurons = len(first) - 1
    older = np.empty(first[-1], dtype=np.int32)
    chosen_by = np.full(n_neurons, -1, dtype=np.int32)
    for young in range(n_neurons):
        start, stop = first[young], first[young + 1]
        for k in range(start, stop):
            choice = k - start  # all older neurons, if there are no more than `fan_out`
            chosen = stop - start < young
            while chosen:
                state += STEP
                preferred = unit(mix(state)) < preference
                state += STEP
                if preferred and start > 0:
                    choice = older[int(unit(mix(state)) * start)]
                else:
                    choice = int(unit(mix(state)) * young)
                chosen = chosen_by[choice] == young
            chosen_by[choice] = young
            older[k] = choice
    return older


@njit
def _orient(first, older, state):
    """Draw the direction of each pair of neurons; return the pattern `(indptr, targets)`."""
    n_neurons = len(first) - 1
    indptr = np.zeros(n_neurons + 1, dtype=np.int64)
    targets = np.empty(len(older), dtype=np.int32)
    place = np.zeros(n_neurons, dtype=np.int64)
    for fill in (False, True):
        bits = state
        for young in range(n_neurons):
            for k in range(first[young], first[young + 1]):
                bits += STEP
                pre, post = young, older[k]
                if unit(mix(bits)) < 0.5:
                    pre, post = post, pre
                if fill:
                    targets[place[pre]] = post
                    place[pre] += 1
                else:
                    indptr[pre + 1] += 1
        if not fill:
            for neuron in range(n_neurons):
                indptr[neuron + 1] += indptr[neuron]
            place[:] = indptr[:-1]
    for pre in range(n_neurons):
        targets[indptr[pre] : indptr[pre + 1]].sort()
    return indptr, targets
