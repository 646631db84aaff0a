"""Pictures of a liquid, as Display objects in scikit-learn's style.

Matplotlib is imported when something is drawn. Without axes to draw on a display makes a figure
of its own, which needs no screen and leaves pyplot's state alone.
"""

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

__all__ = ["ConnectivityDisplay", "RasterDisplay"]

# Okabe and Ito's blue and vermilion, which the colour-blind can tell apart.
EXCITATORY, INHIBITORY = "#0072B2", "#D55E00"


def _new_figure(size, n_axes=1, **layout):
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    return figure.subplots(1, n_axes, **layout)


class RasterDisplay:
    """Spikes of one sample as dots over time.

    Parameters
    ----------
    times : array of shape (n_spikes,)
        In ms.
    rows : int array of shape (n_spikes,)
        Neuron or channel of each spike.
    n_rows : int
        How many there are.
    duration : float
        Length of the sample in ms.
    inhibitory : bool array of shape (n_rows,), optional
        Which neurons are inhibitory: they are drawn above the others, in another colour.

    Attributes
    ----------
    ax_ : matplotlib Axes
        What was drawn on.
    figure_ : matplotlib Figure
        The figure it is in.

    See Also
    --------
    RasterDisplay.from_spikes : Draw a sample of a SpikeArray.
    """

    def __init__(self, times, rows, n_rows, duration, inhibitory=None):
        self.times = times
        self.rows = rows
        self.n_rows = n_rows
        self.duration = duration
        self.inhibitory = inhibitory

    @classmethod
    def from_spikes(cls, spikes, sample=0, *, inhibitory=None, ax=None, **kwargs):
        """Draw a sample of spikes.

        Parameters
        ----------
        spikes : SpikeArray
            Spikes, such as :meth:`lsm.Liquid.record` returns.
        sample : int, default=0
            Which sample.
        inhibitory : bool array of shape (n_channels,), optional
            Which neurons are inhibitory, such as `liquid.inhibitory_`.
        ax : matplotlib Axes, optional
            What to draw on; by default a new figure.
        **kwargs : object
            Passed to `matplotlib.axes.Axes.scatter`.

        Returns
        -------
        display : RasterDisplay

        Examples
        --------
        >>> import numpy as np
        >>> from lsm import SpikeArray
        >>> from lsm.plot import RasterDisplay
        >>> spikes = SpikeArray.from_dense([np.eye(50, dtype=int)])
        >>> RasterDisplay.from_spikes(spikes).figure_.savefig("raster.png")  # doctest: +SKIP
        """
        if spikes.graded:
            raise ValueError("a raster shows spikes, got graded currents")
        part = spikes[[sample]]
        display = cls(
            # A spike happens at the end of its step.
            (part.steps + 1) * part.dt,
            part.channels,
            part.n_channels,
            float(part.durations[0] * part.dt),
            None if inhibitory is None else np.asarray(inhibitory),
        )
        return display.plot(ax, **kwargs)

    def plot(self, ax=None, **kwargs):
        """Draw the raster.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            What to draw on; by default a new figure.
        **kwargs : object
            Passed to `matplotlib.axes.Axes.scatter`.

        Returns
        -------
        display : RasterDisplay
            Itself.
        """
        if ax is None:
            ax = _new_figure((5.0, 3.0))
        self.ax_, self.figure_ = ax, ax.figure
        inhibitory = self.inhibitory
        if inhibitory is None:
            inhibitory = np.zeros(self.n_rows, dtype=bool)
        position = np.empty(self.n_rows, dtype=int)
        position[np.argsort(inhibitory, kind="stable")] = np.arange(self.n_rows)
        colours = np.where(inhibitory, INHIBITORY, EXCITATORY)
        # A dot is about as high as its row, but never too small to be seen.
        height = ax.get_window_extent().height * 72 / ax.figure.dpi / self.n_rows
        style = {"s": np.clip(height, 1.1, 4) ** 2, "linewidths": 0, "rasterized": True} | kwargs
        ax.scatter(self.times, position[self.rows], c=colours[self.rows], **style)
        ax.set(xlim=(0, self.duration), ylim=(-0.5, self.n_rows - 0.5))
        ax.set(
            xlabel="time (ms)",
            ylabel="neuron, sorted by kind" if self.inhibitory is not None else "neuron",
        )
        if inhibitory.any() and not inhibitory.all():
            n_excitatory = np.sum(~inhibitory)
            for rows, label, colour in (
                (n_excitatory / 2, "excitatory", EXCITATORY),
                ((n_excitatory + self.n_rows) / 2, "inhibitory", INHIBITORY),
            ):
                ax.text(
                    1.01, rows / self.n_rows, label, color=colour, rotation=90,
                    transform=ax.transAxes, va="center", fontsize="small",
                )  # fmt: skip
        return self


