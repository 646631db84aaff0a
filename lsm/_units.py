"""Conversion of durations in ms to steps of the simulation."""

import numpy as np

__all__ = ["steps", "steps_at", "steps_per_row"]

MOST_STEPS = 2**31 - 1
ROUNDING = 1e-12  # relative error up to which a row is a whole number of steps


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


def steps_per_row(row_duration, dt):
    """Return the number of steps that a row lasts on average.

    Parameters
    ----------
    row_duration : float
        Duration of a row in ms.
    dt : float
        Length of a step in ms.

    Returns
    -------
    ratio : float
        A whole number if it is one up to rounding errors, as for 0.3 ms and 0.1 ms.

    Raises
    ------
    ValueError
        If a row is shorter than a step.
    """
    ratio = row_duration / dt
    if abs(ratio - np.rint(ratio)) <= ROUNDING * ratio:
        ratio = float(np.rint(ratio))
    if ratio < 1:
        hint = ""
        if 1000 * row_duration >= dt:  # likely, as of a sampling rate: nobody has such steps
            hint = (
                f". If {row_duration:g} is in seconds, row_duration={1000 * row_duration:g} is "
                "the same in ms"
            )
        raise ValueError(
            f"a row of X lasts {row_duration:g} ms, less than a step of Liquid.dt={dt:g} ms: set "
            f"Liquid.dt to {row_duration:g} or less{hint}"
        )
    return ratio


def steps_at(rows, row_duration, dt):
    """Return the step nearest to the time at which a row begins.

    Half a step is rounded up. The times are those of exact arithmetic and errors do not add up,
    so after any number of rows the time is right to half a step.

    Parameters
    ----------
    rows : int64 array
        Numbers of rows.
    row_duration : float
        Duration of a row in ms.
    dt : float
        Length of a step in ms.

    Returns
    -------
    steps : int64 array of the shape of `rows`

    Raises
    ------
    ValueError
        If a row is shorter than a step.
    """
    # Double precision errs by less than 1e-6 of a step up to MOST_STEPS.
    return np.floor(rows * steps_per_row(row_duration, dt) + (0.5 + 1e-6)).astype(np.int64)
