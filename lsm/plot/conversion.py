"""Pictures of converted models: accuracy and spikes over steps."""

from collections.abc import Mapping
from typing import Self

import numpy as np

from .._typing import Array, ArrayLike, Axes, Estimator
from ..conversion import SpikingReadout
from ._figure import COLOURS, NEUTRAL, axes_of, legend, open_frame

__all__ = ["ConversionDisplay"]


class ConversionDisplay:
    """Accuracy of converted classifiers over steps, and the number of their spikes.

    Parameters
    ----------
    accuracies : dict of str to array of shape (n_steps,)
        Accuracy of each classifier after each step, by name.
    spikes : dict of str to array of shape (n_steps,)
        Mean number of spikes of a sample up to each step, by the same names.
    original : float or None, default=None
        Accuracy of the model that was converted.

    Attributes
    ----------
    axes_ : list of two matplotlib Axes
        Axes of the accuracies and of the spikes.
    figure_ : matplotlib Figure
        Figure of the axes.

    See Also
    --------
    ConversionDisplay.from_estimators : Draw fitted classifiers.
    """

    def __init__(
        self,
        accuracies: Mapping[str, Array],
        spikes: Mapping[str, Array],
        original: float | None = None,
    ) -> None:
        self.accuracies = accuracies
        self.spikes = spikes
        self.original = original

    @classmethod
    def from_estimators(
        cls,
        estimators: Mapping[str, Estimator],
        X: ArrayLike,
        y: ArrayLike,
        *,
        axes: list[Axes] | None = None,
    ) -> Self:
        """Draw several conversions of one model.

        Parameters
        ----------
        estimators : dict of str to SpikingReadout
            Fitted classifiers by name. The accuracy of the first one's `estimator_` is drawn, too.
        X : array of shape (n_samples, n_features)
            Samples.
        y : array of shape (n_samples,)
            Their classes.
        axes : two matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : ConversionDisplay

        Raises
        ------
        TypeError
            If an estimator is not a fitted SpikingReadout of a classifier.
        """
        for name, one in estimators.items():
            if not isinstance(one, SpikingReadout) or not hasattr(one, "classes_"):
                raise TypeError(
                    f"estimators[{name!r}] must be a SpikingReadout of a fitted classifier, got "
                    f"{one!r:.80}: make one by lsm.conversion.convert(model, X)"
                )
        y = np.asarray(y)
        accuracies = {
            name: np.array([np.mean(y_pred == y) for y_pred in one.staged_predict(X)])
            for name, one in estimators.items()
        }
        spikes = {name: one.staged_spikes(X) for name, one in estimators.items()}
        original = next(iter(estimators.values())).estimator_.score(X, y)
        return cls(accuracies, spikes, original).plot(axes)

    def plot(self, axes: list[Axes] | None = None) -> Self:
        """Draw the accuracies above the numbers of spikes.

        Parameters
        ----------
        axes : two matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : ConversionDisplay
            The display itself.
        """
        self.axes_ = axes_of(axes, 3.0, "a;b", sharex=True)
        above, below = self.axes_
        self.figure_ = above.figure
        for colour, (name, accuracy) in zip(COLOURS, self.accuracies.items(), strict=False):
            steps = np.arange(1, len(accuracy) + 1)
            above.plot(steps, 100 * accuracy, color=colour, lw=1.2, label=name)
            below.plot(steps, self.spikes[name], color=colour, lw=1.2)
        if self.original is not None:
            above.axhline(
                100 * self.original, color=NEUTRAL, lw=0.6, ls="--", label="the model itself"
            )
        above.set(ylabel="accuracy (%)")
        below.set(xlabel="step", ylabel="spikes")
        legend(above, loc="lower right")
        for ax in self.axes_:
            open_frame(ax)
        return self
