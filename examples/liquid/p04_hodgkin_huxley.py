r"""
How a real spike comes about: Hodgkin and Huxley
================================================

In a leaky neuron the spike is a rule. In a real neuron it is the work of channels in the membrane,
which open and close with the potential. Hodgkin and Huxley measured them in the giant axon of a
squid in 1952. Conservation of current has two more terms then, for sodium and potassium:

.. math::

   C \frac{dV}{dt} = g_{Na} m^3 h (E_{Na} - V) + g_K n^4 (E_K - V) + g_L (E_L - V) + I

The gates :math:`m`, :math:`h` and :math:`n` are between 0 (closed) and 1 (open), and follow the
potential with time constants of their own: :class:`lsm.neurons.HodgkinHuxley`.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np

from lsm import Liquid
from lsm.neurons import HodgkinHuxley
from lsm.topology import FixedInputs, FixedWeights

warnings.filterwarnings("ignore", "the liquid")  # one neuron is not a healthy liquid

# %%
# Pulses of 2 ms arrive, each stronger than the one before. The weak ones decay. The strong ones
# start a spike, which always has the same form and height: *all or nothing*.
t = np.arange(4000) / 50  # steps of 0.02 ms
current = np.zeros((4000, 1))
for start, strength in ((5, 0.2), (25, 0.35), (45, 0.7), (52, 0.7)):
    current[(t >= start) & (t < start + 2)] = strength
liquid = Liquid(
    neurons=HodgkinHuxley(),
    topology=FixedWeights([[0.0]]),
    inputs=FixedInputs([[1.0]]),
    calibration=None,
    dt=0.02,
    dtype="float64",
).fit([current])
spikes, (potential,) = liquid.record([current], potentials=True)

_, (above, below) = plt.subplots(
    2, 1, figsize=(6, 4), sharex=True, height_ratios=(3, 1), layout="constrained"
)
above.plot(t, potential)
above.set(ylabel="potential in mV")
below.plot(t, current, color="tab:red")
below.set(xlabel="time in ms", ylabel="nA")
plt.show()
print("spikes at", spikes.to_events()[0][0], "ms")

# %%
# The last pulse is as strong as the one before, and has no effect: sodium channels need some ms
# to recover. This is the refractory period, which the leaky neuron imitates by clamping. A step
# of this model costs far more time than one of the leaky neuron, and a liquid rarely needs it.
