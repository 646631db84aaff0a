"""Base of the parts of a liquid: parameters with declared bounds, and methods that must exist."""

import functools
import inspect
import operator
import sys
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from sklearn.base import BaseEstimator

from ._validation import check_bool, check_choice, check_integer, check_number

__all__ = ["Checked", "bounds_of", "check_complete", "check_relations", "check_value", "parse"]

RELATIONS = {
    "<": ("below", operator.lt),
    "<=": ("at most", operator.le),
    ">": ("above", operator.gt),
    ">=": ("at least", operator.ge),
}
KINDS = ("number", "integer", "boolean")
EXCEPTIONS = {"None": None, "'auto'": "auto"}


class Checked(BaseEstimator):
    """Base of the parts of a liquid.

    Attributes
    ----------
    bounds : dict of str to str or tuple
        Bounds of parameters, by name. A string holds comparisons with numbers or with other
        parameters, joined by "and", such as `"> 0"`, `">= 0 and <= 1"` or `"< v_threshold"`. The
        word "integer" or "number" may come first; a number is the default. `"boolean"` stands
        for True and False. `" or None"` or `" or 'auto'"` at the end allows that value as well. A
        tuple lists all allowed values: words, or None. The bounds of base classes hold as well.
    required_parameters : tuple of str
        Parameters that a subclass must have.
    """

    bounds: Mapping[str, Any] = {}
    required_parameters: tuple[str, ...] = ()

    def check(self) -> None:
        """Check that the part is complete and that its parameters are valid.

        A subclass that has more to check extends this method.

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
        for name, bound in bounds.items():
            check_value(f"{owner}.{name}", values[name], bound)
        for name, bound in bounds.items():
            check_relations(owner, name, bound, values)


def check_complete(part):
    """Raise a TypeError that names the methods or the parameters that a part lacks."""
    cls, owner = type(part), type(part).__name__
    _check_methods(cls)
    parameters, bounds = part.get_params(deep=False), bounds_of(cls)
    others = [name for bound in bounds.values() for _, name in parse(bound).relations]
    for name in (*cls.required_parameters, *bounds, *others):
        if name not in parameters:
            raise TypeError(
                f"{owner} must have the parameter {name!r}, which `bounds` or "
                f"`required_parameters` name: add it to {owner}.__init__"
            )


@functools.cache
def _check_methods(cls):
    """Raise a TypeError if a class lacks a method, or has one that should be static."""
    bases = {name: base for base in cls.__mro__ for name in vars(base)}  # the first to have it
    missing, where = [], ""
    for name, base in bases.items():
        if name.startswith("__"):
            continue
        static = isinstance(vars(base)[name], staticmethod)
        defined = inspect.getattr_static(cls, name)
        if getattr(defined, "__isabstractmethod__", False):
            decorator = "@staticmethod " if static else ""
            arguments = ", ".join(inspect.signature(getattr(cls, name)).parameters)
            missing.append(f"{decorator}{name}({arguments})")
            where = _address(base)
        elif static and inspect.isfunction(defined):
            raise TypeError(
                f"{cls.__name__}.{name} must be a static method: write @staticmethod above it"
            )
    if missing:
        raise TypeError(f"{cls.__name__} must define {', '.join(missing)}: see {where}")


def _address(cls):
    """Return where a class is documented: its folder, if this exports it, or its module."""
    folder = cls.__module__.rpartition(".")[0]
    exported = getattr(sys.modules.get(folder), cls.__name__, None) is cls
    return f"{folder if exported else cls.__module__}.{cls.__name__}"


def check_value(name, value, bound):
    """Raise a TypeError or ValueError unless a value is within its bounds.

    Comparisons with other parameters are left to :func:`check_relations`.

    Parameters
    ----------
    name : str
        Name of the parameter, with its owner.
    value : object
        Value of the parameter.
    bound : str or tuple
        Bounds of the parameter, as in :class:`Checked`.
    """
    if isinstance(bound, tuple):
        check_choice(name, value, bound)
        return
    parsed = parse(bound)
    if parsed.allows(value):
        return
    if parsed.kind == "boolean":
        check_bool(name, value)
    else:
        check = check_integer if parsed.kind == "integer" else check_number
        check(name, value, **parsed.limits, suffix=parsed.suffix)


def check_relations(owner, name, bound, values, given=None):
    """Raise a ValueError unless a parameter compares with others as its bounds say.

    Parameters
    ----------
    owner, name : str
        Name of the class and of the parameter.
    bound : str or tuple
        Bounds of the parameter, as in :class:`Checked`.
    values : dict of str to float or array
        Values of all parameters.
    given : dict, optional
        Values as the user gave them, for the message; by default `values`.
    """
    given, parsed = values if given is None else given, parse(bound)
    if parsed.allows(values[name]):
        return
    for sign, other in parsed.relations:
        if values[other] is None or isinstance(values[other], str):  # an exception to its rule
            continue
        words, compare = RELATIONS[sign]
        if not np.all(compare(np.asarray(values[name]), values[other])):
            raise ValueError(
                f"{owner}.{name} must be {words} {other}, got {name}={given[name]!r} and "
                f"{other}={given[other]!r}"
            )


class Bound(NamedTuple):
    """Bounds of one parameter, parsed.

    Attributes
    ----------
    kind : {"number", "integer", "boolean", "choice"}
        Kind of the values.
    limits : dict
        Arguments of :func:`lsm._validation.check_number` or `check_integer`.
    relations : tuple of (str, str)
        Sign of a comparison, and name of the other parameter.
    suffix : str
        End of the bounds that names exceptions, such as " or None".
    exceptions : tuple
        Values that are allowed beside numbers.
    """

    kind: str = "number"
    limits: dict = {}
    relations: tuple = ()
    suffix: str = ""
    exceptions: tuple = ()

    def allows(self, value):
        """Return whether a value is an exception."""
        return (value is None or isinstance(value, str)) and value in self.exceptions


@functools.cache
def parse(bound):
    """Parse the bounds of a parameter; return a `Bound`."""
    if isinstance(bound, tuple):
        return Bound("choice")
    text, *exceptions = bound.split(" or ")
    first, _, rest = text.partition(" ")
    kind, text = (first, rest) if first in KINDS else ("number", text)
    limits, relations = {}, []
    try:
        for comparison in filter(None, text.split(" and ")):
            sign, operand = comparison.split(" ")
            RELATIONS[sign]
            if operand.isidentifier() and operand != "inf":
                relations.append((sign, operand))
                continue
            side = "low" if ">" in sign else "high"
            limits[side] = float(operand)
            if kind == "number":
                limits[f"{side}_open"] = "=" not in sign
            elif "=" not in sign:
                raise ValueError
        suffix = "".join(f" or {exception}" for exception in exceptions)
        allowed = tuple(EXCEPTIONS[exception] for exception in exceptions)
        return Bound(kind, limits, tuple(relations), suffix, allowed)
    except (KeyError, ValueError):
        raise ValueError(
            f"{bound!r} is no bound: write comparisons such as '> 0 and <= 1' or 'integer >= 1', "
            "with 'or None' after them where needed"
        ) from None


@functools.cache
def bounds_of(cls):
    """Return the bounds of a class and of its base classes."""
    bounds = {}
    for base in reversed(cls.__mro__):
        bounds |= vars(base).get("bounds", {})
    for name, bound in bounds.items():
        try:
            parse(bound)
        except (AttributeError, TypeError, ValueError) as error:
            raise TypeError(f"{cls.__name__}.bounds[{name!r}] is invalid: {error}") from None
    return bounds
