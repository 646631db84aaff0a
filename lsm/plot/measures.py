"""Measures of a liquid as pictures: what it separates, and what its gain does."""

from dataclasses import replace

import numpy as np
from sklearn.utils.validation import check_is_fitted

from .._validation import check_number
from ..calibration import Calibration, echo_state_index
from ..measures import separation_curve
from ._figure import COLOURS, NEUTRAL, axes_of, legend, open_frame

__all__ = ["GainDisplay", "SeparationDisplay"]

N_BINS = 12


class SeparationDisplay:
    """How far apart states are, over how far apart their inputs are [1]_.

    A dot is a pair of samples; the line is the mean of pairs whose inputs are equally far apart.

    Parameters
    ----------
    input_distances, state_distances : arrays of shape (n_pairs,)
        As :func:`lsm.measures.separation_curve` returns.

    Attributes
    ----------
    ax_ : matplotlib Axes
        What was drawn on.
    figure_ : matplotlib Figure
        The figure it is in.

    References
    ----------
    .. [1] W. Maass, T. Natschläger, H. Markram (2002). Real-time computing without stable
       states: a new framework for neural computation based on perturbations. Neural
       Computation 14, 2531-2560.

    See Also
    --------
    SeparationDisplay.from_estimator : Draw the curve of a fitted liquid.
    """

    def __init__(self, input_distances, state_distances):
        self.input_distances = input_distances
        self.state_distances = state_distances

    @classmethod
    def from_estimator(cls, estimator, X, *, tau=10.0, ax=None):
        """Draw how a liquid separates samples.

        Parameters
        ----------
        estimator : Liquid, or estimator or pipeline that holds one
            Fitted.
        X : sequence
            Two samples or more.
        tau : float, default=10.0
            Time constant of the van Rossum distance in ms.
        ax : matplotlib Axes, optional
            What to draw on; by default a new figure.

        Returns
        -------
        display : SeparationDisplay
        """
        return cls(*separation_curve(estimator, X, tau=tau)).plot(ax)

    def plot(self, ax=None):
        """Draw the curve.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            What to draw on; by default a new figure.

        Returns
        -------
        display : SeparationDisplay
            Itself.
        """
        (ax,) = axes_of(ax, 2.3)
        self.ax_, self.figure_ = ax, ax.figure
        x, y = np.asarray(self.input_distances), np.asarray(self.state_distances)
        ax.scatter(x, y, s=4, color=NEUTRAL, alpha=0.3, linewidths=0, rasterized=True)
        # As many pairs in each bin.
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


class GainDisplay:
    """Rate and echo-state index over the gain of the recurrent weights.

    Calibration takes the largest gain that keeps both below their limits, the dashed lines.

    Parameters
    ----------
    gains : array of shape (n_gains,)
        Factors on the weights as drawn.
    rates : array of shape (n_gains,)
        Mean rates in Hz.
    indices : array of shape (n_gains,)
        Echo-state indices.
    chosen : float
        The gain of the liquid.
    max_rate, max_index : float, optional
        The limits.

    Attributes
    ----------
    axes_ : array of two matplotlib Axes
        Those of the rate and of the echo-state index.
    figure_ : matplotlib Figure
        The figure they are in.

    See Also
    --------
    GainDisplay.from_estimator : Draw the gains of a fitted liquid.
    """

    def __init__(self, gains, rates, indices, chosen, max_rate=None, max_index=None):
        self.gains = gains
        self.rates = rates
        self.indices = indices
        self.chosen = chosen
        self.max_rate = max_rate
        self.max_index = max_index

    @classmethod
    def from_estimator(cls, liquid, X, *, gains=None, axes=None):
        """Draw what a liquid would do with other gains.

        Parameters
        ----------
        liquid : Liquid
            A fitted one with recurrence.
        X : sequence
            Samples, best those of `fit`.
        gains : array of shape (n_gains,), optional
            Factors on the recurrent weights as drawn; by default from an eighth to eight times
            that of the liquid.
        axes : sequence of two matplotlib Axes, optional
            What to draw on; by default a new figure.

        Returns
        -------
        display : GainDisplay
        """
        check_is_fitted(liquid)
        found, network = liquid.calibrated_, liquid.network_
        if not (network.neurons.spiking and network.w.nnz):
            raise ValueError("liquid must have recurrence and neurons that spike")
        chosen = 1.0 if found is None else found.recurrent_gain
        gains = chosen * 2.0 ** np.linspace(-3, 3, 13) if gains is None else np.asarray(gains)
        for gain in (gains.min(), gains.max()):
            check_number("gains", float(gain), 0, low_open=True)
        probes = liquid.probes(X)
        indices, rates = np.transpose([
            echo_state_index(
                replace(network, w=network.w * (gain / chosen)), probes, liquid.other_initial_
            )
            for gain in gains
        ])  # fmt: skip
        limits = ()
        if found is not None:
            set_by_hand = isinstance(liquid.calibration, Calibration)
            calibration = liquid.calibration if set_by_hand else Calibration()
            limits = calibration.max_rate, calibration.max_echo_state_index
        return cls(gains, rates, indices, chosen, *limits).plot(axes)

    def plot(self, axes=None):
        """Draw both curves.

        Parameters
        ----------
        axes : sequence of two matplotlib Axes, optional
            What to draw on; by default a new figure.

        Returns
        -------
        display : GainDisplay
            Itself.
        """
        axes = axes_of(axes, 3.0, "a;b", sharex=True)
        self.axes_, self.figure_ = np.asarray(axes), axes[0].figure
        for ax, values, limit, label, colour in (
            (axes[0], self.rates, self.max_rate, "rate (Hz)", COLOURS[0]),
            (axes[1], self.indices, self.max_index, "echo-state index", COLOURS[2]),
        ):
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
