"""How input channels reach the liquid."""

import numpy as np
from sklearn.base import BaseEstimator

from .._validation import check_integer, check_number
from ._draws import pick, seed_of, transpose
from ._wiring import check_delay, csr, draw_delays
from .weights import check_distribution, draw_magnitudes

__all__ = ["RandomInput"]


class RandomInput(BaseEstimator):
    """Each neuron reads a few random channels.

    Parameters
    ----------
    fan_in : int, default=20
        Channels that each neuron reads; all of them where there are fewer.
    weight : float, (float, float) or None, default=None
        Scale of the weights onto all, or onto (excitatory, inhibitory) neurons, in nA. None
        means `1 / sqrt(fan_in * synapses)`.
    distribution : {"signed", "constant", "uniform", "normal", "lognormal", "gamma"}
        "signed" (the default) draws normal weights of either sign with standard deviation
        `weight`; the others draw magnitudes with mean `weight`.
    cv : float, default=1.0
        Standard deviation over mean of magnitudes; of no effect where they are signed.
    synapses : int, default=1
        Synapses from each of those channels, each with a weight and a delay of its own.
    delay : float or (float, float), default=0.0
        Delay in ms, or the ends of a uniform distribution of delays. Delays of several hundred
        ms are a memory of the input.
    """

    def __init__(
        self, fan_in=20, weight=None, distribution="signed", cv=1.0, synapses=1, delay=0.0
    ):
        self.fan_in = fan_in
        self.weight = weight
        self.distribution = distribution
        self.cv = cv
        self.synapses = synapses
        self.delay = delay

    @classmethod
    def maass2002(cls, fan_in=1):
        """Return input synapses as onto the column of Maass, Natschläger & Markram (2002)."""
        return cls(fan_in=fan_in, weight=(18.0, 9.0), distribution="gamma", cv=1.0)

    def draw(self, n_channels, inhibitory, rng):
        """Draw the input weights.

        Parameters
        ----------
        n_channels : int
            Number of input channels.
        inhibitory : bool array of shape (n_neurons,)
            Which neurons are inhibitory.
        rng : numpy.random.Generator
            Source of draws.

        Returns
        -------
        weights : scipy.sparse.csr_array of shape (n_channels, n_neurons), float32
            With an entry for each synapse, of which several may have the same row and column.
        delays : float or float32 array of shape (nnz,)
            Delay of each synapse in ms, in the order of `weights.data`.
        """
        fan_in = min(check_integer("RandomInput.fan_in", self.fan_in, 1), n_channels)
        synapses = check_integer("RandomInput.synapses", self.synapses, 1, 10**9)
        delay = check_delay("RandomInput.delay", self.delay, of_input=True)
        check_distribution("RandomInput", self.distribution, self.cv)
        pair = self.weight if isinstance(self.weight, tuple | list) else (self.weight,) * 2
        if len(pair) != 2:
            raise ValueError(f"RandomInput.weight must be one or two numbers, got {self.weight!r}")
        scale = [
            1 / np.sqrt(fan_in * synapses)
            if w is None
            else check_number("RandomInput.weight", w, 0)
            for w in pair
        ]
        n_neurons = len(inhibitory)
        channels = pick(n_neurons, fan_in, n_channels, False, seed_of(rng))
        indptr, targets = transpose(np.repeat(channels, synapses, axis=1), n_channels)
        weights = draw_magnitudes(self.distribution, self.cv, len(targets), rng)
        weights *= np.float32(scale)[inhibitory[targets].view(np.int8)]
        delays = draw_delays(delay, indptr, targets, inhibitory, rng)
        return csr(weights, targets, indptr, (n_channels, n_neurons)), delays
