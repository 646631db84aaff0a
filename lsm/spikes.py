"""SpikeArray: samples of spikes or graded signals, packed without padding."""

import hashlib
import numbers

import numpy as np

from ._events import (
    bin_events,
    check_binning,
    check_sample,
    count_steps,
    events_of,
    integers,
    listed,
)
from ._validation import check_bool, check_integer, check_number, check_reals

__all__ = ["SpikeArray", "as_spike_array"]


class SpikeArray:
    """Samples of different lengths, as packed events.

    An event is a step, a channel and an amplitude. In a train of spikes the amplitude is a
    count; in a graded signal it is a current that is held for the whole step.

    Users rarely call the constructor: see :meth:`from_dense`, :meth:`from_sparse`,
    :meth:`from_events`, and the encoders in :mod:`lsm.encoding`.

    Parameters
    ----------
    steps : int array of shape (n_events,)
        Step of each event in its sample, not decreasing within a sample.
    channels : int array of shape (n_events,)
        Channel of each event.
    amplitudes : float array of shape (n_events,) or None
        Spike counts or graded amplitudes; None when each event is one spike.
    offsets : int array of shape (n_samples + 1,)
        Events of sample i are `offsets[i]:offsets[i + 1]`.
    durations : int array of shape (n_samples,)
        Length of each sample in steps.
    n_channels : int
        Number of channels.
    dt : float, default=1.0
        Length of a step in ms.
    graded : bool, default=False
        Whether amplitudes are graded currents of either sign rather than spike counts.

    Attributes
    ----------
    shape : tuple
        `(n_samples,)`.

    Raises
    ------
    ValueError
        If an event lies outside its sample or its channels, or an amplitude is not finite, or
        a spike count is negative or not whole.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.spikes import SpikeArray
    >>> X = SpikeArray.from_dense([np.eye(3, dtype=int), np.ones((2, 3), dtype=int)])
    >>> X
    SpikeArray(n_samples=2, n_channels=3, n_events=9, dt=1 ms)
    >>> X[[1]].to_dense(0)
    array([[1., 1., 1.],
           [1., 1., 1.]], dtype=float32)
    """

    def __init__(
        self, steps, channels, amplitudes, offsets, durations, n_channels, *, dt=1.0, graded=False
    ):
        self.steps = integers("steps", steps, np.int32)
        self.channels = integers("channels", channels, np.int32)
        self.amplitudes = None
        if amplitudes is not None:
            with np.errstate(over="ignore"):  # an overflow becomes infinite, which is refused
                amplitudes = check_reals("amplitudes must be numbers", amplitudes, np.float32)
            self.amplitudes = np.ascontiguousarray(amplitudes)
        self.offsets = integers("offsets", offsets, np.int64)
        self.durations = integers("durations", durations, np.int32)
        self.n_channels = check_integer("n_channels", n_channels, 1)
        self.dt = check_number("dt", dt, 0, low_open=True)
        self.graded = check_bool("graded", graded)
        self._check()

    def _check(self):
        n_samples, n_events = len(self.durations), len(self.steps)
        if self.offsets.shape != (n_samples + 1,) or self.offsets[0] != 0:
            raise ValueError("offsets must start at 0 and have one entry more than durations")
        if self.offsets[-1] != n_events or np.any(np.diff(self.offsets) < 0):
            raise ValueError("offsets must not decrease and must end at the number of events")
        if len(self.channels) != n_events:
            raise ValueError(f"{n_events} steps but {len(self.channels)} channels")
        if n_samples and self.durations.min() < 1:
            sample = int(np.argmin(self.durations))
            raise ValueError(f"sample {sample} has no steps: every sample needs at least one")
        counts = np.diff(self.offsets)
        outside = (self.steps < 0) | (self.steps >= np.repeat(self.durations, counts))
        if outside.any():
            self._refuse(outside, "its step lies outside its sample")
        outside = (self.channels < 0) | (self.channels >= self.n_channels)
        if outside.any():
            self._refuse(outside, f"channels go from 0 to {self.n_channels - 1}")
        unsorted = np.zeros(n_events, dtype=bool)
        unsorted[1:] = np.diff(self.steps) < 0
        unsorted[self.offsets[:-1][counts > 0]] = False
        if unsorted.any():
            self._refuse(unsorted, "steps must not decrease within a sample")
        if self.amplitudes is not None:
            self._check_amplitudes()

    def _check_amplitudes(self):
        if self.amplitudes.shape != self.steps.shape:
            raise ValueError(
                f"{len(self.steps)} steps but amplitudes of shape {self.amplitudes.shape}"
            )
        bad = ~np.isfinite(self.amplitudes)
        if bad.any():
            self._refuse(bad, "amplitudes must be finite, not NaN or infinity")
        if not self.graded:
            bad = (self.amplitudes < 0) | (self.amplitudes != np.rint(self.amplitudes))
            if bad.any():
                self._refuse(bad, "a spike count must be a whole number that is not negative")
            bad = self.amplitudes > 2**24
            if bad.any():
                self._refuse(bad, "a spike count must be at most 2**24")

    def _refuse(self, bad, rule):
        event = int(np.argmax(bad))
        sample = int(np.searchsorted(self.offsets, event, side="right")) - 1
        amplitude = 1.0 if self.amplitudes is None else self.amplitudes[event]
        raise ValueError(
            f"sample {sample} has an event of amplitude {amplitude:g} at step "
            f"{self.steps[event]}, channel {self.channels[event]}: {rule}"
        )

    @classmethod
    def from_dense(cls, samples, *, dt=1.0, graded=None):
        """Pack dense samples.

        Parameters
        ----------
        samples : array of shape (n_samples, n_steps, n_channels) or sequence of (T_i, n_channels)
            The samples.
        dt : float, default=1.0
            Length of a step in ms.
        graded : bool, optional
            Whether the values are graded currents. By default arrays of integers or booleans
            are spike counts and arrays of floats are graded.

        Returns
        -------
        spikes : SpikeArray
        """
        return cls.from_sparse(samples, dt=dt, graded=graded)

    @classmethod
    def from_sparse(cls, samples, *, dt=1.0, graded=None):
        """Pack samples that are scipy sparse (or dense) arrays of shape (T_i, n_channels).

        Parameters
        ----------
        samples : sequence of sparse or dense arrays of shape (T_i, n_channels)
            The samples. Duplicate entries of a sparse array are summed.
        dt : float, default=1.0
            Length of a step in ms.
        graded : bool, optional
            As in :meth:`from_dense`.

        Returns
        -------
        spikes : SpikeArray
        """
        samples = listed("samples", samples)
        arrays = [check_sample(i, sample) for i, sample in enumerate(samples)]
        widths = {array.shape[1] for array in arrays}
        if len(widths) > 1:
            raise ValueError(f"samples must have equal numbers of channels, got {sorted(widths)}")
        if graded is None:
            graded = any(np.issubdtype(array.dtype, np.floating) for array in arrays)
        steps, channels, amplitudes = zip(*map(events_of, arrays), strict=True)
        counts = [len(step) for step in steps]
        amplitudes = np.concatenate(amplitudes)
        return cls(
            np.concatenate(steps),
            np.concatenate(channels),
            None if not graded and np.all(amplitudes == 1) else amplitudes,
            np.concatenate([[0], np.cumsum(counts)]),
            [array.shape[0] for array in arrays],
            widths.pop(),
            dt=dt,
            graded=graded,
        )

    @classmethod
    def from_events(
        cls, events, n_channels, durations=None, *, dt=1.0, duplicates="sum", out_of_range="error"
    ):
        """Pack lists of spike times.

        Parameters
        ----------
        events : sequence of (times, channels)
            For each sample the times of its spikes in ms and their channels, in any order.
        n_channels : int
            Number of channels.
        durations : float or sequence of float, optional
            Length of the samples in ms; each is rounded up to whole steps. By default a sample
            ends with the step of its last spike.
        dt : float, default=1.0
            Length of a step in ms. A spike at time t falls into step `floor(t / dt)`.
        duplicates : {"sum", "one", "error"}, default="sum"
            What happens to several spikes in one step of one channel: their number counts, or
            they become one, or an error is raised.
        out_of_range : {"error", "drop"}, default="error"
            What happens to a spike outside its sample or channels.

        Returns
        -------
        spikes : SpikeArray
        """
        check_binning(n_channels, dt, duplicates, out_of_range)
        events = listed("events", events)
        for i, sample in enumerate(events):
            if not isinstance(sample, tuple | list) or len(sample) != 2:
                raise ValueError(f"sample {i} must be a pair (times, channels)")
        n_steps = count_steps(durations, events, dt)
        matrices = [
            bin_events(i, *sample, n, n_channels, dt, duplicates, out_of_range)
            for i, (sample, n) in enumerate(zip(events, n_steps, strict=True))
        ]
        return cls.from_sparse(matrices, dt=dt, graded=False)

    @classmethod
    def concatenate(cls, arrays):
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
            if not isinstance(other, SpikeArray):
                raise TypeError(f"arrays[{i}] must be a SpikeArray, got {type(other).__name__}")
            if (other.n_channels, other.dt, other.graded) != (
                first.n_channels,
                first.dt,
                first.graded,
            ):
                raise ValueError(f"arrays[{i}] must be like arrays[0], {first!r}, got {other!r}")
        amplitudes = None
        if any(part.amplitudes is not None for part in arrays):
            amplitudes = np.concatenate([
                np.ones(len(part.steps), np.float32) if part.amplitudes is None else part.amplitudes
                for part in arrays
            ])  # fmt: skip
        counts = np.concatenate([np.diff(part.offsets) for part in arrays])
        return cls(
            np.concatenate([part.steps for part in arrays]),
            np.concatenate([part.channels for part in arrays]),
            amplitudes,
            np.concatenate([[0], np.cumsum(counts)]),
            np.concatenate([part.durations for part in arrays]),
            first.n_channels,
            dt=first.dt,
            graded=first.graded,
        )

    def __array_function__(self, function, types, args, kwargs):
        """Let `np.concatenate` keep SpikeArrays packed; other functions get dense arrays."""
        if function is np.concatenate and not kwargs:
            return SpikeArray.concatenate(*args)
        dense = [np.asarray(arg) if isinstance(arg, SpikeArray) else arg for arg in args]
        return function(*dense, **kwargs)

    @property
    def shape(self):
        """`(n_samples,)`: a SpikeArray is a sequence of samples."""
        return (len(self.durations),)

    def __len__(self):
        return len(self.durations)

    def __repr__(self):
        kind = ", graded" if self.graded else ""
        return (
            f"SpikeArray(n_samples={len(self)}, n_channels={self.n_channels}, "
            f"n_events={len(self.steps)}, dt={self.dt:g} ms{kind})"
        )

    def __array__(self, dtype=None, copy=None):
        """Unpack into (n_samples, n_steps, n_channels), or objects where lengths differ."""
        if copy is False:
            raise ValueError("a SpikeArray is packed: it becomes an array only by copying")
        dense = [self.to_dense(i) for i in range(len(self))]
        if len(set(self.durations.tolist())) <= 1:
            return np.array(dense, dtype=dtype)
        ragged = np.empty(len(self), dtype=object)
        ragged[:] = dense
        return ragged

    def __getitem__(self, index):
        """Select samples by an index, a slice, an index array or a mask."""
        if isinstance(index, tuple):  # scikit-learn indexes with (rows, ...)
            if len(index) != 2 or index[1] is not Ellipsis:
                raise IndexError("a SpikeArray has one axis, its samples")
            index = index[0]
        if isinstance(index, numbers.Integral):
            index = [index]
        chosen = np.atleast_1d(np.arange(len(self))[index])
        counts = np.diff(self.offsets)[chosen]
        offsets = np.concatenate([[0], np.cumsum(counts)])
        rows = np.repeat(self.offsets[chosen] - offsets[:-1], counts) + np.arange(offsets[-1])
        new = object.__new__(SpikeArray)  # parts of checked events need no second check
        new.__dict__.update(self.__dict__)
        new.steps, new.channels = self.steps[rows], self.channels[rows]
        new.amplitudes = None if self.amplitudes is None else self.amplitudes[rows]
        new.offsets, new.durations = offsets, self.durations[chosen]
        return new

    def pieces(self, samples, starts, stops):
        """Cut steps `starts[i]` to `stops[i]` out of `samples[i]`; return a SpikeArray."""
        ranges, steps, lengths = [], [], []
        for sample, start, stop in zip(samples, starts, stops, strict=True):
            offset, end = self.offsets[sample : sample + 2]
            stop = min(stop, self.durations[sample])
            first, last = offset + np.searchsorted(self.steps[offset:end], [start, stop])
            ranges.append(np.arange(first, last))
            steps.append(self.steps[first:last] - start)
            lengths.append(stop - start)
        rows = np.concatenate(ranges)
        return SpikeArray(
            np.concatenate(steps),
            self.channels[rows],
            None if self.amplitudes is None else self.amplitudes[rows],
            np.concatenate([[0], np.cumsum([len(piece) for piece in ranges])]),
            lengths,
            self.n_channels,
            dt=self.dt,
            graded=self.graded,
        )

    def to_dense(self, sample):
        """Return one sample as a float32 array of shape (n_steps, n_channels)."""
        sample = range(len(self))[sample]
        dense = np.zeros((self.durations[sample], self.n_channels), dtype=np.float32)
        part = slice(self.offsets[sample], self.offsets[sample + 1])
        amplitudes = 1 if self.amplitudes is None else self.amplitudes[part]
        np.add.at(dense, (self.steps[part], self.channels[part]), amplitudes)
        return dense

    def digest(self, sample):
        """Return a hash of one sample's content, the same wherever the sample stands."""
        sample = range(len(self))[sample]
        part = slice(self.offsets[sample], self.offsets[sample + 1])
        head = f"{self.durations[sample]} {self.n_channels} {self.dt!r} {self.graded}"
        digest = hashlib.blake2b(head.encode(), digest_size=16)
        digest.update(self.steps[part].tobytes())
        digest.update(self.channels[part].tobytes())
        amplitudes = np.ones(part.stop - part.start, np.float32)
        if self.amplitudes is not None:
            amplitudes = self.amplitudes[part]
        digest.update(amplitudes.tobytes())
        return digest.hexdigest()

    def channel_moments(self):
        """Return each channel's mean and standard deviation over all steps.

        Returns
        -------
        mean, std : float64 arrays of shape (n_channels,)
            In spikes a step, or in units of the graded signal.
        """
        total = self.durations.sum(dtype=np.int64)
        amplitudes = np.ones(len(self.steps)) if self.amplitudes is None else self.amplitudes
        amplitudes = amplitudes.astype(np.float64)
        samples = np.repeat(np.arange(len(self)), np.diff(self.offsets))
        cells = (samples * np.int64(self.durations.max()) + self.steps) * self.n_channels
        cells, places = np.unique(cells + self.channels, return_inverse=True)
        amplitudes = np.bincount(places, amplitudes)  # of a step together
        channels = cells % self.n_channels
        mean = np.bincount(channels, amplitudes, self.n_channels) / total
        deviations = (amplitudes - mean[channels]) ** 2
        present = np.bincount(channels, minlength=self.n_channels)
        squares = np.bincount(channels, deviations, self.n_channels)
        squares = squares + (total - present) * mean**2
        return mean, np.sqrt(squares / total)


