"""Cortical column: neurons on a grid, connected by distance."""

import math
from collections.abc import Sequence
from typing import Self

import numpy as np

from .._jit import njit
from .._typing import Array
from .._validation import check_integer
from ._draws import STEP, exponential, mix, room_for, seed_of, unit
from ._wiring import check_pairs
from .base import Topology, Wiring
from .weights import Weights

__all__ = ["Column"]

# Connections with a lower probability are left out: of 10^12 pairs of neurons, at most 1000.
NEGLIGIBLE = 1e-9
PAIRS = {"C": ">= 0 and <= 1", "lam": "> 0"}


class Column(Topology):
    """Neurons on a grid, connected with a probability that decreases with distance [1]_.

    A neuron connects to another at distance d, in grid units, with probability
    `C * exp(-(d / lam)**2)`. `C` and `lam` may depend on the kinds of the two neurons, excitatory
    (E) or inhibitory (I): four values are those of the pairs EE, EI, IE and II (source, then
    target). The defaults are the column of [1]_.

    Parameters
    ----------
    shape : tuple of int, default=(15, 3, 3)
        Neurons along each of one to three axes; their product is the number of neurons.
    periodic : bool, default=False
        Whether each axis is closed to a ring, so that no neuron lies at a border.
    C : float or 4 floats, default=(0.3, 0.2, 0.4, 0.1)
        Probability of a connection at distance zero.
    lam : float or 4 floats, default=2.0
        Length scale of connections in grid units, lambda in [1]_.
    inhibitory : float, default=0.2
        Share of inhibitory neurons, at random places.
    weights : Weights or "auto", default="auto"
        Weights of the connections; "auto" is `Weights.maass2002()`.
    delay : float, (float, float) or 4 floats, default=(1.5, 0.8, 0.8, 0.8)
        Delay in ms, the ends of a uniform distribution of delays, or the delays of the pairs. The
        default needs a `dt` of 0.1 ms; steps of 1 ms round it to 2 and 1 ms, with a warning.

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

    bounds = {"periodic": "boolean"}
    _parts = {"weights": Weights.maass2002}

    def __init__(
        self,
        shape: tuple[int, ...] = (15, 3, 3),
        periodic: bool = False,
        C: float | Sequence[float] = (0.3, 0.2, 0.4, 0.1),
        lam: float | Sequence[float] = 2.0,
        inhibitory: float = 0.2,
        weights: Weights | str = "auto",
        delay: float | tuple[float, float] | Sequence[float] = (1.5, 0.8, 0.8, 0.8),
    ) -> None:
        self.shape = shape
        self.periodic = periodic
        self.C = C
        self.lam = lam
        self.inhibitory = inhibitory
        self.weights = weights
        self.delay = delay

    @classmethod
    def maass2002(cls) -> Self:
        """Return the wiring of Maass, Natschläger & Markram (2002), which is the default."""
        return cls()

    @property
    def n_neurons(self) -> int:
        """Number of neurons on the grid."""
        return math.prod(self._grid())

    def check(self) -> None:
        """Check the parameters; see :class:`Topology`."""
        super().check()
        self._grid()
        for name, bound in PAIRS.items():
            check_pairs(f"Column.{name}", getattr(self, name), bound)

    def draw(self, n_neurons: int, rng: np.random.Generator) -> Wiring:
        """Draw the network and the positions of its neurons; see :class:`Topology`."""
        wiring = super().draw(n_neurons, rng)
        return wiring._replace(positions=np.indices(self._grid()).reshape(3, -1).T.astype(float))

    def connect(
        self, n_neurons: int, inhibitory: Array, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Draw the pattern of connections; see :class:`Topology`."""
        grid = self._grid()
        if math.prod(grid) != n_neurons:
            raise ValueError(
                f"Column.shape {tuple(self.shape)} has {math.prod(grid)} neurons, but n_neurons "
                f"is {n_neurons}: leave n_neurons at 'auto', or change either"
            )
        C, lam = (check_pairs(f"Column.{name}", getattr(self, name), PAIRS[name]) for name in PAIRS)
        periodic = bool(self.periodic)
        offsets, square = _offsets(grid, lam, C, periodic)
        chance = (C[:, None] * np.exp(-square / lam[:, None] ** 2)).reshape(2, 2, -1)
        bound = chance.max(axis=1)  # by the kind of the source, for targets of both kinds
        accepted = (chance / np.maximum(bound, 1e-300)[:, None]).astype(np.float32)
        targets = room_for(bound.sum(axis=1)[inhibitory.astype(int)].sum())
        indptr = _connect(
            np.array(grid), offsets, *_hazard(bound), accepted, inhibitory, periodic, targets,
            seed_of(rng),
        )  # fmt: skip
        targets.resize(indptr[-1], refcheck=False)
        return indptr, targets

    def _grid(self):
        """Return the numbers of neurons along three axes."""
        if not isinstance(self.shape, tuple | list) or not 1 <= len(self.shape) <= 3:
            raise ValueError(f"Column.shape must have one to three axes, got {self.shape!r}")
        lengths = [check_integer("Column.shape", length, 1) for length in self.shape]
        return (*lengths, *(1,) * (3 - len(lengths)))


