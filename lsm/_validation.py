"""Validation of parameters."""

import math
import numbers

import numpy as np

__all__ = [
    "as_array",
    "check_bool",
    "check_choice",
    "check_integer",
    "check_number",
    "check_reals",
    "per_neuron",
]


def _rule(low, high, low_open, high_open):
    """Return bounds as text, such as `> 0 and <= 1`."""
    bounds = []
    if low is not None:
        bounds.append(f"{'>' if low_open else '>='} {low:g}")
    if high is not None:
        bounds.append(f"{'<' if high_open else '<='} {high:g}")
    return " and ".join(bounds)


def check_number(name, value, low=None, high=None, *, low_open=False, high_open=False):
    """Return `value` as a float, or raise an error that names it and the rule.

    Parameters
    ----------
    name : str
        Name of the parameter in the error message, such as `LIF.tau_m`.
    value : object
        Value of the parameter.
    low, high : float, optional
        Bounds.
    low_open, high_open : bool
        Whether the bound itself is excluded.

    Returns
    -------
    value : float

    Raises
    ------
    TypeError
        If `value` is not a real number.
    ValueError
        If `value` is out of bounds, NaN, or infinite. An infinite value is allowed if `high` is
        infinite.
    """
    rule = _rule(low, high, low_open, high_open)
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
        raise TypeError(f"{name} must be a number {rule}".rstrip() + f", got {value!r}")
    too_low = low is not None and (value <= low if low_open else value < low)
    too_high = high is not None and (value >= high if high_open else value > high)
    stray_infinity = math.isinf(value) and high != np.inf
    if math.isnan(value) or stray_infinity or too_low or too_high:
        raise ValueError(f"{name} must be a finite number {rule}".rstrip() + f", got {value!r}")
    return float(value)


def check_integer(name, value, low=None, high=None):
    """Return `value` as an int, or raise an error that names it and the rule.

    Parameters
    ----------
    name : str
        Name of the parameter in the error message, such as `Liquid.n_neurons`.
    value : object
        Value of the parameter.
    low, high : int, optional
        Inclusive bounds.

    Returns
    -------
    value : int

    Raises
    ------
    TypeError
        If `value` is not an integer.
    ValueError
        If `value` is out of bounds.
    """
    rule = _rule(low, high, False, False)
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer {rule}".rstrip() + f", got {value!r}")
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"{name} must be an integer {rule}, got {value!r}")
    return int(value)


def check_bool(name, value):
    """Return `value` as a bool, or raise a TypeError if it is not a boolean."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def check_choice(name, value, choices):
    """Raise a ValueError unless `value` is one of `choices`, and return it."""
    if not isinstance(value, str) or value not in choices:
        allowed = ", ".join(repr(choice) for choice in choices)
        raise ValueError(f"{name} must be one of {allowed}, got {value!r}")
    return value


def as_array(rule, values):
    """Return `values` as an array, or raise a ValueError that starts with `rule` if ragged."""
    try:
        return np.asarray(values)
    except ValueError:
        raise ValueError(f"{rule}, got a ragged sequence") from None


def check_reals(rule, values, dtype=np.float64):
    """Return `values` as an array of `dtype`, or raise a ValueError that starts with `rule`.

    Only integers and floats are allowed. NumPy would also convert text, booleans, times, complex
    numbers and objects, but these are most likely mistakes.
    """
    array = as_array(rule, values)
    if array.dtype.kind not in "iuf":
        raise ValueError(f"{rule}, got {values!r:.80}")
    return array.astype(dtype, copy=False)


def per_neuron(name, value, inhibitory, rng, low=None, high=None, **bounds):
    """Spread one parameter over the neurons.

    Parameters
    ----------
    name : str
        Name of the parameter, as the user knows it.
    value : float, (float, float), array of shape (n_neurons,) or frozen scipy.stats distribution
        A number is shared by all; a pair gives excitatory and inhibitory neurons a value each,
        but of two neurons an array has the value of each; a distribution is drawn once for each
        neuron.
    inhibitory : bool array of shape (n_neurons,)
        Which neurons are inhibitory.
    rng : numpy.random.Generator
        Source of the draws.
    low, high : float, optional
        Bounds that every value must keep, see :func:`check_number`.
    **bounds : bool
        `low_open`, `high_open`.

    Returns
    -------
    value : float or float64 array of shape (n_neurons,)
        A float where every neuron has the same value.
    """
    if isinstance(value, numbers.Real):
        return check_number(name, value, low, high, **bounds)
    n_neurons = len(inhibitory)
    if hasattr(value, "rvs"):
        try:
            values = check_reals("it must draw numbers", value.rvs(n_neurons, random_state=rng))
        except (TypeError, ValueError) as error:
            raise ValueError(f"{name} must draw a number for each neuron: {error}") from None
    else:
        try:
            values = check_reals(
                f"{name} must be a number, an (excitatory, inhibitory) pair, an array with a value "
                "for each neuron, or a frozen scipy.stats distribution",
                value,
            )
        except ValueError as error:
            raise TypeError(str(error)) from None
        one_each = isinstance(value, np.ndarray) and n_neurons == 2
        if values.shape == (2,) and not one_each:
            for end in values:
                check_number(name, float(end), low, high, **bounds)
            values = np.where(inhibitory, values[1], values[0])
    if values.shape != (n_neurons,):
        raise ValueError(
            f"{name} must have one value, an (excitatory, inhibitory) pair or one for each of "
            f"{n_neurons} neurons, got shape {values.shape}"
        )
    for extreme in (values.min(), values.max()):
        check_number(name, float(extreme), low, high, **bounds)
    return values
