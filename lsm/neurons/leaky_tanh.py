"""The rate neuron of echo state networks."""

import numpy as np

from .._model import NeuronModel

__all__ = ["LeakyTanh"]


class LeakyTanh(NeuronModel):
    """Leaky tanh neuron, which sends its activation instead of spikes [1]_ [2]_.

    In each step, of any length, the activation moves by::

        x(t) = (1 - leak) x(t - 1) + leak tanh(I(t))

    I is the sum of the bias, graded input and recurrent input. With :class:`lsm.synapses.Delta`
    and a delay of one step that is an echo state network::

        x(t) = (1 - leak) x(t - 1) + leak tanh(W x(t - 1) + W_in u(t) + bias)

    Parameters may differ between neurons, see :mod:`lsm.neurons`.

    Parameters
    ----------
    leak : float, default=1.0
        Share of the activation that is new in each step, above 0 and at most 1.
    bias : float, default=0.0
        Constant input.

    References
    ----------
    .. [1] H. Jaeger (2001). The "echo state" approach to analysing and training recurrent neural
       networks. GMD Report 148.
    .. [2] M. Lukoševičius (2012). A practical guide to applying echo state networks. Neural
       Networks: Tricks of the Trade, 2nd edition, 659-686. Springer.
    """

    _bounds = {"leak": {"low": 0, "low_open": True, "high": 1}}
    spiking = False

    def __init__(self, leak=1.0, bias=0.0):
        self.leak = leak
        self.bias = bias

    @staticmethod
    def constants(parameters, dt):
        """Return what one step needs, whatever its length."""
        leak = np.asarray(parameters["leak"])
        return 1 - leak, leak

    @staticmethod
    def initial(parameters, n_neurons, rng=None):
        """Return activations of zero, or drawn from -1 to 1."""
        if rng is None:
            return (np.zeros(n_neurons),)
        return (rng.uniform(-1, 1, n_neurons),)

    @staticmethod
    def step(n, state, constants, current):
        """Move neuron n by one step; it sends in each."""
        keep, leak = constants
        activation = state[0]
        activation[n] = keep * activation[n] + leak * np.tanh(current)
        return True

    @staticmethod
    def reference_step(state, constants, current):
        """Move all neurons by one step; return the new state and that all send."""
        keep, leak = constants
        return (keep * state[0] + leak * np.tanh(current),), np.ones(len(current), dtype=bool)
