"""Cost of a stream that comes row by row."""

import time

import numpy as np

from lsm import Liquid, LSMRegressor, SpikeArray
from lsm.readout import RLS

__all__ = ["rows"]

SIZES = (100, 1000)
N_BEFORE, N_ROWS = 500, 1000  # rows before and in a round


def rows(options):
    """Wall-clock time of one row of 1 ms and two channels, given alone: median of 1000 rows.

    `stream` gives the states; `partial_fit` predicts and lets RLS learn; `predict_next` predicts.
    """
    lines = []
    for n_neurons in SIZES:
        if options.sizes is None or n_neurons in options.sizes:
            rounds = [_times(n_neurons) for _ in range(options.repeats)]
            lines += [
                {
                    "what": f"{n_neurons} neurons, {name}, one row",
                    "seconds": [times[name] for times in rounds],
                }
                for name in rounds[0]
            ]
    return lines


def _times(n_neurons):
    """Return the median seconds of a row by the name of the method."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(N_BEFORE + N_ROWS, 2))
    y = np.sin(np.cumsum(X[:, 0]) / 10)
    liquid = Liquid(n_neurons, random_state=0).fit([X[:N_BEFORE]])
    packed = [SpikeArray.from_dense([row[None]]) for row in X]
    stream = liquid.stream(packed[0])
    model = LSMRegressor(Liquid(n_neurons, random_state=0), RLS(), washout=10)
    model.partial_fit(X[:N_BEFORE], y[:N_BEFORE])
    return {
        "Liquid.stream": _median(lambda t: stream.step(packed[t])),
        "partial_fit": _median(lambda t: model.partial_fit(X[t : t + 1], y[t : t + 1])),
        "predict_next": _median(lambda t: model.predict_next(X[t : t + 1])),
    }


def _median(run):
    seconds = []
    for t in range(N_BEFORE, N_BEFORE + N_ROWS):
        start = time.perf_counter()
        run(t)
        seconds.append(time.perf_counter() - start)
    return float(np.median(seconds))
