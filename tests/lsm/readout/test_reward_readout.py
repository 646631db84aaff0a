"""The readout that learns from rewards: against its reference, the gradient, and a bandit."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import SpikeArray
from lsm.readout import RewardReadout
from lsm.readout._reward import RewardRule, reference_trial, trial
from lsm.readout.spike_readout import Trains

RULE = RewardRule(leak=0.9, rate=0.1, width=0.4, scale=2.0)


@parametrize_with_checks([RewardReadout(n_neurons=2, max_iter=5, random_state=0)])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def patterns(n_classes=2, n_samples=40, seed=0):
    """Return spikes in which every class has fast channels of its own, and the classes."""
    rng = np.random.default_rng(seed)
    y = np.arange(n_samples) % n_classes
    fast = y[:, None] == np.arange(8 * n_classes) % n_classes
    rates = np.where(fast, 0.05, 0.01)[:, None]
    return SpikeArray.from_dense(
        (rng.random((n_samples, 60, 8 * n_classes)) < rates).astype(int)
    ), y


def run(trains, sample, weights, draws):
    part = slice(trains.offsets[sample], trains.offsets[sample + 1])
    counts, expected, eligibility = np.zeros(4), np.zeros(4), np.zeros(weights.shape)
    trial(
        trains.steps[part], trains.channels[part], trains.amplitudes[part],
        int(trains.n_steps[sample]), weights, RULE, draws, counts, expected, eligibility,
    )  # fmt: skip
    return counts, expected, eligibility


def test_the_compiled_function_equals_the_reference():
    rng = np.random.default_rng(0)
    trains = Trains.of(patterns()[0], 1.0, "test")
    weights, draws = rng.normal(1, 0.5, (4, 16)), rng.random((60, 4))
    for sample in (0, 7):
        ours = run(trains, sample, weights, draws)
        reference = reference_trial(trains, sample, weights, RULE, draws)
        np.testing.assert_array_equal(ours[0], reference[0])
        for one, other in zip(ours, reference, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
    assert ours[0].sum() > 0


def test_the_eligibility_is_the_gradient_of_the_log_likelihood_of_the_spikes():
    """d log P(spikes) / dw, by finite differences, in the limit of small chances in a step."""
    rng = np.random.default_rng(1)
    trains = Trains.of(patterns()[0], 1.0, "test")
    weights, draws = rng.normal(0.5, 0.3, (4, 16)), rng.random((60, 4))
    rule = RULE._replace(rate=0.005)

    def log_likelihood(w):
        trace, total = np.zeros(16), 0.0
        for events, spiked in zip(trains.dense(0), spikes, strict=True):
            trace = trace * rule.leak + events / rule.scale
            chance = 1 - np.exp(-rule.rate * np.exp((w @ trace - 1) / rule.width))
            total += np.log(np.where(spiked, chance, 1 - chance)).sum()
        return total

    trace, spikes = np.zeros(16), []
    for events, random in zip(trains.dense(0), draws, strict=True):
        trace = trace * rule.leak + events / rule.scale
        spikes.append(random < 1 - np.exp(-rule.rate * np.exp((weights @ trace - 1) / rule.width)))
    eligibility = reference_trial(trains, 0, weights, rule, draws)[2] / rule.width
    for i, j in ((0, 0), (1, 3), (3, 8)):
        low, high = weights.copy(), weights.copy()
        low[i, j] -= 1e-5
        high[i, j] += 1e-5
        slope = (log_likelihood(high) - log_likelihood(low)) / 2e-5
        assert eligibility[i, j] == pytest.approx(slope, rel=0.05, abs=0.01)


@pytest.fixture(scope="module")
def fitted():
    return RewardReadout(max_iter=15, random_state=0).fit(*patterns(3, 60))


def test_it_learns_classes_from_rewards_alone(fitted):
    X, y = patterns(3, 60, seed=1)
    assert fitted.score(X, y) > 0.9
    assert fitted.rewards_[0] < 0.6
    assert fitted.rewards_[-1] > 0.9
    assert np.abs(fitted.weights_).max() <= 5


def test_rewards_for_the_wrong_action_teach_that_action():
    X, y = patterns(2, 40)
    readout = RewardReadout(random_state=0)
    readout.partial_fit(X, np.zeros(40), classes=["left", "right"])
    assert np.all(readout.weights_ == 1)
    wanted = np.where(y == 0, "right", "left")
    for _ in range(60):
        for i in range(0, 40, 4):
            part = X[list(range(i, i + 4))]
            actions = readout.act(part)
            assert (actions == readout.act(part)).all()
            readout.partial_fit(part, (actions == wanted[i : i + 4]).astype(float))
        if readout.score(X, wanted) == 1:
            break
    assert readout.score(X, wanted) > 0.9


def test_a_reward_as_expected_changes_nothing(fitted):
    X, _ = patterns(3, 6)
    readout = clone(fitted).fit(*patterns(3, 60))
    before = readout.weights_.copy()
    readout.partial_fit(X, np.full(6, readout.expected_reward_))
    np.testing.assert_array_equal(readout.weights_, before)
    readout.partial_fit(X, np.full(6, readout.expected_reward_ + 1))
    assert (readout.weights_ != before).any()


def test_the_same_seed_gives_the_same_weights(fitted):
    again = clone(fitted).fit(*patterns(3, 60))
    np.testing.assert_array_equal(again.weights_, fitted.weights_)
    X, _ = patterns(3, 60, seed=2)
    np.testing.assert_array_equal(again.predict(X[[4]]), fitted.predict(X)[[4]])


@pytest.mark.parametrize("name", ["n_neurons", "max_iter", "memory", "tau", "rate", "width"])
@pytest.mark.parametrize("value", [0, -1, np.nan, "many", None])
def test_an_invalid_parameter_is_refused_by_its_name(name, value):
    with pytest.raises((TypeError, ValueError), match=rf"RewardReadout\.{name} must be"):
        RewardReadout().set_params(**{name: value}).fit(*patterns())


def test_invalid_rewards_are_refused(fitted):
    X, _ = patterns(3, 6)
    with pytest.raises(ValueError, match="classes must hold all actions"):
        RewardReadout().partial_fit(X, np.zeros(6))
    for rewards in (np.zeros(5), np.full(6, np.nan), ["a"] * 6):
        with pytest.raises(ValueError, match="y must hold a"):
            clone(fitted).partial_fit(X, rewards, classes=[0, 1])


def test_a_refused_first_call_leaves_nothing_behind():
    X, _ = patterns(3, 6)
    readout = RewardReadout()
    for rewards, classes in ((np.full(6, np.nan), [0, 1]), (np.zeros(5), [0, 1])):
        with pytest.raises(ValueError, match="y must hold a"):
            readout.partial_fit(X, rewards, classes=classes)
    for classes in ([0], [], [[0, 1]], [0, np.nan], np.array([0, "a"], dtype=object), "ab"):
        with pytest.raises(ValueError, match="classes must hold two actions or more"):
            readout.partial_fit(X, np.zeros(6), classes=classes)
    assert vars(readout) == vars(RewardReadout())
    assert readout.partial_fit(X, np.zeros(6), classes=["b", "a"]).classes_.tolist() == ["a", "b"]


def test_a_parameter_set_after_fit_is_checked(fitted):
    X, _ = patterns(3, 6)
    readout = clone(fitted).fit(*patterns(3, 60)).set_params(tau=np.nan)
    with pytest.raises(ValueError, match=r"RewardReadout\.tau must be"):
        readout.predict(X)
