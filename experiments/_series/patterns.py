"""Patterns to generate: what of them to learn, how to score a free run, and linear taps."""

import numpy as np
from sklearn.utils import Bunch

from lsm import SpikeArray
from lsm._validation import check_choice, check_number
from lsm.datasets import make_lorenz, make_mackey_glass, make_sine_patterns
from lsm.readout import HoldOutRidge

__all__ = ["PATTERNS", "Continuation", "load_data", "measure", "units_of"]

SINES = {"sine": (5.0,), "three-sines": (2.0, 4.0, 6.0)}  # Hz
PATTERNS = (*SINES, "lorenz", "mackey-glass")
ROWS = {"sine": 2.0, "three-sines": 2.0, "lorenz": 40.0, "mackey-glass": 40.0}  # ms
TRAINING = {"sine": 10_000.0, "three-sines": 20_000.0, "lorenz": 8e5, "mackey-glass": 8e5}  # ms
N_PERIODS = 5  # of sines that are to be continued
FREE = {"lorenz": (10, 600), "mackey-glass": (50, 84)}  # free runs, and rows of each
WARMUP = {"sine": 500, "three-sines": 500, "lorenz": 100, "mackey-glass": 100}  # rows
TOLERANCE = 0.4  # in standard deviations: how far a free run may stray and still be valid


def load_data(task="sine", training=None, random_state=None):
    """Make a pattern, and cut it into what is learnt and what is to be continued.

    Parameters
    ----------
    task : {"sine", "three-sines", "lorenz", "mackey-glass"}
        A sine of 5 Hz; the sum of sines of 2, 4 and 6 Hz; a path on the attractor of Lorenz; or
        the series of Mackey and Glass. The variables of the latter two are scaled to mean 0 and
        variance 1.
    training : float, optional
        How much is learnt, in ms; by default 10,000 of the sine, 20,000 of three sines
        and 800,000 of the others.
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
        data=SpikeArray.from_dense(quiet, dt=row),
        target=[pattern[piece] for piece in pieces],
        n_warmup=WARMUP[task],
        cv=[([0], list(range(1, 1 + n_test)))],
        test=list(range(1 + n_test, len(pieces))),
        unit=unit,
        task=task,
        DESCR=f"{name}: {n_train} rows of {row:g} ms to learn; {n_test} x {n_rows} rows to "
        f"validate on and as many to test on, the first {WARMUP[task]} of them given.",
    )


def _sines(task, n_train):
    """Return the pattern, a piece to learn, and one each to validate and to test."""
    row, period = ROWS[task], 500.0 if task == "three-sines" else 200.0
    n = WARMUP[task] + round(N_PERIODS * period / row)
    made = make_sine_patterns(SINES[task], (n_train + 2 * n) * row + period, dt=row)
    unit = round(period / row)
    starts = [n_train, n_train + n + unit // 3]
    pieces = [slice(0, n_train), *(slice(start, start + n) for start in starts)]
    return made.target[0], pieces, unit, made.DESCR.splitlines()[0]


def _chaos(task, n_train, random_state):
    """Return the path, a piece to learn, and starts to validate and to test."""
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


def units_of(task):
    """Return what a free run is measured in."""
    return {"lorenz": "Lyapunov times", "mackey-glass": "NRMSE after 84 steps"}.get(
        task, "NRMSE over five periods"
    )


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
        For lorenz the median, over runs, of the time until the distance exceeds 0.4 of the
        standard deviation, in Lyapunov times; else the root mean squared error over the standard
        deviation, for mackey-glass of the runs' last rows only.
    """
    if task == "lorenz":
        return float(np.median([_valid(*pair) for pair in zip(said, true, strict=True)]) / unit)
    said, true = np.stack(said), np.stack(true)
    apart = said[:, -1] - true[:, -1] if task == "mackey-glass" else said - true
    return float(np.sqrt(np.mean(apart**2)) / true.std())


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
