"""ReSuMe learns to answer random spike patterns with given spike trains."""

import numpy as np
from scipy.signal import lfilter
from sklearn.linear_model import Ridge
from sklearn.utils import Bunch

from lsm import SpikeArray
from lsm.distances import van_rossum
from lsm.plot._figure import COLOURS, NEUTRAL, WIDTH, legend, open_frame, small
from lsm.readout import ReSuMe, SuperSpike
from lsm.readout.spike_readout import potential_kernel

from .._study.figures import DPI, new_figure
from .._study.metric import Metric

__all__ = ["conditions", "draw", "evaluate", "load_data", "make_controls", "make_model"]

N_CHANNELS, DURATION, RATE = 400, 400, 5.0  # ms and Hz of the input
TARGET_RATE, SHORTEST = 20.0, 5.0  # Hz, and ms between two target spikes
WITHIN = 2.0  # ms
N_EPOCHS = 400
NEAR = Metric("share of spikes within 2 ms", columns=(("metric", "within 2 ms"),))
DISTANCE = Metric(
    "distance of van Rossum", columns=(("metric", "distance"),), more_is_better=False, scored=False
)


def conditions():
    """Return the numbers of patterns that one neuron learns."""
    return (1, 2, 4)


def load_data(n_samples, condition, random_state):
    """Make Poisson patterns, and a random train for each; all are learnt and tested."""
    rng = np.random.default_rng(random_state)
    n_patterns = n_samples or condition
    X = (rng.random((n_patterns, DURATION, N_CHANNELS)) < RATE / 1000).astype(int)
    trains = []
    for _ in range(n_patterns):
        times = np.cumsum(rng.exponential(1000 / TARGET_RATE, DURATION) + SHORTEST)
        times = np.floor(times[(times > 20) & (times < DURATION)])
        trains.append((times, np.zeros(len(times), dtype=int)))
    every = np.arange(n_patterns)
    return Bunch(
        data=SpikeArray.from_dense(X), target=SpikeArray.from_events(trains, 1, float(DURATION)),
        train=every, test=every, cv=[(every, every)],
        DESCR=f"{n_patterns} patterns of {N_CHANNELS} channels at {RATE:g} Hz",
    )  # fmt: skip


def make_model(data, condition, random_state):
    """Make a neuron that learns by ReSuMe."""
    return ReSuMe(n_epochs=N_EPOCHS, random_state=random_state)


def make_controls(model, data, condition, random_state):
    """Make the same neuron without learning, and with the weights of ridge regression."""
    return {
        "SuperSpike": SuperSpike(n_epochs=N_EPOCHS, random_state=random_state),
        "first weights": ReSuMe(n_epochs=1, random_state=random_state),
        "ridge on potentials": RidgeOnPotentials(n_epochs=1, random_state=random_state),
    }


class RidgeOnPotentials(ReSuMe):
    """The same neuron; its potential without resets shall be 1.5 at target spikes, and else 0."""

    def fit(self, X, y):
        """Fit the weights by ridge regression."""
        super().fit(X, y)
        trains = self.trains(X)
        slow, fast, factor = potential_kernel("ReSuMe", self.tau_m, self.tau_s, self.dt)
        potentials, wanted = [], []
        for i in range(len(trains)):
            raster = trains.dense(i)
            # A spike has its first effect in the step after.
            slow_part, fast_part = (
                lfilter([0.0, d], [1.0, -d], raster, axis=0) for d in (slow, fast)
            )
            potentials.append(factor * (slow_part - fast_part))
            wanted.append(1.5 * y.to_dense(i))
        wanted = np.vstack(wanted)
        # Target spikes are rare: they count as much as all other steps together.
        weights = np.where(wanted[:, 0] > 0, np.mean(wanted == 0) / np.mean(wanted > 0), 1.0)
        ridge = Ridge(0.1, fit_intercept=False)
        ridge.fit(np.vstack(potentials), wanted, weights)
        self.weights_ = np.atleast_2d(ridge.coef_)
        return self


def evaluate(model, data, test):
    """Return the responses, the share of spikes near to targets, and the mean distance."""
    response = model.predict(data.data[test])
    target = data.target[test]
    shares, distances = [], []
    for i in range(len(target)):
        pair = SpikeArray.concatenate([response[[i]], target[[i]]])
        distances.append(van_rossum(pair, tau=model.tau)[0, 1])
        shares.append(
            _share_near(*(part.to_events()[0][0] for part in (response[[i]], target[[i]])))
        )
    return response, {NEAR: float(np.mean(shares)), DISTANCE: float(np.mean(distances))}


def _share_near(times, targets):
    """Return the share of target spikes that have a spike of their own within 2 ms.

    Spikes that are too many lower it: the share is of the larger number of spikes.
    """
    left, found = list(times), 0
    for target in targets:
        near = [time for time in left if abs(time - target) <= WITHIN]
        if near:
            left.remove(min(near, key=lambda time: abs(time - target)))
            found += 1
    return found / max(len(times), len(targets), 1)


def draw(folder, comparison):
    """Draw the distance over learning, and target and response of the first pattern."""
    model, data = comparison.model, comparison.data
    figure = new_figure((WIDTH, 2.8))
    above, below = figure.subplots(2, 1, height_ratios=(2, 1))
    for ax in (above, below):
        small(ax)
        open_frame(ax)
    for colour, name in zip(COLOURS, ("resume", "SuperSpike"), strict=False):
        distances = comparison.models[name].distances_
        above.plot(
            np.arange(1, len(distances) + 1),
            distances,
            color=colour,
            lw=1.2,
            label=name.replace("resume", "ReSuMe"),
        )
    legend(above, loc="upper right")
    above.set(xlabel="epoch", ylabel="van Rossum distance", ylim=(0, None))
    rows = {"target": data.target[[0]], "response": model.predict(data.data[[0]])}
    for colour, (name, spikes) in zip((NEUTRAL, COLOURS[0]), rows.items(), strict=True):
        times, _ = spikes.to_events()[0]
        level = float(name == "target")
        below.vlines(times, level, level + 0.8, color=colour, lw=1.2, label=name)
    below.set(xlabel="time (ms)", xlim=(0, DURATION), yticks=[])
    legend(below, loc="upper left", bbox_to_anchor=(0, 1.5), ncols=2)
    figure.savefig(folder / "resume.png", dpi=DPI)
