"""Recurrent connections: as a matrix, their weights, and how many a neuron has."""

import numpy as np
from scipy import sparse
from sklearn.utils.validation import check_is_fitted

from ._figure import EXCITATORY, INHIBITORY, NEUTRAL, SMALL, axes_of, colour_bar, legend, open_frame

__all__ = ["ConnectivityDisplay"]


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
    axes_ : array of three matplotlib Axes
        The matrix, the weights' distribution and that of the degrees.
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
        axes : sequence of three matplotlib Axes, optional
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
        axes : sequence of three matplotlib Axes, optional
            What to draw on; by default a new figure.

        Returns
        -------
        display : ConnectivityDisplay
            Itself.
        """
        axes = axes_of(axes, 4.4, "aa;bc", height_ratios=(1.75, 1))
        self.axes_, self.figure_ = np.asarray(axes), axes[0].figure
        self._plot_matrix(axes[0])
        self._plot_weights(axes[1])
        self._plot_degrees(axes[2])
        return self

    def _plot_matrix(self, ax, n_cells=200):
        """Draw the matrix, excitatory neurons first; a cell is the sum of its weights."""
        from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm

        order = np.argsort(self.inhibitory, kind="stable")
        position = np.empty_like(order)
        position[order] = np.arange(len(order))
        weights = sparse.csr_array(self.weights).tocoo()
        n_neurons = len(order)
        n_cells = min(n_cells, n_neurons)
        cell = tuple(position[index] * n_cells // n_neurons for index in weights.coords)
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
        colour_bar(drawn, ax, f"weight{per_cell} (nA)")

    def _plot_weights(self, ax):
        """Draw how the weights of both signs are distributed."""
        weights = self.weights.data
        ax.set(xlabel="weight (nA)", ylabel="synapses")
        open_frame(ax)
        if not weights.size:
            ax.text(
                0.5, 0.5, "no synapses", transform=ax.transAxes, ha="center", fontsize=SMALL
            )  # fmt: skip
            return
        edges = np.linspace(min(weights.min(), 0), max(weights.max(), 0), 41)
        for colour, label, part in (
            (EXCITATORY, "excitatory", weights[weights > 0]),
            (INHIBITORY, "inhibitory", weights[weights < 0]),
        ):
            ax.hist(part, edges, color=colour, label=label)
        ax.set_yscale("log")

    def _plot_degrees(self, ax):
        """Draw how many synapses neurons have: onto others and from others, by kind of source."""
        weights, n_neurons = sparse.csr_array(self.weights), len(self.inhibitory)
        onto_others = np.diff(weights.indptr)
        from_inhibitory = np.repeat(self.inhibitory, onto_others)
        from_excitatory, from_inhibitory = (
            np.bincount(weights.indices[chosen], minlength=n_neurons)
            for chosen in (~from_inhibitory, from_inhibitory)
        )
        for degrees, colour, label in (
            (onto_others, NEUTRAL, "onto others"),
            (from_excitatory, EXCITATORY, "from excitatory"),
            (from_inhibitory, INHIBITORY, "from inhibitory"),
        ):
            # Bins of whole numbers, of which a bar holds one or more.
            width = int(np.ceil((np.ptp(degrees) + 1) / 20))
            edges = np.arange(degrees.min(), degrees.max() + width + 1, width) - 0.5
            ax.hist(degrees, edges, histtype="step", color=colour, label=label)
        ax.set(xlabel="synapses of a neuron", ylabel="neurons")
        open_frame(ax)
        legend(ax, loc="lower right", bbox_to_anchor=(1.05, 1), handlelength=0.7)