class ConnectivityDisplay:
    """Recurrent weights: who reaches whom, how strongly, and how many.

    Parameters
    ----------
    weights : scipy.sparse array of shape (n_neurons, n_neurons)
        `weights[pre, post]` in nA.
    inhibitory : bool array of shape (n_neurons,)
        Which neurons are inhibitory.

    Attributes
    ----------
    axes_ : array of two matplotlib Axes
        The matrix, and the weights' distribution.
    figure_ : matplotlib Figure
        The figure they are in.

    See Also
    --------
    ConnectivityDisplay.from_estimator : Draw the connections of a fitted liquid.
    """

    def __init__(self, weights, inhibitory):
        self.weights = weights
        self.inhibitory = inhibitory

    @classmethod
    def from_estimator(cls, liquid, *, axes=None):
        """Draw the connections of a liquid.

        Parameters
        ----------
        liquid : Liquid
            A fitted one.
        axes : sequence of two matplotlib Axes, optional
            What to draw on; by default a new figure.

        Returns
        -------
        display : ConnectivityDisplay
        """
        check_is_fitted(liquid)
        return cls(liquid.network_.w, liquid.inhibitory_).plot(axes)

    def plot(self, axes=None):
        """Draw the connections.

        Parameters
        ----------
        axes : sequence of two matplotlib Axes, optional
            What to draw on; by default a new figure.

        Returns
        -------
        display : ConnectivityDisplay
            Itself.
        """
        if axes is None:
            axes = _new_figure((7.0, 3.2), 2, width_ratios=(1.15, 1))
        self.axes_, self.figure_ = np.asarray(axes), axes[0].figure
        self._plot_matrix(axes[0])
        self._plot_weights(axes[1])
        return self

    def _plot_matrix(self, ax, n_cells=200):
        """Draw the matrix, excitatory neurons first; a cell is the sum of its weights."""
        from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm

        order = np.argsort(self.inhibitory, kind="stable")
        weights = sparse.csr_array(self.weights)[order][:, order].tocoo()
        n_neurons = len(order)
        n_cells = min(n_cells, n_neurons)
        cell = (weights.row * n_cells // n_neurons, weights.col * n_cells // n_neurons)
        image = np.zeros((n_cells, n_cells))
        np.add.at(image, cell, weights.data)
        # Each sign has a scale of its own: inhibitory weights are several times stronger.
        sides = -image[image < 0], image[image > 0]
        low, high = (np.quantile(side, 0.98) if side.size else 1.0 for side in sides)
        colours = LinearSegmentedColormap.from_list(
            "signed", [INHIBITORY, "#F5C9A8", "white", "#A9CFE8", EXCITATORY]
        )
        drawn = ax.imshow(
            image, cmap=colours, norm=TwoSlopeNorm(0, -low, high), interpolation="nearest",
            extent=(0, n_neurons, n_neurons, 0),
        )  # fmt: skip
        ax.set(xlabel="to neuron", ylabel="from neuron")
        per_cell = "" if n_cells == n_neurons else ", summed in cells"
        ax.figure.colorbar(drawn, ax=ax, label=f"weight{per_cell} (nA)", fraction=0.046, pad=0.03)

    def _plot_weights(self, ax):
        """Draw how the weights of both signs are distributed."""
        weights = self.weights.data
        ax.set(xlabel="weight (nA)", ylabel="synapses")
        if not weights.size:
            ax.text(0.5, 0.5, "no synapses", transform=ax.transAxes, ha="center")
            return
        edges = np.linspace(min(weights.min(), 0), max(weights.max(), 0), 81)
        for colour, label, part in (
            (EXCITATORY, "excitatory", weights[weights > 0]),
            (INHIBITORY, "inhibitory", weights[weights < 0]),
        ):
            ax.hist(part, edges, color=colour, label=f"{part.size:,} {label}")
        ax.set_yscale("log")
        ax.spines[["top", "right"]].set_visible(False)
        ax.legend(frameon=False, fontsize="small")
