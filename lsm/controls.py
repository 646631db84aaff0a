"""Controls: models that show what a part of a liquid is worth."""

from typing import Any

import numpy as np
from sklearn.base import BaseEstimator, clone

from ._typing import Estimator
from ._validation import is_auto
from .liquid import Liquid
from .random_features import RandomFeatures
from .topology import ErdosRenyi, Wiring

__all__ = [
    "Unconnected",
    "liquids_of",
    "shared_parameters",
    "with_random_features",
    "without_recurrence",
]

N_NEURONS = 1000  # of a liquid whose number is "auto"


def without_recurrence(model: Estimator) -> Estimator:
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
    params, names = liquids_of(model)
    prefixes = [f"{name}__" if name else "" for name in names]
    return clone(model).set_params(**{
        f"{prefix}topology": Unconnected(_topology(params[f"{prefix}topology"]))
        for prefix in prefixes
    })  # fmt: skip


def with_random_features(model: Estimator, **params: Any) -> Estimator:
    """Return an unfitted copy of a model with static random features in the liquid's place.

    There are as many units as neurons. They read the same channels, and are read in the same
    windows. Where the copy reaches the score of the model, the task needs no dynamics.

    Parameters
    ----------
    model : estimator
        Estimator with one or several liquids as parameters, as of :func:`without_recurrence`, and
        with a readout.
    **params : object
        Parameters of the random features, such as `n_taps=20` rows that a unit reads.

    Returns
    -------
    control : estimator
        Of the same type, unfitted, with :class:`~lsm.RandomFeatures`.

    Raises
    ------
    TypeError
        If there is no liquid in the model, or the model is one.

    Examples
    --------
    >>> from lsm import Liquid, LSMClassifier, with_random_features
    >>> with_random_features(LSMClassifier(Liquid(50, random_state=0))).liquid
    RandomFeatures(n_units=50, random_state=0)
    """
    of_model, names = liquids_of(model)
    if "" in names:
        raise TypeError(f"model must have a liquid and a readout, got a liquid alone: {model!r}")
    features = {name: _random_features(of_model, name).set_params(**params) for name in names}
    return clone(model).set_params(**features)


def liquids_of(model: Estimator) -> tuple[dict[str, Any], list[str]]:
    """Return the parameters of a model, and the names of those that are liquids.

    Parameters
    ----------
    model : estimator
        As of :func:`without_recurrence`.

    Returns
    -------
    params : dict
        All parameters at any depth.
    names : list of str
        Names of the liquids; "" for the model itself.

    Raises
    ------
    TypeError
        If there is no liquid in the model.
    """
    params = model.get_params() if hasattr(model, "get_params") else {}
    owners = [name.rpartition("__") for name in params]
    names = [
        owner
        for owner, _, parameter in owners
        if parameter == "topology" and _is_liquid(params[owner] if owner else model)
    ]
    if not names:
        raise TypeError(f"model must be a Liquid or an estimator with one in it, got {model!r}")
    return params, names


def _is_liquid(part):
    # A composite's liquid at its default is "auto".
    return isinstance(part, Liquid) or is_auto(part)


def shared_parameters(params: dict[str, Any], name: str) -> dict[str, Any]:
    """Return those parameters of a liquid that set its windows and the duration of rows.

    Parameters
    ----------
    params : dict
        All parameters of a model.
    name : str
        Name of the liquid.

    Returns
    -------
    shared : dict
    """
    keys = ("snapshots", "dt", "row_duration", "static_steps")
    return {key: params[f"{name}__{key}"] for key in keys}


def _random_features(params, name):
    """Return as many random features as a liquid has neurons, on the same channels."""
    n_units, inputs = params[f"{name}__n_neurons"], params[f"{name}__inputs"]
    if is_auto(n_units):  # a wiring may fix it
        n_units = getattr(inputs, "n_neurons", N_NEURONS)
        n_units = getattr(params[f"{name}__topology"], "n_neurons", n_units)
    seed, shared = params[f"{name}__random_state"], shared_parameters(params, name)
    return RandomFeatures(n_units, inputs, random_state=seed, **shared)


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

    def __init__(self, topology: Estimator) -> None:
        self.topology = topology

    @property
    def n_neurons(self) -> int:
        """Number of neurons, if the topology fixes it."""
        return self.topology.n_neurons

    def draw(self, n_neurons: int, rng: np.random.Generator) -> Wiring:
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
