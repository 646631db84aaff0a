"""Wiring that the user gives as a matrix or a graph."""

from typing import Any

import numpy as np
from scipy import sparse

from .._checked import Checked
from .._typing import ArrayLike
from ._wiring import as_csr, check_delay, draw_delays
from .base import Wiring

__all__ = ["FixedWeights"]


class FixedWeights(Checked):
    """Weights taken from a matrix, such as a measured connectome or a network drawn elsewhere.

    Calibration leaves these weights as they are, unless `Calibration(recurrence=True)` is given.

    Parameters
    ----------
    matrix : array or scipy.sparse array of shape (n_neurons, n_neurons), or networkx graph
        `matrix[pre, post]` is the weight from neuron `pre` to neuron `post`, in nA for
        exponential synapses. Zeros are no connections. Of a graph, the weights are the edge
        attribute `weight`, or 1 where an edge has none; neuron i is node i in the order of
        `graph.nodes`; an edge of an undirected graph connects both ways, and parallel edges add
        up.
    inhibitory : bool array of shape (n_neurons,) or "auto", default="auto"
        Which neurons are inhibitory. The weights of inhibitory neurons must not be positive, nor
        those of the others negative (Dale's law). "auto" takes the neurons whose weights are all
        negative; rows with both signs are allowed then, and count as excitatory.
    delay : float, (float, float), 4 floats or matrix, default=1.0
        Delay in ms, the ends of a uniform distribution of delays, the delays of the pairs EE,
        EI, IE and II (source, then target; excitatory and inhibitory), or a matrix with the
        delay of every connection.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.topology import FixedWeights
    >>> wiring = FixedWeights([[0.0, 0.5], [-2.0, 0.0]]).draw(2, np.random.default_rng(0))
    >>> wiring.inhibitory
    array([False,  True])
    """

    is_given = True  # the weights are the user's: calibration leaves them

    def __init__(
        self, matrix: Any, inhibitory: ArrayLike | str = "auto", delay: float | ArrayLike = 1.0
    ) -> None:
        self.matrix = matrix
        self.inhibitory = inhibitory
        self.delay = delay

    @property
    def n_neurons(self) -> int:
        """Number of rows of the matrix, or of nodes of the graph."""
        if isinstance(self.matrix, tuple | list) or _is_graph(self.matrix):
            return len(self.matrix)
        return (*np.shape(self.matrix), 0)[0]

    def check(self) -> None:
        """Check the matrix, the inhibitory neurons and the delays.

        Raises
        ------
        TypeError, ValueError
            If a matrix has a wrong shape or is not finite, a weight breaks Dale's law, or a delay
            is not positive.
        """
        weights = self._weights(self.n_neurons)
        self._inhibitory(weights)
        self._delays(weights)

    def draw(self, n_neurons: int, rng: np.random.Generator) -> Wiring:
        """Return the network; delays alone may be drawn.

        Parameters
        ----------
        n_neurons : int
            Number of neurons, which must be that of the matrix.
        rng : numpy.random.Generator
            Random generator of the delays.

        Returns
        -------
        wiring : Wiring

        Raises
        ------
        TypeError, ValueError
            If a matrix has a wrong shape or is not finite, a weight breaks Dale's law, or a delay
            is not positive.
        """
        weights = self._weights(n_neurons)
        inhibitory, delays = self._inhibitory(weights), self._delays(weights)
        if not self._has_matrix_of_delays():
            delays = draw_delays(delays, weights.indptr, weights.indices, inhibitory, rng)
        return Wiring(weights, inhibitory, delays)

    def _weights(self, n_neurons):
        """Return the weights as a sparse matrix of the right shape."""
        matrix = self.matrix
        if _is_graph(matrix):
            matrix = _matrix_of(matrix)
        return _square("FixedWeights.matrix", matrix, n_neurons)

    def _inhibitory(self, weights):
        """Return which neurons are inhibitory, and check Dale's law."""
        pre = np.repeat(np.arange(weights.shape[0], dtype=np.int32), np.diff(weights.indptr))
        positive = weights.data > 0
        if isinstance(self.inhibitory, str) and self.inhibitory == "auto":
            excites, inhibits = np.zeros((2, weights.shape[0]), dtype=bool)
            excites[pre[positive]], inhibits[pre[~positive]] = True, True
            return inhibits & ~excites
        inhibitory = np.asarray(self.inhibitory)
        if inhibitory.dtype != bool or inhibitory.shape != weights.shape[:1]:
            raise ValueError(
                f"FixedWeights.inhibitory must be 'auto' or {weights.shape[0]} booleans, one for "
                f"each neuron, got dtype {inhibitory.dtype} and shape {inhibitory.shape}"
            )
        wrong = np.flatnonzero(positive == inhibitory[pre])
        if len(wrong):
            neuron, post = pre[wrong[0]], weights.indices[wrong[0]]
            raise ValueError(
                f"FixedWeights.matrix[{neuron}, {post}] is {weights.data[wrong[0]]:g}, but neuron "
                f"{neuron} is {'inhibitory' if inhibitory[neuron] else 'excitatory'} (Dale's law)"
            )
        return inhibitory

    def _has_matrix_of_delays(self):
        return sparse.issparse(self.delay) or np.ndim(self.delay) == 2

    def _delays(self, weights):
        """Return the delay of every connection from a matrix, or `delay` as a list."""
        if not self._has_matrix_of_delays():
            return check_delay("FixedWeights.delay", self.delay)
        delays = _square("FixedWeights.delay", self.delay, weights.shape[0])
        delays = sparse.csr_array(delays.multiply(weights != 0))
        delays.sort_indices()
        if delays.nnz < weights.nnz or delays.nnz and delays.data.min() <= 0:
            raise ValueError(
                "FixedWeights.delay must be positive for every connection: "
                f"{np.sum(delays.data > 0)} of {weights.nnz} are"
            )
        return delays.data


def _is_graph(matrix):
    """Return whether a matrix is a graph of networkx, without an import of it."""
    return hasattr(matrix, "nodes") and hasattr(matrix, "is_directed")


def _matrix_of(graph):
    """Return the weights of a graph of networkx as a sparse matrix, in the order of its nodes."""
    import networkx  # needed for graphs only

    if len(graph) == 0:
        raise ValueError("FixedWeights.matrix is a graph without nodes: give one node a neuron")
    try:
        return networkx.to_scipy_sparse_array(graph, dtype=float, weight="weight")
    except (TypeError, ValueError) as error:
        raise TypeError(
            "FixedWeights.matrix is a graph, whose edges must have numbers as their attribute "
            f"'weight': {error}"
        ) from None


def _square(name, matrix, n_neurons):
    """Return a matrix of the given size as CSR, or raise a ValueError."""
    array = as_csr(name, matrix)
    if array.shape != (n_neurons, n_neurons):
        raise ValueError(
            f"{name} has shape {array.shape}, but n_neurons is {n_neurons}: leave n_neurons at "
            "'auto', and give a square matrix"
        )
    return array
