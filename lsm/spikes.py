"""SpikeArray: samples of spikes or graded currents, packed without padding."""

from collections.abc import Sequence
from typing import Any, Self

import numpy as np

from ._dense import is_dense, join_dense, moments_of_dense, pack_dense, select_dense
from ._events import (
    bin_events,
    check_binning,
    check_sample,
    count_rows,
    join_events,
    listed,
)
from ._export import (
    dense_of,
    described,
    digest_of,
    frame_of,
    index_of,
    spike_times,
    table_of,
    unpacked,
)
from ._packed import Packed
from ._packing import moments_of, pack_samples
from ._typing import Array, ArrayLike, DataFrame, Samples
from ._validation import check_bool

__all__ = ["SpikeArray", "as_spike_array"]


class SpikeArray(Packed):
    """Samples of different lengths, as packed events.

    A sample is a sequence of rows (time steps) of `row_duration` ms. An event is a nonzero value
    in a row and a channel of a sample. Its amplitude is a number of spikes, or, in graded
    samples, a current that is held for the row.

    Users rarely call the constructor. See :meth:`from_dense`, :meth:`from_sparse`,
    :meth:`from_events`, and the encoders in :mod:`lsm.encoding`.

    Parameters
    ----------
    rows : int array of shape (n_events,)
        Row of each event in its sample, not decreasing within a sample.
    channels : int array of shape (n_events,)
        Channel of each event.
    amplitudes : float array of shape (n_events,) or None
        Numbers of spikes or currents; None if each event is one spike.
    offsets : int array of shape (n_samples + 1,)
        Events of sample i are `offsets[i]:offsets[i + 1]`.
    n_rows : int array of shape (n_samples,)
        Number of rows of each sample.
    n_channels : int
        Number of channels.
    row_duration : float, default=1.0
        Duration of a row in ms.
    graded : bool, default=False
        Whether amplitudes are currents of either sign rather than numbers of spikes.

    Attributes
    ----------
    shape : tuple
        `(n_samples,)`.
    values : float32 array of shape (n_rows.sum(), n_channels) or None
        Rows of all samples, one sample after the other, of graded samples that need less memory
        so than as events. `rows`, `channels`, `amplitudes` and `offsets` are then made when they
        are first read. None where samples are held as events.

    Raises
    ------
    ValueError
        If an event lies outside of its sample or channels, an amplitude is not finite, or a
        number of spikes is negative or not an integer.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.spikes import SpikeArray
    >>> X = SpikeArray.from_dense([np.eye(3, dtype=int), np.ones((2, 3), dtype=int)])
    >>> X
    SpikeArray(n_samples=2, n_channels=3, duration=2 to 3 ms, row_duration=1 ms, 9 spikes)
    >>> X[[1]].to_dense(0)
    array([[1., 1., 1.],
           [1., 1., 1.]], dtype=float32)
    """

    @classmethod
    def from_dense(
        cls, samples: Samples, *, row_duration: float = 1.0, graded: bool | None = None
    ) -> Self:
        """Pack dense samples.

        Parameters
        ----------
        samples : array of shape (n_samples, n_rows, n_channels), or sequence of (T_i, n_channels)
            Samples.
        row_duration : float, default=1.0
            Duration of a row in ms.
        graded : bool, optional
            Whether the values are graded currents. By default integers and booleans are numbers
            of spikes, and floats are currents.

        Returns
        -------
        spikes : SpikeArray
        """
        return cls.from_sparse(samples, row_duration=row_duration, graded=graded)

    @classmethod
    def from_sparse(
        cls, samples: ArrayLike, *, row_duration: float = 1.0, graded: bool | None = None
    ) -> Self:
        """Pack samples that are scipy.sparse arrays or dense arrays.

        Parameters
        ----------
        samples : sequence of sparse or dense arrays of shape (T_i, n_channels)
            Samples. Duplicate entries of a sparse array are summed.
        row_duration : float, default=1.0
            Duration of a row in ms.
        graded : bool, optional
            As in :meth:`from_dense`.

        Returns
        -------
        spikes : SpikeArray
        """
        graded = None if graded is None else check_bool("graded", graded)
        samples = listed("samples", samples)
        arrays = [check_sample(i, sample) for i, sample in enumerate(samples)]
        widths = {array.shape[1] for array in arrays}
        if len(widths) > 1:
            raise ValueError(f"samples must have equal numbers of channels, got {sorted(widths)}")
        if graded is None:
            graded = any(np.issubdtype(array.dtype, np.floating) for array in arrays)
        if graded and is_dense(arrays):
            values, n_rows = pack_dense(arrays)
            return cls.from_values(values, n_rows, row_duration)
        rows, channels, amplitudes, offsets = pack_samples(arrays)
        amplitudes = None if not graded and np.all(amplitudes == 1) else amplitudes
        return cls(
            rows, channels, amplitudes, offsets, [array.shape[0] for array in arrays],
            widths.pop(), row_duration=row_duration, graded=graded,
        )  # fmt: skip

    @classmethod
    def from_events(
        cls,
        events: Sequence[Any],
        n_channels: int,
        durations: float | Sequence[float] | None = None,
        *,
        row_duration: float = 1.0,
        duplicates: str = "sum",
        out_of_range: str = "error",
    ) -> Self:
        """Pack lists of spike times.

        Parameters
        ----------
        events : sequence of (times, channels)
            For each sample the times of its spikes in ms and their channels, in any order.
        n_channels : int
            Number of channels.
        durations : float or sequence of float, optional
            Duration of all samples or of each sample in ms, rounded up to whole rows. By default
            a sample ends with the row of its last spike.
        row_duration : float, default=1.0
            Duration of a row in ms. A spike at time t lies in row `floor(t / row_duration)`.
        duplicates : {"sum", "one", "error"}, default="sum"
            Treatment of several spikes in one row of one channel: keep their number, keep one,
            or raise an error.
        out_of_range : {"error", "drop"}, default="error"
            Treatment of a spike outside of its sample or channels: raise an error, or drop it.

        Returns
        -------
        spikes : SpikeArray

        Raises
        ------
        TypeError, ValueError
            If a spike or a parameter is invalid.
        """
        row_duration = check_binning(n_channels, row_duration, duplicates, out_of_range)
        events = listed("events", events)
        for i, sample in enumerate(events):
            if not isinstance(sample, tuple | list) or len(sample) != 2:
                raise ValueError(f"sample {i} must be a pair (times, channels)")
        n_rows = count_rows(durations, events, row_duration)
        matrices = [
            bin_events(i, times, channels, n, n_channels, row_duration, duplicates, out_of_range)
            for i, ((times, channels), n) in enumerate(zip(events, n_rows, strict=True))
        ]
        return cls.from_sparse(matrices, row_duration=row_duration, graded=False)

    @classmethod
    def concatenate(cls, arrays: Sequence[Any]) -> Self:
        """Put the samples of several SpikeArrays one after the other.

        Parameters
        ----------
        arrays : sequence of SpikeArray
            They must agree in their channels, in the duration of a row, and in whether they are
            graded.

        Returns
        -------
        spikes : SpikeArray

        Raises
        ------
        ValueError
            If they do not agree.
        """
        arrays = listed("arrays", arrays, "SpikeArrays")
        first = arrays[0]
        for i, other in enumerate(arrays):
            check_spikes(other, allow_graded=True, name=f"arrays[{i}]")
            kinds = [(part.n_channels, part.row_duration, part.graded) for part in (first, other)]
            if kinds[0] != kinds[1]:
                raise ValueError(f"arrays[{i}] must be like arrays[0], {first!r}, got {other!r}")
        if all(part.values is not None for part in arrays):
            values, n_rows = join_dense(arrays)
            return cls.of_valid_values(values, n_rows, first.row_duration)
        return cls(  # type: ignore[misc]  # join_events gives five arrays
            *join_events(arrays), first.n_channels, row_duration=first.row_duration,
            graded=first.graded,
        )  # fmt: skip

    def __array_function__(self, function, types, args, kwargs):
        """Let `np.concatenate` keep SpikeArrays packed; other functions get dense arrays."""
        is_first_axis = args[1:] in ((), (0,)) and kwargs in ({}, {"axis": 0})
        if function is np.concatenate and is_first_axis:
            return SpikeArray.concatenate(args[0])
        return function(*unpacked(args, SpikeArray), **unpacked(kwargs, SpikeArray))

    def __repr__(self):
        return described(self)

    def _repr_html_(self):
        return table_of(self)

    def __array__(self, dtype=None, copy=None):
        """Unpack to shape (n_samples, n_rows, n_channels), or to objects if lengths differ."""
        if copy is False:
            raise ValueError("a SpikeArray is packed: conversion to an array needs a copy")
        return dense_of(self, dtype)

    def to_dense(self, sample: int) -> Array:
        """Return one sample as a float32 array of shape (n_rows, n_channels)."""
        sample = index_of(self, sample)
        if self.values is not None:
            return select_dense(self.values, self.n_rows, np.array([sample])).copy()
        dense = np.zeros((self.n_rows[sample], self.n_channels), dtype=np.float32)
        part = slice(self.offsets[sample], self.offsets[sample + 1])
        amplitudes = 1 if self.amplitudes is None else self.amplitudes[part]
        np.add.at(dense, (self.rows[part], self.channels[part]), amplitudes)
        return dense

    def to_events(self) -> list[Any]:
        """Return the spike times of each sample, the inverse of :meth:`from_events`.

        Returns
        -------
        events : list of (times, channels)
            For each sample the times of its spikes in ms from the start of the sample, and their
            channels. The time of a spike is the start of its row; a row with several spikes of a
            channel gives as many times.

        Raises
        ------
        ValueError
            If the events are graded currents.
        """
        return spike_times(self)

    def to_frame(self) -> DataFrame:
        """Return all events as a table.

        Returns
        -------
        frame : pandas.DataFrame
            One line an event, with the columns `sample`, `time` (start of the row in ms from the
            start of the sample), `channel` and `amplitude` (number of spikes, or current).

        Raises
        ------
        ImportError
            If pandas is not installed.
        """
        return frame_of(self)

    def digest(self, sample: int) -> bytes:
        """Return a hash of one sample's content, which does not depend on other samples."""
        sample = index_of(self, sample)
        known, places = self.digests()
        if known[places[sample]] is None:
            known[places[sample]] = digest_of(self, sample)
        return known[places[sample]]

    def channel_moments(self) -> tuple[Array, Array]:
        """Return each channel's mean and standard deviation over all rows.

        Returns
        -------
        mean, std : float64 arrays of shape (n_channels,)
            In spikes per row, or in the unit of the graded currents.
        """
        if self.moments is None:
            if self.values is None:
                self.moments = moments_of(self)
            else:
                self.moments = moments_of_dense(self.values)
        return self.moments


