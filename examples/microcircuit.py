"""The cortical microcircuit of Potjans and Diesmann (2014) as a liquid.

Four layers of cortex, each with excitatory and inhibitory neurons: 77,169 leaky integrate-and-fire
neurons and 0.3 billion synapses below a square millimetre of surface, in steps of 0.1 ms. The
network is built with public classes: a wiring of its own, :class:`Microcircuit`, and
:class:`lsm.Liquid`. The command prints the rates of the eight populations beside the published
ones, and the time for a second of activity::

    python examples/microcircuit.py --scale 0.3
    python examples/microcircuit.py --drive dc --threads 2

The whole network needs about 10 GB of memory. A smaller scale has fewer neurons and fewer synapses
a neuron. Larger weights and a constant current then keep the mean and the variance of the input.
At a scale of 0.1 the network is silent with a constant current as its external input.

T. C. Potjans, M. Diesmann (2014). The cell-type specific cortical microcircuit: relating structure
and activity in a full-scale spiking network model. Cerebral Cortex 24, 785-806.
"""

import argparse
import json
import resource
import time
import warnings

import numpy as np
from scipy import sparse
from sklearn.base import BaseEstimator

from lsm import Liquid, Snapshots, SpikeArray
from lsm.neurons import LIF
from lsm.synapses import Exponential
from lsm.topology import FixedInputs, Wiring

POPULATIONS = ("L2/3E", "L2/3I", "L4E", "L4I", "L5E", "L5I", "L6E", "L6I")
SIZES = np.array([20683, 5834, 21915, 5479, 4850, 1065, 14395, 2948])
PUBLISHED_RATES = np.array([0.86, 2.80, 4.45, 5.93, 7.59, 8.64, 1.09, 7.88])  # Hz, table 6
# Probability that at least one synapse connects a neuron of the column's population to a neuron
# of the row's population.
PROBABILITIES = np.array(
    [
        [0.1009, 0.1689, 0.0437, 0.0818, 0.0323, 0.0, 0.0076, 0.0],
        [0.1346, 0.1371, 0.0316, 0.0515, 0.0755, 0.0, 0.0042, 0.0],
        [0.0077, 0.0059, 0.0497, 0.1350, 0.0067, 0.0003, 0.0453, 0.0],
        [0.0691, 0.0029, 0.0794, 0.1597, 0.0033, 0.0, 0.1057, 0.0],
        [0.1004, 0.0622, 0.0505, 0.0057, 0.0831, 0.3726, 0.0204, 0.0],
        [0.0548, 0.0269, 0.0257, 0.0022, 0.0600, 0.3158, 0.0086, 0.0],
        [0.0156, 0.0066, 0.0211, 0.0166, 0.0572, 0.0197, 0.0396, 0.2252],
        [0.0364, 0.0010, 0.0034, 0.0005, 0.0277, 0.0080, 0.0658, 0.1443],
    ]
)
EXTERNAL = np.array([1600, 1500, 2100, 1900, 2000, 1900, 2900, 2100])  # synapses a neuron
EXTERNAL_RATE = 8.0  # Hz, of each external synapse
TAU_M, TAU_SYN, CAPACITANCE = 10.0, 0.5, 250.0  # ms, ms, pF
PSP, INHIBITION, WEIGHT_CV = 0.15, -4.0, 0.1  # mV; relative to excitation; of the weights
DELAYS = (1.5, 0.75)  # ms, mean of excitatory and of inhibitory synapses; they vary by half of it
DT = 0.1  # ms
CHUNK = 2 * 10**7  # synapses that are drawn at once


def weight_of(psp):
    """Return the weight in nA whose postsynaptic potential has a peak of `psp` mV."""
    ratio = TAU_M / TAU_SYN
    peak = ratio ** (-1 / (ratio - 1)) - ratio ** (-ratio / (ratio - 1))
    return psp * CAPACITANCE * (1 / TAU_SYN - 1 / TAU_M) / peak / 1000


def mean_weights():
    """Return the mean weight in nA, a row a target population and a column a source population."""
    weights = np.full((8, 8), weight_of(PSP))
    weights[:, 1::2] *= INHIBITION
    weights[0, 2] *= 2  # from layer 4 to layer 2/3
    return weights


def n_synapses():
    """Return the number of synapses of the whole network, shaped as `PROBABILITIES`."""
    pairs = np.outer(SIZES, SIZES).astype(float)
    return np.log1p(-PROBABILITIES) / np.log1p(-1 / pairs)


