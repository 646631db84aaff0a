"""
Excitation, inhibition and epilepsy
===================================

Excitatory neurons make their targets spike, inhibitory ones keep them from it. If each spike
causes more than one further spike, activity explodes: all neurons spike together and as fast as
they can, as in an epileptic seizure. If each spike causes much less than one, activity dies out
at once. A liquid works in between, and inhibition holds it there.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np

from lsm import Liquid
from lsm.datasets import make_poisson_trains
from lsm.topology import ErdosRenyi, RandomInput, Weights

warnings.filterwarnings("ignore", "the liquid")  # the warnings are shown below

# %%
# 300 neurons, one in five of them inhibitory, receive random spikes for 300 ms. The recurrent
# weights are the same in both networks, except that inhibition is switched off in the second.
X = make_poisson_trains(4, 20, 300.0, 30.0, random_state=0)


def network(gain, inhibition):
    """Return a network with a gain on all recurrent weights, which stay as they are drawn."""
    weights = Weights(gain=gain, inhibition=inhibition)
    liquid = Liquid(
        300,
        topology=ErdosRenyi(weights=weights),
        inputs=RandomInput(weight=0.6, distribution="gamma"),
        calibration=None,
        random_state=0,
    )
    return liquid.fit(X)


balanced, epileptic = network(3.0, 4.0), network(3.0, 0.0)
_, axes = plt.subplots(2, 1, figsize=(6, 5), sharex=True, layout="constrained")
for ax, liquid, name in zip(axes, (balanced, epileptic), ("with", "without"), strict=True):
    times, neurons = liquid.record(X).to_events()[0]
    colours = np.where(liquid.inhibitory_[neurons], "tab:red", "tab:blue")
    ax.scatter(times, neurons, s=1, c=colours)
    ax.set(ylabel="neuron", title=f"{name} inhibition: {liquid.health_.rate:.0f} Hz")
axes[-1].set(xlabel="time in ms")
plt.show()

# %%
# `fit` warns of such a liquid. The sentence names a remedy:
print(epileptic.health_.complaint())

# %%
# Between the two lies a range of gains. The *echo-state index* says whether the liquid still
# listens: near 0 its state depends on the input, near 1 on the state in which it began. By
# default a liquid searches for its gains itself, in `fit`: :class:`lsm.Calibration`.
gains = np.geomspace(0.1, 6, 12)
_, ax = plt.subplots(figsize=(6, 3), layout="constrained")
for inhibition in (4.0, 2.0, 0.0):
    health = [network(gain, inhibition).health_ for gain in gains]
    ax.plot(gains, [h.rate for h in health], label=f"inhibition {inhibition:g}")
ax.set(xscale="log", xlabel="gain of the recurrent weights", ylabel="rate in Hz")
ax.legend()
plt.show()
