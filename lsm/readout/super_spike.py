"""SuperSpike, by which neurons learn to spike at given times along a surrogate gradient."""

from typing import Any

import numpy as np

from .._jit import njit
from .._typing import Array, RandomState
from .._validation import check_number
from .spike_readout import Trains
from .spike_train_readout import SpikeTrainReadout, simulate

__all__ = ["SuperSpike", "gradient", "learn", "reference_gradient"]


class SuperSpike(SpikeTrainReadout):
    """Neurons that learn to spike at given times by a surrogate gradient, as in SuperSpike [1]_.

    The loss is half the squared distance of van Rossum between the response and its target, times
    the time constant `tau`. It has no useful gradient, since a spike comes or does not. So the
    derivative of the spikes by the potential U is replaced by that of a fast sigmoid::

        dw_i = -rate sum_t E(t) alpha * [sigma'(U) (K * S_i)](t)
        sigma'(U) = 1 / (1 + beta |U - 1|)^2

    E is the trace of the error, response minus target; alpha is the kernel of these traces, which
    decay with `tau`; and K * S_i is the potential that channel i would make with a weight of 1.
    Resets have no part in the gradient. Unlike :class:`ReSuMe`, corrections reach steps in which
    neither a spike nor a target comes, in proportion to sigma'.

    Neurons, targets and classes are those of :class:`ReSuMe`. This is a readout of one layer; the
    paper has hidden layers, too.

    Parameters
    ----------
    tau_m, tau_s, tau : float, default=10.0, 2.5 and 5.0
        As of :class:`ReSuMe`.
    learning_rate : float, default=0.1
        Rate, relative to the number of spikes in a time constant of the membrane.
    beta : float, default=10.0
        Steepness of the surrogate per threshold.
    interval, n_epochs, w_max, dt, row_duration, static_steps, random_state : object
        As of :class:`ReSuMe`.

    Attributes
    ----------
    weights_, distances_, classes_, n_features_in_ : object
        As of :class:`ReSuMe`.

    References
    ----------
    .. [1] F. Zenke, S. Ganguli (2018). SuperSpike: supervised learning in multilayer spiking neural
       networks. Neural Computation 30, 1514-1541.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm import SpikeArray
    >>> from lsm.readout import SuperSpike
    >>> X = np.random.default_rng(0).poisson(0.02, (1, 200, 100))
    >>> target = SpikeArray.from_events([([50.0, 90.0, 160.0], [0, 0, 0])], 1, 200.0)
    >>> times, _ = SuperSpike(random_state=0).fit(X, target).predict(X).to_events()[0]
    >>> bool(np.all(np.abs(times - [50.0, 90.0, 160.0]) <= 2))
    True
    """

    def __init__(
        self, tau_m: float = 10.0, tau_s: float = 2.5, tau: float = 5.0, learning_rate: float = 0.1,
        beta: float = 10.0, interval: float = 20.0, n_epochs: int = 200, w_max: float = 100.0,
        dt: float = 1.0, row_duration: float | str = "auto", static_steps: int = 100,
        random_state: RandomState = None,
    ) -> None:  # fmt: skip
        super().__init__(
            tau_m, tau_s, tau, learning_rate, interval, n_epochs, w_max, dt, row_duration,
            static_steps, random_state,
        )  # fmt: skip
        self.beta = beta

    def check(self) -> tuple[float, int]:
        """Validate the parameters; return the learning rate and the number of epochs."""
        check_number("SuperSpike.beta", self.beta, 0, low_open=True)
        return super().check()

    def learn_epoch(
        self, trains: Trains, targets: Trains, order: Array, weights: Array, rate: float
    ) -> float:
        """Correct weights; see :class:`SpikeTrainReadout`."""
        return learn(
            *trains.arrays, targets.steps, targets.channels, targets.offsets, order, weights, rate,
            self.beta, self.w_max, self.kernel(), self.decay(),
        )  # fmt: skip


