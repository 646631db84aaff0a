"""The rate neuron of echo state networks."""

from typing import Any

import numpy as np

from .._typing import Array, Parameter
from .base import NeuronModel

__all__ = ["LeakyTanh"]


class LeakyTanh(NeuronModel):
    """Leaky tanh neuron, which sends its activation instead of spikes [1]_ [2]_.

    In each step, of any length, the activation moves by::

        x(t) = (1 - leak) x(t - 1) + leak tanh(I(t))

    where I is the sum of the bias, graded input and recurrent input. With
    :class:`lsm.synapses.Delta` and delays of one step the liquid is an echo state network::

        x(t) = (1 - leak) x(t - 1) + leak tanh(W x(t - 1) + W_in u(t) + bias)

    Parameters may differ between neurons, see :class:`NeuronModel`.

    Parameters
    ----------
    leak : float, default=1.0
        Share of the activation that each step replaces, above 0 and at most 1.
    bias : float, default=0.0
        Constant input.

    References
    ----------
    .. [1] H. Jaeger (2001). The "echo state" approach to analysing and training recurrent neural
       networks. GMD Report 148.
    .. [2] M. Lukoševičius (2012). A practical guide to applying echo state networks. Neural
       Networks: Tricks of the Trade, 2nd edition, 659-686. Springer.
    """

    bounds = {"leak": "> 0 and <= 1"}
    spiking = False

    def __init__(self, leak: Parameter = 1.0, bias: Parameter = 0.0) -> None:
        self.leak = leak
        self.bias = bias

    @staticmethod
    def constants(parameters: dict[str, Any], dt: float) -> tuple[Any, ...]:
        """Return the numbers that a step needs; they do not depend on its length."""
        leak = np.asarray(parameters["leak"])
        return 1 - leak, leak

    @staticmethod
    def initial(
        parameters: dict[str, Any], n_neurons: int, rng: np.random.Generator | None = None
    ) -> tuple[Array, ...]:
        """Return activations of zero, or drawn uniformly from [-1, 1]."""
        if rng is None:
            return (np.zeros(n_neurons),)
        return (rng.uniform(-1, 1, n_neurons),)

    @staticmethod
    def step(n: Any, state: Any, constants: Any, current: Any) -> Any:
        """Move neuron n by one step; return True, as it sends its activation in every step."""
        keep, leak = constants
        activation = state[0]
        activation[n] = keep * activation[n] + leak * np.tanh(current)
        return True

    @staticmethod
    def reference_step(state: Any, constants: Any, current: Any) -> tuple[Any, Any]:
        """Move all neurons by one step; return the new state and True for each neuron."""
        keep, leak = constants
        return (keep * state[0] + leak * np.tanh(current),), np.ones(len(current), dtype=bool)
