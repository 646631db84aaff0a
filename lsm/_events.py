"""Conversion of samples from other forms to the events of a SpikeArray, with validation."""

import numpy as np
from scipy import sparse

from ._packing import event_blocks
from ._validation import as_array, check_choice, check_integer, check_number, check_reals

__all__ = [
    "CURRENTS_HINT",
    "bin_events",
    "check_binning",
    "check_events",
    "check_sample",
    "check_table",
    "count_rows",
    "cut_events",
    "events_of_samples",
    "integers",
    "join_events",
    "listed",
]

MAX_INT32 = np.iinfo(np.int32).max  # limit of the rows in a sample, and of the channels
CURRENTS_HINT = (
    ". If the values are currents, pass floats, as X.astype(float), or "
    "SpikeArray.from_dense(X, graded=True)"
)
MOST_ROWS = 86_400_000  # in lists of events: a day in ms


def integers(name, values, dtype):
    """Return `values` as a 1-D array of `dtype`, or raise a ValueError if a cast changes them."""
    array = as_array(f"{name} must be a 1-D array of integers", values)
    if array.ndim != 1 or (array.size and not np.issubdtype(array.dtype, np.integer)):
        raise ValueError(
            f"{name} must be a 1-D array of integers, got {array.dtype} of shape {array.shape}"
        )
    limits = np.iinfo(dtype)
    if array.size and not limits.min <= array.min() <= array.max() <= limits.max:
        raise ValueError(f"{name} must fit {np.dtype(dtype)}, got up to {array.max()}")
    return np.ascontiguousarray(array if array.size else [], dtype=dtype)


def listed(name, values, items="samples"):
    """Return the sequence `values` as a list; raise an error with its `name` if it is empty."""
    rule = f"{name} must be a sequence of {items}"
    try:
        elements = list(values)
    except (TypeError, NotImplementedError):  # SciPy raises the latter for arrays in COO format
        elements = None
    if elements is None or isinstance(values, str | bytes):
        raise TypeError(f"{rule}, got {values!r:.80}")
    if not elements:
        raise ValueError(f"{name} is empty: {rule}, one or more")
    return elements


def check_events(spikes):
    """Validate the events of a SpikeArray.

    Raises
    ------
    ValueError
        If an event lies outside of its sample or channels, an amplitude is not finite, or a
        number of spikes is negative or not an integer.
    """
    _check_n_channels(spikes.n_channels)
    n_samples, n_events = len(spikes.n_rows), len(spikes.rows)
    if spikes.offsets.shape != (n_samples + 1,) or spikes.offsets[0] != 0:
        raise ValueError("offsets must start at 0 and have one element more than n_rows")
    if spikes.offsets[-1] != n_events or np.any(np.diff(spikes.offsets) < 0):
        raise ValueError("offsets must not decrease and must end at the number of events")
    if len(spikes.channels) != n_events:
        raise ValueError(f"{n_events} rows but {len(spikes.channels)} channels")
    if spikes.amplitudes is not None and spikes.amplitudes.shape != spikes.rows.shape:
        raise ValueError(f"{n_events} rows but amplitudes of shape {spikes.amplitudes.shape}")
    if n_samples and spikes.n_rows.min() < 1:
        sample = int(np.argmin(spikes.n_rows))
        raise ValueError(f"sample {sample} has no rows: every sample needs at least one")
    for block, samples in event_blocks(spikes.offsets):
        _check_block(spikes, block, samples)


def _check_block(spikes, block, samples):
    """Validate some events, which belong to `samples`."""
    rows, channels = spikes.rows[block], spikes.channels[block]
    outside = (rows < 0) | (rows >= spikes.n_rows[samples])
    _refuse(spikes, block, outside, "the row lies outside of the sample")
    outside = (channels < 0) | (channels >= spikes.n_channels)
    _refuse(spikes, block, outside, f"channels go from 0 to {spikes.n_channels - 1}")
    before = spikes.rows[max(block.start - 1, 0) : block.stop - 1]
    unsorted = np.zeros(len(rows), dtype=bool)
    first = len(rows) - len(before)  # the very first event has none before it
    unsorted[first:] = rows[first:] < before
    unsorted &= np.arange(block.start, block.stop) != spikes.offsets[samples]
    _refuse(spikes, block, unsorted, "rows must not decrease within a sample")
    if spikes.amplitudes is not None:
        _check_amplitudes(spikes, block)


