"""Pictures of measures of a liquid: separation, and the effect of the recurrent gain."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Self

import numpy as np

from .._typing import ArrayLike, Axes, Estimator, Samples
from .._validation import check_number
from ..calibration import Calibration, echo_state_index
from ..inside import input_spikes
from ..measures import separation_curve
from ._figure import COLOURS, NEUTRAL, Picture, axes_of, legend, open_frame

__all__ = ["GainDisplay", "SeparationDisplay"]

N_BINS = 12


class SeparationDisplay(Picture):
    """Distances of states over the distances of their inputs [1]_.

    A dot is a pair of samples. The line is the mean over pairs with similar distances of inputs.

    Parameters
    ----------
    input_distances, state_distances : arrays of shape (n_pairs,)
        Results of :func:`lsm.measures.separation_curve`.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the picture.
    figure_ : matplotlib Figure
        Figure of the axes.

    References
    ----------
    .. [1] W. Maass, T. Natschläger, H. Markram (2002). Real-time computing without stable
       states: a new framework for neural computation based on perturbations. Neural
       Computation 14, 2531-2560.

    See Also
    --------
    SeparationDisplay.from_estimator : Draw the curve of a fitted liquid.
    """

    def __init__(self, input_distances: ArrayLike, state_distances: ArrayLike) -> None:
        self.input_distances = input_distances
        self.state_distances = state_distances

    @classmethod
    def from_estimator(
        cls, estimator: Estimator, X: Samples, *, tau: float = 10.0, ax: Axes | None = None
    ) -> Self:
        """Draw the separation of samples by a liquid.

        Parameters
        ----------
        estimator : Liquid, or estimator or pipeline that contains one
            Fitted estimator.
        X : sequence
            Two samples or more.
        tau : float, default=10.0
            Time constant of the van Rossum distance in ms.
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : SeparationDisplay
        """
        return cls(*separation_curve(estimator, X, tau=tau)).plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the curve.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : SeparationDisplay
            The display itself.
        """
        (ax,) = axes_of(ax, 2.3)
        self.ax_, self.figure_ = ax, ax.figure
        x, y = np.asarray(self.input_distances), np.asarray(self.state_distances)
        ax.scatter(x, y, s=4, color=NEUTRAL, alpha=0.3, linewidths=0, rasterized=True)
        # All bins hold equal numbers of pairs.
        bins = np.array_split(np.argsort(x), min(N_BINS, len(x)))
        means = np.array([(x[part].mean(), y[part].mean()) for part in bins])
        ax.plot(*means.T, color=COLOURS[0], marker="o", markersize=3, linewidth=1.2, label="mean")
        ax.set(
            xlabel="distance of inputs (van Rossum)", ylabel="distance of states",
            xlim=(0, None), ylim=(0, None),
        )  # fmt: skip
        open_frame(ax)
        legend(ax, loc="lower right")
        return self


class GainDisplay(Picture):
    """Rate and echo-state index over the gain of the recurrent weights.

    Dashed lines are the limits of calibration, which takes the largest gain below both.

    Parameters
    ----------
    gains : array of shape (n_gains,)
        Factors on the drawn recurrent weights.
    rates : array of shape (n_gains,)
        Mean rates in Hz.
    echo_state_indices : array of shape (n_gains,)
        Echo-state indices.
    chosen : float
        Gain of the liquid.
    max_rate, max_echo_state_index : float, optional
        Limits of the rate in Hz and of the echo-state index.

    Attributes
    ----------
    axes_ : array of two matplotlib Axes
        Axes of the rate and of the echo-state index.
    figure_ : matplotlib Figure
        Figure of the axes.

    See Also
    --------
    GainDisplay.from_estimator : Draw the gains of a fitted liquid.
    """

    def __init__(
        self,
        gains: ArrayLike,
        rates: ArrayLike,
        echo_state_indices: ArrayLike,
        chosen: float,
        max_rate: float | None = None,
        max_echo_state_index: float | None = None,
    ) -> None:
        self.gains = gains
        self.rates = rates
        self.echo_state_indices = echo_state_indices
        self.chosen = chosen
        self.max_rate = max_rate
        self.max_echo_state_index = max_echo_state_index

    @classmethod
    def from_estimator(
        cls,
        estimator: Estimator,
        X: Samples,
        *,
        gains: ArrayLike | None = None,
        axes: Sequence[Axes] | None = None,
    ) -> Self:
        """Draw the rate and the echo-state index of a liquid at other gains.

        Parameters
        ----------
        estimator : Liquid, or estimator or pipeline that contains one
            Fitted estimator, whose liquid has recurrence.
        X : sequence
            Samples, preferably those of `fit`.
        gains : array of shape (n_gains,), optional
            Factors on the drawn recurrent weights; by default from 1/8 to 8 times the gain of the
            liquid.
        axes : sequence of two matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : GainDisplay

        Raises
        ------
        ValueError
            If the liquid has no recurrence, or its neurons send no spikes.
        """
        liquid, spikes = input_spikes(estimator, X)
        calibrated, network = liquid.calibrated_, liquid.network_
        if not (network.neurons.spiking and network.w.nnz):
            raise ValueError("the liquid must have recurrent synapses and neurons that send spikes")
        chosen = 1.0 if calibrated is None else calibrated.recurrent_gain
        gains = chosen * 2.0 ** np.linspace(-3, 3, 13) if gains is None else np.asarray(gains)
        for gain in (gains.min(), gains.max()):
            check_number("gains", float(gain), 0, low_open=True)
        probes = liquid.probes(spikes)
        indices, rates = np.transpose([
            echo_state_index(
                replace(network, w=network.w * (gain / chosen)), probes, liquid.other_initial_
            )
            for gain in gains
        ])  # fmt: skip
        limits: tuple[float, ...] = ()
        if calibrated is not None:
            is_default = not isinstance(liquid.calibration, Calibration)
            calibration = Calibration() if is_default else liquid.calibration
            limits = calibration.max_rate, calibration.max_echo_state_index
        return cls(gains, rates, indices, chosen, *limits).plot(axes)

    def plot(self, axes: Sequence[Axes] | None = None) -> Self:
        """Draw both curves.

        Parameters
        ----------
        axes : sequence of two matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : GainDisplay
            The display itself.
        """
        axes = axes_of(axes, 3.0, "a;b", sharex=True)
        self.axes_, self.figure_ = np.asarray(axes), axes[0].figure
        for ax, values, limit, label, colour in (
            (axes[0], self.rates, self.max_rate, "rate (Hz)", COLOURS[0]),
            (
                axes[1], self.echo_state_indices, self.max_echo_state_index, "echo-state index",
                COLOURS[2],
            ),
        ):  # fmt: skip
            ax.plot(self.gains, values, color=colour, marker="o", markersize=3, linewidth=1.2)
            if limit is not None:
                ax.axhline(limit, color=NEUTRAL, linewidth=0.8, linestyle="--", label="limit")
            at_chosen = np.exp(np.interp(
                np.log(self.chosen), np.log(self.gains), np.log(np.maximum(values, 1e-9))
            ))  # fmt: skip
            ax.plot(
                self.chosen, at_chosen, color=COLOURS[1], marker="D", markersize=6, linestyle="",
                label="this liquid",
            )  # fmt: skip
            ax.set_xscale("log", base=2)
            ax.set(ylabel=label, ylim=(0, None))
            open_frame(ax)
        axes[1].set_xlabel("factor on the recurrent weights")
        axes[0].tick_params(labelbottom=False)
        legend(axes[0], loc="upper left")
        return self
