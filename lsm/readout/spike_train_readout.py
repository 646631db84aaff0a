"""Base of readouts that learn to spike at given times: neurons, targets and responses."""

from typing import Any, Self

import numpy as np
from scipy.signal import lfilter
from sklearn.base import ClassifierMixin

from .._jit import njit
from .._parts import all_or_nothing
from .._random import generators
from .._typing import Array, ArrayLike, RandomState, Samples
from .._validation import check_integer, check_number
from ..spikes import SpikeArray, check_spikes
from .spike_readout import SpikeReadout, Trains, encode_classes, potential_kernel

__all__ = ["SpikeTrainReadout", "simulate", "squared_distance"]


class SpikeTrainReadout(ClassifierMixin, SpikeReadout):
    """Base class of readouts whose neurons learn to spike at given times.

    The potential of a neuron, in units of its threshold, is the sum of the effects of all spikes
    that it receives. At its own spikes it is reset to 0::

        K(s) = v_0 (exp(-s / tau_m) - exp(-s / tau_s)),  with a peak of 1

    The targets are one train for each neuron and sample. For classes, each class has a neuron,
    which shall spike every `interval` ms in samples of its class and never in others. A sample
    belongs to the class whose train is the nearest to the response, by the distance of van Rossum.

    A subclass defines :meth:`learn_epoch`.

    Parameters
    ----------
    tau_m, tau_s, tau, learning_rate, interval, n_epochs, w_max, dt, row_duration, static_steps, \
    random_state : object
        As of :class:`ReSuMe`.
    """

    def __init__(
        self, tau_m: float, tau_s: float, tau: float, learning_rate: float, interval: float,
        n_epochs: int, w_max: float, dt: float, row_duration: float | str, static_steps: int,
        random_state: RandomState,
    ) -> None:  # fmt: skip
        super().__init__(dt, row_duration, static_steps)
        self.tau_m = tau_m
        self.tau_s = tau_s
        self.tau = tau
        self.learning_rate = learning_rate
        self.interval = interval
        self.n_epochs = n_epochs
        self.w_max = w_max
        self.random_state = random_state

    def learn_epoch(
        self, trains: Trains, targets: Trains, order: Array, weights: Array, rate: float
    ) -> float:
        """Correct weights, in place, by all samples in an order.

        Parameters
        ----------
        trains, targets : Trains
            Input, and target spikes with a channel for each neuron.
        order : int64 array of shape (n_samples,)
            Order of the samples.
        weights : array of shape (n_neurons, n_channels)
            Weights in thresholds.
        rate : float
            Learning rate.

        Returns
        -------
        total : float
            Sum over samples of the squared distances of van Rossum, before each correction.
        """
        raise NotImplementedError

    def fit(self, X: Samples, y: SpikeArray | ArrayLike) -> Self:
        """Learn target trains, or classes.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.
        y : SpikeArray of n_samples trains, or array of shape (n_samples,)
            Target spikes, with a channel for each neuron; or classes.

        Returns
        -------
        self : estimator

        Raises
        ------
        TypeError, ValueError
            If a parameter, the samples or the targets are invalid.
        """
        rate, n_epochs = self.check()
        with all_or_nothing(self):
            trains = self.fit_trains(X)
            self.__dict__.pop("classes_", None)
            targets = self._targets(X, y, trains)
            rngs = generators(self.random_state, ["weights", "order"])
            size = self._size(trains)
            weights = rngs["weights"].normal(size=(targets.n_channels, trains.n_channels))
            weights = np.clip(weights * 0.1 / np.sqrt(size), -self.w_max, self.w_max)
            distances: list[float] = []
            while len(distances) < n_epochs and 0.0 not in distances:
                order = rngs["order"].permutation(len(trains))
                before = weights.copy()
                squared = self.learn_epoch(trains, targets, order, weights, rate / size)
                distances.append(float(np.sqrt(squared / len(trains))))
                if distances[-1] == min(distances):
                    self.weights_ = before
            self.distances_ = np.array(distances)
        return self

    def _targets(self, X, y, trains):
        """Return the target trains, checked; those of classes are made."""
        owner = type(self).__name__
        if not isinstance(y, SpikeArray):
            self.classes_, indices = encode_classes(X, y, owner)
            return self._trains_of_classes(indices, trains)
        check_spikes(y, name="y")
        if len(y) != len(trains):
            raise ValueError(f"X has {len(trains)} samples, and y has {len(y)} target trains")
        targets = Trains.of(y, float(self.dt), owner)
        samples = targets.samples
        if np.any(targets.steps >= trains.n_steps[samples]):
            late = samples[targets.steps >= trains.n_steps[samples]][0]
            raise ValueError(
                f"y[{late}] has a target spike after the end of X[{late}], at "
                f"{trains.n_steps[late] * self.dt:g} ms: leave such spikes out, as "
                "SpikeArray.from_events(..., out_of_range='drop') does"
            )
        places = np.stack([samples, targets.steps, targets.channels])
        if np.any(targets.amplitudes > 1) or np.unique(places, axis=1).shape != places.shape:
            raise ValueError(
                f"y has several target spikes of a neuron in a step of {owner}.dt={self.dt:g} ms, "
                "in which a neuron spikes once: leave some out, or lower dt"
            )
        return targets

    def _trains_of_classes(self, indices, trains):
        """Return regular trains of the neuron of each sample's class."""
        period = max(int(round(min(self.interval / self.dt, 2.0**31))), 1)
        steps = [np.arange(period // 2, n, period) for n in trains.n_steps]
        counts = np.array([len(part) for part in steps])
        return Trains(
            np.concatenate(steps), np.repeat(indices, counts), np.ones(counts.sum()),
            np.concatenate([[0], np.cumsum(counts)]), trains.n_steps, len(self.classes_),
        )  # fmt: skip

    def predict(self, X: Samples) -> Any:
        """Return the response, or the class of each sample if `fit` had classes.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        y_pred : SpikeArray, or array of shape (n_samples,)
            Spikes of the neurons, or classes.
        """
        if not hasattr(self, "classes_"):
            return self.respond(X)
        scores = self.decision_function(X)
        best = scores > 0 if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes_[best.astype(int)]

    def respond(self, X: Samples) -> SpikeArray:
        """Return the spikes of the neurons, one channel each, in rows of `dt` ms.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        spikes : SpikeArray
        """
        rasters = [raster.astype(int) for raster in self._responses(self.trains(X))]
        return SpikeArray.from_dense(rasters, row_duration=float(self.dt))

    def _responses(self, trains):
        """Yield the spikes of each sample, bool arrays of shape (n_steps, n_neurons)."""
        steps, channels, amplitudes, offsets, n_steps = trains.arrays
        for i in range(len(trains)):
            part = slice(offsets[i], offsets[i + 1])
            spikes = np.zeros((len(self.weights_), n_steps[i]), dtype=bool)
            potential = np.empty(n_steps[i])
            for neuron, w in enumerate(self.weights_):
                events = steps[part], channels[part], amplitudes[part]
                simulate(w, *events, self.kernel(), spikes[neuron], potential)
            yield spikes.T

    def decision_function(self, X: Samples) -> Array:
        """Return the negative squared distance from the train of each class.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        scores : array of shape (n_samples, n_classes), or (n_samples,) for two classes
            For two classes, the score of `classes_[1]` minus the other.

        Raises
        ------
        AttributeError
            If `fit` had target trains and not classes.
        """
        self.check()
        trains = self.trains(X)
        if not hasattr(self, "classes_"):
            raise AttributeError("fit had target trains, so there are no classes: call predict")
        n_classes = len(self.classes_)
        wanted = [
            self._trains_of_classes(np.full(len(trains), c), trains) for c in range(n_classes)
        ]
        scores = np.array([
            [-squared_distance(raster - targets.dense(i), self.decay()) for targets in wanted]
            for i, raster in enumerate(self._responses(trains))
        ])  # fmt: skip
        return scores[:, 1] - scores[:, 0] if n_classes == 2 else scores

    def check(self) -> tuple[float, int]:
        """Validate the parameters; return the learning rate and the number of epochs."""
        owner = type(self).__name__
        self.kernel()
        for name in ("tau", "interval", "w_max"):
            check_number(f"{owner}.{name}", getattr(self, name), 0, low_open=True)
        rate = check_number(f"{owner}.learning_rate", self.learning_rate, 0, low_open=True)
        return rate, check_integer(f"{owner}.n_epochs", self.n_epochs, 1)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # One potential at the start of a static pattern makes no train of spikes.
        tags.classifier_tags.poor_score = True
        return tags

    def kernel(self) -> tuple[float, float, float]:
        """Return the numbers of a postsynaptic potential, see :func:`potential_kernel`."""
        return potential_kernel(type(self).__name__, self.tau_m, self.tau_s, self.dt)

    def decay(self) -> float:
        """Return the decay of traces in a step."""
        return float(np.exp(-self.dt / self.tau))

    def _size(self, trains):
        """Return the mean sum of squared amplitudes within a time constant of the membrane."""
        shares = np.minimum(self.tau_m / (trains.n_steps * self.dt), 1)
        total = float((trains.amplitudes**2 * shares[trains.samples]).sum())
        return total / len(trains) if total > 0 else 1.0


def squared_distance(difference: Array, decay: float) -> float:
    """Return the squared distance of van Rossum of two rasters, from their difference.

    Parameters
    ----------
    difference : array of shape (n_steps, n_neurons)
        Difference of the numbers of spikes.
    decay : float
        Decay of traces in a step.

    Returns
    -------
    squared : float
    """
    total = 0.0
    for train in difference.T:
        trace = lfilter([1.0], [1.0, -decay], train)
        total += (1 - decay**2) / 2 * (trace @ trace) + decay**2 / 2 * trace[-1] ** 2
    return float(total)


@njit
def simulate(
    w: Any, steps: Any, channels: Any, amplitudes: Any, kernel: Any, spikes: Any, potentials: Any
) -> None:
    """Run a neuron through one sample.

    Whether it spikes in each step is written into `spikes`, and its potential before a reset into
    `potentials`.
    """
    slow, fast, factor = kernel
    membrane, synapse, event = 0.0, 0.0, 0
    for t in range(len(spikes)):
        membrane *= slow
        synapse *= fast
        potentials[t] = factor * (membrane - synapse)
        spikes[t] = potentials[t] >= 1.0
        if spikes[t]:
            membrane = synapse  # a potential of 0; the currents of the synapses go on
        while event < len(steps) and steps[event] == t:
            change = amplitudes[event] * w[channels[event]]
            membrane += change
            synapse += change
            event += 1
