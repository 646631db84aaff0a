"""What the neurons have in common that spike, are reset and wait for a refractory period."""

import numpy as np
from scipy.special import exprel

from .._model import NeuronModel
from .._units import steps

__all__ = ["IntegrateAndFire", "mean_fall"]


def mean_fall(leak, fall):
    """Return the mean over a step of what falls by exp(-fall), as a membrane weighs it.

    The weight is exp(-leak (1 - s)) at share s of the step; exact where the two meet, and for
    membranes of any speed.
    """
    apart = np.abs(np.subtract(leak, fall))
    return np.exp(-np.minimum(leak, fall)) * exprel(-apart) / exprel(-leak)


class IntegrateAndFire(NeuronModel):
    """Base of the models with a `v_reset` and a `refractory` period.

    Their state is the potential, the count of refractory steps that are left, and `n_further`
    variables that start at zero. `spikes_at` names the parameter that the potential reaches in
    a spike.
    """

    spikes_at = "v_threshold"
    n_further = 0

    def _check(self, parameters, dt):
        self._check_below("v_reset", self.spikes_at, parameters)
        steps(
            f"{type(self).__name__}.refractory", parameters["refractory"], dt,
            exact=not hasattr(self.refractory, "rvs"),
        )  # fmt: skip

    @classmethod
    def initial(cls, parameters, n_neurons, rng=None):
        """Return the state at rest, or at a random potential between reset and threshold."""
        reset, threshold = parameters["v_reset"], parameters["v_threshold"]
        potential = np.broadcast_to(parameters.get("v_rest", reset), n_neurons).astype(float)
        if rng is not None:
            potential = reset + (threshold - reset) * rng.random(n_neurons)
        return potential, *np.zeros((1 + cls.n_further, n_neurons))
