"""Patterns to generate: their pieces, the metrics of free runs, and linear autoregression."""

from typing import NamedTuple

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import Bunch

from lsm import RandomFeatures, SpikeArray
from lsm._validation import check_choice, check_number
from lsm.datasets import make_lorenz, make_mackey_glass, make_sine_patterns
from lsm.readout import HoldOutRidge
from lsm.taps import delay_rows

from .._study.metric import Metric

__all__ = ["PATTERNS", "SINES", "Continuation", "load_data", "measure"]

N_PERIODS = 5  # periods of a free run of sines
FREE = {"lorenz": (10, 600), "mackey-glass": (50, 84)}  # free runs, and rows of each
DIVERGED = 1e3  # times the largest value of the pattern
TOLERANCE = 0.4  # largest distance of a valid free run from the target, in standard deviations


class Pattern(NamedTuple):
    """Durations of a row and of the piece to learn in ms, rows of a warm-up, metric, clock."""

    row: float
    training: float
    warmup: int
    metric: Metric
    clock: str


_PERIODS = Metric("NRMSE over five periods", more_is_better=False)
_STEPS = Metric("NRMSE after 84 steps", more_is_better=False)
SINES = {"sine": (5.0,), "three-sines": (2.0, 4.0, 6.0)}  # Hz
PATTERNS = {
    "sine": Pattern(2.0, 10_000.0, 500, _PERIODS, "periods"),
    "three-sines": Pattern(2.0, 20_000.0, 500, _PERIODS, "periods"),
    "lorenz": Pattern(40.0, 800_000.0, 100, Metric("Lyapunov times"), "Lyapunov times"),
    "mackey-glass": Pattern(40.0, 800_000.0, 100, _STEPS, "steps"),
}


def load_data(task="sine", training=None, random_state=None):
    """Make a pattern, and cut it into a piece to learn and pieces to continue.

    Parameters
    ----------
    task : {"sine", "three-sines", "lorenz", "mackey-glass"}
        A sine of 5 Hz; the sum of sines of 2, 4 and 6 Hz; the three variables of Lorenz's chaotic
        system; or the series of Mackey and Glass. The variables of the latter two are scaled to
        mean 0 and variance 1.
    training : float or None
        Duration of the piece to learn in ms. By default 10,000 for sine, 20,000 for three-sines and
        800,000 for the others.
    random_state : int, RandomState instance or None, default=None
        Seed of the path on the attractor.

    Returns
    -------
    data : Bunch
        `data`, a SpikeArray without any current; `target`, a list of arrays of shape
        (n_rows, n_outputs); `train`, `test` and `cv`, lists of pieces; `n_warmup`, the rows that
        are given before a free run; `unit`, the rows of a period or of a Lyapunov time, 1 for
        mackey-glass; `task` and `DESCR`.
    """
    check_choice("task", task, PATTERNS)
    row, default, n_warmup, _, _ = PATTERNS[task]
    training = default if training is None else training
    n_train = round(check_number("training", training, 1000 * row) / row)
    if task in SINES:
        pattern, pieces, unit, name = _sines(task, n_train)
    else:
        pattern, pieces, unit, name = _chaos(task, n_train, random_state)
    n_test, n_rows = (len(pieces) - 1) // 2, pieces[-1].stop - pieces[-1].start
    quiet = [np.zeros((piece.stop - piece.start, 1)) for piece in pieces]
    return Bunch(
        data=SpikeArray.from_dense(quiet, row_duration=row),
        target=[pattern[piece] for piece in pieces],
        n_warmup=n_warmup,
        cv=[([0], list(range(1, 1 + n_test)))],
        train=[0],
        test=list(range(1 + n_test, len(pieces))),
        unit=unit,
        task=task,
        DESCR=f"{name}: {n_train} rows of {row:g} ms to learn; {n_test} x {n_rows} rows to "
        f"validate on and as many to test on, the first {n_warmup} of them given.",
    )


