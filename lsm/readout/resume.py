"""ReSuMe, by which neurons learn to spike at given times."""

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

__all__ = ["ReSuMe", "learn", "reference_learn", "simulate"]


class ReSuMe(ClassifierMixin, SpikeReadout):
    """Neurons that learn to spike at given times, by remote supervision [1]_.

    The potential of a leaky neuron, in units of its threshold, is the sum of the effects of all
    spikes that it receives since its own last spike, which resets it to 0::

        K(s) = v_0 (exp(-s / tau_m) - exp(-s / tau_s)),  with a peak of 1

    The weights grow at each target spike and shrink at each spike of the neuron itself::

        dw_i / dt = rate (S_target(t) - S_own(t)) (a + x_i(t))

    S are trains of spikes, and x_i is a trace of the spikes of channel i, which decays with `tau`.
    So nothing changes where the neuron spikes at the target times. Changes are made at the end of
    a sample.

    The targets are one train for each neuron and sample. For classes, each class has a neuron,
    which shall spike every `interval` ms in samples of its class and never in others. A sample
    belongs to the class whose train is the nearest to the response, by the distance of van Rossum.
    Static patterns are learnt poorly, since their events at time 0 drive no later spikes.

    Parameters
    ----------
    tau_m, tau_s : float, default=10.0 and 2.5
        Time constants of the membrane and of the synapses in ms; `tau_s < tau_m`.
    tau : float, default=5.0
        Time constant of the traces in ms, and of the distance of van Rossum.
    learning_rate : float, default=0.3
        Change of the potential by one correction, in thresholds, up to the overlap of traces and
        potentials.
    a : float, default=0.05
        Change of all weights by a correction, relative to that by a spike just before it.
    interval : float, default=20.0
        Interval between the target spikes of a class in ms; the first comes after half of it.
    n_epochs : int, default=200
        Number of times that all samples are learnt from, unless all trains are right before.
    w_max : float, default=100.0
        Bound of the magnitude of a weight, in thresholds.
    dt, row_duration, static_steps : object
        As of :class:`SpikeReadout`.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights and of the order of samples.

    Attributes
    ----------
    weights_ : array of shape (n_neurons, n_channels)
        Weights in thresholds, those of the epoch with the smallest distance.
    distances_ : array of shape (n_epochs,)
        Root of the mean squared distance of van Rossum between responses and targets, over the
        samples of each epoch.
    classes_ : array of shape (n_classes,)
        The classes, sorted, if the targets were classes.
    n_features_in_ : int
        Number of channels.

    See Also
    --------
    lsm.distances.van_rossum : The distance between all pairs of trains.

    References
    ----------
    .. [1] F. Ponulak, A. Kasiński (2010). Supervised learning in spiking neural networks with
       ReSuMe: sequence learning, classification, and spike shifting. Neural Computation 22,
       467-510.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import SpikeArray
    >>> from lsm.readout import ReSuMe
    >>> X = np.random.default_rng(0).poisson(0.02, (1, 200, 100))
    >>> target = SpikeArray.from_events([([50.0, 90.0, 160.0], [0, 0, 0])], 1, 200.0)
    >>> times, _ = ReSuMe(random_state=0).fit(X, target).predict(X).to_events()[0]
    >>> bool(np.all(np.abs(times - [50.0, 90.0, 160.0]) <= 2))
    True
    """

    def __init__(
        self, tau_m: float = 10.0, tau_s: float = 2.5, tau: float = 5.0, learning_rate: float = 0.3,
        a: float = 0.05, interval: float = 20.0, n_epochs: int = 200, w_max: float = 100.0,
        dt: float = 1.0, row_duration: float | str = "auto", static_steps: int = 100,
        random_state: RandomState = None,
    ) -> None:  # fmt: skip
        super().__init__(dt, row_duration, static_steps)
        self.tau_m = tau_m
        self.tau_s = tau_s
        self.tau = tau
        self.learning_rate = learning_rate
        self.a = a
        self.interval = interval
        self.n_epochs = n_epochs
        self.w_max = w_max
        self.random_state = random_state

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
        self : ReSuMe

        Raises
        ------
        TypeError, ValueError
            If a parameter, the samples or the targets are invalid.
        """
        rate, a, w_max, n_epochs = self._check()
        with all_or_nothing(self):
            trains = self.fit_trains(X)
            vars(self).pop("classes_", None)
            targets = self._targets(X, y, trains)
            rngs = generators(self.random_state, ["weights", "order"])
            size = self._size(trains)
            weights = rngs["weights"].normal(size=(targets.n_channels, trains.n_channels))
            weights = np.clip(weights * 0.1 / np.sqrt(size), -w_max, w_max)
            inputs = trains.arrays
            wanted = targets.steps, targets.channels, targets.offsets
            distances: list[float] = []
            while len(distances) < n_epochs and 0.0 not in distances:
                order = rngs["order"].permutation(len(trains))
                before = weights.copy()
                squared = learn(
                    *inputs, *wanted, order, weights, rate / size, a, w_max, self._kernel(),
                    self._decay(),
                )  # fmt: skip
                distances.append(float(np.sqrt(squared / len(trains))))
                if distances[-1] == min(distances):
                    self.weights_ = before
            self.distances_ = np.array(distances)
        return self

    def _targets(self, X, y, trains):
        """Return the target trains, checked; those of classes are made."""
        if not isinstance(y, SpikeArray):
            self.classes_, indices = encode_classes(X, y, "ReSuMe")
            return self._trains_of_classes(indices, trains)
        check_spikes(y, name="y")
        if len(y) != len(trains):
            raise ValueError(f"X has {len(trains)} samples, and y has {len(y)} target trains")
        targets = Trains.of(y, float(self.dt), "ReSuMe")
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
                f"y has several target spikes of a neuron in a step of ReSuMe.dt={self.dt:g} ms, "
                "in which a neuron spikes once: leave some out, or lower dt"
            )
        return targets

    def _trains_of_classes(self, indices, trains):
        """Return regular trains of the neuron of each sample's class."""
        period = max(int(round(self.interval / self.dt)), 1)
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
            for neuron, w in enumerate(self.weights_):
                events = steps[part], channels[part], amplitudes[part]
                simulate(w, *events, self._kernel(), spikes[neuron])
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
        trains = self.trains(X)
        if not hasattr(self, "classes_"):
            raise AttributeError("fit had target trains, so there are no classes: call predict")
        n_classes = len(self.classes_)
        wanted = [
            self._trains_of_classes(np.full(len(trains), c), trains) for c in range(n_classes)
        ]
        scores = np.array([
            [-_squared_distance(raster - targets.dense(i), self._decay()) for targets in wanted]
            for i, raster in enumerate(self._responses(trains))
        ])  # fmt: skip
        return scores[:, 1] - scores[:, 0] if n_classes == 2 else scores

    def _check(self):
        """Return the learning rate, a, the bound of weights and the number of epochs."""
        self._kernel()
        check_number("ReSuMe.tau", self.tau, 0, low_open=True)
        check_number("ReSuMe.interval", self.interval, 0, low_open=True)
        return (
            check_number("ReSuMe.learning_rate", self.learning_rate, 0, low_open=True),
            check_number("ReSuMe.a", self.a, 0),
            check_number("ReSuMe.w_max", self.w_max, 0, low_open=True),
            check_integer("ReSuMe.n_epochs", self.n_epochs, 1),
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # One potential at the start of a static pattern makes no train of spikes.
        tags.classifier_tags.poor_score = True
        return tags

    def _kernel(self):
        return potential_kernel("ReSuMe", self.tau_m, self.tau_s, self.dt)

    def _decay(self):
        return np.exp(-self.dt / self.tau)

    def _size(self, trains):
        """Return the mean sum of squared amplitudes within a time constant of the membrane."""
        shares = np.minimum(self.tau_m / (trains.n_steps * self.dt), 1)
        total = float((trains.amplitudes**2 * shares[trains.samples]).sum())
        return total / len(trains) if total > 0 else 1.0


def _squared_distance(difference, decay):
    """Return the squared distance of van Rossum of the difference of two rasters."""
    total = 0.0
    for train in difference.T:
        trace = lfilter([1.0], [1.0, -decay], train)
        total += (1 - decay**2) / 2 * (trace @ trace) + decay**2 / 2 * trace[-1] ** 2
    return total


@njit
def simulate(w: Any, steps: Any, channels: Any, amplitudes: Any, kernel: Any, spikes: Any) -> None:
    """Run a neuron through one sample; write whether it spikes in each step into `spikes`."""
    slow, fast, factor = kernel
    membrane, synapse, event = 0.0, 0.0, 0
    for t in range(len(spikes)):
        membrane *= slow
        synapse *= fast
        spikes[t] = factor * (membrane - synapse) >= 1.0
        if spikes[t]:
            membrane = synapse  # a potential of 0; the currents of the synapses go on
        while event < len(steps) and steps[event] == t:
            change = amplitudes[event] * w[channels[event]]
            membrane += change
            synapse += change
            event += 1


@njit
def learn(
    steps: Any, channels: Any, amplitudes: Any, offsets: Any, n_steps: Any, target_steps: Any,
    target_neurons: Any, target_offsets: Any, order: Any, weights: Any, rate: Any, a: Any,
    w_max: Any, kernel: Any, decay: Any,
) -> Any:  # fmt: skip
    """Correct the weights, in place, after each sample; return the sum of squared distances."""
    total = 0.0
    for sample in order:
        start, stop = offsets[sample], offsets[sample + 1]
        part = steps[start:stop], channels[start:stop], amplitudes[start:stop]
        spikes = np.zeros(n_steps[sample], np.bool_)
        errors = np.zeros(n_steps[sample])
        for neuron in range(len(weights)):
            w = weights[neuron]
            simulate(w, part[0], part[1], part[2], kernel, spikes)
            for t in range(len(errors)):
                errors[t] = -1.0 if spikes[t] else 0.0
            for k in range(target_offsets[sample], target_offsets[sample + 1]):
                if target_neurons[k] == neuron:
                    errors[target_steps[k]] += 1.0
            trace, change, squared = 0.0, 0.0, 0.0
            for t in range(len(errors)):
                trace = trace * decay + errors[t]
                squared += trace * trace
                change += errors[t]
            total += ((1 - decay**2) * squared + decay**2 * trace * trace) / 2
            # From the end: the errors after an event, each by the trace that the event leaves.
            later, event = 0.0, stop - 1
            for t in range(len(errors) - 1, -1, -1):
                while event >= start and steps[event] == t:
                    w[channels[event]] += rate * amplitudes[event] * later
                    event -= 1
                later = decay * (later + errors[t])
            for i in range(len(w)):
                w[i] = min(max(w[i] + rate * a * change, -w_max), w_max)
    return total


def reference_learn(
    rasters: list[Array], targets: list[Array], order: Array, weights: Array, rate: float,
    a: float, w_max: float, kernel: tuple[float, float, float], decay: float,
) -> float:  # fmt: skip
    """Learn as :func:`learn` does, step by step in NumPy, with the equations of the class.

    `rasters` and `targets` hold arrays of shape (n_steps, n_channels) and (n_steps, n_neurons).
    """
    slow, fast, factor = kernel
    total = 0.0
    for sample in order:
        membrane, synapse = np.zeros((2, len(weights)))
        x, change, own = np.zeros(weights.shape[1]), np.zeros_like(weights), []
        for arriving, wanted in zip(rasters[sample], targets[sample], strict=True):
            membrane, synapse, x = slow * membrane, fast * synapse, decay * x
            spikes = factor * (membrane - synapse) >= 1
            membrane = np.where(spikes, synapse, membrane)
            change += np.outer(wanted - 1.0 * spikes, a + x)
            membrane, synapse = membrane + weights @ arriving, synapse + weights @ arriving
            x = x + arriving
            own.append(spikes)
        total += _squared_distance(np.array(own) - targets[sample], decay)
        weights[:] = np.clip(weights + rate * change, -w_max, w_max)
    return total
