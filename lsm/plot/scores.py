"""Pictures of scores: confusion of classes, and accuracy over time."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np
from sklearn.utils import check_consistent_length

from .._typing import ArrayLike, Axes, Estimator, Samples
from .._validation import check_integer
from ..inside import input_spikes
from ..snapshots import Snapshots
from ._figure import COLOURS, NEUTRAL, SMALL, Picture, axes_of, legend, open_frame

__all__ = ["AccuracyDisplay", "ConfusionDisplay"]

MAX_LETTERS = 16  # of the name of a class


class ConfusionDisplay(Picture):
    """Confusion matrix of a classifier, in which zeros are left empty.

    The title has the accuracy, and the balanced accuracy: the mean of the shares of each true
    class that are right. Names of more than 16 letters are shown without their middle.

    Parameters
    ----------
    counts : int array of shape (n_classes, n_classes)
        Number of samples by true and predicted class, `counts[true, predicted]`.
    names : sequence of str
        Names of the classes.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the picture.
    figure_ : matplotlib Figure
        Figure of the axes.

    See Also
    --------
    ConfusionDisplay.from_predictions : Draw the confusion matrix of predictions.
    ConfusionDisplay.from_estimator : Draw the confusion matrix of a fitted classifier.
    """

    def __init__(self, counts: ArrayLike, names: Sequence[str]) -> None:
        self.counts = counts
        self.names = names

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        X: Samples,
        y: ArrayLike,
        *,
        names: Sequence[str] | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the confusion matrix of a fitted classifier.

        Parameters
        ----------
        estimator : classifier
            Fitted classifier.
        X : sequence
            Samples.
        y : array of shape (n_samples,)
            Classes of the samples.
        names : sequence of str, optional
            Names of the classes in their order; by default the classes themselves.
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : ConfusionDisplay
        """
        if not hasattr(estimator, "predict"):
            raise TypeError(f"estimator must be a fitted classifier, got {estimator!r:.80}")
        return cls.from_predictions(y, estimator.predict(X), names=names, ax=ax)

    @classmethod
    def from_predictions(
        cls,
        y_true: ArrayLike,
        y_pred: ArrayLike,
        *,
        names: Sequence[str] | None = None,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the confusion matrix of predictions.

        Parameters
        ----------
        y_true, y_pred : arrays of shape (n_samples,)
            True and predicted classes; with `names`, as indices into them.
        names : sequence of str, optional
            Names of the classes in their order; by default the classes themselves.
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : ConfusionDisplay
        """
        from sklearn.metrics import confusion_matrix  # slow to import

        labels = None if names is None else np.arange(len(names))
        if names is None:
            names = np.unique(np.concatenate([y_true, y_pred])).astype(str).tolist()
        return cls(confusion_matrix(y_true, y_pred, labels=labels), names).plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the matrix.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : ConfusionDisplay
            The display itself.
        """
        counts, n_classes = np.asarray(self.counts), len(self.names)
        (ax,) = axes_of(ax, 3.2)
        self.ax_, self.figure_ = ax, ax.figure
        shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
        ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        size = min(SMALL, 130 / n_classes)
        for i, j in np.argwhere(counts):
            colour = "white" if shares[i, j] > 0.5 else "black"
            ax.text(
                j, i, str(counts[i, j]), color=colour, fontsize=size, ha="center", va="center"
            )  # fmt: skip
        names = [_shortened(str(name)) for name in self.names]
        turned = 90 if max(map(len, names)) > 2 else 0
        ax.set_xticks(range(n_classes), names, rotation=turned, parse_math=False)
        ax.set_yticks(range(n_classes), names, parse_math=False)
        accuracy = np.trace(counts) / max(counts.sum(), 1)
        ax.set(xlabel="predicted class", ylabel="true class")
        there = counts.sum(axis=1) > 0
        balanced = np.diag(shares)[there].mean() if there.any() else 0.0
        ax.set_title(f"accuracy {accuracy:.1%}, balanced {balanced:.1%}", fontsize=SMALL + 1)
        return self


def _shortened(name):
    """Return a name without its middle if it is long, or the matrix would have no room."""
    return name if len(name) <= MAX_LETTERS else f"{name[: MAX_LETTERS - 6]}…{name[-5:]}"


class AccuracyDisplay(Picture):
    """Accuracy of a readout over the time of its snapshot.

    Parameters
    ----------
    times : array of shape (n_times,)
        Times of the snapshots in ms from the start of the samples.
    scores : array of shape (n_folds, n_times)
        Accuracies in cross-validation, from 0 to 1.
    chance : float
        Accuracy of a classifier that always predicts the most frequent class.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the picture.
    figure_ : matplotlib Figure
        Figure of the axes.

    See Also
    --------
    AccuracyDisplay.from_estimator : Draw the accuracy of a readout of a fitted liquid.
    """

    def __init__(self, times: ArrayLike, scores: ArrayLike, chance: float) -> None:
        self.times = times
        self.scores = scores
        self.chance = chance

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        X: Samples,
        y: ArrayLike,
        *,
        n_times: int = 20,
        readout: Estimator | None = None,
        cv: int = 5,
        tau: float | tuple[float, ...] = 30.0,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the accuracy of a readout of a liquid's traces at different times.

        Parameters
        ----------
        estimator : Liquid, or estimator or pipeline that contains one
            Fitted estimator.
        X : sequence
            Samples of equal durations.
        y : array of shape (n_samples,)
            Classes of the samples.
        n_times : int, default=20
            Number of evenly spaced times.
        readout : classifier, default=RidgeClassifierCV()
            Readout, which is fitted separately at each time.
        cv : int, default=5
            Number of folds of the cross-validation.
        tau : float or tuple of float, default=30.0
            Time constants in ms of the traces.
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : AccuracyDisplay
        """
        from sklearn.linear_model import RidgeClassifierCV  # slow to import
        from sklearn.model_selection import cross_val_score

        liquid, spikes = input_spikes(estimator, X)
        check_consistent_length(spikes, y)
        n_times = check_integer("n_times", n_times, 1)
        durations = spikes.n_rows * spikes.row_duration
        if np.ptp(durations) > 0:
            raise ValueError(
                "X must hold samples of equal durations, got "
                f"{durations.min():g} to {durations.max():g} ms"
            )
        feature = "trace" if liquid.network_.neurons.spiking else "membrane"
        snapshots = Snapshots(n=n_times, feature=feature, tau=tau)
        simulator = replace(liquid.simulator_, snapshots=snapshots)
        states = simulator.states(spikes).toarray().reshape(len(spikes), n_times, -1)
        readout = RidgeClassifierCV(np.logspace(-2, 4, 7)) if readout is None else readout
        scores = [cross_val_score(readout, states[:, k], y, cv=cv) for k in range(n_times)]
        chance = np.unique(y, return_counts=True)[1].max() / len(spikes)
        times = durations[0] * np.arange(1, n_times + 1) / n_times
        return cls(times, np.transpose(scores), chance).plot(ax)

    def plot(
        self, ax: Axes | None = None, *, label: str | None = None, colour: str | None = COLOURS[0]
    ) -> Self:
        """Draw the mean accuracy over the folds, with a band of its standard error.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.
        label : str, optional
            Label of the line in a legend.
        colour : str, optional
            Colour of the line.

        Returns
        -------
        display : AccuracyDisplay
            The display itself.
        """
        (ax,) = axes_of(ax, 2.1)
        self.ax_, self.figure_ = ax, ax.figure
        scores = 100 * np.asarray(self.scores)
        mean, error = scores.mean(axis=0), scores.std(axis=0) / np.sqrt(len(scores))
        ax.fill_between(
            self.times, mean - error, mean + error, color=colour, alpha=0.25, linewidth=0
        )  # fmt: skip
        ax.plot(self.times, mean, color=colour, marker="o", markersize=3, lw=1.2, label=label)
        ax.axhline(100 * self.chance, color=NEUTRAL, linewidth=0.8, linestyle="--")
        ax.text(
            1, 100 * self.chance, "chance", color=NEUTRAL, fontsize=SMALL, va="center",
            transform=ax.get_yaxis_transform(),
        )  # fmt: skip
        ax.set(xlabel="time of the snapshot (ms)", ylabel="accuracy (%)", xlim=(0, None))
        open_frame(ax)
        if label is not None:
            legend(ax)
        return self
