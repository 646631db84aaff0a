"""Sensor data as currents: the front door for numbers over time."""

from typing import Any, NamedTuple, Self

import numpy as np
from sklearn.base import TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from .. import misreadings
from .._checked import Checked
from .._dense import is_dense
from .._packing import BLOCK, pack_rows
from .._typing import Array, Samples
from ..samples import as_samples, check_columns, is_frame, is_table
from ..spikes import SpikeArray
from ._inputs import check_signals, row_duration
from ._inputs import is_table as is_array

__all__ = ["Rows", "SeriesEncoder", "as_rows", "holds_series"]

DURATION = 250.0  # ms, of a sample of median length if rows have no duration
SMALL = 1e-6  # a spread below this share of the standard deviation comes from equal values
N_QUANTILES = 257


class Rows(NamedTuple):
    """Series that were checked, the rows of all samples one after the other.

    Attributes
    ----------
    values : float64 array of shape (n_rows, n_channels)
        Rows; NaN where a value is missing.
    lengths : int array of shape (n_samples,)
        Number of rows of each sample.
    row_duration : float or None
        Duration of a row in ms, where the samples say it.
    is_table : bool
        Whether the samples were the rows of a 2-D array.
    n_features_in : int
        Number of channels, or of columns of the 2-D array.
    """

    values: np.ndarray
    lengths: np.ndarray
    row_duration: float | None
    is_table: bool
    n_features_in: int

    @property
    def first(self) -> Array:
        """Index of the first row of each row's sample, of shape (n_rows,)."""
        return np.repeat(np.cumsum(self.lengths) - self.lengths, self.lengths)


def as_rows(X: Any, encoder: Any, *, reset: bool) -> Rows:
    """Check series of any form; return them as `Rows`, which stay as they are.

    Parameters
    ----------
    X : Rows, or samples in a form of :class:`SeriesEncoder`
        Samples.
    encoder : estimator
        Encoder of the samples; keeps the names of a data frame's columns, or checks them.
    reset : bool
        Whether the encoder is being fitted.

    Returns
    -------
    rows : Rows

    Raises
    ------
    ValueError
        If a sample is invalid.
    """
    if isinstance(X, Rows):
        return X
    X = as_samples(X)
    duration, table, given = row_duration(X), is_array(X, series=True), X
    has_rows = not isinstance(X, SpikeArray) and not table
    if has_rows:
        check_columns(X)
        X = [x.to_numpy() if is_frame(x) else x for x in X]
    samples = check_signals(encoder, X, reset=reset, series=True, allow_nan=True)
    lengths = np.array([len(x) for x in samples])
    n_features_in = len(samples[0]) if table else samples[0].shape[1]
    if has_rows and (is_frame(given[0]) or hasattr(encoder, "feature_names_in_")):
        validate_data(encoder, given[0], reset=reset, skip_check_array=True)
    if has_rows and reset:
        misreadings.warn_of_axes(int(lengths.max()), n_features_in)
        misreadings.warn_of_clock(samples)
    values = samples[0] if len(samples) == 1 else np.concatenate(samples)
    return Rows(values, lengths, duration, table, n_features_in)


