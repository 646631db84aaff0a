"""What the neurons have in common that spike, are reset and wait for a refractory period."""

import numpy as np

from .._model import NeuronModel
from .._validation import steps

__all__ = ["IntegrateAndFire"]


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
