"""Compilation by numba, with a cache on disk where a folder is writable.

With `NUMBA_DISABLE_JIT=1` in the environment all functions run as Python: a thousand times slower,
and visible to a debugger and to a measurement of coverage.
"""

import functools
import sys
import threading
from contextlib import contextmanager, suppress

import numba
import numpy as np
from numba.core.caching import FunctionCache

__all__ = ["AS_PYTHON", "announced", "folder_of", "njit"]

AS_PYTHON = bool(numba.config.DISABLE_JIT)  # type: ignore[attr-defined]  # set by numba
PATIENCE = 2.0  # s; loading compiled code takes less


def njit(function, *, cache=True, **options):
    """Compile a function that releases Python's global lock, and cache it where possible.

    Parameters
    ----------
    function : function
        Python function.
    cache : bool, default=True
        Whether to cache the compiled function on disk.
    **options
        Options of :func:`numba.njit`.

    Returns
    -------
    compiled : numba dispatcher
        Or a Python function, with `NUMBA_DISABLE_JIT=1`.
    """
    if AS_PYTHON:
        return _as_python(function)
    compiled = numba.njit(function, nogil=True, **options)
    if cache:
        with suppress(RuntimeError):  # no folder is writable, so every process compiles
            compiled._cache = Cache(function)
    return compiled


def _as_python(function):
    """Return a function that, like compiled code, wraps integers and divides without warnings."""

    @functools.wraps(function)
    def run(*arguments):
        with np.errstate(all="ignore"):
            return function(*arguments)

    run.py_func = function
    return run


class Cache(FunctionCache):
    """The cache of a compiled function on disk, without which the function works too.

    A process that was killed or a full disk leaves files that are empty or cut. numba would raise
    an error at every use from then on.
    """

    def load_overload(self, sig, target_context):
        """Return the compiled code of a signature, or None if it is missing or damaged."""
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # whatever pickle makes of the bytes
            with suppress(OSError):
                self.flush()  # or the damaged entry would be met again
            return None

    def save_overload(self, sig, data):
        """Write the compiled code of a signature, where that is possible."""
        with suppress(Exception):
            super().save_overload(sig, data)


def folder_of(compiled):
    """Return the folder on disk where a compiled function is kept, or None if it is not kept."""
    return getattr(getattr(compiled, "_cache", None), "cache_path", None)


@contextmanager
def announced(message):
    """Print a message to standard error if the block inside takes longer than `PATIENCE`."""
    timer = threading.Timer(PATIENCE, lambda: print(message, file=sys.stderr, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
