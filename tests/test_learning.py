"""Liquids that learn: when, within what bounds, and what they come to know."""

import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import Liquid, LSMClassifier, LSMRegressor, plasticity
from lsm.neurons import LIF, LeakyTanh
from lsm.plasticity import (
    BCM,
    Homeostasis,
    IntrinsicPlasticity,
    Oja,
    PairSTDP,
    RewardSTDP,
    Rewiring,
    SynapticScaling,
    TripletSTDP,
)
from lsm.synapses import Exponential
from lsm.topology import ErdosRenyi, FixedWeights, Weights

SPIKE_RULES = [
    rule for name in plasticity.__all__ if (rule := getattr(plasticity, name)).acts_on == "spikes"
]
EVERYTHING = Homeostasis(Rewiring(0.1), SynapticScaling(), IntrinsicPlasticity(speed=0.5))


def samples(n_samples=6, n_channels=8, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.poisson(0.05, (rng.integers(80, 120), n_channels)) for _ in range(n_samples)]


def learner(rule=None, **params):
    """Return a small liquid that learns fast."""
    rule = rule or PairSTDP(a_plus=0.05, a_minus=0.05)
    return Liquid(**{"n_neurons": 40, "dtype": "float64", "random_state": 0} | params).set_params(
        plasticity=rule
    )


def weights(liquid):
    return liquid.network_.w.toarray()


def rewards_for(rule, reward):
    return reward if rule.learns_from_reward else None


