"""A pole that is balanced by a spiking actor-critic, beside a linear one and random search."""

import numpy as np
from sklearn.base import clone
from sklearn.utils import Bunch

from lsm.readout import PlaceCells, SpikingActorCritic

from .._study.figures import DPI, new_figure
from .._study.metric import Metric
from .cart_pole import LIMITS, CartPole, Controller, LinearActorCritic, RandomSearch

__all__ = ["conditions", "draw", "evaluate", "fit", "load_data", "make_controls", "make_model"]

TASKS = {
    "plain": CartPole(),
    "noise": CartPole(noise=0.05),
    "delay": CartPole(delay=2),
}
N_EPISODES, N_TEST = 500, 100
SOLVED, WINDOW = 195, 100  # mean steps, over so many episodes


def conditions():
    """Return the names of the tasks."""
    return list(TASKS)


def load_data(n_samples, condition, random_state):
    """Return the seeds of episodes: 500 to learn from and 100 for the test by default."""
    n_train = N_EPISODES if n_samples is None else n_samples
    n = n_train + min(N_TEST, n_train)
    seeds = np.random.default_rng([random_state or 0, 7]).choice(2**31, n, replace=False)
    train, test = np.arange(n_train), np.arange(n_train, n)
    return Bunch(
        data=seeds, target=np.zeros(n), task=TASKS[condition], train=train, test=test,
        cv=[(train, test)],
        DESCR="CartPole-v1 of Gymnasium: episodes of at most 500 steps of 20 ms",
    )  # fmt: skip


def make_model(data, condition, random_state):
    """Make a spiking actor-critic behind place cells."""
    cells = PlaceCells(n_cells=(3, 3, 7, 7), limits=LIMITS)
    return Controller(cells, SpikingActorCritic(random_state=random_state))


def make_controls(model, data, condition, random_state):
    """Make a linear actor-critic on the same cells, and a random search for linear policies."""
    linear = Controller(clone(model.cells), LinearActorCritic(random_state=random_state))
    return {
        "linear actor-critic": linear,
        "random search": RandomSearch(random_state=random_state),
        "spikes, no learning": clone(model).set_params(agent__learning_rate=0.0),
    }


def fit(model, data, train):
    """Let a model learn in episodes, one after the other."""
    return model.fit(data.data[train], data.task)


def evaluate(model, data, test):
    """Return steps in the episodes of learning, and metrics."""
    steps = model.steps_
    window = min(WINDOW, len(steps))
    last = steps[-window:].mean()
    greedy = [data.task.run(int(seed), model.predict) for seed in data.data[test]]
    means = np.convolve(steps, np.ones(window) / window, "valid")
    solved = np.flatnonzero(means >= SOLVED)
    first = solved[0] + window if len(solved) else np.inf
    return steps, {
        _metric(f"steps, best {WINDOW} consecutive episodes", scored=True): means.max(),
        _metric(f"steps, last {WINDOW} episodes of learning"): last,
        _metric("steps, policy without noise of spikes"): np.mean(greedy),
        _metric(f"episodes until {WINDOW} had {SOLVED} steps on average", less=True): first,
    }


def _metric(name, scored=False, less=False):
    return Metric(name, more_is_better=not less, scored=scored, columns=(("measure", name),))


def draw(folder, comparison):
    """Draw the steps of all models over the episodes of the first seed."""
    figure = new_figure((5.0, 3.0))
    ax = figure.subplots()
    for name, steps in comparison.y_pred.items():
        window = min(20, len(steps))
        ax.plot(
            np.arange(window, len(steps) + 1),
            np.convolve(steps, np.ones(window) / window, "valid"),
            label=name,
        )
    ax.axhline(SOLVED, color="0.6", linewidth=0.8)
    ax.set(xlabel="episode", ylabel="steps, mean of 20 episodes")
    ax.legend(frameon=False)
    figure.savefig(folder / "learning.png", dpi=DPI)
