"""Conversion of durations in ms to steps of the simulation."""

import numpy as np

__all__ = ["steps"]

MOST_STEPS = 2**31 - 1


def steps(name, duration, dt, *, exact=False, may_vanish=False):
    """Count the steps in a duration, rounded once.

    Parameters
    ----------
    name : str
        Name of the parameter, as the user knows it.
    duration : float or array of float
        Durations in ms, not negative.
    dt : float
        Length of a step in ms.
    exact : bool, default=False
        Refuse a duration that is not a multiple of `dt`.
    may_vanish : bool, default=False
        Let a duration of less than half a step be none.

    Returns
    -------
    count : int32 array of the shape of `duration`

    Raises
    ------
    ValueError
        If a positive duration would vanish, is too long to count, or `exact` is not met.
    """
    duration = np.asarray(duration, dtype=float)
    count = np.rint(duration / dt)
    if np.any(count > MOST_STEPS):
        raise ValueError(
            f"{name} of {duration.max():g} ms is more than {MOST_STEPS} steps of dt={dt:g} ms"
        )
    count = count.astype(np.int32)
    vanished = (count == 0) & (duration > 0)
    if vanished.any() and not may_vanish:
        value = duration[vanished].min()
        raise ValueError(f"{name} of {value:g} ms is less than half a step of dt={dt:g} ms")
    uneven = np.abs(count * dt - duration) > 1e-6 * np.maximum(dt, duration)
    if exact and uneven.any():
        value = duration[uneven].flat[0]
        raise ValueError(f"{name} must be a multiple of dt={dt:g} ms, got {value:g} ms")
    return count
