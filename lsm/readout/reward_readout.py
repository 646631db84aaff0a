"""Neurons that learn from rewards which action to choose for a spike pattern."""

from typing import Self

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils import check_random_state, column_or_1d

from .._parts import all_or_nothing
from .._typing import Array, ArrayLike, RandomState, Samples
from .._validation import check_integer, check_number, check_reals
from ._reward import RewardRule, trial
from .spike_readout import SpikeReadout, encode_classes

__all__ = ["RewardReadout"]


class RewardReadout(ClassifierMixin, SpikeReadout):
    """Choose actions by spikes at random, and strengthen those that bring reward [1]_ [2]_.

    Each action has `n_neurons` neurons. Neuron i spikes at random in a step of length dt, with the
    rate rho::

        u_i = sum over j of w_ij x_j / scale,   rho_i = rate * exp((u_i - 1) / width)

    where x_j is a trace of the spikes of channel j, which decays with `tau`, and `scale` is the
    mean sum of all traces in `fit`. The action is that whose neurons spike most. The reward after
    a sample changes the weights by reward-modulated STDP, in which unexpected spikes are eligible::

        e_ij = sum over steps of (spike_i - rho_i dt) x_j / scale
        w_ij <- w_ij + learning_rate * (reward - expected_reward) * e_ij,   |w_ij| <= w_max

    So the mean change follows the gradient of the mean reward. The expected reward is a running
    mean over `memory` samples.

    `fit` learns from classes: the reward of an action is 1 if it is the class, and else 0. The
    right class is not told. To learn from other rewards, call `act` and give the rewards of its
    actions to `partial_fit`.

    Parameters
    ----------
    n_neurons : int, default=5
        Number of neurons for each action.
    max_iter : int, default=20
        Number of passes over the training samples in `fit`, in their order.
    learning_rate : float, default=1.0
        Change of a weight by a surprise of 1 and an eligibility of 1.
    memory : float, default=50.0
        Number of samples over which the expected reward is a mean.
    tau : float, default=20.0
        Time constant of the traces in ms.
    rate : float, default=20.0
        Rate of a neuron at the potential 1, in Hz.
    width : float, default=0.3
        Change of the potential by which the rate rises e-fold.
    w_max : float, default=5.0
        Largest magnitude of a weight; initial weights are 1.
    dt : float, default=1.0
        Length of a step in ms, at most the duration of a row.
    row_duration : float or "auto", default="auto"
        Duration in ms of a row of lists and arrays; "auto" is one step. A SpikeArray has its own.
    static_steps : int, default=100
        Number of steps of a static pattern.
    random_state : int, RandomState instance or None, default=None
        Seed of the spikes.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
        Actions.
    weights_ : float64 array of shape (n_classes * n_neurons, n_features)
        Weights of the neurons of each action.
    scale_ : float
        Mean sum of all traces in the samples of the first call.
    expected_reward_ : float
        Running mean of rewards.
    rewards_ : array of shape (max_iter,)
        Mean reward in each pass of `fit`.
    n_iter_ : int
        Number of passes of `fit`.
    n_trials_ : int
        Number of samples that were learnt from.
    n_features_in_ : int
        Number of channels.

    References
    ----------
    .. [1] J.-P. Pfister, T. Toyoizumi, D. Barber, W. Gerstner (2006). Optimal
       spike-timing-dependent plasticity for precise action potential firing in supervised
       learning. Neural Computation 18, 1318-1348.
    .. [2] N. Frémaux, H. Sprekeler, W. Gerstner (2010). Functional requirements for
       reward-modulated spike-timing-dependent plasticity. Journal of Neuroscience 30, 13326-13337.

    Examples
    --------
    >>> import numpy as np
    >>> from lsm.readout import RewardReadout
    >>> rng = np.random.default_rng(0)
    >>> y = np.arange(40) % 2
    >>> rates = np.where(y[:, None] == np.arange(20) % 2, 0.05, 0.01)
    >>> X = (rng.random((40, 100, 20)) < rates[:, None]).astype(int)
    >>> RewardReadout(random_state=0).fit(X, y).score(X, y) > 0.9
    True
    """

    def __init__(
        self, n_neurons: int = 5, max_iter: int = 20, learning_rate: float = 1.0,
        memory: float = 50.0, tau: float = 20.0, rate: float = 20.0, width: float = 0.3,
        w_max: float = 5.0, dt: float = 1.0, row_duration: float | str = "auto",
        static_steps: int = 100, random_state: RandomState = None,
    ) -> None:  # fmt: skip
        super().__init__(dt=dt, row_duration=row_duration, static_steps=static_steps)
        self.n_neurons = n_neurons
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.memory = memory
        self.tau = tau
        self.rate = rate
        self.width = width
        self.w_max = w_max
        self.random_state = random_state

    def fit(self, X: Samples, y: ArrayLike) -> Self:
        """Start with new weights, and learn classes from the rewards of guesses.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Training samples.
        y : array of shape (n_samples,)
            Classes.

        Returns
        -------
        self : RewardReadout

        Raises
        ------
        TypeError, ValueError
            If a parameter or a sample is invalid, or there is one class only.
        """
        max_iter = check_integer("RewardReadout.max_iter", self.max_iter, 1)
        self._check()
        trains = self.fit_trains(X)
        self.classes_, indices = encode_classes(X, y, "RewardReadout")
        self._begin(trains)
        self.rewards_ = np.zeros(max_iter)
        for epoch in range(max_iter):
            for sample, right in enumerate(indices):
                counts, _, eligibility = self._try(trains, sample, self.n_trials_)
                reward = float(self._choose(counts) == right)
                self._learn([eligibility], [reward])
                self.rewards_[epoch] += reward / len(indices)
        self.n_iter_ = max_iter
        return self

    def partial_fit(self, X: Samples, y: ArrayLike, classes: ArrayLike | None = None) -> Self:
        """Learn from the rewards of the actions that `act` chooses for the samples.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples, those of the last call of `act`.
        y : array of shape (n_samples,)
            Rewards.
        classes : array of shape (n_classes,), optional
            All actions, in the first call alone. `act` can be called after a first call with
            rewards of zero, from which nothing is learnt.

        Returns
        -------
        self : RewardReadout

        Raises
        ------
        TypeError, ValueError
            If a parameter, a sample or a reward is invalid, or the first call names no actions.
        """
        self._check()
        if not hasattr(self, "weights_"):
            if classes is None:
                raise ValueError(
                    "classes must hold all actions in the first call of partial_fit, got None"
                )
            with all_or_nothing(self):  # or a call with invalid rewards would count as the first
                trains = self.fit_trains(X)
                rewards = _check_rewards(y, len(trains))
                self.classes_ = _check_actions(classes)
                self._begin(trains)
        else:
            trains = self.trains(X)
            rewards = _check_rewards(y, len(trains))
        tried = [self._try(trains, i, self.n_trials_ + i) for i in range(len(trains))]
        self._learn([eligibility for *_, eligibility in tried], rewards)
        return self

    def act(self, X: Samples) -> Array:
        """Return an action for each sample, by spikes at random; `partial_fit` learns from them.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        actions : array of shape (n_samples,)
            Elements of `classes_`. The same until the next call of `partial_fit`.
        """
        trains = self.trains(X)
        tried = [self._try(trains, i, self.n_trials_ + i)[0] for i in range(len(trains))]
        return self.classes_[[self._choose(counts) for counts in tried]]

    def decision_function(self, X: Samples) -> Array:
        """Return the expected number of spikes of a neuron of each action.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        expected : float64 array of shape (n_samples, n_classes), or (n_samples,) for two actions
            For two actions the number of the second minus that of the first.
        """
        expected = self._expected(X)
        return expected[:, 1] - expected[:, 0] if expected.shape[1] == 2 else expected

    def predict(self, X: Samples) -> Array:
        """Return the action whose neurons are expected to spike most, without random spikes.

        Parameters
        ----------
        X : SpikeArray, sequence of (T_i, n_channels) arrays, 3-D or 2-D array
            Samples.

        Returns
        -------
        actions : array of shape (n_samples,)
        """
        expected = self._expected(X)
        return self.classes_[expected.argmax(axis=1)]

    def _expected(self, X):
        self._check()
        trains = self.trains(X)
        expected = np.array([self._try(trains, i, 0)[1] for i in range(len(trains))])
        return expected.reshape(len(trains), len(self.classes_), -1).mean(axis=2)

    def _begin(self, trains):
        """Set the weights to one; the samples give the scale of the traces."""
        steps = np.exp(-self.dt / self.tau)
        total = np.abs(trains.amplitudes).sum() / (1 - steps) / trains.n_steps.sum()
        self.scale_ = float(total) or 1.0
        shape = len(self.classes_) * self.n_neurons, trains.n_channels
        self.weights_ = np.full(shape, min(1.0, float(self.w_max)))
        self._entropy = check_random_state(self.random_state).randint(2**31, size=2).tolist()
        self.n_trials_, self.expected_reward_ = 0, 0.0

    def _try(self, trains, sample, number):
        """Run a sample with the random numbers of a trial; return counts, means, eligibility."""
        rule = RewardRule(
            np.exp(-self.dt / self.tau), self.rate * self.dt / 1000, self.width, self.scale_
        )
        part = slice(trains.offsets[sample], trains.offsets[sample + 1])
        n_steps, n = int(trains.n_steps[sample]), len(self.weights_)
        draws = np.random.default_rng([*self._entropy, number]).random((n_steps, n))
        counts, expected, eligibility = np.zeros(n), np.zeros(n), np.zeros(self.weights_.shape)
        trial(
            trains.steps[part], trains.channels[part], trains.amplitudes[part], n_steps,
            self.weights_, rule, draws, counts, expected, eligibility,
        )  # fmt: skip
        return counts, expected, eligibility

    def _choose(self, counts):
        return int(counts.reshape(len(self.classes_), -1).sum(axis=1).argmax())

    def _learn(self, eligibilities, rewards):
        """Change the weights by the rewards of trials, and the expected reward after that."""
        for eligibility, reward in zip(eligibilities, rewards, strict=True):
            surprise = self.learning_rate * (reward - self.expected_reward_)
            self.weights_ = np.clip(self.weights_ + surprise * eligibility, -self.w_max, self.w_max)
        share = 1 / max(self.memory, 1.0)
        for reward in rewards:
            self.expected_reward_ += share * (float(reward) - self.expected_reward_)
        self.n_trials_ += len(rewards)

    def _check(self):
        """Validate the parameters."""
        check_integer("RewardReadout.n_neurons", self.n_neurons, 1)
        for name in ("memory", "tau", "rate", "width", "w_max"):
            check_number(f"RewardReadout.{name}", getattr(self, name), 0, low_open=True)
        check_number("RewardReadout.learning_rate", self.learning_rate, 0)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        # A static pattern is one postsynaptic potential, which drives hardly a spike.
        tags.classifier_tags.poor_score = True
        return tags


def _check_rewards(y, n_samples):
    """Return a finite reward for each sample."""
    rewards = column_or_1d(check_reals("y must hold a reward for each sample", y))
    if len(rewards) != n_samples or not np.isfinite(rewards).all():
        raise ValueError(
            f"y must hold a finite reward for each of the {n_samples} samples, got {y!r:.80}"
        )
    return rewards


def _check_actions(classes):
    """Return the actions, sorted."""
    given = np.asarray(classes)
    is_missing = given.dtype.kind == "f" and not np.isfinite(given).all()
    kinds = {type(value) for value in given.ravel().tolist()}
    if given.ndim != 1 or is_missing or len(kinds) != 1 or len(np.unique(given)) < 2:
        raise ValueError(
            "classes must hold two actions or more, all integers or all strings, such as [0, 1], "
            f"got {classes!r:.80}"
        )
    return np.unique(given)
