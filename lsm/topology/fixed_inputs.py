"""Input wiring that the user gives as a matrix."""

import numpy as np
from scipy import sparse

from .._typing import Array, ArrayLike
from ._wiring import as_csr, check_delay, draw_delays
from .base import InputWiring

__all__ = ["FixedInputs"]


class FixedInputs(InputWiring):
    """Input weights taken from a matrix.

    Calibration leaves these weights as they are and does not centre the input, unless
    `Calibration(inputs=True)` is given.

    Parameters
    ----------
    matrix : array or scipy.sparse array of shape (n_channels, n_neurons)
        `matrix[channel, neuron]` is the weight from a channel to a neuron in nA. Zeros are no
        connections.
    delay : float, (float, float) or matrix, default=0.0
        Delay in ms, the ends of a uniform distribution of delays, or a matrix with the delay of
        every connection; numbers that a sparse one does not store are 0.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import Liquid
    >>> from lsm.topology import FixedInputs
    >>> X = np.random.default_rng(0).poisson(0.2, (20, 100, 2))
    >>> liquid = Liquid(inputs=FixedInputs([[2.0, 0.0, 1.0], [0.0, 2.0, 1.0]]), random_state=0)
    >>> liquid.fit(X).network_.w_in.toarray()
    array([[2., 0., 1.],
           [0., 2., 1.]], dtype=float32)
    """

    is_given = True  # the weights are the user's: calibration leaves them

    def __init__(
        self, matrix: ArrayLike | sparse.sparray, delay: float | tuple[float, float] = 0.0
    ) -> None:
        self.matrix = matrix
        self.delay = delay

    @property
    def n_neurons(self) -> int:
        """Number of columns of the matrix."""
        shape = self.matrix.shape if sparse.issparse(self.matrix) else np.shape(self.matrix)
        return (*shape, 0, 0)[1]

    def check(self) -> None:
        """Check the matrix and the delay.

        Raises
        ------
        TypeError, ValueError
            If the matrix has a wrong shape or is not finite, or a delay is negative.
        """
        super().check()
        self._delays(as_csr("FixedInputs.matrix", self.matrix))

    def draw(
        self, n_channels: int, inhibitory: Array, rng: np.random.Generator
    ) -> tuple[sparse.csr_array, float | Array]:
        """Return the input synapses; see :class:`InputWiring`."""
        self.check()
        weights = as_csr("FixedInputs.matrix", self.matrix)
        if weights.shape != (n_channels, len(inhibitory)):
            raise ValueError(
                f"FixedInputs.matrix has shape {weights.shape}, but X has {n_channels} channels "
                f"and the liquid has {len(inhibitory)} neurons: give a matrix of shape "
                f"({n_channels}, {len(inhibitory)}), and leave Liquid.n_neurons at 'auto' to have "
                "as many neurons as the matrix"
            )
        delays = self._delays(weights)
        if isinstance(delays, list):
            delays = draw_delays(delays, weights.indptr, weights.indices, inhibitory, rng)
        return weights, delays

    def _delays(self, weights):
        """Return the delay of every connection from a matrix, or `delay` as a list."""
        if not sparse.issparse(self.delay) and np.ndim(self.delay) != 2:
            return check_delay("FixedInputs.delay", self.delay, of_input=True)
        delays = as_csr("FixedInputs.delay", self.delay)
        if delays.shape != weights.shape or delays.data.min(initial=0) < 0:
            raise ValueError(
                f"FixedInputs.delay must be a number, the ends of a distribution, or a matrix of "
                f"shape {weights.shape} as FixedInputs.matrix has, with no negative delay; got "
                f"shape {delays.shape} and delays from {delays.data.min(initial=0):g} ms"
            )
        source = np.repeat(np.arange(weights.shape[0]), np.diff(weights.indptr))
        return np.asarray(delays[source, weights.indices]).ravel()
