"""Conversion of durations in ms to steps of the simulation."""

import numpy as np

__all__ = ["steps"]

MOST_STEPS = 2**31 - 1


def steps(name, duration, dt, *, exact=False, may_vanish=False):
    """Convert a duration to a number of steps, rounded to the nearest integer.

    Parameters
    ----------
    name : str
        Name of the parameter in the error message, such as `LIF.refractory`.
    duration : float or array of float
        Durations in ms, at least 0.
    dt : float
        Length of a step in ms.
    exact : bool, default=False
        Whether to raise an error for a duration that is not a multiple of `dt`.
    may_vanish : bool, default=False
        Whether a positive duration of less than half a step becomes 0 steps, instead of an error.

    Returns
    -------
    count : int32 array of the shape of `duration`

    Raises
    ------
    ValueError
        If a positive duration is less than half a step, a duration is not a multiple of `dt`
        although `exact`, or a number of steps does not fit into int32.
    """
    duration = np.asarray(duration, dtype=float)
    count = np.rint(duration / dt)
    if np.any(count > MOST_STEPS):
        raise ValueError(
            f"{name} of {duration.max():g} ms is more than {MOST_STEPS} steps of dt={dt:g} ms: "
            "give a shorter one, or a larger dt"
        )
    count = count.astype(np.int32)
    vanished = (count == 0) & (duration > 0)
    if vanished.any() and not may_vanish:
        value = duration[vanished].min()
        raise ValueError(
            f"{name} of {value:g} ms is less than half a step of dt={dt:g} ms: give a longer one, "
            "or a smaller dt"
        )
    uneven = np.abs(count * dt - duration) > 1e-6 * np.maximum(dt, duration)
    if exact and uneven.any():
        value = duration[uneven].flat[0]
        raise ValueError(f"{name} must be a multiple of dt={dt:g} ms, got {value:g} ms")
    return count
