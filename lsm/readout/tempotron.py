"""The tempotron, a neuron that learns to spike for one class of spike patterns."""

from typing import Any, Self

import numpy as np
from scipy.signal import lfilter
from sklearn.base import ClassifierMixin

from .._jit import njit
from .._parts import all_or_nothing
from .._random import generators
from .._typing import Array, ArrayLike, RandomState, Samples
from .._validation import check_integer, check_number
from ..spikes import SpikeArray
from .spike_readout import SpikeReadout, Trains, encode_classes, potential_kernel

__all__ = ["Tempotron", "learn", "peak", "reference_learn", "reference_potential"]


class Tempotron(ClassifierMixin, SpikeReadout):
    """Classifier by neurons that spike for one class and are silent for the others [1]_.

    Each class has a neuron; two classes share one, which spikes for `classes_[1]`. Spikes at the
    times t_i of channel i raise its potential, in units of the threshold::

        V(t) = sum_i w_i sum_{t_i <= t} K(t - t_i)
        K(s) = v_0 (exp(-s / tau_m) - exp(-s / tau_s)),  with a peak of 1

    After a sample that it should have spiked for, and did not, the weights grow in proportion to
    their contribution to the largest potential, at t_max, and after a false spike they shrink::

        w_i += rate * sum_{t_i <= t_max} K(t_max - t_i)   if it should have spiked
        w_i -= rate * sum_{t_i <= t_max} K(t_max - t_i)   if it should not

    and a share of the last change is added. A sample belongs to the class whose neuron has the
    largest potential. Where the potential is never positive, t_max is the time at which all
    channels with equal weights would raise it most, since at the largest potential no spike has an
    effect.

    Parameters
    ----------
    tau_m, tau_s : float, default=15.0 and 3.75
        Time constants of the membrane and of the synapses in ms; `tau_s < tau_m`.
    learning_rate : float, default=0.1
        Change of the potential by one correction, in thresholds, if K is 1 for all events.
    momentum : float, default=0.97
        Share of the last change that is repeated, below 1.
    margin : float, default=0.0
        Distance from the threshold that the largest potential shall have, in thresholds, below 1.
    max_iter : int, default=200
        Largest number of epochs. Learning stops after an epoch without errors.
    w_max : float, default=100.0
        Bound of the magnitude of a weight, in thresholds.
    dt, row_duration, static_steps : object
        As of :class:`SpikeReadout`.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights and of the order of samples.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        The classes, sorted.
    weights_ : array of shape (n_neurons, n_channels)
        Weights in thresholds, those of the epoch with the fewest errors.
    errors_ : int array of shape (n_iter,)
        Number of wrong spikes and wrong silences in each epoch.
    n_iter_ : int
        Number of epochs.
    n_features_in_ : int
        Number of channels.

    References
    ----------
    .. [1] R. Gütig, H. Sompolinsky (2006). The tempotron: a neuron that learns spike timing-based
       decisions. Nature Neuroscience 9, 420-428.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.readout import Tempotron
    >>> X = np.eye(40, dtype=int)[np.random.default_rng(0).integers(40, size=(30, 60))]
    >>> y = np.arange(30) % 2
    >>> Tempotron(random_state=0).fit(X, y).score(X, y)
    1.0
    """

    def __init__(
        self, tau_m: float = 15.0, tau_s: float = 3.75, learning_rate: float = 0.1,
        momentum: float = 0.97, margin: float = 0.0, max_iter: int = 200, w_max: float = 100.0,
        dt: float = 1.0, row_duration: float | str = "auto", static_steps: int = 100,
        random_state: RandomState = None,
    ) -> None:  # fmt: skip
        super().__init__(dt, row_duration, static_steps)
        self.tau_m = tau_m
        self.tau_s = tau_s
        self.learning_rate = learning_rate
        self.momentum = momentum
        self.margin = margin
        self.max_iter = max_iter
        self.w_max = w_max
        self.random_state = random_state

    def fit(self, X: Samples, y: ArrayLike) -> Self:
        """Learn classes of samples.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.
        y : array of shape (n_samples,)
            Their classes.

        Returns
        -------
        self : Tempotron

        Raises
        ------
        TypeError, ValueError
            If a parameter or the samples are invalid, or there is only one class.
        """
        rate, momentum, margin, w_max = self._check()
        with all_or_nothing(self):
            trains = self.fit_trains(X)
            self.classes_, indices = encode_classes(X, y, "Tempotron")
            wanted = indices[:, None] == np.arange(len(self.classes_))
            wanted = wanted[:, 1:] if len(self.classes_) == 2 else wanted
            rngs = generators(self.random_state, ["weights", "order"])
            size = _mean_square(trains)
            weights = rngs["weights"].normal(size=(wanted.shape[1], trains.n_channels))
            weights = np.clip(weights * 0.1 / np.sqrt(size), -w_max, w_max)
            events, kernel = trains.arrays, self._kernel()
            ones = np.ones(trains.n_channels)
            busiest = np.array([
                peak(ones, *_sample(trains, i, absolute=True), kernel)[1]
                for i in range(len(trains))
            ])  # fmt: skip
            last = np.zeros_like(weights)
            errors: list[int] = []
            self.weights_ = weights.copy()
            while len(errors) < self.max_iter and 0 not in errors:
                order = rngs["order"].permutation(len(trains))
                before = weights.copy()
                errors.append(
                    learn(
                        *events, wanted, busiest, order, weights, last, rate / size, momentum,
                        margin, w_max, kernel,
                    )
                )  # fmt: skip
                # The count is of weights that change; after an epoch without errors it is exact.
                if errors[-1] == min(errors):
                    self.weights_ = before if errors[-1] else weights.copy()
            self.errors_, self.n_iter_ = np.array(errors), len(errors)
        return self

    def potentials(self, X: Samples) -> list[Array]:
        """Return the potentials at every step, as if no neuron spiked.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        potentials : list of arrays of shape (n_steps, n_neurons)
            Potentials in thresholds.
        """
        trains, (slow, fast, factor) = self.trains(X), self._kernel()
        found = []
        for i in range(len(trains)):
            drive = trains.dense(i) @ self.weights_.T
            membrane, synapse = (lfilter([1.0], [1.0, -d], drive, axis=0) for d in (slow, fast))
            found.append(factor * (membrane - synapse))
        return found

    def respond(self, X: Samples) -> SpikeArray:
        """Return the spikes of the neurons, of which each spikes once at most in a sample.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        spikes : SpikeArray
            A channel for each neuron. A spike shuts off all later input.
        """
        rasters = []
        for potentials in self.potentials(X):
            above = potentials >= 1
            rasters.append((above & (np.cumsum(above, axis=0) == 1)).astype(int))
        return SpikeArray.from_dense(rasters, row_duration=float(self.dt))

    def decision_function(self, X: Samples) -> Array:
        """Return the largest potential of each neuron above its threshold.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        scores : array of shape (n_samples, n_classes), or (n_samples,) for two classes
            In thresholds; 0 or more where the neuron spikes.
        """
        trains, kernel = self.trains(X), self._kernel()
        scores = np.array([
            [peak(w, *_sample(trains, i), kernel)[0] - 1 for w in self.weights_]
            for i in range(len(trains))
        ])  # fmt: skip
        return scores[:, 0] if len(self.classes_) == 2 else scores

    def predict(self, X: Samples) -> Array:
        """Return the class of each sample, an array of shape (n_samples,)."""
        scores = self.decision_function(X)
        best = scores >= 0 if scores.ndim == 1 else scores.argmax(axis=1)
        return self.classes_[best.astype(int)]

    def _check(self):
        """Return the learning rate, the momentum, the margin and the bound of weights."""
        self._kernel()
        check_integer("Tempotron.max_iter", self.max_iter, 1)
        return (
            check_number("Tempotron.learning_rate", self.learning_rate, 0, low_open=True),
            check_number("Tempotron.momentum", self.momentum, 0, 1, high_open=True),
            check_number("Tempotron.margin", self.margin, 0, 1, high_open=True),
            check_number("Tempotron.w_max", self.w_max, 0, low_open=True),
        )

    def _kernel(self):
        return potential_kernel("Tempotron", self.tau_m, self.tau_s, self.dt)


