"""Picture of a liquid in space."""

from typing import Any, Self

import numpy as np
from scipy import sparse

from .._typing import ArrayLike, Estimator
from ..inside import find_liquid
from ._figure import EXCITATORY, INHIBITORY, SMALL, Picture, axes_of, legend

__all__ = ["ColumnDisplay"]


class ColumnDisplay(Picture):
    """Neurons of a liquid in three dimensions, with their connections.

    Parameters
    ----------
    positions : array of shape (n_neurons, 3)
        Positions of the neurons in grid units.
    inhibitory : bool array of shape (n_neurons,)
        Which neurons are inhibitory.
    weights : scipy.sparse array of shape (n_neurons, n_neurons)
        `weights[pre, post]` in nA.
    n_synapses : int, default=1000
        Upper limit of the connections that are drawn, evenly spaced among all.

    Attributes
    ----------
    ax_ : matplotlib Axes3D
        Axes of the picture.
    figure_ : matplotlib Figure
        Figure of the axes.

    See Also
    --------
    ColumnDisplay.from_estimator : Draw a fitted liquid.
    """

    def __init__(
        self,
        positions: ArrayLike,
        inhibitory: ArrayLike,
        weights: ArrayLike | sparse.sparray,
        n_synapses: int = 1000,
    ) -> None:
        self.positions = positions
        self.inhibitory = inhibitory
        self.weights = weights
        self.n_synapses = n_synapses

    @classmethod
    def from_estimator(
        cls, estimator: Estimator, *, n_synapses: int = 1000, ax: Any = None
    ) -> Self:
        """Draw a liquid in space.

        Parameters
        ----------
        estimator : Liquid, or estimator or pipeline that contains one
            Fitted estimator. The topology of its liquid has positions, such as
            :class:`~lsm.topology.Column`.
        n_synapses : int, default=1000
            Upper limit of the connections that are drawn, evenly spaced among all.
        ax : matplotlib Axes3D, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : ColumnDisplay

        Raises
        ------
        ValueError
            If the neurons have no positions.
        """
        liquid = find_liquid(estimator)
        if liquid.positions_ is None:
            raise ValueError(
                "the neurons of this liquid have no positions: fit a liquid with topology=Column()"
            )
        display = cls(liquid.positions_, liquid.inhibitory_, liquid.network_.w, n_synapses)
        return display.plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw neurons and connections.

        Parameters
        ----------
        ax : matplotlib Axes3D, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : ColumnDisplay
            The display itself.
        """
        from mpl_toolkits.mplot3d.art3d import Line3DCollection

        (ax,) = axes_of(ax, 2.2, subplot_kw={"projection": "3d"})
        self.ax_, self.figure_ = ax, ax.figure
        # The longest axis is horizontal.
        positions = self.positions[:, np.argsort(-np.ptp(self.positions, axis=0), kind="stable")]
        weights = self.weights.tocoo()
        step = max(int(np.ceil(weights.nnz / max(self.n_synapses, 1))), 1)
        pre, post = (index[::step][: self.n_synapses] for index in weights.coords)
        lines = np.stack([positions[pre], positions[post]], axis=1)
        colours = np.array([EXCITATORY, INHIBITORY])
        ax.add_collection3d(
            Line3DCollection(
                lines, colors=colours[self.inhibitory[pre].astype(int)], alpha=0.25,
                linewidths=0.4, clip_on=False, rasterized=True,
            )
        )  # fmt: skip
        size = np.clip(3000 / len(positions), 0.2, 14)
        for kind, colour, label in (
            (~self.inhibitory, EXCITATORY, "excitatory"),
            (self.inhibitory, INHIBITORY, "inhibitory"),
        ):
            ax.scatter(
                *positions[kind].T, s=size, color=colour, label=label, depthshade=False,
                clip_on=False, linewidths=0, rasterized=True,
            )  # fmt: skip
        low, high = positions.min(axis=0) - 0.5, positions.max(axis=0) + 0.5
        ax.set(**dict(zip(("xlim", "ylim", "zlim"), zip(low, high, strict=True), strict=True)))
        ax.set_box_aspect(high - low, zoom=1.25)  # one grid unit is equally long on each axis
        ax.view_init(elev=22, azim=-65)
        ax.set_axis_off()
        extent = " × ".join(f"{side:g}" for side in high - low)
        ax.text2D(
            0.5, 0.16, f"{extent} grid units", transform=ax.transAxes, ha="center", va="top",
            fontsize=SMALL,
        )  # fmt: skip
        legend(ax, loc="lower center", bbox_to_anchor=(0.5, 0.76), ncols=2)
        return self
