"""States of a liquid, or of another transformer in its place, for a readout."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from warnings import catch_warnings, filterwarnings

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator

from .._typing import Array, Estimator
from ..liquid import Liquid
from ..samples import SERIES_WARNING
from ..simulator import Simulator

__all__ = ["dense", "no_warning_of_series", "read_rows"]


@contextmanager
def no_warning_of_series() -> Iterator[None]:
    """Let a table of static patterns pass without the warning that it may be a series."""
    with catch_warnings():
        filterwarnings("ignore", message=SERIES_WARNING)
        yield


def dense(states: Any) -> Array:
    """Return states as a dense array in double precision.

    In single precision a linear readout's last digits would depend on the other samples.
    """
    return (states.toarray() if sparse.issparse(states) else np.asarray(states)).astype(float)


def read_rows(liquid: Liquid | Estimator) -> "Simulator | Trajectories":
    """Return the object that reads the rows of a fitted liquid, or of a transformer in its place.

    Parameters
    ----------
    liquid : Liquid, or transformer with `trajectory`
        Fitted.

    Returns
    -------
    reader : Simulator or Trajectories
        Its method `rows` takes a SpikeArray, and returns an array of shape (n_rows, n_features).
    """
    return liquid.simulator_ if isinstance(liquid, Liquid) else Trajectories(liquid)


@dataclass(frozen=True)
class Trajectories:
    """Rows of a transformer that has `trajectory`, such as :class:`~lsm.RandomFeatures`.

    Attributes
    ----------
    transformer : transformer
        Fitted.
    """

    transformer: BaseEstimator

    def rows(self, spikes):
        """Return the values at the rows of all samples, of shape (n_rows, n_features)."""
        return np.concatenate(self.transformer.trajectory(spikes))

    def stream(self, row):
        """Raise an error: only a liquid runs on from piece to piece."""
        raise TypeError(
            f"a stream needs a Liquid, got {self.transformer!r:.200}: take one, or call fit and "
            "predict on whole samples"
        )