def as_spike_array(X, *, dt=1.0, graded=None):
    """Turn any of the accepted forms of ragged input into a SpikeArray.

    Parameters
    ----------
    X : SpikeArray, sequence of (T_i, n_channels) arrays, or 3-D array
        The samples; see :meth:`SpikeArray.from_dense`.
    dt : float, default=1.0
        Length of a step in ms, for forms that carry none.
    graded : bool, optional
        Whether values are graded; by default told by the dtype.

    Returns
    -------
    spikes : SpikeArray

    Raises
    ------
    ValueError
        If the input is empty, of another shape, or holds values that are not allowed.
    """
    if isinstance(X, SpikeArray):
        if len(X) == 0:
            raise ValueError("X is empty: at least one sample is required")
        if graded is None or graded == X.graded:
            return X
        return SpikeArray(
            X.steps, X.channels, X.amplitudes, X.offsets, X.durations, X.n_channels,
            dt=X.dt, graded=graded,
        )  # fmt: skip
    if (
        isinstance(X, str | bytes)
        or not hasattr(X, "__len__")
        or not hasattr(X, "__getitem__")
        or (isinstance(X, dict))
    ):
        raise ValueError(f"X must be a SpikeArray, a sequence of arrays or an array, got {X!r:.80}")
    return SpikeArray.from_sparse(listed("X", X), dt=dt, graded=graded)
