"""Compilation, kept on disk where a disk will have it."""

import sys
import threading
from contextlib import contextmanager

import numba

__all__ = ["announced", "njit"]

PATIENCE = 2.0  # s; compiled code loads in less


def njit(function, *, cache=True, **options):
    """Compile a function that runs without Python's lock, and cache it where possible.

    Parameters
    ----------
    function : function
        What to compile.
    cache : bool, default=True
        Whether to keep the result on disk.
    **options
        As of :func:`numba.njit`.

    Returns
    -------
    compiled : numba dispatcher
    """
    try:
        return numba.njit(function, nogil=True, cache=cache, **options)
    except RuntimeError:  # no folder can be written to: every process compiles for itself
        return numba.njit(function, nogil=True, **options)


@contextmanager
def announced(message):
    """Print a message to standard error if what is done inside takes longer than `PATIENCE`."""
    timer = threading.Timer(PATIENCE, lambda: print(message, file=sys.stderr, flush=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
