"""Pictures of a ball: where it is said to be, and how errors grow with the horizon."""

import numpy as np

from .._study.figures import new_figure
from .prediction import HORIZONS, OCCLUDER, WASHOUT

__all__ = ["draw_errors", "draw_flights"]

COLOURS = ("C3", "C1", "C0", "0.6")  # of the models, in the order of the table
SHOWN = 60  # rows of a flight
SIZE = (8, 6)  # of the retina


def draw_errors(path, scores):
    """Draw the median error of each model by how far it looks ahead.

    Parameters
    ----------
    path : str or path
        Where the picture goes.
    scores : dict of str to Scores
        By measure, those of all horizons first.
    """
    figure = new_figure((5.0, 3.2))
    ax = figure.subplots()
    ahead = list(scores.values())[: len(HORIZONS)]
    for name, colour in zip(ahead[0].values, COLOURS, strict=True):
        values = np.array([of_horizon.values[name] for of_horizon in ahead])
        ax.plot(HORIZONS, np.median(values, axis=1), "o-", color=colour, markersize=4, label=name)
        ends = values.min(axis=1), values.max(axis=1)
        ax.fill_between(HORIZONS, *ends, color=colour, alpha=0.2, linewidth=0)
    ax.set(xlabel="ms ahead", ylabel="mean error (pixels)", ylim=(0, None))
    ax.legend(fontsize="small", frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def draw_flights(path, data, said):
    """Draw parts of three flights, and where models say 200 ms earlier that the ball will be.

    Parameters
    ----------
    path : str or path
        Where the picture goes.
    data : Bunch
        As of :func:`~lsm.experiments._motion.prediction.load_data`.
    said : dict of str to array of shape (n_test, n_rows, 2 * n_horizons)
        Predictions of models; the first and the last are drawn.
    """
    names = [next(iter(said)), list(said)[-1]]
    flights = np.arange(min(3, len(data.test)))
    figure = new_figure((2.6 * len(flights), 4.4))
    axes = figure.subplots(2, len(flights), sharex=True, sharey=True, squeeze=False)
    rows = slice(WASHOUT, WASHOUT + SHOWN)
    at = 2 * HORIZONS.index(200.0)
    hidden = data.visible[data.test].min() < 0.5
    for name, line in zip(names, axes, strict=True):
        for flight, ax in zip(flights, line, strict=True):
            if hidden:
                ax.axvspan(*OCCLUDER, color="0.9", linewidth=0)
            true = data.target[data.test[flight], rows, at : at + 2]
            guess = np.asarray(said[name][flight])[rows, at : at + 2]
            for ends in zip(true[::5], guess[::5], strict=True):
                ax.plot(*np.transpose(ends), color="0.7", linewidth=0.5)
            ax.plot(*true.T, color="0.2", linewidth=1.2, label="the ball")
            ax.plot(*guess.T, color="C3", linewidth=1.0, label="said 200 ms before")
            ax.set(xlim=(0, SIZE[0]), ylim=(SIZE[1], 0), aspect="equal")
        line[0].set_ylabel(f"{name}\nrow")
    for ax in axes[1]:
        ax.set_xlabel("column")
    handles = axes[0, 0].get_legend_handles_labels()
    figure.legend(*handles, fontsize="small", frameon=False, loc="outside upper center", ncols=2)
    figure.savefig(path)
