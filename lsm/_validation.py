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
    "check_squares",
    "is_auto",
]

MOST_SQUARED = 1e150  # so that the sum of 10^8 squares is finite


def _rule(low, high, low_open, high_open):
    """Return bounds as text, such as `> 0 and <= 1`."""
    bounds = []
    if low is not None:
        bounds.append(f"{'>' if low_open else '>='} {low:g}")
    if high is not None:
        bounds.append(f"{'<' if high_open else '<='} {high:g}")
    return " and ".join(bounds)


def check_number(name, value, low=None, high=None, *, low_open=False, high_open=False, suffix=""):
    """Return `value` as a float, or raise an error with the name of the parameter and its bounds.

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
    suffix : str
        End of the rule in the message, such as " or None".

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
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Real):
        rule = (_rule(low, high, low_open, high_open) + suffix).strip()
        raise TypeError(f"{name} must be a number {rule}".rstrip() + f", got {value!r}")
    try:
        given, value = value, float(value)
    except OverflowError:  # an integer of more than 308 digits
        given, value = value, math.inf if value > 0 else -math.inf
    too_low = low is not None and (value <= low if low_open else value < low)
    too_high = high is not None and (value >= high if high_open else value > high)
    stray_infinity = math.isinf(value) and high != np.inf
    if math.isnan(value) or stray_infinity or too_low or too_high:
        rule = (_rule(low, high, low_open, high_open) + suffix).strip()
        raise ValueError(f"{name} must be a finite number {rule}".rstrip() + f", got {given!r}")
    return value


def check_integer(name, value, low=None, high=None, *, suffix=""):
    """Return `value` as an int, or raise an error with the name of the parameter and its bounds.

    Parameters
    ----------
    name : str
        Name of the parameter in the error message, such as `Liquid.n_neurons`.
    value : object
        Value of the parameter.
    low, high : int, optional
        Inclusive bounds.
    suffix : str
        End of the rule in the message, such as " or None".

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
    rule = (_rule(low, high, False, False) + suffix).strip()
    if isinstance(value, bool | np.bool_) or not isinstance(value, numbers.Integral):
        raise TypeError(f"{name} must be an integer {rule}".rstrip() + f", got {value!r}")
    if (low is not None and value < low) or (high is not None and value > high):
        raise ValueError(f"{name} must be an integer {rule}, got {value!r}")
    return int(value)


def check_bool(name, value, *, suffix=""):
    """Return `value` as a bool, or raise a TypeError if it is not a boolean."""
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False{suffix}, got {value!r}")
    return bool(value)


def check_choice(name, value, choices):
    """Raise a ValueError unless `value` is one of `choices`, words or None, and return it."""
    if not (value is None or isinstance(value, str)) or value not in choices:
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


def check_squares(name, values):
    """Raise a ValueError if a number is too large for squared errors; NaN is allowed.

    Without this, sums of squares overflow, and a penalty would be chosen among infinite errors.

    Parameters
    ----------
    name : str
        Name of the argument in the error message.
    values : array
        Numbers, or objects such as None, which are not examined.
    """
    if values.dtype.kind not in "iufO" or values.size == 0:
        return
    rule = f"{name} must hold numbers of magnitude <= {MOST_SQUARED:g}, since errors are squared"
    way_out = "divide them by their largest magnitude"
    try:
        magnitudes = np.abs(values.astype(float))
    except OverflowError:  # an integer of more than 308 digits
        raise ValueError(f"{rule}, got one above 1.8e308: {way_out}") from None
    if np.nanmax(magnitudes, initial=0.0) > MOST_SQUARED:
        place = np.unravel_index(np.nanargmax(magnitudes), values.shape)
        at = ", ".join(map(str, map(int, place)))
        raise ValueError(f"{rule}, got {float(values[place]):g} in place {at}: {way_out}")


def is_auto(value):
    """Return whether a parameter is left at "auto"."""
    return isinstance(value, str) and value == "auto"
