"""Picture of recurrent connections: matrix, weights and degrees."""

from collections.abc import Sequence
from typing import Self

import numpy as np
from scipy import sparse

from .._typing import ArrayLike, Axes, Estimator
from ..inside import find_liquid
from ._figure import (
    EXCITATORY,
    INHIBITORY,
    NEUTRAL,
    SMALL,
    Picture,
    axes_of,
    colour_bar,
    legend,
    open_frame,
)

__all__ = ["ConnectivityDisplay"]


class ConnectivityDisplay(Picture):
    """Recurrent connections: matrix of weights, and distributions of weights and degrees.

    Parameters
    ----------
    weights : scipy.sparse array of shape (n_neurons, n_neurons)
        `weights[pre, post]` in nA.
    inhibitory : bool array of shape (n_neurons,)
        Which neurons are inhibitory.

    Attributes
    ----------
    axes_ : array of three matplotlib Axes
        Axes of the matrix, the distribution of weights and that of degrees.
    figure_ : matplotlib Figure
        Figure of the axes.

    See Also
    --------
    ConnectivityDisplay.from_estimator : Draw the connections of a fitted liquid.
    """

    def __init__(self, weights: ArrayLike | sparse.sparray, inhibitory: ArrayLike) -> None:
        self.weights = weights
        self.inhibitory = inhibitory

    @classmethod
    def from_estimator(cls, estimator: Estimator, *, axes: Sequence[Axes] | None = None) -> Self:
        """Draw the connections of a liquid.

        Parameters
        ----------
        estimator : Liquid, or estimator or pipeline that contains one
            Fitted estimator.
        axes : sequence of three matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : ConnectivityDisplay
        """
        liquid = find_liquid(estimator)
        return cls(liquid.network_.w, liquid.inhibitory_).plot(axes)

    def plot(self, axes: Sequence[Axes] | None = None) -> Self:
        """Draw the connections.

        Parameters
        ----------
        axes : sequence of three matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : ConnectivityDisplay
            The display itself.
        """
        axes = axes_of(axes, 4.8, "aa;bc", height_ratios=(1.75, 1))
        self.axes_, self.figure_ = np.asarray(axes), axes[0].figure
        self._plot_matrix(axes[0])
        self._plot_weights(axes[1])
        self._plot_degrees(axes[2])
        return self

    def _plot_matrix(self, ax, n_cells=200):
        """Draw the matrix with excitatory neurons first; a cell shows the sum of its weights."""
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
        # Each sign has its own scale, since inhibitory weights are several times stronger.
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
        colour_bar(drawn, ax, f"weight{per_cell} (nA),\na scale for each sign")

    def _plot_weights(self, ax):
        """Draw the distributions of the weights of both signs."""
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
        """Draw the distributions of out-degrees, and of in-degrees from either kind of neuron."""
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
            # Bins are centred on integers, and a bar covers one integer or several.
            width = int(np.ceil((np.ptp(degrees) + 1) / 20))
            edges = np.arange(degrees.min(), degrees.max() + width + 1, width) - 0.5
            ax.hist(degrees, edges, histtype="step", color=colour, label=label)
        ax.set(xlabel="synapses of a neuron", ylabel="neurons")
        open_frame(ax)
        # Under the label of the axis; above the axes it would seem to belong to the matrix.
        legend(ax, loc="upper center", bbox_to_anchor=(0.5, -0.38), handlelength=0.7)
