"""Which code for which readout? The study of docs/encoders.md.

    python docs/encoders_study.py --out results/encoders

encodes digits of the Free Spoken Digit Dataset by every code of `lsm.encoding`, and reads them with
and without a liquid between code and readout, one speaker being the test at a time. Codes that are
done are kept in the folder, so that the command goes on where it was stopped.
"""

import argparse
import itertools
import json
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression, RidgeClassifierCV
from sklearn.model_selection import LeaveOneGroupOut
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits
from tqdm import tqdm

from lsm import Calibration, Liquid, Snapshots, SpikeArray
from lsm import encoding as codes
from lsm.datasets import fetch_spoken_digits
from lsm.readout import KernelRidgeClassifier

N_NEURONS, N_TAKES, N_SEEDS, N_BINS = 500, 10, 3, 8
MEL = codes.CochleagramEncoder()
# The range of its levels is 0 to 1, of rises and falls 0 to 1.5; a frame lasts 10 ms.
LIMITS = np.zeros(42), np.repeat([1.0, 1.5], [14, 28])
CODES = {
    "direct current": codes.DirectCurrentEncoder(),
    "rate, Poisson": codes.RateEncoder("poisson", max_rate=200.0),
    "rate, Bernoulli": codes.RateEncoder("bernoulli", max_rate=200.0),
    "rate, regular": codes.RateEncoder("regular", max_rate=200.0),
    "integrate and fire": codes.IntegrateAndFireEncoder(gain=4.0, tau_m=10.0, leaky=False),
    "leaky integrate and fire": codes.IntegrateAndFireEncoder(gain=4.0, tau_m=10.0),
    "latency": codes.LatencyEncoder(),
    "rank order": codes.RankOrderEncoder(n_spikes=10),
    "phase": codes.PhaseEncoder(frequency=100.0, reference=True),
    "burst": codes.BurstEncoder(max_spikes=3, min_interval=1.0, max_interval=4.0),
    "population": codes.PopulationEncoder(n_fields=4),
    "synchrony": codes.SynchronyEncoder(n_neurons=5, rate=100.0),
    "Ben's spiker": codes.BSAEncoder(),
}
# Their spikes are rises and falls, so they take the levels alone.
OF_CHANGES = {
    "send on delta": codes.DeltaEncoder("send-on-delta", start=0.0),
    "step forward": codes.DeltaEncoder("step-forward", start=0.0),
    "moving window": codes.DeltaEncoder("moving-window", window=20.0, start=0.0),
}
OTHER_SOUND = {
    "direct current, gammatone": codes.CochleagramEncoder(scale="gammatone"),
    "direct current, Lyon": codes.LyonEncoder(),
}
READOUTS = {
    "ridge": RidgeClassifierCV(np.logspace(0, 4, 9)),
    "RBF kernel": KernelRidgeClassifier(),
    "logistic": LogisticRegression(C=0.01, max_iter=1000),
    "5 nearest": KNeighborsClassifier(5),
}


def examine(name, seed, digits):
    """Score one code, with a liquid and without, by all readouts."""
    spikes, error = encode(name, seed, digits.data)
    counts = count_in_bins(spikes)
    with_liquid, without = [], []
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")  # that a liquid is of no use, which some must be
        for train, test in LeaveOneGroupOut().split(counts, groups=digits.speaker):
            liquid = make_liquid(seed).fit(spikes[train])
            states = liquid.transform(spikes).toarray()
            with_liquid.append(shares_right(states, digits.target, train, test))
            without.append(shares_right(counts, digits.target, train, test))
    shares = {
        f"{readout}, {kind}": float(np.mean([fold[readout] for fold in folds]))
        for kind, folds in (("liquid", with_liquid), ("none", without))
        for readout in READOUTS
    }
    n_spikes = None if spikes.graded else counts_of(spikes).mean()
    row = {"code": name, "seed": seed, "channels": spikes.n_channels, "spikes": n_spikes}
    return row | {"error": error} | shares


def encode(name, seed, waveforms):
    """Return the encoded words, and the error of decoding them."""
    if name in OTHER_SOUND:
        return OTHER_SOUND[name].fit_transform(waveforms), None
    currents = MEL.fit_transform(waveforms)
    if name not in OF_CHANGES:
        return encode_signals(name, seed, currents, LIMITS)
    levels = [currents.to_dense(i)[:, : MEL.n_bands] for i in range(len(currents))]
    levels = SpikeArray.from_dense(levels, dt=currents.dt, graded=True)
    return encode_signals(name, seed, levels, (0.0, 1.0))


