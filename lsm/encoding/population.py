"""The population code: neurons with Gaussian receptive fields share a value."""

import functools
from collections.abc import Sequence

import numpy as np
from sklearn.base import clone

from .._parts import Composite
from .._typing import Array
from .base import Encoder
from .latency import LatencyEncoder

__all__ = ["PopulationEncoder"]


class PopulationEncoder(Encoder, Composite):
    """Encode each value by a population of neurons with Gaussian receptive fields [1]_.

    Each channel has `n_fields` neurons, which are successive channels of the output. As a share of
    the range, field i = 0, 1, ... has its centre at `(i - 0.5) / (n_fields - 2)` and the standard
    deviation `1 / (beta (n_fields - 2))`. The response of a field is 1 at its centre; `encoder`
    encodes the responses.

    Parameters
    ----------
    n_fields : int, default=8
        Number of receptive fields of a channel, at least 3.
    beta : float, default=1.5
        Distance between centres over the standard deviation of a field.
    encoder : Encoder or "auto", default="auto"
        Encoder of values, which encodes the responses; it sets the step and the duration of a
        row, and its `limits` are taken to be (0, 1). "auto" is `LatencyEncoder(threshold=0.1)`.
    limits : (low, high) or "auto", default="auto"
        Range of the values, see :mod:`lsm.encoding`.

    Attributes
    ----------
    low_, high_ : float64 arrays of shape (n_channels,)
        Range of each channel.
    centres_ : float64 array of shape (n_fields,)
        Centres of the fields as shares of the range.
    encoder_ : Encoder
        The fitted `encoder`.

    Notes
    -----
    `inverse_transform` decodes the responses r and fits a Gaussian of the known width to them:
    the logarithm of r, plus the part that is quadratic in the centre, is a line whose slope is the
    value; errors are weighted by r squared. This is exact for exact responses. With the default
    `beta` and a `LatencyEncoder(threshold=0.1)` that has n steps, the error is below
    `1 / (n (n_fields - 2))` of the range, or 0.0017 by default.

    References
    ----------
    .. [1] S. M. Bohte, H. La Poutré, J. N. Kok (2002). Unsupervised clustering with spiking
       neurons by sparse temporal coding and multilayer RBF networks. IEEE Transactions on
       Neural Networks 13, 426-435.

    Examples
    --------
    >>> from lsm.encoding import DirectCurrentEncoder, PopulationEncoder
    >>> encoder = PopulationEncoder(n_fields=4, encoder=DirectCurrentEncoder())
    >>> X = encoder.fit([[0.0], [1.0]]).transform([[0.25], [0.5]])
    >>> X.to_dense(0).round(3)
    array([[0.325, 1.   , 0.325, 0.011]], dtype=float32)
    >>> encoder.inverse_transform(X).round(6).ravel()
    array([0.25, 0.5 ])
    """

    bounds = {"n_fields": "integer >= 3", "beta": "> 0"}
    required_parameters = ("encoder", "limits")
    _parts = {"encoder": functools.partial(LatencyEncoder, threshold=0.1)}

    def __init__(
        self,
        n_fields: int = 8,
        beta: float = 1.5,
        encoder: Encoder | str = "auto",
        limits: tuple[float, float] | str = "auto",
    ) -> None:
        self.n_fields = n_fields
        self.beta = beta
        self.encoder = encoder
        self.limits = limits

    @property
    def graded(self) -> bool:  # type: ignore[override]  # that of its encoder
        """Whether the output holds currents instead of spikes."""
        return getattr(self, "encoder_", self._part("encoder")).graded

    def check(self) -> None:
        """Check the parameters; see :class:`Encoder`."""
        super().check()
        part = self._part("encoder")
        is_code = isinstance(part, Encoder) and hasattr(part, "duration")
        if not is_code:
            raise TypeError(
                f"PopulationEncoder.encoder must be an encoder of values such as "
                f"{self._parts['encoder']()!r}, got {part!r}"
            )
        part.check()

    def clock(self, row: float | None) -> tuple[float, int]:
        """Return the step and the number of steps of a row, as `encoder` has them."""
        return self._part("encoder").clock(row)

    def prepare(self) -> None:
        """Derive the centres and the width of the fields."""
        self.centres_ = (np.arange(self.n_fields) - 0.5) / (self.n_fields - 2)
        self._deviation = 1 / (self.beta * (self.n_fields - 2))

    def learn(self, samples: Sequence[Array]) -> None:
        """Fit `encoder` on the responses of the fields."""
        self.encoder_ = clone(self._part("encoder")).set_params(limits=(0.0, 1.0))
        self.encoder_.fit_rows([self._respond(x) for x in self.scale(samples)], self.row_)

    def n_outputs(self, n_channels: int) -> int:
        """Return the number of channels of the output, as `encoder` gives it for all fields."""
        return self.encoder_.n_outputs(n_channels * self.n_fields)

    def _respond(self, x):
        """Return the responses of all fields, of shape (n_rows, n_channels * n_fields)."""
        distance = (x[:, :, None] - self.centres_) / self._deviation
        return np.exp(-(distance**2) / 2).reshape(len(x), -1)

    def encode_sample(self, x: Array) -> Array:
        """Encode one sample; see :class:`Encoder`."""
        return self.encoder_.encode_sample(self._respond(x))

    def decode_sample(self, rows: Array) -> Array:
        """Decode one sample; see :class:`Encoder`."""
        response = self.encoder_.decode_sample(rows).reshape(len(rows), -1, self.n_fields)
        weight = np.maximum(response, 0) ** 2
        total = weight.sum(axis=-1, keepdims=True)
        weight = np.divide(weight, total, out=np.zeros_like(weight), where=total > 0)
        # log r + c^2 / 2 s^2 = (x / s^2) c + constant, for centres c and deviation s.
        place = self.centres_ / self._deviation**2
        log = np.log(np.where(weight > 0, response, 1)) + place * self.centres_ / 2
        place = place - (weight * place).sum(axis=-1, keepdims=True)
        spread = (weight * place**2).sum(axis=-1)
        slope = np.divide(
            (weight * place * log).sum(axis=-1), spread, out=np.zeros_like(spread), where=spread > 0
        )
        alone = weight @ self.centres_  # with one response or none there is no slope
        return np.where(spread > 0, slope, alone)
