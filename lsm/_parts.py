"""Estimators with parts: parameters of parts by name, and a `fit` that changes all or nothing."""

import inspect
from collections.abc import Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Self

from sklearn.base import BaseEstimator

__all__ = ["Composite", "all_or_nothing"]


@contextmanager
def all_or_nothing(estimator):
    """Restore the attributes of an estimator if the block inside fails or is interrupted."""
    before = vars(estimator).copy()
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise


class Composite(BaseEstimator):
    """Estimator whose parameters include parts, which are objects with parameters of their own.

    `set_params(part__name=value)` works for a part that is left at its default. A part's default
    is an object, which a constructor must not share between instances. The signature therefore
    holds the marker "auto", and the object is made when it is needed.

    A class lists the factory of each default in `_parts`. `_part_methods` names a method that each
    part must have. Parts in `_optional_parts` may be None. `_part_of_matrix` names the class that
    makes a part of a user's matrix.
    """

    _parts: Mapping[str, Any] = {}
    _part_methods: Mapping[str, str] = {}
    _part_of_matrix: Mapping[str, str] = {}
    _optional_parts: tuple[str, ...] = ()

    def _check_parts(self, *names):
        """Validate all parts, or some: each must have the method of its role, and be valid."""
        for name in names or self._part_methods:
            part, method = self._part(name), self._part_methods[name]
            if part is None and name in self._optional_parts:
                continue
            if isinstance(part, type) or not hasattr(part, method):
                example = f" such as {self._parts[name]()!r}" if name in self._parts else ""
                owner = type(self).__name__
                hint = "; 'auto' is the default" if part is None else ""
                if name in self._part_of_matrix:
                    hint += f"; a matrix W goes into {self._part_of_matrix[name]}(W)"
                raise TypeError(
                    f"{owner}.{name} must be an object{example}, got {_shortly(part)}{hint}"
                )
            if hasattr(part, "check"):  # a readout of scikit-learn checks itself in `fit`
                part.check()

    def _is_default(self, name):
        value = getattr(self, name)
        marker = _marker(type(self), name)
        return value is None if marker is None else isinstance(value, str) and value == marker

    def _part(self, name):
        """Return the part in use: the parameter, or its default."""
        if name in self._parts and self._is_default(name):
            return self._parts[name]()
        return getattr(self, name)

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """Return the parameters; if `deep`, also those of parts at their default."""
        params = super().get_params(deep=deep)
        if deep:
            for name in filter(self._is_default, self._parts):
                nested = self._part(name).get_params()
                params |= {f"{name}__{key}": value for key, value in nested.items()}
        return params

    def set_params(self, **params: Any) -> Self:
        """Set parameters; `part__name` sets a parameter of a part."""
        for name in {key.partition("__")[0] for key in params if "__" in key}:
            if name in self._parts and name not in params and self._is_default(name):
                setattr(self, name, self._part(name))
        return super().set_params(**params)


def _shortly(value):
    """Return a value as text, without the numbers of an array."""
    if hasattr(value, "shape") and hasattr(value, "dtype"):
        return f"{type(value).__name__} of shape {value.shape}"
    return f"{value!r:.200}"


@cache
def _marker(owner, name):
    return inspect.signature(owner.__init__).parameters[name].default
