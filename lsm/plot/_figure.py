"""The base of all pictures, and the colours, sizes, axes and legends that they share."""

import io
from typing import Any

import numpy as np

__all__ = [
    "COLOURS",
    "EXCITATORY",
    "INHIBITORY",
    "NEUTRAL",
    "SMALL",
    "WIDTH",
    "Picture",
    "axes_of",
    "legend",
]

# Okabe and Ito's colours, which colour-blind readers can distinguish.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
EXCITATORY, INHIBITORY = COLOURS[:2]
NEUTRAL = "0.35"

WIDTH = 8.5 / 2.54  # of a printed column, in inches
SMALL = 7  # size of text, in points


class Picture:
    """Base of displays, by which a notebook shows the figure of the last cell's display."""

    figure_: Any = None

    def _repr_png_(self):
        """Return the figure as PNG; None if there is none, or pyplot shows it anyway."""
        # A figure of pyplot has a manager, and the notebook shows it at the end of the cell.
        if self.figure_ is None or getattr(self.figure_.canvas, "manager", None) is not None:
            return None
        content = io.BytesIO()
        self.figure_.savefig(content, format="png")
        return content.getvalue()


def axes_of(given, height, layout="a", **options):
    """Return the given axes, or those of a new figure for print.

    Parameters
    ----------
    given : matplotlib Axes, sequence of them or None
        Axes that the user gave.
    height : float
        Height of a new figure in inches.
    layout : str
        Layout of new axes with the names a, b, ..., see
        `matplotlib.figure.Figure.subplot_mosaic`.
    **options : object
        Passed to `subplot_mosaic`.

    Returns
    -------
    axes : list of matplotlib Axes

    Raises
    ------
    TypeError
        If other objects, or another number of axes, are given.
    """
    names = sorted(set(layout) - {";"})
    if given is not None:
        axes = list(np.ravel(np.array(given, dtype=object)))
        if len(axes) != len(names) or not all(hasattr(ax, "transData") for ax in axes):
            wanted = "one matplotlib Axes" if len(names) == 1 else f"{len(names)} matplotlib Axes"
            raise TypeError(f"ax or axes must be {wanted}, got {given!r:.80}")
        return axes
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained", dpi=150)
    axes = figure.subplot_mosaic(layout, **options)
    axes = [axes[name] for name in names]
    for ax in axes:
        small(ax)
    return axes


def small(ax):
    """Set the sizes of text and lines of axes for print."""
    ax.tick_params(labelsize=SMALL, length=2.5, width=0.6, pad=2)
    for axis in (getattr(ax, f"{name}axis", None) for name in "xyz"):
        if axis is not None:
            axis.label.set_fontsize(SMALL)
            axis.labelpad = 2
            axis.get_offset_text().set_fontsize(SMALL)
    for spine in ax.spines.values():
        spine.set_linewidth(0.6)


def colour_bar(drawn, ax, label, **options):
    """Add a colour bar beside axes."""
    bar = ax.figure.colorbar(drawn, ax=ax, **{"fraction": 0.046, "pad": 0.03} | options)
    bar.set_label(label, fontsize=SMALL)
    bar.ax.tick_params(labelsize=SMALL, length=2.5, width=0.6, pad=2)
    bar.outline.set_linewidth(0.6)
    return bar


def open_frame(ax):
    """Hide the upper and the right side of the frame."""
    ax.spines[["top", "right"]].set_visible(False)


def legend(ax, **options):
    """Add a legend without a frame."""
    style = {"frameon": False, "fontsize": SMALL, "handlelength": 1.2, "borderaxespad": 0.2}
    return ax.legend(**style | options)
