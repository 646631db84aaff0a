"""Each name is found where it is used: no private name of another file, no hidden attribute."""

import ast
import importlib
import inspect
import textwrap

import pytest

from tests.helpers.sources import source_files

SOURCES = source_files()
# Set by scikit-learn's `validate_data` on the estimator that it is given.
OF_VALIDATE_DATA = {"n_features_in_", "feature_names_in_"}
# Public in spite of the underscore: of named tuples, and of `os`.
PUBLIC = {"_asdict", "_exit", "_replace"}


def is_private(name):
    """Return whether a name is private, and not one of Python's own such as __len__."""
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC


def is_own(node):
    """Return whether an expression is `self`, `cls` or `super()`."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id == "super"
    return isinstance(node, ast.Name) and node.id in ("self", "cls")


def defined_in(tree):
    """Return the names of all functions, classes, attributes and variables of a file."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            names.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names


def foreign_names(source):
    """Return a sentence for every private name of another file that a source uses."""
    tree = ast.parse(source)
    known, found = defined_in(tree), []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            if is_private(node.attr) and not is_own(node.value) and node.attr not in known:
                found.append(f"line {node.lineno}: {ast.unparse(node)}")
        elif isinstance(node, ast.ImportFrom):
            # `from . import _loop` imports a private module, which its own folder may.
            names = [] if node.module is None else [alias.name for alias in node.names]
            private = filter(is_private, names)
            found += [f"line {node.lineno}: {name} of {node.module}" for name in private]
    return found


def attributes_of(cls):
    """Return all attributes that a class, or one of its bases, defines."""
    names = set(dir(cls))
    for base in cls.__mro__:
        names |= set(getattr(base, "__annotations__", ()))
        # Parameters that a base class demands of its subclasses, see `lsm._checked`.
        names |= {*vars(base).get("required_parameters", ()), *vars(base).get("bounds", ())}
        try:
            source = textwrap.dedent(inspect.getsource(base))
        except (OSError, TypeError):  # compiled
            continue
        for node in ast.walk(ast.parse(source)):
            stored = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
            if stored and is_own(node.value):
                names.add(node.attr)
        if "validate_data(" in inspect.getsource(inspect.getmodule(base)):
            names |= OF_VALIDATE_DATA
    return names


def hidden_attributes(cls):
    """Return a sentence for every attribute of `self` that neither class nor bases define."""
    known, found = attributes_of(cls), []
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(cls)))):
        used = isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load)
        if used and is_own(node.value) and node.attr not in known:
            found.append(f"{cls.__name__}.{node.attr} is defined by no class that it derives from")
    return found


def classes_of(module):
    """Return the classes that a module defines."""
    loaded = importlib.import_module(module.removesuffix(".__init__"))
    members = inspect.getmembers(loaded, inspect.isclass)
    return [cls for _, cls in members if cls.__module__ == loaded.__name__]


@pytest.mark.parametrize("module", SOURCES)
def test_no_private_name_of_another_file_is_used(module):
    assert foreign_names(SOURCES[module].read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("module", [name for name in SOURCES if "_espeak_worker" not in name])
def test_a_class_defines_or_inherits_each_attribute_that_it_uses(module):
    assert [fault for cls in classes_of(module) for fault in hidden_attributes(cls)] == []


@pytest.mark.parametrize(
    "source",
    [
        "liquid._spikes(X)",
        "def f(a):\n    return a.b._c",
        "from .calibration import _probe",
        "from .spikes import SpikeArray, _pack",
        "class A:\n    def f(self):\n        return self.part._clock",
    ],
)
def test_a_private_name_of_another_file_is_found(source):
    assert len(foreign_names(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        "class A:\n    def _g(self): ...\n    def f(self, other):\n        return other._g()",
        "class A:\n    def f(self):\n        return super()._g() + self._h",
        "from . import _loop\nfrom ._loop import kernel_for",
        "from .._parts import Composite\n_x = 1\n_x.__doc__",
    ],
)
def test_own_private_names_and_private_modules_are_allowed(source):
    assert foreign_names(source) == []


def test_an_attribute_of_a_host_is_found():
    class Mixin:
        def run(self):
            return self.network_

    class Whole(Mixin):
        def fit(self):
            self.network_ = 1
            return self.run()

    assert hidden_attributes(Mixin) == [
        "Mixin.network_ is defined by no class that it derives from"
    ]
    assert hidden_attributes(Whole) == []