class SeriesEncoder(TransformerMixin, Checked):
    """Convert series of numbers, such as sensor data, to currents for a liquid.

    Each channel is centred at its median and divided by its spread, both learnt in `fit`. The
    values are compressed, since a few large ones would otherwise set the scale, and each becomes
    several currents: one channel drives all neurons alike, and says too little by itself. The
    encoder is causal and keeps one row per row, so it serves for targets at every row and for
    streams.

    Parameters
    ----------
    features : {"changes", "lags", "centred_lags", "averages"}, default="changes"
        Currents of each channel:

        - "changes" are its value, its rise and its fall over `lag` rows. A rise or fall is zero
          while the value moves the other way.
        - "lags" are its values now and at `n_lags - 1` earlier rows, `lag` rows apart.
        - "centred_lags" are these without their mean.
        - "averages" are the `n_lags - 1` differences of moving averages over 1, 2, 4, ... values
          that are `lag` rows apart, and the longest average. The differences are an undecimated
          Haar wavelet transform.
    squash : {"arcsinh", "rank", None}, default="arcsinh"
        Compression of the scaled values: "arcsinh" is linear near zero and logarithmic for large
        values; "rank" is the rank among the values of `fit`, from -1 to 1; None is none.
    row_duration : float or "auto", default="auto"
        Duration of a row in ms. "auto" is such that a sample of median length in `fit` lasts 250
        ms, rounded up to a multiple of `dt`. A SpikeArray keeps its own.
    lag : int, default=1
        Rows between the values that are compared.
    n_lags : int, default=5
        Number of currents of each channel; "changes" have three.
    dt : float, default=1.0
        Length of a step of the liquid in ms.

    Attributes
    ----------
    center_ : float64 array of shape (n_channels,)
        Median of each channel.
    scale_ : float64 array of shape (n_channels,)
        Median absolute deviation of each channel times 1.4826, which is the standard deviation of
        normal values; or the standard deviation, if more than half of the values are equal.
    quantiles_ : float64 array of shape (257, n_channels) or None
        Quantiles of each channel, for ranks.
    row_duration_ : float
        Duration of a row in ms.
    n_features_in_ : int
        Number of channels, or of columns if `X` is a 2-D array.

    Notes
    -----
    A NaN is a gap. It takes the last value before it; a gap at the start of a sample takes the
    median. Before the start of a sample its first value is assumed.

    `X` has the forms of :mod:`lsm.encoding`, and its numbers may be integers. Each row of a 2-D
    `X` is a series of one channel.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.encoding import SeriesEncoder
    >>> X = [np.sin(np.arange(50 + i)[:, None] / 5) for i in range(3)]
    >>> SeriesEncoder().fit_transform(X)
    SpikeArray(n_samples=3, n_channels=3, duration=250 to 260 ms, row_duration=5 ms, 300 currents)
    """

    bounds = {
        "features": ("changes", "lags", "centred_lags", "averages"),
        "squash": ("arcsinh", "rank", None),
        "row_duration": "> 0 or 'auto'",
        "lag": "integer >= 1",
        "n_lags": "integer >= 2",
        "dt": "> 0",
    }

    def __init__(
        self,
        features: str = "changes",
        squash: str = "arcsinh",
        row_duration: float | str = "auto",
        lag: int = 1,
        n_lags: int = 5,
        dt: float = 1.0,
    ) -> None:
        self.features = features
        self.squash = squash
        self.row_duration = row_duration
        self.lag = lag
        self.n_lags = n_lags
        self.dt = dt

    def fit(self, X: Samples, y: Any = None) -> Self:
        """Learn the scale of each channel, and the duration of a row.

        Parameters
        ----------
        X : graded SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Training samples.
        y : ignored
            For scikit-learn's pipelines.

        Returns
        -------
        self : SeriesEncoder

        Raises
        ------
        TypeError, ValueError
            If a parameter or a sample is invalid.
        """
        self.check()
        samples = as_rows(X, self, reset=True)
        self._is_table, self.n_features_in_ = samples.is_table, samples.n_features_in
        rows = samples.values
        empty = np.isnan(rows).all(axis=0)
        if empty.any():
            rows = np.where(empty, 0, rows)
        median = np.nanmedian if np.isnan(rows).any() else np.median  # the latter is faster
        # Column by column, since a median takes a copy of its numbers.
        self.center_ = np.array([median(column) for column in rows.T])
        far = (np.abs(rows[:, c] - center) for c, center in enumerate(self.center_))
        spread = 1.4826 * np.array([median(column) for column in far])
        std = np.nanstd(rows, axis=0)
        scale = np.where(spread > SMALL * std, spread, std)
        self.scale_ = np.where(scale > 0, scale, 1.0)
        self.quantiles_ = None
        if self.squash == "rank":
            self.quantiles_ = np.nanquantile(rows, np.linspace(0, 1, N_QUANTILES), axis=0)
        self.row_duration_ = samples.row_duration or self._row_duration(samples.lengths)
        return self

    def transform(self, X: Samples) -> SpikeArray:
        """Convert samples to currents.

        Parameters
        ----------
        X : graded SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        currents : SpikeArray
            Graded, with one row for each row. Channel `k * n_channels + c` holds feature k of
            channel c.

        Raises
        ------
        ValueError
            If a sample is invalid, or has other channels or another form than in `fit`.
        """
        rows = self.check_rows(X)
        if rows.values.size <= BLOCK:
            values = _filled(self._squashed(rows.values), rows.first, 0.0)
            return self._pack(self._features(values, rows.first), rows.lengths)
        return self._pack(self._features_by_pieces(rows), rows.lengths)

    def _features_by_pieces(self, rows):
        """Return the features of many rows in single precision, made piece by piece."""
        currents, stop, n_rows = None, 0, max(BLOCK // rows.values.shape[1], 1)
        for length in rows.lengths:
            end, past = stop + length, None
            while stop < end:
                start, stop = stop, min(stop + n_rows, end)
                features, past = self._features_of_piece(rows.values[start:stop], past)
                if currents is None:
                    currents = np.empty((len(rows.values), features.shape[1]), np.float32)
                with np.errstate(over="ignore"):  # a SpikeArray refuses infinite values
                    currents[start:stop] = features
        return currents

    def encode_piece(self, X: Samples, past: Array | None = None) -> tuple[SpikeArray, Array]:
        """Convert the next piece of a stream to currents, as if all pieces were one sample.

        Parameters
        ----------
        X : graded SpikeArray, sequence of one (n_rows, n_channels) array, 3-D or 2-D array
            One sample, the next piece.
        past : array of shape (n_past, n_channels), optional
            What the call for the piece before returned; None at the start.

        Returns
        -------
        currents : SpikeArray
            One sample.
        past : array of shape (n_past, n_channels)
            Last rows of the stream, for the next call.
        """
        piece = self.check_rows(X)
        features, past = self._features_of_piece(piece.values, past)
        return self._pack(features, piece.lengths), past

    def _features_of_piece(self, values, past):
        """Return the features of the next rows of a sample, and the last rows for the next call."""
        first, history = np.zeros(len(values), int), self._history()
        z = _filled(self._squashed(values), first, 0.0 if past is None else past[-1])
        if past is None:
            past = np.repeat(z[:1], history, axis=0)
        rows = np.concatenate([past, z])
        features = self._features(rows, np.zeros(len(rows), int))[-len(z) :]
        return features, rows[-history:]

    def check_rows(self, X: Any) -> Rows:
        """Return samples like those of `fit`."""
        check_is_fitted(self)
        if not isinstance(X, Rows) and is_array(as_samples(X), series=True) and not self._is_table:
            raise ValueError(
                "X is a 2-D array, but fit had samples with rows: one sample goes into a list, [X]"
            )
        rows = as_rows(X, self, reset=False)
        if rows.row_duration not in (None, self.row_duration_):
            raise ValueError(
                f"X has rows of {rows.row_duration:g} ms, but SeriesEncoder was fitted on rows of "
                f"{self.row_duration_:g} ms: give all samples the same row_duration"
            )
        n_channels = len(self.center_)
        if rows.values.shape[1] != n_channels:
            raise ValueError(
                f"X has {rows.values.shape[1]} channels, but SeriesEncoder is expecting "
                f"{n_channels} channels as input"
            )
        return rows

    def _row_duration(self, lengths):
        if not isinstance(self.row_duration, str):
            return float(self.row_duration)
        return float(max(np.ceil(DURATION / np.median(lengths) / self.dt), 1) * self.dt)

    def _pack(self, currents, lengths):
        """Return the currents of all rows as a SpikeArray."""
        if is_dense([currents]):
            return SpikeArray.from_values(currents, lengths, self.row_duration_)
        rows, channels, amplitudes, offsets = pack_rows(currents, lengths)
        return SpikeArray(
            rows, channels, amplitudes, offsets, lengths, currents.shape[1],
            row_duration=self.row_duration_, graded=True,
        )  # fmt: skip

    def _history(self):
        """Return the number of earlier rows on which a row depends."""
        n_lags = {"changes": 1, "averages": 2 ** (self.n_lags - 1) - 1}
        return self.lag * n_lags.get(self.features, self.n_lags - 1)

    def _squashed(self, x):
        if self.squash == "rank":
            levels = np.linspace(-1, 1, N_QUANTILES)
            ranks = [np.interp(x[:, c], self.quantiles_[:, c], levels) for c in range(x.shape[1])]
            return np.stack(ranks, axis=1)
        z = (x - self.center_) / self.scale_
        return np.arcsinh(z) if self.squash else z

    def _features(self, z, first):
        """Return the features of rows, of shape (n_rows, n_features * n_channels).

        `first` is the index of the first row of each row's sample.
        """
        if self.features == "changes":
            change = z - _earlier(z, self.lag, first)
            return np.hstack([z, np.maximum(change, 0), np.maximum(-change, 0)])
        if self.features == "averages":
            averages = [z]
            for k in range(self.n_lags - 1):
                earlier = _earlier(averages[k], self.lag * 2**k, first)
                averages.append((averages[k] + earlier) / 2)
            differences = [a - b for a, b in zip(averages, averages[1:], strict=False)]
            return np.hstack(differences + averages[-1:])
        lags = [_earlier(z, j * self.lag, first) for j in range(self.n_lags)]
        if self.features == "centred_lags":
            mean = np.mean(lags, axis=0)
            lags = [lag - mean for lag in lags]
        return np.hstack(lags)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.input_tags.allow_nan = True
        tags.transformer_tags.preserves_dtype = []
        return tags


def holds_series(X: Samples) -> bool:
    """Return whether samples are series of numbers to be encoded.

    These are arrays of floats with a row for each time step. Integers are spike counts, a table
    holds static patterns, and a SpikeArray is encoded already.
    """
    X = as_samples(X)
    if isinstance(X, SpikeArray) or is_table(X) or not len(X):
        return False
    return any(np.issubdtype(getattr(x, "dtype", np.asarray(x).dtype), np.floating) for x in X)


def _earlier(z, n, first):
    """Return the rows of n rows earlier; before the start of a sample its first row."""
    return z[np.maximum(np.arange(len(z)) - n, first)]


def _filled(z, first, before):
    """Return rows in which a gap repeats the last row before it, at first the row `before`."""
    gaps = np.isnan(z)
    if not gaps.any():
        return z
    last = np.where(gaps, -1, np.arange(len(z))[:, None])
    np.maximum.accumulate(last, axis=0, out=last)
    has_value = last >= first[:, None]
    return np.where(has_value, np.take_along_axis(z, np.maximum(last, 0), axis=0), before)