class Microcircuit(BaseEstimator):
    """Wiring of the microcircuit.

    The number of synapses from population to population is fixed. Source and target of each
    synapse are drawn at random, so that two neurons may have several synapses.

    Parameters
    ----------
    scale : float, default=1.0
        Share of the neurons, and of the synapses a neuron.
    """

    def __init__(self, scale=1.0):
        self.scale = scale

    @property
    def sizes(self):
        """Number of neurons of each population."""
        return np.round(SIZES * self.scale).astype(int)

    @property
    def n_neurons(self):
        """Number of neurons."""
        return int(self.sizes.sum())

    def check(self):
        """Check the scale."""
        if not 0.01 <= self.scale <= 1:
            raise ValueError(f"Microcircuit.scale must be from 0.01 to 1, got {self.scale!r}")

    def draw(self, n_neurons, rng):
        """Return the network, an :class:`lsm.topology.Wiring`."""
        sizes = self.sizes
        totals = np.round(n_synapses() * self.scale**2).astype(int)
        counts = np.concatenate(
            [
                np.stack([rng.multinomial(n, np.full(size, 1 / size)) for n in column], axis=1)
                for size, column in zip(sizes, totals.T, strict=True)
            ]
        )  # synapses of each neuron to each population
        indptr = np.concatenate([[0], np.cumsum(counts.sum(axis=1))])
        targets = np.empty(indptr[-1], np.int32)
        weights, delays = np.empty((2, indptr[-1]), np.float32)
        ends = np.cumsum(sizes)
        for source, (first, end) in enumerate(zip(ends - sizes, ends, strict=True)):
            while first < end:
                stop = max(np.searchsorted(indptr, indptr[first] + CHUNK), first + 1)
                stop = min(int(stop), int(end))
                place = slice(indptr[first], indptr[stop])
                targets[place] = _draw_targets(counts[first:stop], sizes, rng)
                weights[place] = self._draw_weights(source, targets[place], rng)
                delays[place] = _draw_delays(source, place.stop - place.start, rng)
                first = stop
        matrix = sparse.csr_array((n_neurons, n_neurons), dtype=np.float32)
        matrix.data, matrix.indices, matrix.indptr = weights, targets, indptr.astype(np.int32)
        inhibitory = np.repeat(np.arange(8) % 2 == 1, sizes)
        return Wiring(matrix, inhibitory, delays)

    def _draw_weights(self, source, targets, rng):
        """Draw the weights in nA from one population to some targets."""
        means = (mean_weights()[:, source] / np.sqrt(self.scale)).astype(np.float32)
        spread = 1 + WEIGHT_CV * rng.standard_normal(len(targets), dtype=np.float32)
        return np.repeat(means, self.sizes)[targets] * spread


def _draw_targets(counts, sizes, rng):
    """Draw the targets of some neurons, sorted for each, from their numbers in each population."""
    population = np.repeat(np.tile(np.arange(8), len(counts)), counts.ravel())
    targets = (np.cumsum(sizes) - sizes)[population]
    targets += (rng.random(len(targets)) * sizes[population]).astype(np.int64)
    targets += np.repeat(np.arange(len(counts)), counts.sum(axis=1)) * sizes.sum()
    targets.sort()
    return targets % sizes.sum()


def _draw_delays(source, n, rng):
    """Draw delays in ms, whole steps, from a normal distribution without those of no step."""
    mean = DELAYS[source % 2] / DT
    steps = np.rint(mean + mean / 2 * rng.standard_normal(n, dtype=np.float32))
    while len(short := np.flatnonzero(steps < 1)):
        steps[short] = np.rint(rng.normal(mean, mean / 2, len(short)))
    return steps * np.float32(DT)


def constant_current(scale, drive):
    """Return the constant current in nA into the neurons of each population.

    It replaces the external spikes if `drive` is "dc", and what a scaled network lacks in the mean
    of its input.
    """
    charge = TAU_SYN / 1000  # a synapse of 1 nA at 1 Hz
    external = weight_of(PSP) * EXTERNAL * EXTERNAL_RATE * charge
    recurrent = (mean_weights() * n_synapses()) @ PUBLISHED_RATES / SIZES * charge
    lacking = 1 - np.sqrt(scale)
    return lacking * recurrent + (external if drive == "dc" else lacking * external)


