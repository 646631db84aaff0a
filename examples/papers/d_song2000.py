"""
Song, Miller and Abbott 2000: STDP makes weights compete
========================================================

S. Song, K. D. Miller, L. F. Abbott (2000). Competitive Hebbian learning through
spike-timing-dependent synaptic plasticity. Nature Neuroscience 3, 919-926.

One neuron receives many random spike trains. Depression is a little stronger than potentiation.
Starting from equal weights, synapses compete: in the end most weights are near zero or near the
maximum, and the neuron spikes at a lower rate and less regularly.

**Deviations.** 400 excitatory trains instead of 1000, and no inhibitory ones; currents instead of
conductances; changes of 2 % of the maximal weight instead of 0.5 %; 200 s; steps of 1 ms.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np

from lsm import Liquid
from lsm.datasets import make_poisson_trains
from lsm.neurons import LIF
from lsm.plasticity import PairSTDP
from lsm.synapses import Exponential
from lsm.topology import FixedInputs, FixedWeights

warnings.filterwarnings("ignore", "the liquid")  # one neuron is not a healthy liquid

# %%
# Rules change recurrent weights. So each train drives a neuron of its own, which repeats it,
# and these neurons excite the last one. A weight of 1 is the mean at the start.
n_trains, rate = 400, 20.0
rng = np.random.default_rng(0)
matrix = np.zeros((n_trains + 1, n_trains + 1))
matrix[:-1, -1] = 1.4 / (n_trains * rate / 1000 * 5.0)  # a mean drive of 1.4 thresholds
repeaters = np.arange(n_trains + 1) < n_trains
liquid = Liquid(
    neurons=LIF(tau_m=20.0, refractory=np.where(repeaters, 0.0, 2.0)),
    synapses=Exponential(np.where(repeaters, 0.05, 5.0)),
    topology=FixedWeights(matrix),
    inputs=FixedInputs(1e4 * np.eye(n_trains, n_trains + 1)),
    plasticity=PairSTDP(a_plus=0.04, a_minus=0.042, w_max=2.0),
    calibration=None,
    dtype="float64",
    random_state=0,
)


def trains(seconds, seed):
    """Return random spike trains."""
    return make_poisson_trains(1, n_trains, 1000.0 * seconds, rate, random_state=seed)


def output(seed):
    """Return the rate of the last neuron in Hz and the irregularity of its spikes."""
    times, neurons = liquid.record(trains(20, seed)).to_events()[0]
    intervals = np.diff(times[neurons == n_trains])
    return len(intervals) / 20, intervals.std() / intervals.mean()


# %%
_, axes = plt.subplots(1, 4, figsize=(9, 2.5), sharey=True, layout="constrained")
learnt = 0
for ax, seconds in zip(axes, (2, 10, 50, 200), strict=True):
    while learnt < seconds:
        piece = min(20, seconds - learnt)
        liquid.partial_fit(trains(piece, learnt))
        learnt += piece
    weights = liquid.weights_.data / liquid.weight_unit_
    ax.hist(weights, bins=np.linspace(0, 2, 21))
    ax.set(xlabel="weight", title=f"{seconds} s")
    rate_now, cv = output(seed=1000 + seconds)
    print(f"after {seconds} s: {rate_now:.0f} Hz, coefficient of variation {cv:.2f}")
axes[0].set(ylabel="synapses")
plt.show()
ends = np.mean((weights < 0.4) | (weights > 1.6))
print(f"{ends:.0%} of the weights lie in the outer fifths of their range")

# %%
# The rate falls and the spikes become less regular, as in the paper. They do not become as
# irregular as there, where inhibition keeps the mean of the input below the threshold.
