"""What all neural codes share: their input, scale, clock and randomness."""

import copy
import hashlib
import warnings

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from .._units import steps
from .._validation import check_number, check_reals
from ..spikes import SpikeArray
from ._inputs import check_signals, is_table, row_duration

__all__ = ["Encoder", "first_spike", "period_steps", "spike_at"]


class Encoder(TransformerMixin, BaseEstimator):
    """A neural code, from values to spikes and back.

    A code has the parameters `dt` and `limits`, `duration` if it codes values, `random_state`
    if it draws, and three methods:

    - `_check()` refuses parameters outside their meaning; `dt_` and `hold_`, the number of steps
      for which a row is held, are known by then.
    - `_encode(x)` takes one sample of shape (n_rows, n_channels), scaled to 0..1, and returns
      spike counts of shape (n_rows * hold_, n_out) or (n_rows, hold_, n_out).
    - `_decode(rows)` takes spike counts of shape (n_rows, hold_, n_out) and returns values of
      shape (n_rows, n_channels), scaled likewise.

    `_count_outputs(n_channels)` gives n_out where it is not n_channels. What a code learns from
    samples besides their range, it learns in `_learn(samples)`.
    """

    _series = False  # whether a row of a 2-D X is a signal of one channel, not a vector
    _graded = False

    def fit(self, X, y=None):
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
            If a parameter or a sample is not allowed.
        """
        return self._fit(X, row_duration(X))

    def _fit(self, X, row):
        """Fit samples whose rows last `row` ms, or `duration` where that is None."""
        self._row_name = "duration" if row is None else "a step of X"
        self.dt_, self.hold_ = self._clock(row)
        self._check()
        samples = check_signals(self, X, reset=True, series=self._series)
        self._table = is_table(X, series=self._series)
        self.low_, self.high_ = _find_limits(self.limits, samples)
        if hasattr(self, "random_state"):
            random_state = check_random_state(self.random_state)
            self._entropy = random_state.randint(0, 2**32, size=4, dtype=np.uint64).tolist()
        self._learn(samples)
        return self

    def transform(self, X):
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
        ValueError
            If a sample is not allowed.

        Warns
        -----
        UserWarning
            If values lie outside the limits and are clipped.
        """
        check_is_fitted(self)
        row, expected = row_duration(X), self.hold_ * self.dt_
        if row is not None and abs(row - expected) > 1e-6 * expected:
            raise ValueError(
                f"X has steps of {row:g} ms, but {type(self).__name__} was fitted on rows that "
                f"last {expected:g} ms"
            )
        samples = check_signals(self, X, reset=False, series=self._series)
        n_channels, expected = samples[0].shape[1], len(self.low_)
        if n_channels != expected:
            raise ValueError(
                f"X has {n_channels} channels, but {type(self).__name__} is expecting {expected} "
                "channels as input"
            )
        code = self._checked()
        # Packed one by one, since all of them unpacked may not fit into memory.
        packed = [
            sparse.csr_array(code._encode(sample).reshape(-1, code._n_out))
            for sample in self._scale(samples)
        ]
        return SpikeArray.from_sparse(packed, dt=self.dt_, graded=self._graded)

    def inverse_transform(self, X):
        """Decode samples.

        Parameters
        ----------
        X : SpikeArray
            What `transform` gives.

        Returns
        -------
        samples : list of float64 arrays of shape (n_rows_i, n_channels), or 2-D float64 array
            An array if `fit` saw one and the samples have its shape.
        """
        check_is_fitted(self)
        code = self._checked()
        code._check_encoded(X)
        shape = (-1, self.hold_, code._n_out)
        samples = [
            self._unscale(code._decode(X.to_dense(i).astype(np.float64).reshape(shape)))
            for i in range(len(X))
        ]
        n_rows = self.n_features_in_ if self._series and self._table else 1
        if self._table and samples and all(len(sample) == n_rows for sample in samples):
            return np.stack([sample.ravel() for sample in samples])
        return samples

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.transformer_tags.preserves_dtype = []
        return tags

    def _clock(self, row):
        """Return the step in ms and the steps of a row, whose length in ms may be given."""
        dt = check_number("dt", self.dt, 0, low_open=True)
        duration = check_number("duration", getattr(self, "duration", dt), 0, low_open=True)
        return dt, int(steps(self._row_name, row or duration, dt, exact=True))

    def _check(self):
        pass

    def _checked(self):
        """Return a copy that has checked the parameters, which may have been set since `fit`."""
        code = copy.copy(self)  # as `_check` leaves what it derives, and only `fit` may do that
        code._check()
        return code

    def _learn(self, samples):
        pass

    def _count_outputs(self, n_channels):
        return n_channels

    @property
    def _n_out(self):
        return self._count_outputs(len(self.low_))

    def _check_encoded(self, X):
        if not isinstance(X, SpikeArray):
            raise TypeError(f"X must be a SpikeArray, got {type(X).__name__}")
        if X.n_channels != self._n_out or abs(X.dt - self.dt_) > 1e-6 * self.dt_:
            raise ValueError(
                f"X has {X.n_channels} channels in steps of {X.dt:g} ms, but "
                f"{type(self).__name__} gives {self._n_out} in steps of {self.dt_:g} ms"
            )
        if X.graded != self._graded:
            kinds = {False: "spikes", True: "graded currents"}
            raise ValueError(
                f"X must hold {kinds[self._graded]}, which are what {type(self).__name__} gives, "
                f"got {kinds[X.graded]}"
            )
        uneven = np.flatnonzero(X.durations % self.hold_)
        if len(uneven):
            raise ValueError(
                f"sample {uneven[0]} has {X.durations[uneven[0]]} steps, which are not whole rows "
                f"of {self.hold_} steps"
            )

    def _span(self):
        return np.where(self.high_ > self.low_, self.high_ - self.low_, 1.0)

    def _scale(self, samples):
        span = self._span()
        # A value or a limit may have gone through float32, but what is rounded must be far less
        # than the range.
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

    def _unscale(self, x):
        return self.low_ + x * self._span()

    def _rng(self, x):
        """Return the random stream of a sample, which hangs on its values and the seed alone."""
        digest = hashlib.blake2b(np.ascontiguousarray(x).tobytes(), digest_size=16).digest()
        return np.random.default_rng([*self._entropy, *x.shape, *digest])


