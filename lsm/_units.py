"""Conversion of durations in ms to steps of the simulation."""

import warnings
from contextlib import contextmanager
from contextvars import ContextVar

import numpy as np

__all__ = ["MOST_STEPS", "nearest_steps", "rounding_named", "steps", "steps_at", "steps_per_row"]

MOST_STEPS = 2**31 - 1
ROUNDING = 1e-12  # relative error up to which a row is a whole number of steps
MOST_NAMED = 4  # values of one parameter that the warning of rounded times lists

# Rounded times of the fit that runs, by the name of the parameter.
_rounded = ContextVar("rounded", default=None)


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
    duration = np.asarray(duration)  # in its own precision: delays may be hundreds of millions
    count = np.divide(duration, dt, dtype=float)
    count = np.rint(count, out=count if count.ndim else None)
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
    if exact and np.any(uneven := _is_uneven(count, duration, dt)):
        value = duration[uneven].flat[0]
        raise ValueError(f"{name} must be a multiple of dt={dt:g} ms, got {value:g} ms")
    return count


@contextmanager
def rounding_named():
    """Warn once of all times that are rounded in the block inside, which may hold such blocks.

    Parts of a network convert their own times; a user wants one warning of all of them.
    """
    if _rounded.get() is not None:
        yield
        return
    names = {}
    token = _rounded.set(names)
    try:
        yield
    finally:
        _rounded.reset(token)
    if names:
        warnings.warn(
            f"rounded to whole steps are {'; '.join(names.values())}. Give multiples of the step, "
            "or set another Liquid.dt",
            UserWarning,
            stacklevel=4,
        )


def nearest_steps(name, duration, dt, *, at_least=0, drawn=False):
    """Convert times of a network to the nearest steps; :func:`rounding_named` names the rounded.

    Parameters
    ----------
    name : str
        Name of the parameter with its owner, such as `LIF.refractory`.
    duration : float or array of float
        Times in ms, at least 0.
    dt : float
        Length of a step in ms.
    at_least : int, default=0
        Smallest number of steps.
    drawn : bool, default=False
        Whether the times are drawn from a distribution. Of these, only the times that `at_least`
        prolongs are worth a warning.

    Returns
    -------
    count : int32 array of the shape of `duration`
    """
    count = steps(name, duration, dt, may_vanish=True)
    prolonged = count < at_least
    count = np.maximum(count, np.int32(at_least))
    if _rounded.get() is None:  # nobody asks
        return count
    rounded = prolonged if drawn else _is_uneven(count, duration, dt)
    if np.any(rounded):
        given, used = np.asarray(duration, dtype=float), np.asarray(count)
        given, index = np.unique(given[rounded].round(6), return_index=True)
        used = dt * used[rounded][index]
        if len(given) > MOST_NAMED:
            given, used = given[[0, -1]], used[[0, -1]]
            name = f"{len(index)} values of {name},"
        pairs = (f"{old:g} to {new:g} ms" for old, new in zip(given, used, strict=True))
        _rounded.get()[name] = f"{name} from {', '.join(pairs)} (steps of {dt:g} ms)"
    return count


def _is_uneven(count, duration, dt):
    """Return whether durations differ from numbers of steps by more than rounding errors."""
    error = np.multiply(count, dt, dtype=float)
    error -= duration
    return np.abs(error, out=error if error.ndim else None) > 1e-6 * np.maximum(dt, duration)


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
    whole = float(round(ratio)) if np.isfinite(ratio) else ratio
    if abs(ratio - whole) <= ROUNDING * ratio:
        ratio = whole
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
