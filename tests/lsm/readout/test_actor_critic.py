"""The spiking actor-critic: against its reference, closed forms and a bandit; place cells."""

import pickle

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import load, save
from lsm.readout import PlaceCells, SpikingActorCritic
from lsm.readout._actor_critic import Activity, reference_step, step

SMALL = {"n_critics": 4, "n_actors": 3, "random_state": 0}


@parametrize_with_checks([SpikingActorCritic(**SMALL), PlaceCells(2)])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def agent():
    """An agent that has seen 30 rows."""
    rng = np.random.default_rng(0)
    X, rewards = 100 * rng.random((30, 8)), rng.random(30)
    return SpikingActorCritic(**SMALL, inhibition=5.0, learning_rate=0.05).fit(X, rewards)


def test_the_compiled_row_equals_the_reference(agent):
    rates = np.array([0.0, 200.0, 30.0, 0.0, 400.0, 90.0, 0.0, 10.0])
    first, second = (pickle.loads(pickle.dumps(agent)) for _ in range(2))
    rule, spikes = first._rule(), np.zeros(10)
    state = second.activity_
    for reward in (0.0, 1.0, -3.0):
        error = step(
            rates, reward, True, first.weights_, first.scale_, rule, first.rng_, first.activity_,
            spikes,
        )  # fmt: skip
        expected, counts, state = reference_step(
            rates, reward, True, second.weights_, second.scale_, rule, second.rng_, state
        )
        assert error == pytest.approx(expected, rel=1e-9)
        np.testing.assert_array_equal(spikes, counts)
        spikes[:] = 0
        for one, other in zip(first.activity_, state, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(first.weights_, second.weights_, rtol=1e-9)
    assert (second.weights_ != agent.weights_).any()


def test_neurons_spike_at_the_rate_of_the_equation():
    """With steady input, weights of one and no adaptation the potential is one: `rate` in Hz."""
    agent = SpikingActorCritic(n_critics=50, n_actors=50, adaptation=0.0, width=2.0, random_state=0)
    rule, x = agent._rule(), np.full(200, 300.0)
    activity, rng = Activity.at_rest(150, 200, 2), np.random.default_rng(0)
    spikes, weights, scale = np.zeros(150), np.ones((150, 200)), x.sum() * 20 / 1000
    for k in range(100):
        step(x, 0.0, False, weights, scale, rule, rng, activity, spikes)
        spikes *= k >= 10
    assert spikes.mean() / 1.8 == pytest.approx(20.0, rel=0.03)


def test_the_td_error_is_the_change_of_value_with_its_decay_and_the_reward():
    """Over a row without new spikes: delta = V(end) - V(start) - integral V / tau + R."""
    agent = SpikingActorCritic(**SMALL, rate=1e-12, dt=0.01)
    rule, activity = agent._rule(), Activity.at_rest(10, 5, 2)
    activity.slow[:4], activity.fast[:4] = 3.0, 1.0
    error = step(
        np.zeros(5), 2.0, False, np.ones((10, 5)), 1.0, rule, np.random.default_rng(0), activity,
        np.zeros(10),
    )  # fmt: skip

    def value(t):
        return 1000 * 0.2 * (3 * np.exp(-t / 50) - np.exp(-t / 20)) / 30

    t = np.linspace(0, 20, 200_001)
    expected = value(20) - value(0) - value(t).mean() * 20 / 300 + 2
    assert error == pytest.approx(expected, rel=1e-2)


def test_the_value_of_a_steady_reward_is_the_reward_rate_times_its_horizon():
    agent = SpikingActorCritic(random_state=0)
    agent.start(np.full(20, 200.0))
    values = []
    for k in range(600):
        agent.act(np.full(20, 200.0), 1.0)
        slow, fast = agent.activity_.slow[:40], agent.activity_.fast[:40]
        values += [1000 * 0.2 * (slow - fast).mean() / 30] if k >= 300 else []
    # Noise of the value is in the error and in the eligibility, which leaves a bias.
    assert np.mean(values) == pytest.approx(300 / 20, rel=0.2)


def test_it_learns_which_action_is_rewarded_in_which_place():
    agent = SpikingActorCritic(3, n_critics=20, n_actors=10, random_state=0)
    places, best = np.repeat(400 * np.eye(3), 5, axis=1), [2, 0, 1]
    for k in range(210):
        action = agent.start(places[k % 3])
        agent.end(10.0 * (action == best[k % 3]))
    assert agent.predict(places).tolist() == best
    assert agent.weights_.min() >= 0
    assert agent.weights_.max() <= 3


def test_the_same_seed_gives_the_same_actions_before_and_after_a_file(agent, tmp_path):
    save(agent, tmp_path / "agent.skops")
    others = load(tmp_path / "agent.skops"), pickle.loads(pickle.dumps(agent))
    X = 100 * np.random.default_rng(1).random((20, 8))
    rows = [[a.act(x, 1.0) for x in X] for a in (*others, pickle.loads(pickle.dumps(agent)))]
    assert rows[0] == rows[1] == rows[2]


def test_a_call_without_learning_keeps_the_weights(agent):
    copy = pickle.loads(pickle.dumps(agent))
    copy.act(np.full(8, 50.0), 5.0, learn=False)
    np.testing.assert_array_equal(copy.weights_, agent.weights_)


@pytest.mark.parametrize("name", [
    "n_actions", "n_critics", "n_actors", "duration", "tau_m", "tau_kernel", "tau_rise", "w_max",
    "tau_action", "tau_reward", "value_per_hz", "rate", "width", "dt",
])  # fmt: skip
@pytest.mark.parametrize("value", [0, -1, np.nan, "many", None])
def test_an_invalid_parameter_is_refused_by_its_name(name, value):
    with pytest.raises((TypeError, ValueError), match=rf"SpikingActorCritic\.{name} must be"):
        SpikingActorCritic().set_params(**{name: value}).start(np.ones(3))


def test_invalid_rates_are_refused(agent):
    with pytest.raises(ValueError, match="PlaceCells makes rates"):
        agent.act([-1.0] * 8)
    with pytest.raises(ValueError, match=r"lower PlaceCells\.rate, or dt"):
        agent.act([1001.0] * 8)
    with pytest.raises(ValueError, match="8 features"):
        agent.act([1.0] * 7)
    with pytest.raises(ValueError, match="reward must be a finite number"):
        agent.act([1.0] * 8, np.nan)
    with pytest.raises(ValueError, match="NaN"):
        agent.start([np.nan] * 8)


def test_place_cells_follow_their_gaussians():
    cells = PlaceCells((3, 2), [(0, 2), (-1, 1)], width=0.5, rate=100.0).fit([[0.0, 0.0]])
    assert cells.places_.tolist() == [[x, y] for x in (0, 1, 2) for y in (-1, 1)]
    x = np.array([0.7, 0.4])
    expected = np.exp(-(((x - cells.places_) / [0.5, 1.0]) ** 2).sum(axis=1) / 2)
    expected[expected < 0.01 * expected.max()] = 0
    np.testing.assert_allclose(cells.transform([x])[0], 100 * expected / expected.sum())
    np.testing.assert_allclose(cells.transform([[9.0, 9.0]]), cells.transform([[2.0, 1.0]]))


def test_a_feature_with_one_place_has_no_effect():
    cells = PlaceCells((1, 3)).fit([[0.0, 0.0], [1.0, 1.0]])
    assert cells.transform([[0.1, 0.3]]).tolist() == cells.transform([[0.9, 0.3]]).tolist()


@pytest.mark.parametrize(
    "params",
    [
        {"n_cells": 0}, {"n_cells": (2, 2, 2)}, {"n_cells": 1.5}, {"n_cells": 1000},
        {"limits": [(1, 0), (0, 1)]}, {"limits": [(0, 1)]}, {"limits": "x"}, {"width": 0},
        {"rate": -1.0}, {"limits": [(0, np.inf), (0, 1)]},
    ],
)  # fmt: skip
def test_invalid_place_cells_are_refused(params):
    (name,) = params
    with pytest.raises((TypeError, ValueError), match=f"PlaceCells.{name}"):
        PlaceCells(**params).fit([[0.0, 0.0], [1.0, 1.0]])


@pytest.mark.parametrize("X", [[[1e17], [1e17]], [[-1e308], [1e308]]])
def test_places_that_double_precision_does_not_tell_apart_are_refused(X):
    with pytest.raises(ValueError, match=r"for feature 0: scale X, or set PlaceCells\.limits"):
        PlaceCells().fit(X)
    rates = PlaceCells(limits=[(0.0, 1.0)]).fit(X).transform([[0.5]])
    assert np.isfinite(rates).all()
