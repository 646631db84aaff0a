"""Pictures of states: as an image, and as trajectories in two dimensions."""

from dataclasses import replace
from typing import Self

import numpy as np
from sklearn.utils import check_consistent_length

from .._typing import ArrayLike, Axes, Estimator, Samples
from .._validation import check_integer, check_number
from ..inside import input_spikes
from ..snapshots import Snapshots
from ._figure import COLOURS, SMALL, Picture, axes_of, colour_bar, legend, open_frame

__all__ = ["SnapshotDisplay", "TrajectoryDisplay"]

UNITS = {
    "count": "spikes",
    "root_count": "square root of spikes",
    "trace": "trace (spikes)",
    "membrane": "membrane potential (mV)",
    "rank": "rank",
}


class SnapshotDisplay(Picture):
    """States of samples as an image with a row for each sample and a column for each neuron.

    Parameters
    ----------
    states : array of shape (n_samples, n_neurons)
        One reading of each neuron.
    y : array of shape (n_samples,), optional
        Classes, by which the rows are sorted.
    unit : str, default="state"
        Label of the colour bar.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the picture.
    figure_ : matplotlib Figure
        Figure of the axes.

    See Also
    --------
    SnapshotDisplay.from_estimator : Draw the states of a fitted liquid.
    """

    def __init__(self, states: ArrayLike, y: ArrayLike | None = None, unit: str = "state") -> None:
        self.states = states
        self.y = y
        self.unit = unit

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        X: Samples,
        y: ArrayLike | None = None,
        *,
        reading: int = -1,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the states of samples.

        Parameters
        ----------
        estimator : Liquid, or estimator or pipeline that contains one
            Fitted estimator.
        X : sequence
            Samples of the estimator.
        y : array of shape (n_samples,), optional
            Classes, by which the rows are sorted.
        reading : int, default=-1
            Index of the reading of each sample; by default the last one.
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : SnapshotDisplay
        """
        liquid, spikes = input_spikes(estimator, X)
        states = liquid.simulator_.states(spikes).toarray()
        states = states.reshape(len(states), -1, liquid.n_neurons_)
        n_readings = states.shape[1]
        reading = check_integer("reading", reading, -n_readings, n_readings - 1)
        if y is not None:
            check_consistent_length(states, y)
        return cls(states[:, reading], y, UNITS[liquid.simulator_.snapshots.feature]).plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the image.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : SnapshotDisplay
            The display itself.
        """
        (ax,) = axes_of(ax, 2.4)
        self.ax_, self.figure_ = ax, ax.figure
        states = np.asarray(self.states)
        if self.y is not None:
            order = np.argsort(self.y, kind="stable")
            states = states[order]
            classes, first = np.unique(np.asarray(self.y)[order], return_index=True)
            edges = np.append(first, len(states))
            ax.hlines(first[1:] - 0.5, -0.5, states.shape[1] - 0.5, color="white", linewidth=1)
            ax.set_yticks((edges[:-1] + edges[1:] - 1) / 2, classes, parse_math=False)
        drawn = ax.imshow(
            states, cmap="cividis", aspect="auto", interpolation="nearest", rasterized=True
        )
        ax.set(xlabel="neuron", ylabel="sample" if self.y is None else "samples of class")
        colour_bar(drawn, ax, self.unit)
        return self


class TrajectoryDisplay(Picture):
    """Trajectories of states in their first two principal components, coloured by class.

    A thin line is a sample, with a marker at its end. A thick line is the mean of a class.

    Parameters
    ----------
    points : array of shape (n_samples, n_times, 2)
        First two principal components of the states.
    y : array of shape (n_samples,)
        Classes.
    explained : array of shape (2,)
        Share of the states' variance that each component explains.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the picture.
    figure_ : matplotlib Figure
        Figure of the axes.

    See Also
    --------
    TrajectoryDisplay.from_estimator : Draw the trajectories of a fitted liquid.
    """

    def __init__(self, points: ArrayLike, y: ArrayLike, explained: ArrayLike) -> None:
        self.points = points
        self.y = y
        self.explained = explained

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        X: Samples,
        y: ArrayLike,
        *,
        n_times: int = 50,
        tau: float = 30.0,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the trajectories of samples.

        Parameters
        ----------
        estimator : Liquid, or estimator or pipeline that contains one
            Fitted estimator.
        X : sequence
            Samples of the estimator.
        y : array of shape (n_samples,)
            Classes of the samples.
        n_times : int, default=50
            Number of readings, evenly spaced in each sample.
        tau : float, default=30.0
            Time constant in ms of the traces of spikes. The activation is read instead if the
            neurons send no spikes.
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : TrajectoryDisplay
        """
        from sklearn.decomposition import PCA  # slow to import

        liquid, spikes = input_spikes(estimator, X)
        n_times = check_integer("n_times", n_times, 2)
        check_number("tau", tau, 0, low_open=True)
        feature = "trace" if liquid.network_.neurons.spiking else "membrane"
        snapshots = Snapshots(n=n_times, feature=feature, tau=tau)
        simulator = replace(liquid.simulator_, snapshots=snapshots)
        states = simulator.states(spikes).toarray()
        check_consistent_length(states, y)
        pca = PCA(2, random_state=0)
        points = pca.fit_transform(states.reshape(-1, liquid.n_neurons_))
        points = points.reshape(len(states), n_times, 2)
        return cls(points, np.asarray(y), pca.explained_variance_ratio_).plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the lines.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : TrajectoryDisplay
            The display itself.
        """
        (ax,) = axes_of(ax, 2.8)
        self.ax_, self.figure_ = ax, ax.figure
        for i, label in enumerate(np.unique(self.y)):
            colour, marker = COLOURS[i % len(COLOURS)], "osD^vP*X"[i % 8]
            chosen = self.points[self.y == label]
            lines = np.moveaxis(chosen, -1, 0).transpose(0, 2, 1)
            ax.plot(*lines, color=colour, linewidth=0.4, alpha=0.25, rasterized=True)
            ax.plot(*lines.mean(axis=-1), color=colour, linewidth=1.5)
            x, y = chosen[:, -1].T
            ax.scatter(
                x, y, s=9, color=colour, marker=marker, linewidths=0, label=label,
                zorder=3,
            )  # fmt: skip
        first, second = (f"{share:.0%} of variance" for share in self.explained)
        ax.set(xlabel=f"component 1 ({first})", ylabel=f"component 2 ({second})")
        open_frame(ax)
        for text in legend(ax, title="class", title_fontsize=SMALL).get_texts():
            text.set_parse_math(False)
        return self
