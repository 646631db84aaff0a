"""Packed samples: what a SpikeArray holds, events or rows of values."""

import numbers
from typing import Any, Self

import numpy as np

from ._dense import check_dense, cut_dense, parts_of_events, select_dense
from ._events import check_events, cut_events, events_of_samples, integers
from ._typing import Array, ArrayLike
from ._validation import check_bool, check_integer, check_number, check_reals

__all__ = ["Packed"]

EVENTS = ("rows", "channels", "amplitudes", "offsets")
DERIVED = ("moments", "_digests")  # not in a file


def unchanging(array):
    """Return an array that nobody changes: itself if it is read-only, or a copy, or None."""
    if array is not None and array.flags.writeable:
        array = array.copy()
        array.setflags(write=False)
    return array


class Packed:
    """Samples of different lengths, packed one after the other; see :class:`lsm.SpikeArray`.

    They are held as events, or, where values are dense, as rows of values.
    """

    values: Array | None = None
    moments: tuple[Array, Array] | None = None  # of the channels, once computed
    _digests: tuple[list[Any], Array] | None = None  # of samples, and the place of each sample's

    def __init__(
        self, rows: ArrayLike, channels: ArrayLike, amplitudes: ArrayLike | None,
        offsets: ArrayLike, n_rows: ArrayLike, n_channels: int, *, row_duration: float = 1.0,
        graded: bool = False,
    ) -> None:  # fmt: skip
        self.rows = integers("rows", rows, np.int32)
        self.channels = integers("channels", channels, np.int32)
        self.amplitudes = None
        if amplitudes is not None:
            # NaN and infinite amplitudes raise an error below.
            with np.errstate(over="ignore", invalid="ignore"):
                amplitudes = check_reals("amplitudes must be numbers", amplitudes, np.float32)
            self.amplitudes = np.ascontiguousarray(amplitudes)
        self.offsets = integers("offsets", offsets, np.int64)
        self.n_rows = integers("n_rows", n_rows, np.int32)
        for name in (*EVENTS, "n_rows"):
            setattr(self, name, unchanging(vars(self)[name]))
        self.n_channels = check_integer("n_channels", n_channels, 1)
        self.row_duration = check_number("row_duration", row_duration, 0, low_open=True)
        self.graded = check_bool("graded", graded)
        check_events(self)

    @classmethod
    def from_values(cls, values: Array, n_rows: Array, row_duration: float = 1.0) -> Self:
        """Hold dense graded samples, without events.

        Parameters
        ----------
        values : float array of shape (n_rows.sum(), n_channels)
            Rows of all samples, one sample after the other. An array in single precision is not
            copied: leave it as it is.
        n_rows : int array of shape (n_samples,)
            Number of rows of each sample.
        row_duration : float, default=1.0
            Duration of a row in ms.

        Returns
        -------
        spikes : SpikeArray
            Graded.

        Raises
        ------
        ValueError
            If a value is not finite, or `values` has another shape or type.
        """
        n_rows = integers("n_rows", n_rows, np.int32)
        # NaN and infinite values raise an error below.
        with np.errstate(over="ignore", invalid="ignore"):
            values = np.ascontiguousarray(check_reals("values must be numbers", values, np.float32))
        check_dense(values, n_rows)
        row_duration = check_number("row_duration", row_duration, 0, low_open=True)
        return cls.of_valid_values(values, n_rows, row_duration)

    @classmethod
    def of_valid_values(cls, values: Array, n_rows: Array, row_duration: float) -> Self:
        """As :meth:`from_values`, of values that are valid already."""
        new = object.__new__(cls)  # without events
        new.values, new.n_rows, new.n_channels = values, n_rows, values.shape[1]
        new.row_duration, new.graded = row_duration, True
        return new

    @classmethod
    def of_valid_events(
        cls, rows: Array, channels: Array, amplitudes: Array | None, offsets: Array,
        n_rows: Array, n_channels: int, row_duration: float,
    ) -> Self:  # fmt: skip
        """Return samples of spikes from arrays that are valid, of the constructor's types."""
        new = object.__new__(cls)
        new.rows, new.channels, new.amplitudes, new.offsets = rows, channels, amplitudes, offsets
        new.n_rows, new.n_channels = n_rows, n_channels
        new.row_duration, new.graded = row_duration, False
        return new

    def __getattr__(self, name):
        """Make the events of dense samples when they are first read."""
        if name not in EVENTS or self.values is None:
            raise AttributeError(f"{type(self).__name__} has no attribute {name!r}")
        vars(self).update(parts_of_events(self.values, self.n_rows))
        return vars(self)[name]

    def __getstate__(self):
        left_out = DERIVED if self.values is None else (*DERIVED, *EVENTS)
        return {name: value for name, value in vars(self).items() if name not in left_out}

    def __deepcopy__(self, memo):
        """Return a copy that shares the arrays, which are read-only, and all that is known of them.

        A search makes a copy of its samples for every setting.
        """
        new = object.__new__(type(self))
        vars(new).update(vars(self))
        return new

    def digests(self) -> tuple[list[Any], Array]:
        """Return a list of digests, None for those not yet made, and the place of each sample's.

        Samples that are selected share the list, so that a digest is made once for all folds of a
        cross-validation.
        """
        if self._digests is None:
            self._digests = [None] * len(self), np.arange(len(self))
        return self._digests

    def __setstate__(self, state):
        vars(self).update(state)
        if self.values is None:
            check_events(self)  # compiled code trusts what a file holds
        else:
            check_dense(self.values, self.n_rows)
        for name, value in state.items():
            if isinstance(value, np.ndarray):
                vars(self)[name] = unchanging(value)

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape `(n_samples,)`, since a SpikeArray is a sequence of samples."""
        return (len(self.n_rows),)

    def __len__(self):
        return len(self.n_rows)

    def __getitem__(self, index):
        """Select samples by an index, a slice, an index array or a mask."""
        if isinstance(index, tuple):  # scikit-learn indexes with (samples, ...)
            if len(index) != 2 or index[1] is not Ellipsis:
                raise IndexError(f"a SpikeArray has one axis, that of its samples, got {index!r}")
            index = index[0]
        if isinstance(index, numbers.Integral):
            index = [index]
        chosen = np.atleast_1d(np.arange(len(self))[index])
        if self.values is not None:
            values = select_dense(self.values, self.n_rows, chosen)
            new = self.of_valid_values(values, self.n_rows[chosen], self.row_duration)
            new._digests = self._selected_digests(chosen)
            return new
        events, offsets = events_of_samples(self, chosen)
        new = object.__new__(type(self))  # the events are valid already
        new.__dict__.update(self.__dict__)
        new.rows, new.channels = self.rows[events], self.channels[events]
        new.amplitudes = None if self.amplitudes is None else self.amplitudes[events]
        new.offsets, new.n_rows = offsets, self.n_rows[chosen]
        for name in (*EVENTS, "n_rows"):
            if vars(new)[name] is not None:
                vars(new)[name].setflags(write=False)
        new.moments, new._digests = None, self._selected_digests(chosen)
        return new

    def _selected_digests(self, chosen):
        """Return the digests of selected samples, in the list of all."""
        known, places = self.digests()
        return known, places[chosen]

    def pieces(self, samples: ArrayLike, starts: ArrayLike, stops: ArrayLike) -> Self:
        """Return pieces of samples: rows `starts[i]` to `stops[i]` of sample `samples[i]`."""
        if self.values is not None:
            values, n_rows = cut_dense(self.values, self.n_rows, samples, starts, stops)
            return self.of_valid_values(values, n_rows, self.row_duration)
        return type(self)(  # type: ignore[misc]  # cut_events gives five arrays
            *cut_events(self, samples, starts, stops), self.n_channels,
            row_duration=self.row_duration, graded=self.graded,
        )  # fmt: skip
