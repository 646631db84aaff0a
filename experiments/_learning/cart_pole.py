"""The cart with a pole of Gymnasium, and controllers that learn in it."""

from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, clone

from lsm._random import generators

__all__ = ["LIMITS", "CartPole", "Controller", "LinearActorCritic", "RandomSearch"]

# Position, speed, angle and angular velocity, within which place cells lie.
LIMITS = ((-2.4, 2.4), (-2.0, 2.0), (-0.21, 0.21), (-2.0, 2.0))
MOST = 500  # steps of an episode


@dataclass(frozen=True)
class CartPole:
    """The environment, with noise and delay of its observations.

    Parameters
    ----------
    noise : float
        Standard deviation of the noise of an observation, in upper limits of place cells.
    delay : int
        Steps of 20 ms by which observations are late.
    """

    noise: float = 0.0
    delay: int = 0

    def run(self, seed, act, learn=None):
        """Run an episode, and return its number of steps.

        Parameters
        ----------
        seed : int
            Seed of the start and of the noise.
        act : function
            Returns an action for an observation.
        learn : function, optional
            Called at the end with whether the pole fell.
        """
        environment = _make()
        rng, scale = np.random.default_rng(seed), np.array(LIMITS)[:, 1]
        observation, _ = environment.reset(seed=seed)
        seen = [observation] * (self.delay + 1)
        n_steps, fell = 0, False
        while n_steps < MOST and not fell:
            noise = self.noise * scale * rng.standard_normal(4) if self.noise else 0.0
            observation, _, fell, _, _ = environment.step(int(act(seen[0] + noise)))
            seen = [*seen[1:], observation]
            n_steps += 1
        if learn is not None:
            learn(fell)
        return n_steps


def _make():
    """Return the environment; Gymnasium is imported here, since only this method needs it."""
    try:
        import gymnasium
    except ImportError as error:
        raise ImportError(
            "this method needs Gymnasium: pip install 'liquid-state-machine[control]'"
        ) from error
    return gymnasium.make("CartPole-v1").unwrapped


class Controller(BaseEstimator):
    """An actor-critic behind place cells; a step brings a reward of one.

    Parameters
    ----------
    cells : PlaceCells
        Place cells.
    agent : estimator
        With `start`, `act`, `end` and `predict` of :class:`~lsm.readout.SpikingActorCritic`.

    Attributes
    ----------
    steps_ : array of shape (n_episodes,)
        Numbers of steps of all episodes.
    """

    def __init__(self, cells, agent):
        self.cells = cells
        self.agent = agent

    def fit(self, X, task):
        """Learn in the episodes with the seeds X of a :class:`CartPole`, in their order."""
        self.cells_ = clone(self.cells).fit(np.zeros((1, 4)))
        self.agent_ = clone(self.agent)
        self.steps_ = np.array([self._learn(int(seed), task) for seed in X])
        return self

    def _learn(self, seed, task):
        agent, started = self.agent_, False

        def act(observation):
            nonlocal started
            rates = self._rates(observation)
            if started:
                return agent.act(rates, 1.0)
            started = True
            return agent.start(rates)

        def end(fell):
            if fell:
                agent.end(1.0)

        return task.run(seed, act, end)

    def predict(self, observation):
        """Return the best action for an observation."""
        return self.agent_.predict(self._rates(observation)[None])[0]

    def _rates(self, observation):
        return self.cells_.rates(observation[None])[0]


class LinearActorCritic(BaseEstimator):
    """An actor-critic without spikes: two linear maps of the rates of place cells, and TD(lambda).

    Parameters
    ----------
    learning_rate, decay, discount : float
        Of both maps: rate, decay of the eligibility in a step, and discount of a step.
    random_state : int or None
        Seed of the actions.
    """

    def __init__(self, learning_rate=0.3, decay=0.8, discount=0.95, random_state=None):
        self.learning_rate = learning_rate
        self.decay = decay
        self.discount = discount
        self.random_state = random_state

    def start(self, x):
        """Start an episode, and return an action."""
        if not hasattr(self, "policy_"):
            self.rng_ = generators(self.random_state, ["actions"])["actions"]
            self.policy_, self.values_ = np.zeros((2, len(x)))
        self.traces_ = np.zeros((2, len(x)))
        return self._choose(x)

    def act(self, x, reward):
        """Learn from the reward and the observation that followed, and return an action."""
        x_next = x / x.sum()
        self._learn(reward + self.discount * (self.values_ @ x_next - self.values_ @ self.x_))
        return self._choose(x)

    def end(self, reward):
        """Learn from the last reward."""
        self._learn(reward - self.values_ @ self.x_)

    def predict(self, X):
        """Return the better action in each row."""
        return (X @ self.policy_ > 0).astype(int)

    def _choose(self, x):
        self.x_ = x / x.sum()
        chance = 1 / (1 + np.exp(-self.policy_ @ self.x_))
        action = int(self.rng_.random() < chance)
        self.traces_ *= self.decay * self.discount
        self.traces_ += np.stack([(action - chance) * self.x_, self.x_])
        return action

    def _learn(self, error):
        self.policy_ += self.learning_rate * error * self.traces_[0]
        self.values_ += self.learning_rate * error * self.traces_[1]


class RandomSearch(BaseEstimator):
    """A linear policy of the observation itself: the best of random ones, each tried in episodes.

    Parameters
    ----------
    n_tries : int
        Episodes of each policy.
    random_state : int or None
        Seed of the policies.
    """

    def __init__(self, n_tries=5, random_state=None):
        self.n_tries = n_tries
        self.random_state = random_state

    def fit(self, X, task):
        """Try policies in all episodes but the last 100, and keep the best for these."""
        rng = generators(self.random_state, ["policies"])["policies"]
        best, steps, n_search = -np.inf, [], max(len(X) - 100, self.n_tries)
        while len(steps) < len(X):
            searches = len(steps) < n_search
            policy = rng.normal(size=4) / np.array(LIMITS)[:, 1] if searches else self.policy_
            seeds = X[len(steps) :][: self.n_tries if searches else None]
            tried = [task.run(int(seed), _follow(policy)) for seed in seeds]
            if searches and np.mean(tried) > best:
                best, self.policy_ = np.mean(tried), policy
            steps += tried
        self.steps_ = np.array(steps, dtype=float)
        return self

    def predict(self, observation):
        """Return the action for an observation."""
        return _follow(self.policy_)(observation)


def _follow(policy):
    return lambda observation: int(observation @ policy > 0)
