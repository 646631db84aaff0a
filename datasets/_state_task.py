"""The common parts of tasks that need a state: their rows, their events, one form."""

import numpy as np
from sklearn.utils import Bunch

from lsm import SpikeArray
from lsm._validation import check_integer, check_number

__all__ = ["ROW", "Rows", "bunch", "held", "onsets", "pulses"]

ROW = 20.0  # ms, of a row by default
UNSCORED = np.nan

_DESCR = """{title}
{line}
{text}

:Samples: {n_samples} of {duration:g} s, in rows of {row_duration:g} ms
:Inputs: {inputs}
:Targets: {targets}
:Score: {score}
"""


class Rows:
    """Durations of a task in whole rows.

    Parameters
    ----------
    n_samples : int
        Number of samples.
    duration, row_duration : float
        Of a sample and of a row, in ms.
    """

    def __init__(self, n_samples, duration, row_duration):
        self.n_samples = check_integer("n_samples", n_samples, 1)
        check_number("row_duration", row_duration, 0, low_open=True)
        self.row_duration = float(row_duration)
        self.n_rows = self.of("duration", duration)

    def of(self, name, value, at_least=1):
        """Return a duration of ms as a whole number of rows, `at_least` of them."""
        check_number(name, value, at_least * self.row_duration)
        return max(round(value / self.row_duration), at_least)


def onsets(n_rows, mean, shortest, rng):
    """Draw rows at which events begin, the first in the first `shortest` rows.

    The time between two of them is `shortest` plus an exponential time, `mean` rows on average.
    """
    first, rows = rng.randint(shortest), []
    while first < n_rows:
        rows.append(first)
        first += shortest + int(rng.exponential(max(mean - shortest, 0)) + rng.uniform())
    return np.array(rows)


def pulses(n_rows, starts, values, length):
    """Return a channel with pulses of `length` rows; zero in between."""
    channel = np.zeros(n_rows)
    for start, value in zip(starts, values, strict=True):
        channel[start : start + length] = value
    return channel


def held(n_rows, starts, values):
    """Return the last value at each row, and for how many rows it has been there.

    Before the first start the value is 0, and the number of rows is NaN.
    """
    value, age = np.zeros(n_rows), np.full(n_rows, UNSCORED)
    for start, last in zip(starts, values, strict=True):
        value[start:], age[start:] = last, np.arange(n_rows - start)
    return value, age


def bunch(title, text, samples, rows, *, feature_names, target_names, score, **more):
    """Return a task with its description.

    `samples` are triples: inputs (n_rows, n_channels), targets (n_rows, n_outputs), and since, of
    shape (n_rows,) in rows.
    """
    data, target, since = zip(*samples, strict=True)
    descr = _DESCR.format(
        title=title,
        line="-" * len(title),
        text=text,
        n_samples=rows.n_samples,
        duration=rows.n_rows * rows.row_duration / 1000,
        row_duration=rows.row_duration,
        inputs=", ".join(feature_names),
        targets=", ".join(target_names),
        score=score,
    )
    return Bunch(
        data=SpikeArray.from_dense(list(data), row_duration=rows.row_duration),
        target=list(target),
        since=[part * rows.row_duration for part in since],
        feature_names=feature_names,
        target_names=target_names,
        DESCR=descr,
        **more,
    )
