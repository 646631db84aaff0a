"""An actor-critic of spiking neurons, which learns from rewards in continuous time."""

from functools import lru_cache
from typing import Self

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted, validate_data

from .._random import generators
from .._typing import Array, ArrayLike, RandomState
from .._validation import check_integer, check_number
from ._actor_critic import Activity, ActorCriticRule, step

__all__ = ["SpikingActorCritic"]

POSITIVE = (
    "duration", "tau_m", "tau_kernel", "tau_rise", "tau_action", "tau_reward", "value_per_hz",
    "rate", "width", "w_max", "dt",
)  # fmt: skip
NOT_NEGATIVE = ("learning_rate", "adaptation", "inhibition", "w_init")
COUNTS = ("n_actions", "n_critics", "n_actors")
PARAMETERS = ("annealing", *COUNTS, *POSITIVE, *NOT_NEGATIVE)
SETTLE = 5.0  # time constants of the kernel, after which the value at a start is steady


class SpikingActorCritic(BaseEstimator):
    """Choose actions by spikes, and learn from rewards by a spiking TD error [1]_.

    Inputs, such as :class:`PlaceCells`, are Poisson neurons of given rates. They excite a
    population of critics and one population of actors for each action. A trace x of each input
    rises by one at a spike and decays with `tau_m`. Neuron i has the potential u, and spikes at
    random with the rate rho::

        u_i = sum over j of w_ij x_j / scale - r_i - inhibition * (activity of other actions)
        rho_i = rate * exp((u_i - 1) / width)

    where r_i is a trace of its own spikes, times `adaptation`, and `scale` the mean sum of all
    traces. The kernel kappa(t) = (exp(-t / tau_kernel) - exp(-t / tau_rise)) / (tau_kernel -
    tau_rise) filters the spikes Y of the critics into the value V, the expected reward of the next
    `tau_reward`. The TD error delta and the weights follow::

        V = value_per_hz * mean of kappa * Y over critics
        delta = dV/dt - V / tau_reward + R
        dw_ij/dt = learning_rate * delta * (kappa * [Y_i x_j / scale]),   0 <= w <= w_max

    so a synapse learns whose input was active before its neuron spiked, when things turn out
    better or worse than expected. A row of X lasts `duration`. Its reward is spread over the row,
    weights change at its end, and the action is that of the most active actors then.

    In a loop with an environment call `start` with the first observation, then `act` with each
    observation and the reward that came with it, and `end` when the episode ends.

    Parameters
    ----------
    n_actions : int, default=2
        Number of actions.
    n_critics : int, default=40
        Number of critics.
    n_actors : int, default=40
        Number of actors for each action.
    learning_rate : float, default=0.0015
        Change of a weight by a TD error of 1 and a filtered product of 1 Hz.
    annealing : float, default=200.0
        Time of learning in s after which the learning rate has halved; after a time T it is
        `learning_rate / (1 + T / annealing)`. Infinity keeps it constant.
    duration : float, default=20.0
        Time between two actions in ms.
    tau_m : float, default=20.0
        Membrane time constant, of the traces of inputs and own spikes, in ms.
    tau_kernel, tau_rise : float, default=50.0, 20.0
        Time constants of decay and rise of the kernel in ms.
    tau_action : float, default=20.0
        Time constant of the activity of actors in ms.
    tau_reward : float, default=300.0
        Time in ms over which the critic expects rewards.
    value_per_hz : float, default=0.2
        Value for each Hz of the mean rate of critics, in units of the reward.
    rate : float, default=20.0
        Rate of a neuron at the potential 1, in Hz.
    width : float, default=0.2
        Change of the potential by which the rate rises e-fold.
    adaptation : float, default=0.1
        Fall of the potential after a spike.
    inhibition : float, default=0.0
        Fall of the potential of actors by a mean rate of 1 kHz of the actors of other actions.
    w_init, w_max : float, default=1.0, 3.0
        Initial value and upper bound of a weight.
    dt : float, default=1.0
        Length of a step in ms.
    random_state : int, RandomState instance or None, default=None
        Seed of all spikes.

    Attributes
    ----------
    weights_ : float64 array of shape (n_critics + n_actions * n_actors, n_features)
        Weights: of the critics, then of the actors of each action.
    scale_ : float
        Mean sum of the traces of all inputs, from the first observation.
    activity_ : Activity
        State of the neurons and synapses.
    learning_time_ : float
        Time of learning so far in s.
    actions_ : int64 array of shape (n_samples,)
        Actions in the last call of `fit` or `partial_fit`.
    n_features_in_ : int
        Number of inputs.

    References
    ----------
    .. [1] N. Frémaux, H. Sprekeler, W. Gerstner (2013). Reinforcement learning using a continuous
       time actor-critic framework with spiking neurons. PLoS Computational Biology 9, e1003024.

    Examples
    --------
    Two places, in each of which another action is rewarded:

    >>> import numpy as np
    >>> from lsm.readout import SpikingActorCritic
    >>> agent = SpikingActorCritic(n_critics=20, n_actors=10, random_state=0)
    >>> places = np.repeat(400 * np.eye(2), 5, axis=1)
    >>> for k in range(100):
    ...     action = agent.start(places[k % 2])
    ...     agent = agent.end(10.0 if action == k % 2 else 0.0)
    >>> agent.predict(places)
    array([0, 1])
    """

    def __init__(
        self,
        n_actions: int = 2,
        n_critics: int = 40,
        n_actors: int = 40,
        learning_rate: float = 0.0015,
        annealing: float = 200.0,
        duration: float = 20.0,
        tau_m: float = 20.0,
        tau_kernel: float = 50.0,
        tau_rise: float = 20.0,
        tau_action: float = 20.0,
        tau_reward: float = 300.0,
        value_per_hz: float = 0.2,
        rate: float = 20.0,
        width: float = 0.2,
        adaptation: float = 0.1,
        inhibition: float = 0.0,
        w_init: float = 1.0,
        w_max: float = 3.0,
        dt: float = 1.0,
        random_state: RandomState = None,
    ) -> None:
        self.n_actions = n_actions
        self.n_critics = n_critics
        self.n_actors = n_actors
        self.learning_rate = learning_rate
        self.annealing = annealing
        self.duration = duration
        self.tau_m = tau_m
        self.tau_kernel = tau_kernel
        self.tau_rise = tau_rise
        self.tau_action = tau_action
        self.tau_reward = tau_reward
        self.value_per_hz = value_per_hz
        self.rate = rate
        self.width = width
        self.adaptation = adaptation
        self.inhibition = inhibition
        self.w_init = w_init
        self.w_max = w_max
        self.dt = dt
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Start with new weights, and learn from an episode; see `partial_fit`."""
        X, rewards = self._check_episode(X, y, reset=True)
        self._begin(X[0])
        return self._learn(X, rewards)

    def partial_fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Learn from an episode that was recorded, whatever actions are taken.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Rates of the inputs in Hz in each row, in order of time.
        y : array of shape (n_samples,)
            Rewards that came with the rows; that of the first has no effect.

        Returns
        -------
        self : SpikingActorCritic

        Raises
        ------
        TypeError, ValueError
            If a parameter, a rate or a reward is invalid.
        """
        if not hasattr(self, "weights_"):
            return self.fit(X, y)
        return self._learn(*self._check_episode(X, y, reset=False))

    def start(self, x: ArrayLike) -> int:
        """Start an episode: clear all traces, show an observation, and return an action.

        Parameters
        ----------
        x : array of shape (n_features,)
            Rates of the inputs in Hz.

        Returns
        -------
        action : int
        """
        first = not hasattr(self, "weights_")
        x = self._check_rates(np.reshape(x, (1, -1)), reset=first)[0]
        if first:
            self._begin(x)
        return self._start(x)

    def act(self, x: ArrayLike, reward: float = 0.0, *, learn: bool = True) -> int:
        """Show an observation and the reward that came with it, learn, and return an action.

        Parameters
        ----------
        x : array of shape (n_features,)
            Rates of the inputs in Hz.
        reward : float, default=0.0
            Reward since the last action.
        learn : bool, default=True
            Whether weights change.

        Returns
        -------
        action : int
            From 0 to `n_actions - 1`.
        """
        check_is_fitted(self, "weights_")
        x = self._check_row(x)
        return self._step(x, check_number("reward", reward), learn)

    def end(self, reward: float = 0.0) -> Self:
        """End an episode in a state without future rewards, and learn from that.

        The inputs fall silent until the value has decayed.

        Parameters
        ----------
        reward : float, default=0.0
            Last reward.

        Returns
        -------
        self : SpikingActorCritic
        """
        check_is_fitted(self)
        silence, last = np.zeros(self.n_features_in_), check_number("reward", reward)
        for k in range(self._n_settling()):
            self._step(silence, last if k == 0 else 0.0, True)
        return self

    def predict(self, X: ArrayLike) -> Array:
        """Return the best action in each row, by the mean input and without spikes at random.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Rates of the inputs in Hz.

        Returns
        -------
        actions : int64 array of shape (n_samples,)
        """
        return self.action_rates(X).argmax(axis=1)

    def action_rates(self, X: ArrayLike) -> Array:
        """Return the logarithm of the mean rate of the actors of each action, for a steady input.

        Parameters
        ----------
        X : array of shape (n_samples, n_features)
            Rates of the inputs in Hz.

        Returns
        -------
        rates : float64 array of shape (n_samples, n_actions)
        """
        check_is_fitted(self)
        X = self._check_rates(X, reset=False)
        potentials = X @ self.weights_[self.n_critics :].T * (self.tau_m / 1000 / self.scale_)
        by_action = potentials.reshape(len(X), self.n_actions, self.n_actors) / self.width
        return np.logaddexp.reduce(by_action, axis=2) - np.log(self.n_actors) - 1 / self.width

    def _begin(self, x):
        """Set the weights to their initial values; x gives the scale of the inputs."""
        rule = self._rule()
        n = self.n_critics + self.n_actions * self.n_actors
        self.scale_ = float(x.sum()) * self.tau_m / 1000 or 1.0
        self.weights_ = np.full((n, len(x)), min(self.w_init, rule.w_max))
        self.learning_time_ = 0.0
        self.rng_ = generators(self.random_state, ["spikes"])["spikes"]
        self.activity_ = Activity.at_rest(*self.weights_.shape, self.n_actions)

    def _start(self, x):
        self.activity_ = Activity.at_rest(*self.weights_.shape, self.n_actions)
        for _ in range(self._n_settling()):
            action = self._step(x, 0.0, False)
        return action

    def _step(self, x, reward, learn):
        activity, rule = self.activity_, self._rule()
        annealed = self.learning_rate / (1 + self.learning_time_ / self.annealing)
        rule = rule._replace(learning_rate=annealed)
        self.learning_time_ += learn * self.duration / 1000
        spikes = np.zeros(len(self.weights_))
        step(x, reward, learn, self.weights_, self.scale_, rule, self.rng_, activity, spikes)
        return int(activity.actions.argmax())

    def _learn(self, X, rewards):
        self.actions_ = np.array(
            [self._start(X[0])]
            + [self._step(x, r, True) for x, r in zip(X[1:], rewards[1:], strict=True)]
        )
        return self

    def _n_settling(self):
        return int(np.ceil(SETTLE * self.tau_kernel / self.duration))

    def _check_episode(self, X, reward, reset):
        self._rule()
        X, reward = validate_data(self, X, reward, dtype=np.float64, y_numeric=True, reset=reset)
        self._check_limits(X)
        return X, np.asarray(reward, dtype=np.float64)

    def _check_rates(self, X, reset):
        self._rule()
        X = validate_data(self, X, dtype=np.float64, reset=reset)
        self._check_limits(X)
        return X

    def _check_row(self, x):
        """Check one observation as `_check_rates` does, in a tenth of the time."""
        x = np.asarray(x)
        if (
            x.shape != (self.n_features_in_,)
            or x.dtype.kind not in "iuf"
            or not np.isfinite(x).all()
        ):
            return self._check_rates(np.reshape(x, (1, -1)), reset=False)[0]
        self._check_limits(x)
        return np.ascontiguousarray(x, dtype=np.float64)

    def _check_limits(self, X):
        if X.min() < 0:
            raise ValueError(
                f"Negative values in data passed to SpikingActorCritic: X holds rates in Hz, got "
                f"{X.min():g}; PlaceCells makes rates of observations"
            )
        if X.max() > 1000 / self.dt:
            raise ValueError(
                f"X must hold rates of at most one spike a step, {1000 / self.dt:g} Hz with "
                f"SpikingActorCritic.dt={self.dt:g}, got {X.max():g}: lower PlaceCells.rate, or dt"
            )

    def _rule(self):
        """Validate the parameters, and return the numbers that a step needs."""
        given = tuple(getattr(self, name) for name in PARAMETERS)
        try:
            return _checked_rule(*given)
        except TypeError:
            return _checked_rule.__wrapped__(*given)  # for a list, which no cache can hold

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.positive_only = True
        tags.target_tags.required = True
        return tags


@lru_cache(typed=True)  # a loop with an environment asks in each row
def _checked_rule(*given):
    """Validate the values of `PARAMETERS`, and return the numbers that a step needs."""
    owner, values = "SpikingActorCritic", dict(zip(PARAMETERS, given, strict=True))
    for name in COUNTS:
        check_integer(f"{owner}.{name}", values[name], 1)
    for name in POSITIVE:
        check_number(f"{owner}.{name}", values[name], 0, low_open=True)
    check_number(f"{owner}.annealing", values["annealing"], 0, np.inf, low_open=True)
    for name in NOT_NEGATIVE:
        check_number(f"{owner}.{name}", values[name], 0)
    for name, longer in (("tau_rise", "tau_kernel"), ("dt", "duration")):
        if values[name] > values[longer] or (name == "tau_rise" and values[name] == values[longer]):
            bound = "<" if name == "tau_rise" else "<="
            raise ValueError(
                f"{owner}.{name} must be {bound} {longer}={values[longer]:g}, got {values[name]:g}"
            )
    n_steps = int(round(values["duration"] / values["dt"]))
    fields = [float(values[name]) for name in [*ActorCriticRule.__annotations__][2:]]
    return ActorCriticRule(n_steps, int(values["n_critics"]), *fields)
