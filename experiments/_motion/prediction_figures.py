"""Pictures of a ball: errors by horizon, and predicted flights."""

import numpy as np

from .._study.figures import new_figure
from .prediction import HORIZONS, OCCLUDER, WASHOUT

__all__ = ["draw_errors", "draw_flights"]

COLOURS = ("C3", "C1", "C0", "C2", "0.6")  # of the models, in the order of the table
SHOWN = 60  # rows of a flight
SIZE = (8, 6)  # of the retina


def draw_errors(path, table):
    """Draw the median error of each model by horizon; `table` is that of the comparison."""
    figure = new_figure((5.0, 3.2))
    ax = figure.subplots()
    measures = table["measure"].unique()[: len(HORIZONS)]
    for name, colour in zip(table["model"].unique(), COLOURS, strict=True):
        rows = table[(table["model"] == name) & table["measure"].isin(measures)]
        ax.plot(HORIZONS, rows["median"], "o-", color=colour, markersize=4, label=name)
        ax.fill_between(HORIZONS, rows["low"], rows["high"], color=colour, alpha=0.2, linewidth=0)
    ax.set(xlabel="ms ahead", ylabel="mean error (pixels)", ylim=(0, None))
    ax.legend(fontsize="small", frameon=False)
    ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def draw_flights(path, data, y_pred):
    """Draw parts of three flights, and the places that were predicted 200 ms before.

    `y_pred` has predictions by model; those of the first and the last are drawn.
    """
    names = [next(iter(y_pred)), list(y_pred)[-1]]
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
            target = data.target[data.test[flight], rows, at : at + 2]
            places = np.asarray(y_pred[name][flight])[rows, at : at + 2]
            for ends in zip(target[::5], places[::5], strict=True):
                ax.plot(*np.transpose(ends), color="0.7", linewidth=0.5)
            ax.plot(*target.T, color="0.2", linewidth=1.2, label="the ball")
            ax.plot(*places.T, color="C3", linewidth=1.0, label="predicted 200 ms before")
            ax.set(xlim=(0, SIZE[0]), ylim=(SIZE[1], 0), aspect="equal")
        line[0].set_ylabel(f"{name}\nrow")
    for ax in axes[1]:
        ax.set_xlabel("column")
    handles = axes[0, 0].get_legend_handles_labels()
    figure.legend(*handles, fontsize="small", frameon=False, loc="outside upper center", ncols=2)
    figure.savefig(path)
