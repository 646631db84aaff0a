"""What estimators with parts share: parameters of parts by name, and fits that fail as one."""

import inspect
from contextlib import contextmanager
from functools import cache

__all__ = ["PartsMixin", "all_or_nothing"]


@contextmanager
def all_or_nothing(estimator):
    """Leave an estimator as it was if what is done inside fails or is interrupted."""
    before = vars(estimator).copy()
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise


class PartsMixin:
    """Let `set_params(part__name=value)` work for parts that are left at their default.

    A part's default is an object, which a constructor must not share between instances: the
    signature holds a marker (None or "auto") and the object is made when needed. A class lists
    its parts in `_parts`, a dict of parameter name to the default's factory; `_part_methods`
    names for each a method that it must have, unless it is None and in `_optional_parts`. Comes
    before `BaseEstimator` among the bases.
    """

    _parts = {}
    _part_methods = {}
    _optional_parts = ()

    def check_parts(self):
        """Raise a TypeError for a part that is no object with the method its role needs."""
        for name, method in self._part_methods.items():
            part = self.part(name)
            absent = part is None and name in self._optional_parts
            if isinstance(part, type) or not (absent or hasattr(part, method)):
                example = f" such as {self._parts[name]()!r}" if name in self._parts else ""
                owner = type(self).__name__
                raise TypeError(f"{owner}.{name} must be an object{example}, got {part!r}")

    def _is_default(self, name):
        value = getattr(self, name)
        marker = _marker(type(self), name)
        return value is None if marker is None else isinstance(value, str) and value == marker

    def part(self, name):
        """Return the object in use for a part: the parameter, or its default."""
        if name in self._parts and self._is_default(name):
            return self._parts[name]()
        return getattr(self, name)

    def get_params(self, deep=True):
        """Return the parameters, with those of parts at their default if `deep`."""
        params = super().get_params(deep=deep)
        if deep:
            for name in filter(self._is_default, self._parts):
                nested = self.part(name).get_params()
                params |= {f"{name}__{key}": value for key, value in nested.items()}
        return params

    def set_params(self, **params):
        """Set parameters, `part__name` for those of a part."""
        for name in {key.partition("__")[0] for key in params if "__" in key}:
            if name in self._parts and name not in params and self._is_default(name):
                setattr(self, name, self.part(name))
        return super().set_params(**params)


@cache
def _marker(owner, name):
    return inspect.signature(owner.__init__).parameters[name].default
