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
    delay : float or (float, float), default=0.0
        Delay in ms, or the ends of a uniform distribution of delays.

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
            If the matrix has a wrong shape or is not finite, or the delay is negative.
        """
        super().check()
        as_csr("FixedInputs.matrix", self.matrix)
        check_delay("FixedInputs.delay", self.delay, of_input=True)

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
        delay = check_delay("FixedInputs.delay", self.delay, of_input=True)
        return weights, draw_delays(delay, weights.indptr, weights.indices, inhibitory, rng)
