"""Warnings of samples that have likely another meaning than the one that is taken."""

import warnings
from itertools import islice
from typing import Any

import numpy as np
from scipy import sparse

from ._typing import Samples
from .spikes import SpikeArray

__all__ = [
    "looks_like_series",
    "warn_of_axes",
    "warn_of_clock",
    "warn_of_currents",
    "warn_of_durations",
    "warn_of_measurements",
]

# A table of this many rows, of which each resembles the one before, is a series.
SERIES_ROWS, SERIES_CORRELATION = 1000, 0.7
CLOCK_PREFIX = 1000  # rows in which columns are sought that may be clocks
CLOCK_ROWS = 20  # a column of fewer rows may increase by equal steps by chance
CLOCK_SAMPLES = 20  # that are searched for clocks
CLOCK_NAMES = {"id", "time", "timestamp", "datetime"}
# Samples as short as this in ms, with as many spikes as this in an occupied row of a channel, have
# times in seconds.
SECONDS_DURATION, SECONDS_SPIKES = 5.0, 2.0
DAY = 86_400_000.0  # in ms
# Integers are measurements above this mean number of spikes in an occupied row, and above this
# number in one of a ms or less.
MEASUREMENTS, MEASUREMENTS_PER_MS = 100.0, 10.0
# Floats are numbers of spikes if they are whole, at most so large, and this share of them is zero.
COUNT, SHARE_OF_ZEROS = 10, 0.5


def looks_like_series(X: Samples) -> str | None:
    """Return why a table looks like one series, with a row for each time step, or None."""
    index = getattr(X, "index", None)
    if type(index).__name__ in ("DatetimeIndex", "TimedeltaIndex", "PeriodIndex"):
        return "its index is time"
    if getattr(index, "nlevels", 1) > 1:
        return (
            "its index has several levels, as the index of several series; give these as "
            "[x for _, x in X.groupby(level=0)]"
        )
    for name in getattr(X, "columns", ()):
        if str(name).lower() in CLOCK_NAMES:
            return f"its column {name!r} is no feature of a pattern"
    if sparse.issparse(X):
        return None
    values = np.asarray(X)
    if values.ndim != 2 or values.dtype.kind not in "iuf" or len(values) < 2:
        return None
    if values.shape[1] == 1:
        return "it has one column"
    values = values.astype(float)
    if not np.isfinite(values).all():
        return None  # refused later
    clocks = _clocks(values)
    if clocks.size:
        return f"its column {clocks[0]} increases by equal steps, as time does"
    if len(values) >= SERIES_ROWS:
        moving = values[:, values.std(axis=0) > 0]
        moving = moving - moving.mean(axis=0)
        correlation = (moving[1:] * moving[:-1]).mean(axis=0) / moving.var(axis=0)
        if correlation.size and np.median(correlation) > SERIES_CORRELATION:
            return "each row resembles the one before"
    return None


def _clocks(values):
    """Return the columns that increase by equal steps, and may start again now and then."""
    if len(values) < CLOCK_ROWS:
        return np.empty(0, dtype=int)
    # Few columns step evenly in the first rows. So a long recording is not copied.
    candidates = np.flatnonzero(_step_evenly(values[:CLOCK_PREFIX].astype(float)))
    return np.array([c for c in candidates if _is_clock(values[:, c].astype(float))], dtype=int)


def _step_evenly(values):
    """Return the columns of the first rows of samples that a clock may have."""
    steps = np.diff(values, axis=0)
    forward = steps > 0
    largest = np.where(forward, steps, -np.inf).max(axis=0)
    smallest = np.where(forward, steps, np.inf).min(axis=0)
    # Steps within a hundredth of a typical one are within three hundredths of each other.
    return (forward | (steps < 0)).all(axis=0) & (largest <= 1.03 * smallest)


def _is_clock(column):
    """Return whether a column increases by equal steps, and may start again now and then."""
    steps = np.diff(column)
    forward, typical = steps > 0, np.median(steps)
    equal = np.abs(steps - typical) < 0.01 * np.abs(typical)
    is_rare = forward.sum() >= (1 - 1 / CLOCK_ROWS) * len(steps)
    return typical > 0 and is_rare and bool((equal | ~forward & (steps < 0)).all())


