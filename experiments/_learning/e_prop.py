"""E-prop of the weights of a small liquid, beside the same liquid that is left as it is.

Four tasks, all read by traces of 20 ms at the end of a sample or row: recall of a template 150 ms
after its end, parity of three templates, and two tasks of Bellec et al. (2020) in small. In
accumulation of evidence five cues come from the left or from the right, and after a pause the side
of the majority is asked for. In generation of a pattern 3 sums of sines of 1 s are to be given out
at every ms, from groups of channels that are active one after the other.
"""

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import RidgeCV
from sklearn.utils import Bunch

from lsm import Liquid, LSMClassifier, LSMRegressor, RandomFeatures, Snapshots, SpikeArray
from lsm.datasets import make_delayed_parity, make_spike_templates
from lsm.neurons import AdaptiveLIF
from lsm.plasticity import EProp
from lsm.topology import ErdosRenyi

__all__ = ["conditions", "load_data", "make_controls", "make_model"]

N_NEURONS = 60
N_EPOCHS = {"memory": 40, "parity": 100, "evidence": 12, "pattern": 300}
SEGMENT = 50  # ms of a template or a cue
PAUSE = 150  # ms from the last cue to the question


def conditions():
    """Return the names of the tasks."""
    return list(N_EPOCHS)


def load_data(n_samples, condition, random_state):
    """Load a task; of the pattern there is one sample, which is learnt and tested."""
    n_samples = n_samples or (2500 if condition == "evidence" else 500)
    options = {"segment": float(SEGMENT), "rate": 40.0, "jitter": 1.0, "test_size": 0.4}
    if condition == "memory":
        data = make_spike_templates(n_samples, 4, random_state=random_state, **options)
        data.target = data.target[:, 0]
    elif condition == "parity":
        data = make_delayed_parity(n_samples, 4, random_state=random_state, **options)
    elif condition == "evidence":
        data = make_evidence(n_samples, random_state)
    else:
        return make_pattern(random_state)
    half = len(data.train) // 2
    data.cv = [(data.train[:half], data.train[half:])]
    return data


def make_evidence(n_samples, random_state):
    """Make samples of five cues, a pause and a question; the target is the majority."""
    rng = np.random.default_rng(random_state)
    n_cues, group = 5, 5
    sides = rng.integers(2, size=(n_samples, n_cues))
    n_steps = n_cues * SEGMENT + PAUSE + SEGMENT
    rates = np.zeros((n_samples, n_steps, 4, group))  # left, right, question, noise; in Hz
    for cue in range(n_cues):
        on = slice(cue * SEGMENT, cue * SEGMENT + 4 * SEGMENT // 5)
        for side in range(2):
            rates[sides[:, cue] == side, on, side] = 100.0
    rates[:, -SEGMENT:, 2] = 100.0
    rates[:, :, 3] = 10.0
    spikes = rng.random(rates.shape) < rates / 1000
    n_train = round(0.6 * n_samples)
    return Bunch(
        data=SpikeArray.from_dense(spikes.reshape(n_samples, n_steps, -1).astype(int)),
        target=(sides.sum(axis=1) > n_cues // 2).astype(int),
        train=np.arange(n_train),
        test=np.arange(n_train, n_samples),
        DESCR=f"{n_samples} samples of {n_cues} cues from two sides",
    )


def make_pattern(random_state):
    """Make one sample of 1 s with three targets at every ms."""
    rng = np.random.default_rng(random_state)
    time, n_groups, group = np.arange(1000) / 1000, 5, 4
    rates = 100.0 * (np.arange(n_groups) == (time * n_groups).astype(int)[:, None])
    spikes = rng.random((len(time), n_groups, group)) < rates[..., None] / 1000
    phases, sizes = rng.uniform(0, 2 * np.pi, (3, 4)), rng.uniform(0.5, 2.0, (3, 4))
    waves = np.sin(2 * np.pi * np.array([1, 2, 3, 5]) * time[:, None, None] + phases)
    one = np.array([0])
    return Bunch(
        data=SpikeArray.from_dense([spikes.reshape(len(time), -1).astype(int)]),
        target=(sizes * waves).sum(axis=-1)[None],
        train=one,
        test=one,
        cv=[(one, one)],
        DESCR="three sums of sines of 1, 2, 3 and 5 Hz in 1 s",
    )


def make_model(data, condition, random_state):
    """Make a model whose liquid learns by e-prop."""
    liquid = Liquid(
        N_NEURONS,
        neurons=AdaptiveLIF(threshold_jump=0.1, tau_threshold=200.0),
        topology=ErdosRenyi(fan_out=10),
        snapshots=Snapshots(feature="trace", tau=20.0),
        random_state=random_state,
    )
    learning = EProp(N_EPOCHS[condition], learning_rate=0.03, window=20.0)
    if condition == "pattern":
        return LSMRegressor(liquid, RidgeCV(np.logspace(-4, 4, 17)), learning=learning)
    return LSMClassifier(liquid, learning=learning)


def make_controls(model, data, condition, random_state):
    """Make the same liquid without learning, e-prop with random feedback, and no liquid."""
    frozen = clone(model).set_params(learning=None)
    static = RandomFeatures(N_NEURONS, random_state=random_state)
    return {
        "e-prop, random feedback": clone(model).set_params(learning__feedback="random"),
        "frozen liquid": frozen,
        "static random features": clone(frozen).set_params(liquid=static),
    }
