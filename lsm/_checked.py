"""Base of the parts of a liquid: parameters with declared bounds, and methods that must exist."""

import functools
import inspect
import operator
import sys
from typing import NamedTuple

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
        Rule for each of the named parameters. A string is a rule for a number: comparisons with
        numbers or with other parameters, joined by "and", such as `"> 0"`, `">= 0 and <= 1"` or
        `"< v_threshold"`. The word "integer" or "number" may come first (a number is the
        default), and `"boolean"` alone stands for True and False. `" or None"` or `" or 'auto'"`
        at the end allows that value too. A tuple lists all allowed values, words or None. The
        rules of base classes hold as well.
    required_parameters : tuple of str
        Parameters that a subclass must have.
    """

    bounds = {}
    required_parameters = ()

    def check(self):
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
        rules = bounds_of(type(self))
        for name, rule in rules.items():
            check_value(f"{owner}.{name}", values[name], rule)
        for name, rule in rules.items():
            check_relations(owner, name, rule, values)


def check_complete(part):
    """Raise a TypeError that names the methods or the parameters that a part lacks."""
    cls, owner = type(part), type(part).__name__
    _check_methods(cls)
    parameters, rules = part.get_params(deep=False), bounds_of(cls)
    others = [name for rule in rules.values() for _, name in _parse_any(rule).relations]
    for name in (*cls.required_parameters, *rules, *others):
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
            missing.append(f"{decorator}{name}{inspect.signature(getattr(cls, name))}")
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


def check_value(name, value, rule):
    """Raise a TypeError or ValueError unless a value keeps a rule.

    Comparisons with other parameters are left to :func:`check_relations`.

    Parameters
    ----------
    name : str
        Name of the parameter, with its owner.
    value : object
        Value of the parameter.
    rule : str or tuple
        As in :class:`Checked`.
    """
    if isinstance(rule, tuple):
        check_choice(name, value, rule)
        return
    bounds = parse(rule)
    if bounds.allows(value):
        return
    if bounds.kind == "boolean":
        check_bool(name, value)
    else:
        check = check_integer if bounds.kind == "integer" else check_number
        check(name, value, **bounds.limits, suffix=bounds.suffix)


def check_relations(owner, name, rule, values, given=None):
    """Raise a ValueError unless a parameter compares with others as its rule says.

    Parameters
    ----------
    owner, name : str
        Name of the class and of the parameter.
    rule : str or tuple
        As in :class:`Checked`.
    values : dict of str to float or array
        Values of all parameters.
    given : dict, optional
        Values as the user gave them, for the message; by default `values`.
    """
    given = values if given is None else given
    bounds = _parse_any(rule)
    if bounds.allows(values[name]):
        return
    for sign, other in bounds.relations:
        words, compare = RELATIONS[sign]
        if not np.all(compare(np.asarray(values[name]), values[other])):
            raise ValueError(
                f"{owner}.{name} must be {words} {other}, got {name}={given[name]!r} and "
                f"{other}={given[other]!r}"
            )


class Bounds(NamedTuple):
    """A rule, parsed.

    Attributes
    ----------
    kind : {"number", "integer", "boolean"}
        Kind of the values.
    limits : dict
        Arguments of :func:`lsm._validation.check_number` or `check_integer`.
    relations : tuple of (str, str)
        Sign of a comparison, and name of the other parameter.
    suffix : str
        End of the rule that names an exception, such as " or None".
    exceptions : tuple
        Values that are allowed beside numbers.
    """

    kind: str = "number"
    limits: dict = {}
    relations: tuple = ()
    suffix: str = ""
    exceptions: tuple = ()

    def allows(self, value):
        """Return whether a value is an exception to the rule."""
        return (value is None or isinstance(value, str)) and value in self.exceptions


@functools.cache
def parse(rule):
    """Parse a rule that is a string; return its `Bounds`."""
    text, *exceptions = rule.split(" or ")
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
        suffix = "".join(f" or {exception}" for exception in exceptions)
        allowed = tuple(EXCEPTIONS[exception] for exception in exceptions)
        return Bounds(kind, limits, tuple(relations), suffix, allowed)
    except (KeyError, ValueError):
        raise ValueError(
            f"{rule!r} is no rule: write comparisons such as '> 0 and <= 1', with 'integer' before "
            "or 'or None' after them where needed"
        ) from None


def _parse_any(rule):
    """Return the `Bounds` of a rule, without limits for a tuple of allowed values."""
    return Bounds() if isinstance(rule, tuple) else parse(rule)


@functools.cache
def bounds_of(cls):
    """Return the rules of a class and of its base classes."""
    rules = {}
    for base in reversed(cls.__mro__):
        rules |= vars(base).get("bounds", {})
    for name, rule in rules.items():
        try:
            _parse_any(rule)
        except (AttributeError, ValueError) as error:
            raise TypeError(f"{cls.__name__}.bounds[{name!r}] is invalid: {error}") from None
    return rules
