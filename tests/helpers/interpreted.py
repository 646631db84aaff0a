"""Compiled functions as Python, whose lines coverage sees and whose mutants need no compiler."""

import functools
import sys

import numpy as np

from lsm.kernel import _arrays, _compile, _loop, _plastic, _run, _steps, _team
from lsm.kernel._cpu import in_python

__all__ = ["as_python", "interpret_loop"]


def as_python(monkeypatch):
    """Replace the compiled functions of all modules by the functions that were compiled."""
    modules = [module for name, module in sys.modules.items() if name.startswith("lsm.")]
    for module in modules:
        for name, value in list(vars(module).items()):
            if hasattr(value, "py_func"):
                monkeypatch.setattr(module, name, value.py_func)


def interpret_loop(monkeypatch):
    """Run the loop of the kernel as Python."""
    as_python(monkeypatch)
    monkeypatch.setattr(_compile, "njit", lambda function, **options: function)
    for name in ("kernel_for", "_parts"):  # which keep what they have compiled
        anew = functools.cache(getattr(_compile, name).__wrapped__)
        monkeypatch.setattr(_compile, name, anew)
    monkeypatch.setattr(_run, "kernel_for", _compile.kernel_for)
    for module in (_loop, _plastic, _steps, _team):
        for name in in_python.keys() & vars(module).keys():
            monkeypatch.setattr(module, name, in_python[name])
    # Only elements of this kind have their fields as attributes.
    monkeypatch.setattr(_run, "CURSOR", np.dtype((np.record, _arrays.CURSOR.descr)))