@parametrize_with_checks([learner(n_neurons=30, homeostasis=IntrinsicPlasticity())])
def test_scikit_learn_contract(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        check(estimator)


def test_only_fit_and_partial_fit_learn():
    X, liquid = samples(), learner(homeostasis=EVERYTHING)
    untaught = clone(liquid).set_params(plasticity=None, homeostasis=None).fit(X)
    liquid.fit(X)
    assert not np.array_equal(weights(liquid), weights(untaught))
    before = pickle.dumps(liquid)
    liquid.transform(X), liquid.record(X), liquid.trajectory(X)
    assert pickle.dumps(liquid) == before
    once = weights(liquid)
    assert not np.array_equal(weights(liquid.partial_fit(X)), once)
    assert not hasattr(untaught, "partial_fit")


@pytest.mark.parametrize("rule", SPIKE_RULES)
@settings(max_examples=8)
@given(seed=st.integers(0, 10**6), factor=st.sampled_from([0.1, 1.0, 100.0]))
def test_weights_keep_their_sign_and_their_bounds(rule, seed, factor):
    rule = rule()
    amplitudes = {name: value for name, value in vars(rule).items() if name.startswith("a")}
    rule.set_params(**{name: factor * value for name, value in amplitudes.items()})
    liquid = learner(
        rule, random_state=seed, calibration=None,
        topology=ErdosRenyi(weights=Weights(gain=3.0, distribution="normal", cv=1.0)),
    )  # fmt: skip
    X = samples(3, seed=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        before = weights(clone(liquid).set_params(plasticity=None).fit(X))
        after = weights(liquid.fit(X, reward=rewards_for(rule, [1.0, -2.0, 3.0])))
    inhibitory = liquid.inhibitory_
    np.testing.assert_array_equal(after[inhibitory], before[inhibitory])
    highest = getattr(rule, "w_max", np.inf) * liquid.weight_unit_
    assert after[~inhibitory].min() >= 0
    assert np.all(np.isfinite(after) & (after <= np.maximum(before, highest * (1 + 1e-6))))


@pytest.mark.parametrize("rule", [PairSTDP(a_plus=0.05), BCM(a=0.05), RewardSTDP(a_plus=0.05)])
def test_many_small_lessons_are_one_large_one(rule):
    X = samples(8)
    first, rest = X[:2], X[2:]
    liquid = learner(rule, homeostasis=EVERYTHING)
    once = clone(liquid).fit(first).partial_fit(rest, reward=rewards_for(rule, np.arange(6.0)))
    many = clone(liquid).partial_fit(first)
    for i, x in enumerate(rest):
        many = pickle.loads(pickle.dumps(many))
        many.partial_fit([x], reward=rewards_for(rule, [float(i)]))
    np.testing.assert_array_equal(weights(many), weights(once))
    np.testing.assert_array_equal(many.network_.bias, once.network_.bias)
    assert not np.array_equal(weights(many), weights(clone(liquid).fit(first)))


def test_what_is_learnt_depends_on_the_seed_and_not_on_the_threads():
    X, liquid = samples(), learner(homeostasis=EVERYTHING)
    alone = clone(liquid).fit(X)
    threads = clone(liquid).set_params(n_jobs=3).fit(X)
    np.testing.assert_array_equal(weights(alone), weights(threads))
    assert (alone.transform(X) != threads.transform(X)).nnz == 0
    other = clone(liquid).set_params(random_state=1).fit(X)
    assert not np.array_equal(weights(alone), weights(other))


def test_a_search_reaches_the_numbers_of_rules():
    X, y = samples(24), np.arange(24) % 2
    model = LSMClassifier(learner(homeostasis=EVERYTHING))
    grid = {
        "liquid__plasticity__a_plus": [0.0, 0.5],
        "liquid__homeostasis__rewiring__share": [0.0, 0.2],
    }
    search = GridSearchCV(model, grid, cv=2).fit(X, y)
    best = search.best_estimator_.liquid_
    assert best.plasticity.a_plus == search.best_params_["liquid__plasticity__a_plus"]
    other = clone(best).set_params(plasticity__a_plus=0.5 - best.plasticity.a_plus).fit(X)
    assert not np.array_equal(weights(best), weights(other))


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (PairSTDP(tau_plus=0), "PairSTDP.tau_plus must be a finite number > 0, got 0"),
        (PairSTDP(a_plus=-1), "PairSTDP.a_plus must be a finite number >= 0, got -1"),
        (PairSTDP(bound="soft"), "PairSTDP.bound must be one of 'additive', 'multiplicative'"),
        (TripletSTDP(pairing="some"), "TripletSTDP.pairing must be one of 'all', 'nearest'"),
        (TripletSTDP(tau_y="long"), "TripletSTDP.tau_y must be a number"),
        (Oja(tau=np.inf), "Oja.tau must be a finite number"),
        (BCM(rate=-5.0), "BCM.rate must be a finite number > 0, got -5.0"),
        (RewardSTDP(w_max=None), "RewardSTDP.w_max must be a number > 0, got None"),
        (SynapticScaling(), "Liquid.plasticity must be an object"),
        (PairSTDP, "Liquid.plasticity must be an object"),
    ],
)
def test_what_is_outside_its_meaning_is_refused(rule, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Liquid(20, plasticity=rule, random_state=0).fit(samples())


@pytest.mark.parametrize("reward", [[1.0], [1.0] * 5 + [np.nan], np.ones((6, 1))])
def test_rewards_that_do_not_fit_the_samples_are_refused(reward):
    with pytest.raises(ValueError, match="reward must have a finite number for each of 6 samples"):
        learner(RewardSTDP()).fit(samples(), reward=reward)


def test_a_reward_that_nobody_would_look_at_is_refused():
    for liquid in (Liquid(20, random_state=0), learner(homeostasis=EVERYTHING)):
        with pytest.raises(ValueError, match="reward is for rules that learn from it, such as"):
            liquid.fit(samples(), reward=np.ones(6))
        assert not hasattr(liquid, "network_")
    liquid.fit(samples())
    with pytest.raises(ValueError, match=r"but the liquid's are \[PairSTDP\(.*\), Homeostasis"):
        liquid.partial_fit(samples(), reward=lambda i, counts: 1.0)


@pytest.mark.parametrize("reward", [np.arange(24.0), lambda i, counts: float(i)])
def test_an_estimator_hands_the_reward_on(reward):
    X, y = samples(24), np.arange(24) % 2
    model = LSMClassifier(learner(RewardSTDP(a_plus=0.05))).fit(X, y, reward=reward)
    by_hand = clone(model.liquid).fit(X, reward=reward)
    np.testing.assert_array_equal(weights(model.liquid_), weights(by_hand))
    assert not np.array_equal(weights(model.liquid_), weights(clone(model.liquid).fit(X)))
    series = LSMRegressor(clone(model.liquid)).fit(X, [x[:, 0] for x in X], reward=reward)
    np.testing.assert_array_equal(weights(series.liquid_), weights(by_hand))


def test_a_search_gives_each_fold_its_rewards():
    X, y, reward = samples(24), np.arange(24) % 2, np.arange(24.0)
    model = LSMClassifier(learner(RewardSTDP(a_plus=0.05)))
    search = GridSearchCV(model, {"readout": [None]}, cv=[(np.arange(12), np.arange(12, 24))])
    found = search.fit(X, y, reward=reward).cv_results_["split0_test_score"][0]
    first = clone(model).fit(X[:12], y[:12], reward=reward[:12])
    assert found == first.score(X[12:], y[12:])
    unrewarded = clone(model).fit(X[:12], y[:12])
    assert not np.array_equal(weights(unrewarded.liquid_), weights(first.liquid_))


def test_health_is_measured_anew_when_asked():
    X = samples()
    liquid = learner(PairSTDP(a_plus=0.0, a_minus=0.02)).fit(X)
    before = liquid.health_
    assert liquid.partial_fit(X).health_ == before
    found = liquid.diagnose(X)
    assert found == liquid.health_
    assert found != before


def test_rules_of_spikes_refuse_neurons_without():
    with pytest.raises(ValueError, match="PairSTDP needs spikes, which neurons of LeakyTanh"):
        learner(neurons=LeakyTanh()).fit(samples())


class OneToOne:
    """Let each of the first neurons follow its channel, spike by spike."""

    def draw(self, n_channels, inhibitory, rng):
        return sparse.csr_array(1e4 * np.eye(n_channels, len(inhibitory))), 0.0


def by_hand(matrix, n_afferents, tau_m, tau_syn, refractory, **params):
    """Return a liquid of given weights, whose first neurons follow the channels."""
    afferent = np.arange(len(matrix)) < n_afferents
    return Liquid(
        topology=FixedWeights(matrix), inputs=OneToOne(), calibration=None, dtype="float64",
        neurons=LIF(tau_m, refractory=np.where(afferent, 0.0, refractory)),
        synapses=Exponential(np.where(afferent, 0.05, tau_syn)), random_state=0, **params,
    )  # fmt: skip


class Noise:
    """Poisson trains that hide a pattern of 50 ms in half of the channels, five times a second."""

    n_channels, rate, length, every = 500, 0.012, 50, 200  # in steps of 1 ms

    def __init__(self, repeats):
        self.repeats = repeats
        self.rng = np.random.default_rng(6)
        self.pattern = self._spikes(self.length, self.n_channels // 2)

    def _spikes(self, *shape):
        return self.rng.random(shape) < self.rate

    def draw(self, n_steps):
        """Return a train, and when the pattern starts; if it does not repeat, another each time."""
        train = self._spikes(n_steps, self.n_channels)
        onsets = np.arange(0, n_steps, self.every)
        onsets += self.rng.integers(0, self.every - self.length, len(onsets))
        for onset in onsets:
            pattern = self.pattern if self.repeats else self._spikes(*self.pattern.shape)
            train[onset : onset + self.length, : self.n_channels // 2] = pattern
        return train.astype(int), onsets


def responses(liquid, noise):
    """Return the share of patterns with a spike, its mean delay, and other spikes a second."""
    train, onsets = noise.draw(20_000)
    spikes = liquid.record([train])
    spikes = spikes.steps[spikes.channels == noise.n_channels]
    delays = spikes[:, None] - onsets
    within = (delays > 0) & (delays <= noise.length + 10)
    first = np.where(within, delays, np.inf).min(axis=0)
    return np.isfinite(first).mean(), first[np.isfinite(first)].mean(), np.sum(~within.any(1)) / 20


def test_stdp_finds_a_pattern_hidden_in_noise_and_then_its_start():
    """Masquelier, Guyonneau & Thorpe (2008), in small."""
    rule = PairSTDP(a_plus=0.015, a_minus=0.0086, tau_plus=16.8, tau_minus=33.7, w_max=2.1)
    matrix = np.zeros((501, 501))
    matrix[:-1, -1] = 1.2 / (500 * 0.012 * 2.5)  # a mean drive of 1.2 thresholds

    def taught(noise, n_lessons, liquid=None):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            liquid = liquid or by_hand(matrix, 500, 10.0, 2.5, 10.0, plasticity=rule)
            for _ in range(n_lessons):
                liquid.partial_fit([noise.draw(10_000)[0]])
        return liquid

    noise = Noise(repeats=True)
    liquid = taught(noise, 3)
    found, late, elsewhere = responses(liquid, noise)
    assert found > 0.9
    assert elsewhere > 3
    found, early, elsewhere = responses(taught(noise, 7, liquid), noise)
    assert found > 0.95
    assert elsewhere < 0.2
    assert early < 0.4 * late
    # where no pattern repeats there is nothing to find
    noise = Noise(repeats=False)
    found, _, elsewhere = responses(taught(noise, 10), noise)
    assert found < 0.7
    assert elsewhere > 1


def test_reward_teaches_a_choice_between_two():
    n_cues, n_actors, n_samples = 40, 5, 150
    n_neurons = n_cues + 2 * n_actors + 2
    rng = np.random.default_rng(0)
    actors = n_cues + np.arange(2 * n_actors).reshape(2, n_actors)
    matrix = np.zeros((n_neurons, n_neurons))
    drive = rng.uniform(0.6, 1.8, (n_cues, 2 * n_actors))  # in thresholds, about
    matrix[:n_cues, actors.ravel()] = drive / (20 * 0.05 * 5)
    for side in range(2):  # each pool holds the other down, through one inhibitory neuron
        matrix[actors[side], side - 2] = 1.5
        matrix[side - 2, actors[1 - side]] = -3.0
    rule = RewardSTDP(a_plus=0.02, a_minus=0.02, tau_eligibility=500.0)
    cue = rng.integers(2, size=2 * n_samples)
    rate = np.where(np.arange(n_cues) // 20 == cue[:, None], 0.05, 0.005)
    X = [(rng.random((200, n_cues)) < r).astype(int) for r in rate]

    def choice(counts):
        left, right = (counts[..., pool].sum(axis=-1) for pool in actors)
        return np.where(left == right, -1, right > left)

    def accuracy(reward):
        liquid = by_hand(matrix, n_cues, 20.0, 5.0, 2.0, plasticity=rule)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            liquid.fit(X[:n_samples], reward=reward)
        return np.mean(choice(liquid.transform(X[n_samples:]).toarray()) == cue[n_samples:])

    right = accuracy(lambda i, counts: 1.0 if choice(counts) == cue[i] else -1.0)
    by_chance = accuracy(rng.choice([-1.0, 1.0], n_samples))
    assert right > 0.9
    assert by_chance < 0.7
