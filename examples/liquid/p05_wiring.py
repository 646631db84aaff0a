"""
Feed-forward, recurrent and stochastic
======================================

Many neurons become a network by their wiring, and by where chance enters.

- **Feed-forward.** Activity runs through layers once, and is gone.
- **Recurrent.** Neurons excite and inhibit each other in loops, and activity echoes. A liquid is
  recurrent.
- **Stochastic.** Each neuron spikes at random, with a probability that grows with its potential.
"""

import matplotlib.pyplot as plt
import numpy as np

from lsm import Liquid, SpikeArray
from lsm.neurons import LIF, StochasticLIF
from lsm.topology import ErdosRenyi, FixedInputs, Layered, RandomInput, Weights

# %%
# The input is a volley: 20 channels spike within 5 ms, and are silent for the rest of 200 ms.
rng = np.random.default_rng(0)
volley = SpikeArray.from_events([(rng.uniform(5, 10, 20), np.arange(20))], 20, 200.0)

# %%
# In the feed-forward network only the first of five layers receives input. The volley passes the
# layers one after the other. In the recurrent network the same neurons are wired at random.
chain = Layered(5, within=0.0, forward=0.4, inhibitory=0.0, weights=Weights(excitation=4.5))
loops = ErdosRenyi(fan_out=25, weights=Weights(excitation=3.0, inhibition=3.0))
to_first_layer = np.where(np.arange(250) < 50, rng.gamma(2.0, 0.4, (20, 250)), 0.0)


def network(topology, inputs, neurons):
    """Return a network of 250 neurons whose weights stay as they are drawn."""
    liquid = Liquid(
        250, neurons, topology=topology, inputs=inputs, calibration=None, random_state=0
    )
    return liquid.fit(volley)


everywhere = RandomInput(fan_in=8, weight=1.2, distribution="gamma")
networks = {
    "feed-forward: five layers": network(chain, FixedInputs(to_first_layer), LIF()),
    "recurrent: random loops": network(loops, everywhere, LIF()),
    "recurrent and stochastic": network(loops, everywhere, StochasticLIF(delta_v=0.15)),
}
_, axes = plt.subplots(3, 1, figsize=(6, 7), sharex=True, layout="constrained")
for ax, (name, liquid) in zip(axes, networks.items(), strict=True):
    times, neurons = liquid.record(volley).to_events()[0]
    ax.plot(times, neurons, "k.", markersize=2)
    ax.set(ylabel="neuron", title=f"{name}, {len(times)} spikes", ylim=(0, 250))
axes[-1].set(xlabel="time in ms", xlim=(0, 200))
plt.show()