def encode_signals(name, seed, signals, limits):
    """Return encoded signals, and the root mean squared error of decoding over their deviation."""
    encoder = clone((CODES | OF_CHANGES)[name]).set_params(limits=limits)
    if hasattr(encoder, "random_state"):
        encoder.set_params(random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that step-forward lags
        spikes = encoder.fit_transform(signals)
    if name == "moving window":  # which cannot be undone
        return spikes, None
    true = np.concatenate([signals.to_dense(i) for i in range(len(signals))])
    decoded = np.concatenate(encoder.inverse_transform(spikes))
    return spikes, float(np.sqrt(np.mean((decoded - true) ** 2) / np.var(true)))


def slow_noise():
    """Return five signals of 2 s, ten channels of noise below 5 Hz that fills the range 0 to 1."""
    spectrum = np.fft.rfft(np.random.default_rng(0).normal(size=(5, 200, 10)), axis=1)
    spectrum[:, np.fft.rfftfreq(200, 0.01) > 5] = 0
    noise = np.fft.irfft(spectrum, axis=1)
    noise -= noise.min(axis=1, keepdims=True)
    noise /= noise.max(axis=1, keepdims=True)
    return SpikeArray.from_dense(noise, dt=10.0, graded=True)


def make_liquid(seed):
    """Make a liquid that is read in the word and its halves."""
    return Liquid(
        N_NEURONS,
        snapshots=Snapshots(n=(1, 2), feature="root_count"),
        calibration=Calibration(input_rate=35.0, max_gain=1.0),
        random_state=seed,
    )


def counts_of(spikes):
    """Return the number of spikes in each sample."""
    amplitudes = np.ones(len(spikes.steps)) if spikes.amplitudes is None else spikes.amplitudes
    sample = np.repeat(np.arange(len(spikes)), np.diff(spikes.offsets))
    return np.bincount(sample, amplitudes, len(spikes))


def count_in_bins(spikes):
    """Return mean amplitudes in eight equal parts of each sample, (n_samples, 8 * n_channels)."""
    features = []
    for i in range(len(spikes)):
        frames = spikes.to_dense(i)
        edges = np.arange(N_BINS + 1) * len(frames) / N_BINS
        parts = zip(np.floor(edges[:-1]).astype(int), np.ceil(edges[1:]).astype(int), strict=True)
        features.append(np.concatenate([frames[a:b].mean(axis=0) for a, b in parts]))
    return np.stack(features)


def shares_right(features, target, train, test):
    """Return the share of test words that each readout gets right."""
    return {
        name: make_pipeline(StandardScaler(), clone(readout))
        .fit(features[train], target[train])
        .score(features[test], target[test])
        for name, readout in READOUTS.items()
    }


def load_digits(data_home):
    """Return the first takes of each speaker and digit that are for training."""
    digits = fetch_spoken_digits(data_home)
    kept = np.flatnonzero(np.isin(digits.take, np.unique(digits.take)[:N_TAKES]))
    for name in ("data", "target", "speaker", "take"):
        digits[name] = digits[name][kept]
    return digits


def table_of(rows):
    """Return a row for each code: means over seeds, in percent, liquid / no liquid."""
    means = pd.DataFrame(rows).groupby("code", sort=False).mean(numeric_only=True)
    table = means[["channels", "spikes"]].round()
    for readout in READOUTS:
        both = (100 * means[[f"{readout}, liquid", f"{readout}, none"]]).round(1)
        table[readout] = both.astype(str).agg(" / ".join, axis=1)
    noise = slow_noise()
    of_noise = {name: encode_signals(name, 0, noise, (0.0, 1.0))[1] for name in CODES | OF_CHANGES}
    return table.assign(error=means["error"], slow=pd.Series(of_noise)).round(2)


def main():
    """Run the study."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--data-home", help="folder or archive of the recordings")
    parser.add_argument("--out", type=Path, default=Path("results/encoders"))
    parser.add_argument("--jobs", type=int, default=-1)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    log = options.out / "codes.jsonl"
    rows = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
    done = {(row["code"], row["seed"]) for row in rows}
    keys = list(itertools.product([*CODES, *OF_CHANGES, *OTHER_SOUND], range(N_SEEDS)))
    left = [key for key in keys if key not in done]
    digits = load_digits(options.data_home)
    runs = Parallel(options.jobs, return_as="generator")(
        delayed(examine)(*key, digits) for key in left
    )
    with log.open("a") as file:
        for row in tqdm(runs, total=len(left), desc="codes"):
            print(json.dumps(row), file=file, flush=True)
            rows.append(row)
    rows.sort(key=lambda row: keys.index((row["code"], row["seed"])))
    table = table_of(rows)
    table.to_csv(options.out / "table.csv")
    print(table.to_string())


if __name__ == "__main__":
    main()