def spike_at(step, n_steps):
    """Return one spike at each of `step`, of shape (n_rows, n_channels), or none where it is -1.

    The result is a bool array of shape (n_rows, n_steps, n_channels).
    """
    return np.arange(n_steps)[:, None] == step[:, None, :]


def first_spike(rows):
    """Return the step of the first spike in `rows`, of shape (n_rows, n_channels), 0 if none."""
    return (rows > 0).argmax(axis=1)


def period_steps(name, rate, code):
    """Return the steps in a period of `rate` Hz, of which a row must hold a whole number."""
    dt, hold = code.dt_, code.hold_
    period = int(steps(f"1000 / {name}", 1000 / rate, dt, exact=True))
    if hold % period:
        raise ValueError(
            f"{code._row_name} must be a whole number of periods of {period * dt:g} ms, which are "
            f"those of {name}={rate:g} Hz, got {hold * dt:g} ms"
        )
    return period


def _find_limits(limits, samples):
    """Return the low and high end of each channel, given or as found in the samples."""
    if limits is None:
        low = np.min([sample.min(axis=0) for sample in samples], axis=0)
        high = np.max([sample.max(axis=0) for sample in samples], axis=0)
    else:
        low, high = _check_limits(limits, samples[0].shape[1:])
    with np.errstate(over="ignore"):
        wide = ~np.isfinite(high - low)
    if wide.any():
        c = int(np.argmax(wide))
        raise ValueError(
            f"{'X' if limits is None else 'limits'} must have a range that is a finite number, "
            f"got one from {low[c]:g} to {high[c]:g} in channel {c}"
        )
    return low, high


def _check_limits(limits, shape):
    rule = (
        "limits must be None or a pair (low, high) of increasing finite numbers, or of one for "
        "each channel"
    )
    try:
        low, high = limits if isinstance(limits, tuple | list | np.ndarray) else ()
        low, high = (np.broadcast_to(check_reals(rule, end), shape).copy() for end in (low, high))
    except ValueError:
        low = high = np.full(shape, np.nan)
    if not (np.isfinite(low).all() and np.isfinite(high).all() and np.all(low < high)):
        raise ValueError(f"{rule}, got {limits!r}")
    return low, high
