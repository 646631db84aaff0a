"""Picture of the receptive fields of neurons that have learnt."""

from typing import Self

import numpy as np

from .._typing import ArrayLike, Axes, Estimator
from .._validation import check_integer, check_reals
from ._figure import axes_of, colour_bar

__all__ = ["ReceptiveFieldDisplay"]

GAP = 1  # pixels between the fields


class ReceptiveFieldDisplay:
    """Weights of neurons from the pixels of an image, side by side.

    Parameters
    ----------
    fields : array of shape (n_neurons, height, width)
        Weights of each neuron.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the picture.
    figure_ : matplotlib Figure
        Figure of the axes.

    See Also
    --------
    ReceptiveFieldDisplay.from_estimator : Draw the fields of a fitted competition.
    """

    def __init__(self, fields: ArrayLike) -> None:
        self.fields = fields

    @classmethod
    def from_estimator(
        cls, estimator: Estimator, shape: tuple[int, int], *, n: int = 100, ax: Axes | None = None
    ) -> Self:
        """Draw the receptive fields of a competition.

        Parameters
        ----------
        estimator : SpikingCompetition
            Fitted estimator, whose channels are the pixels of an image, row by row.
        shape : (height, width)
            Shape of the image in pixels.
        n : int, default=100
            Number of neurons to draw, the first ones.
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : ReceptiveFieldDisplay

        Raises
        ------
        TypeError
            If the estimator has no weights.
        ValueError
            If the shape does not fit the channels.
        """
        if not hasattr(estimator, "weights_"):
            raise TypeError(
                f"estimator must be a fitted SpikingCompetition, got {estimator!r:.80}: call fit, "
                "or pass the step of a pipeline, as model['competition']"
            )
        n = check_integer("n", n, 1)
        if np.shape(shape) != (2,):
            raise ValueError(f"shape must be (height, width), got {shape!r:.80}")
        height, width = (check_integer("shape", length, 1) for length in shape)
        weights = estimator.weights_
        if height * width != weights.shape[1]:
            raise ValueError(
                f"shape must be that of {weights.shape[1]} inputs, got {height} times {width}"
            )
        return cls(weights[:n].reshape(-1, height, width)).plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the fields.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : ReceptiveFieldDisplay
            The display itself.
        """
        rule = "fields must be numbers of shape (n_neurons, height, width)"
        fields = check_reals(rule, self.fields)
        if fields.ndim != 3 or fields.size == 0:
            raise ValueError(f"{rule}, got the shape {fields.shape}")
        n, height, width = fields.shape
        columns = int(np.ceil(np.sqrt(n * height / width)))
        rows = -(-n // columns)
        mosaic = np.full((rows * (height + GAP) - GAP, columns * (width + GAP) - GAP), np.nan)
        for i, field in enumerate(fields):
            top, left = (i // columns) * (height + GAP), (i % columns) * (width + GAP)
            mosaic[top : top + height, left : left + width] = field
        (ax,) = axes_of(ax, 3.1)
        self.ax_, self.figure_ = ax, ax.figure
        image = ax.imshow(mosaic, cmap="viridis", interpolation="nearest")
        ax.set_axis_off()
        colour_bar(image, ax, "weight")
        return self