def _offsets(grid, lam, C, periodic):
    """Return the offsets from a neuron to its possible targets, and their squared lengths."""
    reach = (lam * np.sqrt(np.log(np.maximum(C / NEGLIGIBLE, 1)))).max()
    axes = []
    for length in grid:
        back, ahead = ((length - 1) // 2, length // 2) if periodic else (length - 1, length - 1)
        axes.append(np.arange(-min(back, int(reach)), min(ahead, int(reach)) + 1, dtype=np.int32))
    offsets = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    square = (offsets.astype(float) ** 2).sum(axis=1)
    near = (square > 0) & (square <= reach**2)
    return offsets[near], square[near]


def _hazard(chance):
    """Return the cumulative hazards of the offsets, and a table to look up an offset by hazard.

    Each offset has an interval of length `-log(1 - chance)` along the cumulative hazard. Events
    at rate one hit the interval with the probability of the connection. So one exponential draw
    finds the next connection, whatever the number of offsets without one in between.

    Parameters
    ----------
    chance : array of shape (n_kinds, n_offsets)
        Probability of a connection.

    Returns
    -------
    hazard : float64 array of shape (n_kinds, n_offsets + 1)
        Offset k has the interval `hazard[kind, k]:hazard[kind, k + 1]`.
    guide : int32 array of shape (n_kinds, n_bins + 1)
        Index of the interval in which each of `n_bins` equal parts of the cumulative hazard
        begins.
    """
    n_kinds, n_offsets = chance.shape
    hazard = np.zeros((n_kinds, n_offsets + 1))
    np.cumsum(-np.log1p(-np.minimum(chance, 1 - 2**-53)), axis=1, out=hazard[:, 1:])
    parts = np.linspace(0, 1, 2 * n_offsets + 1)
    guide = [np.searchsorted(row, parts * row[-1], side="right") - 1 for row in hazard]
    return hazard, np.clip(guide, 0, max(n_offsets - 1, 0)).astype(np.int32)


@njit
def _connect(
    grid, offsets, hazard, guide, accepted, inhibitory, periodic, targets, state
):  # fmt: skip
    """Fill `targets`, row by row and connection by connection; return `indptr`."""
    n_neurons, plane, line = len(inhibitory), grid[1] * grid[2], grid[2]
    indptr = np.zeros(n_neurons + 1, dtype=np.int64)
    count = 0
    for pre in range(n_neurons):
        x, y, z = pre // plane, pre % plane // line, pre % line
        kind = int(inhibitory[pre])
        edges, chance = hazard[kind], accepted[kind]
        end, at = edges[-1], 0.0
        bins_per_hazard = (guide.shape[1] - 1) / max(end, 1e-300)
        while True:
            state += STEP
            at += exponential(mix(state))
            if at >= end:
                break
            k = guide[kind, int(at * bins_per_hazard)]
            while edges[k + 1] <= at:
                k += 1
            at = edges[k + 1]
            i, j, m = x + offsets[k, 0], y + offsets[k, 1], z + offsets[k, 2]
            if periodic:
                i, j, m = _wrap(i, grid[0]), _wrap(j, grid[1]), _wrap(m, grid[2])
            if 0 <= i < grid[0] and 0 <= j < grid[1] and 0 <= m < grid[2]:
                post = i * plane + j * line + m
                state += STEP
                targets[count] = post
                count += unit(mix(state)) < chance[int(inhibitory[post]), k]
        if periodic:
            targets[indptr[pre] : count].sort()
        indptr[pre + 1] = count
    return indptr


@njit
def _wrap(place, length):
    """Return a place on a ring, given one that is less than one turn outside of it."""
    return place + length * (int(place < 0) - int(place >= length))
