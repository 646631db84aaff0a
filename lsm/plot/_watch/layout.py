"""Positions of neurons in space, from the topology or from the graph of the connections."""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, eigsh

__all__ = ["layout"]

N_AXES = 3
LENGTHS = (1.6, 0.9, 1.0)  # of a layout from a graph: the page is wider than high


def layout(liquid):
    """Return the positions of a liquid's neurons, and a sentence that says what they mean.

    Parameters
    ----------
    liquid : Liquid
        Fitted liquid.

    Returns
    -------
    positions : array of shape (n_neurons, 3)
        Positions around the origin, the longest axis first, from -1 to 1.
    meaning : str
        Sentence about the positions.
    """
    if liquid.positions_ is not None:
        positions = np.asarray(liquid.positions_, dtype=float)
        positions = positions[:, np.argsort(-np.ptp(positions, axis=0), kind="stable")]
        meaning = "Neurons lie at the positions that the topology gives them."
    elif liquid.network_.w.nnz and liquid.n_neurons_ > N_AXES + 1:
        positions = _spectral(liquid.network_.w)
        meaning = "Neurons have no positions: those that share many synapses lie close together."
    else:
        positions = _grid(liquid.n_neurons_)
        meaning = "Neurons have no positions: they lie on a grid, in the order of their numbers."
    positions = positions - (positions.max(axis=0) + positions.min(axis=0)) / 2
    return positions / (np.abs(positions).max() or 1), meaning


def _spectral(weights):
    """Return positions from eigenvectors of the normalised graph of synapses.

    The graph has an edge for each synapse, whatever its weight, and weak edges between all neurons,
    which hold its parts together. The first eigenvector is constant and is left out.
    """
    pattern = abs(sparse.csr_array(weights)).sign()
    pattern = pattern + pattern.T
    n = pattern.shape[0]
    weak = pattern.sum() / n**2
    scale = 1 / np.sqrt(pattern.sum(axis=1) + weak * n)

    def multiply(x):
        x = scale * x.ravel()
        return scale * (pattern @ x + weak * x.sum())

    graph = LinearOperator((n, n), matvec=multiply, dtype=float)
    start = np.random.default_rng(0).standard_normal(n)
    values, vectors = eigsh(graph, N_AXES + 1, which="LA", v0=start)
    vectors = scale[:, None] * vectors[:, np.argsort(-values, kind="stable")[1:]]
    # An eigenvector has no sign of its own.
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(axis=0)[None], axis=0)
    vectors = vectors * np.sign(largest)
    # A few neurons far away would leave no room for the others.
    return LENGTHS * np.tanh(vectors / vectors.std(axis=0))


def _grid(n_neurons):
    """Return positions on a cubic grid."""
    side = int(np.ceil(round(n_neurons ** (1 / 3), 9)))
    return np.stack(np.unravel_index(np.arange(n_neurons), (side,) * 3), axis=1).astype(float)
