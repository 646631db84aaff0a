"""Names of types in signatures, for readers and for type checkers."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame, Series
else:  # slow to import
    Axes = DataFrame = Series = Any

__all__ = [
    "Array", "ArrayLike", "Axes", "DataFrame", "Distribution", "Estimator", "Parameter", "Path",
    "PathLike", "RandomState", "Reward", "Samples",
]  # fmt: skip

Array: TypeAlias = NDArray[Any]
ArrayLike: TypeAlias = Array | Sequence[Any] | DataFrame | Series
Estimator: TypeAlias = BaseEstimator
PathLike: TypeAlias = str | os.PathLike[str]
RandomState: TypeAlias = int | np.random.RandomState | None


class Packed(Protocol):
    """Samples that are read one by one: a SpikeArray, or a data set in a file."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: Any, /) -> Any: ...


class Distribution(Protocol):
    """Frozen distribution of :mod:`scipy.stats`."""

    def rvs(self, *arguments: Any, **named: Any) -> Any: ...


# In one of the forms of :mod:`lsm.samples`.
Samples: TypeAlias = ArrayLike | Packed
# Of a neuron or a synapse: a number, an (excitatory, inhibitory) pair, a value for each, a draw.
Parameter: TypeAlias = float | ArrayLike | Distribution
# After each sample, for rules that learn from it: numbers, or a function of sample and counts.
Reward: TypeAlias = ArrayLike | Callable[[int, Array], float]