def _sample(trains, i, absolute=False):
    """Return the steps, channels and amplitudes of a sample, and its number of steps."""
    part = slice(trains.offsets[i], trains.offsets[i + 1])
    amplitudes = trains.amplitudes[part]
    amplitudes = np.abs(amplitudes) if absolute else amplitudes
    return trains.steps[part], trains.channels[part], amplitudes, trains.n_steps[i]


def _mean_square(trains: Trains) -> float:
    """Return the mean over samples of the sum of squared amplitudes: the number of spikes."""
    total = float((trains.amplitudes**2).sum())
    return total / len(trains) if total > 0 else 1.0


@njit
def peak(w: Any, steps: Any, channels: Any, amplitudes: Any, n_steps: Any, kernel: Any) -> Any:
    """Return the largest potential of a neuron after the first event, and its step."""
    slow, fast, factor = kernel
    membrane, synapse, event = 0.0, 0.0, 0
    best, at = 0.0, -1
    for t in range(n_steps):
        membrane *= slow
        synapse *= fast
        v = factor * (membrane - synapse)
        if event > 0 and (at < 0 or v > best):
            best, at = v, t
        while event < len(steps) and steps[event] == t:
            change = amplitudes[event] * w[channels[event]]
            membrane += change
            synapse += change
            event += 1
    return best, at


