"""The base class of encoders of signals."""

import copy
import hashlib
import warnings
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from scipy import sparse
from sklearn.base import TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from .._checked import Checked, check_value
from .._typing import Array, Samples
from .._units import steps
from ..spikes import SpikeArray
from ._inputs import check_signals, is_table, row_duration
from ._limits import check_limits, find_limits

__all__ = ["Encoder"]


class Encoder(TransformerMixin, Checked):
    """Base of encoders of signals, from values to spikes and back.

    An encoder is a subclass whose parameters are the arguments of its `__init__`, stored untouched
    as in any scikit-learn estimator: `dt` and `limits`; `duration` if it holds each row for a
    time; `random_state` if it draws. It defines the method `encode_sample`, and `decode_sample` if
    the code can be inverted. (An encoder of the package must define it, since the tests invert
    every code.) It may define `n_outputs`, `prepare` and `learn`. The base class checks and scales
    the input, and packs the output.

    Parameters
    ----------
    dt : float
        Length of a step in ms.
    limits : (low, high) or "auto"
        Range of the values, see :mod:`lsm.encoding`.

    Attributes
    ----------
    bounds : dict of str to str or tuple
        Bounds of parameters, by name: comparisons with numbers or other parameters such as
        `"> 0"`, `"integer >= 1"` or `"> min_rate or None"`, `"boolean"`, or a tuple of allowed
        words. Those of `dt`, `duration` and `limits` are built in.
    graded : bool, default=False
        Whether the output holds currents instead of spikes.
    series : bool, default=False
        Whether a row of a 2-D `X` is a signal of one channel instead of a vector.
    dt_ : float
        Length of a step in ms.
    hold_ : int
        Number of steps for which a row is held.
    row_ : float or None
        Length of a row in ms if `X` in `fit` was a `SpikeArray`; else None, and `duration` counts.
    low_, high_ : float64 arrays of shape (n_channels,)
        Range of each channel.

    Examples
    --------
    One spike in the first step of each row whose value is above a threshold:

    >>> import numpy as np
    >>> from lsm.encoding import Encoder
    >>> class ThresholdEncoder(Encoder):
    ...     bounds = {"threshold": ">= 0 and <= 1"}
    ...
    ...     def __init__(self, threshold=0.5, duration=10.0, dt=1.0, limits="auto"):
    ...         self.threshold = threshold
    ...         self.duration = duration
    ...         self.dt = dt
    ...         self.limits = limits
    ...
    ...     def encode_sample(self, x):
    ...         spikes = np.zeros((len(x), self.hold_, x.shape[1]))
    ...         spikes[:, 0] = x > self.threshold
    ...         return spikes
    ...
    ...     def decode_sample(self, rows):
    ...         return rows[:, 0]
    >>> encoder = ThresholdEncoder().fit([[0.0], [4.0]])
    >>> X = encoder.transform([[1.0], [3.0]])
    >>> X
    SpikeArray(n_samples=2, n_channels=1, duration=10 ms, row_duration=1 ms, 1 spike)
    >>> encoder.inverse_transform(X).ravel()
    array([0., 4.])
    """

    required_parameters = ("dt", "limits")
    series = False
    graded: bool = False

    def check(self) -> None:
        """Check that the encoder is complete and that its parameters are valid.

        Raises
        ------
        TypeError
            If a method or a parameter is missing, or a parameter has a wrong type.
        ValueError
            If a parameter is out of bounds.
        """
        super().check()
        owner, parameters = type(self).__name__, self.get_params(deep=False)
        for name in ("dt", "duration"):
            if name in parameters:
                check_value(f"{owner}.{name}", parameters[name], "> 0")
        if not (isinstance(self.limits, str) and self.limits == "auto"):
            check_limits(f"{owner}.limits", self.limits)

    def clock(self, row: float | None) -> tuple[float, int]:
        """Return the length of a step and the number of steps of a row.

        Parameters
        ----------
        row : float or None
            Length of a row in ms as `X` gives it; None takes `duration`, or one step.

        Returns
        -------
        dt : float
            Length of a step in ms.
        hold : int
            Number of steps for which a row is held.
        """
        name = f"{type(self).__name__}.duration" if row is None else "a row of X"
        duration = getattr(self, "duration", self.dt) if row is None else row
        return float(self.dt), int(steps(name, duration, self.dt, exact=True))

    def prepare(self) -> None:
        """Check the parameters against `dt_` and `hold_`, and derive numbers from them.

        It is called in `fit`, and again before each use, since parameters may have been set.
        """

    def learn(self, samples: Sequence[Array]) -> None:
        """Learn from the samples of `fit`, beyond the range of each channel.

        Parameters
        ----------
        samples : list of float64 arrays of shape (n_rows_i, n_channels)
            Samples, not scaled; see `scale`.
        """

    def n_outputs(self, n_channels: int) -> int:
        """Return the number of channels of the output, by default that of the input."""
        return n_channels

    @abstractmethod
    def encode_sample(self, x: Array) -> Array:
        """Encode one sample.

        Parameters
        ----------
        x : float64 array of shape (n_rows, n_channels)
            Values as shares of the range, from 0 to 1.

        Returns
        -------
        spikes : array of shape (n_rows * `hold_`, n_outputs) or (n_rows, `hold_`, n_outputs)
            Spike counts, or currents in nA if `graded` is true.
        """

    def decode_sample(self, rows: Array) -> Array:
        """Decode one sample.

        Parameters
        ----------
        rows : float64 array of shape (n_rows, `hold_`, n_outputs)
            Spike counts, or currents in nA if `graded` is true.

        Returns
        -------
        x : array of shape (n_rows, n_channels)
            Values as shares of the range, from 0 to 1.
        """
        raise TypeError(
            f"{type(self).__name__} cannot be inverted: it defines no decode_sample(rows), see "
            "lsm.encoding.Encoder"
        )

    def fit(self, X: Samples, y: Any = None) -> Self:
        """Check the parameters and learn the range of each channel.

        Parameters
        ----------
        X : graded SpikeArray, sequence of (n_rows_i, n_channels) arrays, 3-D or 2-D array
            Training samples.
        y : object, optional
            Ignored.

        Returns
        -------
        self : Encoder

        Raises
        ------
        TypeError, ValueError
            If a parameter or a sample is invalid.
        """
        return self.fit_rows(X, row_duration(X))

    def fit_rows(self, X: Samples, row: float | None) -> Self:
        """Fit on samples whose rows last `row` ms, or `duration` if that is None; see `fit`."""
        self.check()
        self.row_ = row
        self.dt_, self.hold_ = self.clock(row)
        self.prepare()
        samples = check_signals(self, X, reset=True, series=self.series)
        # Rows of the sample that a row of a table becomes; None where X is no table.
        self._n_table_rows = len(samples[0]) if is_table(X, series=self.series) else None
        self.low_, self.high_ = find_limits(f"{type(self).__name__}.limits", self.limits, samples)
        parameters = self.get_params(deep=False)
        if "random_state" in parameters:
            random_state = check_random_state(parameters["random_state"])
            self._entropy = random_state.randint(0, 2**32, size=4, dtype=np.uint64).tolist()
        self.learn(samples)
        return self

    def transform(self, X: Samples) -> SpikeArray:
        """Encode samples.

        Parameters
        ----------
        X : graded SpikeArray, sequence of (n_rows_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        spikes : SpikeArray

        Raises
        ------
        TypeError, ValueError
            If a parameter that was set since `fit`, or a sample, is invalid.

        Warns
        -----
        UserWarning
            If values lie outside of the limits and are clipped.
        """
        check_is_fitted(self)
        row, expected = row_duration(X), self.hold_ * self.dt_
        if row is not None and abs(row - expected) > 1e-6 * expected:
            raise ValueError(
                f"X has rows of {row:g} ms, but {type(self).__name__} was fitted on rows that "
                f"last {expected:g} ms"
            )
        samples = check_signals(self, X, reset=False, series=self.series)
        n_channels, expected = samples[0].shape[1], len(self.low_)
        if n_channels != expected:
            raise ValueError(
                f"X has {n_channels} channels, but {type(self).__name__} is expecting {expected} "
                "channels as input"
            )
        code = self._prepared()
        # Packed one by one, since all of them unpacked may not fit into memory.
        packed = [code._encoded(sample) for sample in self.scale(samples)]
        return SpikeArray.from_sparse(packed, row_duration=self.dt_, graded=self.graded)

    def inverse_transform(self, X: SpikeArray) -> list[Array] | Array:
        """Decode samples.

        Parameters
        ----------
        X : SpikeArray
            Output of `transform`.

        Returns
        -------
        samples : list of float64 arrays of shape (n_rows_i, n_channels), or 2-D float64 array
            An array if `fit` saw a 2-D array and the samples have its shape.

        Raises
        ------
        TypeError, ValueError
            If the code cannot be inverted, or `X` is no output of `transform`.
        """
        check_is_fitted(self)
        code = self._prepared()
        code._check_encoded(X)
        shape = (-1, self.hold_, code._n_outputs)
        samples = [
            self.unscale(code.decode_sample(X.to_dense(i).astype(np.float64).reshape(shape)))
            for i in range(len(X))
        ]
        if samples and all(len(sample) == self._n_table_rows for sample in samples):
            return np.stack([sample.ravel() for sample in samples])
        return samples

    def scale(self, samples: Sequence[Array]) -> list[Array]:
        """Return samples as shares of the range, from 0 to 1.

        Parameters
        ----------
        samples : list of float64 arrays of shape (n_rows_i, n_channels)
            Samples.

        Returns
        -------
        scaled : list of float64 arrays of shape (n_rows_i, n_channels)

        Warns
        -----
        UserWarning
            If values lie outside of the limits and are clipped.
        """
        span = self._span()
        # Values and limits may have been rounded to float32; the tolerance for it must be small
        # compared with the range.
        largest = np.maximum(np.abs(self.low_), np.abs(self.high_))
        hair = np.minimum(np.finfo(np.float32).eps * largest, 1e-3 * span)
        outside = sum(np.sum((x < self.low_ - hair) | (x > self.high_ + hair)) for x in samples)
        if outside:
            warnings.warn(
                f"{outside} of {sum(x.size for x in samples)} values lie outside the limits and "
                "are clipped: give wider `limits` to keep them",
                UserWarning,
                stacklevel=4,
            )
        # Adding 0 turns -0.0 into 0.0, which is the same value and so must draw the same spikes.
        return [(np.clip(x, self.low_, self.high_) - self.low_) / span + 0.0 for x in samples]

    def unscale(self, x: Array) -> Array:
        """Return values from shares of the range, of shape (n_rows, n_channels)."""
        return self.low_ + x * self._span()

    def generator(self, x: Array) -> np.random.Generator:
        """Return the random generator of a sample, which depends on its values and the seed."""
        digest = hashlib.blake2b(np.ascontiguousarray(x).tobytes(), digest_size=16).digest()
        return np.random.default_rng([*self._entropy, *x.shape, *digest])

    @property
    def row_name(self) -> str:
        """Name in messages of the parameter or the input that sets the length of a row."""
        return f"{type(self).__name__}.duration" if self.row_ is None else "a row of X"

    @property
    def _n_outputs(self):
        return self.n_outputs(len(self.low_))

    def _prepared(self):
        """Return a copy with checked parameters, which may have been set since `fit`."""
        code = copy.copy(self)  # `prepare` sets attributes, which only `fit` may do
        code.check()
        code.prepare()
        return code

    def _encoded(self, x):
        """Return one encoded sample as a CSR array of shape (n_steps, n_outputs)."""
        encoded, shape = np.asarray(self.encode_sample(x)), (len(x) * self.hold_, self._n_outputs)
        if encoded.size != shape[0] * shape[1]:
            raise ValueError(
                f"{type(self).__name__}.encode_sample must return an array of shape {shape}, got "
                f"shape {encoded.shape}"
            )
        return sparse.csr_array(encoded.reshape(shape))

    def _check_encoded(self, X):
        """Raise a TypeError or ValueError unless `X` can be an output of `transform`."""
        if not isinstance(X, SpikeArray):
            raise TypeError(f"X must be a SpikeArray, got {type(X).__name__}")
        if X.n_channels != self._n_outputs or abs(X.row_duration - self.dt_) > 1e-6 * self.dt_:
            raise ValueError(
                f"X has {X.n_channels} channels in rows of {X.row_duration:g} ms, but "
                f"{type(self).__name__} gives {self._n_outputs} in rows of {self.dt_:g} ms"
            )
        if X.graded != self.graded:
            kinds = {False: "spikes", True: "graded currents"}
            raise ValueError(
                f"X must hold {kinds[self.graded]}, as {type(self).__name__} gives, got "
                f"{kinds[X.graded]}"
            )
        uneven = np.flatnonzero(X.n_rows % self.hold_)
        if len(uneven):
            raise ValueError(
                f"sample {uneven[0]} has {X.n_rows[uneven[0]]} rows, which are not whole rows "
                f"of the input, of {self.hold_} steps"
            )

    def _span(self):
        return np.where(self.high_ > self.low_, self.high_ - self.low_, 1.0)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags
