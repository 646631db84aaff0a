"""The capacity of a tempotron: how many random latency patterns a synapse it learns to tell."""

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.linear_model import RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.utils import Bunch

from lsm import SpikeArray
from lsm.plot._figure import COLOURS, NEUTRAL, WIDTH, legend, open_frame, small
from lsm.readout import Tempotron

from .._study.figures import DPI, new_figure
from .._study.metric import Metric

__all__ = ["conditions", "draw", "evaluate", "load_data", "make_controls", "make_model"]

LOADS = (1.0, 1.5, 2.0, 2.25, 2.5, 2.75, 3.0)  # patterns a synapse
N_CHANNELS, DURATION = 200, 500.0  # ms
PUBLISHED = 3.0  # Gütig & Sompolinsky (2006)
MAX_ITER = 1000
LEARNT = Metric("share of patterns learnt", columns=(("metric", "learnt"),))
PERFECT = Metric("learnt without errors", columns=(("metric", "perfect"),), scored=False)


def conditions():
    """Return the numbers of patterns a synapse."""
    return LOADS


def load_data(n_samples, condition, random_state):
    """Make patterns of one spike in each channel at a random time, of two random classes.

    All patterns are learnt and tested. `n_samples` overrules the load.
    """
    rng = np.random.default_rng(random_state)
    n_patterns = n_samples or round(condition * N_CHANNELS)
    channels, every = np.arange(N_CHANNELS), np.arange(n_patterns)
    events = [(rng.uniform(0, DURATION, N_CHANNELS), channels) for _ in every]
    return Bunch(
        data=SpikeArray.from_events(events, N_CHANNELS, DURATION),
        target=every % 2, train=every, test=every, cv=[(every, every)],
        DESCR=f"{n_patterns} random latency patterns of {N_CHANNELS} channels and {DURATION:g} ms",
    )  # fmt: skip


def make_model(data, condition, random_state):
    """Make a tempotron with the time constants of the paper."""
    return Tempotron(max_iter=MAX_ITER, random_state=random_state)


def make_controls(model, data, condition, random_state):
    """Make linear readouts of exponential traces at the end of a pattern, and of counts."""
    return {
        "ridge, traces of 15 ms": make_pipeline(TracesAtEnd(15.0), _ridge()),
        "ridge, traces of 500 ms": make_pipeline(TracesAtEnd(500.0), _ridge()),
        "ridge, counts": make_pipeline(TracesAtEnd(np.inf), _ridge()),
    }


def _ridge():
    return RidgeClassifier(1e-3)  # nothing is learnt but the patterns themselves


class TracesAtEnd(TransformerMixin, BaseEstimator):
    """Sums over the spikes of each channel that decay with `tau` ms until the end of a sample."""

    def __init__(self, tau):
        self.tau = tau

    def fit(self, X, y=None):
        """Learn nothing."""
        return self

    def transform(self, X):
        """Return an array of shape (n_samples, n_channels)."""
        samples = np.repeat(np.arange(len(X)), np.diff(X.offsets))
        ages = (X.n_rows[samples] - X.rows) * X.row_duration
        traces = np.zeros((len(X), X.n_channels))
        np.add.at(traces, (samples, X.channels), np.exp(-ages / self.tau))
        return traces


def evaluate(model, data, test):
    """Return the share of patterns that are told right, and whether all are."""
    y_pred = model.predict(data.data[test])
    share = float(np.mean(y_pred == data.target[test]))
    return y_pred, {LEARNT: share, PERFECT: float(share == 1.0)}


def draw(folder, comparison):
    """Draw the share of patterns that are learnt over the load."""
    table = comparison.table()
    table = table[table["metric"] == "learnt"]
    figure = new_figure((WIDTH, 2.4))
    ax = figure.subplots()
    small(ax)
    for colour, (name, rows) in zip(COLOURS, table.groupby("model", sort=False), strict=False):
        median, low, high = 100 * rows[["median", "low", "high"]].to_numpy().T
        ax.plot(rows["condition"], median, color=colour, lw=1.2, label=name)
        ax.fill_between(rows["condition"], low, high, color=colour, alpha=0.2, linewidth=0)
    ax.axvline(PUBLISHED, color=NEUTRAL, lw=0.6, ls="--", label="published capacity")
    ax.set(xlabel="patterns a synapse", ylabel="patterns learnt (%)")
    open_frame(ax)
    legend(ax, loc="lower left", bbox_to_anchor=(0.0, 0.1))
    figure.savefig(folder / "capacity.png", dpi=DPI)
