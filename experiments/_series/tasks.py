"""Time series to remember and to predict: their pieces, and metrics of predictions."""

import warnings

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

__all__ = ["ROW", "TASKS", "WASHOUT", "capacities", "fit", "load_data", "nrmse"]

ROW = 40.0  # duration of a row of the series in ms
WASHOUT = 100  # rows at the start of a piece that are neither fitted nor scored
TASKS = ("memory-capacity", "narma10", "mackey-glass", "lorenz", "laser", "sunspots")
HORIZONS = {"mackey-glass": 84, "lorenz": 25, "laser": 1, "sunspots": 12}
MADE = ("memory-capacity", "narma10", "mackey-glass", "lorenz")


def load_data(task="mackey-glass", horizon=None, n_steps=None, data_home=None, random_state=None):
    """Load a series, and split it in time.

    Parameters
    ----------
    task : {"memory-capacity", "narma10", "mackey-glass", "lorenz", "laser", "sunspots"}
        memory-capacity: recall a random input up to 100 steps ago; narma10: a nonlinear moving
        average of a random input; the others: predict the series itself.
    horizon : int or None
        Number of steps to predict ahead. By default 84 for mackey-glass, 25 for lorenz, 1 for laser
        and 12 for sunspots.
    n_steps : int or None
        Length of a series that is made. By default 6000.
    data_home : str or None
        File or folder of the laser. By default it is downloaded once, about 0.2 MB.
    random_state : int, RandomState instance or None, default=None
        Seed of a series that is made.

    Returns
    -------
    data : Bunch
        `data`, a SpikeArray of three pieces of the input, for training, validation and the test,
        each scaled to mean 0 and variance 1 of the training piece, in rows of 40 ms; all but the
        first begin 100 rows early, for the washout. `target`, a list of arrays of shape
        (n_rows, n_targets); `train`, `test` and `cv`, lists of pieces; `task`, `target_names` and
        `DESCR`.
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
        data=SpikeArray.from_dense([values[piece] for piece in pieces], row_duration=ROW),
        target=[target[piece] for piece in pieces],
        train=[0, 1],
        test=[2],
        cv=[([0], [1])],
        task=task,
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


def fit(model, data, train):
    """Fit a model to some pieces, without the warning that its liquid does not forget.

    Delays of seconds outlast the half second on which the health of a liquid is measured.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "the liquid does not forget", UserWarning)
        return model.fit(data.data[train], [data.target[i] for i in train])


def nrmse(predicted, target):
    """Return the root mean squared error over the standard deviation of the target."""
    variance = np.mean((target - target.mean(axis=0)) ** 2)
    return float(np.sqrt(np.mean((predicted - target) ** 2) / variance))


def capacities(predicted, target):
    """Return the squared correlation of each column of a prediction with its target."""
    predicted, target = predicted - predicted.mean(axis=0), target - target.mean(axis=0)
    variances = (predicted**2).sum(axis=0) * (target**2).sum(axis=0)
    squares = (predicted * target).sum(axis=0) ** 2
    return np.divide(squares, variances, out=np.zeros(len(squares)), where=variances > 0)
