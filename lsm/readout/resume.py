"""ReSuMe, by which neurons learn to spike at given times."""

from typing import Any

import numpy as np

from .._jit import njit
from .._typing import Array, RandomState
from .._validation import check_number
from .spike_readout import Trains
from .spike_train_readout import SpikeTrainReadout, simulate, squared_distance

__all__ = ["ReSuMe", "learn", "reference_learn"]


class ReSuMe(SpikeTrainReadout):
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
        super().__init__(
            tau_m, tau_s, tau, learning_rate, interval, n_epochs, w_max, dt, row_duration,
            static_steps, random_state,
        )  # fmt: skip
        self.a = a

    def check(self) -> tuple[float, int]:
        """Validate the parameters; return the learning rate and the number of epochs."""
        check_number("ReSuMe.a", self.a, 0)
        return super().check()

    def learn_epoch(
        self, trains: Trains, targets: Trains, order: Array, weights: Array, rate: float
    ) -> float:
        """Correct weights; see :class:`SpikeTrainReadout`."""
        return learn(
            *trains.arrays, targets.steps, targets.channels, targets.offsets, order, weights, rate,
            self.a, self.w_max, self.kernel(), self.decay(),
        )  # fmt: skip


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
        potentials = np.empty(n_steps[sample])
        errors = np.zeros(n_steps[sample])
        for neuron in range(len(weights)):
            w = weights[neuron]
            simulate(w, part[0], part[1], part[2], kernel, spikes, potentials)
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
        total += squared_distance(np.array(own) - targets[sample], decay)
        weights[:] = np.clip(weights + rate * change, -w_max, w_max)
    return total
