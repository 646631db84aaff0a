"""Tasks that need a state: their samples, which rows are right, and the accuracy by delay."""

from typing import Any

import numpy as np

from lsm import datasets
from lsm._validation import check_choice, check_integer, check_number

from .._study.metric import Metric

__all__ = ["ALL", "DELAY", "TASKS", "accuracies", "load_data"]

N_TESTED = 8  # samples of the test, after those for training
N_VALIDATED = 4  # of the samples for training, the last ones
LONGEST = 2.5  # times the delay: delay of the longest trial
CLOSE = 0.5  # distance from a wave that counts as right
DELAY, ALL = "delay", "all"  # column of the table, and its value for all rows
EDGES = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 2.5)  # of the delays, in parts of the window


def _one_bit(n_samples, hold, random_state):
    return datasets.make_flip_flop(n_samples, n_bits=1, hold=hold, random_state=random_state)


def _three_bits(n_samples, hold, random_state):
    return datasets.make_flip_flop(n_samples, n_bits=3, hold=hold, random_state=random_state)


def _evidence(n_samples, delay, random_state):
    ends = (0.1 * delay, LONGEST * delay)
    return datasets.make_kept_evidence(n_samples, delay=ends, random_state=random_state)


def _match(n_samples, delay, random_state):
    ends = (0.1 * delay, LONGEST * delay)
    return datasets.make_delayed_match(n_samples, delay=ends, random_state=random_state)


def _rule(n_samples, hold, random_state):
    return datasets.make_switched_rule(n_samples, hold=hold, random_state=random_state)


def _counter(n_samples, delay, random_state):
    return datasets.make_counter(n_samples, interval=delay / 2, random_state=random_state)


def _patterns(n_samples, hold, random_state):
    return datasets.make_cued_patterns(n_samples, hold=hold, random_state=random_state)


def _same_signs(y_pred, target):
    return np.all(y_pred * target > 0, axis=1)


def _same_last_sign(y_pred, target):
    return y_pred[:, -1] * target[:, -1] > 0


def _same_largest(y_pred, target):
    return y_pred.argmax(axis=1) == target.argmax(axis=1)


def _close(y_pred, target):
    return np.hypot(*(y_pred[:, :2] - target[:, :2]).T) < CLOSE


TASKS: dict[str, Any] = {  # how samples are made, and which rows are right
    "bit": (_one_bit, _same_signs),
    "flip-flop": (_three_bits, _same_signs),
    "evidence": (_evidence, _same_last_sign),
    "match": (_match, _same_last_sign),
    "rule": (_rule, _same_last_sign),
    "counter": (_counter, _same_largest),
    "patterns": (_patterns, _close),
}


def load_data(task="flip-flop", delay=2000.0, window=2000.0, n_samples=16, random_state=None):
    """Make samples of a task, and split them.

    Parameters
    ----------
    task : {"bit", "flip-flop", "evidence", "match", "rule", "counter", "patterns"}
        bit, flip-flop: hold one bit or three; evidence: add up pulses and keep the sign of the sum;
        match: compare two items, with a delay between them; rule: apply to two inputs the rule that
        the last pulse has set; counter: count pulses modulo three without end; patterns: go on with
        the wave of the last cue.
    delay : float, default=2000.0
        Mean time in ms for which a bit, a rule or a wave is held. Of evidence and match the delay
        is uniform, from a tenth of it to 2.5 times it; the counter has two pulses in this time.
    window : float, default=2000.0
        Window in ms that the static random features and the linear taps read.
    n_samples : int, default=16
        Number of samples of 20 s for training, of which the last four are for validation. There are
        8 more for the test.
    random_state : int, RandomState instance or None, default=None
        Seed.

    Returns
    -------
    data : Bunch
        As the task's maker in :mod:`lsm.datasets` returns, with `train`, `test`, `cv`, `task` and
        `window`.
    """
    check_choice("task", task, TASKS)
    check_number("delay", delay, 400.0)
    check_number("window", window, 100.0)
    check_integer("n_samples", n_samples, N_VALIDATED + 1)
    make, _ = TASKS[task]
    data = make(n_samples + N_TESTED, delay, random_state)
    train = np.arange(n_samples)
    data.task, data.window = task, window
    data.train, data.test = train, np.arange(n_samples, n_samples + N_TESTED)
    data.cv = [(train[:-N_VALIDATED], train[-N_VALIDATED:])]
    return data


def accuracies(task, y_pred, data, test, window):
    """Return the share of right rows of samples, over all rows, and by the delay.

    Parameters
    ----------
    task : str
        As of :func:`load_data`.
    y_pred : list of arrays of shape (n_rows, n_outputs)
        Predictions for the samples.
    data : Bunch
        As of :func:`load_data`.
    test : int array
        Numbers of the samples.
    window : float
        Window of the controls in ms, of which the ends of the delays are parts.

    Returns
    -------
    accuracies : dict of Metric to float
        The column "delay" has "all", or the middle of a range of delays in ms.
    """
    _, right = TASKS[task]
    pairs = zip(y_pred, [data.target[i] for i in test], strict=True)
    is_right = np.concatenate([right(*pair) for pair in pairs])
    since = np.concatenate([data.since[i] for i in test])
    values = {Metric("accuracy", columns=((DELAY, ALL),)): np.mean(is_right[np.isfinite(since)])}
    for low, high in zip(EDGES, EDGES[1:], strict=False):
        within = (since >= low * window) & (since < high * window)
        if within.any():
            middle = (low + high) / 2 * window
            metric = Metric("accuracy", columns=((DELAY, middle),), scored=False)
            values[metric] = np.mean(is_right[within])
    return values