def as_spike_array(
    X: Samples, *, row_duration: float = 1.0, graded: bool | None = None
) -> "SpikeArray":
    """Convert samples to a SpikeArray.

    Parameters
    ----------
    X : SpikeArray, sequence of (T_i, n_channels) arrays, or 3-D array
        Samples; see :meth:`SpikeArray.from_dense`.
    row_duration : float, default=1.0
        Duration of a row in ms, for samples other than a SpikeArray.
    graded : bool, optional
        Whether values are graded currents; by default a SpikeArray stays as it is, and the
        dtype of other samples decides.

    Returns
    -------
    spikes : SpikeArray

    Raises
    ------
    ValueError
        If the samples are empty, of another shape, or hold invalid values.
    """
    if isinstance(X, SpikeArray):
        if len(X) == 0:
            raise ValueError("X is empty: at least one sample is required")
        if graded is None or graded == X.graded:
            return X
        return SpikeArray(
            X.rows, X.channels, X.amplitudes, X.offsets, X.n_rows, X.n_channels,
            row_duration=X.row_duration, graded=graded,
        )  # fmt: skip
    is_sequence = hasattr(X, "__len__") and hasattr(X, "__getitem__")
    if not is_sequence or isinstance(X, str | bytes | dict):
        raise ValueError(f"X must be a SpikeArray, a sequence of arrays or an array, got {X!r:.80}")
    return SpikeArray.from_sparse(listed("X", X), row_duration=row_duration, graded=graded)


def check_spikes(spikes, *, allow_graded=False, name="spikes"):
    """Validate an argument, called `spikes` unless `name` says otherwise.

    Raise a TypeError if it is not a SpikeArray. Raise a ValueError if it is empty, or if it holds
    graded currents and these are not allowed.
    """
    if not isinstance(spikes, SpikeArray):
        raise TypeError(f"{name} must be a SpikeArray, got {type(spikes).__name__}")
    if len(spikes) == 0:
        raise ValueError(f"{name} is empty: at least one sample is required")
    if spikes.graded and not allow_graded:
        raise ValueError(f"{name} must hold spike trains, got graded currents")
