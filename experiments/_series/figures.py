"""Pictures of series: predicted against true ones, what is remembered, and free runs."""

import numpy as np

from .._study.figures import new_figure
from .tasks import ROW

__all__ = ["draw_memory", "draw_prediction"]

SHOWN, SHOWN_NEURONS = 250, 100  # rows of a series, and neurons beside it
COLOURS = ("C3", "C1", "C0", "0.6")  # of the models, in the order of the table


def _tidy(axes):
    for ax in axes:
        ax.spines[["top", "right"]].set_visible(False)


def draw_prediction(path, true, said, spikes, washout, label, title):
    """Draw a series and what models say of it, their errors, and the liquid's spikes meanwhile.

    Parameters
    ----------
    path : str or path
        Where the picture goes.
    true : array of shape (n_rows,)
        The series.
    said : dict of str to array of shape (n_rows,)
        What each model says of it; the first is drawn beside the series.
    spikes : SpikeArray
        The liquid's spikes, one sample that begins `washout` rows earlier.
    washout : int
        Rows.
    label, title : str
        What the series is, and the picture.
    """
    figure = new_figure((7.0, 6.0))
    axes = figure.subplots(3, 1, sharex=True, height_ratios=(3, 2, 3))
    n = min(SHOWN, len(true))
    rows = np.arange(n)
    first = next(iter(said))
    axes[0].plot(rows, true[:n], color="0.2", linewidth=1.0, label="true")
    axes[0].plot(rows, said[first][:n], color="C3", linewidth=1.0, linestyle="--", label=first)
    axes[0].set_ylabel(label)
    axes[0].set_title(title, fontsize="medium")
    for (name, values), colour in reversed(list(zip(said.items(), COLOURS, strict=False))):
        error = np.abs(values[:n] - true[:n]) / true.std()
        axes[1].semilogy(rows, error, color=colour, linewidth=0.7, label=name)
    axes[1].set_ylabel("error (SD)")
    for ax in axes[:2]:
        ax.legend(fontsize="x-small", ncols=4, loc="lower right", frameon=False)
    _draw_spikes(axes[2], spikes, washout, n)
    _tidy(axes)
    figure.align_ylabels(axes)
    figure.savefig(path)


def _draw_spikes(ax, spikes, start, n_rows):
    """Draw the spikes of some neurons during rows of the series."""
    n_shown = min(SHOWN_NEURONS, spikes.n_channels)
    rows = spikes.steps * spikes.dt / ROW - start
    seen = (rows >= 0) & (rows < n_rows) & (spikes.channels < n_shown)
    ax.plot(rows[seen], spikes.channels[seen], "k.", markersize=0.6)
    ax.set(xlabel="step of the series", ylabel="neuron", xlim=(0, n_rows), ylim=(-0.5, n_shown))


def draw_memory(path, curves):
    """Draw how much of the input each model recalls, by how long ago it was."""
    figure = new_figure((6.0, 4.0))
    ax = figure.subplots()
    for (name, values), colour in zip(curves.items(), COLOURS, strict=False):
        lags = np.arange(1, len(values) + 1)
        ax.plot(lags, values, color=colour, label=f"{name}: {values.sum():.1f} in all")
    ax.set(xlabel="steps ago", ylabel="squared correlation", ylim=(0, 1.02), xlim=(0, None))
    figure.legend(loc="outside lower center", ncols=2, fontsize="small", frameon=False)
    _tidy([ax])
    figure.savefig(path)


def draw_free_run(path, true, runs, n_warmup, unit, label):
    """Draw a pattern and how models go on with it by themselves, a row for each model.

    Parameters
    ----------
    path : str or path
        Where the picture goes.
    true : array of shape (n_rows, n_outputs)
        The pattern, the warm-up among it; its first output is drawn.
    runs : dict of str to array of shape (n_rows - n_warmup, n_outputs)
        Free runs of models.
    n_warmup : int
        Rows of the warm-up, of which the end is shown.
    unit : float
        Rows of a unit of time.
    label : str
        What `unit` is.
    """
    figure = new_figure((7.0, 1.4 * len(runs) + 0.4))
    axes = figure.subplots(len(runs), 1, sharex=True, sharey=True, squeeze=False)[:, 0]
    time = (np.arange(len(true)) - n_warmup) / unit
    for ax, (name, said) in zip(axes, runs.items(), strict=True):
        ax.plot(time, true[:, 0], color="0.7", linewidth=2.0, label="target")
        ax.plot(time[n_warmup:], said[:, 0], color="C3", linewidth=0.9, label="free run")
        ax.axvline(0, color="0.2", linewidth=0.8, linestyle=":")
        ax.set_title(name, fontsize="small", loc="left")
    low, high = true[:, 0].min(), true[:, 0].max()
    margin = 0.4 * (high - low)
    axes[0].set(xlim=(max(time[0], -1.0), time[-1]), ylim=(low - margin, high + margin))
    axes[0].legend(fontsize="x-small", ncols=2, loc="upper right", frameon=False)
    axes[-1].set_xlabel(f"time in {label}")
    _tidy(axes)
    figure.savefig(path)


def draw_attractor(path, true, said):
    """Draw a path on the attractor of Lorenz and a free run, x against z."""
    figure = new_figure((7.0, 3.4))
    axes = figure.subplots(1, 2, sharex=True, sharey=True)
    pairs = (("true path", true, "0.3"), ("free run of the liquid", said, "C3"))
    for ax, (name, states, colour) in zip(axes, pairs, strict=True):
        ax.plot(states[:, 0], states[:, 2], color=colour, linewidth=0.7)
        ax.set_title(name, fontsize="medium")
        ax.set(xlabel="x (SD)", ylabel="z (SD)", xlim=(-3, 3), ylim=(-3.2, 3.2))
    _tidy(axes)
    figure.savefig(path)
