"""A row of a spiking actor-critic, as compiled code and as a reference to be read."""

from typing import Any, NamedTuple, Self

import numpy as np

from .._jit import njit
from .._typing import Array

__all__ = ["ActorCriticRule", "Activity", "reference_step", "step"]

FORGOTTEN = 1e-6  # traces of inputs below this count as zero at the start of a row


class ActorCriticRule(NamedTuple):
    """Numbers of a step; times in ms and rates in Hz as of :class:`SpikingActorCritic`.

    Attributes
    ----------
    n_steps, n_critics : int
        Number of steps of a row, and of critics.
    learning_rate, dt, tau_m, tau_kernel, tau_rise, tau_action, tau_reward, value_per_hz, rate, \
width, adaptation, inhibition, w_max : float
        As of the estimator.
    """

    n_steps: int
    n_critics: int
    learning_rate: float
    dt: float
    tau_m: float
    tau_kernel: float
    tau_rise: float
    tau_action: float
    tau_reward: float
    value_per_hz: float
    rate: float
    width: float
    adaptation: float
    inhibition: float
    w_max: float


class Activity(NamedTuple):
    """State of an actor-critic between two rows.

    Attributes
    ----------
    inputs : float64 array of shape (n_inputs,)
        Traces of the inputs.
    slow, fast, own : float64 arrays of shape (n_neurons,)
        Traces of the neurons' spikes, with the time constants of the kernel's decay and rise, and
        of the membrane.
    slow_eligibility, fast_eligibility : float64 arrays of shape (n_neurons, n_inputs)
        Both terms of the kernel, applied to the products of spikes and traces.
    actions : float64 array of shape (n_actions,)
        Activity of the actors of each action, in spikes a ms and neuron.
    """

    inputs: Array
    slow: Array
    fast: Array
    own: Array
    slow_eligibility: Array
    fast_eligibility: Array
    actions: Array

    @classmethod
    def at_rest(cls, n_neurons: int, n_inputs: int, n_actions: int) -> Self:
        """Return the state without any spike before."""
        shapes: list[Any] = [n_inputs, *[n_neurons] * 3, *[(n_neurons, n_inputs)] * 2, n_actions]
        return cls(*[np.zeros(shape) for shape in shapes])


@njit
def step(
    rates: Any, reward: float, learns: bool, weights: Any, scale: float, rule: Any, rng: Any,
    activity: Any, spikes: Any,
) -> float:  # fmt: skip
    """Run a row; `weights`, `activity` and `spikes` change in place; returns the TD error.

    See :func:`reference_step`. `spikes` gets the number of spikes of each neuron added.
    """
    inputs, slow, fast, own, slow_eligibility, fast_eligibility, actions = activity
    n_neurons, n_inputs = weights.shape
    n_actors = (n_neurons - rule.n_critics) // len(actions)
    membrane, action_decay = np.exp(-rule.dt / rule.tau_m), np.exp(-rule.dt / rule.tau_action)
    decay, rise = np.exp(-rule.dt / rule.tau_kernel), np.exp(-rule.dt / rule.tau_rise)
    to_value = 1000 * rule.value_per_hz / (rule.tau_kernel - rule.tau_rise) / rule.n_critics
    active = np.nonzero(rates)[0]
    inputs[inputs < FORGOTTEN] = 0.0
    present = np.nonzero((inputs > 0) | (rates > 0))[0]
    drive = np.zeros(n_neurons)
    for i in range(n_neurons):
        for j in present:
            drive[i] += weights[i, j] * inputs[j]
    products = np.zeros((n_neurons, n_inputs))
    error = 0.0
    for _ in range(rule.n_steps):
        for j in present:
            inputs[j] *= membrane
        for i in range(n_neurons):
            drive[i] *= membrane
            own[i] *= membrane
            slow[i] *= decay
            fast[i] *= rise
        for j in active:
            if rng.random() < rates[j] * rule.dt / 1000:
                inputs[j] += 1.0
                for i in range(n_neurons):
                    drive[i] += weights[i, j]
        for a in range(len(actions)):
            actions[a] *= action_decay
        before = actions.copy()
        total = before.sum()
        for i in range(n_neurons):
            u = drive[i] / scale - own[i]
            action = (i - rule.n_critics) // n_actors
            if action >= 0:
                u -= rule.inhibition * (total - before[action])
            expected = rule.rate * np.exp((u - 1.0) / rule.width) * rule.dt / 1000
            if rng.random() < 1.0 - np.exp(-expected):
                spikes[i] += 1
                slow[i] += 1.0
                fast[i] += 1.0
                own[i] += rule.adaptation
                if action >= 0:
                    actions[action] += 1.0 / rule.tau_action / n_actors
                for j in present:
                    products[i, j] += inputs[j]
        value, slope = 0.0, 0.0
        for i in range(rule.n_critics):
            value += slow[i] - fast[i]
            slope += fast[i] / rule.tau_rise - slow[i] / rule.tau_kernel
        error += to_value * (slope - value / rule.tau_reward) * rule.dt + reward / rule.n_steps
    decay, rise = decay**rule.n_steps, rise**rule.n_steps
    gain = 1000 * rule.learning_rate * error / (rule.tau_kernel - rule.tau_rise) / scale
    for i in range(n_neurons):
        for k in range(n_inputs):
            slow_eligibility[i, k] = slow_eligibility[i, k] * decay + products[i, k]
            fast_eligibility[i, k] = fast_eligibility[i, k] * rise + products[i, k]
        if learns:
            for k in range(n_inputs):
                w = weights[i, k] + gain * (slow_eligibility[i, k] - fast_eligibility[i, k])
                weights[i, k] = 0.0 if w < 0 else (rule.w_max if w > rule.w_max else w)
    return error