def _check_amplitudes(spikes, block):
    """Raise an error unless the amplitudes of some events are currents, or numbers of spikes."""
    amplitudes = spikes.amplitudes[block]
    rule = "amplitudes must be finite, not NaN or infinity, and at most 3.4e38 (float32)"
    _refuse(spikes, block, ~np.isfinite(amplitudes), rule)
    if not spikes.graded:
        rule = f"a number of spikes must be an integer >= 0{CURRENTS_HINT}"
        _refuse(spikes, block, (amplitudes < 0) | (amplitudes != np.rint(amplitudes)), rule)
        _refuse(spikes, block, amplitudes > 2**24, "a number of spikes must be at most 2**24")


def _refuse(spikes, block, invalid, rule):
    """Raise an error for the first event of a mask of a block, if it has any."""
    if not invalid.any():
        return
    event = block.start + int(np.argmax(invalid))
    sample = int(np.searchsorted(spikes.offsets, event, side="right")) - 1
    amplitude = 1.0 if spikes.amplitudes is None else spikes.amplitudes[event]
    raise ValueError(
        f"sample {sample} has an event of amplitude {amplitude:g} in row {spikes.rows[event]}, "
        f"channel {spikes.channels[event]}: {rule}"
    )


def check_table(name, table):
    """Refuse a table with text, objects or masked values by an error that names its columns."""
    if np.ma.is_masked(table):
        raise ValueError(f"{name} has masked values: fill them, as by {name}.filled(0.0)")
    if hasattr(table, "columns") and hasattr(table, "to_numpy"):
        bad = [c for c in table.columns if table[c].to_numpy().dtype.kind not in "biuf"]
        if bad:
            raise ValueError(
                f"{name} must hold numbers, but its columns {bad!s:.80} do not: drop or encode them"
            )
    elif np.iscomplexobj(table):
        raise ValueError(f"{name} must hold real numbers: Complex data not supported")
    return table


def _values_of(i, sample):
    """Return the numbers of a sample, of a data frame those of its columns."""
    if sparse.issparse(sample):
        return sample
    if hasattr(sample, "columns") and hasattr(sample, "to_numpy"):
        check_table(f"sample {i}", sample)
        return np.column_stack([sample[c].to_numpy() for c in sample.columns])
    if np.ma.is_masked(sample):
        raise ValueError(f"sample {i} has masked values: fill them, as by x.filled(0.0)")
    return as_array(f"sample {i} must be an array of shape (n_rows, n_channels)", sample)


def check_sample(i, sample):
    """Return sample i as a dense or sparse 2-D array of real numbers, or raise a ValueError."""
    array = _values_of(i, sample)
    if array.dtype.kind not in "biufc":
        raise ValueError(f"sample {i} must hold numbers, got an array of {array.dtype}")
    if array.ndim != 2:
        raise ValueError(
            f"sample {i} must have shape (n_rows, n_channels), or (n_rows, 1) for one channel, "
            f"got shape {array.shape}"
        )
    if array.shape[0] == 0 or array.shape[1] == 0:
        raise ValueError(
            f"sample {i} needs at least one row and one channel, got shape {array.shape}"
        )
    if np.iscomplexobj(array):
        raise ValueError(f"sample {i} must hold real numbers: Complex data not supported")
    return array


