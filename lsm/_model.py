"""What neuron and synapse models share: parameters that are spread over the neurons."""

import numpy as np
from sklearn.base import BaseEstimator

from ._validation import per_neuron

__all__ = ["Model", "NeuronModel", "SynapseModel"]


class Model(BaseEstimator):
    """Parameters of which each may be shared by all neurons or differ between them.

    Every parameter may be a number, an (excitatory, inhibitory) pair, an array with a value for
    each neuron, or a frozen `scipy.stats` distribution that is drawn once for each neuron. A
    model lists the bounds of its parameters in `_bounds`, as arguments of
    :func:`lsm._validation.check_number`, and checks what relates several of them in `_check`.
    """

    _bounds = {}

    def draw(self, inhibitory, dt, rng):
        """Check the parameters and spread them over the neurons.

        Parameters
        ----------
        inhibitory : bool array of shape (n_neurons,)
            Which neurons are inhibitory.
        dt : float
            Length of a step in ms.
        rng : numpy.random.Generator
            Source of draws.

        Returns
        -------
        parameters : dict of str to float or array of shape (n_neurons,)

        Raises
        ------
        TypeError, ValueError
            If a parameter is outside its meaning.
        """
        model = type(self).__name__
        parameters = {
            name: per_neuron(
                f"{model}.{name}", value, inhibitory, rng, **self._bounds.get(name, {})
            )
            for name, value in self.get_params(deep=False).items()
        }
        self._check(parameters, dt)
        return parameters

    def _check(self, parameters, dt):
        """Raise an error if parameters do not go together; by default they do."""

    def _check_below(self, low, high, parameters):
        """Raise an error unless one parameter is below another in every neuron."""
        if not np.all(np.asarray(parameters[low]) < parameters[high]):
            raise ValueError(
                f"{type(self).__name__}.{low} must be below {high}, got "
                f"{low}={getattr(self, low)!r} and {high}={getattr(self, high)!r}"
            )


class NeuronModel(Model):
    """Base of the neuron models; see :mod:`lsm.neurons` for what a model adds."""

    stochastic = False
    spiking = True


class SynapseModel(Model):
    """Base of the synapse models; see :mod:`lsm.synapses` for what a model adds."""

    arrives_first = False
    needs_potential = False

    @staticmethod
    def initial(n_neurons):
        """Return state beyond the excitatory and inhibitory row; by default there is none."""
        return ()
