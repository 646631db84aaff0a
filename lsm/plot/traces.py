"""Picture of membrane potentials over time."""

from collections.abc import Sequence
from typing import Self

import numpy as np

from .._typing import ArrayLike, Axes, Estimator, Samples
from .._validation import check_integer
from ..inside import input_spikes
from ._figure import EXCITATORY, INHIBITORY, NEUTRAL, SMALL, Picture, axes_of, open_frame

__all__ = ["MembraneDisplay"]


class MembraneDisplay(Picture):
    """Membrane potentials of some neurons over time, one above the other.

    A spike is a vertical line above the potential. The bar at the right is the common scale.

    Parameters
    ----------
    times : array of shape (n_times,)
        Times in ms.
    potentials : array of shape (n_times, n_shown)
        Potentials in mV.
    neurons : int array of shape (n_shown,)
        Indices of the neurons.
    spike_times : list of n_shown arrays
        Times of each neuron's spikes in ms.
    inhibitory : bool array of shape (n_shown,)
        Which of these neurons are inhibitory.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the picture.
    figure_ : matplotlib Figure
        Figure of the axes.

    See Also
    --------
    MembraneDisplay.from_estimator : Draw the potentials of a fitted liquid.
    """

    def __init__(
        self,
        times: ArrayLike,
        potentials: ArrayLike,
        neurons: ArrayLike,
        spike_times: Sequence[ArrayLike],
        inhibitory: ArrayLike,
    ) -> None:
        self.times = times
        self.potentials = potentials
        self.neurons = neurons
        self.spike_times = spike_times
        self.inhibitory = inhibitory

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        X: Samples,
        sample: int = 0,
        *,
        neurons: int | ArrayLike = 5,
        ax: Axes | None = None,
    ) -> Self:
        """Draw the potentials and spikes of neurons during a sample.

        Parameters
        ----------
        estimator : Liquid, or estimator or pipeline that contains one
            Fitted estimator.
        X : sequence
            Samples of the estimator.
        sample : int, default=0
            Index of the sample.
        neurons : int or sequence of int, default=5
            Number of neurons, evenly spaced among all, or indices of neurons.
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : MembraneDisplay
        """
        liquid, spikes = input_spikes(estimator, X)
        if np.ndim(neurons) == 0:
            n_shown = min(check_integer("neurons", neurons, 1), liquid.n_neurons_)
            neurons = np.linspace(0, liquid.n_neurons_ - 1, n_shown).astype(int)
        neurons = np.array([check_integer("neurons", n, 0, liquid.n_neurons_ - 1) for n in neurons])
        recorded, (potentials,) = liquid.record(spikes[[sample]], neurons, potentials=True)
        times = np.arange(1, len(potentials) + 1) * liquid.network_.dt
        spike_times = [np.empty(0)] * len(neurons)
        if recorded is not None:
            # A spike occurs at the end of its step.
            ends = (recorded.rows + 1) * recorded.row_duration
            spike_times = [ends[recorded.channels == k] for k in range(len(neurons))]
        display = cls(times, potentials, neurons, spike_times, liquid.inhibitory_[neurons])
        return display.plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the potentials.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : MembraneDisplay
            The display itself.
        """
        n_shown = len(self.neurons)
        (ax,) = axes_of(ax, 0.7 + 0.35 * n_shown)
        self.ax_, self.figure_ = ax, ax.figure
        low, high = self.potentials.min(), self.potentials.max()
        span = max(high - low, np.finfo(float).tiny)
        spacing = 1.6 * span
        for i, spike_times in enumerate(self.spike_times):
            base = (n_shown - 1 - i) * spacing
            colour = INHIBITORY if self.inhibitory[i] else EXCITATORY
            ax.plot(self.times, self.potentials[:, i] - low + base, color=colour, linewidth=0.7)
            ax.vlines(
                spike_times, base + span, base + 1.4 * span, color=colour, linewidth=0.7
            )  # fmt: skip
        middles = (np.arange(n_shown)[::-1]) * spacing + 0.5 * span
        ax.set_yticks(middles, [str(n) for n in self.neurons])
        ax.set(
            xlim=(0, self.times[-1]), ylim=(-0.1 * span, n_shown * spacing), xlabel="time (ms)",
            ylabel="potential of neuron",
        )  # fmt: skip
        open_frame(ax)
        length = _round_down(span)
        right = ax.get_yaxis_transform()
        ax.plot([1.02, 1.02], [0, length], transform=right, color=NEUTRAL, lw=1.5, clip_on=False)
        ax.text(
            1.04, length / 2, f"{length:g} mV", transform=right, va="center", fontsize=SMALL
        )  # fmt: skip
        return self


def _round_down(value):
    """Return the largest number up to a value that is 1, 2 or 5 times a power of ten."""
    power = 10.0 ** np.floor(np.log10(value))
    return float(power * max(digit for digit in (1, 2, 5) if digit * power <= value))
