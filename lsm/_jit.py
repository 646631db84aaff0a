"""Compilation, kept on disk where a disk will have it."""

import numba

__all__ = ["njit"]


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
