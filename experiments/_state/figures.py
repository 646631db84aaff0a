"""Pictures of tasks that need a state: accuracy by delay, and a test sample."""

import numpy as np

from lsm.plot._figure import COLOURS, NEUTRAL, SMALL, WIDTH, open_frame, small

from .._study.figures import DPI, new_figure
from .tasks import ALL, DELAY

__all__ = ["draw_delays", "draw_outputs"]

SHOWN = 600  # rows of a sample
SHOWN_MODELS = {COLOURS[0]: "liquid", COLOURS[2]: "liquid without feedback"}


def draw_delays(path, table, window):
    """Draw the accuracy of each model by the delay, a panel a task.

    `table` is that of the comparison, and `window` that of the controls in ms.
    """
    tasks = table["task"].unique()
    n_columns = min(len(tasks), 2)
    n_rows = -(-len(tasks) // n_columns)
    figure = new_figure((WIDTH, 1.6 * n_rows + 0.8))
    axes = figure.subplots(n_rows, n_columns, sharey=True, squeeze=False).ravel()
    table = table[table[DELAY] != ALL]
    for ax, task in zip(axes, tasks, strict=False):
        small(ax)
        _draw_lines(ax, table[table["task"] == task])
        ax.axvline(window / 1000, color=NEUTRAL, linewidth=0.6, linestyle="--")
        ax.set_title(task, fontsize=SMALL)
        open_frame(ax)
    for ax in axes[len(tasks) :]:
        ax.set_visible(False)
    for ax in axes[: len(tasks)]:
        ax.set_xlabel("time since the event (s)", fontsize=SMALL)
    for ax in axes[::n_columns]:
        ax.set(ylabel="right (%)", ylim=(0, 104))
    handles = axes[0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=2, frameon=False, fontsize=SMALL)
    figure.savefig(path, dpi=DPI)


def _draw_lines(ax, table):
    """Draw the median accuracy of each model, and its range over seeds."""
    for i, (name, rows) in enumerate(table.groupby("model", sort=False)):
        seconds = rows[DELAY].astype(float) / 1000
        median, low, high = 100 * rows[["median", "low", "high"]].to_numpy(dtype=float).T
        # Later lines are thinner, so that those below them are seen.
        ax.plot(seconds, median, color=COLOURS[i], label=name, lw=3.0 - 0.4 * i)
        ax.fill_between(seconds, low, high, color=COLOURS[i], alpha=0.15, linewidth=0)


def draw_outputs(path, data, number, y_pred):
    """Draw the inputs and targets of a sample, and the outputs of the models.

    `y_pred` is a dict of model to array of shape (n_rows, n_outputs), of which `SHOWN_MODELS` are
    drawn.
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
        for colour, name in SHOWN_MODELS.items():
            ax.plot(seconds, y_pred[name][:n_rows, k], color=colour, lw=0.8, label=name)
        ax.set(ylabel=data.target_names[k], ylim=(-1.6, 1.6))
    axes[-1].set_xlabel("time (s)")
    for ax in axes:
        open_frame(ax)
    handles = axes[-1].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=2, frameon=False, fontsize=SMALL)
    figure.savefig(path, dpi=DPI)
