"""Tasks of trials: evidence that is added up and kept, and a sample that is compared later."""

from collections.abc import Sequence

import numpy as np
from sklearn.utils import Bunch, check_random_state

from lsm._validation import check_integer

from .._typing import RandomState
from ._state_task import ROW, Rows, bunch

__all__ = ["make_delayed_match", "make_kept_evidence"]

PAUSE = 3  # times a pulse: from the end of a comparison to the next trial


def make_kept_evidence(
    n_samples: int = 60,
    n_pulses: int = 5,
    *,
    delay: Sequence[float] = (200.0, 5000.0),
    duration: float = 20000.0,
    pulse: float = 100.0,
    row_duration: float = ROW,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a task of evidence that is added up and kept: more pulses left, or more right [1]_.

    A trial begins with a pulse in the channel "start". Then come `n_pulses` pulses, each of them
    left or right at random, with a pause of the length of a pulse after each. During the delay the
    input is silent, and the answer has to be kept.

    Parameters
    ----------
    n_samples : int, default=60
        Number of samples. A sample has several trials.
    n_pulses : int, default=5
        Number of pulses of a trial, odd.
    delay : sequence of 2 floats, default=(200.0, 5000.0)
        Ends of the uniform distribution of the delays in ms.
    duration : float, default=20000.0
        Duration of a sample in ms. The last trial ends with it.
    pulse : float, default=100.0
        Duration of a pulse in ms.
    row_duration : float, default=20.0
        Duration of a row in ms; other durations are rounded to whole rows.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    task : Bunch
        A dictionary with attributes:

        data : SpikeArray of shape (n_samples,)
            Currents of the channels: start, left and right.
        target : list of arrays of shape (n_rows, 1)
            Pulses to the right less those to the left, so far, as a share of `n_pulses`.
        since : list of arrays of shape (n_rows,)
            Time in ms since the first pulse of the trial began, during the delay; NaN elsewhere.
        feature_names, target_names : list of str
            Names of the channels and of the targets.
        DESCR : str
            Description of the task.

    References
    ----------
    .. [1] G. Bellec, F. Scherr, A. Subramoney, E. Hajek, D. Salaj, R. Legenstein, W. Maass (2020).
       A solution to the learning dilemma for recurrent networks of spiking neurons. Nature
       Communications 11, 3625.

    Examples
    --------
    >>> from lsm.datasets import make_kept_evidence
    >>> task = make_kept_evidence(5, random_state=0)
    >>> task.feature_names, task.target[0].shape
    (['start', 'left', 'right'], (1000, 1))
    """
    rows = Rows(n_samples, duration, row_duration)
    length, delays = rows.of("pulse", pulse), _delays(rows, delay)
    n_pulses = check_integer("n_pulses", n_pulses, 1)
    if n_pulses % 2 == 0:
        raise ValueError(f"n_pulses must be odd, so that no trial is undecided, got {n_pulses}")
    rng = check_random_state(random_state)
    samples = []
    for _ in range(rows.n_samples):
        inputs, target = np.zeros((rows.n_rows, 3)), np.zeros((rows.n_rows, 1))
        since, begin = np.full(rows.n_rows, np.nan), rng.randint(length)
        while begin < rows.n_rows:
            first = begin + 2 * length
            starts = first + 2 * length * np.arange(n_pulses)
            end = starts[-1] + 2 * length + rng.randint(*delays)
            inputs[begin : begin + length, 0] = 1.0
            target[begin:end] = 0.0
            for start, sign in zip(starts, rng.choice([-1, 1], n_pulses), strict=True):
                inputs[start : start + length, 1 + (sign > 0)] = 1.0
                target[start:] += sign / n_pulses
            kept = slice(starts[-1] + length, min(end, rows.n_rows))
            since[kept] = np.arange(kept.start, kept.stop) - first
            begin = end
        samples.append((inputs, target, since))
    return bunch(
        "Kept evidence",
        f"{n_pulses} pulses left or right are added up, and the sign of the sum is kept.",
        samples,
        rows,
        feature_names=["start", "left", "right"],
        target_names=["evidence"],
        score="the evidence has the right sign during the delay",
    )


def make_delayed_match(
    n_samples: int = 60,
    n_items: int = 2,
    *,
    delay: Sequence[float] = (200.0, 5000.0),
    duration: float = 20000.0,
    pulse: float = 100.0,
    row_duration: float = ROW,
    random_state: RandomState = None,
) -> Bunch:
    """
    Make a task of delayed match to sample: whether the second item is the same as the first.

    In a trial an item is shown, as a pulse in its channel, and after a delay a second one, which is
    the same with a probability of one half. First and second items are pulses in the same channels,
    so it takes a state to know which of the two an item is.

    Parameters
    ----------
    n_samples : int, default=60
        Number of samples. A sample has several trials.
    n_items : int, default=2
        Number of items, at least two.
    delay : sequence of 2 floats, default=(200.0, 5000.0)
        Ends of the uniform distribution of the delays in ms, from the end of the first item to the
        start of the second.
    duration : float, default=20000.0
        Duration of a sample in ms. The last trial ends with it.
    pulse : float, default=100.0
        Duration of a pulse in ms.
    row_duration : float, default=20.0
        Duration of a row in ms; other durations are rounded to whole rows.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    task : Bunch
        A dictionary with attributes:

        data : SpikeArray of shape (n_samples,)
            Currents of a channel for each item.
        target : list of arrays of shape (n_rows, n_items + 1)
            1 for the item to remember, from its first row to the last row of the second item, 0
            for the others; and the answer during the second item, 1 or -1, else 0.
        since : list of arrays of shape (n_rows,)
            Time in ms since the first item ended, during the second half of the second item; NaN
            elsewhere.
        feature_names, target_names : list of str
            Names of the channels and of the targets.
        DESCR : str
            Description of the task.

    Examples
    --------
    >>> from lsm.datasets import make_delayed_match
    >>> task = make_delayed_match(5, random_state=0)
    >>> task.target_names
    ['item 1', 'item 2', 'match']
    """
    rows = Rows(n_samples, duration, row_duration)
    length, delays = rows.of("pulse", pulse), _delays(rows, delay)
    n_items, rng = check_integer("n_items", n_items, 2), check_random_state(random_state)
    samples = []
    for _ in range(rows.n_samples):
        inputs, target = np.zeros((rows.n_rows, n_items)), np.zeros((rows.n_rows, n_items + 1))
        since, first = np.full(rows.n_rows, np.nan), rng.randint(length)
        while first < rows.n_rows:
            second = first + length + rng.randint(*delays)
            end = second + length
            item, is_match = rng.randint(n_items), rng.randint(2)
            other = (item + rng.randint(1, n_items)) % n_items
            inputs[first : first + length, item] = 1.0
            inputs[second:end, item if is_match else other] = 1.0
            target[first:end, item] = 1.0
            target[second:end, -1] = 2 * is_match - 1
            asked = np.arange(second + length // 2, min(end, rows.n_rows))
            since[asked] = asked - (first + length)
            first = end + PAUSE * length + rng.randint(length)
        samples.append((inputs, target, since))
    names = [f"item {k + 1}" for k in range(n_items)]
    return bunch(
        "Delayed match to sample",
        f"A second item is compared with a first one, {delay[0]:g} to {delay[1]:g} ms before.",
        samples,
        rows,
        feature_names=names,
        target_names=[*names, "match"],
        score="the answer has the right sign during the second half of the second item",
    )


def _delays(rows, delay):
    """Return the shortest delay in rows, and the longest plus one."""
    if np.ndim(delay) != 1 or len(delay) != 2:
        raise ValueError(
            f"delay must be the shortest and the longest delay in ms, got {delay!r:.80}"
        )
    low, high = (rows.of("delay", value) for value in delay)
    if low > high:
        raise ValueError(
            f"delay must be the shortest delay and then the longest, got {delay!r:.80}"
        )
    return low, high + 1
