"""Spike-timing-dependent plasticity of triplets of spikes."""

from typing import Any, Self

import numpy as np

from .base import SpikeRule

__all__ = ["TripletSTDP"]


class TripletSTDP(SpikeRule):
    """Spike-timing-dependent plasticity of triplets of spikes [1]_.

    Spikes of a neuron leave traces, which a spike raises by one (or sets to one) and which decay
    exponentially: a fast trace r1 (`tau_plus`) and a slow one r2 (`tau_x`) of the presynaptic
    neuron, o1 (`tau_minus`) and o2 (`tau_y`) of the postsynaptic neuron. The weight changes by::

        - o1 (a2_minus + a3_minus r2)    at a presynaptic spike
          r1 (a2_plus + a3_plus o2)      at a postsynaptic spike

    where the traces are those of the previous spikes. So potentiation increases with the
    postsynaptic rate, which rules of pairs do not explain. The default is the fit to the visual
    cortex with the minimal set of parameters.

    Parameters
    ----------
    a2_plus, a3_plus : float, default=0.0 and 6.5e-3
        Potentiation by a pair, and by a triplet post-pre-post, in mean weights.
    a2_minus, a3_minus : float, default=7.1e-3 and 0.0
        Depression by a pair, and by a triplet pre-post-pre, in mean weights.
    tau_plus, tau_minus : float, default=16.8 and 33.7
        Time constants of the fast traces in ms.
    tau_x, tau_y : float, default=101.0 and 114.0
        Time constants of the slow traces in ms, presynaptic and postsynaptic.
    w_max : float, default=3.0
        Upper bound of a weight, in mean weights; the lower bound is zero. A weight that is
        above it at the start is not raised further.
    pairing : {"all", "nearest"}, default="all"
        Whether a spike interacts with all previous spikes or with the last one.

    References
    ----------
    .. [1] J.-P. Pfister, W. Gerstner (2006). Triplets of spikes in a model of spike
       timing-dependent plasticity. Journal of Neuroscience 26, 9673-9682.
    """

    n_traces = 4
    is_separable = True
    bounds = {
        **dict.fromkeys(("a2_plus", "a3_plus", "a2_minus", "a3_minus"), ">= 0"),
        **dict.fromkeys(("tau_plus", "tau_minus", "tau_x", "tau_y", "w_max"), "> 0"),
        "pairing": ("all", "nearest"),
    }

    def __init__(
        self,
        a2_plus: float = 0.0,
        a3_plus: float = 6.5e-3,
        a2_minus: float = 7.1e-3,
        a3_minus: float = 0.0,
        tau_plus: float = 16.8,
        tau_minus: float = 33.7,
        tau_x: float = 101.0,
        tau_y: float = 114.0,
        w_max: float = 3.0,
        pairing: str = "all",
    ) -> None:
        self.a2_plus = a2_plus
        self.a3_plus = a3_plus
        self.a2_minus = a2_minus
        self.a3_minus = a3_minus
        self.tau_plus = tau_plus
        self.tau_minus = tau_minus
        self.tau_x = tau_x
        self.tau_y = tau_y
        self.w_max = w_max
        self.pairing = pairing

    @classmethod
    def visual_cortex(cls, pairing: str = "all") -> Self:
        """Return the full fit to the visual cortex, which depends on the pairing."""
        if pairing == "all":
            return cls(5e-10, 6.2e-3, 7e-3, 2.3e-4, tau_x=101.0, tau_y=125.0)
        return cls(8.8e-11, 5.3e-2, 6.6e-3, 3.1e-3, tau_x=714.0, tau_y=40.0, pairing=pairing)

    @classmethod
    def hippocampus(cls, pairing: str = "all") -> Self:
        """Return the full fit to hippocampal cultures, which depends on the pairing."""
        if pairing == "all":
            return cls(6.1e-3, 6.7e-3, 1.6e-3, 1.4e-3, tau_x=946.0, tau_y=27.0)
        return cls(4.6e-3, 9.1e-3, 3e-3, 7.5e-9, tau_x=575.0, tau_y=47.0, pairing=pairing)

    @classmethod
    def hippocampus_minimal(cls) -> Self:
        """Return the fit to hippocampal cultures with the minimal set of parameters."""
        return cls(5.3e-3, 8e-3, 3.5e-3, 0.0, tau_y=40.0)

    def constants(self, dt: float, unit: float) -> tuple[Any, ...]:
        """Return the numbers that the rule needs; see :class:`SpikeRule`."""
        amplitudes = (self.a2_plus, self.a3_plus, self.a2_minus, self.a3_minus)
        taus = (self.tau_plus, self.tau_x, self.tau_minus, self.tau_y)
        return (
            *(amplitude * unit for amplitude in amplitudes),
            *(np.exp(-dt / tau) for tau in taus),
            self.w_max * unit,
            float(self.pairing == "all"),
            1.0,
        )

    @staticmethod
    def on_pre(
        s: int, pre: int, post: int, step: int, w: float, traces: Any, synapse_state: Any,
        constants: Any,
    ) -> Any:  # fmt: skip
        """Depress by the previous postsynaptic spikes, more after presynaptic ones."""
        a2, a3 = constants[2:4]
        return w - traces[2][post] * (a2 + a3 * traces[1][pre])

    @staticmethod
    def on_post(
        s: int, pre: int, post: int, step: int, w: float, traces: Any, synapse_state: Any,
        constants: Any,
    ) -> Any:  # fmt: skip
        """Potentiate by the previous presynaptic spikes, more after postsynaptic ones."""
        a2, a3 = constants[:2]
        return max(w, min(w + traces[0][pre] * (a2 + a3 * traces[3][post]), constants[8]))

    @staticmethod
    def rise(post: Any, traces: Any, constants: Any) -> Any:
        """Return the potentiation by a spike of the target; see :class:`SpikeRule`."""
        a2, a3 = constants[:2]
        return a2 + a3 * traces[3][post]

    @staticmethod
    def decay_traces(n: Any, traces: Any, constants: Any) -> None:
        """Let the four traces decay."""
        traces[0][n] *= constants[4]
        traces[1][n] *= constants[5]
        traces[2][n] *= constants[6]
        traces[3][n] *= constants[7]

    @staticmethod
    def add_to_traces(n: Any, traces: Any, constants: Any) -> None:
        """Raise all traces by one, or to one for nearest spikes."""
        keep, one = constants[9:]
        for k in range(4):
            traces[k][n] = keep * traces[k][n] + one
