"""Pictures of tasks that need a state: accuracy by delay, and a test sample."""

import numpy as np

from lsm.plot._figure import COLOURS, NEUTRAL, SMALL, WIDTH, open_frame, small

from .._study.figures import DPI, new_figure
from .tasks import ALL, DELAY

__all__ = ["draw_delays", "draw_outputs"]

SHOWN = 600  # rows of a sample


def draw_delays(path, table, window):
    """Draw the accuracy of each model by the delay; `table` is that of the comparison."""
    figure = new_figure((WIDTH, 3.0))
    ax = figure.subplots()
    small(ax)
    table = table[table[DELAY] != ALL]
    for colour, (name, rows) in zip(COLOURS, table.groupby("model", sort=False), strict=False):
        seconds = rows[DELAY].astype(float) / 1000
        median, low, high = 100 * rows[["median", "low", "high"]].to_numpy(dtype=float).T
        ax.plot(seconds, median, color=colour, label=name, lw=1.2, marker=".", ms=3)
        ax.fill_between(seconds, low, high, color=colour, alpha=0.2, linewidth=0)
    ax.axvline(window / 1000, color=NEUTRAL, linewidth=0.6, linestyle="--")
    ax.set(xlabel="time since the event (s)", ylabel="right (%)", ylim=(0, 103))
    open_frame(ax)
    figure.legend(loc="outside lower center", ncols=2, frameon=False, fontsize=SMALL)
    figure.savefig(path, dpi=DPI)


def draw_outputs(path, data, number, y_pred):
    """Draw the inputs and targets of a sample, and the outputs of the models.

    `y_pred` is a dict of model to array of shape (n_rows, n_outputs).
    """
    sample, target = data.data[[number]], data.target[number]
    n_rows, n_outputs = min(SHOWN, len(target)), target.shape[1]
    seconds = np.arange(n_rows) * sample.row_duration / 1000
    figure = new_figure((WIDTH, 0.9 * (1 + n_outputs) + 0.6))
    axes = figure.subplots(1 + n_outputs, 1, sharex=True)
    for ax in axes:
        small(ax)
    inputs = sample.to_dense(0)[:n_rows]
    axes[0].plot(seconds, inputs - 2.5 * np.arange(inputs.shape[1]), color=NEUTRAL, lw=0.8)
    axes[0].set(yticks=[], ylabel="input")
    for k, ax in enumerate(axes[1:]):
        ax.plot(seconds, target[:n_rows, k], color="0.75", lw=2.0, label="target")
        for colour, (name, values) in zip(COLOURS, y_pred.items(), strict=False):
            ax.plot(seconds, values[:n_rows, k], color=colour, lw=0.8, label=name)
        ax.set(ylabel=data.target_names[k], ylim=(-1.6, 1.6))
    axes[-1].set_xlabel("time (s)")
    for ax in axes:
        open_frame(ax)
    handles = axes[-1].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=2, frameon=False, fontsize=SMALL)
    figure.savefig(path, dpi=DPI)
