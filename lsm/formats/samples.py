"""Conversion of samples from the formats of other libraries to a SpikeArray.

The import of this module needs none of these libraries.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from .._events import check_binning, integers, listed
from .._hdf5 import read_datasets
from .._typing import Array, Samples
from .._validation import as_array, check_integer, check_reals
from ..spikes import SpikeArray

__all__ = ["from_aeon", "from_neo", "from_tonic", "read_shd"]


def from_aeon(X: Samples, *, row_duration: float = 1.0, graded: bool | None = None) -> SpikeArray:
    """Pack time series in aeon's format, in which channels precede time.

    Parameters
    ----------
    X : array of shape (n_cases, n_channels, n_timepoints), or sequence of (n_channels, T_i)
        Series.
    row_duration : float, default=1.0
        Time between two points in ms.
    graded : bool, optional
        Whether the values are graded currents. By default the dtype decides, see
        :meth:`SpikeArray.from_dense`.

    Returns
    -------
    spikes : SpikeArray

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.formats import from_aeon
    >>> from_aeon(np.ones((5, 3, 20)))
    SpikeArray(n_samples=5, n_channels=3, duration=20 ms, row_duration=1 ms, 300 currents)
    """
    cases = [_case(i, case) for i, case in enumerate(listed("X", X, "cases"))]
    return SpikeArray.from_dense(
        [case.T for case in cases], row_duration=row_duration, graded=graded
    )


def _case(i, case):
    """Return case i as a 2-D array."""
    rule = f"case {i} must have shape (n_channels, n_timepoints)"
    case = as_array(rule, case)
    if case.ndim != 2:
        raise ValueError(f"{rule}, got shape {case.shape}")
    return case


def from_tonic(
    recordings: Sequence[str],
    sensor_size: tuple[int, int, int],
    durations: float | Sequence[float] | None = None,
    *,
    row_duration: float = 1.0,
    duplicates: str = "sum",
    out_of_range: str = "error",
) -> SpikeArray:
    """Pack recordings of event sensors in Tonic's format.

    Parameters
    ----------
    recordings : sequence of structured arrays of shape (n_events_i,)
        Events with the fields `t` (time in microseconds) and `x`, and also `y` and `p` (polarity)
        if the sensor has them.
    sensor_size : (int, int, int)
        Numbers of values of x, y and p. A field with only one value is not read.
    durations, row_duration, duplicates, out_of_range
        As in :meth:`SpikeArray.from_events`, in ms.

    Returns
    -------
    spikes : SpikeArray
        Channel `(p * n_y + y) * n_x + x` holds the events of one pixel and polarity. This is the
        order of the axes of Tonic's frames.

    Raises
    ------
    TypeError, ValueError
        If a recording or a parameter is invalid.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.formats import from_tonic
    >>> events = np.array([(0, 1, 0), (2500, 0, 1)], dtype=[("t", int), ("x", int), ("p", int)])
    >>> X = from_tonic([events], sensor_size=(2, 1, 2))
    >>> X.rows, X.channels
    (array([0, 2], dtype=int32), array([1, 2], dtype=int32))
    """
    if getattr(getattr(recordings, "dtype", None), "names", None):
        raise TypeError(
            "recordings must be a sequence of recordings, got a single one: give [recording]"
        )
    recordings = listed("recordings", recordings, "recordings")
    if not hasattr(sensor_size, "__len__") or len(sensor_size) != 3:
        raise ValueError(f"sensor_size must be three numbers (x, y, p), got {sensor_size!r}")
    sizes = {
        name: check_integer("sensor_size", n, 1) for name, n in zip("xyp", sensor_size, strict=True)
    }
    n_channels = math.prod(sizes.values())
    check_binning(n_channels, row_duration, duplicates, out_of_range)
    events = []
    for i, recording in enumerate(recordings):
        _check_fields(i, recording, sizes)
        times = check_reals(f"recording {i}: t must be numbers (microseconds)", recording["t"])
        events.append((times / 1000, _pixel(i, recording, sizes, out_of_range)))
    return SpikeArray.from_events(
        events,
        n_channels,
        durations,
        row_duration=row_duration,
        duplicates=duplicates,
        out_of_range=out_of_range,
    )


def _check_fields(i, recording, sizes):
    """Raise an error unless recording i has the fields of the sensor, with valid dtypes."""
    names = getattr(getattr(recording, "dtype", None), "names", None) or ()
    addresses = [name for name, n in sizes.items() if n > 1]
    missing = {"t", *addresses} - set(names)
    if missing:
        raise ValueError(f"recording {i} must have the fields {sorted(missing)}, got {names}")
    if recording.ndim != 1:
        raise ValueError(f"recording {i} must be a 1-D array, got shape {recording.shape}")
    for name in addresses:
        if recording[name].dtype.kind not in "iub":
            raise ValueError(
                f"recording {i}: {name} must hold integers, got {recording[name].dtype}"
            )


def _pixel(i, recording, sizes, out_of_range):
    """Return the channel of each event, or -1 for an event outside of the sensor."""
    channels = np.zeros(len(recording), dtype=np.int64)
    outside = np.zeros(len(recording), dtype=bool)
    for name in "pyx":
        if sizes[name] > 1:
            values = recording[name]
            bad = (values < 0) | (values >= sizes[name])
            if bad.any() and out_of_range == "error":
                raise ValueError(
                    f"recording {i} has an event at {name}={values[bad][0]}, outside of the "
                    f"{sizes[name]} values of sensor_size: give a larger size, or set "
                    "out_of_range='drop'"
                )
            outside |= bad
            channels = channels * sizes[name] + np.where(bad, 0, values).astype(np.int64)
    return np.where(outside, -1, channels)


def from_neo(
    segments: Sequence[Any],
    *,
    row_duration: float = 1.0,
    duplicates: str = "sum",
    out_of_range: str = "error",
) -> SpikeArray:
    """Pack spike trains in Neo's format.

    Parameters
    ----------
    segments : sequence of neo.Segment or of sequences of neo.SpikeTrain
        Each segment is a sample, and each of its spike trains is a channel. A sample lasts from
        the first start to the last stop of its trains.
    row_duration, duplicates, out_of_range
        As in :meth:`SpikeArray.from_events`. Neo allows a spike exactly at the stop of a train.
        Such a spike is out of range here.

    Returns
    -------
    spikes : SpikeArray

    Raises
    ------
    TypeError, ValueError
        If a segment or a parameter is invalid.
    """
    if hasattr(segments, "spiketrains"):
        raise TypeError("segments must be a sequence of segments, got a single one: give [segment]")
    samples = [
        listed(f"segment {i}", getattr(segment, "spiketrains", segment), "spike trains")
        for i, segment in enumerate(listed("segments", segments, "segments"))
    ]
    widths = {len(trains) for trains in samples}
    if len(widths) > 1:
        raise ValueError(f"segments must have equal numbers of spike trains, got {sorted(widths)}")
    for i, trains in enumerate(samples):
        for train in trains:
            if not all(hasattr(train, name) for name in ("t_start", "t_stop", "rescale")):
                raise TypeError(f"segment {i} must hold neo.SpikeTrain, got {train!r:.80}")
    events, durations = [], []
    for i, trains in enumerate(samples):
        start = min(_in_ms(i, train.t_start) for train in trains)
        stop = max(_in_ms(i, train.t_stop) for train in trains)
        # The difference of two late times has a rounding error, which must not move a spike at
        # the start of a row to the row before.
        rounding = 2 * np.spacing(max(abs(start), abs(stop)))
        durations.append(stop - start - rounding)
        times = [np.atleast_1d(_in_ms(i, train)) - start + rounding for train in trains]
        channels = np.repeat(np.arange(len(trains)), [len(time) for time in times])
        events.append((np.concatenate(times), channels))
    return SpikeArray.from_events(
        events, widths.pop(), durations, row_duration=row_duration, duplicates=duplicates,
        out_of_range=out_of_range,
    )  # fmt: skip


def _in_ms(i, quantity):
    """Return the magnitude of a quantity of segment i in ms."""
    rule = f"segment {i}: spikes, t_start and t_stop must be finite times"
    times = check_reals(rule, quantity.rescale("ms").magnitude)
    if times.ndim > 1 or not np.isfinite(times).all():
        raise ValueError(f"{rule}, got {times!r:.80}")
    return times


def read_shd(
    file: Any,
    durations: float | Sequence[float] | None = None,
    *,
    n_channels: int = 700,
    row_duration: float = 1.0,
    duplicates: str = "sum",
    out_of_range: str = "error",
) -> tuple[SpikeArray, Array]:
    """Read recordings in the HDF5 layout of the Spiking Heidelberg Digits [1]_.

    Parameters
    ----------
    file : path or h5py.File
        File with `spikes/times` (in seconds), `spikes/units` and `labels`. A path needs h5py.
    durations : float or sequence of float, optional
        As in :meth:`SpikeArray.from_events`, in ms.
    n_channels : int, default=700
        Number of units, which become channels.
    row_duration, duplicates, out_of_range
        As in :meth:`SpikeArray.from_events`, in ms.

    Returns
    -------
    spikes : SpikeArray
    labels : int array of shape (n_samples,)

    Raises
    ------
    TypeError, ValueError
        If the file has another layout, holds links, claims to be far larger than it is, or a value
        or a parameter is invalid.
    OSError
        If the file cannot be read, or is damaged.

    References
    ----------
    .. [1] B. Cramer, Y. Stradmann, J. Schemmel, F. Zenke (2022). The Heidelberg spiking data sets
       for the systematic evaluation of spiking neural networks. IEEE Transactions on Neural
       Networks and Learning Systems 33, 2744-2757.
    """
    options: dict[str, Any] = {
        "row_duration": row_duration,
        "duplicates": duplicates,
        "out_of_range": out_of_range,
    }
    check_binning(n_channels, **options)
    times, units, labels = read_datasets(file, ["spikes/times", "spikes/units", "labels"])
    try:
        labels = integers("labels", labels, np.int64)
        if not len(times) == len(units) == len(labels):
            raise ValueError(
                "it must hold equal numbers of spikes/times, spikes/units and labels, got "
                f"{len(times)}, {len(units)} and {len(labels)}"
            )
        # The files hold times in half precision, in which milliseconds would overflow.
        events = [
            (1000 * check_reals(f"sample {i}: times must be numbers (seconds)", time), unit)
            for i, (time, unit) in enumerate(zip(times, units, strict=True))
        ]
        return SpikeArray.from_events(events, n_channels, durations, **options), labels
    except (TypeError, ValueError) as error:
        raise type(error)(f"{file!r:.200}: {error}") from error
