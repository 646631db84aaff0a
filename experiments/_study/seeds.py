"""One model against others, over several seeds: a table of medians and ranges."""

import numpy as np
import pandas as pd

from lsm._validation import check_integer

__all__ = ["INTERVAL", "Scores", "check_options"]

INTERVAL = (
    "lowest and highest of the seeds; for five seeds that holds the median of all seeds with a "
    "probability of 94 %"
)


class Scores:
    """What each model reached with each seed.

    Parameters
    ----------
    unit : str
        What is measured, the table's head.
    more_is_better : bool
        Whether it is.

    Attributes
    ----------
    seeds : list of int
        In the order in which they came, which is the same for all models.
    values : dict of str to list of float
        By model, in the order of the seeds.
    """

    def __init__(self, unit, more_is_better=False):
        self.unit, self.more_is_better = unit, more_is_better
        self.seeds, self.values = [], {}

    def add(self, model, value, seed):
        """Add what a model reached with a seed."""
        if seed not in self.seeds:
            self.seeds.append(seed)
        self.values.setdefault(model, []).append(float(value))

    def median(self, model):
        """Return the median over seeds."""
        return float(np.median(self.values[model]))

    def table(self):
        """Return a row for each model: median, lowest and highest, and the value of each seed."""
        rows = [
            {"model": model, "median": np.median(values), "low": min(values), "high": max(values)}
            | {f"seed {seed}": value for seed, value in zip(self.seeds, values, strict=True)}
            for model, values in self.values.items()
        ]
        return pd.DataFrame(rows)

    def __str__(self):
        width = max(map(len, self.values))
        lines = [f"{self.unit:{width}}    median    lowest to highest"]
        for model, values in self.values.items():
            low, high = min(values), max(values)
            lines.append(f"{model:{width}}  {np.median(values):8.4g}  {low:8.4g} to {high:.4g}")
        return "\n".join(lines)


def check_options(options):
    """Refuse sizes, seeds and threads that are none, before anything is computed."""
    if options["n_neurons"] is not None:
        check_integer("n_neurons", options["n_neurons"], 1)
    check_integer("repeats", options["repeats"], 1)
    check_integer("seed", options["seed"], 0, 2**32 - options["repeats"])
    if check_integer("jobs", options["jobs"]) == 0:
        raise ValueError("jobs must be a number of threads, or -1 for all cores, got 0")
