"""Every public function, method and constructor has hints, which a type checker reads."""

import functools
import importlib
import inspect
from importlib import resources

import pytest

from tests.helpers.sources import source_files

# A module is public if no part of its name begins with an underscore.
MODULES = [
    name.removesuffix(".__init__")
    for name in source_files()
    if not any(part.startswith("_") for part in name.removesuffix(".__init__").split("."))
    and not name.startswith("lsm.experiments")  # read by the command line, from docstrings
]


def python_of(member):
    """Return the function in a method, a property or a compiled function, or None."""
    for name in ("__func__", "fget", "func", "fn", "py_func"):  # "fn" is that of available_if
        member = getattr(member, name, member)
    return inspect.unwrap(member) if inspect.isfunction(member) else None


def functions_of(value):
    """Yield the public functions in a class of this package and its bases, or a function itself."""
    if not inspect.isclass(value):
        yield python_of(value)
        return
    for cls in value.__mro__:
        members = vars(cls).items() if cls.__module__.split(".")[0] == "lsm" else ()
        for name, member in members:
            if not name.startswith("_") or name in ("__init__", "__call__"):
                yield python_of(member)


def without_hints(function):
    """Return the names of arguments without a hint, and "return"."""
    signature = inspect.signature(function)
    names = [
        name
        for name, parameter in signature.parameters.items()
        if parameter.annotation is parameter.empty and name not in ("self", "cls")
    ]
    return names + ["return"] * (signature.return_annotation is signature.empty)


@pytest.mark.parametrize("module", MODULES)
def test_everything_public_has_hints(module):
    module = importlib.import_module(module)
    missing = {
        function.__qualname__: names
        for name in getattr(module, "__all__", ())
        for function in functions_of(getattr(module, name))
        # A dataclass or a named tuple writes its own functions, with the hints of its fields.
        if function is not None and function.__module__.split(".")[0] == "lsm"
        if (names := without_hints(function))
    }
    assert missing == {}


class Example:
    def __init__(self, a, b: int) -> None: ...

    @functools.cached_property
    def value(self): ...

    @classmethod
    def made(cls, *, c: int = 1, **d) -> None: ...


@pytest.mark.parametrize(
    ("member", "missing"),
    [("__init__", ["a"]), ("value", ["return"]), ("made", ["d"])],
)
def test_a_missing_hint_is_found(member, missing):
    assert without_hints(python_of(vars(Example)[member])) == missing


def test_type_checkers_may_read_the_hints():
    assert resources.files("lsm").joinpath("py.typed").is_file()
