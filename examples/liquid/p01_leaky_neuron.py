r"""
One leaky neuron
================

The membrane of a neuron separates charges, so it is a capacitor. Ions leak through it, so it is a
resistor, too. Let :math:`C` be the capacitance in nF, :math:`R` the resistance in MOhm, :math:`V`
the potential in mV, and :math:`I` the current in nA that flows into the neuron.

Current is conserved: the current that flows in either charges the capacitor or leaks out through
the resistor.

.. math:: I = C \frac{dV}{dt} + \frac{V - V_0}{R}

:math:`V_0` is the resting potential, at which nothing leaks. Multiply by :math:`R`, and write
:math:`\tau = R C` for the time constant in ms:

.. math:: \tau \frac{dV}{dt} = -(V - V_0) + R I

This is the equation of :class:`lsm.neurons.LIF`, the *leaky integrate-and-fire* neuron. For a
current that is constant during a step of :math:`h` ms it has an exact solution, which is the step
of the simulation:

.. math:: V(t + h) = V_0 + e^{-h / \tau} (V(t) - V_0) + R (1 - e^{-h / \tau}) I
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np

from lsm import Liquid
from lsm.neurons import LIF
from lsm.topology import FixedInputs, FixedWeights

warnings.filterwarnings("ignore", "the liquid")  # one neuron is not a healthy liquid

# %%
# **One neuron.** A liquid of one neuron has no recurrent weight. Its input, a current in nA,
# reaches the neuron with a weight of one. Without calibration the weights stay as they are.


def one_neuron(neuron):
    """Return a liquid of one neuron, with steps of 0.1 ms, whose input is a current in nA."""
    return Liquid(
        neurons=neuron,
        topology=FixedWeights([[0.0]]),
        inputs=FixedInputs([[1.0]]),
        calibration=None,
        dt=0.1,
        dtype="float64",
    )


# %%
# **Charging.** Two currents flow from 10 to 70 ms. The potential approaches :math:`R I`, and
# has 63 % of it after one time constant, at 30 ms. Neither current reaches the threshold of
# 1 mV.
t = np.arange(1000) / 10  # ms
neuron = LIF(tau_m=20.0, resistance=1.0, v_rest=0.0, v_threshold=1.0)
currents = [np.where((t >= 10) & (t < 70), nA, 0.0)[:, None] for nA in (0.5, 0.9)]
_, potentials = one_neuron(neuron).fit(currents).record(currents, potentials=True)

_, ax = plt.subplots(figsize=(6, 3), layout="constrained")
for current, potential in zip((0.5, 0.9), potentials, strict=True):
    ax.plot(t, potential, label=f"{current} nA")
ax.axvline(30, color="grey", linestyle=":")
ax.set(xlabel="time in ms", ylabel="potential in mV")
ax.legend()
plt.show()

charging = potentials[1][100:700, 0]
exact = 0.9 * (1 - np.exp(-np.arange(1, 601) * 0.1 / 20))
print(f"largest deviation from the solution: {np.abs(charging - exact).max():.0e} mV")

# %%
# **Spiking.** A larger current reaches the threshold. The neuron sends a spike, is reset to
# 0 mV, and starts again. The more current, the more spikes.
currents = [np.full((1000, 1), nA) for nA in (1.1, 1.5, 3.0)]
spikes, potentials = one_neuron(neuron).fit(currents).record(currents, potentials=True)

_, axes = plt.subplots(3, 1, figsize=(6, 4.5), sharex=True, sharey=True, layout="constrained")
for ax, current, potential, events in zip(
    axes, (1.1, 1.5, 3.0), potentials, spikes.to_events(), strict=True
):
    ax.plot(t, potential)
    ax.vlines(events[0], 1.0, 2.0, color="black")
    ax.set(ylabel="mV", title=f"{current} nA: {len(events[0])} spikes in 100 ms")
axes[-1].set(xlabel="time in ms")
plt.show()
