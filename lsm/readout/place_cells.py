"""Place cells: rates of neurons that each prefer a place in a space of observations."""

import math
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from sklearn.base import (
    BaseEstimator,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils.validation import check_is_fitted, validate_data

from .._typing import Array, ArrayLike
from .._validation import check_integer, check_number, check_reals, is_auto

__all__ = ["PlaceCells"]

MOST = 100_000  # cells
LARGEST = 1e150  # whose square is finite
NEGLIGIBLE = 0.01  # share of the highest rate


class PlaceCells(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """Rates of neurons whose places lie on a grid over all features [1]_.

    The rate of a cell falls with the distance of an observation from its place as a Gaussian. The
    rates of all cells sum up to `rate`, and those below 1 % of the highest one are zero.

    Parameters
    ----------
    n_cells : int or sequence of int, default=3
        Number of places along each feature. The number of cells is their product.
    limits : sequence of (low, high) or "auto", default="auto"
        First and last place along each feature; "auto" is the range in `fit`. Observations
        outside are moved to the nearest limit.
    width : float, default=0.7
        Standard deviation of the Gaussian, in distances of neighbouring places.
    rate : float, default=4000.0
        Sum of all rates in Hz.

    Attributes
    ----------
    limits_ : float64 array of shape (n_features, 2)
        Limits of each feature.
    places_ : float64 array of shape (n_cells, n_features)
        Places of the cells.
    widths_ : float64 array of shape (n_features,)
        Standard deviations of the Gaussians; infinite for a feature with one place.
    n_features_in_ : int
        Number of features.

    References
    ----------
    .. [1] N. Frémaux, H. Sprekeler, W. Gerstner (2013). Reinforcement learning using a continuous
       time actor-critic framework with spiking neurons. PLoS Computational Biology 9, e1003024.

    Examples
    --------
    >>> from lsm.readout import PlaceCells
    >>> cells = PlaceCells(3, width=0.5, rate=100.0).fit([[0.0], [1.0]])
    >>> cells.transform([[0.0], [0.5]]).round(1)
    array([[88.1, 11.9,  0. ],
           [10.7, 78.7, 10.7]])
    """

    def __init__(
        self, n_cells: int | Sequence[int] = 3, limits: Any = "auto", width: float = 0.7,
        rate: float = 4000.0,
    ) -> None:  # fmt: skip
        self.n_cells = n_cells
        self.limits = limits
        self.width = width
        self.rate = rate

    def fit(self, X: ArrayLike, y: Any = None) -> Self:
        """Place the cells.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Observations.
        y : ignored
            Present for scikit-learn's pipelines.

        Returns
        -------
        self : PlaceCells

        Raises
        ------
        TypeError, ValueError
            If a parameter is invalid or there are more than 100,000 cells.
        """
        check_number("PlaceCells.width", self.width, 1e-6, 1e6)
        check_number("PlaceCells.rate", self.rate, 0, low_open=True)
        X = validate_data(self, X, dtype=np.float64)
        counts = self._counts(X.shape[1])
        self.limits_ = self._limits(X)
        spans = _spans(self.limits_)
        axes = [
            np.linspace(low, high, n) if n > 1 else np.array([(low + high) / 2])
            for (low, high), n in zip(self.limits_, counts, strict=True)
        ]
        self.places_ = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(axes))
        # A feature with one place has the same rate everywhere.
        spacing = spans / np.maximum(np.array(counts) - 1, 1)
        self.widths_ = np.where(np.array(counts) > 1, self.width * spacing, np.inf)
        return self

    def transform(self, X: ArrayLike) -> Array:
        """Return the rates of the cells in Hz.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Observations.

        Returns
        -------
        rates : float64 array of shape (n_samples, n_cells)
        """
        check_is_fitted(self)
        return self.rates(validate_data(self, X, dtype=np.float64, reset=False))

    def rates(self, X: Array) -> Array:
        """Return the rates in Hz as `transform` does, without checks, for loops over single rows.

        Parameters
        ----------
        X : float array of shape (n_samples, n_features)
            Observations.

        Returns
        -------
        rates : float64 array of shape (n_samples, n_cells)
        """
        X = np.clip(X, *self.limits_.T)
        squares = np.zeros((len(X), len(self.places_)))
        for k, width in enumerate(self.widths_):
            squares += ((X[:, k, None] - self.places_[:, k]) / width) ** 2
        rates = np.exp(-0.5 * (squares - squares.min(axis=1, keepdims=True)))
        rates[rates < NEGLIGIBLE] = 0
        return self.rate * rates / rates.sum(axis=1, keepdims=True)

    def _counts(self, n_features):
        """Return the number of places along each feature."""
        rule = "PlaceCells.n_cells must be an integer >= 1, or one for each feature"
        counts = [self.n_cells] * n_features if np.ndim(self.n_cells) == 0 else list(self.n_cells)
        if len(counts) != n_features:
            raise ValueError(f"{rule}, {n_features} of them, got {self.n_cells!r:.80}")
        counts = [check_integer("PlaceCells.n_cells", n, 1) for n in counts]
        if math.prod(counts) > MOST:
            raise ValueError(
                f"PlaceCells.n_cells makes {math.prod(counts)} cells of {n_features} features, "
                f"more than {MOST}: set fewer places, or leave out features"
            )
        return counts

    def _limits(self, X):
        """Return the limits of each feature, shape (n_features, 2)."""
        if is_auto(self.limits):
            low, high = X.min(axis=0), X.max(axis=0)
            return np.stack([low, np.where(high > low, high, low + 1)], axis=1)
        rule = "PlaceCells.limits must be 'auto', or (low, high) with low < high for each feature"
        limits = check_reals(rule, self.limits)
        if limits.shape != (X.shape[1], 2) or not (limits[:, 0] < limits[:, 1]).all():
            raise ValueError(f"{rule}, {X.shape[1]} of them, got {self.limits!r:.80}")
        if not np.isfinite(limits).all():
            raise ValueError(f"{rule}, got {self.limits!r:.80}")
        return limits

    @property
    def _n_features_out(self):
        return len(self.places_)


def _spans(limits):
    """Return the distances between the limits, which the rates divide by."""
    with np.errstate(over="ignore"):
        spans = np.ptp(limits, axis=1)
    if not np.all((spans > 0) & (spans < LARGEST)):
        feature = int(np.flatnonzero(~((spans > 0) & (spans < LARGEST)))[0])
        raise ValueError(
            f"PlaceCells needs limits that double precision tells apart, at most {LARGEST:g} from "
            f"each other, got {limits[feature]} for feature {feature}: scale X, or set "
            "PlaceCells.limits"
        )
    return spans
