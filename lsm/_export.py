"""A SpikeArray in other forms: text, hash, dense arrays, lists of spike times, and a table."""

import hashlib

import numpy as np

from ._dense import event_bytes, select_dense
from ._html import table
from ._packing import active_channels
from ._validation import check_integer

__all__ = [
    "dense_of",
    "described",
    "digest_of",
    "frame_of",
    "index_of",
    "spike_times",
    "table_of",
    "unpacked",
]

SECOND = 1000.0  # ms, the duration from which a text counts in seconds


def index_of(spikes, sample):
    """Return the index of a sample, counted from the start."""
    return check_integer("sample", sample, -len(spikes), len(spikes) - 1) % len(spikes)


def described(spikes):
    """Return the text of a SpikeArray: its size, its durations, and the kind of its events."""
    parts = [f"n_samples={len(spikes)}", f"n_channels={spikes.n_channels}"]
    if len(spikes):
        parts.append(f"duration={_durations(spikes)}")
    parts.append(f"row_duration={spikes.row_duration:g} ms")
    number = _count(spikes)
    parts.append(f"{number} {'current' if spikes.graded else 'spike'}{'s' * (number != 1)}")
    return f"SpikeArray({', '.join(parts)})"


def _durations(spikes):
    """Return a text of the shortest and the longest duration of a sample."""
    ends = np.array([spikes.n_rows.min(), spikes.n_rows.max()]) * spikes.row_duration
    unit, ends = ("s", ends / SECOND) if ends[1] >= SECOND else ("ms", ends)
    shortest, longest = (f"{end:g}" for end in ends)
    return f"{longest if shortest == longest else f'{shortest} to {longest}'} {unit}"


def _count(spikes):
    """Return the number of spikes, or of currents other than zero."""
    if spikes.values is not None:
        return int(np.count_nonzero(spikes.values))
    if spikes.graded or spikes.amplitudes is None:
        return len(spikes.rows)
    return int(spikes.amplitudes.sum(dtype=float))


def table_of(spikes):
    """Return the size of a SpikeArray, its durations and its events as a table in HTML."""
    number, seconds = _count(spikes), spikes.n_rows.sum() * spikes.row_duration / SECOND
    rows = [
        ("samples", f"{len(spikes):,}"),
        ("channels", f"{spikes.n_channels:,}"),
        ("duration of a sample", _durations(spikes) if len(spikes) else ""),
        ("duration of a row", f"{spikes.row_duration:g} ms"),
        ("currents" if spikes.graded else "spikes", f"{number:,}"),
    ]
    if seconds > 0 and spikes.n_channels > 0:
        if not spikes.graded:
            rows.append(
                ("mean rate of a channel", f"{number / seconds / spikes.n_channels:.3g} Hz")
            )
        n_empty = spikes.n_channels - int(np.count_nonzero(active_channels(spikes)))
        rows.append(("channels without events", f"{n_empty:,}"))
    return table(("SpikeArray", ""), rows)


def digest_of(spikes, sample):
    """Return a hash of the content of one sample."""
    head = f"{spikes.n_rows[sample]} {spikes.n_channels} {spikes.row_duration!r} {spikes.graded}"
    digest = hashlib.blake2b(head.encode(), digest_size=16)
    for array in _event_arrays(spikes, sample):
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()


def _event_arrays(spikes, sample):
    """Yield the rows, then the channels, then the amplitudes of the events of one sample."""
    if spikes.values is not None:
        yield from event_bytes(select_dense(spikes.values, spikes.n_rows, np.array([sample])))
        return
    part = slice(spikes.offsets[sample], spikes.offsets[sample + 1])
    yield from (spikes.rows[part], spikes.channels[part])
    if spikes.amplitudes is None:
        yield np.ones(part.stop - part.start, np.float32)
    else:
        yield spikes.amplitudes[part]


def dense_of(spikes, dtype):
    """Return all samples as one 3-D array, or as objects if their lengths differ."""
    dense = [spikes.to_dense(i) for i in range(len(spikes))]
    if len(set(spikes.n_rows.tolist())) <= 1:
        return np.array(dense, dtype=dtype)
    ragged = np.empty(len(spikes), dtype=object)
    ragged[:] = dense
    return ragged


def unpacked(values, packed):
    """Return arguments of a function, with dense arrays in place of objects of a class `packed`."""
    if isinstance(values, packed):
        return np.asarray(values)
    if isinstance(values, dict):
        return {name: unpacked(value, packed) for name, value in values.items()}
    if isinstance(values, list | tuple):
        return type(values)(unpacked(value, packed) for value in values)
    return values


def spike_times(spikes):
    """Return the times in ms and the channels of all spikes, as a list with a pair a sample."""
    if spikes.graded:
        raise ValueError(
            "to_events returns spike times, which graded currents do not have: to_frame returns "
            "currents with their times"
        )
    counts = np.ones(len(spikes.rows), np.int64)
    if spikes.amplitudes is not None:
        counts = spikes.amplitudes.astype(np.int64)
    edges = spikes.offsets[1:-1]
    return [
        (np.repeat(rows * spikes.row_duration, n), np.repeat(channels, n))
        for rows, channels, n in zip(
            *(np.split(part, edges) for part in (spikes.rows, spikes.channels, counts)),
            strict=True,
        )
    ]


def frame_of(spikes):
    """Return the events of a SpikeArray as a data frame with one line an event."""
    try:
        import pandas as pd  # slow to import
    except ImportError:
        raise ImportError("to_frame needs the package pandas: pip install pandas") from None
    amplitudes = spikes.amplitudes
    return pd.DataFrame({
        "sample": np.repeat(np.arange(len(spikes)), np.diff(spikes.offsets)),
        "time": spikes.rows * spikes.row_duration,
        "channel": spikes.channels,
        "amplitude": np.ones(len(spikes.rows), np.float32) if amplitudes is None else amplitudes,
    })  # fmt: skip
