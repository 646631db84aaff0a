"""`lsm run learning` with methods that learn without classes: competition, rewards, a pole."""

import numpy as np
import pandas as pd

from lsm.experiments.__main__ import main
from lsm.experiments._learning import METHODS, competition
from lsm.experiments._learning.cart_pole import CartPole, LinearActorCritic, RandomSearch


def run(tmp_path, *options):
    out = tmp_path / "out"
    command = ["run", "learning", *options, "--repeats", "1", "--jobs", "1", "--debug"]
    assert main([*command, "--out", str(out)]) == 0
    return out, pd.read_csv(out / "table.csv")


def conditions(monkeypatch, method, *names):
    monkeypatch.setattr(METHODS[method], "conditions", lambda: names)


def test_a_competition_is_compared_with_k_means_and_draws_its_fields(tmp_path, monkeypatch):
    conditions(monkeypatch, "competition", 30)
    out, table = run(tmp_path, "--method", "competition", "--n-samples", "200")
    accuracy = table.set_index("model")["median"]
    assert accuracy["competition"] > 0.6
    assert {"KMeans", "ridge", "competition, winner alone"} < set(accuracy.index)
    assert (out / "fields.png").exists()
    assert (out / "confusion.png").exists()


def test_classes_are_assigned_on_the_training_samples_alone(monkeypatch):
    data = competition.load_data(200, 20, 0)
    model = competition.make_model(data, 20, 0).fit(data.data[data.train], data.target[data.train])
    before = model["vote"].assigned_.copy()
    model.predict(data.data[data.test])
    np.testing.assert_array_equal(model["vote"].assigned_, before)
    assert not set(data.train) & set(data.test)


def test_a_rewarded_readout_is_compared_with_ridge(tmp_path, monkeypatch):
    conditions(monkeypatch, "reward", "equal-rates")
    monkeypatch.setattr(METHODS["reward"], "N_NEURONS", 40)
    _, table = run(tmp_path, "--method", "reward", "--n-samples", "60")
    assert table["model"].tolist()[:2] == ["reward", "ridge"]
    assert table["median"].between(0, 1).all()


def test_an_actor_critic_and_its_controls_learn_in_few_episodes(tmp_path, monkeypatch):
    conditions(monkeypatch, "actor-critic", "noise")
    out, table = run(tmp_path, "--method", "actor-critic", "--n-samples", "40")
    assert {"actor-critic", "linear actor-critic", "random search"} < set(table["model"])
    assert (out / "learning.png").exists()


def test_the_pole_falls_without_control_and_late_observations_are_late():
    assert CartPole().run(0, lambda observation: 0) < 15
    seen = [], []
    for delay, list_ in zip((0, 2), seen, strict=True):
        CartPole(delay=delay).run(0, lambda o, list_=list_: list_.append(o) or 0)
    np.testing.assert_array_equal(seen[1][2], seen[0][0])
    np.testing.assert_array_equal(seen[1][4], seen[0][2])


def test_random_search_and_the_linear_actor_critic_learn():
    search = RandomSearch(random_state=0).fit(np.arange(200), CartPole())
    assert search.steps_[-50:].mean() > search.steps_[:50].mean()
    agent, places = LinearActorCritic(random_state=0), np.eye(2)
    for k in range(300):
        action = agent.start(places[k % 2])
        agent.end(float(action == k % 2))
    assert agent.predict(places).tolist() == [0, 1]
    assert agent.values_.min() > 0.5
