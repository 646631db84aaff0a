r"""
Three forms of input
====================

A spike that arrives at a synapse causes a current in the neuron. The current as a function of time
is the *input function* of the synapse. The weight :math:`w` is its size.

- **Delta.** All charge arrives at once, and the potential jumps by :math:`w` mV:
  :class:`lsm.synapses.Delta`.
- **Exponential.** The current jumps by :math:`w` nA and decays with a time constant:
  :class:`lsm.synapses.Exponential`.
- **Free.** The current has any shape that you give, one number for each step:
  :class:`lsm.synapses.Sampled`.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np

from lsm import Liquid
from lsm.neurons import LIF
from lsm.synapses import Delta, Exponential, Sampled
from lsm.topology import FixedInputs, FixedWeights

warnings.filterwarnings("ignore", "the liquid")  # one neuron is not a healthy liquid

# %%
# Four spikes arrive, at 10, 40, 45 and 50 ms. Integers in the input are counts of spikes.
spikes = np.zeros((1000, 1), dtype=int)
spikes[[100, 400, 450, 500]] = 1
t = np.arange(1000) / 10  # ms

bump = np.sin(np.linspace(0, np.pi, 150)) ** 2  # 15 ms in steps of 0.1 ms
forms = {
    "delta, 0.4 mV": (Delta(), 0.4),
    "exponential, 2.3 nA, 5 ms": (Exponential(tau_syn_exc=5.0), 2.3),
    "free: a bump of 15 ms, 1.4 nA": (Sampled(kernel_exc=bump), 1.4),
}

_, axes = plt.subplots(3, 1, figsize=(6, 5), sharex=True, sharey=True, layout="constrained")
for ax, (name, (synapses, weight)) in zip(axes, forms.items(), strict=True):
    liquid = Liquid(
        neurons=LIF(tau_m=20.0),
        synapses=synapses,
        topology=FixedWeights([[0.0]]),
        inputs=FixedInputs([[weight]]),
        calibration=None,
        dt=0.1,
        dtype="float64",
    ).fit([spikes])
    sent, (potential,) = liquid.record([spikes], potentials=True)
    ax.plot(t, potential)
    ax.vlines(sent.to_events()[0][0], 1.0, 1.4, color="black")
    ax.plot(t[spikes[:, 0] > 0], np.zeros(4), "^", color="tab:red", clip_on=False)
    ax.set(ylabel="mV", title=name)
axes[-1].set(xlabel="time in ms")
plt.show()

# %%
# Triangles are spikes that arrive, black strokes are spikes that the neuron sends. One spike
# alone does not suffice. Three spikes within 10 ms add up: the neuron detects coincidences
# within its time constant.
