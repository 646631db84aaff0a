"""Conversion of samples of other forms to events, with every refusal that a sample can meet."""

import numpy as np
from scipy import sparse

from ._validation import as_array, check_choice, check_integer, check_number, check_reals

__all__ = [
    "bin_events",
    "check_binning",
    "check_sample",
    "count_steps",
    "events_of",
    "integers",
    "listed",
]

MOST = np.iinfo(np.int32).max  # of steps in a sample, and of channels


def integers(name, values, dtype):
    """Return a 1-D array of integers, and refuse what a cast would silently change."""
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and not np.issubdtype(array.dtype, np.integer)):
        raise ValueError(
            f"{name} must be a 1-D array of integers, got {array.dtype} of shape {array.shape}"
        )
    limits = np.iinfo(dtype)
    if array.size and not limits.min <= array.min() <= array.max() <= limits.max:
        raise ValueError(f"{name} must fit {np.dtype(dtype)}, got up to {array.max()}")
    return np.ascontiguousarray(array, dtype=dtype)


def listed(name, values, items="samples"):
    """Return a sequence as a list with something in it, or refuse it by the argument's name."""
    rule = f"{name} must be a sequence of {items}"
    try:
        elements = list(values)
    except TypeError:
        elements = None
    if elements is None or isinstance(values, str | bytes):
        raise TypeError(f"{rule}, got {values!r:.80}")
    if not elements:
        raise ValueError(f"{name} is empty: {rule}, one or more")
    return elements


def check_sample(i, sample):
    """Return sample i as a 2-D array of numbers, dense or sparse, or refuse it by name."""
    rule = f"sample {i} must be an array of shape (n_steps, n_channels)"
    array = sample if sparse.issparse(sample) else as_array(rule, sample)
    if array.dtype.kind not in "biufc":
        raise ValueError(f"sample {i} must hold numbers, got an array of {array.dtype}")
    if array.ndim != 2:
        raise ValueError(
            f"sample {i} must have shape (n_steps, n_channels), one channel being (n_steps, 1), "
            f"got shape {array.shape}"
        )
    if array.shape[0] == 0 or array.shape[1] == 0:
        raise ValueError(f"sample {i} needs at least one step and one channel, got {array.shape}")
    if np.iscomplexobj(array):
        raise ValueError(f"sample {i} must hold real numbers: Complex data not supported")
    return array


def events_of(array):
    """Return steps, channels and amplitudes of one sample, sorted by step, then channel."""
    if sparse.issparse(array):
        array = array.tocsr(copy=True)
        array.sum_duplicates()
        coo = array.tocoo()
        present = coo.data != 0
        return coo.row[present], coo.col[present], coo.data[present].astype(np.float32)
    step, channel = np.nonzero(array)
    with np.errstate(over="ignore"):  # an overflow becomes infinite, which is refused by name
        return step, channel, array[step, channel].astype(np.float32)


def check_binning(n_channels, dt, duplicates, out_of_range):
    """Check what says how events fall into steps and channels."""
    check_choice("duplicates", duplicates, ("sum", "one", "error"))
    check_choice("out_of_range", out_of_range, ("error", "drop"))
    check_number("dt", dt, 0, low_open=True)
    if check_integer("n_channels", n_channels, 1) > MOST:
        raise ValueError(f"n_channels must be at most {MOST}, got {n_channels}")


def bin_events(i, times, channels, n_steps, n_channels, dt, duplicates, out_of_range):
    """Count the spikes of sample i in each step and channel; return a CSR array."""
    times, channels = _check_times(i, times), np.asarray(channels)
    if times.shape != channels.shape or times.ndim != 1:
        raise ValueError(f"sample {i}: times and channels must be 1-D and of equal length")
    if channels.size and not np.issubdtype(channels.dtype, np.integer):
        raise ValueError(f"sample {i}: channels must be integers, got {channels.dtype}")
    # Not cast to integers, in which times far outside would be steps inside.
    steps = np.floor(_in_steps(times, dt, 1))
    outside = (steps < 0) | (steps >= n_steps) | (channels < 0) | (channels >= n_channels)
    if outside.any():
        if out_of_range == "error":
            bad = int(np.argmax(outside))
            raise ValueError(
                f"sample {i}: the spike at {times[bad]:g} ms in channel {channels[bad]} lies "
                f"outside {n_steps * dt:g} ms and {n_channels} channels"
            )
        steps, channels = steps[~outside], channels[~outside]
    where = steps.astype(np.int64), channels
    counts = sparse.coo_array(
        (np.ones(len(steps), dtype=np.int64), where), shape=(n_steps, n_channels)
    ).tocsr()
    if duplicates != "sum" and counts.nnz and counts.data.max() > 1:
        if duplicates == "error":
            raise ValueError(f"sample {i} has several spikes in one step of one channel")
        counts.data[:] = 1
    return counts


def count_steps(durations, events, dt):
    """Count the steps of samples of `durations` ms, or, if None, to the last spike of each."""
    name = "events" if durations is None else "durations"
    if durations is None:
        durations = [_last_step_end(i, times, dt) for i, (times, _) in enumerate(events)]
    durations = check_reals("durations must be numbers (ms)", durations)
    if durations.shape not in ((), (len(events),)):
        raise ValueError(
            f"durations must be one number or one for each of {len(events)} samples, got "
            f"shape {durations.shape}"
        )
    durations = np.broadcast_to(durations, (len(events),))
    n_steps = np.ceil(_in_steps(durations, dt, -1))
    if np.any(n_steps > MOST):
        i = int(np.argmax(n_steps > MOST))
        raise ValueError(
            f"{name}: sample {i} is {durations[i]:g} ms long, more than {MOST} steps of "
            f"dt={dt:g} ms; its times must count from its own start"
        )
    if not np.all(durations > 0):
        raise ValueError(f"durations must be finite numbers > 0 (ms), got {durations}")
    return n_steps.astype(np.int64)


def _last_step_end(i, times, dt):
    """Return the end of the step of the last spike of sample i, at least one step, in ms."""
    times = _check_times(i, times)
    if times.size == 0:
        raise ValueError(f"sample {i} has no spikes, so its duration must be given")
    return max(np.floor(_in_steps(times.max(), dt, 1)) + 1, 1) * dt


def _check_times(i, times):
    times = check_reals(f"sample {i}: spike times must be numbers (ms)", times)
    if not np.isfinite(times).all():
        raise ValueError(f"sample {i}: spike times must be finite, not NaN or infinity")
    return times


def _in_steps(times, dt, sign):
    """Divide by dt and add (or take off) a hair, so that 0.3 ms / 0.1 ms is 3 steps and not 2."""
    with np.errstate(over="ignore"):
        n = times / dt
        rounding = np.finfo(np.float64).eps * np.minimum(np.abs(n), MOST)
        return n + sign * np.maximum(1e-9, 4 * rounding)