def warn_of_clock(X: Any) -> None:
    """Warn of samples with a channel that counts the time, which is no signal."""
    clocks: Any = None
    for sample in islice(X, CLOCK_SAMPLES):
        if sparse.issparse(sample):
            return
        values = np.asarray(sample)
        if values.shape[1] < 2:
            return
        found = set(_clocks(values).tolist())
        clocks = found if clocks is None else clocks & found
        if not clocks:
            return
    warnings.warn(
        f"channel {min(clocks)} of X increases by equal steps in each sample, as time does: drop "
        "it, since the rows are the time. SpikeArray.from_dense(X) is taken as it is",
        UserWarning,
        stacklevel=5,
    )


def warn_of_axes(longest: int, n_channels: int) -> None:
    """Warn of samples of at most `longest` rows that may have time in the last axis."""
    if 1 < longest < n_channels:
        warnings.warn(
            f"the samples of X have at most {longest} rows, and {n_channels} channels: "
            "rows are time steps, and channels are the last axis. If time is the last axis, "
            "transpose each sample; if not, pass SpikeArray.from_dense(X), which is taken as it is",
            UserWarning,
            stacklevel=5,
        )


def warn_of_measurements(spikes: SpikeArray) -> None:
    """Warn of integers that are taken for numbers of spikes, but are rather measurements."""
    if spikes.graded or spikes.amplitudes is None or len(spikes.rows) == 0:
        return
    mean = spikes.amplitudes.mean(dtype=float)
    if mean > min(MEASUREMENTS, MEASUREMENTS_PER_MS * max(spikes.row_duration, 1.0)):
        warnings.warn(
            f"X holds integers, which are taken for numbers of spikes, {mean:.0f} in an occupied "
            "row of a channel: they look like measurements. For currents pass floats, as "
            "X.astype(float), or SpikeArray.from_dense(X, graded=True); SpikeArray.from_dense(X) "
            "is taken as it is",
            UserWarning,
            stacklevel=5,
        )


def warn_of_currents(spikes: SpikeArray) -> None:
    """Warn of floats that are taken for currents, but are rather numbers of spikes."""
    if not spikes.graded:
        return
    n_cells = spikes.n_rows.sum(dtype=float) * spikes.n_channels
    most, values = (1 - SHARE_OF_ZEROS) * n_cells, spikes.values
    if values is None:
        values = spikes.amplitudes
    elif np.count_nonzero(values) <= most:
        values = values[values != 0]
    if values is None or len(values) == 0 or values.size > most or values.max() > COUNT:
        return
    if values.min() >= 1 and np.all(values == np.rint(values)):
        warnings.warn(
            "X holds floats, which are taken for currents, but they are whole numbers and mostly "
            "zero, as numbers of spikes are. For spikes pass integers, as X.astype(int); "
            "SpikeArray.from_dense(X) is taken as it is, as currents",
            UserWarning,
            stacklevel=5,
        )


def warn_of_durations(spikes: SpikeArray) -> None:
    """Warn of samples whose times are likely in another unit than ms."""
    longest = float(spikes.n_rows.max() * spikes.row_duration)
    spikes_per_event = 1.0
    if not spikes.graded and spikes.amplitudes is not None and len(spikes.rows):
        spikes_per_event = spikes.amplitudes.mean(dtype=float)
    if longest <= SECONDS_DURATION and spikes_per_event >= SECONDS_SPIKES:
        warnings.warn(
            f"the samples of X last at most {longest:g} ms, with {spikes_per_event:.3g} spikes in "
            "an occupied row of a channel, as if times in seconds were taken for ms: multiply "
            "them by 1000 for SpikeArray.from_events",
            UserWarning,
            stacklevel=4,
        )
    if longest > DAY:
        warnings.warn(
            f"a sample of X lasts {longest / DAY:.3g} days, as if row_duration="
            f"{spikes.row_duration:g} or times in microseconds or nanoseconds were taken for ms: "
            "divide them by 1e3 or 1e6, or cut long samples into pieces",
            UserWarning,
            stacklevel=4,
        )
