"""The size of a figure and of its dots, in every folder of results."""

__all__ = ["DPI", "new_figure"]

DPI = 200


def new_figure(size, dpi=DPI):
    """Return an empty figure of a width and a height in inches."""
    from matplotlib.figure import Figure  # slow to import, and not always used

    return Figure(figsize=size, dpi=dpi, layout="constrained")