@njit
def learn(
    steps: Any, channels: Any, amplitudes: Any, offsets: Any, n_steps: Any, wanted: Any,
    busiest: Any, order: Any, weights: Any, last: Any, rate: Any, momentum: Any, margin: Any,
    w_max: Any, kernel: Any,
) -> Any:  # fmt: skip
    """Correct the weights, in place, after each sample; return the number of errors."""
    slow, fast, factor = kernel
    log_slow, log_fast = np.log(slow), np.log(fast)
    errors = 0
    for sample in order:
        start, stop = offsets[sample], offsets[sample + 1]
        part = steps[start:stop], channels[start:stop], amplitudes[start:stop]
        for neuron in range(len(weights)):
            w, change = weights[neuron], last[neuron]
            best, at = peak(w, part[0], part[1], part[2], n_steps[sample], kernel)
            spikes = wanted[sample, neuron]
            if best >= 1.0 + margin if spikes else best < 1.0 - margin:
                continue
            errors += 1
            if best <= 0:
                at = busiest[sample]
            for i in range(len(w)):
                change[i] *= momentum
            for event in range(start, stop):
                age = at - steps[event]
                if age > 0:
                    value = factor * (np.exp(age * log_slow) - np.exp(age * log_fast))
                    value *= rate * amplitudes[event]
                    change[channels[event]] += value if spikes else -value
            for i in range(len(w)):
                w[i] = min(max(w[i] + change[i], -w_max), w_max)
    return errors


def reference_potential(raster: Array, weights: Array, kernel: tuple[float, float, float]) -> Array:
    """Return potentials at every step, from the definition: a sum over all earlier events.

    Parameters
    ----------
    raster : array of shape (n_steps, n_channels)
        Numbers of spikes.
    weights : array of shape (n_neurons, n_channels)
        Weights.
    kernel : (float, float, float)
        Decays of the membrane and of the synapses in a step, and the factor v_0.

    Returns
    -------
    potentials : array of shape (n_steps, n_neurons)
    """
    slow, fast, factor = kernel
    ages = np.arange(len(raster))[:, None] - np.arange(len(raster))
    ages = np.maximum(ages, 0)  # an event has no effect before its time, nor at it
    effect = factor * (slow**ages - fast**ages)
    return effect @ (raster @ weights.T)


def reference_learn(
    rasters: list[Array], wanted: Array, order: Array, weights: Array, last: Array, rate: float,
    momentum: float, margin: float, w_max: float, kernel: tuple[float, float, float],
) -> int:  # fmt: skip
    """Learn as :func:`learn` does, from rasters of shape (n_steps, n_channels), in NumPy."""
    errors = 0
    for sample in order:
        raster = rasters[sample]
        traces = reference_potential(raster, np.eye(raster.shape[1]), kernel)
        first = np.flatnonzero(raster.any(axis=1))[0] + 1
        for neuron, spikes in enumerate(wanted[sample]):
            potential = traces @ weights[neuron]
            at = first + potential[first:].argmax()
            if potential[at] >= 1 + margin if spikes else potential[at] < 1 - margin:
                continue
            errors += 1
            if potential[at] <= 0:
                at = first + traces[first:].sum(axis=1).argmax()
            last[neuron] = momentum * last[neuron] + (rate if spikes else -rate) * traces[at]
            weights[neuron] = np.clip(weights[neuron] + last[neuron], -w_max, w_max)
    return errors
