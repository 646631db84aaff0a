"""Pictures of spike patterns: the task, the response of the liquid, and accuracies."""

import numpy as np

from lsm.plot import RasterDisplay
from lsm.plot._figure import COLOURS, NEUTRAL, SMALL, WIDTH, legend, open_frame, small

from .._study.figures import DPI, new_figure

__all__ = ["draw_jitter", "draw_task"]


def draw_task(path, comparison):
    """Draw templates, a test sample, the response of the liquid, and accuracies."""
    data, liquid = comparison.data, comparison.model["liquid"]
    templates = data.get("templates") if data.target.ndim == 2 else None
    figure = new_figure((WIDTH, 5.2 if templates is not None else 4.2))
    heights = [*([1.0] if templates is not None else []), 0.8, 2.2, 1.5]
    axes = list(figure.subplots(len(heights), 1, height_ratios=heights))
    for ax in axes:
        small(ax)
    sample = data.data[data.test[:1]]
    end = float(sample.n_rows[0] * sample.row_duration)
    if templates is not None:
        _draw_templates(axes.pop(0), templates, data.target[data.test[0]], end)
    _dots(axes[0], sample, NEUTRAL)
    axes[0].set(xlim=(0, end), ylabel="sample")
    spikes = liquid.record(sample)
    RasterDisplay.from_spikes(spikes, inhibitory=liquid.inhibitory_, ax=axes[1])
    axes[1].set_ylabel("neuron")
    _draw_bars(axes[2], comparison.table())
    figure.align_ylabels(axes)
    figure.savefig(path, dpi=DPI)


def _draw_templates(ax, templates, chosen, end):
    """Draw the templates of each segment one above the other, those of the sample in colour."""
    n_segments, length = len(chosen), end / len(chosen)
    n_templates = len(templates) // n_segments
    for i in range(len(templates)):
        segment, number = divmod(i, n_templates)
        part = templates[[i]]
        base = number * (part.n_channels + 1)
        colour = COLOURS[1] if chosen[segment] == number else "0.7"
        _dots(ax, part, colour, segment * length, base)
    for edge in np.arange(1, n_segments) * length:
        ax.axvline(edge, color=NEUTRAL, linewidth=0.5)
    middles = np.arange(n_templates) * (templates.n_channels + 1) + (templates.n_channels - 1) / 2
    ax.set_yticks(middles, np.arange(n_templates))
    ax.set(xlim=(0, end), ylabel="template")
    ax.tick_params(labelbottom=False)


def _dots(ax, spikes, colour, start=0.0, base=0):
    ax.scatter(
        start + (spikes.rows + 1) * spikes.row_duration, base + spikes.channels, s=3, color=colour,
        linewidths=0,
    )  # fmt: skip


def _draw_bars(ax, table):
    """Draw the median accuracy of each model on each target, with lowest and highest."""
    table = table[table["jitter"].isin(table["jitter"][:1])]
    names, labels = table["model"].unique(), table["target"].unique()
    places, width = np.arange(len(labels)), 0.8 / len(names)
    for i, name in enumerate(names):
        median, low, high = _percent(table[table["model"] == name])
        ax.bar(
            places + (i - (len(names) - 1) / 2) * width, median, width, color=COLOURS[i],
            label=name, yerr=[median - low, high - median], error_kw={"elinewidth": 0.6},
        )  # fmt: skip
    ax.axhline(50, color=NEUTRAL, linewidth=0.6, linestyle="--")
    ax.set_xticks(places, [label or "task" for label in labels])
    ax.set(ylabel="right (%)", ylim=(0, 103))
    open_frame(ax)
    legend(ax, loc="upper center", bbox_to_anchor=(0.5, -0.15), ncols=2)


def _percent(rows):
    """Return medians, lowest and highest accuracies in percent."""
    return 100 * rows[["median", "low", "high"]].to_numpy().T


def draw_jitter(path, table):
    """Draw accuracy by jitter, for each target; `table` is that of the comparison."""
    names, labels = table["model"].unique(), table["target"].unique()
    n_columns = min(len(labels), 2)
    n_rows = -(-len(labels) // n_columns)
    figure = new_figure((WIDTH, 1.7 * n_rows + 0.3))
    axes = figure.subplots(n_rows, n_columns, sharex=True, sharey=True, squeeze=False)
    for ax, label in zip(axes.flat, labels, strict=False):
        small(ax)
        for colour, name in zip(COLOURS, names, strict=False):
            rows = table[(table["model"] == name) & (table["target"] == label)]
            median, low, high = _percent(rows)
            ax.plot(rows["jitter"], median, color=colour, label=name, lw=1.2)
            ax.fill_between(rows["jitter"], low, high, color=colour, alpha=0.2, linewidth=0)
        ax.axhline(50, color=NEUTRAL, linewidth=0.6, linestyle="--")
        ax.set_title(label, fontsize=SMALL)
        open_frame(ax)
    for ax in axes[-1]:
        ax.set_xlabel("jitter (ms)")
    for ax in axes[:, 0]:
        ax.set_ylabel("right (%)")
    handles = axes[0, 0].get_legend_handles_labels()
    figure.legend(*handles, loc="outside lower center", ncols=2, frameon=False, fontsize=SMALL)
    figure.savefig(path, dpi=DPI)
