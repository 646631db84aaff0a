"""The synchrony code: the spread in time of the spikes of a group of neurons."""

import numpy as np

from .._typing import Array, RandomState
from .._validation import check_number
from ._timing import period_steps, spike_at
from .base import Encoder

__all__ = ["SynchronyEncoder"]


class SynchronyEncoder(Encoder):
    """Encode values as the synchrony of groups of neurons that spike at the same rate [1]_.

    Each channel has a group of `n_neurons` neurons, which are successive channels of the output.
    In every period each neuron spikes once, at a time drawn uniformly from a window around the
    middle of the period. At the upper limit the window is a single step, so that all neurons of
    the group spike together; at the lower limit it is the whole period. The number of spikes does
    not depend on the value.

    Parameters
    ----------
    n_neurons : int, default=10
        Number of neurons of a group.
    rate : float, default=20.0
        Rate of each neuron in Hz. The period, `1000 / rate` ms, must be a multiple of `dt`.
    duration : float, default=100.0
        Time for which a row is held in ms, a whole number of periods.
    dt : float, default=1.0
        Length of a step in ms.
    limits : (low, high) or "auto", default="auto"
        Range of the values, see :mod:`lsm.encoding`.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws. The spikes of a sample depend on the seed and on its values alone.

    Attributes
    ----------
    low_, high_ : float64 arrays of shape (n_channels,)
        Range of each channel.

    Notes
    -----
    `inverse_transform` estimates the window from the spike with the largest distance from the
    middle of its period. With m spikes of a group in a row and n steps in a period, the root mean
    squared error is below 1 / m + 2 / n of the range.

    References
    ----------
    .. [1] M. Diesmann, M.-O. Gewaltig, A. Aertsen (1999). Stable propagation of synchronous
       spiking in cortical neural networks. Nature 402, 529-533.

    Examples
    --------
    >>> from lsm.encoding import SynchronyEncoder
    >>> encoder = SynchronyEncoder(n_neurons=4, random_state=0).fit([[0.0], [1.0]])
    >>> X = encoder.transform([[1.0], [0.0]])
    >>> X[0].rows
    array([25, 25, 25, 25, 75, 75, 75, 75], dtype=int32)
    >>> X[1].rows
    array([ 2, 31, 33, 42, 63, 65, 84, 86], dtype=int32)
    """

    bounds = {"n_neurons": "integer >= 1", "rate": "> 0"}

    def __init__(
        self,
        n_neurons: int = 10,
        rate: float = 20.0,
        duration: float = 100.0,
        dt: float = 1.0,
        limits: tuple[float, float] | str = "auto",
        random_state: RandomState = None,
    ) -> None:
        self.n_neurons = n_neurons
        self.rate = rate
        self.duration = duration
        self.dt = dt
        self.limits = limits
        self.random_state = random_state

    def prepare(self) -> None:
        """Count the steps of a period."""
        name = "SynchronyEncoder.rate"
        check_number(name, self.rate, 0, 500 / self.dt_, low_open=True)
        self._period = period_steps(name, self.rate, self)

    def n_outputs(self, n_channels: int) -> int:
        """Return the number of channels of the output, `n_neurons` for each of the input."""
        return n_channels * self.n_neurons

    def encode_sample(self, x: Array) -> Array:
        """Encode one sample; see :class:`Encoder`."""
        n_periods = self.hold_ // self._period
        width = np.repeat(np.repeat(1 - x, n_periods, axis=0), self.n_neurons, axis=1)
        offset = width * (self.generator(x).random(width.shape) - 0.5)
        step = np.floor((0.5 + offset) * self._period)
        spikes = spike_at(np.minimum(step, self._period - 1), self._period)
        return spikes.reshape(len(x), self.hold_, -1)

    def decode_sample(self, rows: Array) -> Array:
        """Decode one sample; see :class:`Encoder`."""
        n_periods = self.hold_ // self._period
        rows = rows.reshape(len(rows), n_periods, self._period, -1, self.n_neurons)
        distance = np.abs(np.arange(self._period) + 0.5 - self._period / 2)
        furthest = (distance[:, None, None] * (rows > 0)).max(axis=(1, 2, 4))
        n_spikes = n_periods * self.n_neurons
        # The mean of the largest of m uniform draws from [0, 1] is m / (m + 1).
        width = 2 * furthest / self._period * (n_spikes + 1) / n_spikes
        return np.clip(1 - width, 0, 1)
