"""Decoders from spikes to numbers, for any code.

Each function takes a :class:`~lsm.spikes.SpikeArray` and returns a list with one float64 array for
each sample. With a `window` an array has a row for each window of this length, of which the last
one may be shorter; without one (None) it has one row for the whole sample. Encoders invert their
own code by `inverse_transform`.
"""

import numpy as np
from scipy import signal

from .._typing import Array
from .._units import steps
from .._validation import check_number, check_reals
from ..spikes import SpikeArray, check_spikes

__all__ = ["exponential_filter", "latency", "population_vector", "rate"]


def rate(spikes: SpikeArray, window: float | None = None) -> list[Array]:
    """Return firing rates.

    Parameters
    ----------
    spikes : SpikeArray
        Spikes.
    window : float or None, default=None
        Length of the windows in ms, a multiple of `spikes.row_duration`.

    Returns
    -------
    rates : list of float64 arrays of shape (n_windows, n_channels)
        Rates in Hz.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.encoding import decoders
    >>> from lsm.spikes import SpikeArray
    >>> spikes = SpikeArray.from_events([([0.0, 4.0, 12.0], [0, 0, 1])], 2, 15.0)
    >>> decoders.rate(spikes, window=10.0)
    [array([[200.,   0.],
           [  0., 200.]])]
    """
    return [
        np.stack([1000 / spikes.row_duration * part.mean(axis=0) for part in parts])
        for parts in _windows(spikes, window)
    ]


def latency(spikes: SpikeArray, window: float | None = None) -> list[Array]:
    """Return the times of first spikes.

    Parameters
    ----------
    spikes : SpikeArray
        Spikes.
    window : float or None, default=None
        Length of the windows in ms, a multiple of `spikes.row_duration`.

    Returns
    -------
    latencies : list of float64 arrays of shape (n_windows, n_channels)
        Times in ms from the start of the window; NaN without a spike.

    Examples
    --------
    >>> from lsm.encoding import decoders
    >>> from lsm.spikes import SpikeArray
    >>> spikes = SpikeArray.from_events([([4.0, 7.0, 12.0], [0, 0, 1])], 2, 15.0)
    >>> decoders.latency(spikes)
    [array([[ 4., 12.]])]
    """
    return [
        np.stack(
            [
                np.where(part.any(axis=0), spikes.row_duration * (part > 0).argmax(axis=0), np.nan)
                for part in parts
            ]
        )
        for parts in _windows(spikes, window)
    ]


def population_vector(
    spikes: SpikeArray, preferred: Array, window: float | None = None
) -> list[Array]:
    """Return the preferred values of the neurons of a population, averaged over spikes [1]_.

    Parameters
    ----------
    spikes : SpikeArray
        Spikes; successive channels form a population.
    preferred : array of shape (n_neurons,) or (n_neurons, n_dimensions)
        Preferred value of each neuron of a population. `spikes.n_channels` must be a multiple of
        n_neurons.
    window : float or None, default=None
        Length of the windows in ms, a multiple of `spikes.row_duration`.

    Returns
    -------
    vectors : list of float64 arrays of shape (n_windows, n_populations * n_dimensions)
        NaN for a population without spikes.

    References
    ----------
    .. [1] A. P. Georgopoulos, A. B. Schwartz, R. E. Kettner (1986). Neuronal population coding
       of movement direction. Science 233, 1416-1419.

    Examples
    --------
    >>> from lsm.encoding import decoders
    >>> from lsm.spikes import SpikeArray
    >>> spikes = SpikeArray.from_events([([1.0, 2.0, 3.0, 4.0], [0, 1, 1, 1])], 2, 5.0)
    >>> decoders.population_vector(spikes, preferred=[0.0, 1.0])
    [array([[0.75]])]
    """
    check_spikes(spikes)
    rule = "preferred must be finite numbers of shape (n_neurons,) or (n_neurons, n_dimensions)"
    preferred = check_reals(rule, preferred)
    if preferred.ndim == 1:
        preferred = preferred[:, None]
    if preferred.ndim != 2 or len(preferred) == 0 or not np.isfinite(preferred).all():
        raise ValueError(f"{rule}, got {preferred!r:.80} of shape {preferred.shape}")
    if spikes.n_channels % len(preferred):
        raise ValueError(
            f"{spikes.n_channels} channels are not whole populations of {len(preferred)} neurons"
        )
    vectors = []
    for parts in _windows(spikes, window):
        counts = np.stack([part.sum(axis=0) for part in parts])
        counts = counts.reshape(len(counts), -1, len(preferred))
        with np.errstate(invalid="ignore"):  # a silent population is 0 / 0, which is NaN
            vector = counts @ preferred / counts.sum(axis=2, keepdims=True)
        vectors.append(vector.reshape(len(counts), -1))
    return vectors


def exponential_filter(spikes: SpikeArray, tau: float) -> list[Array]:
    """Return exponential traces of the spikes.

    Parameters
    ----------
    spikes : SpikeArray
        Spikes.
    tau : float
        Time constant of the decay in ms.

    Returns
    -------
    traces : list of float64 arrays of shape (n_steps, n_channels)
        Sum of `exp(-age / tau)` over the previous spikes at the end of each step; the age of a
        spike in its own step is 0. Multiplied by 1000 / tau it is a rate in Hz.

    Examples
    --------
    >>> from lsm.encoding import decoders
    >>> from lsm.spikes import SpikeArray
    >>> spikes = SpikeArray.from_events([([1.0], [0])], 1, 4.0)
    >>> decoders.exponential_filter(spikes, tau=2.0)[0].ravel().round(3)
    array([0.   , 1.   , 0.607, 0.368])
    """
    check_spikes(spikes)
    check_number("tau", tau, 0, low_open=True)
    coefficients = [1.0], [1.0, -np.exp(-spikes.row_duration / tau)]
    return [
        signal.lfilter(*coefficients, spikes.to_dense(i).astype(np.float64), axis=0)
        for i in range(len(spikes))
    ]


def _windows(spikes, window):
    """Yield the windows of each sample, as a list of arrays of shape (n_steps, n_channels)."""
    check_spikes(spikes)
    n_steps = None
    if window is not None:
        check_number("window", window, 0, low_open=True)
        n_steps = int(steps("window", window, spikes.row_duration, exact=True))
    for i in range(len(spikes)):
        dense = spikes.to_dense(i).astype(np.float64)
        starts = range(0, len(dense), n_steps or len(dense))
        yield [dense[start : start + (n_steps or len(dense))] for start in starts]
