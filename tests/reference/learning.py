"""How often learning solves its tasks: `python -m tests.reference.learning [first] [last]`.

Each task takes a seed, of all that is random in it. The tests hold one seed of each to what is
said here; this prints what comes of others.
"""

import sys
import warnings

import numpy as np
from scipy import sparse

from lsm import Liquid, Snapshots
from lsm.neurons import LIF
from lsm.plasticity import IntrinsicPlasticity, PairSTDP, RewardSTDP
from lsm.synapses import Exponential
from lsm.topology import FixedWeights, InputWiring

__all__ = ["choose", "even_out", "find_pattern"]


class OneToOne(InputWiring):
    """Let each of the first neurons follow its channel, spike by spike."""

    def draw(self, n_channels, inhibitory, rng):
        """Return the weights of the input and its delay."""
        return sparse.csr_array(1e4 * np.eye(n_channels, len(inhibitory))), 0.0


def by_hand(matrix, n_afferents, tau_m, tau_syn, refractory, **params):
    """Return a liquid of given weights, whose first neurons follow the channels."""
    afferent = np.arange(len(matrix)) < n_afferents
    return Liquid(
        topology=FixedWeights(matrix), inputs=OneToOne(), calibration=None, dtype="float64",
        neurons=LIF(tau_m, refractory=np.where(afferent, 0.0, refractory)),
        synapses=Exponential(np.where(afferent, 0.05, tau_syn)), random_state=0, **params,
    )  # fmt: skip


# ---- a pattern in noise


