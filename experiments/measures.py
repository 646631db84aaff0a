"""Correlate the measures of a liquid with its accuracy: the study of docs/studies/measures.md.

Liquids are drawn at random, one with each seed. Every measure of `lsm.measures.card` and some more
are taken on the training samples of three tasks of spike-patterns, and a readout is scored on the
test samples. The table has the measures; correlations.csv has their rank correlations with the
accuracy. The study itself is `lsm run measures --repeats 200`, eight minutes on one core.
"""

import warnings

import numpy as np
import pandas as pd
from scipy.stats import loguniform, spearmanr
from sklearn.pipeline import Pipeline

from lsm import Calibration, Liquid, Snapshots, measures
from lsm.datasets import jitter_spikes
from lsm.neurons import LIF
from lsm.synapses import Exponential
from lsm.topology import ErdosRenyi, Weights

from . import spike_patterns
from ._study.figures import new_figure
from ._study.metric import Metric

__all__ = ["conditions", "evaluate", "fit", "load_data", "make_model"]

N_DRAWS = 2000  # bootstrap samples of the liquids, for intervals
TASKS = ("template", "xor", "interval")
RANGES = {
    "gain": loguniform(0.25, 32.0),  # of the recurrent weights
    "fan_out": loguniform(5, 100),
    "input_rate": loguniform(5.0, 60.0),  # Hz, by the input alone
    "tau_m": loguniform(5.0, 100.0),  # ms
    "tau_syn": loguniform(1.0, 100.0),  # ms
}
ACCURACY = Metric("accuracy", columns=(("measure", "accuracy"),))


def conditions():
    """Return the tasks."""
    return [{"task": task} for task in TASKS]


def load_data(n_samples=400, *, task="template"):
    """Make samples of a task, the same for all liquids.

    Parameters
    ----------
    n_samples : int, default=400
        Number of samples of each task, a quarter of them for the test.
    task : str, default="template"
        As of :func:`lsm.experiments.spike_patterns.load_data`.

    Returns
    -------
    data : Bunch
        As of :func:`lsm.experiments.spike_patterns.load_data`.
    """
    return spike_patterns.load_data(task, n_samples=n_samples, random_state=0)


def make_model(n_neurons=200, *, random_state=None):
    """Draw the parameters of a liquid, and make an unfitted classifier with it.

    Parameters
    ----------
    n_neurons : int, default=200
        Number of neurons in the liquid, of which only the input is calibrated.
    random_state : int or None, default=None
        Seed of the parameters and of the liquid.

    Returns
    -------
    model : Pipeline
        Of the steps liquid and readout.
    """
    rng = np.random.default_rng(random_state)
    drawn = {name: float(values.rvs(random_state=rng)) for name, values in RANGES.items()}
    liquid = Liquid(
        n_neurons,
        neurons=LIF(tau_m=drawn["tau_m"]),
        synapses=Exponential(drawn["tau_syn"], drawn["tau_syn"]),
        topology=ErdosRenyi(fan_out=round(drawn["fan_out"]), weights=Weights(gain=drawn["gain"])),
        snapshots=Snapshots(feature="trace", tau=30.0),
        calibration=Calibration(
            input_rate=drawn["input_rate"], max_rate=500.0, max_echo_state_index=1.0, max_gain=1.0
        ),
        sparse_output=False,
        random_state=random_state,
    )
    return Pipeline([("liquid", liquid), *spike_patterns.make_model().steps[1:]])


def make_models(model):
    """Return the model alone."""
    return {"liquid": model}


def fit(model, data, train):
    """Fit a model, without warnings of useless liquids, which are among the drawn ones."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return model.fit(data.data[train], data.target[train])


def evaluate(model, data, test):
    """Return predictions, the accuracy, and the measures of the liquid on the training samples."""
    liquid, train = model["liquid"], data.data[data.train]
    y_pred = model.predict(data.data[test])
    found = {finding.name: finding.value for finding in measures.card(liquid, train).findings}
    found["kernel quality"] = measures.kernel_quality(liquid, train)  # not of 50 samples only
    found["separation"] = measures.separation(liquid, train[:50])
    variants = jitter_spikes(train[[0] * 50], 4.0, random_state=0)
    found["generalisation rank"] = measures.generalisation_rank(liquid, variants)
    values = {
        Metric(name, scored=False, columns=(("measure", name),)): found[name] for name in found
    }
    return y_pred, {ACCURACY: np.mean(y_pred == data.target[test])} | values


def describe(comparison):
    """Return the accuracies by task, and the rank correlations from the largest to the smallest."""
    table = comparison.table()
    accuracies = table[table["measure"] == "accuracy"].set_index("task")[["low", "median", "high"]]
    found = pd.DataFrame(
        {
            task: values.corrwith(values["accuracy"], method="spearman")
            for task, values in _by_task(table)
        }
    ).drop("accuracy")
    order = found.abs().mean(axis=1).sort_values(ascending=False).index
    return f"accuracy\n{accuracies.round(3)}\n\nrank correlations\n{found.loc[order].round(2)}"


def _by_task(table):
    """Yield each task, and a table with a row for each liquid and a column for each measure."""
    seeds = [name for name in table if name.startswith("seed ")]
    for task, part in table.groupby("task"):
        yield task, part.set_index("measure")[seeds].T.astype(float)


def correlations(table):
    """Return the rank correlations with 95 % intervals, from liquids drawn again."""
    rng = np.random.default_rng(0)
    rows = []
    for task, values in _by_task(table):
        for name in values.columns.drop("accuracy"):
            both = values[[name, "accuracy"]].dropna().to_numpy()
            draws = rng.integers(len(both), size=(N_DRAWS, len(both)))
            redrawn = [spearmanr(*both[liquids].T).statistic for liquids in draws]
            low, high = np.nanquantile(redrawn, (0.025, 0.975))
            ends = {"correlation": spearmanr(*both.T).statistic, "low": low, "high": high}
            rows.append({"task": task, "measure": name} | ends)
    return pd.DataFrame(rows)


def draw(folder, comparison):
    """Write the correlations, and draw them with their intervals."""
    found = correlations(comparison.table())
    found.to_csv(folder / "correlations.csv", index=False)
    mean = found.groupby("measure")["correlation"].apply(lambda values: values.abs().mean())
    order = list(mean.sort_values().index)
    figure = new_figure((6.7, 5.2), dpi=150)
    for ax, task in zip(figure.subplots(1, len(TASKS), sharey=True), TASKS, strict=True):
        part = found[found["task"] == task].set_index("measure").loc[order]
        spread = [part["correlation"] - part["low"], part["high"] - part["correlation"]]
        spread = np.maximum(spread, 0)  # of few liquids the interval may miss the correlation
        ax.errorbar(part["correlation"], order, xerr=spread, fmt="o", color="C0", markersize=4)
        ax.axvline(0, color="0.5", linewidth=0.8)
        ax.set(xlim=(-1, 1), title=task, xlabel="rank correlation")
        ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(folder / "measures.png")
