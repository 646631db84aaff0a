"""Random graphs in which every pair of neurons is as likely as any other."""

import numpy as np
from sklearn.base import BaseEstimator

from .._validation import check_integer, check_number
from ._wiring import Wiring, choose_inhibitory, csr, distinct, draw_magnitudes

__all__ = ["ErdosRenyi"]


class ErdosRenyi(BaseEstimator):
    """Random graph with a fixed out-degree, without self-connections, balanced as in [1]_.

    Mean weights are `gain / sqrt(fan_out)` from excitatory and
    `-inhibition * gain / sqrt(fan_out)` from inhibitory neurons.

    Parameters
    ----------
    fan_out : int, default=50
        Targets of each neuron; at most `n_neurons - 1` are used, and 0 gives no recurrence.
    inhibitory : float, default=0.2
        Share of inhibitory neurons.
    gain : float, default=1.0
        Scale of the weights, in nA for exponential synapses.
    inhibition : float, default=4.0
        Strength of inhibitory over excitatory weights. The default balances 80 to 20 %.
    distribution : {"constant", "uniform", "normal", "lognormal", "gamma"}, default="gamma"
        Distribution of the weights' magnitudes.
    cv : float, default=0.7071
        Standard deviation of the magnitudes over their mean.
    delay : float or (float, float), default=1.0
        Delay in ms, or the ends of a uniform distribution of delays.

    References
    ----------
    .. [1] N. Brunel (2000). Dynamics of sparsely connected networks of excitatory and
       inhibitory spiking neurons. Journal of Computational Neuroscience 8, 183-208.

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
        fan_out=50,
        inhibitory=0.2,
        gain=1.0,
        inhibition=4.0,
        distribution="gamma",
        cv=0.7071,
        delay=1.0,
    ):
        self.fan_out = fan_out
        self.inhibitory = inhibitory
        self.gain = gain
        self.inhibition = inhibition
        self.distribution = distribution
        self.cv = cv
        self.delay = delay

    def draw(self, n_neurons, rng):
        """Draw the graph.

        Parameters
        ----------
        n_neurons : int
            Number of neurons.
        rng : numpy.random.Generator
            Source of draws.

        Returns
        -------
        wiring : Wiring
        """
        fan_out = min(check_integer("ErdosRenyi.fan_out", self.fan_out, 0), n_neurons - 1)
        share = check_number("ErdosRenyi.inhibitory", self.inhibitory, 0, 1)
        gain = check_number("ErdosRenyi.gain", self.gain, 0)
        inhibition = check_number("ErdosRenyi.inhibition", self.inhibition, 0)
        inhibitory = choose_inhibitory(n_neurons, share, rng)
        targets = distinct(n_neurons, n_neurons - 1, fan_out, rng)
        targets += targets >= np.arange(n_neurons, dtype=np.int32)[:, None]  # skips itself
        targets = targets.ravel()
        weights = draw_magnitudes("ErdosRenyi", self.distribution, self.cv, targets.size, rng)
        mean = gain / np.sqrt(max(fan_out, 1))
        row_means = np.where(inhibitory, -inhibition * mean, mean).astype(np.float32)
        weights.reshape(n_neurons, fan_out)[:] *= row_means[:, None]
        indptr = np.arange(n_neurons + 1, dtype=np.int64) * fan_out
        delays = _draw_delays(self.delay, targets.size, rng)
        return Wiring(csr(weights, targets, indptr, (n_neurons, n_neurons)), inhibitory, delays)


def _draw_delays(delay, size, rng):
    if not isinstance(delay, tuple | list):
        return check_number("ErdosRenyi.delay", delay, 0, low_open=True)
    if len(delay) != 2:
        raise ValueError(f"ErdosRenyi.delay must be a number or two ends, got {delay!r}")
    low, high = (check_number("ErdosRenyi.delay", end, 0, low_open=True) for end in delay)
    if high < low:
        raise ValueError(f"ErdosRenyi.delay must go from low to high, got {delay!r}")
    return np.float32(low) + np.float32(high - low) * rng.random(size, dtype=np.float32)