def make_liquid(scale=1.0, drive="poisson", threads=1, seed=0):
    """Return the microcircuit as a liquid that is not fitted."""
    topology = Microcircuit(scale)
    bias = np.repeat(constant_current(scale, drive), topology.sizes)
    neurons = LIF(
        tau_m=TAU_M, v_rest=-65.0, v_threshold=-50.0, v_reset=-65.0, refractory=2.0,
        resistance=1000 * TAU_M / CAPACITANCE, bias=bias,
    )  # fmt: skip
    external = weight_of(PSP) / np.sqrt(scale) * sparse.eye_array(topology.n_neurons)
    return Liquid(
        neurons=neurons, synapses=Exponential(TAU_SYN, TAU_SYN), topology=topology,
        inputs=FixedInputs(external), snapshots=Snapshots(), calibration=None, initial="random",
        dt=DT, n_jobs=threads, random_state=seed,
    )  # fmt: skip


def external_spikes(scale, drive, n_steps, rng):
    """Return the external spikes of `n_steps` steps, one channel a neuron, as one sample."""
    sizes = Microcircuit(scale).sizes
    if drive == "dc":
        rows, channels, amplitudes = np.zeros((3, 0), int)
    else:
        means = np.repeat(EXTERNAL * scale * EXTERNAL_RATE * DT / 1000, sizes)
        counts = rng.poisson(means, (n_steps, sizes.sum()))
        rows, channels = np.nonzero(counts)
        amplitudes = counts[rows, channels]
    return SpikeArray(
        rows, channels, amplitudes, np.array([0, len(rows)]), np.array([n_steps]), int(sizes.sum()),
        row_duration=DT,
    )  # fmt: skip


def spike_counts(liquid, scale, drive, warm_up, seconds, rng):
    """Return the spikes of each neuron after the warm-up, and the time of the simulation in s."""
    n_before, n_steps = round(warm_up * 1000 / DT), round(seconds * 1000 / DT)
    if drive == "dc":
        sample = external_spikes(scale, drive, n_before + n_steps, rng)
        liquid.record(external_spikes(scale, drive, 20, rng))  # compiles
        start = time.perf_counter()
        spikes = liquid.record(sample)
        took = time.perf_counter() - start
        late = spikes.channels[spikes.rows >= n_before]
        return np.bincount(late, minlength=liquid.n_neurons_), took
    # External spikes of a second are too many to hold, so they come in pieces of 10 ms.
    stream = liquid.stream(external_spikes(scale, drive, 1, rng))
    before, counts, took = 0, 0, 0.0
    for piece in range((n_before + n_steps) // 100):
        sample = external_spikes(scale, drive, 100, rng)
        start = time.perf_counter()
        counts = stream.step(sample)[-1, 0]
        took += time.perf_counter() - start
        if (piece + 1) * 100 == n_before:
            before = counts.copy()
    return counts - before, took


def main(arguments=None):
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scale", type=float, default=1.0, help="share of the network (default 1)")
    parser.add_argument("--seconds", type=float, default=1.0, help="time that counts (default 1)")
    parser.add_argument("--warm-up", type=float, default=0.5, help="time before it (default 0.5)")
    parser.add_argument(
        "--drive", choices=("dc", "poisson"), default="poisson",
        help="external input: a constant current, or random spikes (default poisson)",
    )  # fmt: skip
    parser.add_argument("--threads", type=int, default=1, help="threads (default 1)")
    parser.add_argument("--seed", type=int, default=0, help="seed of all draws (default 0)")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args(arguments)

    start = time.perf_counter()
    rng = np.random.default_rng(options.seed)
    liquid = make_liquid(options.scale, options.drive, options.threads, options.seed)
    with warnings.catch_warnings():
        # With a constant current no neuron spikes within these few steps.
        warnings.simplefilter("ignore", UserWarning)
        liquid.fit(external_spikes(options.scale, options.drive, 20, rng))
    built = time.perf_counter() - start
    counts, took = spike_counts(
        liquid, options.scale, options.drive, options.warm_up, options.seconds, rng
    )
    ends = np.cumsum(Microcircuit(options.scale).sizes)
    rates = [part.mean() / options.seconds for part in np.split(counts, ends[:-1])]
    factor = took / (options.warm_up + options.seconds)
    if options.json:
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
        result = {"rates": rates, "real_time_factor": factor, "build": built, "memory": memory}
        print(json.dumps(result | {"neurons": int(ends[-1]), "synapses": liquid.network_.w.nnz}))
        return
    print(f"{ends[-1]:,} neurons, {liquid.network_.w.nnz:,} synapses, built in {built:.0f} s")
    print(f"{'population':<12}{'rate in Hz':>12}{'published':>12}{'difference':>12}")
    for name, rate, published in zip(POPULATIONS, rates, PUBLISHED_RATES, strict=True):
        print(f"{name:<12}{rate:>12.2f}{published:>12.2f}{rate / published - 1:>12.0%}")
    print(f"{factor:.2f} s of computation for a second of activity")


if __name__ == "__main__":
    main()