class Noise:
    """Poisson trains that hide a pattern of 50 ms in half of the channels, five times a second."""

    n_channels, rate, length, every = 500, 0.012, 50, 200  # in steps of 1 ms

    def __init__(self, seed, repeats):
        self.repeats = repeats
        self.rng = np.random.default_rng(seed)
        self.pattern = self._spikes(self.length, self.n_channels // 2)

    def _spikes(self, *shape):
        return self.rng.random(shape) < self.rate

    def draw(self, n_steps):
        """Return a train, and when the pattern starts; if it does not repeat, another each time."""
        train = self._spikes(n_steps, self.n_channels)
        onsets = np.arange(0, n_steps, self.every)
        onsets += self.rng.integers(0, self.every - self.length, len(onsets))
        for onset in onsets:
            pattern = self.pattern if self.repeats else self._spikes(*self.pattern.shape)
            train[onset : onset + self.length, : self.n_channels // 2] = pattern
        return train.astype(int), onsets

    def responses(self, liquid):
        """Return the share of patterns with a spike, its mean delay, other spikes a second."""
        train, onsets = self.draw(20_000)
        spikes = liquid.record([train])
        delays = spikes.rows[spikes.channels == self.n_channels][:, None] - onsets
        within = (delays > 0) & (delays <= self.length + 10)
        first = np.where(within, delays, np.inf).min(axis=0)
        met = np.isfinite(first)
        return met.mean(), first[met].mean() if met.any() else np.nan, np.sum(~within.any(1)) / 20


def find_pattern(seed, repeats=True):
    """Let STDP listen to noise, as Masquelier, Guyonneau & Thorpe (2008), in small.

    Parameters
    ----------
    seed : int
        Seed of the noise and the pattern.
    repeats : bool, default=True
        Whether there is a pattern at all.

    Returns
    -------
    before, early, after : tuples of 3 floats
        See `Noise.responses`: after 3 s, 30 s and 100 s.
    """
    rule = PairSTDP(a_plus=0.015, a_minus=0.0086, tau_plus=16.8, tau_minus=33.7, w_max=2.1)
    matrix = np.zeros((501, 501))
    matrix[:-1, -1] = 1.2 / (500 * 0.012 * 2.5)  # a mean drive of 1.2 thresholds
    noise, liquid = Noise(seed, repeats), by_hand(matrix, 500, 10.0, 2.5, 10.0, plasticity=rule)
    found = []
    for n_lessons in (3, 7):
        for _ in range(n_lessons):
            liquid.partial_fit([noise.draw(10_000)[0]])
        found.append(noise.responses(liquid))
    return found


# ---- a choice between two


def choose(seed, taught=True):
    """Let reward teach which of two pools of neurons is to answer which of two cues.

    Parameters
    ----------
    seed : int
        Seed of the weights, the cues and their spikes.
    taught : bool, default=True
        Whether right choices are rewarded and wrong ones punished; else both by chance.

    Returns
    -------
    accuracy : float
        Of 150 choices after 150 with reward; the pools have to differ by a spike at least.
    """
    n_cues, n_actors, n_samples = 40, 5, 150
    n_neurons = n_cues + 2 * n_actors + 2
    rng = np.random.default_rng(seed)
    actors = n_cues + np.arange(2 * n_actors).reshape(2, n_actors)
    matrix = np.zeros((n_neurons, n_neurons))
    drive = rng.uniform(0.6, 1.8, (n_cues, 2 * n_actors))  # in thresholds, about
    matrix[:n_cues, actors.ravel()] = drive / (20 * 0.05 * 5)
    for side in range(2):  # each pool holds the other down, through one inhibitory neuron
        matrix[actors[side], side - 2] = 1.5
        matrix[side - 2, actors[1 - side]] = -3.0
    cue = rng.integers(2, size=2 * n_samples)
    rate = np.where(np.arange(n_cues) // 20 == cue[:, None], 0.05, 0.005)
    X = [(rng.random((200, n_cues)) < r).astype(int) for r in rate]

    def choice(counts):
        left, right = (counts[..., pool].sum(axis=-1) for pool in actors)
        return np.where(left == right, -1, right > left)

    def rewarded(i, counts):
        return 1.0 if choice(counts) == cue[i] else -1.0

    rule = RewardSTDP(a_plus=0.02, a_minus=0.02, tau_eligibility=500.0)
    liquid = by_hand(matrix, n_cues, 20.0, 5.0, 2.0, plasticity=rule)
    reward = rewarded if taught else rng.choice([-1.0, 1.0], n_samples)
    liquid.fit(X[:n_samples], reward=reward)
    return np.mean(choice(liquid.transform(X[n_samples:]).toarray()) == cue[n_samples:])


# ---- rates at their target


def even_out(seed, rate=20.0):
    """Let intrinsic plasticity bring the rates of a random liquid to a target.

    Parameters
    ----------
    seed : int
        Seed of the liquid and of its input.
    rate : float, default=20.0
        Target in Hz.

    Returns
    -------
    before, after : float
        Mean distance of the neurons' rates from the target in Hz, over twenty last samples of
        500 ms, without learning and after all eighty.
    """
    X = np.random.default_rng(seed).poisson(0.05, (80, 500, 20))
    rule = IntrinsicPlasticity(target_rate=rate, learning_rate=0.3)
    away = []
    for homeostasis in (None, rule):
        liquid = Liquid(100, homeostasis=homeostasis, dtype="float64", random_state=seed).fit(X)
        counts = liquid.set_params(snapshots=Snapshots()).transform(X[-20:]).toarray()
        away.append(np.abs(counts.mean(axis=0) / 0.5 - rate).mean())
    return away


def main(first=100, last=120):
    """Print what comes of each task for seeds first to last - 1."""
    warnings.simplefilter("ignore", UserWarning)  # liquids of a few neurons are of no other use
    for seed in range(first, last):
        (early, late), (control,) = find_pattern(seed), find_pattern(seed, repeats=False)[1:]
        shown = ["{:.2f} {:4.1f} {:5.2f}".format(*found) for found in (early, late, control)]
        reward, chance, rates = choose(seed), choose(seed, taught=False), even_out(seed)
        print(f"{seed} pattern {' | '.join(shown)} choice {reward:.2f} {chance:.2f} rates "
              "{:.2f} {:.2f}".format(*rates), flush=True)  # fmt: skip


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
