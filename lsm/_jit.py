"""Compilation by numba, with a cache on disk where a folder is writable."""

import sys
import threading
from contextlib import contextmanager

import numba

__all__ = ["announced", "njit"]

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
    """
    try:
        return numba.njit(function, nogil=True, cache=cache, **options)
    except RuntimeError:  # no folder is writable, so every process compiles
        return numba.njit(function, nogil=True, **options)


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
