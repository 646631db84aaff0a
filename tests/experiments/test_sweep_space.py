"""What a sweep draws its settings from."""

import numpy as np
import pytest
from scipy.stats import kstest

from lsm.experiments._sweep.space import Range, make_search


class TestSpace:
    def test_a_grid_is_every_combination_once(self):
        grid = make_search("grid", {"a": [1, 2], "b": ["x", "y", "z"]}, {}, None, 0)
        combinations = [tuple(grid.ask(number).values()) for number in range(grid.total)]
        assert combinations == [(a, b) for a in (1, 2) for b in "xyz"]

    def test_a_draw_depends_on_its_number_and_the_seed_only(self):
        searches = [
            make_search("random", {"a": list(range(99))}, {"b": [0.0, 1.0]}, 5, seed)
            for seed in (0, 0, 1)
        ]
        first = [searches[0].ask(number) for number in range(5)]
        assert [searches[1].ask(number) for number in (4, 3, 2, 1, 0)][::-1] == first
        assert searches[2].ask(0) != first[0]
        assert len({draw["b"] for draw in first}) == 5

    @pytest.mark.parametrize(
        ("part", "distribution"),
        [
            (Range(2.0, 5.0), lambda x: (x - 2) / 3),
            (Range(1.0, 100.0, log=True), lambda x: np.log10(x) / 2),
        ],
    )
    def test_numbers_are_drawn_evenly(self, part, distribution):
        rng = np.random.default_rng(0)
        draws = np.array([part.draw(rng) for _ in range(2000)])
        assert kstest(distribution(draws), "uniform").pvalue > 0.01
        assert part.low <= draws.min() <= draws.max() <= part.high

    @pytest.mark.parametrize("log", [False, True])
    def test_integers_are_drawn_to_both_ends(self, log):
        rng = np.random.default_rng(0)
        draws = [Range(1, 4, log=log).draw(rng) for _ in range(4000)]
        assert {type(draw) for draw in draws} == {int}
        counts = np.bincount(draws, minlength=5)[1:] / 4000
        edges = np.array([0.5, 1.5, 2.5, 3.5, 4.5])
        expected = np.diff(np.log(edges)) / np.log(9) if log else np.full(4, 0.25)
        assert np.allclose(counts, expected, atol=0.03)


def evolve(seed, told=0, runs=60):
    """Return the settings of runs that maximise a tilted bowl; `told` are of a process before."""
    space = {"a": (-4.0, 4.0), "b": (-4.0, 4.0)}

    def score(a, b):
        return -((a - 1) ** 2) - 10 * (b - a + 1) ** 2

    search, asked = make_search("cma-es", {}, space, runs, seed), []
    if told:
        for number, settings in enumerate(evolve(seed, runs=told)):
            search.tell(number, settings, score(**settings))
            asked.append(settings)
    for number in range(told, runs):
        asked.append(search.ask(number))
        search.tell(number, asked[-1], score(**asked[-1]))
    return asked


def test_evolution_moves_towards_the_optimum_and_goes_on_after_an_interrupt():
    runs = evolve(0)
    assert abs(runs[-1]["a"] - 1) + abs(runs[-1]["b"]) < 1
    assert evolve(0, told=23) == runs
    assert evolve(1) != runs


def test_evolution_refuses_lists_of_values():
    with pytest.raises(ValueError, match="--between for b"):
        make_search("cma-es", {"b": [1, 2]}, {"a": (0.0, 1.0)}, 5, 0)
    with pytest.raises(ValueError, match="--between for another parameter"):
        make_search("cma-es", {}, {"a": (0.0, 1.0)}, 5, 0)