@njit
def gradient(
    steps: Any, channels: Any, amplitudes: Any, errors: Any, potentials: Any, beta: Any,
    kernel: Any, decay: Any, slope: Any,
) -> Any:  # fmt: skip
    """Add the gradient of one sample to `slope`, of shape (n_channels,); return twice the loss.

    All sums over later times run backwards, so each event is visited once.
    """
    slow, fast, factor = kernel
    n_steps = len(errors)
    traces = np.empty(n_steps)
    trace, squared = 0.0, 0.0
    for t in range(n_steps):
        trace = trace * decay + errors[t]
        traces[t] = trace
        squared += trace * trace
    # later: the error that a spike at t takes part in; membrane and synapse: that of an event.
    later, membrane, synapse, event = 0.0, 0.0, 0.0, len(steps) - 1
    for t in range(n_steps - 1, -1, -1):
        while event >= 0 and steps[event] == t:
            slope[channels[event]] += amplitudes[event] * factor * (membrane - synapse)
            event -= 1
        later = decay * later + traces[t]
        distance = 1.0 + beta * abs(potentials[t] - 1.0)
        change = later / (distance * distance)
        membrane = slow * (membrane + change)
        synapse = fast * (synapse + change)
    return squared


@njit
def learn(
    steps: Any, channels: Any, amplitudes: Any, offsets: Any, n_steps: Any, target_steps: Any,
    target_neurons: Any, target_offsets: Any, order: Any, weights: Any, rate: Any, beta: Any,
    w_max: Any, kernel: Any, decay: Any,
) -> Any:  # fmt: skip
    """Correct the weights, in place, after each sample; return the sum of squared distances."""
    total = 0.0
    slope = np.empty(weights.shape[1])
    for sample in order:
        start, stop = offsets[sample], offsets[sample + 1]
        part = steps[start:stop], channels[start:stop], amplitudes[start:stop]
        spikes = np.zeros(n_steps[sample], np.bool_)
        potentials = np.empty(n_steps[sample])
        errors = np.empty(n_steps[sample])
        for neuron in range(len(weights)):
            w = weights[neuron]
            simulate(w, part[0], part[1], part[2], kernel, spikes, potentials)
            for t in range(len(errors)):
                errors[t] = 1.0 if spikes[t] else 0.0
            for k in range(target_offsets[sample], target_offsets[sample + 1]):
                if target_neurons[k] == neuron:
                    errors[target_steps[k]] -= 1.0
            slope[:] = 0.0
            squared = gradient(
                part[0], part[1], part[2], errors, potentials, beta, kernel, decay, slope
            )
            trace = 0.0
            for t in range(len(errors)):
                trace = trace * decay + errors[t]
            total += ((1 - decay**2) * squared + decay**2 * trace * trace) / 2
            for i in range(len(w)):
                w[i] = min(max(w[i] - rate * slope[i], -w_max), w_max)
    return total


def reference_gradient(
    raster: Array, errors: Array, potentials: Array, beta: float,
    kernel: tuple[float, float, float], decay: float,
) -> Array:  # fmt: skip
    """Return the gradient of one sample as the equations of :class:`SuperSpike` say.

    Parameters
    ----------
    raster : array of shape (n_steps, n_channels)
        Numbers of spikes.
    errors, potentials : arrays of shape (n_steps,)
        Response minus target, and potential of the neuron.
    beta, kernel, decay : object
        As of :func:`gradient`.

    Returns
    -------
    slope : array of shape (n_channels,)
    """
    slow, fast, factor = kernel
    ages = np.arange(len(raster))[:, None] - np.arange(len(raster))
    past = np.maximum(ages, 0)  # K is 0 at age 0
    alpha = np.where(ages >= 0, decay**past, 0.0)
    effects = factor * (slow**past - fast**past) @ raster
    surrogate = 1 / (1 + beta * np.abs(potentials - 1)) ** 2
    return (alpha @ errors) @ (alpha @ (surrogate[:, None] * effects))