def reference_step(
    rates: Array, reward: float, learns: bool, weights: Array, scale: float, rule: ActorCriticRule,
    rng: np.random.Generator, activity: Activity,
) -> tuple[float, Array, Activity]:  # fmt: skip
    """Run a row as :func:`step` does, in NumPy; the weights change in place.

    Parameters
    ----------
    rates : float64 array of shape (n_inputs,)
        Rates of the inputs in Hz.
    reward : float
        Reward of the row.
    learns : bool
        Whether weights change.
    weights : float64 array of shape (n_neurons, n_inputs)
        Weights.
    scale : float
        Mean sum of the traces.
    rule : ActorCriticRule
        Numbers of a step.
    rng : numpy.random.Generator
        Random generator of all spikes.
    activity : Activity
        State at the start of the row.

    Returns
    -------
    error : float
        Sum of the TD error over the row.
    spikes : float64 array of shape (n_neurons,)
        Number of spikes of each neuron.
    activity : Activity
        State at the end of the row.
    """
    x, slow, fast, own, slow_eligibility, fast_eligibility, actions = map(np.copy, activity)
    dt, n_critics, span = rule.dt, rule.n_critics, rule.tau_kernel - rule.tau_rise
    x[x < FORGOTTEN] = 0
    action = np.repeat(np.arange(len(actions)), (len(weights) - n_critics) // len(actions))
    products, spikes, error = np.zeros_like(weights), np.zeros(len(weights)), 0.0
    for _ in range(rule.n_steps):
        x = x * np.exp(-dt / rule.tau_m)
        x[rates > 0] += rng.random((rates > 0).sum()) < rates[rates > 0] * dt / 1000
        own, actions = own * np.exp(-dt / rule.tau_m), actions * np.exp(-dt / rule.tau_action)
        u = weights @ x / scale - own
        u[n_critics:] -= rule.inhibition * (actions.sum() - actions[action])
        rho = rule.rate * np.exp((u - 1) / rule.width)
        spiked = rng.random(len(weights)) < 1 - np.exp(-rho * dt / 1000)
        slow, fast = slow * np.exp(-dt / rule.tau_kernel), fast * np.exp(-dt / rule.tau_rise)
        slow, fast, own = slow + spiked, fast + spiked, own + rule.adaptation * spiked
        np.add.at(actions, action, spiked[n_critics:] / rule.tau_action / (action == 0).sum())
        products += np.outer(spiked, x)
        spikes += spiked
        value = 1000 * rule.value_per_hz * np.mean((slow - fast)[:n_critics]) / span
        slopes = fast / rule.tau_rise - slow / rule.tau_kernel
        slope = 1000 * rule.value_per_hz * np.mean(slopes[:n_critics]) / span
        error += (slope - value / rule.tau_reward) * dt + reward / rule.n_steps
    duration = rule.n_steps * dt
    slow_eligibility = slow_eligibility * np.exp(-duration / rule.tau_kernel) + products
    fast_eligibility = fast_eligibility * np.exp(-duration / rule.tau_rise) + products
    if learns:
        filtered = 1000 * (slow_eligibility - fast_eligibility) / span / scale
        weights += rule.learning_rate * error * filtered
        np.clip(weights, 0, rule.w_max, out=weights)
    state = Activity(x, slow, fast, own, slow_eligibility, fast_eligibility, actions)
    return error, spikes, state
