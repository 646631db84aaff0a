"""Telling the forms of input apart."""

import numpy as np
from scipy import sparse

from .spikes import SpikeArray

__all__ = ["is_static", "is_stepwise"]


def is_static(X):
    """Tell a 2-D array of static patterns from ragged input."""
    if isinstance(X, SpikeArray):
        return False
    if hasattr(X, "iloc") or sparse.issparse(X):
        return True
    if hasattr(X, "ndim"):
        return X.ndim == 2 or (X.ndim < 2 and X.dtype != object)
    # A list of lists of numbers is a table, as everywhere in scikit-learn.
    is_list = hasattr(X, "__len__") and not isinstance(X, str) and len(X) > 0
    return is_list and np.ndim(X[0]) < 2 and not isinstance(X[0], str)


def is_stepwise(y):
    """Tell targets at every row of each sample from one target a sample.

    Stepwise are a 3-D array and a sequence of arrays of shape (T_i,) or (T_i, n_outputs); a list
    of lists of numbers is a table of one target a sample, as everywhere in scikit-learn.
    """
    if isinstance(y, np.ndarray) and y.dtype != object:
        return y.ndim == 3
    return hasattr(y, "__len__") and len(y) > 0 and isinstance(y[0], np.ndarray) and y[0].ndim > 0
