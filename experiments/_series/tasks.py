"""Series to predict: what of them to train on, how to score a prediction, and linear taps."""

import numpy as np
from sklearn.utils import Bunch

from lsm import SpikeArray
from lsm._validation import check_choice, check_integer
from lsm.datasets import (
    fetch_santa_fe_laser,
    load_sunspots,
    make_lorenz,
    make_mackey_glass,
    make_memory_capacity,
    make_narma,
)

__all__ = ["ROW", "TASKS", "WASHOUT", "capacities", "load_data", "nrmse"]

ROW = 40.0  # ms for which a value of the series is held
WASHOUT = 100  # rows at the start of a piece that are neither learnt from nor scored
TASKS = ("memory-capacity", "narma10", "mackey-glass", "lorenz", "laser", "sunspots")
HORIZONS = {"mackey-glass": 84, "lorenz": 25, "laser": 1, "sunspots": 12}
MADE = ("memory-capacity", "narma10", "mackey-glass", "lorenz")


def load_data(
    task="mackey-glass", horizon=None, n_steps=None, data_home=None, random_state=None
):  # fmt: skip
    """Load a series, and split it in time.

    Parameters
    ----------
    task : {"memory-capacity", "narma10", "mackey-glass", "lorenz", "laser", "sunspots"}
        Which series; see :mod:`lsm.datasets`.
    horizon : int, optional
        How many steps ahead the targets are, where the series itself is to be predicted; by
        default 84 for mackey-glass, 25 for lorenz, 1 for laser and 12 for sunspots.
    n_steps : int, optional
        Length of a series that is made; by default 6000.
    data_home : str or path, optional
        Where the laser is; by default it is downloaded once.
    random_state : int, RandomState instance or None, default=None
        Seed of a series that is made.

    Returns
    -------
    data : Bunch
        data : SpikeArray
            Three pieces of the input, for training, validation and the test, each scaled to mean
            0 and variance 1 of the training piece, in rows of 40 ms. All but the first begin 100
            rows early, for the washout.
        target : list of 3 arrays of shape (n_rows, n_targets)
        cv : list of (train, test)
            Fit on the first piece, score on the second: settings are never chosen on the third.
        target_names : list of str
        DESCR : str
    """
    check_choice("task", task, TASKS)
    _check_options(task, horizon, n_steps, data_home)
    horizon = HORIZONS.get(task) if horizon is None else horizon
    made = {"n_steps": 6000 if n_steps is None else n_steps, "random_state": random_state}
    series = {
        "memory-capacity": lambda: make_memory_capacity(**made),
        "narma10": lambda: make_narma(**made),
        "mackey-glass": lambda: make_mackey_glass(horizon=horizon, **made),
        "lorenz": lambda: make_lorenz(horizon=horizon, observed="x", **made),
        "laser": lambda: fetch_santa_fe_laser(data_home, horizon=horizon),
        "sunspots": lambda: load_sunspots(horizon=horizon),
    }[task]()
    (values,), (target,) = series.data, series.target
    known = values[series.train]
    values = (values - known.mean(axis=0)) / known.std(axis=0)
    starts = [0, series.validation.start - WASHOUT, series.test.start - WASHOUT]
    stops = [part.stop for part in (series.train, series.validation, series.test)]
    pieces = [slice(*ends) for ends in zip(starts, stops, strict=True)]
    return Bunch(
        data=SpikeArray.from_dense([values[piece] for piece in pieces], dt=ROW),
        target=[target[piece] for piece in pieces],
        cv=[([0], [1])],
        target_names=series.target_names,
        DESCR=series.DESCR,
    )


def _check_options(task, horizon, n_steps, data_home):
    if horizon is not None and task not in HORIZONS:
        raise ValueError(f"horizon is for {', '.join(HORIZONS)}; task {task!r} has none")
    if n_steps is not None:
        if task not in MADE:
            raise ValueError(f"n_steps is for {', '.join(MADE)}; task {task!r} has its own length")
        check_integer("n_steps", n_steps, 10 * WASHOUT)
    if data_home is not None and task != "laser":
        raise ValueError(f"data_home goes with task 'laser' only, got {data_home!r}")


def nrmse(said, true):
    """Return the root mean squared error over the standard deviation of what is true."""
    return float(np.sqrt(np.mean((said - true) ** 2) / np.mean((true - true.mean(axis=0)) ** 2)))


def capacities(said, true):
    """Return the squared correlation of each column of a prediction with what is true."""
    said, true = said - said.mean(axis=0), true - true.mean(axis=0)
    variances = (said**2).sum(axis=0) * (true**2).sum(axis=0)
    squares = (said * true).sum(axis=0) ** 2
    return np.divide(squares, variances, out=np.zeros(len(squares)), where=variances > 0)
