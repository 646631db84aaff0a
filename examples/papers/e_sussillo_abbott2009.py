"""
Sussillo and Abbott 2009: FORCE learning
========================================

D. Sussillo, L. F. Abbott (2009). Generating coherent patterns of activity from chaotic neural
networks. Neuron 63, 544-557.

A network of rate neurons with strong recurrence is chaotic. Its readout is fed back, and learns
by recursive least squares while the loop is closed. From the first moments the output follows the
target, and the feedback tames the chaos. When learning stops, the network goes on alone.

**Deviations.** 300 units instead of 1000; the units are `x' = -x + tanh(J x)` in steps of a tenth
of the time constant, where the paper has the nonlinearity after the leak.
"""

import matplotlib.pyplot as plt
import numpy as np

from lsm import Feedback, Liquid, LSMRegressor
from lsm.readout import RLS

# %%
# A spectral radius of 1.5, and a target of four sines.
t = np.arange(9000)
target = sum(np.sin(2 * np.pi * k * t / 600) / k for k in (1, 2, 3, 4)) / 1.5
silence = np.zeros((len(t), 1))
model = LSMRegressor(
    Liquid.echo_state(
        n_neurons=300,
        leak=0.1,
        spectral_radius=1.5,
        initial="random",
        dtype="float64",
        random_state=0,
    ),
    RLS(alpha=1.0),
    Feedback(weight=1.0),
)

# %%
# **Before.** The units without feedback, from their random state.
alone = model.liquid.fit([silence])
(states,) = alone.trajectory([silence[:1200]])

# %%
# **Learning and after.** 6000 steps of learning, then 3000 steps alone.
model.partial_fit([silence[:6000]], [target[:6000]])
learning = np.asarray(model.outputs_)
alone = model.predict_next(silence[6000:])

_, axes = plt.subplots(3, 1, figsize=(7, 6), layout="constrained")
axes[0].plot(states[:, :4])
axes[0].set(title="before: four units", xlabel="step")
axes[1].plot(target[:2400], label="target")
axes[1].plot(learning[:2400], "--", label="output")
axes[1].set(title="learning", xlabel="step")
axes[1].legend()
axes[2].plot(t[6000:], target[6000:])
axes[2].plot(t[6000:], alone, "--")
axes[2].set(title="after learning: the network alone", xlabel="step")
plt.show()

error = np.sqrt(np.mean((alone - target[6000:]) ** 2)) / target.std()
print(
    "error while learning, last 1000 steps:",
    f"{np.abs(learning[-1000:] - target[5000:6000]).mean():.4f}",
)
print(f"error alone over five periods: {error:.3f} standard deviations")
