"""Controls: models that show what a part of a liquid is worth."""

import numpy as np
from sklearn.base import BaseEstimator, clone

from ._validation import is_auto
from .liquid import Liquid
from .topology import ErdosRenyi

__all__ = ["Unconnected", "without_recurrence"]


def without_recurrence(model):
    """Return an unfitted copy of a model in which no liquid has recurrent synapses.

    All else is drawn as in the model: the neurons, their parameters and the input synapses. The
    difference between the scores of the two models is what recurrence is worth.

    Parameters
    ----------
    model : estimator
        A :class:`~lsm.Liquid`, or an estimator with one or several of them as parameters, at any
        depth: an :class:`~lsm.LSMClassifier`, an :class:`~lsm.LSMRegressor`, a Pipeline, a
        FeatureUnion.

    Returns
    -------
    control : estimator
        Of the same type, unfitted.

    Raises
    ------
    TypeError
        If there is no liquid in the model.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import Liquid, LSMClassifier, without_recurrence
    >>> model = LSMClassifier(Liquid(n_neurons=50, random_state=0))
    >>> control = without_recurrence(model)
    >>> X = np.random.default_rng(0).poisson(0.1, (10, 100, 4))
    >>> control.fit(X, np.arange(10) % 2).liquid_.network_.w.nnz
    0
    """
    params = model.get_params() if hasattr(model, "get_params") else {}
    names = [name for name in params if _is_topology_of_a_liquid(name, model, params)]
    if not names:
        raise TypeError(f"model must be a Liquid or an estimator with one in it, got {model!r}")
    return clone(model).set_params(**{name: Unconnected(_topology(params[name])) for name in names})


def _is_topology_of_a_liquid(name, model, params):
    owner, _, parameter = name.rpartition("__")
    part = params[owner] if owner else model
    # A composite's liquid at its default is "auto".
    return parameter == "topology" and (isinstance(part, Liquid) or is_auto(part))


def _topology(value):
    """Return a copy of the topology that is the value of a parameter."""
    return ErdosRenyi() if is_auto(value) else clone(value)


class Unconnected(BaseEstimator):
    """The neurons of another topology, without the synapses between them.

    Parameters
    ----------
    topology : topology
        Draws which neurons are inhibitory, and where they are; see :mod:`lsm.topology`.
    """

    def __init__(self, topology):
        self.topology = topology

    @property
    def n_neurons(self):
        """Number of neurons, if the topology fixes it."""
        return self.topology.n_neurons

    def draw(self, n_neurons, rng):
        """Draw the network of the other topology, and remove its synapses.

        Parameters
        ----------
        n_neurons : int
            Number of neurons.
        rng : numpy.random.Generator
            Random generator.

        Returns
        -------
        wiring : lsm.topology.Wiring
        """
        wiring = self.topology.draw(n_neurons, rng)
        weights = wiring.weights.copy()
        weights.data[:] = 0
        weights.eliminate_zeros()
        delays = wiring.delays if np.ndim(wiring.delays) == 0 else wiring.delays[:0]
        return wiring._replace(weights=weights, delays=delays)
