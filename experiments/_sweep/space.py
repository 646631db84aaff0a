"""Searches of a sweep: settings by the number of the run."""

import math
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from lsm._validation import check_choice, check_integer

__all__ = ["Choice", "Range", "make_search"]


@dataclass(frozen=True)
class Choice:
    """A parameter with several values."""

    values: tuple

    def draw(self, rng):
        """Return one of the values."""
        return self.values[rng.integers(len(self.values))]

    def to_optuna(self):
        """Return Optuna's distribution of the indices, since values may be of any type."""
        from optuna.distributions import CategoricalDistribution

        return CategoricalDistribution(range(len(self.values)))

    def from_optuna(self, drawn):
        """Return the value of an index that Optuna drew."""
        return self.values[drawn]


@dataclass(frozen=True)
class Range:
    """A parameter between two numbers, both included; if both are integers, so is it."""

    low: float
    high: float
    log: bool = False

    @property
    def whole(self):
        """Whether this is a range of integers."""
        return isinstance(self.low, int) and isinstance(self.high, int)

    def draw(self, rng):
        """Return a number, on a logarithmic scale or a linear one."""
        if not self.log:
            if self.whole:
                return int(rng.integers(self.low, self.high + 1))
            return float(rng.uniform(self.low, self.high))
        if self.whole:
            # Half an integer wider on both sides, or the ends would be too rare.
            low, high = math.log(self.low - 0.5), math.log(self.high + 0.5)
            return int(np.clip(round(math.exp(rng.uniform(low, high))), self.low, self.high))
        value = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        return float(np.clip(value, self.low, self.high))

    def to_optuna(self):
        """Return Optuna's distribution."""
        from optuna.distributions import FloatDistribution, IntDistribution

        return (IntDistribution if self.whole else FloatDistribution)(
            self.low, self.high, log=self.log
        )

    @staticmethod
    def from_optuna(drawn):
        """Return a number that Optuna drew."""
        return drawn


def make_search(kind, vary, between, runs, seed):
    """Return an object that gives each run its settings.

    `ask(number)` returns the settings of a run, always the same if `adaptive` is false;
    `tell(number, settings, score)` learns from its score; `total` is the number of runs. The
    parameters are those of :func:`lsm.experiments._sweep.sweep`.
    """
    check_choice("search", kind, ("grid", "random", "optuna", "cma-es"))
    space = {name: Choice(_values(name, values)) for name, values in vary.items()}
    for name, bounds in between.items():
        if name in space:
            raise ValueError(f"vary and between both name {name!r}")
        space[name] = _range(name, bounds)
    if not space:
        raise ValueError("a sweep needs something to vary: --vary NAME VALUE ... or --between")
    if kind == "grid":
        return _Grid(space, runs)
    if runs is None:
        raise ValueError(f"search {kind!r} needs a number of runs: give --runs")
    check_integer("runs", runs, 1)
    return {"random": _Random, "optuna": _Optuna, "cma-es": _CmaEs}[kind](space, runs, seed)


def _values(name, values):
    if isinstance(values, str) or not hasattr(values, "__iter__") or not list(values):
        raise ValueError(f"vary {name} needs a list of values, got {values!r}")
    return tuple(values)


def _range(name, bounds):
    low, high, *scale = bounds if len(bounds) in (2, 3) else (None, None)
    numbers = all(isinstance(end, int | float) and math.isfinite(end) for end in (low, high))
    if not numbers or low >= high or scale not in ([], ["log"]) or (scale and low <= 0):
        raise ValueError(
            f"between {name} needs two finite numbers, the lower first, and perhaps 'log' "
            f"(then above 0), got {list(bounds)}"
        )
    return Range(low, high, bool(scale))


class _Grid:
    """All combinations; the last parameter changes fastest."""

    adaptive = False

    def __init__(self, space, runs):
        for name, part in space.items():
            if isinstance(part, Range):
                raise ValueError(f"a grid needs values: give --vary {name}, or another --search")
        self.space = space
        self.total = math.prod(len(part.values) for part in space.values())
        if runs is not None:
            self.total = min(self.total, check_integer("runs", runs, 1))

    def ask(self, number):
        """Return the settings of a run."""
        shape = [len(part.values) for part in self.space.values()]
        places = np.unravel_index(number, shape)
        parts = zip(self.space.items(), places, strict=True)
        return {name: part.values[place] for (name, part), place in parts}

    def tell(self, number, settings, score):
        """Ignore the score of a run."""


class _Random:
    """Independent draws, each with its own random generator."""

    adaptive = False

    def __init__(self, space, runs, seed):
        self.space, self.total, self.seed = space, runs, seed

    def ask(self, number):
        """Return the settings of a run."""
        rng = np.random.default_rng([self.seed, number])
        return {name: part.draw(rng) for name, part in self.space.items()}

    def tell(self, number, settings, score):
        """Ignore the score of a run."""


class _Optuna:
    """Draws by the tree-structured Parzen estimator of Optuna.

    They depend on the scores so far, so a sweep can only be repeated with one run at a time.
    """

    adaptive = True

    def __init__(self, space, runs, seed):
        try:
            import optuna
        except ImportError as error:
            raise ImportError(
                "search 'optuna' needs Optuna: pip install 'liquid-state-machine[optuna]'"
            ) from error
        optuna.logging.set_verbosity(optuna.logging.WARNING)
        self.optuna, self.space, self.total, self.seed = optuna, space, runs, seed
        self.distributions = {name: part.to_optuna() for name, part in space.items()}
        self.study = optuna.create_study(direction="maximize")
        self.trials, self.drawn = {}, {}

    def ask(self, number):
        """Return the settings of a run."""
        # Each run has its own sampler, since the state of a sampler could not be restored.
        self.study.sampler = self.sampler(self.seed + number)
        trial = self.trials[number] = self.study.ask(self.distributions)
        return {name: self.space[name].from_optuna(drawn) for name, drawn in trial.params.items()}

    def sampler(self, seed):
        """Return the sampler of a run."""
        return self.optuna.samplers.TPESampler(seed=seed, constant_liar=True)

    def tell(self, number, settings, score):
        """Learn from the score of a run of this process or of an earlier one; None is a failure."""
        states = self.optuna.trial.TrialState
        state = states.FAIL if score is None else states.COMPLETE
        if number in self.trials:
            self.study.tell(self.trials.pop(number), score, state=state)
            return
        params = {
            name: part.values.index(settings[name]) if isinstance(part, Choice) else settings[name]
            for name, part in self.space.items()
        }
        self.study.add_trial(
            self.optuna.trial.create_trial(
                params=params, distributions=self.distributions, value=score, state=state
            )
        )


class _CmaEs(_Optuna):
    """Draws of ranges by an evolution strategy, CMA-ES, which adapts their covariance."""

    def __init__(self, space, runs, seed):
        super().__init__(space, runs, seed)
        if find_spec("cmaes") is None:  # which Optuna's sampler imports
            raise ImportError(
                "search 'cma-es' needs cmaes: pip install 'liquid-state-machine[optuna]'"
            )
        names = [name for name, part in space.items() if isinstance(part, Choice)]
        if names or len(space) < 2:
            raise ValueError(
                "search 'cma-es' needs two ranges or more and no lists of values: give --between "
                f"for {', '.join(names) or 'another parameter'}, or another --search"
            )

    def sampler(self, seed):
        """Return the sampler of a run; the state of the evolution is in the trials so far."""
        return self.optuna.samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False)

    def tell(self, number, settings, score):
        """Learn from the score of a run; one of an earlier process is drawn again before."""
        if number not in self.trials:
            self.ask(number)
        super().tell(number, settings, score)
