"""Parameters that may differ between neurons, as those of neurons and synapses may."""

import numbers
from typing import Any

import numpy as np

from ._checked import Checked, bounds_of, check_complete, check_relations, parse
from ._typing import Array
from ._validation import check_number, check_reals

__all__ = ["Model", "check_rows", "check_values", "per_neuron"]


class Parameters(dict):
    """Parameters of a model as drawn, by name; a missing one is named with its model."""

    def __init__(self, owner="the neuron", values=()):  # a file keeps the values only
        super().__init__(values)
        self.owner = owner

    def __missing__(self, name):
        raise TypeError(
            f"{self.owner} has no parameter {name!r}, which its own `constants` or those of the "
            f"synapses read: add it to {self.owner}.__init__, or take other synapses; "
            "lsm.neurons.NeuronModel lists the parameters that synapses read"
        )


class Model(Checked):
    """Base of models whose parameters may differ between neurons.

    Every parameter may be a number, an (excitatory, inhibitory) pair, an array with a value for
    each neuron, or a frozen `scipy.stats` distribution of which each neuron draws a value.
    Parameters without bounds may be any finite number.
    """

    def check(self) -> None:
        """Check that the model is complete and that its parameters are valid.

        Draws of distributions and the number of values are checked in `draw`.

        Raises
        ------
        TypeError
            If a method or a parameter is missing, or a parameter has a wrong type.
        ValueError
            If a parameter is out of bounds.
        """
        check_complete(self)
        owner, values = type(self).__name__, self.get_params(deep=False)
        bounds = bounds_of(type(self))  # type: ignore[arg-type]  # of functools.cache
        for name, value in values.items():
            check_values(f"{owner}.{name}", value, bounds.get(name, "number"))
        comparable = {name: value for name, value in values.items() if _is_number_or_pair(value)}
        for name, bound in bounds.items():
            others = {other for _, other in parse(bound).relations}
            if {name, *others} <= comparable.keys():
                check_relations(owner, name, bound, comparable)

    def draw(self, inhibitory: Array, dt: float, rng: np.random.Generator) -> dict[str, Any]:
        """Check the parameters and spread them over the neurons.

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
            If a parameter is invalid.
        """
        self.check()
        owner, values = type(self).__name__, self.get_params(deep=False)
        bounds = bounds_of(type(self))  # type: ignore[arg-type]  # of functools.cache
        drawn = {
            name: per_neuron(f"{owner}.{name}", value, inhibitory, rng, bounds.get(name, "number"))
            for name, value in values.items()
        }
        parameters = Parameters(owner, drawn)
        for name, bound in bounds.items():
            check_relations(owner, name, bound, parameters, given=values)
        self.check_drawn(parameters, dt)
        return parameters

    def check_drawn(self, parameters: dict[str, Any], dt: float) -> None:
        """Check the drawn parameters against the step and each other; by default they are valid.

        Parameters
        ----------
        parameters : dict of str to float or float64 array of shape (n_neurons,)
            Parameters of all neurons.
        dt : float
            Length of a step in ms.

        Raises
        ------
        ValueError
            If a parameter is invalid.
        """


def check_values(name, value, bound):
    """Raise a TypeError or ValueError unless all values of a parameter are within its bounds.

    Parameters
    ----------
    name : str
        Name of the parameter, with its owner.
    value : float, (float, float), array of shape (n_neurons,) or frozen scipy.stats distribution
        Value of the parameter. The draws of a distribution are not checked.
    bound : str
        Bounds of the parameter, as in :class:`lsm._checked.Checked`.
    """
    if hasattr(value, "rvs"):
        return
    if isinstance(value, numbers.Real):
        _check_one(name, value, bound)
        return
    try:
        values = check_reals(
            f"{name} must be a number, an (excitatory, inhibitory) pair, an array with a value "
            "for each neuron, or a frozen scipy.stats distribution",
            value,
        )
    except ValueError as error:
        raise TypeError(str(error)) from None
    if values.ndim != 1 or values.size == 0:
        raise ValueError(
            f"{name} must be a number, an (excitatory, inhibitory) pair or an array of shape "
            f"(n_neurons,), got shape {values.shape}"
        )
    if parse(bound).kind == "integer" and np.any(values % 1):
        _check_one(name, float(values[np.argmax(values % 1 > 0)]), bound)
    for extreme in (values.min(), values.max()):
        _check_one(name, float(extreme), bound)


def per_neuron(name, value, inhibitory, rng, bound):
    """Spread one parameter over the neurons.

    Parameters
    ----------
    name : str
        Name of the parameter, with its owner.
    value : float, (float, float), array of shape (n_neurons,) or frozen scipy.stats distribution
        A number is shared by all neurons. A pair gives a value each to excitatory and inhibitory
        neurons; a NumPy array gives a value to each neuron, also if there are two. A distribution
        is drawn once for each neuron.
    inhibitory : bool array of shape (n_neurons,)
        Which neurons are inhibitory.
    rng : numpy.random.Generator
        Random generator of the draws.
    bound : str
        Bounds of every value, as in :class:`lsm._checked.Checked`.

    Returns
    -------
    value : float or float64 array of shape (n_neurons,)
        A float where every neuron has the same value.
    """
    if isinstance(value, numbers.Real):
        return _check_one(name, value, bound)
    n_neurons = len(inhibitory)
    if hasattr(value, "rvs"):
        try:
            value = check_reals("it must draw numbers", value.rvs(n_neurons, random_state=rng))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{name} must draw a number for each neuron: {error}") from None
    check_values(name, value, bound)
    one_each = isinstance(value, np.ndarray) and n_neurons == 2
    values = np.asarray(value, dtype=float)
    if values.shape == (2,) and not one_each:
        values = np.where(inhibitory, values[1], values[0])
    if values.shape != (n_neurons,):
        raise ValueError(
            f"{name} must have one value, an (excitatory, inhibitory) pair or one for each of "
            f"{n_neurons} neurons, got shape {values.shape}"
        )
    return values


def check_rows(name, rows, shapes=None):
    """Raise a TypeError unless a method has returned a tuple of arrays.

    Parameters
    ----------
    name : str
        Name of the method, with its owner.
    rows : object
        What the method has returned.
    shapes : list of tuple, optional
        Shapes that the arrays may have; by default any.
    """
    if not isinstance(rows, tuple):
        raise TypeError(f"{name} must return a tuple of arrays, got {type(rows).__name__}")
    for i, row in enumerate(rows):
        if shapes is not None and np.shape(row) not in shapes:
            allowed = " or ".join(map(str, shapes))
            raise TypeError(
                f"{name} must return a tuple of arrays of shape {allowed}, but array {i} has shape "
                f"{np.shape(row)}"
            )


def _check_one(name, value, bound):
    """Return one value as a float, or raise an error that names its parameter."""
    kind, limits, *_ = parse(bound)
    if kind != "integer":
        return check_number(name, value, **limits)
    value = check_number(name, value)
    if value % 1 or not limits.get("low", value) <= value <= limits.get("high", value):
        text = bound.removeprefix("integer").strip()
        raise ValueError(f"{name} must be an integer {text}".rstrip() + f", got {value:g}")
    return value


def _is_number_or_pair(value):
    if isinstance(value, tuple | list):
        return len(value) == 2
    return isinstance(value, numbers.Real)
