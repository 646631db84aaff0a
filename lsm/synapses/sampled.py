"""Synapses whose current is a function of time, given by its samples."""

from typing import Any

import numpy as np
from numba.extending import overload

from .._typing import Array, ArrayLike
from .._validation import check_reals
from .base import SynapseModel

__all__ = ["Sampled"]


def flow_of(n, pending, length):
    """Return the future currents into neuron n, or into a slice of neurons, by step."""
    return pending.reshape(-1, length)[n].T


@overload(flow_of)
def _flow_of(n, pending, length):  # for one neuron, without the cost of a reshape
    return lambda n, pending, length: pending[n * length : (n + 1) * length]


class Sampled(SynapseModel):
    """Synaptic currents of any shape, sampled in steps of the liquid.

    A spike that arrives through a weight w causes the current `w * kernel[k]` in the k-th step
    after it: a finite impulse response filter, in the transposed form [1]_.

    Parameters
    ----------
    kernel_exc : array-like of shape (n_steps,), default=(1.0,)
        Current in each step after a spike through an excitatory synapse, in nA per nA of weight.
    kernel_inh : array-like of shape (n_steps,) or "auto", default="auto"
        Current in each step after a spike through an inhibitory synapse, whose weight is
        negative; "auto" takes `kernel_exc`.

    References
    ----------
    .. [1] A. V. Oppenheim, R. W. Schafer (2010). Discrete-time signal processing, 3rd edition,
       section 6.4. Pearson.
    """

    def __init__(
        self, kernel_exc: ArrayLike = (1.0,), kernel_inh: ArrayLike | str = "auto"
    ) -> None:
        self.kernel_exc = kernel_exc
        self.kernel_inh = kernel_inh

    def check(self) -> None:
        """Check the kernels.

        Raises
        ------
        TypeError, ValueError
            If a kernel is not a list of finite numbers.
        """
        self._kernels()

    def draw(self, inhibitory: Array, dt: float, rng: np.random.Generator) -> dict[str, Any]:
        """Check the kernels and return them, padded to one length.

        Parameters
        ----------
        inhibitory : bool array of shape (n_neurons,)
            Which neurons are inhibitory.
        dt : float
            Length of a step in ms.
        rng : numpy.random.Generator
            Not used, since nothing is drawn.

        Returns
        -------
        parameters : dict of str to array of shape (n_steps,)

        Raises
        ------
        TypeError, ValueError
            If a kernel is not a list of finite numbers.
        """
        return self._kernels()

    def _kernels(self):
        """Return both kernels, checked and padded to one length."""
        same = isinstance(self.kernel_inh, str) and self.kernel_inh == "auto"
        kernels = {
            "kernel_exc": self.kernel_exc,
            "kernel_inh": self.kernel_exc if same else self.kernel_inh,
        }
        for name, kernel in kernels.items():
            try:
                kernels[name] = check_reals(f"Sampled.{name} must be a list of numbers", kernel)
            except ValueError as error:
                raise TypeError(str(error)) from None
            if kernels[name].ndim != 1 or kernels[name].size == 0:
                raise ValueError(
                    f"Sampled.{name} must be one-dimensional with a number for each step, "
                    f"got shape {kernels[name].shape}"
                )
            if not np.all(np.isfinite(kernels[name])):
                raise ValueError(f"Sampled.{name} must be finite, got {kernel!r}")
        length = max(map(len, kernels.values()))
        return {name: np.pad(kernel, (0, length - len(kernel))) for name, kernel in kernels.items()}

    @staticmethod
    def constants(
        parameters: dict[str, Any], neurons: dict[str, Any], dt: float
    ) -> tuple[Any, ...]:
        """Return the currents in the first step after a spike, excitatory and inhibitory."""
        return parameters["kernel_exc"][0], parameters["kernel_inh"][0]

    def initial(self, n_neurons: int) -> tuple[Array, ...]:
        """Return the future currents, `n_steps` for each neuron, and both kernels."""
        kernels = tuple(self._kernels().values())
        return np.zeros(n_neurons * len(kernels[0])), *kernels

    @staticmethod
    def current(n: Any, syn: Any, constants: Any, v: Any, drive: Any) -> Any:
        """Return the current into neuron n in the coming step."""
        exc, inh, pending, kernel_exc, _ = syn
        first_exc, first_inh = constants
        due = flow_of(n, pending, len(kernel_exc))[0]
        return due + first_exc * exc[n] + first_inh * inh[n]

    @staticmethod
    def decay(n: Any, syn: Any, constants: Any) -> None:
        """Advance the future currents into neuron n by one step, and add those of new spikes."""
        exc, inh, pending, kernel_exc, kernel_inh = syn
        flow = flow_of(n, pending, len(kernel_exc))
        new_exc, new_inh = exc[n], inh[n]
        for k in range(len(kernel_exc) - 1):
            flow[k] = flow[k + 1] + kernel_exc[k + 1] * new_exc + kernel_inh[k + 1] * new_inh
        exc[n] = 0
        inh[n] = 0
