"""Pictures of plasticity: STDP windows, and weights before and after learning."""

from typing import Self

import numpy as np
from scipy import sparse

from .._typing import ArrayLike, Axes, Estimator
from .._validation import check_integer
from ..inside import find_liquid
from ..kernel import Network, learn
from ..neurons import LIF
from ..spikes import SpikeArray
from ..synapses import Exponential
from ._figure import COLOURS, NEUTRAL, Picture, axes_of, legend, open_frame

__all__ = ["STDPDisplay", "WeightChangeDisplay"]

WEAK = 2.0**-10  # nA, a weight at which a spike causes no other spike
STRONG = 10_000.0  # nA, a weight at which a spike causes another spike at once


class STDPDisplay(Picture):
    """Window of spike-timing-dependent plasticity: change of a weight by a pair of spikes.

    Parameters
    ----------
    lags : array of shape (n_lags,)
        Times in ms from the presynaptic to the postsynaptic spike.
    changes : array of shape (n_lags,)
        Changes of the weight in units of the mean weight.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the picture.
    figure_ : matplotlib Figure
        Figure of the axes.

    See Also
    --------
    STDPDisplay.from_rule : Draw the window of a rule.
    """

    def __init__(self, lags: ArrayLike, changes: ArrayLike) -> None:
        self.lags = lags
        self.changes = changes

    @classmethod
    def from_rule(cls, rule: Estimator, *, max_lag: int = 80, ax: Axes | None = None) -> Self:
        """Draw the window of a rule, as simulated.

        Parameters
        ----------
        rule : plasticity rule
            Rule that acts at spikes, such as :class:`~lsm.plasticity.PairSTDP`.
        max_lag : int, default=80
            Longest lag in ms.
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : STDPDisplay

        Raises
        ------
        ValueError
            If the rule acts between samples.
        """
        if getattr(rule, "acts_on", None) != "spikes":
            raise ValueError(
                f"rule must act at spikes to have a window, such as PairSTDP(), got {rule!r}"
            )
        max_lag = check_integer("max_lag", max_lag, 1)
        lags = np.arange(-max_lag, max_lag + 1)
        return cls(lags, _changes(rule, lags)).plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw the window.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : STDPDisplay
            The display itself.
        """
        (ax,) = axes_of(ax, 2.1)
        self.ax_, self.figure_ = ax, ax.figure
        ax.axhline(0, color=NEUTRAL, linewidth=0.6)
        ax.axvline(0, color=NEUTRAL, linewidth=0.6)
        lags, changes = np.asarray(self.lags), np.asarray(self.changes)
        for part, colour, label in (
            (lags < 0, COLOURS[1], "post before pre"), (lags > 0, COLOURS[0], "pre before post"),
        ):  # fmt: skip
            ax.plot(lags[part], changes[part], color=colour, linewidth=1.5, label=label)
        ax.set(
            xlabel="postsynaptic minus presynaptic spike (ms)",
            ylabel="change of weight (mean weights)",
        )
        open_frame(ax)
        legend(ax)
        return self


def _changes(rule, lags):
    """Return the relative changes of weights by one pair of spikes at each lag."""
    n_pairs, reach = len(lags), int(np.abs(lags).max())
    pre, post = np.arange(n_pairs), n_pairs + np.arange(n_pairs)
    neurons, synapses = LIF(refractory=0.0), Exponential(tau_syn_exc=0.05)
    excitatory = np.zeros(2 * n_pairs, dtype=bool)
    parameters = neurons.draw(excitatory, 1.0, None)
    shape = (2 * n_pairs, 2 * n_pairs)
    network = Network(
        neurons, synapses, parameters, synapses.draw(excitatory, 1.0, None),
        neurons.initial(parameters, 2 * n_pairs), np.zeros(2 * n_pairs),
        sparse.csr_array(STRONG * sparse.eye_array(2 * n_pairs)),
        sparse.csr_array((np.full(n_pairs, WEAK), (pre, post)), shape=shape),
    )  # fmt: skip
    rule.check_network(network)
    trains = np.zeros((2 * reach + 10, 2 * n_pairs), dtype=int)
    trains[reach, pre] = 1
    trains[reach + lags, post] = 1
    learnt = learn(network, SpikeArray.from_dense([trains]), [rule], unit=WEAK, dtype="float64")
    return learnt.w.toarray()[pre, post] / WEAK - 1


class WeightChangeDisplay(Picture):
    """Excitatory recurrent weights before and after learning.

    Parameters
    ----------
    before, after : arrays of shape (n_synapses,)
        Weights in nA.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the picture.
    figure_ : matplotlib Figure
        Figure of the axes.

    See Also
    --------
    WeightChangeDisplay.from_estimators : Draw the weights of two fitted liquids.
    """

    def __init__(self, before: ArrayLike, after: ArrayLike) -> None:
        self.before = before
        self.after = after

    @classmethod
    def from_estimators(
        cls, before: Estimator, after: Estimator, *, ax: Axes | None = None
    ) -> Self:
        """Draw the weights of a liquid before and after learning.

        Parameters
        ----------
        before, after : Liquid, or estimator or pipeline that contains one
            Fitted estimators. The liquid before learning is an equal one with `plasticity=None`, or
            one that has learnt less.
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : WeightChangeDisplay
        """
        weights = []
        for estimator in (before, after):
            liquid = find_liquid(estimator)
            w = liquid.network_.w
            from_excitatory = ~np.repeat(liquid.inhibitory_, np.diff(w.indptr))
            weights.append(w.data[from_excitatory])
        return cls(*weights).plot(ax)

    def plot(self, ax: Axes | None = None) -> Self:
        """Draw both distributions.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Axes to draw on; by default those of a new figure.

        Returns
        -------
        display : WeightChangeDisplay
            The display itself.
        """
        (ax,) = axes_of(ax, 2.1)
        self.ax_, self.figure_ = ax, ax.figure
        top = max(np.max(self.before, initial=0), np.max(self.after, initial=0)) or 1.0
        edges = np.linspace(0, top, 51).tolist()
        ax.hist(self.before, edges, color="0.75", label="before")
        ax.hist(
            self.after, edges, histtype="step", color=COLOURS[0], linewidth=1.2, label="after"
        )  # fmt: skip
        ax.set(xlabel="excitatory weight (nA)", ylabel="synapses", xlim=(0, top))
        open_frame(ax)
        legend(ax)
        return self
