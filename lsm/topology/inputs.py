"""Input wiring in which each neuron reads random channels."""

from typing import Self

import numpy as np
from scipy import sparse

from .._checked import check_value
from .._typing import Array
from ._draws import pick, seed_of, transpose
from ._wiring import check_delay, csr, draw_delays
from .base import InputWiring
from .weights import DISTRIBUTIONS, check_uniform, draw_magnitudes

__all__ = ["RandomInput"]


class RandomInput(InputWiring):
    """Input wiring in which each neuron reads a few random channels.

    Parameters
    ----------
    fan_in : int, default=20
        Number of channels that each neuron reads; all channels if there are fewer.
    weight : float, (float, float) or "auto", default="auto"
        Typical magnitude of the weights in nA; a pair gives those onto excitatory and onto
        inhibitory neurons. "auto" is `1 / sqrt(fan_in * synapses)`.
    distribution : {"signed", "constant", "uniform", "normal", "lognormal", "gamma"}, \
default="signed"
        Distribution of the weights. "signed" draws normal weights of either sign with the standard
        deviation `weight`; the others draw magnitudes with the mean `weight`.
    cv : float, default=1.0
        Coefficient of variation of the magnitudes: standard deviation over mean. The
        distributions "constant" and "signed" do not use it.
    synapses : int, default=1
        Number of synapses from each of those channels, each with its own weight and delay.
    delay : float or (float, float), default=0.0
        Delay in ms, or the ends of a uniform distribution of delays. Delays of several hundred
        ms are a memory of the input.
    """

    bounds = {
        "fan_in": "integer >= 1",
        "distribution": DISTRIBUTIONS,
        "cv": ">= 0",
        "synapses": "integer >= 1 and <= 1000000000",
    }

    def __init__(
        self,
        fan_in: int = 20,
        weight: float | tuple[float, float] | str = "auto",
        distribution: str = "signed",
        cv: float = 1.0,
        synapses: int = 1,
        delay: float | tuple[float, float] = 0.0,
    ) -> None:
        self.fan_in = fan_in
        self.weight = weight
        self.distribution = distribution
        self.cv = cv
        self.synapses = synapses
        self.delay = delay

    @classmethod
    def maass2002(cls, fan_in: int = 1) -> Self:
        """Return input synapses as onto the column of Maass, Natschläger & Markram (2002)."""
        return cls(fan_in=fan_in, weight=(18.0, 9.0), distribution="gamma", cv=1.0)

    def check(self) -> None:
        """Check the parameters; see :class:`InputWiring`."""
        super().check()
        check_delay("RandomInput.delay", self.delay, of_input=True)
        check_uniform("RandomInput", self.distribution, self.cv)
        if len(self._pair()) != 2:
            raise ValueError(f"RandomInput.weight must be one or two numbers, got {self.weight!r}")
        for weight in self._pair():
            check_value("RandomInput.weight", weight, ">= 0 or 'auto'")

    def draw(
        self, n_channels: int, inhibitory: Array, rng: np.random.Generator
    ) -> tuple[sparse.csr_array, float | Array]:
        """Check the parameters and draw the input synapses; see :class:`InputWiring`."""
        self.check()
        fan_in, n_neurons = min(int(self.fan_in), n_channels), len(inhibitory)
        delay = check_delay("RandomInput.delay", self.delay, of_input=True)
        typical = 1 / np.sqrt(fan_in * self.synapses)
        pair = [typical if isinstance(weight, str) else weight for weight in self._pair()]
        channels = pick(n_neurons, fan_in, n_channels, False, seed_of(rng))
        indptr, targets = transpose(np.repeat(channels, self.synapses, axis=1), n_channels)
        weights = draw_magnitudes(self.distribution, self.cv, len(targets), rng)
        weights *= np.array(pair, np.float32)[inhibitory[targets].view(np.int8)]
        delays = draw_delays(delay, indptr, targets, inhibitory, rng)
        return csr(weights, targets, indptr, (n_channels, n_neurons)), delays

    def _pair(self):
        """Return the weights onto excitatory and onto inhibitory neurons."""
        return self.weight if isinstance(self.weight, tuple | list) else (self.weight,) * 2
