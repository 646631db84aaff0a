"""The rank order code: channels spike in the order of their values."""

from collections.abc import Sequence

import numpy as np

from .._typing import Array
from .._validation import check_integer
from ._timing import first_spike, spike_at
from .base import Encoder

__all__ = ["RankOrderEncoder"]


class RankOrderEncoder(Encoder):
    """Encode a row by the order in which its channels spike, the largest value first [1]_.

    Each channel spikes once, at even distances in time. Among equal values the channel with the
    lower index is first. Values are compared as shares of the range of their channel; for a
    comparison of the values themselves give one pair of `limits` for all channels.

    Parameters
    ----------
    n_spikes : int or None, default=None
        Number of channels that spike, at most one in a step; None sets no limit.
    duration : float, default=100.0
        Time for which a row is held in ms.
    dt : float, default=1.0
        Length of a step in ms.
    limits : (low, high) or "auto", default="auto"
        Range of the values, see :mod:`lsm.encoding`.

    Attributes
    ----------
    low_, high_ : float64 arrays of shape (n_channels,)
        Range of each channel.
    rank_values_ : float64 array of shape (n_spikes + 1,)
        Mean value of each rank over the rows in `fit`, as a share of the range; the last entry is
        the mean over all channels without a spike.

    Notes
    -----
    The code keeps the order alone. `inverse_transform` returns the mean value of each rank in
    `rank_values_`, the look-up table of [1]_, so its error is the spread of the values with this
    rank.

    References
    ----------
    .. [1] S. Thorpe, J. Gautrais (1998). Rank order coding. Computational Neuroscience: Trends
       in Research, 113-118.

    Examples
    --------
    >>> from lsm.encoding import RankOrderEncoder
    >>> encoder = RankOrderEncoder(duration=3.0, limits=(0.0, 1.0))
    >>> X = encoder.fit_transform([[0.1, 0.9, 0.5], [0.7, 0.3, 0.2]])
    >>> X.channels
    array([1, 2, 0, 0, 1, 2], dtype=int32)
    >>> encoder.inverse_transform(X)
    array([[0.15, 0.8 , 0.4 ],
           [0.8 , 0.4 , 0.15]])
    """

    bounds = {"n_spikes": "integer >= 1 or None"}

    def __init__(
        self,
        n_spikes: int | None = None,
        duration: float = 100.0,
        dt: float = 1.0,
        limits: tuple[float, float] | str = "auto",
    ) -> None:
        self.n_spikes = n_spikes
        self.duration = duration
        self.dt = dt
        self.limits = limits

    def learn(self, samples: Sequence[Array]) -> None:
        """Learn the mean value of each rank; see :class:`Encoder`."""
        n_channels = len(self.low_)
        self._n_spikes = n_channels
        if self.n_spikes is not None:
            self._n_spikes = check_integer(
                "RankOrderEncoder.n_spikes", self.n_spikes, 1, n_channels
            )
        if self._n_spikes > self.hold_:
            raise ValueError(
                f"{self._n_spikes} channels cannot spike one after another in {self.hold_} steps: "
                f"lengthen {self.row_name} or lower n_spikes"
            )
        means = -np.sort(-np.concatenate(self.scale(samples)), axis=1).mean(axis=0)
        rest = means[self._n_spikes :]
        rest = rest.mean() if len(rest) else 0.0
        self.rank_values_ = np.append(means[: self._n_spikes], rest)

    def encode_sample(self, x: Array) -> Array:
        """Encode one sample; see :class:`Encoder`."""
        order = np.argsort(-x, axis=1, kind="stable")
        rank = np.argsort(order, axis=1)
        step = rank * self.hold_ // self._n_spikes
        return spike_at(np.where(rank < self._n_spikes, step, -1), self.hold_)

    def decode_sample(self, rows: Array) -> Array:
        """Decode one sample; see :class:`Encoder`."""
        # Inverts the floor: rank r spikes in the first step at or after r / n of the row.
        rank = -(-first_spike(rows) * self._n_spikes // self.hold_)
        return self.rank_values_[np.where(rows.any(axis=1), rank, self._n_spikes)]
