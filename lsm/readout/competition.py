"""Unsupervised learning by STDP, lateral inhibition and homeostasis."""

from typing import Any, Self

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin

from .._random import generators
from .._typing import Array, RandomState, Samples
from .._validation import check_integer, check_number, is_auto
from ._competition import Competition, compete
from .spike_readout import SpikeReadout, Trains

__all__ = ["SpikingCompetition"]


class SpikingCompetition(
    ClassNamePrefixFeaturesOutMixin, ClusterMixin, TransformerMixin, SpikeReadout
):
    """Clusters of spike patterns: neurons that compete, and learn by STDP what they win [1]_.

    Every input excites every neuron. The potential v of a neuron decays and sums up its input::

        tau_m dv/dt = -v + tau_m * sum over input spikes of w delta(t - t_spike)

    In each step the neuron whose potential exceeds its threshold by the largest factor spikes. Its
    potential returns to zero and stays there for the refractory time, and all other potentials
    fall by `inhibition` times its threshold. Its weights change by the traces x of the inputs,
    which rise by one at a spike and decay with `tau_trace`::

        w <- w + learning_rate * (x - offset),   0 <= w <= 1

    and are scaled to the mean `mean_weight`. So inputs that were active before the spike gain
    weight, and the others lose it. Each spike raises the threshold of its neuron by the factor
    `1 + adaptation`, and thresholds fall between spikes such that all neurons together spike
    `spikes_per_sample` times a sample, and each equally often [2]_.

    Each neuron is a cluster. A sample belongs to the neuron with the most spikes, and among equals
    to the one whose potential came closest to its threshold, or highest above it. Nothing is
    learnt after `fit`.

    The differences from [1]_ are that inhibition acts directly rather than by a layer of
    inhibitory neurons, that weights are normalised at each spike rather than after each sample,
    that homeostasis has a target, and that weights at the upper bound are cut.

    Parameters
    ----------
    n_clusters : int, default=100
        Number of neurons.
    max_iter : int, default=6
        Number of passes over the training samples, in their order.
    learning_rate : float, default=0.02
        Change of a weight by a spike, for an input whose trace is one above `offset`.
    offset : float, default=0.2
        Trace of an input whose weight does not change.
    mean_weight : float, default=0.1
        Mean of the weights of a neuron; the upper bound of each is 1.
    inhibition : float, default=1.0
        Fall of the other potentials at a spike, in thresholds of the neuron that spikes.
    adaptation : float, default=0.02
        Relative rise of a neuron's threshold with each of its spikes, while it learns.
    spikes_per_sample : float or "auto", default="auto"
        Mean number of spikes of all neurons in a sample, to which thresholds adapt. "auto" is 0.4
        times the square root of `n_clusters`, and at least 1.
    tau_m : float, default=50.0
        Membrane time constant in ms.
    tau_trace : float, default=20.0
        Time constant of the traces of inputs in ms.
    refractory : float, default=5.0
        Refractory time in ms.
    dt : float, default=1.0
        Length of a step in ms, at most the duration of a row.
    row_duration : float or "auto", default="auto"
        Duration in ms of a row of lists and arrays; "auto" is one step. A SpikeArray has its own.
    static_steps : int, default=100
        Number of steps of a static pattern.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights.

    Attributes
    ----------
    weights_ : float64 array of shape (n_clusters, n_inputs)
        Receptive fields of the neurons. The inputs are the channels. Graded channels, such as
        features of static patterns, are two inputs each: the first `n_features_in_` carry the
        positive values and the last the negative ones.
    thresholds_ : float64 array of shape (n_clusters,)
        Thresholds, in the unit of the weights.
    labels_ : int64 array of shape (n_samples,)
        Clusters of the training samples.
    n_iter_ : int
        Number of passes, `max_iter`.
    n_features_in_ : int
        Number of channels.

    References
    ----------
    .. [1] P. U. Diehl, M. Cook (2015). Unsupervised learning of digit recognition using
       spike-timing-dependent plasticity. Frontiers in Computational Neuroscience 9, 99.
    .. [2] D. Querlioz, O. Bichler, P. Dollfus, C. Gamrat (2013). Immunity to device variations in
       a spiking neural network with memristive nanodevices. IEEE Transactions on Nanotechnology
       12, 288-295.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.readout import SpikingCompetition
    >>> rng = np.random.default_rng(0)
    >>> rates = np.repeat([[0.2] * 5 + [0.0] * 5, [0.0] * 5 + [0.2] * 5], 10, axis=0)
    >>> X = rng.random((20, 100, 10)) < rates[:, None]
    >>> competition = SpikingCompetition(n_clusters=2, random_state=0).fit(X.astype(int))
    >>> labels = competition.labels_
    >>> len(set(labels[:10])), len(set(labels[10:])), len(set(labels))
    (1, 1, 2)
    """

    def __init__(
        self,
        n_clusters: int = 100,
        max_iter: int = 6,
        learning_rate: float = 0.02,
        offset: float = 0.2,
        mean_weight: float = 0.1,
        inhibition: float = 1.0,
        adaptation: float = 0.02,
        spikes_per_sample: float | str = "auto",
        tau_m: float = 50.0,
        tau_trace: float = 20.0,
        refractory: float = 5.0,
        dt: float = 1.0,
        row_duration: float | str = "auto",
        static_steps: int = 100,
        random_state: RandomState = None,
    ) -> None:
        super().__init__(dt=dt, row_duration=row_duration, static_steps=static_steps)
        self.n_clusters = n_clusters
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.offset = offset
        self.mean_weight = mean_weight
        self.inhibition = inhibition
        self.adaptation = adaptation
        self.spikes_per_sample = spikes_per_sample
        self.tau_m = tau_m
        self.tau_trace = tau_trace
        self.refractory = refractory
        self.random_state = random_state

    def fit(self, X: Samples, y: Any = None) -> Self:
        """Learn the weights and the thresholds, and label the training samples.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Training samples, in the order in which they are learnt from.
        y : ignored
            Present for scikit-learn's pipelines.

        Returns
        -------
        self : SpikingCompetition

        Raises
        ------
        TypeError, ValueError
            If a parameter or a sample is invalid, or if no sample has a spike.
        """
        rule, n, max_iter = self._rule(), self.n_clusters, self.max_iter
        check_integer("SpikingCompetition.n_clusters", n, 1)
        check_integer("SpikingCompetition.max_iter", max_iter, 1)
        trains = self._split(self.fit_trains(X))
        rng = generators(self.random_state, ["weights"])["weights"]
        w = rng.random((trains.n_channels, n))
        w *= rule.mean_weight / w.mean(axis=0)
        thresholds = np.ones(n)
        # Without inhibition and spikes: how high the initial weights bring the potentials.
        _, peaks = _run(trains, w, thresholds, rule, reach=np.inf)
        if not peaks.max() > 0:
            raise ValueError(
                "X has no spike in any sample, so there is nothing to learn: raise the rate of the "
                "encoder or of the liquid that makes X"
            )
        thresholds[:] = np.maximum(peaks, 0).mean()
        for _ in range(max_iter):
            _run(trains, w, thresholds, rule, learns=True)
        self.weights_, self.thresholds_ = np.ascontiguousarray(w.T), thresholds
        self.n_iter_ = max_iter
        self.labels_ = _winners(*_run(trains, w, thresholds, rule))
        return self

    def predict(self, X: Samples) -> Array:
        """Return the cluster of each sample.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        labels : int64 array of shape (n_samples,)
            Index of the winning neuron.
        """
        return _winners(*self._respond(X))

    def transform(self, X: Samples) -> Array:
        """Return the number of spikes of each neuron in each sample.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        counts : float64 array of shape (n_samples, n_clusters)
        """
        return self._respond(X)[0]

    def _respond(self, X):
        """Return spike counts and peaks of potentials for samples; nothing is learnt."""
        trains = self._split(self.trains(X))
        # Copies, since a network that was loaded may lie in memory that cannot be written to.
        w, thresholds = self.weights_.T.copy(), self.thresholds_.copy()
        shape = trains.n_channels, len(thresholds)
        # The compiled code would read beyond other arrays, as of a file.
        if w.shape != shape:
            raise ValueError(
                f"SpikingCompetition has weights of shape {self.weights_.shape}, but X needs "
                f"{shape[::-1]}: fit again"
            )
        return _run(trains, w, thresholds, self._rule())

    def _rule(self):
        """Validate the parameters, and return the numbers that the competition needs."""
        positive = ("tau_m", "tau_trace", "dt")
        numbers = ("learning_rate", "offset", "inhibition", "adaptation", "refractory")
        checked = {
            name: check_number(f"SpikingCompetition.{name}", getattr(self, name), 0, low_open=True)
            for name in positive
        } | {
            name: check_number(f"SpikingCompetition.{name}", getattr(self, name), 0)
            for name in numbers
        }
        mean_weight = check_number(
            "SpikingCompetition.mean_weight", self.mean_weight, 0, 1, low_open=True
        )
        dt, rise = checked["dt"], 1 + checked["adaptation"]
        n_clusters = check_integer("SpikingCompetition.n_clusters", self.n_clusters, 1)
        target = max(1.0, 0.4 * np.sqrt(n_clusters))
        if not is_auto(self.spikes_per_sample):
            target = check_number(
                "SpikingCompetition.spikes_per_sample", self.spikes_per_sample, 0, low_open=True,
                suffix=" or 'auto'",
            )  # fmt: skip
        return Competition(
            leak=np.exp(-dt / checked["tau_m"]),
            trace_decay=np.exp(-dt / checked["tau_trace"]),
            refractory_steps=int(round(min(checked["refractory"] / dt, 2.0**31))),
            inhibition=checked["inhibition"],
            learning_rate=checked["learning_rate"],
            offset=checked["offset"],
            mean_weight=mean_weight,
            rise=rise,
            fall=rise ** (-target / n_clusters),
        )

    def _split(self, trains):
        """Return events with an input for positive and one for negative values, if graded."""
        if not self._form.graded:
            return trains
        negative = trains.amplitudes < 0
        return Trains(
            trains.steps, trains.channels + negative * trains.n_channels,
            np.abs(trains.amplitudes), trains.offsets, trains.n_steps, 2 * trains.n_channels,
        )  # fmt: skip

    @property
    def _n_features_out(self):
        return len(self.thresholds_)


def _winners(counts, peaks):
    """Return the neuron with the most spikes, among equals the one with the highest peak."""
    contenders = counts == counts.max(axis=1, keepdims=True)
    return np.where(contenders, peaks, -np.inf).argmax(axis=1)


def _run(trains, weights, thresholds, rule, *, reach=1.0, learns=False):
    """Run all samples; return spike counts and peaks of shape (n_samples, n_neurons)."""
    counts = np.zeros((len(trains), len(thresholds)))
    peaks = np.full(counts.shape, -np.inf)
    compete(
        trains.steps, trains.channels, trains.amplitudes, trains.offsets, trains.n_steps,
        weights, thresholds, rule, reach, learns, counts, peaks,
    )  # fmt: skip
    return counts, peaks