def _sines(task, n_train):
    """Return the pattern, and its pieces for training, validation and the test."""
    row, period = PATTERNS[task].row, 500.0 if task == "three-sines" else 200.0
    n = PATTERNS[task].warmup + round(N_PERIODS * period / row)
    made = make_sine_patterns(SINES[task], (n_train + 2 * n) * row + period, row_duration=row)
    unit = round(period / row)
    starts = [n_train, n_train + n + unit // 3]
    pieces = [slice(0, n_train), *(slice(start, start + n) for start in starts)]
    return made.target[0], pieces, unit, made.DESCR.splitlines()[0]


def _chaos(task, n_train, random_state):
    """Return the path, and its pieces for training, validation and the test."""
    n_runs, n_free = FREE[task]
    n = PATTERNS[task].warmup + n_free
    make = make_lorenz if task == "lorenz" else make_mackey_glass
    made = make(n_train + 2 * n_runs * n, random_state=random_state)
    path = made.data[0]
    known = path[:n_train]
    path = (path - known.mean(axis=0)) / known.std(axis=0)
    starts = n_train + n * np.arange(2 * n_runs)
    pieces = [slice(0, n_train), *(slice(start, start + n) for start in starts)]
    return path, pieces, made.get("lyapunov_time", 1), made.DESCR.splitlines()[0]


def measure(task, y_pred, targets, unit):
    """Return the metric of free runs.

    `y_pred` and `targets` are lists of arrays of shape (n_rows, n_outputs). The metric of lorenz is
    the median, over runs, of the time until the distance exceeds 0.4 of the standard deviation, in
    Lyapunov times; else it is the root mean squared error over the standard deviation, for
    mackey-glass of the last row of each run.
    """
    if task == "lorenz":
        rows = [_valid_rows(*pair) for pair in zip(y_pred, targets, strict=True)]
        return float(np.median(rows) / unit)
    y_pred, targets = np.stack(y_pred), np.stack(targets)
    error = y_pred[:, -1] - targets[:, -1] if task == "mackey-glass" else y_pred - targets
    return float(np.sqrt(np.mean(error**2)) / targets.std())


def _valid_rows(y_pred, target):
    """Return the number of rows before a run leaves the tolerance."""
    strayed = np.sqrt(np.mean((y_pred - target) ** 2, axis=1)) > TOLERANCE
    return int(np.argmax(strayed)) if strayed.any() else len(target)


class Continuation(BaseEstimator):
    """Autoregression that continues from its own output, without a network.

    Parameters
    ----------
    n_taps : int, default=50
        Number of past rows that it has as inputs.
    n_units : int or None, default=None
        Number of static random units that read these rows, and are read beside them; None is a
        linear autoregression.
    random_state : int or None, default=None
        Seed of the units.
    """

    def __init__(self, n_taps=50, n_units=None, random_state=None):
        self.n_taps = n_taps
        self.n_units = n_units
        self.random_state = random_state

    def fit(self, quiet, target):
        """Fit the autoregression to the only pattern."""
        (pattern,) = target
        self.limit_ = DIVERGED * np.abs(pattern).max()
        self.units_ = None
        if self.n_units is not None:
            units = RandomFeatures(self.n_units, n_taps=self.n_taps, random_state=self.random_state)
            self.units_ = units.fit([pattern])
        X = self._features(pattern)[self.n_taps - 1 : -1]
        self.readout_ = HoldOutRidge().fit(X, pattern[self.n_taps :])
        return self

    def _features(self, pattern):
        """Return the last rows at each row, and what the units make of them."""
        taps = delay_rows(pattern, self.n_taps)
        if self.units_ is None:
            return taps
        return np.hstack([taps, self.units_.trajectory([pattern])[0]])

    def generate(self, n_steps, warmup, X=None):
        """Continue from the end of a warm-up; a FloatingPointError is raised if that diverges."""
        past = list(warmup[-self.n_taps :])
        for _ in range(n_steps):
            features = self._features(np.array(past[-self.n_taps :]))
            past.append(self.readout_.predict(features[-1:])[0])
            if np.abs(past[-1]).max() > self.limit_:
                raise FloatingPointError("the autoregression diverged")
        return np.array(past[self.n_taps :])
