"""Pictures of series: predictions beside targets, memory by delay, and free runs."""

import numpy as np

from .._study.figures import new_figure
from .tasks import ROW

__all__ = ["draw_attractor", "draw_free_run", "draw_memory", "draw_prediction"]

SHOWN, SHOWN_NEURONS = 250, 100  # rows of a series, and neurons beside it
COLOURS = ("C3", "C1", "C0", "C2", "0.6")  # of the models, in the order of the table


def _tidy(axes):
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)


def draw_prediction(path, target, y_pred, spikes, washout, label, title):
    """Draw a series with predictions, their errors, and the spikes of the liquid.

    `target` and the values of the dict `y_pred` have shape (n_rows,); the first prediction is drawn
    beside the series. `spikes` is one sample that begins `washout` rows before the series.
    """
    figure = new_figure((7.0, 6.0))
    axes = figure.subplots(3, 1, sharex=True, height_ratios=(3, 2, 3))
    n = min(SHOWN, len(target))
    rows = np.arange(n)
    first = next(iter(y_pred))
    axes[0].plot(rows, target[:n], color="0.2", linewidth=1.0, label="true")
    axes[0].plot(rows, y_pred[first][:n], color="C3", linewidth=1.0, linestyle="--", label=first)
    axes[0].set_ylabel(label)
    axes[0].set_title(title, fontsize="medium")
    for (name, values), colour in reversed(list(zip(y_pred.items(), COLOURS, strict=False))):
        error = np.abs(values[:n] - target[:n]) / target.std()
        axes[1].semilogy(rows, error, color=colour, linewidth=0.7, label=name)
    axes[1].set_ylabel("error (SD)")
    for ax in axes[:2]:
        ax.legend(fontsize="x-small", ncols=4, loc="lower right", frameon=False)
    _draw_spikes(axes[2], spikes, washout, n)
    _tidy(axes)
    figure.align_ylabels(axes)
    figure.savefig(path)


def _draw_spikes(ax, spikes, start, n_rows):
    """Draw the spikes of some neurons during the rows of the series."""
    n_shown = min(SHOWN_NEURONS, spikes.n_channels)
    rows = spikes.rows * spikes.row_duration / ROW - start
    seen = (rows >= 0) & (rows < n_rows) & (spikes.channels < n_shown)
    ax.plot(rows[seen], spikes.channels[seen], "k.", markersize=0.6)
    ax.set(xlabel="step of the series", ylabel="neuron", xlim=(0, n_rows), ylim=(-0.5, n_shown))


def draw_memory(path, curves):
    """Draw the memory of the input by delay, a dict of model to squared correlations."""
    figure = new_figure((6.0, 4.0))
    ax = figure.subplots()
    for (name, values), colour in zip(curves.items(), COLOURS, strict=False):
        lags = np.arange(1, len(values) + 1)
        ax.plot(lags, values, color=colour, label=f"{name}: {values.sum():.1f} in all")
    ax.set(xlabel="steps ago", ylabel="squared correlation", ylim=(0, 1.02), xlim=(0, None))
    figure.legend(loc="outside lower center", ncols=2, fontsize="small", frameon=False)
    _tidy([ax])
    figure.savefig(path)


def draw_free_run(path, target, runs, n_warmup, unit, label):
    """Draw a pattern and the free runs of models after a warm-up, a panel for each model.

    The first output of `target`, of shape (n_rows, n_outputs), and of each of the `runs` is drawn.
    A unit of time has `unit` rows and the name `label`.
    """
    figure = new_figure((7.0, 1.4 * len(runs) + 0.4))
    axes = figure.subplots(len(runs), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    time = (np.arange(len(target)) - n_warmup) / unit
    for ax, (name, run) in zip(axes, runs.items(), strict=True):
        ax.plot(time, target[:, 0], color="0.7", linewidth=2.0, label="target")
        ax.plot(time[n_warmup:], run[:, 0], color="C3", linewidth=0.9, label="free run")
        ax.axvline(0, color="0.2", linewidth=0.8, linestyle=":")
        ax.set_title(name, fontsize="small", loc="left")
    low, high = target[:, 0].min(), target[:, 0].max()
    margin = 0.4 * (high - low)
    axes[0].set(xlim=(max(time[0], -1.0), time[-1]), ylim=(low - margin, high + margin))
    axes[0].legend(fontsize="x-small", ncols=2, loc="upper right", frameon=False)
    axes[-1].set_xlabel(f"time in {label}")
    _tidy(axes)
    figure.savefig(path)


def draw_attractor(path, target, run):
    """Draw a path on the attractor of Lorenz and a free run, x against z."""
    figure = new_figure((7.0, 3.4))
    axes = figure.subplots(1, 2, sharex=True, sharey=True)
    pairs = (("true path", target, "0.3"), ("free run of the liquid", run, "C3"))
    for ax, (name, states, colour) in zip(axes, pairs, strict=True):
        ax.plot(states[:, 0], states[:, 2], color=colour, linewidth=0.7)
        ax.set_title(name, fontsize="medium")
        ax.set(xlabel="x (SD)", ylabel="z (SD)", xlim=(-3, 3), ylim=(-3.2, 3.2))
    _tidy(axes)
    figure.savefig(path)
