"""
Refractoriness, and thresholds that move
========================================

A neuron that has just spiked cannot spike at once again. Two models of this are common.

**Clamping.** After a spike the potential is held at the reset for the refractory period, whatever
the input. The neuron ignores all current in this time: the parameter `refractory`.

**Moving threshold.** After a spike the threshold rises, and falls back slowly. The neuron goes on
integrating, and strong input can still make it spike: :class:`lsm.neurons.AdaptiveLIF`.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np

from lsm import Liquid
from lsm.neurons import LIF, AdaptiveLIF
from lsm.topology import FixedInputs, FixedWeights

warnings.filterwarnings("ignore", "the liquid")  # one neuron is not a healthy liquid


def run(neuron, currents):
    """Return the spikes and the potentials of one neuron, in steps of 0.1 ms."""
    liquid = Liquid(
        neurons=neuron,
        topology=FixedWeights([[0.0]]),
        inputs=FixedInputs([[1.0]]),
        calibration=None,
        dt=0.1,
        dtype="float64",
    )
    return liquid.fit(currents).record(currents, potentials=True)


# %%
# The same current of 3 nA drives three neurons.
neurons = {
    "no refractory period": LIF(refractory=0.0),
    "clamped for 10 ms after a spike": LIF(refractory=10.0),
    "threshold rises by 0.3 mV at a spike": AdaptiveLIF(
        refractory=0.0, threshold_jump=0.3, tau_threshold=50.0
    ),
}
t = np.arange(1500) / 10  # ms
current = [np.full((1500, 1), 3.0)]
_, axes = plt.subplots(3, 1, figsize=(6, 5), sharex=True, sharey=True, layout="constrained")
for ax, (name, neuron) in zip(axes, neurons.items(), strict=True):
    spikes, (potential,) = run(neuron, current)
    times = spikes.to_events()[0][0]
    ax.plot(t, potential)
    ax.vlines(times, 2.2, 2.8, color="black")
    if isinstance(neuron, AdaptiveLIF):
        rise = np.where(t[:, None] > times, 0.3 * np.exp(-(t[:, None] - times) / 50), 0)
        ax.plot(t, 1 + rise.sum(axis=1), "--", color="tab:red", label="threshold")
        ax.legend(loc="upper right")
    ax.set(ylabel="mV", title=name)
axes[-1].set(xlabel="time in ms")
plt.show()

# %%
# The rate of a clamped neuron has a limit: with 10 ms it cannot exceed 100 Hz. A moving
# threshold makes the neuron *adapt*: it answers a new current quickly, and a lasting one
# slowly. So it responds to changes, and remembers for the time constant of the threshold that
# it has spiked.
currents = [np.full((5000, 1), nA) for nA in np.linspace(0.5, 6, 23)]
_, ax = plt.subplots(figsize=(6, 3), layout="constrained")
for name, neuron in neurons.items():
    spikes, _ = run(neuron, currents)
    rates = [len(times) / 0.5 for times, _ in spikes.to_events()]  # in half a second
    ax.plot(np.linspace(0.5, 6, 23), rates, label=name)
ax.set(xlabel="current in nA", ylabel="rate in Hz")
ax.legend()
plt.show()
