"""The base class of synapse models."""

from abc import abstractmethod
from typing import Any

import numpy as np

from .._model import Model, check_rows
from .._typing import Array

__all__ = ["SynapseModel"]


class SynapseModel(Model):
    """Base of synapse models: the current that arriving spikes cause in their target neuron.

    A model is a subclass whose parameters are the arguments of its `__init__`, stored untouched
    as in any scikit-learn estimator. It defines the static methods `constants`, `current` and
    `decay`, and `initial` if it has further state. numba compiles `current` and `decay` into the
    simulation, and the NumPy reference calls them with a slice for n.

    The state of the synapses onto all neurons is a tuple of arrays. The first two are rows of
    shape (n_neurons,): each spike that arrives adds its weight to the first (weights of
    excitatory synapses) or to the second (weights of inhibitory synapses, which are negative).

    The value of each parameter may be a number, an (excitatory, inhibitory) pair, an array with a
    value for each target neuron, or a frozen `scipy.stats` distribution.

    Attributes
    ----------
    bounds : dict of str to str
        Bounds of parameters, by name: comparisons with numbers or other parameters such as
        `"> 0"`, `">= 0 and <= 1"` or `"<= tau_decay"`. A parameter without bounds may be any
        finite number.
    arrives_first : bool, default=False
        Whether the spikes that arrive in a step add their weights before the neurons move, or
        after it.
    needs_potential : bool, default=False
        Whether the current depends on the membrane potential. Such synapses refuse neurons that
        do not spike.

    Examples
    --------
    A current that falls to a fraction in each step:

    >>> import numpy as np
    >>> from lsm.synapses import SynapseModel
    >>> class Fading(SynapseModel):
    ...     bounds = {"kept": ">= 0 and < 1"}
    ...
    ...     def __init__(self, kept=0.8):
    ...         self.kept = kept
    ...
    ...     @staticmethod
    ...     def constants(parameters, neurons, dt):
    ...         return (parameters["kept"],)
    ...
    ...     @staticmethod
    ...     def current(n, syn, constants, v, drive):
    ...         exc, inh = syn
    ...         return exc[n] + inh[n]
    ...
    ...     @staticmethod
    ...     def decay(n, syn, constants):
    ...         exc, inh = syn
    ...         exc[n] *= constants[0]
    ...         inh[n] *= constants[0]
    >>> synapses = Fading(kept=0.5)
    >>> parameters = synapses.draw(np.array([False]), 1.0, None)
    >>> constants = synapses.constants(parameters, {}, 1.0)
    >>> syn = np.array([2.0]), np.array([-0.5])  # weights that have arrived, in nA
    >>> synapses.decay(0, syn, constants)
    >>> float(synapses.current(0, syn, constants, 0.0, 0.0))
    0.75

    Such a class is a part of a liquid like any other: `Liquid(synapses=Fading())`.
    """

    arrives_first = False
    needs_potential = False

    def draw(self, inhibitory: Array, dt: float, rng: np.random.Generator) -> dict[str, Any]:
        """Check the model and spread its parameters over the target neurons.

        Parameters
        ----------
        inhibitory : bool array of shape (n_neurons,)
            Which neurons are inhibitory.
        dt : float
            Length of a step in ms.
        rng : numpy.random.Generator
            Random generator for parameters that are distributions.

        Returns
        -------
        parameters : dict of str to float or float64 array of shape (n_neurons,)
            A float where all neurons have the same value.

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid, or `initial` returns something else than a tuple.
        """
        parameters = super().draw(inhibitory, dt, rng)
        check_rows(f"{type(self).__name__}.initial", self.initial(len(inhibitory)))
        return parameters

    @staticmethod
    @abstractmethod
    def constants(
        parameters: dict[str, Any], neurons: dict[str, Any], dt: float
    ) -> tuple[float, ...] | Array:
        """Return the numbers that one step needs.

        Parameters
        ----------
        parameters : dict of str to float or array of shape (n_neurons,)
            Parameters of the synapses onto each neuron, as `draw` returned them.
        neurons : dict of str to float or array of shape (n_neurons,)
            Parameters of the neurons, see :class:`lsm.neurons.NeuronModel`.
        dt : float
            Length of a step in ms.

        Returns
        -------
        constants : tuple of float or array of shape (n_neurons,)
            In the order in which `current` and `decay` read them.
        """

    def initial(self, n_neurons: int) -> tuple[Any, ...]:
        """Return the state beyond the two rows, at the start of a sample; by default none.

        Parameters
        ----------
        n_neurons : int
            Number of neurons.

        Returns
        -------
        state : tuple of float arrays
        """
        return ()

    @staticmethod
    @abstractmethod
    def current(n: Any, syn: Any, constants: Any, v: Any, drive: Any) -> Any:
        """Return the current into neuron n during the coming step.

        Parameters
        ----------
        n : int or slice
            Index of the neuron; a slice of neurons in the NumPy reference.
        syn : tuple of arrays
            State of the synapses: the excitatory and the inhibitory row, then the arrays of
            `initial`.
        constants : tuple of float
            Constants of neuron n.
        v : float
            Membrane potential of neuron n in mV at the start of the step.
        drive : float
            Other current into neuron n in nA, constant over the step.

        Returns
        -------
        current : float
            The constant current in nA that moves the membrane of the neuron as far in the step
            as the current of the synapses does.
        """

    @staticmethod
    @abstractmethod
    def decay(n: Any, syn: Any, constants: Any) -> None:
        """Move the state of the synapses onto neuron n by one step, in place.

        Parameters
        ----------
        n : int or slice
            Index of the neuron; a slice of neurons in the NumPy reference.
        syn : tuple of arrays
            As of `current`.
        constants : tuple of float
            Constants of neuron n.
        """
