"""Wirings that a user gives as a matrix."""

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator

from .._validation import check_reals
from ._wiring import Wiring, check_delay, draw_delays

__all__ = ["FixedWeights"]


class FixedWeights(BaseEstimator):
    """Weights taken from a matrix, such as a measured connectome or a network drawn elsewhere.

    Parameters
    ----------
    matrix : scipy.sparse array or array of shape (n_neurons, n_neurons)
        `matrix[pre, post]` is the weight from neuron `pre` to neuron `post`, in nA for
        exponential synapses. Zeros are no connections.
    inhibitory : bool array of shape (n_neurons,), optional
        Which neurons are inhibitory; their weights must not be positive, nor those of the others
        negative (Dale's law). By default the neurons whose weights are all negative: then rows
        of both signs are taken as they are, and count as excitatory.
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

    def __init__(self, matrix, inhibitory=None, delay=1.0):
        self.matrix = matrix
        self.inhibitory = inhibitory
        self.delay = delay

    @property
    def n_neurons(self):
        """Number of rows of the matrix."""
        if isinstance(self.matrix, tuple | list):
            return len(self.matrix)
        return (*np.shape(self.matrix), 0)[0]

    def draw(self, n_neurons, rng):
        """Return the network; only delays may be drawn.

        Parameters
        ----------
        n_neurons : int
            Number of neurons, which the matrix must have.
        rng : numpy.random.Generator
            Source of delays.

        Returns
        -------
        wiring : Wiring

        Raises
        ------
        TypeError, ValueError
            If a matrix has a wrong shape or is not finite, Dale's law is broken, or a delay is
            not positive.
        """
        weights = _as_csr("FixedWeights.matrix", self.matrix, n_neurons)
        inhibitory = self._inhibitory(weights)
        if sparse.issparse(self.delay) or np.ndim(self.delay) == 2:
            delays = self._delays(weights)
        else:
            delay = check_delay("FixedWeights.delay", self.delay)
            delays = draw_delays(delay, weights.indptr, weights.indices, inhibitory, rng)
        return Wiring(weights, inhibitory, delays)

    def _inhibitory(self, weights):
        pre = np.repeat(np.arange(weights.shape[0], dtype=np.int32), np.diff(weights.indptr))
        positive = weights.data > 0
        if self.inhibitory is None:
            excites, inhibits = np.zeros((2, weights.shape[0]), dtype=bool)
            excites[pre[positive]], inhibits[pre[~positive]] = True, True
            return inhibits & ~excites
        inhibitory = np.asarray(self.inhibitory)
        if inhibitory.dtype != bool or inhibitory.shape != weights.shape[:1]:
            raise ValueError(
                f"FixedWeights.inhibitory must be {weights.shape[0]} booleans, one for each "
                f"neuron, got dtype {inhibitory.dtype} and shape {inhibitory.shape}"
            )
        wrong = np.flatnonzero(positive == inhibitory[pre])
        if len(wrong):
            neuron, post = pre[wrong[0]], weights.indices[wrong[0]]
            raise ValueError(
                f"FixedWeights.matrix[{neuron}, {post}] is {weights.data[wrong[0]]:g}, but neuron "
                f"{neuron} is {'inhibitory' if inhibitory[neuron] else 'excitatory'} (Dale's law)"
            )
        return inhibitory

    def _delays(self, weights):
        """Look up the delay of every connection in a matrix."""
        delays = _as_csr("FixedWeights.delay", self.delay, weights.shape[0])
        delays = sparse.csr_array(delays.multiply(weights != 0))
        delays.sort_indices()
        if delays.nnz < weights.nnz or delays.nnz and delays.data.min() <= 0:
            raise ValueError(
                f"FixedWeights.delay must be positive for every connection: "
                f"{np.sum(delays.data > 0)} of {weights.nnz} are"
            )
        return delays.data


def _as_csr(name, matrix, n_neurons):
    """Return a clean float32 copy of a square matrix: sorted, with no zeros and no duplicates."""
    rule = f"{name} must be a matrix of real numbers"
    try:
        if not sparse.issparse(matrix):
            matrix = check_reals(rule, matrix)
        elif matrix.dtype.kind not in "iuf":
            raise ValueError(f"{rule}, got {matrix!r}")
        array = sparse.csr_array(matrix, dtype=np.float32, copy=True)
    except ValueError as error:
        raise TypeError(str(error)) from None
    if array.shape != (n_neurons, n_neurons):
        raise ValueError(
            f"{name} has shape {array.shape}, but n_neurons is {n_neurons}: leave n_neurons at "
            "None, and give a square matrix"
        )
    array.sum_duplicates()
    array.eliminate_zeros()
    if not np.isfinite(array.data).all():
        raise ValueError(f"{name} must be finite, not NaN or infinity")
    return array
