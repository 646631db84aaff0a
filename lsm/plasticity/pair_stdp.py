"""Spike-timing-dependent plasticity of pairs of spikes."""

from typing import Any

import numpy as np

from .base import SpikeRule

__all__ = ["PairSTDP"]


class PairSTDP(SpikeRule):
    """Spike-timing-dependent plasticity of pairs of spikes [1]_.

    A postsynaptic spike at a time t after a presynaptic spike changes the weight by
    `a_plus * exp(-t / tau_plus)`; one at a time t before it changes the weight by
    `-a_minus * exp(-t / tau_minus)`. Times are those of the spikes of the neurons: the conduction
    delay to the synapse is taken to equal the delay back into the dendrite.

    Parameters
    ----------
    a_plus : float, default=0.01
        Potentiation by a pair in the limit t = 0, in mean weights.
    a_minus : float, default=0.012
        Depression by a pair in the limit t = 0, in mean weights.
    tau_plus : float, default=20.0
        Time constant of potentiation in ms.
    tau_minus : float, default=20.0
        Time constant of depression in ms.
    w_max : float, default=3.0
        Upper bound of a weight, in mean weights; the lower bound is zero. A weight that is
        above it at the start is not raised further.
    bound : {"additive", "multiplicative"}, default="additive"
        Whether changes are the same for all weights up to the bounds ("additive"), or get smaller
        towards them ("multiplicative"): potentiation by the factor `1 - w / w_max`, depression by
        `w / w_max` [2]_.
    pairing : {"all", "nearest"}, default="all"
        Whether a spike pairs with all previous spikes or with the last one.

    References
    ----------
    .. [1] S. Song, K. D. Miller, L. F. Abbott (2000). Competitive Hebbian learning through
       spike-timing-dependent synaptic plasticity. Nature Neuroscience 3, 919-926.
    .. [2] J. Rubin, D. D. Lee, H. Sompolinsky (2001). Equilibrium properties of temporally
       asymmetric Hebbian plasticity. Physical Review Letters 86, 364-367.
    """

    n_traces = 2
    bounds = {
        "a_plus": ">= 0",
        "a_minus": ">= 0",
        "tau_plus": "> 0",
        "tau_minus": "> 0",
        "w_max": "> 0",
        "bound": ("additive", "multiplicative"),
        "pairing": ("all", "nearest"),
    }

    def __init__(
        self,
        a_plus: float = 0.01,
        a_minus: float = 0.012,
        tau_plus: float = 20.0,
        tau_minus: float = 20.0,
        w_max: float = 3.0,
        bound: str = "additive",
        pairing: str = "all",
    ) -> None:
        self.a_plus = a_plus
        self.a_minus = a_minus
        self.tau_plus = tau_plus
        self.tau_minus = tau_minus
        self.w_max = w_max
        self.bound = bound
        self.pairing = pairing

    def constants(self, dt: float, unit: float) -> tuple[Any, ...]:
        """Return the numbers that the rule needs; see :class:`SpikeRule`."""
        w_max = self.w_max * unit
        # With a slope of zero the change is the same for all weights.
        slope = float(self.bound == "multiplicative") / w_max
        return (
            self.a_plus * unit,
            self.a_minus * unit,
            np.exp(-dt / self.tau_plus),
            np.exp(-dt / self.tau_minus),
            w_max,
            slope,
            float(self.pairing == "all"),
            1.0,
        )

    @staticmethod
    def on_pre(
        s: int, pre: int, post: int, step: int, w: float, traces: Any, synapse_state: Any,
        constants: Any,
    ) -> Any:  # fmt: skip
        """Depress by the previous postsynaptic spikes."""
        _, a_minus, _, _, w_max, slope, _, one = constants
        return w - a_minus * (one + slope * (w - w_max)) * traces[1][post]

    @staticmethod
    def on_post(
        s: int, pre: int, post: int, step: int, w: float, traces: Any, synapse_state: Any,
        constants: Any,
    ) -> Any:  # fmt: skip
        """Potentiate by the previous presynaptic spikes."""
        a_plus, _, _, _, w_max, slope, _, one = constants
        return max(w, min(w + a_plus * (one - slope * w) * traces[0][pre], w_max))

    @property
    def is_separable(self) -> bool:  # type: ignore[override]  # here it depends on a parameter
        """Whether the rule is separable, see :class:`SpikeRule`: if the bound is "additive"."""
        return self.bound == "additive"

    @staticmethod
    def rise(post: Any, traces: Any, constants: Any) -> Any:
        """Return the potentiation by a spike of the target; see :class:`SpikeRule`."""
        return constants[0]

    @staticmethod
    def decay_traces(n: Any, traces: Any, constants: Any) -> None:
        """Let both traces decay."""
        traces[0][n] *= constants[2]
        traces[1][n] *= constants[3]

    @staticmethod
    def add_to_traces(n: Any, traces: Any, constants: Any) -> None:
        """Raise both traces by one, or to one for nearest spikes."""
        keep, one = constants[6:]
        traces[0][n] = keep * traces[0][n] + one
        traces[1][n] = keep * traces[1][n] + one
