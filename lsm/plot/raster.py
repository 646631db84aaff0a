"""Raster of the spikes of a sample."""

from typing import Any, Self

import numpy as np

from .._typing import ArrayLike, Axes, Estimator, Samples
from ..inside import input_spikes
from ..spikes import SpikeArray, check_spikes
from ._figure import EXCITATORY, INHIBITORY, NEUTRAL, SMALL, Picture, axes_of, open_frame, small

__all__ = ["RasterDisplay"]

MAX_DOTS = 50_000  # more dots would overlap and take long to draw
CELLS_PER_INCH = 200  # resolution of the image that replaces more dots
CHUNK = 2**21  # spikes that are counted at once, which limits the memory used
MAX_BARS = 200  # of the rates; more neurons share bars with their neighbours


class RasterDisplay(Picture):
    """Spikes of one sample over time, optionally with its input and the rates of the neurons.

    Every spike is a dot. If there are more than 50,000 spikes, an image shows their density.

    Parameters
    ----------
    spikes : SpikeArray
        Spikes of one sample.
    inhibitory : bool array of shape (n_channels,), optional
        Which neurons are inhibitory. They are drawn above the others, in another colour.
    inputs : SpikeArray, optional
        Input of the sample, which is drawn above the spikes.
    rates : bool, default=False
        Whether the rate of each neuron is drawn at the right.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the spikes.
    input_ax_, rate_ax_ : matplotlib Axes or None
        Axes of the input and of the rates, which are attached to `ax_`.
    figure_ : matplotlib Figure
        Figure of the axes.

    See Also
    --------
    RasterDisplay.from_spikes : Draw a sample of a SpikeArray.
    RasterDisplay.from_estimator : Draw the spikes of a liquid during a sample.
    """

    def __init__(
        self,
        spikes: SpikeArray,
        inhibitory: ArrayLike | None = None,
        inputs: SpikeArray | None = None,
        rates: bool = False,
    ) -> None:
        self.spikes = spikes
        self.inhibitory = inhibitory
        self.inputs = inputs
        self.rates = rates

    @classmethod
    def from_spikes(
        cls,
        spikes: SpikeArray,
        sample: int = 0,
        *,
        inhibitory: ArrayLike | None = None,
        inputs: SpikeArray | None = None,
        rates: bool = False,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Draw a sample of spikes.

        Parameters
        ----------
        spikes : SpikeArray
            Spikes, such as those of :meth:`lsm.Liquid.record`.
        sample : int, default=0
            Index of the sample.
        inhibitory : bool array of shape (n_channels,), optional
            Which neurons are inhibitory, such as `liquid.inhibitory_`.
        inputs : SpikeArray, optional
            Input of the same samples, which is drawn above the spikes.
        rates : bool, default=False
            Whether the rate of each neuron is drawn at the right.
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.
        **kwargs : object
            Passed to `matplotlib.axes.Axes.scatter`.

        Returns
        -------
        display : RasterDisplay

        Raises
        ------
        TypeError, ValueError
            If `spikes` is not a SpikeArray of spike trains.

        Examples
        --------
        >>> import numpy as np
        >>> from lsm import SpikeArray
        >>> from lsm.plot import RasterDisplay
        >>> spikes = SpikeArray.from_dense([np.eye(50, dtype=int)])
        >>> RasterDisplay.from_spikes(spikes).figure_.savefig("raster.png")  # doctest: +SKIP
        """
        check_spikes(spikes)
        inhibitory = None if inhibitory is None else np.asarray(inhibitory)
        inputs = None if inputs is None else _select(inputs, sample)
        return cls(_select(spikes, sample), inhibitory, inputs, rates).plot(ax, **kwargs)

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        X: Samples,
        sample: int = 0,
        *,
        ax: Axes | None = None,
        **kwargs: Any,
    ) -> Self:
        """Draw the spikes of a liquid during a sample, with the sample and the rates.

        Parameters
        ----------
        estimator : Liquid, or estimator or pipeline that contains one
            Fitted estimator.
        X : sequence
            Samples of the estimator.
        sample : int, default=0
            Index of the sample.
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.
        **kwargs : object
            Passed to `matplotlib.axes.Axes.scatter`.

        Returns
        -------
        display : RasterDisplay
        """
        liquid, spikes = input_spikes(estimator, X)
        inputs = _select(spikes, sample)
        return cls(liquid.record(inputs), liquid.inhibitory_, inputs, rates=True).plot(ax, **kwargs)

    def plot(self, ax: Axes | None = None, **kwargs: Any) -> Self:
        """Draw the raster.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.
        **kwargs : object
            Passed to `matplotlib.axes.Axes.scatter`.

        Returns
        -------
        display : RasterDisplay
            The display itself.
        """
        (ax,) = axes_of(ax, 2.6)
        self.ax_, self.figure_ = ax, ax.figure
        self.input_ax_ = self.rate_ax_ = None
        n_rows = self.spikes.n_channels
        inhibitory = np.zeros(n_rows, dtype=bool) if self.inhibitory is None else self.inhibitory
        order = np.argsort(inhibitory, kind="stable")
        position = np.empty(n_rows, dtype=np.int64)
        position[order] = np.arange(n_rows)
        _draw(ax, self.spikes, position, np.sum(~inhibitory), (EXCITATORY, INHIBITORY), kwargs)
        sorted_by = ", sorted by kind" if self.inhibitory is not None else ""
        ax.set(xlabel="time (ms)", ylabel=f"neuron{sorted_by}")
        if sorted_by:  # a tick has the number of its neuron, not its place
            ax.yaxis.set_major_formatter(lambda place, _: _name_at(order, place))
        if self.rates:
            self._draw_rates(position, inhibitory)
        elif inhibitory.any() and not inhibitory.all():
            _name_kinds(ax, np.mean(~inhibitory))
        if self.inputs is not None:
            self._draw_inputs()
        return self

    def _draw_rates(self, position, inhibitory):
        """Draw the rates as horizontal bars at the right."""
        self.rate_ax_ = ax = self.ax_.inset_axes((1.05, 0, 0.2, 1), sharey=self.ax_)
        n_rows = self.spikes.n_channels
        counts = np.zeros(n_rows)
        counts[position] = np.bincount(self.spikes.channels, minlength=n_rows)
        rates = counts / (self.spikes.n_rows[0] * self.spikes.row_duration / 1000)
        edges = np.unique(np.linspace(0, n_rows, min(n_rows, MAX_BARS) + 1).astype(int))
        widths = np.diff(edges)
        rates = np.add.reduceat(rates, edges[:-1]) / widths
        colours = np.where(edges[:-1] < np.sum(~inhibitory), EXCITATORY, INHIBITORY)
        ax.barh(edges[:-1] - 0.5 + widths / 2, rates, widths, color=colours)
        ax.set(xlabel="rate (Hz)", xlim=(0, None))
        self._attach(ax)
        ax.tick_params(labelleft=False)
        ax.locator_params(axis="x", nbins=2, prune="lower")  # 0 overlaps the end of the time axis
        if inhibitory.any() and not inhibitory.all():
            _name_kinds(ax, np.mean(~inhibitory))

    def _draw_inputs(self):
        """Draw the input above the spikes: spikes as dots, currents as an image."""
        self.input_ax_ = ax = self.ax_.inset_axes((0, 1.04, 1, 0.3), sharex=self.ax_)
        if self.inputs.graded:
            end = self.inputs.n_rows[0] * self.inputs.row_duration
            ax.imshow(
                self.inputs.to_dense(0).T, cmap="cividis", aspect="auto", origin="lower",
                extent=(0, end, -0.5, self.inputs.n_channels - 0.5), interpolation="nearest",
                rasterized=True,
            )  # fmt: skip
        else:
            position = np.arange(self.inputs.n_channels)
            _draw(ax, self.inputs, position, len(position), (NEUTRAL, NEUTRAL), {})
        self._attach(ax)
        ax.tick_params(labelbottom=False)
        ax.locator_params(axis="y", nbins=3, integer=True)
        ax.set_ylabel("input", fontsize=SMALL)

    def _attach(self, ax):
        """Set the sizes of attached axes for print, and keep the limits of the shared axes."""
        limits = self.ax_.get_xlim(), self.ax_.get_ylim()
        small(ax)
        open_frame(ax)
        self.ax_.set(xlim=limits[0], ylim=limits[1])


def _name_at(order, place):
    """Return the number of the neuron at a place, or nothing between two neurons."""
    is_place = place == int(place) and 0 <= place < len(order)
    return str(order[int(place)]) if is_place else ""


def _select(spikes, sample):
    """Return one sample; a single sample, which may be large, is not copied."""
    return spikes if len(spikes) == 1 and sample in (0, -1) else spikes[[sample]]


def _draw(ax, spikes, position, n_first, colours, style):
    """Draw spikes in the row `position` of their channel, the first `n_first` in one colour."""
    n_rows, end = spikes.n_channels, float(spikes.n_rows[0] * spikes.row_duration)
    ax.set(xlim=(0, end), ylim=(-0.5, n_rows - 0.5))
    if len(spikes.rows) > MAX_DOTS:
        image = _image(ax, spikes, position, n_first, colours)
        ax.imshow(
            image, extent=(0, end, -0.5, n_rows - 0.5), origin="lower", aspect="auto",
            interpolation="nearest",
        )  # fmt: skip
        return
    # A dot is about as high as the row of its neuron, but large enough to be visible.
    height = ax.get_window_extent().height * 72 / ax.figure.dpi / n_rows
    style = {"s": np.clip(height, 0.9, 3) ** 2, "linewidths": 0, "rasterized": True} | style
    rows = position[spikes.channels]
    # A spike occurs at the end of its step.
    times = (spikes.rows + 1) * spikes.row_duration
    ax.scatter(times, rows, c=np.where(rows < n_first, *colours), **style)


def _image(ax, spikes, position, n_first, colours):
    """Return an image of shape (n_cells_up, n_cells_along, 4), with more spikes more opaque."""
    from matplotlib.colors import to_rgb

    n_rows, n_steps = spikes.n_channels, int(spikes.n_rows[0])
    extent = ax.get_window_extent()
    along, up = (
        max(int(size / ax.figure.dpi * CELLS_PER_INCH), 1) for size in (extent.width, extent.height)
    )
    along, up = min(along, n_steps), min(up, n_rows)
    row = (position * up // n_rows * along).astype(np.int32)
    column = (np.arange(n_steps) * along // n_steps).astype(np.int32)
    counts = np.zeros(up * along, dtype=np.int64)
    for start in range(0, len(spikes.rows), CHUNK):
        part = slice(start, start + CHUNK)
        cells = row[spikes.channels[part]] + column[spikes.rows[part]]
        counts += np.bincount(cells, minlength=len(counts))
    # Opacity grows with the logarithm of the count, so that bursts and sparse spikes are visible.
    opacity = np.log1p(counts) / np.log1p(max(np.quantile(counts, 0.999), 1))
    image = np.empty((up, along, 4))
    image[..., 3] = np.clip(opacity, 0, 1).reshape(up, along)
    first_of_row = np.arange(up) * n_rows // up
    image[..., :3] = np.where(
        (first_of_row < n_first)[:, None, None], *(to_rgb(colour) for colour in colours)
    )
    return image


def _name_kinds(ax, share):
    """Label the excitatory and the inhibitory neurons."""
    for height, side, label, colour in (
        (share / 2, "center", "excitatory", EXCITATORY),
        (1, "top", "inhibitory", INHIBITORY),  # from the top, as few neurons give little room
    ):
        ax.text(
            1.02, height, label, color=colour, rotation=90, transform=ax.transAxes, va=side,
            fontsize=SMALL,
        )  # fmt: skip
