"""Patterns to generate: what of them to learn, how to score a free run, and linear taps."""

import numpy as np
from sklearn.utils import Bunch

from lsm import SpikeArray
from lsm._validation import check_choice, check_number
from lsm.datasets import make_lorenz, make_sine_patterns
from lsm.readout import HoldOutRidge

__all__ = ["PATTERNS", "Continuation", "load_data", "measure", "units_of"]

SINES = {"sine": (5.0,), "three-sines": (2.0, 4.0, 6.0)}  # Hz
PATTERNS = (*SINES, "lorenz")
ROWS = {"sine": 2.0, "three-sines": 2.0, "lorenz": 40.0}  # ms
WARMUP_MS, N_PERIODS, TRAINING_MS = 1000.0, 5, 5000.0
LORENZ_STEPS, LORENZ_WARMUP, LORENZ_FREE, N_STARTS = 6000, 100, 600, 10
TOLERANCE = 0.4  # in standard deviations: how far a free run may stray and still be valid


def load_data(task="sine", training=None, random_state=None):
    """Make a pattern, and cut it into what is learnt and what is to be continued.

    Parameters
    ----------
    task : {"sine", "three-sines", "lorenz"}
        A sine of 5 Hz; the sum of sines of 2, 4 and 6 Hz; or a path on the attractor of Lorenz,
        each variable scaled to mean 0 and variance 1.
    training : float, optional
        How much of the sines is learnt, in ms; by default 5000.
    random_state : int, RandomState instance or None, default=None
        Seed of the path on the attractor.

    Returns
    -------
    data : Bunch
        data : SpikeArray
            Of no current: to learn from, then pieces to be continued.
        target : list of arrays of shape (n_rows, n_outputs)
            The pattern.
        n_warmup : int
            Rows of each of these pieces that are given before the free run.
        cv : list of (train, test)
            Fit on the first piece, score on those for validation.
        test : list of int
            The pieces for the test.
        unit : float
            Rows of a period, or of a Lyapunov time.
        DESCR : str
    """
    check_choice("task", task, PATTERNS)
    if training is not None:
        if task == "lorenz":
            raise ValueError("training is for the sines; the path of task 'lorenz' has one length")
        check_number("training", training, 2 * WARMUP_MS)
    row = ROWS[task]
    if task == "lorenz":
        pattern, pieces, unit, descr = _lorenz(random_state)
    else:
        pattern, pieces, unit, descr = _sines(task, row, training or TRAINING_MS)
    n_test = (len(pieces) - 1) // 2
    quiet = [np.zeros((piece.stop - piece.start, 1)) for piece in pieces]
    return Bunch(
        data=SpikeArray.from_dense(quiet, dt=row),
        target=[pattern[piece] for piece in pieces],
        n_warmup=LORENZ_WARMUP if task == "lorenz" else round(WARMUP_MS / row),
        cv=[([0], list(range(1, 1 + n_test)))],
        test=list(range(1 + n_test, len(pieces))),
        unit=unit,
        DESCR=descr,
    )


def _sines(task, row, training):
    """Return the pattern, a piece to learn, and one each to validate and to test."""
    period = 1000.0 if task == "three-sines" else 200.0
    length = WARMUP_MS + N_PERIODS * period
    made = make_sine_patterns(SINES[task], training + period + 2 * length, dt=row)
    unit, n = round(made.period / row), round((WARMUP_MS + N_PERIODS * made.period) / row)
    starts = [round(training / row), round(training / row) + n + unit // 3]
    pieces = [slice(0, starts[0]), *(slice(start, start + n) for start in starts)]
    return made.target[0], pieces, unit, made.DESCR


def _lorenz(random_state):
    """Return the path, a piece to learn, and starts to validate and to test."""
    n = LORENZ_WARMUP + LORENZ_FREE
    made = make_lorenz(LORENZ_STEPS + 2 * N_STARTS * n, random_state=random_state)
    path = made.data[0]
    learnt = path[:LORENZ_STEPS]
    path = (path - learnt.mean(axis=0)) / learnt.std(axis=0)
    starts = LORENZ_STEPS + n * np.arange(2 * N_STARTS)
    pieces = [slice(0, LORENZ_STEPS), *(slice(start, start + n) for start in starts)]
    return path, pieces, made.lyapunov_time, made.DESCR


def units_of(task):
    """Return what a free run is measured in."""
    return "Lyapunov times" if task == "lorenz" else "NRMSE over five periods"


def measure(task, said, true, unit):
    """Return how good free runs are.

    Parameters
    ----------
    task : str
        As of :func:`load_data`.
    said, true : list of arrays of shape (n_rows, n_outputs)
        Free runs, and what they should be.
    unit : float
        As of :func:`load_data`.

    Returns
    -------
    value : float
        For sines the root mean squared error over the standard deviation; for the attractor the
        median, over runs, of the time until the distance exceeds 0.4 of the standard deviation,
        in Lyapunov times.
    """
    if task == "lorenz":
        return float(np.median([_valid(*pair) for pair in zip(said, true, strict=True)]) / unit)
    said, true = np.concatenate(said), np.concatenate(true)
    return float(np.sqrt(np.mean((said - true) ** 2)) / true.std())


def _valid(said, true):
    """Count the rows until a run strays."""
    strayed = np.sqrt(np.mean((said - true) ** 2, axis=1)) > TOLERANCE
    return int(np.argmax(strayed)) if strayed.any() else len(true)


class Continuation:
    """A linear autoregression that goes on from its own output: what needs no network.

    Parameters
    ----------
    n_taps : int
        How many past rows it sees.
    """

    def __init__(self, n_taps=50):
        self.n_taps = n_taps

    def fit(self, quiet, target):
        """Learn to continue the first of the patterns."""
        (pattern,) = target
        windows = np.lib.stride_tricks.sliding_window_view(pattern, self.n_taps, axis=0)
        X = windows[:-1].reshape(len(windows) - 1, -1)
        self.readout_ = HoldOutRidge().fit(X, pattern[self.n_taps :])
        return self

    def generate(self, n_steps, warmup, X=None):
        """Go on from the end of a warm-up."""
        past = list(warmup[-self.n_taps :])
        for _ in range(n_steps):
            seen = np.stack(past[-self.n_taps :], axis=1).reshape(1, -1)
            past.append(self.readout_.predict(seen)[0])
        return np.array(past[self.n_taps :])