def join_events(arrays):
    """Return the events of several SpikeArrays one after the other.

    Parameters
    ----------
    arrays : list of SpikeArray
        Of the same kind.

    Returns
    -------
    rows, channels, amplitudes, offsets, n_rows : arrays, or None for `amplitudes`
        As of the constructor of SpikeArray.
    """
    amplitudes = None
    if any(part.amplitudes is not None for part in arrays):
        amplitudes = np.concatenate([
            np.ones(len(part.rows), np.float32) if part.amplitudes is None else part.amplitudes
            for part in arrays
        ])  # fmt: skip
    counts = np.concatenate([np.diff(part.offsets) for part in arrays])
    offsets = np.concatenate([[0], np.cumsum(counts)])
    rows, channels, n_rows = (
        np.concatenate([getattr(part, name) for part in arrays])
        for name in ("rows", "channels", "n_rows")
    )
    return rows, channels, amplitudes, offsets, n_rows


def events_of_samples(spikes, chosen):
    """Return the indices of the events of some samples, an index array, and their offsets."""
    counts = np.diff(spikes.offsets)[chosen]
    offsets = np.concatenate([[0], np.cumsum(counts)])
    events = np.repeat(spikes.offsets[chosen] - offsets[:-1], counts) + np.arange(offsets[-1])
    return events, offsets


def cut_events(spikes, samples, starts, stops):
    """Return the events of pieces of samples.

    Parameters
    ----------
    spikes : SpikeArray
        Samples.
    samples, starts, stops : int arrays of shape (n_pieces,)
        Piece i is the rows `starts[i]` to `stops[i]` of sample `samples[i]`.

    Returns
    -------
    rows, channels, amplitudes, offsets, n_rows : arrays, or None for `amplitudes`
        As of the constructor of SpikeArray.
    """
    ranges, rows, n_rows = [], [], []
    for sample, start, stop in zip(samples, starts, stops, strict=True):
        offset, end = spikes.offsets[sample : sample + 2]
        stop = min(stop, spikes.n_rows[sample])
        edges = np.array([start, stop], dtype=np.int32)  # others would make a copy of all rows
        first, last = offset + np.searchsorted(spikes.rows[offset:end], edges)
        ranges.append(np.arange(first, last))
        rows.append(spikes.rows[first:last] - start)
        n_rows.append(stop - start)
    events = np.concatenate(ranges)
    amplitudes = None if spikes.amplitudes is None else spikes.amplitudes[events]
    offsets = np.concatenate([[0], np.cumsum([len(piece) for piece in ranges])])
    return np.concatenate(rows), spikes.channels[events], amplitudes, offsets, n_rows


def check_binning(n_channels, row_duration, duplicates, out_of_range):
    """Validate the parameters of :func:`bin_events` that all samples share; return the duration."""
    check_choice("duplicates", duplicates, ("sum", "one", "error"))
    check_choice("out_of_range", out_of_range, ("error", "drop"))
    row_duration = check_number("row_duration", row_duration, 0, low_open=True)
    _check_n_channels(check_integer("n_channels", n_channels, 1))
    return row_duration


def _check_n_channels(n_channels):
    if n_channels > MAX_INT32:
        raise ValueError(f"n_channels must be at most {MAX_INT32}, got {n_channels}")


