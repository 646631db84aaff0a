"""Random graphs in which every pair of neurons is as likely as any other."""

from .._validation import check_integer, check_number
from ._base import Topology
from ._blocks import connect_blocks
from ._draws import pick, regular, seed_of, transpose

__all__ = ["ErdosRenyi"]

FAN_OUT = 50


class ErdosRenyi(Topology):
    """Random graph without self-connections [1]_: so many targets, or sources, or so likely.

    Give one of `fan_out`, `fan_in` and `probability`; without any, `fan_out` is 50.

    Parameters
    ----------
    fan_out : int, optional
        Targets of each neuron; at most `n_neurons - 1` are used, and 0 gives no recurrence.
    fan_in : int, optional
        Sources of each neuron; at most `n_neurons - 1` are used.
    probability : float, optional
        Probability of each connection.
    inhibitory : float, default=0.2
        Share of inhibitory neurons.
    weights : Weights, default=Weights()
        Weights of the connections.
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

    def __init__(
        self,
        fan_out=None,
        fan_in=None,
        probability=None,
        inhibitory=0.2,
        weights=None,
        delay=1.0,
    ):
        self.fan_out = fan_out
        self.fan_in = fan_in
        self.probability = probability
        self.inhibitory = inhibitory
        self.weights = weights
        self.delay = delay

    def connect(self, n_neurons, inhibitory, rng):
        """Draw who connects to whom; see :class:`Topology`."""
        names = ("fan_out", "fan_in", "probability")
        given = {name: value for name in names if (value := getattr(self, name)) is not None}
        if len(given) > 1:
            raise ValueError(
                f"ErdosRenyi takes one of fan_out, fan_in and probability, got {given}"
            )
        [(name, value)] = given.items() or [("fan_out", FAN_OUT)]
        if name == "probability":
            probability = check_number("ErdosRenyi.probability", value, 0, 1)
            return connect_blocks([n_neurons], [[probability]], rng)
        degree = min(check_integer(f"ErdosRenyi.{name}", value, 0), n_neurons - 1)
        partners = pick(n_neurons, degree, n_neurons, True, seed_of(rng))
        return transpose(partners, n_neurons) if name == "fan_in" else regular(partners)
