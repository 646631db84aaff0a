"""The base class of neuron models."""

from abc import abstractmethod
from typing import Any

import numpy as np

from .._model import Model, check_rows
from .._typing import Array

__all__ = ["NeuronModel"]


class NeuronModel(Model):
    """Base of neuron models.

    A model is a subclass whose parameters are the arguments of its `__init__`, stored untouched
    as in any scikit-learn estimator. It defines the static methods `constants`, `initial` and
    `step`, and may define `reference_step`.

    The value of each parameter may be a number, an (excitatory, inhibitory) pair, an array with a
    value for each neuron, or a frozen `scipy.stats` distribution. Other parts of a liquid read
    some parameters by their names:

    - `tau_m` (time constant in ms) and `resistance` (in MOhm) of a membrane with a linear leak,
      or else `capacitance` (in nF): synapses read them to convert currents into changes of the
      potential. A model with `tau_m` must have `resistance`; a model without a membrane, such as
      a rate neuron, has none of the three.
    - `v_rest` (in mV): synapses that open conductances read it; 0 by default.
    - `bias` (in nA): a constant current that the liquid adds to the input of the neuron.
    - `refractory` (in ms): health reads it to know the highest possible rate.

    Attributes
    ----------
    bounds : dict of str to str
        Bounds of parameters, by name: comparisons with numbers or other parameters such as
        `"> 0"`, `">= 0 and <= 1"` or `"< v_threshold"`, after the word "integer" where needed. A
        parameter without bounds may be any finite number.
    spiking : bool, default=True
        Whether neurons send spikes. If not, each neuron sends its first state variable in every
        step.
    stochastic : bool, default=False
        Whether `step` and `reference_step` take one more argument, `chance`: a number in [0, 1)
        that is drawn anew for each neuron and step.

    Examples
    --------
    A neuron whose potential moves towards its input current by a share `gain` in each step:

    >>> import numpy as np
    >>> from lsm.neurons import NeuronModel
    >>> class Follower(NeuronModel):
    ...     bounds = {"gain": "> 0 and <= 1"}
    ...
    ...     def __init__(self, gain=0.5, threshold=1.0):
    ...         self.gain = gain
    ...         self.threshold = threshold
    ...
    ...     @staticmethod
    ...     def constants(parameters, dt):
    ...         return parameters["gain"], parameters["threshold"], 0.0
    ...
    ...     @staticmethod
    ...     def initial(parameters, n_neurons, rng=None):
    ...         return (np.zeros(n_neurons),)
    ...
    ...     @staticmethod
    ...     def step(n, state, constants, current):
    ...         gain, threshold, zero = constants
    ...         (potential,) = state
    ...         v = potential[n] + gain * (current - potential[n])
    ...         spiked = v >= threshold
    ...         potential[n] = zero if spiked else v
    ...         return spiked
    >>> neuron = Follower(gain=(0.5, 0.8))
    >>> parameters = neuron.draw(np.array([False, True]), 1.0, None)
    >>> constants, state = neuron.constants(parameters, 1.0), neuron.initial(parameters, 2)
    >>> neuron.reference_step(state, constants, np.array([1.5, 1.5]))
    ((array([0.75, 0.  ]),), array([False,  True]))

    Such a class is a part of a liquid like any other: `Liquid(neurons=Follower())`.
    """

    stochastic = False
    spiking = True

    def draw(self, inhibitory: Array, dt: float, rng: np.random.Generator) -> dict[str, Any]:
        """Check the model and spread its parameters over the neurons.

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
            If a parameter is invalid, or `initial` or `constants` returns something else than a
            tuple of numbers for the neurons.
        """
        parameters = super().draw(inhibitory, dt, rng)
        n_neurons, owner = len(inhibitory), type(self).__name__
        check_rows(f"{owner}.initial", self.initial(parameters, n_neurons), [(n_neurons,)])
        check_rows(f"{owner}.constants", self.constants(parameters, dt), [(), (n_neurons,)])
        return parameters

    @staticmethod
    @abstractmethod
    def constants(parameters: dict[str, Any], dt: float) -> tuple[float, ...] | Array:
        """Return the numbers that one step needs.

        Parameters
        ----------
        parameters : dict of str to float or array of shape (n_neurons,)
            Parameters of all neurons, as `draw` returned them.
        dt : float
            Length of a step in ms.

        Returns
        -------
        constants : tuple of float or array of shape (n_neurons,)
            In the order in which `step` reads them.
        """

    @staticmethod
    @abstractmethod
    def initial(
        parameters: dict[str, Any], n_neurons: int, rng: np.random.Generator | None = None
    ) -> tuple[Any, ...]:
        """Return the state at the start of a sample.

        Parameters
        ----------
        parameters : dict of str to float or array of shape (n_neurons,)
            Parameters of all neurons, as `draw` returned them.
        n_neurons : int
            Number of neurons.
        rng : numpy.random.Generator, optional
            Random generator of a random state, which should differ between neurons; without it the
            state is the one at rest.

        Returns
        -------
        state : tuple of float arrays of shape (n_neurons,)
            State variables. The first is the membrane potential in mV, or the activation of
            neurons that do not spike.
        """

    @staticmethod
    @abstractmethod
    def step(n: Any, state: Any, constants: Any, current: Any) -> Any:
        """Move neuron n by one step, in place.

        numba compiles this function into the simulation, so it must be one that
        :func:`numba.njit` can compile. A number that is written in it makes the arithmetic
        double precision: a fast model takes all its numbers from `constants`.

        Parameters
        ----------
        n : int
            Index of the neuron.
        state : tuple of float arrays of shape (n_neurons,)
            State variables of all neurons.
        constants : tuple of float
            Constants of neuron n.
        current : float
            Current in nA into neuron n during the step: bias, graded input, noise and synapses.
        chance : float
            Only where `stochastic` is true: a random number in [0, 1).

        Returns
        -------
        spiked : bool
            Whether the neuron spiked; True in every step if `spiking` is false.
        """

    @classmethod
    def reference_step(
        cls, state: Any, constants: Any, current: Any, *chance: Any
    ) -> tuple[tuple[Any, ...], Array]:
        """Move all neurons by one step: the same as `step`, in NumPy.

        The reference simulation uses it. By default it calls `step` for one neuron after the
        other; the models of this package define it independently, so that tests compare the two.

        Parameters
        ----------
        state : tuple of float arrays of shape (n_neurons,)
            State variables.
        constants : tuple of float or array of shape (n_neurons,)
            As `constants` returned them.
        current : float array of shape (n_neurons,)
            Current in nA into each neuron during the step.
        chance : float array of shape (n_neurons,)
            Only where `stochastic` is true: random numbers in [0, 1).

        Returns
        -------
        state : tuple of float arrays of shape (n_neurons,)
            New state; the old one is not changed.
        spiked : bool array of shape (n_neurons,)
            Which neurons spiked.
        """
        state = tuple(np.array(row, dtype=float) for row in state)
        n_neurons, n_constants = len(state[0]), len(constants)
        rows = (*constants, current, *chance)
        of_neurons = zip(*(np.broadcast_to(row, n_neurons) for row in rows), strict=True)
        spiked = [
            cls.step(n, state, numbers[:n_constants], *numbers[n_constants:])
            for n, numbers in enumerate(of_neurons)
        ]
        return state, np.array(spiked, dtype=bool)
