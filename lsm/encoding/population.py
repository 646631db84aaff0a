"""The population code: a value shared among neurons with Gaussian receptive fields."""

import functools

import numpy as np
from sklearn.base import clone

from .._parts import Composite
from .._validation import check_integer, check_number
from ._base import Encoder
from .latency import LatencyEncoder

__all__ = ["PopulationEncoder"]


class PopulationEncoder(Encoder, Composite):
    """Encode each value by a population of neurons with Gaussian receptive fields [1]_.

    Each channel has `n_fields` neurons, which are `n_fields` successive channels of the output.
    In shares of the range, field i = 0, 1, ... has its centre at `(i - 0.5) / (n_fields - 2)`
    and the standard deviation `1 / (beta (n_fields - 2))`. The response of a field is 1 at its
    centre; `encoder` turns responses into spikes.

    Parameters
    ----------
    n_fields : int, default=8
        Receptive fields of a channel, at least 3.
    beta : float, default=1.5
        Distance between centres over the standard deviation of a field.
    encoder : encoder of values, default=LatencyEncoder(threshold=0.1)
        How a response is encoded, for how long and in what steps. Its `limits` are taken to be
        (0, 1).
    limits : (low, high) or None, default=None
        Range of the values, see :mod:`lsm.encoding`.

    Attributes
    ----------
    low_, high_ : float64 arrays of shape (n_channels,)
        Range of each channel.
    centres_ : float64 array of shape (n_fields,)
        Centres of the fields in shares of the range.
    encoder_ : encoder
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

    _parts = {"encoder": functools.partial(LatencyEncoder, threshold=0.1)}

    def __init__(self, n_fields=8, beta=1.5, encoder=None, limits=None):
        self.n_fields = n_fields
        self.beta = beta
        self.encoder = encoder
        self.limits = limits

    def _clock(self, row):
        part = self._part("encoder")
        needed = {"duration", "limits"}
        if not isinstance(part, Encoder) or not needed <= set(part.get_params(deep=False)):
            raise TypeError(
                f"encoder must be an encoder of values such as {self._parts['encoder']()!r}, got "
                f"{part!r}"
            )
        self.encoder_ = clone(part).set_params(limits=(0.0, 1.0))
        self.encoder_._row_name, self._row = self._row_name, row
        return self.encoder_._clock(row)

    def _check(self):
        n = check_integer("n_fields", self.n_fields, 3)
        beta = check_number("beta", self.beta, 0, low_open=True)
        self.centres_ = (np.arange(n) - 0.5) / (n - 2)
        self._deviation = 1 / (beta * (n - 2))

    def _learn(self, samples):
        self._graded = self.encoder_._graded
        self.encoder_._fit([self._respond(x) for x in self._scale(samples)], self._row)

    def _count_outputs(self, n_channels):
        return self.encoder_._count_outputs(n_channels * self.n_fields)

    def _respond(self, x):
        distance = (x[:, :, None] - self.centres_) / self._deviation
        return np.exp(-(distance**2) / 2).reshape(len(x), -1)

    def _encode(self, x):
        return self.encoder_._encode(self._respond(x))

    def _decode(self, rows):
        response = self.encoder_._decode(rows).reshape(len(rows), -1, self.n_fields)
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
        alone = weight @ self.centres_  # one field, or none, says no more than where it is
        return np.where(spread > 0, slope, alone)