def bin_events(i, times, channels, n_rows, n_channels, row_duration, duplicates, out_of_range):
    """Return the number of spikes of sample i in each row and channel as a sparse array.

    Parameters
    ----------
    i : int
        Index of the sample for error messages.
    times : array of shape (n_spikes,)
        Times of the spikes in ms.
    channels : int array of shape (n_spikes,)
        Channels of the spikes.
    n_rows, n_channels : int
        Shape of the sample.
    row_duration, duplicates, out_of_range
        As in :meth:`lsm.spikes.SpikeArray.from_events`.

    Returns
    -------
    counts : scipy.sparse.coo_array of shape (n_rows, n_channels)
        Its memory depends on the number of spikes alone.
    """
    rule = f"sample {i}: channels must be integers, one for each time"
    times, channels = _check_times(i, times), as_array(rule, channels)
    if times.shape != channels.shape or times.ndim != 1:
        raise ValueError(f"sample {i}: times and channels must be 1-D and of equal length")
    if channels.size and not np.issubdtype(channels.dtype, np.integer):
        raise ValueError(f"sample {i}: channels must be integers, got {channels.dtype}")
    if not channels.size:
        channels = np.zeros(0, dtype=np.int64)
    # Floats, since a cast to integers would wrap times that are far outside of the sample.
    rows = np.floor(_to_rows(times, row_duration, 1))
    outside = (rows < 0) | (rows >= n_rows) | (channels < 0) | (channels >= n_channels)
    if outside.any():
        if out_of_range == "error":
            bad = int(np.argmax(outside))
            raise ValueError(
                f"sample {i}: the spike at {times[bad]:g} ms in channel {channels[bad]} lies "
                f"outside {n_rows * row_duration:g} ms and {n_channels} channels: give longer "
                "durations or "
                "more channels, or set out_of_range='drop'"
            )
        rows, channels = rows[~outside], channels[~outside]
    cells = rows.astype(np.int64), channels
    counts = sparse.coo_array(
        (np.ones(len(rows), dtype=np.int64), cells), shape=(n_rows, n_channels)
    )
    counts.sum_duplicates()
    if duplicates != "sum" and counts.nnz and counts.data.max() > 1:
        if duplicates == "error":
            raise ValueError(
                f"sample {i} has several spikes in one row of {row_duration:g} ms of one channel: "
                "give a smaller row_duration, or set duplicates to 'sum' or 'one'"
            )
        counts.data[:] = 1
    return counts


def count_rows(durations, events, row_duration):
    """Return the number of rows of each sample.

    Parameters
    ----------
    durations : float or sequence of float, or None
        Durations in ms; None ends each sample with the row of its last spike.
    events : list of (times, channels)
        Spikes of each sample.
    row_duration : float
        Duration of a row in ms.

    Returns
    -------
    n_rows : int64 array of shape (n_samples,)
    """
    name = "events" if durations is None else "durations"
    if durations is None:
        durations = [_last_row_end(i, times, row_duration) for i, (times, _) in enumerate(events)]
    durations = check_reals("durations must be numbers (ms)", durations)
    if durations.shape not in ((), (len(events),)):
        raise ValueError(
            f"durations must be one number or one for each of {len(events)} samples, got "
            f"shape {durations.shape}"
        )
    durations = np.broadcast_to(durations, (len(events),))
    n_rows = np.ceil(_to_rows(durations, row_duration, -1))
    if np.any(n_rows > MOST_ROWS):
        i = int(np.argmax(n_rows > MOST_ROWS))
        raise ValueError(
            f"{name}: sample {i} is {durations[i]:g} ms long, more than {MOST_ROWS} rows of "
            f"row_duration={row_duration:g} ms: give times in ms from the start of the sample "
            "(nanoseconds divided by 1e6), or a larger row_duration"
        )
    if not np.all(durations > 0):
        raise ValueError(f"durations must be finite numbers > 0 (ms), got {durations}")
    return n_rows.astype(np.int64)


def _last_row_end(i, times, row_duration):
    """Return the end in ms of the row of the last spike of sample i, at least of the first row."""
    times = _check_times(i, times)
    if times.size == 0:
        raise ValueError(f"sample {i} has no spikes, so its duration is unknown: give durations")
    return max(np.floor(_to_rows(times.max(), row_duration, 1)) + 1, 1) * row_duration


def _check_times(i, times):
    """Return the spike times of sample i as finite floats, or raise a ValueError."""
    times = check_reals(f"sample {i}: spike times must be numbers (ms)", times)
    if not np.isfinite(times).all():
        raise ValueError(f"sample {i}: spike times must be finite, not NaN or infinity")
    return times


def _to_rows(times, row_duration, sign):
    """Return times in rows, plus or minus a rounding error: 0.3 ms / 0.1 ms is 3, not 2.99.

    A positive `sign` precedes rounding down, a negative one rounding up.
    """
    with np.errstate(over="ignore"):
        n = times / row_duration
        rounding = np.finfo(np.float64).eps * np.minimum(np.abs(n), MAX_INT32)
        return n + sign * np.maximum(1e-9, 4 * rounding)
