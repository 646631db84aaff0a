r"""
One leaky neuron
================

The membrane of a neuron separates charge, so it is a capacitor; ions leak through it, so it is also
a resistor. Let :math:`C` be the capacitance in nF, :math:`R` the resistance in MOhm, :math:`V` the
potential in mV, and :math:`I` a current in nA that flows into the neuron.

Current is conserved: what flows in either charges the capacitor or leaks out through the resistor.

.. math:: I = C \frac{dV}{dt} + \frac{V - V_{rest}}{R}

Multiply by :math:`R`, and write :math:`\tau = R C` for the time constant in ms:

.. math:: \tau \frac{dV}{dt} = -(V - V_{rest}) + R I

This is the equation of :class:`lsm.neurons.LIF`. If :math:`I` is constant over a step of ``dt`` ms,
it has an exact solution, which is the step of the simulation:

.. math:: V(t + dt) = V_{rest} + e^{-dt / \tau} (V(t) - V_{rest}) + R (1 - e^{-dt / \tau}) I

When :math:`V` reaches a threshold, the neuron sends a *spike* and is reset.
"""

import matplotlib.pyplot as plt
import numpy as np

from lsm import Liquid, Snapshots
from lsm.neurons import LIF
from lsm.topology import FixedInputs, FixedWeights


def one_neuron(neuron, dt=0.1, **parameters):
    """Return a liquid of one neuron whose input is a current in nA."""
    return Liquid(
        neurons=neuron,
        topology=FixedWeights([[0.0]]),
        inputs=FixedInputs([[1.0]]),
        snapshots=Snapshots(feature="membrane"),
        calibration=None,
        dt=dt,
        dtype="float64",
        **parameters,
    )


# %%
# A step of current charges the membrane. It reaches 63 % of its end value after one time constant.
# The currents below are 0.5 and 0.9 nA; the threshold of 1 mV is out of reach.
t = np.arange(0, 100, 0.1)
neuron = LIF(tau_m=20.0, resistance=1.0, v_threshold=1.0)
currents = [np.where((t > 10) & (t < 70), current, 0.0)[:, None] for current in (0.5, 0.9)]
spikes, potentials = one_neuron(neuron).fit(currents).record(currents, potentials=True)

figure, ax = plt.subplots(layout="constrained")
for current, potential in zip((0.5, 0.9), potentials, strict=True):
    ax.plot(t, potential[:, 0], label=f"{current} nA")
closed_form = 0.9 * (1 - np.exp(-(t - 10.1) / 20))[(t > 10.05) & (t < 70)]
print("deviation from the closed form:", np.abs(potentials[1][102:700, 0] - closed_form[1:599]).max())
ax.axvline(30, color="grey", linestyle=":")
ax.set(xlabel="time in ms", ylabel="potential in mV")
ax.legend()
plt.show()
