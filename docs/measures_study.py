"""Which measures of a liquid tell what it will be worth? The study of docs/measures.md.

    python docs/measures_study.py --out results/measures

draws liquids at random, takes every measure of `lsm.measures.card` and some more on the training
samples of each task, trains a readout, and compares ranks. Liquids that are done are kept in the
folder, so that the command goes on where it was stopped.
"""

import argparse
import itertools
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from scipy.stats import loguniform, spearmanr
from sklearn.linear_model import RidgeClassifierCV
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from lsm import Calibration, Liquid, Snapshots, measures
from lsm.datasets import jitter_spikes
from lsm.experiments.spike_patterns import load_data
from lsm.neurons import LIF
from lsm.synapses import Exponential
from lsm.topology import ErdosRenyi, Weights

TASKS = ("template", "xor", "interval")
N_NEURONS, N_SAMPLES = 200, 400
RANGES = {
    "gain": loguniform(0.25, 32.0),  # of the recurrent weights
    "fan_out": loguniform(5, 100),
    "input_rate": loguniform(5.0, 60.0),  # Hz, by the input alone
    "tau_m": loguniform(5.0, 100.0),  # ms
    "tau_syn": loguniform(1.0, 100.0),  # ms
}


def draw_liquid(seed):
    """Draw a liquid's parameters and make it; only its input is calibrated."""
    rng = np.random.default_rng(seed)
    drawn = {name: float(values.rvs(random_state=rng)) for name, values in RANGES.items()}
    liquid = Liquid(
        N_NEURONS,
        neurons=LIF(tau_m=drawn["tau_m"]),
        synapses=Exponential(drawn["tau_syn"], drawn["tau_syn"]),
        topology=ErdosRenyi(fan_out=round(drawn["fan_out"]), weights=Weights(gain=drawn["gain"])),
        snapshots=Snapshots(feature="trace", tau=30.0),
        calibration=Calibration(
            input_rate=drawn["input_rate"], max_rate=500.0, max_echo_state_index=1.0, max_gain=1.0
        ),
        random_state=seed,
    )
    return drawn, liquid


def examine(seed, task):
    """Measure one liquid on the training samples of a task, and score it on the test."""
    drawn, liquid = draw_liquid(seed)
    data = load_data(task, n_samples=N_SAMPLES, random_state=0)
    train, test = data.data[data.train], data.data[data.test]
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")  # that a liquid is of no use, which some must be
        states = liquid.fit_transform(train).toarray()
        readout = RidgeClassifierCV(np.logspace(-2, 4, 7)).fit(states, data.target[data.train])
        said = readout.predict(liquid.transform(test).toarray())
        card = measures.card(liquid, train)
        found = {finding.name: float(finding.value) for finding in card.findings}
        found["kernel quality"] = measures.kernel_quality(liquid, train)  # not of 50 samples only
        found["separation"] = measures.separation(liquid, train[:50])
        found["generalisation rank"] = measures.generalisation_rank(liquid, _variants(train))
    score = float(np.mean(said == data.target[data.test]))
    return {"seed": seed, "task": task, "score": score} | drawn | found


def _variants(spikes, n=50, jitter=4.0):
    """Move the spikes of one sample at random, as often as asked."""
    return jitter_spikes(spikes[[0] * n], jitter, random_state=0)


def correlations(table, n_draws=2000):
    """Return rank correlations of all measures with the score, by task, with 95 % intervals."""
    names = [name for name in table if name not in ("seed", "task", "score", *RANGES)]
    rng = np.random.default_rng(0)
    rows = []
    for (task, part), name in itertools.product(table.groupby("task", sort=False), names):
        both = part[[name, "score"]].dropna().to_numpy()
        draws = rng.integers(len(both), size=(n_draws, len(both)))
        redrawn = [spearmanr(*both[rows_].T).statistic for rows_ in draws]
        low, high = np.nanquantile(redrawn, (0.025, 0.975))
        value = spearmanr(*both.T).statistic
        rows.append({"task": task, "measure": name, "correlation": value, "low": low, "high": high})
    return pd.DataFrame(rows)


def draw(found, path):
    """Draw the correlations with their intervals."""
    from matplotlib.figure import Figure

    tasks = list(dict.fromkeys(found["task"]))
    mean = found.groupby("measure")["correlation"].apply(lambda values: values.abs().mean())
    order = list(mean.sort_values().index)
    figure = Figure(figsize=(6.7, 5.2), layout="constrained")
    for ax, task in zip(figure.subplots(1, len(tasks), sharey=True), tasks, strict=True):
        part = found[found["task"] == task].set_index("measure").loc[order]
        spread = [part["correlation"] - part["low"], part["high"] - part["correlation"]]
        ax.errorbar(part["correlation"], order, xerr=spread, fmt="o", color="C0", markersize=4)
        ax.axvline(0, color="0.5", linewidth=0.8)
        ax.set(xlim=(-1, 1), title=task, xlabel="rank correlation")
        ax.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)


def main():
    """Run the study."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--out", type=Path, default=Path("results/measures"))
    parser.add_argument("--liquids", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=-1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    log = options.out / "liquids.jsonl"
    rows = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    done = {(row["seed"], row["task"]) for row in rows}
    left = [key for key in itertools.product(range(options.liquids), TASKS) if key not in done]
    runs = Parallel(options.jobs, return_as="generator")(delayed(examine)(*key) for key in left)
    with log.open("a") as file:
        for row in tqdm(runs, total=len(left), desc="liquids"):
            print(json.dumps(row), file=file, flush=True)
            rows.append(row)
    table = pd.DataFrame(rows).sort_values(["task", "seed"])
    found = correlations(table)
    found.to_csv(options.out / "correlations.csv", index=False)
    draw(found, options.out / "measures.png")
    print(table.groupby("task")["score"].describe(percentiles=(0.5, 0.9)).round(3))
    wide = found.pivot(index="measure", columns="task", values="correlation")
    print(wide.loc[wide.abs().mean(axis=1).sort_values(ascending=False).index].round(2))


if __name__ == "__main__":
    main()
