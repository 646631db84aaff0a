"""Neurons that a spike resets, and the mean of a decaying current over a step."""

from typing import Any

import numpy as np
from scipy.special import exprel

from .._typing import Array
from .._units import nearest_steps
from .base import NeuronModel

__all__ = ["ResetNeuron", "mean_decay"]


def mean_decay(leak, decay):
    """Return the mean over a step of a current that decays by exp(-decay), as a membrane weighs it.

    A membrane that leaks by exp(-leak) in a step weighs the current at share s of the step by
    exp(-leak (1 - s)). The result is exact for all rates, also where the two are equal.

    Parameters
    ----------
    leak, decay : float or array of shape (n_neurons,)
        Length of the step over the time constants of the membrane and of the current.

    Returns
    -------
    mean : float or array of shape (n_neurons,)
        Relative to the current at the start of the step.
    """
    difference = np.abs(np.subtract(leak, decay))
    return np.exp(-np.minimum(leak, decay)) * exprel(-difference) / exprel(-leak)


class ResetNeuron(NeuronModel):
    """Base of the neurons that a spike sets to `v_reset` for a `refractory` period.

    Their state is the potential in mV, the number of refractory steps that are left, and
    `n_further` variables that start at zero.
    """

    bounds = {"refractory": ">= 0"}
    n_further = 0

    def check_drawn(self, parameters: dict[str, Any], dt: float) -> None:
        """Convert the refractory periods to steps, so that a warning names the rounded ones."""
        name, drawn = f"{type(self).__name__}.refractory", hasattr(self.refractory, "rvs")
        nearest_steps(name, parameters["refractory"], dt, drawn=drawn)

    @classmethod
    def initial(
        cls, parameters: dict[str, Any], n_neurons: int, rng: np.random.Generator | None = None
    ) -> tuple[Array, ...]:
        """Return the state at rest, or at a random potential between reset and threshold."""
        reset, threshold = parameters["v_reset"], parameters["v_threshold"]
        potential = np.broadcast_to(parameters.get("v_rest", reset), n_neurons).astype(float)
        if rng is not None:
            potential = reset + (threshold - reset) * rng.random(n_neurons)
        return potential, *np.zeros((1 + cls.n_further, n_neurons))
