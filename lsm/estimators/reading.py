"""States at rows of a liquid, or of another transformer in its place."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator

from .._typing import Estimator
from ..liquid import Liquid
from ..simulator import Simulator

__all__ = ["read_rows"]


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
