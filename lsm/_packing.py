"""Packing and moments of long samples, block by block to save memory."""

import numpy as np
from scipy import sparse

__all__ = [
    "BLOCK",
    "active_channels",
    "blocks_of_rows",
    "event_blocks",
    "moments_of",
    "pack_rows",
    "pack_samples",
]

BLOCK = 2**20  # elements that are converted or examined at once


def event_blocks(offsets):
    """Yield blocks of events.

    Parameters
    ----------
    offsets : int array of shape (n_samples + 1,)
        Events of sample i are `offsets[i]:offsets[i + 1]`.

    Yields
    ------
    block : slice
        Events.
    samples : int array
        Sample of each.
    """
    for start in range(0, int(offsets[-1]), BLOCK):
        block = slice(start, min(start + BLOCK, int(offsets[-1])))
        yield block, _samples_of(offsets, block)


def _samples_of(offsets, block):
    """Return the sample of each event of a block."""
    first, last = np.searchsorted(offsets, [block.start, block.stop - 1], side="right") - 1
    edges = np.clip(offsets[first : last + 2], block.start, block.stop)
    return np.repeat(np.arange(first, last + 1), np.diff(edges))


def blocks_of_rows(spikes):
    """Yield sample and row of each event of a SpikeArray by blocks; of dense samples of each row.

    Dense samples have an event in almost every row. Rows that are zero in all channels are left
    out.
    """
    if spikes.values is None:
        for block, samples in event_blocks(spikes.offsets):
            yield samples, spikes.rows[block]
        return
    ends = np.cumsum(spikes.n_rows, dtype=np.int64)
    for start in range(0, len(spikes.values), BLOCK):
        rows = start + np.flatnonzero(spikes.values[start : start + BLOCK].any(axis=1))
        samples = np.searchsorted(ends, rows, side="right")
        yield samples, rows - (ends - spikes.n_rows)[samples]


def active_channels(spikes):
    """Return which channels of a SpikeArray have an event, a bool array."""
    if spikes.values is not None:
        return spikes.values.any(axis=0)
    active = np.zeros(spikes.n_channels, dtype=bool)
    for block, _ in event_blocks(spikes.offsets):
        active[spikes.channels[block]] = True
    return active


def pack_samples(arrays):
    """Return the events of samples, sorted by row and channel.

    Parameters
    ----------
    arrays : list of dense or sparse arrays of shape (n_rows, n_channels)
        Samples.

    Returns
    -------
    rows, channels : int32 arrays of shape (n_events,)
    amplitudes : float32 array of shape (n_events,)
    offsets : int64 array of shape (n_samples + 1,)
    """
    parts = [_canonical(a) if sparse.issparse(a) else (a, None) for a in arrays]
    counts = [a.nnz if sparse.issparse(a) else np.count_nonzero(a) for a, _ in parts]
    offsets = np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])
    rows, channels = (np.empty(offsets[-1], dtype=np.int32) for _ in range(2))
    amplitudes, end = np.empty(offsets[-1], dtype=np.float32), 0
    for array, used in parts:
        n_rows = max(BLOCK // array.shape[1], 1)
        for start in range(0, array.shape[0], n_rows):
            row, channel, amplitude = _nonzero(array[start : start + n_rows])
            part = slice(end, end + len(row))
            rows[part] = row + start if used is None else used[row + start]
            channels[part] = channel
            # SpikeArray raises an error for NaN and infinite amplitudes.
            with np.errstate(over="ignore", invalid="ignore"):
                amplitudes[part] = amplitude
            end = part.stop
    return _read_only(rows, channels, amplitudes, offsets)


def _read_only(*arrays):
    """Mark new arrays, so that a SpikeArray takes them without a copy."""
    for array in arrays:
        array.setflags(write=False)
    return arrays


def pack_rows(values, lengths):
    """Return the events of dense samples whose rows stand one after the other.

    Parameters
    ----------
    values : array of shape (n_rows, n_channels)
        Rows of all samples.
    lengths : int array of shape (n_samples,)
        Number of rows of each sample.

    Returns
    -------
    rows, channels, amplitudes, offsets : arrays
        As of :func:`pack_samples`.
    """
    rows, channels, amplitudes, _ = pack_samples([values])
    ends = np.cumsum(lengths)
    offsets = np.searchsorted(rows, np.concatenate([[0], ends]))
    rows = rows - np.repeat(ends - lengths, np.diff(offsets)).astype(np.int32)
    return _read_only(rows, channels, amplitudes, offsets)


def _canonical(array):
    """Return the rows of a sparse sample that have events, as CSR without duplicates and zeros.

    The second return value is the numbers of these rows. So a long sample with few events needs
    little memory.
    """
    events = array.tocoo()
    used, rows = np.unique(events.row, return_inverse=True)
    shape = len(used), array.shape[1]
    array = sparse.csr_array(sparse.coo_array((events.data, (rows, events.col)), shape))
    array.sum_duplicates()
    array.eliminate_zeros()
    return array, used


def _nonzero(array):
    """Return rows, channels and values of the nonzero elements of a sample."""
    if sparse.issparse(array):
        array = array.tocoo()
        return array.row, array.col, array.data
    row, channel = np.nonzero(array)
    return row, channel, array[row, channel]


def moments_of(spikes):
    """Return mean and standard deviation of each channel of a SpikeArray over all rows."""
    total = spikes.n_rows.sum(dtype=np.int64)
    mean, squares, present = np.zeros((3, spikes.n_channels))
    for channels, amplitudes in _cells(spikes):
        np.add.at(mean, channels, amplitudes)
    mean /= total
    for channels, amplitudes in _cells(spikes):
        np.add.at(squares, channels, (amplitudes - mean[channels]) ** 2)
        present += np.bincount(channels, minlength=spikes.n_channels)
    squares = squares + (total - present) * mean**2
    return mean, np.sqrt(squares / total)


def _cells(spikes):
    """Yield channels and amplitudes of cells by blocks; a cell is a row and channel of a sample.

    Events in one cell are summed.
    """
    start, n_events = 0, len(spikes.rows)
    while start < n_events:
        stop = min(start + BLOCK, n_events)
        sample = np.searchsorted(spikes.offsets, stop - 1, side="right") - 1
        later = spikes.rows[stop : spikes.offsets[sample + 1]]
        stop += int(np.searchsorted(later, spikes.rows[stop - 1], side="right"))  # whole rows
        block, start = slice(start, stop), stop
        samples = _samples_of(spikes.offsets, block)
        cells = samples * np.int64(spikes.n_rows.max()) + spikes.rows[block]
        cells = cells * spikes.n_channels + spikes.channels[block]
        amplitudes = np.ones(len(cells))
        if spikes.amplitudes is not None:
            amplitudes = spikes.amplitudes[block].astype(np.float64)
        if np.any(np.diff(cells) <= 0):
            cells, places = np.unique(cells, return_inverse=True)
            amplitudes = np.bincount(places, amplitudes)
        yield cells % spikes.n_channels, amplitudes
