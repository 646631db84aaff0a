"""Patterns to generate: their pieces, the metrics of free runs, and linear autoregression."""

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils import Bunch

from lsm import SpikeArray
from lsm._validation import check_choice, check_number
from lsm.datasets import make_lorenz, make_mackey_glass, make_sine_patterns
from lsm.readout import HoldOutRidge

from .._study.metric import Metric

__all__ = ["CLOCKS", "METRICS", "PATTERNS", "Continuation", "load_data", "measure"]

SINES = {"sine": (5.0,), "three-sines": (2.0, 4.0, 6.0)}  # Hz
PATTERNS = (*SINES, "lorenz", "mackey-glass")
ROWS = {"sine": 2.0, "three-sines": 2.0, "lorenz": 40.0, "mackey-glass": 40.0}  # ms
TRAINING = {"sine": 10_000.0, "three-sines": 20_000.0, "lorenz": 8e5, "mackey-glass": 8e5}  # ms
N_PERIODS = 5  # periods of a free run of sines
FREE = {"lorenz": (10, 600), "mackey-glass": (50, 84)}  # free runs, and rows of each
WARMUP = {"sine": 500, "three-sines": 500, "lorenz": 100, "mackey-glass": 100}  # rows
TOLERANCE = 0.4  # largest distance of a valid free run from the target, in standard deviations
_PERIODS = Metric("NRMSE over five periods", more_is_better=False)
METRICS = {
    "sine": _PERIODS,
    "three-sines": _PERIODS,
    "lorenz": Metric("Lyapunov times"),
    "mackey-glass": Metric("NRMSE after 84 steps", more_is_better=False),
}
CLOCKS = {  # units of time in pictures
    "sine": "periods",
    "three-sines": "periods",
    "lorenz": "Lyapunov times",
    "mackey-glass": "steps",
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
        data : SpikeArray
            Input without any current: of the piece to learn, then of those to continue.
        target : list of arrays of shape (n_rows, n_outputs)
            Pieces of the pattern.
        n_warmup : int
            Rows at the start of a piece that are given before its free run.
        train, test : list of int
            The piece to learn, and the pieces for the test.
        cv : list of one (train, validation)
            The piece to learn, and the pieces for validation.
        unit : float
            Rows of a period, or of a Lyapunov time; 1 for mackey-glass.
        task : str
        DESCR : str
    """
    check_choice("task", task, PATTERNS)
    row = ROWS[task]
    training = TRAINING[task] if training is None else training
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
        n_warmup=WARMUP[task],
        cv=[([0], list(range(1, 1 + n_test)))],
        train=[0],
        test=list(range(1 + n_test, len(pieces))),
        unit=unit,
        task=task,
        DESCR=f"{name}: {n_train} rows of {row:g} ms to learn; {n_test} x {n_rows} rows to "
        f"validate on and as many to test on, the first {WARMUP[task]} of them given.",
    )


def _sines(task, n_train):
    """Return the pattern, and its pieces for training, validation and the test."""
    row, period = ROWS[task], 500.0 if task == "three-sines" else 200.0
    n = WARMUP[task] + round(N_PERIODS * period / row)
    made = make_sine_patterns(SINES[task], (n_train + 2 * n) * row + period, row_duration=row)
    unit = round(period / row)
    starts = [n_train, n_train + n + unit // 3]
    pieces = [slice(0, n_train), *(slice(start, start + n) for start in starts)]
    return made.target[0], pieces, unit, made.DESCR.splitlines()[0]


def _chaos(task, n_train, random_state):
    """Return the path, and its pieces for training, validation and the test."""
    n_runs, n_free = FREE[task]
    n = WARMUP[task] + n_free
    make = make_lorenz if task == "lorenz" else make_mackey_glass
    made = make(n_train + 2 * n_runs * n, random_state=random_state)
    path = made.data[0]
    learnt = path[:n_train]
    path = (path - learnt.mean(axis=0)) / learnt.std(axis=0)
    starts = n_train + n * np.arange(2 * n_runs)
    pieces = [slice(0, n_train), *(slice(start, start + n) for start in starts)]
    return path, pieces, made.get("lyapunov_time", 1), made.DESCR.splitlines()[0]


def measure(task, y_pred, targets, unit):
    """Return the metric of free runs.

    Parameters
    ----------
    task : str
        As of :func:`load_data`.
    y_pred, targets : list of arrays of shape (n_rows, n_outputs)
        Free runs, and the pattern.
    unit : float
        As of :func:`load_data`.

    Returns
    -------
    value : float
        For lorenz the median, over runs, of the time until the distance exceeds 0.4 of the
        standard deviation, in Lyapunov times; else the root mean squared error over the standard
        deviation, for mackey-glass of the last row of each run.
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
    """Linear autoregression that continues from its own output, without a network.

    Parameters
    ----------
    n_taps : int, default=50
        Number of past rows that it has as inputs.
    """

    def __init__(self, n_taps=50):
        self.n_taps = n_taps

    def fit(self, quiet, target):
        """Fit the autoregression to the only pattern."""
        (pattern,) = target
        windows = np.lib.stride_tricks.sliding_window_view(pattern, self.n_taps, axis=0)
        X = windows[:-1].reshape(len(windows) - 1, -1)
        self.readout_ = HoldOutRidge().fit(X, pattern[self.n_taps :])
        return self

    def generate(self, n_steps, warmup, X=None):
        """Continue from the end of a warm-up."""
        past = list(warmup[-self.n_taps :])
        for _ in range(n_steps):
            seen = np.stack(past[-self.n_taps :], axis=1).reshape(1, -1)
            past.append(self.readout_.predict(seen)[0])
        return np.array(past[self.n_taps :])
