"""Random graph, in which all pairs of neurons are equally likely to be connected."""

from collections.abc import Sequence

import numpy as np

from .._typing import Array
from ..topology.weights import Weights
from ._blocks import connect_blocks
from ._draws import pick, regular, seed_of, transpose
from .base import Topology

__all__ = ["ErdosRenyi"]

FAN_OUT = 50


class ErdosRenyi(Topology):
    """Random graph without self-connections [1]_.

    One of `fan_out`, `fan_in` and `probability` sets the number of connections.

    Parameters
    ----------
    fan_out : int, "auto" or None, default="auto"
        Number of targets of each neuron; at most `n_neurons - 1` are used, and 0 gives no
        recurrence. "auto" is 50 unless `fan_in` or `probability` is given.
    fan_in : int or None, default=None
        Number of sources of each neuron; at most `n_neurons - 1` are used.
    probability : float or None, default=None
        Probability of each connection.
    inhibitory : float, default=0.2
        Share of inhibitory neurons.
    weights : Weights or "auto", default="auto"
        Weights of the connections; "auto" is `Weights()`.
    delay : float, (float, float) or 4 floats, default=1.0
        Delay in ms, the ends of a uniform distribution of delays, or the delays of the pairs
        EE, EI, IE and II (source, then target; excitatory and inhibitory).

    References
    ----------
    .. [1] P. Erdős, A. Rényi (1959). On random graphs I. Publicationes Mathematicae 6, 290-297.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.topology import ErdosRenyi
    >>> wiring = ErdosRenyi(fan_out=3).draw(10, np.random.default_rng(0))
    >>> wiring.weights.shape, wiring.weights.nnz, int(wiring.inhibitory.sum())
    ((10, 10), 30, 2)
    """

    bounds = {
        "fan_out": "integer >= 0 or 'auto' or None",
        "fan_in": "integer >= 0 or None",
        "probability": ">= 0 and <= 1 or None",
    }

    def __init__(
        self,
        fan_out: int | str | None = "auto",
        fan_in: int | None = None,
        probability: float | None = None,
        inhibitory: float = 0.2,
        weights: Weights | str = "auto",
        delay: float | tuple[float, float] | Sequence[float] = 1.0,
    ) -> None:
        self.fan_out = fan_out
        self.fan_in = fan_in
        self.probability = probability
        self.inhibitory = inhibitory
        self.weights = weights
        self.delay = delay

    def check(self) -> None:
        """Check the parameters; see :class:`Topology`."""
        super().check()
        self._degree()

    def connect(
        self, n_neurons: int, inhibitory: Array, rng: np.random.Generator
    ) -> tuple[Array, Array]:
        """Draw the pattern of connections; see :class:`Topology`."""
        name, value = self._degree()
        if name == "probability":
            return connect_blocks([n_neurons], [[value]], rng)
        partners = pick(n_neurons, min(int(value), n_neurons - 1), n_neurons, True, seed_of(rng))
        return transpose(partners, n_neurons) if name == "fan_in" else regular(partners)

    def _degree(self):
        """Return the name and the value of the parameter that sets the number of connections."""
        given = {name: getattr(self, name) for name in ("fan_out", "fan_in", "probability")}
        given = {name: value for name, value in given.items() if value is not None}
        if len(given) > 1 and isinstance(given.get("fan_out"), str):
            del given["fan_out"]
        if len(given) != 1:
            raise ValueError(
                f"ErdosRenyi takes one of fan_out, fan_in and probability, got {given}"
            )
        [(name, value)] = given.items()
        return name, FAN_OUT if isinstance(value, str) else value
