"""Range of the values in each channel: checked if given, or found in the samples."""

import numpy as np

from .._validation import check_reals

__all__ = ["check_limits", "find_limits"]


def check_limits(name, limits, shape=None):
    """Return limits as a pair of arrays (low, high), or raise an error that names them.

    Parameters
    ----------
    name : str
        Name of the parameter, with its owner.
    limits : (low, high)
        Numbers, or arrays with one for each channel.
    shape : tuple, optional
        Shape (n_channels,) of the result; by default that of the given limits.

    Returns
    -------
    low, high : float64 arrays
    """
    rule = (
        f"{name} must be 'auto' or a pair (low, high) of increasing finite numbers, or of one for "
        "each channel"
    )
    try:
        low, high = limits if isinstance(limits, tuple | list | np.ndarray) else ()
        low, high = (check_reals(rule, end) for end in (low, high))
        shape = np.broadcast_shapes(low.shape, high.shape) if shape is None else shape
        low, high = (np.broadcast_to(end, shape).copy() for end in (low, high))
    except ValueError:
        raise ValueError(f"{rule}, got {limits!r}") from None
    if not (np.isfinite(low).all() and np.isfinite(high).all() and np.all(low < high)):
        raise ValueError(f"{rule}, got {limits!r}")
    return low, high


def find_limits(name, limits, samples):
    """Return the lower and the upper limit of each channel.

    Parameters
    ----------
    name : str
        Name of the parameter, with its owner.
    limits : (low, high) or "auto"
        As the user gave them; "auto" takes the range of the samples.
    samples : list of float64 arrays of shape (n_rows_i, n_channels)
        Training samples.

    Returns
    -------
    low, high : float64 arrays of shape (n_channels,)
    """
    found = isinstance(limits, str)
    if found:
        low = np.min([sample.min(axis=0) for sample in samples], axis=0)
        high = np.max([sample.max(axis=0) for sample in samples], axis=0)
    else:
        low, high = check_limits(name, limits, samples[0].shape[1:])
    with np.errstate(over="ignore"):
        wide = ~np.isfinite(high - low)
    if wide.any():
        c = int(np.argmax(wide))
        raise ValueError(
            f"{'X' if found else name} must have a range that is a finite number, got one from "
            f"{low[c]:g} to {high[c]:g} in channel {c}"
        )
    return low, high
