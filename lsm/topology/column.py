"""The cortical column: neurons on a grid, connected by distance."""

import numpy as np
from sklearn.base import BaseEstimator

from .._jit import njit
from .._validation import check_integer, check_number
from ._wiring import Wiring, choose_inhibitory, csr, draw_magnitudes

__all__ = ["Column"]

PAIRS = ("EE", "EI", "IE", "II")  # source, then target


class Column(BaseEstimator):
    """Grid of neurons in which near ones connect more often [1]_.

    A neuron connects to another at distance d, in grid units, with probability
    `C * exp(-(d / lam)**2)`, where C depends on which of the two are excitatory (E) and
    inhibitory (I). The four values are given in the order EE, EI, IE, II: source, then target.
    The defaults are the column of [1]_.

    Parameters
    ----------
    shape : tuple of int, default=(15, 3, 3)
        Neurons along each of one to three axes; their product is the number of neurons.
    inhibitory : float, default=0.2
        Share of inhibitory neurons, at random places.
    lam : float, default=2.0
        Length of connections in grid units, lambda in [1]_.
    C : tuple of 4 floats, default=(0.3, 0.2, 0.4, 0.1)
        Probability of a connection at distance zero.
    weight : tuple of 4 floats, default=(30.0, 60.0, -19.0, -19.0)
        Mean weights in nA.
    distribution : {"constant", "uniform", "normal", "lognormal", "gamma"}, default="gamma"
        Distribution of the weights' magnitudes.
    cv : float, default=1.0
        Standard deviation of the magnitudes over their mean.
    delay : tuple of 4 floats, default=(1.5, 0.8, 0.8, 0.8)
        Delays in ms.

    References
    ----------
    .. [1] W. Maass, T. Natschläger, H. Markram (2002). Real-time computing without stable
       states: a new framework for neural computation based on perturbations. Neural
       Computation 14, 2531-2560.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.topology import Column
    >>> wiring = Column.maass2002().draw(135, np.random.default_rng(0))
    >>> wiring.weights.shape, int(wiring.inhibitory.sum())
    ((135, 135), 27)
    """

    def __init__(
        self,
        shape=(15, 3, 3),
        inhibitory=0.2,
        lam=2.0,
        C=(0.3, 0.2, 0.4, 0.1),
        weight=(30.0, 60.0, -19.0, -19.0),
        distribution="gamma",
        cv=1.0,
        delay=(1.5, 0.8, 0.8, 0.8),
    ):
        self.shape = shape
        self.inhibitory = inhibitory
        self.lam = lam
        self.C = C
        self.weight = weight
        self.distribution = distribution
        self.cv = cv
        self.delay = delay

    @classmethod
    def maass2002(cls):
        """Return the wiring of Maass, Natschläger & Markram (2002), which is the default."""
        return cls()

    def draw(self, n_neurons, rng):
        """Draw the column.

        Parameters
        ----------
        n_neurons : int
            Number of neurons, which the grid must have.
        rng : numpy.random.Generator
            Source of draws.

        Returns
        -------
        wiring : Wiring

        Raises
        ------
        ValueError
            If the grid has another number of neurons, or a parameter is outside its meaning.
        """
        shape = self._check_shape(n_neurons)
        lam = check_number("Column.lam", self.lam, 0, low_open=True)
        share = check_number("Column.inhibitory", self.inhibitory, 0, 1)
        probability = self._check_pairs("C", 0, 1)
        mean = self._check_pairs("weight")
        if min(mean[:2]) < 0 or max(mean[2:]) > 0:
            raise ValueError(
                "Column.weight must not be negative from excitatory and not positive from "
                f"inhibitory neurons (Dale's law), got {self.weight!r}"
            )
        delay = self._check_pairs("delay", 0, low_open=True)
        inhibitory = choose_inhibitory(n_neurons, share, rng)
        offsets = _offsets(shape, lam, probability.max())
        nearness = np.exp(-((offsets**2).sum(axis=1)) / lam**2)
        pair_of = 2 * inhibitory[:, None] + np.arange(2)  # of a source, by the target's kind
        indptr, targets = _connect(np.array(shape), offsets, nearness, inhibitory, probability, rng)
        rows = np.repeat(np.arange(n_neurons, dtype=np.int32), np.diff(indptr))
        pairs = pair_of[rows, inhibitory[targets].astype(np.int8)]
        weights = draw_magnitudes("Column", self.distribution, self.cv, targets.size, rng)
        weights *= mean.astype(np.float32)[pairs]
        delays = delay.astype(np.float32)[pairs]
        positions = np.indices(shape).reshape(3, -1).T.astype(float)
        matrix = csr(weights, targets, indptr, (n_neurons, n_neurons))
        return Wiring(matrix, inhibitory, delays, positions)

    def _check_shape(self, n_neurons):
        if not isinstance(self.shape, tuple | list) or not 1 <= len(self.shape) <= 3:
            raise ValueError(f"Column.shape must have one to three axes, got {self.shape!r}")
        shape = [check_integer("Column.shape", length, 1) for length in self.shape]
        if np.prod(shape) != n_neurons:
            raise ValueError(
                f"Column.shape {tuple(shape)} has {np.prod(shape)} neurons, but n_neurons is "
                f"{n_neurons}: leave n_neurons at None, or change either"
            )
        return (*shape, *(1,) * (3 - len(shape)))

    @property
    def n_neurons(self):
        """Number of neurons on the grid."""
        return int(np.prod(self.shape))

    def _check_pairs(self, name, *bounds, **open_bounds):
        values = getattr(self, name)
        if not isinstance(values, tuple | list | np.ndarray) or len(values) != 4:
            raise ValueError(
                f"Column.{name} must have four values, for {', '.join(PAIRS)}, got {values!r}"
            )
        return np.array(
            [
                check_number(f"Column.{name}[{pair}]", value, *bounds, **open_bounds)
                for pair, value in zip(PAIRS, values, strict=True)
            ]
        )


def _offsets(shape, lam, top_probability):
    """List the grid offsets at which a connection is more likely than one in 10^9."""
    reach = lam * np.sqrt(max(np.log(max(top_probability, 1e-300) / 1e-9), 0))
    axes = [np.arange(-k, k + 1) for k in np.minimum(int(reach), np.array(shape) - 1)]
    offsets = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    square = (offsets**2).sum(axis=1)
    return offsets[(square <= reach**2) & (square > 0)]


@njit
def _connect(shape, offsets, nearness, inhibitory, probability, rng):
    """Draw the connections row by row; only offsets within reach are looked at."""
    n_neurons, layer, line = len(inhibitory), shape[1] * shape[2], shape[2]
    indptr = np.zeros(n_neurons + 1, dtype=np.int64)
    targets = np.empty(16 * n_neurons, dtype=np.int32)
    count = 0
    for pre in range(n_neurons):
        x, y, z = pre // layer, pre % layer // line, pre % line
        if count + len(offsets) > len(targets):
            bigger = np.empty(2 * len(targets) + len(offsets), dtype=np.int32)
            bigger[:count] = targets[:count]
            targets = bigger
        for k in range(len(offsets)):
            i, j, m = x + offsets[k, 0], y + offsets[k, 1], z + offsets[k, 2]
            inside = 0 <= i < shape[0] and 0 <= j < shape[1] and 0 <= m < shape[2]
            if inside:
                post = i * layer + j * line + m
                pair = 2 * inhibitory[pre] + inhibitory[post]
                if rng.random() < probability[pair] * nearness[k]:
                    targets[count] = post
                    count += 1
        indptr[pre + 1] = count
    return indptr, targets[:count].copy()
