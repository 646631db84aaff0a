"""Liquids that learn: when, within what bounds, and what they come to know."""

import pickle
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import Liquid, LSMClassifier, LSMRegressor, plasticity
from lsm.neurons import LeakyTanh
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
from lsm.topology import ErdosRenyi, Weights
from tests.helpers.models import models_of
from tests.reference.learning import choose, find_pattern

SPIKE_RULES = [rule for rule in models_of(plasticity) if rule.acts_on == "spikes"]
EVERYTHING = Homeostasis(Rewiring(0.1), SynapticScaling(), IntrinsicPlasticity(learning_rate=0.5))


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


@pytest.mark.parametrize(
    "rule", [PairSTDP(a_plus=0.05), BCM(learning_rate=0.05), RewardSTDP(a_plus=0.05)]
)
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
        (BCM(target_rate=-5.0), "BCM.target_rate must be a finite number > 0, got -5.0"),
        (RewardSTDP(w_max=None), "RewardSTDP.w_max must be a number > 0, got None"),
        (SynapticScaling(), "Liquid.plasticity must be an object"),
        (PairSTDP, "Liquid.plasticity must be an object"),
    ],
)
def test_what_is_outside_its_meaning_is_refused(rule, message):
    with pytest.raises((ValueError, TypeError), match=message):
        Liquid(20, plasticity=rule, random_state=0).fit(samples())


@pytest.mark.parametrize("given", [np.nan, np.inf, None, "a", np.ones(3), True])
def test_a_function_must_return_a_finite_reward(given):
    with pytest.raises(ValueError, match="reward must return a finite number, but for sample 0"):
        learner(RewardSTDP()).fit(samples(), reward=lambda i, counts: given)


@pytest.mark.parametrize(
    "reward", [[1.0], [1.0] * 5 + [np.nan], np.ones((6, 1)), ["1"] * 6, [True] * 6]
)
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
    search = GridSearchCV(model, {"readout": ["auto"]}, cv=[(np.arange(12), np.arange(12, 24))])
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


# How often learning comes to this with other seeds is said in docs/models.md.


def test_stdp_finds_a_pattern_hidden_in_noise_and_then_its_start():
    """A seed in which all is clear: with others one in five fails, and most find the start less."""
    (found, late, elsewhere), (found_at_last, early, elsewhere_at_last) = find_pattern(6)
    assert found > 0.9
    assert elsewhere > 3
    assert found_at_last > 0.95
    assert elsewhere_at_last < 0.2
    assert early < 0.4 * late


def test_stdp_finds_nothing_where_no_pattern_repeats():
    _, (found, _, elsewhere) = find_pattern(6, repeats=False)
    assert found < 0.7
    assert elsewhere > 1


def test_reward_teaches_a_choice_between_two():
    """Rewards by chance teach some choice, so that only their mean is a control."""
    seeds = range(100, 106)
    assert min(choose(seed) for seed in seeds) > 0.9
    assert np.mean([choose(seed, taught=False) for seed in seeds]) < 0.7
