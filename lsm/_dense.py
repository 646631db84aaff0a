"""Dense graded samples, which a SpikeArray holds as rows of values instead of events."""

import numpy as np
from scipy import sparse

from ._packing import BLOCK, pack_rows

__all__ = [
    "check_dense",
    "cut_dense",
    "event_bytes",
    "is_dense",
    "join_dense",
    "moments_of_dense",
    "pack_dense",
    "parts_of_events",
    "select_dense",
]

BYTES_OF_EVENT = 12  # row, channel and amplitude; a value takes four bytes


def is_dense(arrays):
    """Return whether samples need less memory as rows of values than as events."""
    if any(sparse.issparse(array) for array in arrays):
        return False
    n_values = sum(array.size for array in arrays)
    n_events = sum(np.count_nonzero(array) for array in arrays)
    return n_events * BYTES_OF_EVENT > n_values * 4


def pack_dense(arrays):
    """Return the rows of dense samples one after the other, and the number of rows of each.

    Parameters
    ----------
    arrays : list of arrays of shape (T_i, n_channels)
        Samples.

    Returns
    -------
    values : float32 array of shape (n_rows.sum(), n_channels)
        A copy, read-only.
    n_rows : int32 array of shape (n_samples,)
    """
    n_rows = np.array([len(array) for array in arrays], dtype=np.int32)
    values = np.empty((n_rows.sum(dtype=np.int64), arrays[0].shape[1]), np.float32)
    # NaN and infinite values raise an error in `check_dense`.
    with np.errstate(over="ignore", invalid="ignore"):
        np.concatenate(arrays, out=values, casting="unsafe")
    return _frozen(values), n_rows


def check_dense(values, n_rows):
    """Validate dense samples.

    Raises
    ------
    ValueError
        If a sample has no rows, a value is not finite, or an array has another shape.
    """
    if values.dtype != np.float32 or values.ndim != 2 or not values.flags.c_contiguous:
        raise ValueError(f"values must be 2-D and float32, got {values.dtype} of {values.shape}")
    if values.shape[1] == 0:
        raise ValueError(f"values must have one channel or more, got shape {values.shape}")
    if len(n_rows) and n_rows.min() < 1:
        sample = int(np.argmin(n_rows))
        raise ValueError(f"sample {sample} has no rows: every sample needs at least one")
    if n_rows.sum(dtype=np.int64) != len(values):
        raise ValueError(f"values must have {n_rows.sum(dtype=np.int64)} rows, got {len(values)}")
    for start, block in _blocks(values):
        finite = np.isfinite(block)
        if not finite.all():
            row, channel = np.unravel_index(np.argmin(finite), finite.shape)
            ends = np.cumsum(n_rows, dtype=np.int64)
            sample = int(np.searchsorted(ends, start + row, side="right"))
            within = start + row - (ends[sample] - n_rows[sample])
            raise ValueError(
                f"sample {sample} has an event of amplitude {block[row, channel]:g} in row "
                f"{within}, channel {channel}: amplitudes must be finite, not NaN or infinity, "
                "and at most 3.4e38 (float32)"
            )


def _blocks(values):
    """Yield the first row of each block of rows, and the block."""
    n = max(BLOCK // values.shape[1], 1)
    for start in range(0, len(values), n):
        yield start, values[start : start + n]


def select_dense(values, n_rows, chosen):
    """Return the rows of some samples, an index array; of neighbours without a copy."""
    ends = np.cumsum(n_rows, dtype=np.int64)
    starts = ends - n_rows
    if len(chosen) and np.all(np.diff(chosen) == 1):
        return values[starts[chosen[0]] : ends[chosen[-1]]]
    return _frozen(np.concatenate([values[:0], *(values[starts[i] : ends[i]] for i in chosen)]))


def cut_dense(values, n_rows, samples, starts, stops):
    """Return the rows of pieces of samples, and the number of rows of each piece.

    Piece i is the rows `starts[i]` to `stops[i]` of sample `samples[i]`.
    """
    first = np.cumsum(n_rows, dtype=np.int64) - n_rows
    stops = [min(stop, n_rows[sample]) for sample, stop in zip(samples, stops, strict=True)]
    if any(stop <= start for start, stop in zip(starts, stops, strict=True)):
        raise ValueError("a piece has no rows: every piece needs at least one")
    parts = [
        values[first[sample] + start : first[sample] + stop]
        for sample, start, stop in zip(samples, starts, stops, strict=True)
    ]
    n_rows = np.array([len(part) for part in parts], dtype=np.int32)
    return _frozen(np.concatenate(parts)), n_rows


def join_dense(arrays):
    """Return the rows of several SpikeArrays that hold values, and the rows of each sample."""
    n_rows = np.concatenate([part.n_rows for part in arrays])
    return _frozen(np.concatenate([part.values for part in arrays])), n_rows


def _frozen(values):
    values.setflags(write=False)
    return values


def parts_of_events(values, n_rows):
    """Return the arrays of events of dense samples by their names in a SpikeArray."""
    rows, channels, amplitudes, offsets = pack_rows(values, n_rows)
    return {"rows": rows, "channels": channels, "amplitudes": amplitudes, "offsets": offsets}


def event_bytes(values):
    """Yield the rows, then the channels, then the amplitudes of the events of one sample.

    They are made block by block, since all of them may need much memory.
    """
    for part in range(3):
        for start, block in _blocks(values):
            rows, channels = np.nonzero(block)
            yield (rows + start, channels, block[rows, channels])[part].astype(
                (np.int32, np.int32, np.float32)[part], copy=False
            )


def moments_of_dense(values):
    """Return mean and standard deviation of each column.

    Numbers are added one after the other, as those of events are, so that the result is the same
    to the last bit.
    """
    total = len(values)
    mean = _column_sums(values, lambda block: block) / total
    squares = _column_sums(values, lambda block: (block != 0) * (block - mean) ** 2)
    present = sum(np.count_nonzero(block, axis=0) for _, block in _blocks(values))
    squares = squares + (total - present) * mean**2
    return mean, np.sqrt(squares / total)


def _column_sums(values, function):
    """Return the sums of a function of the columns, added row by row."""
    total = np.zeros(values.shape[1])
    for _, block in _blocks(values):
        terms = np.concatenate([total[None], function(block.astype(np.float64))])
        # A single column would be added in pairs.
        add = np.add.reduce if terms.shape[1] > 1 else _last_of_running_sum
        total = add(terms, axis=0)
    return total


def _last_of_running_sum(terms, axis):
    return np.add.accumulate(terms, axis=axis)[-1]
