"""A check that several data sets share."""

import numpy as np

__all__ = ["check_pair"]


def check_pair(name, value):
    """Return a pair, or raise an error that names it."""
    if isinstance(value, str | bytes | dict) or np.shape(value) != (2,):
        raise ValueError(f"{name} must be a pair, got {value!r}")
    return value
