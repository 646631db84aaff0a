"""
Jaeger 2001: memory capacity of an echo state network
=====================================================

H. Jaeger (2001). Short term memory in echo state networks. GMD Report 152.

An echo state network receives random numbers. A linear readout for each lag k learns to recall
the number of k steps ago. The squared correlation over all k, summed, is the *memory capacity*.
The paper proves that it cannot exceed the number of units, shows that linear units come near this
limit, and that it falls with the nonlinearity of the units.

**Deviations.** Networks of 10 to 100 units instead of up to 400; 6000 steps; the readouts are
least squares with a cut-off of small singular values.
"""

import matplotlib.pyplot as plt
import numpy as np
from scipy.linalg import lstsq

from lsm import Liquid
from lsm.topology import RandomInput

rng = np.random.default_rng(0)
u = rng.uniform(-1, 1, (6000, 1))
lags = np.arange(1, 151)
past = np.stack([np.roll(u[:, 0], k) for k in lags], axis=1)
learn, test = slice(200, 4000), slice(4000, 6000)


def forgetting_curve(n_units, input_weight):
    """Return the squared correlation of recalled and true input for each lag."""
    liquid = Liquid.echo_state(
        n_neurons=n_units,
        spectral_radius=0.95,
        inputs=RandomInput(weight=input_weight),
        dtype="float64",
        random_state=0,
    ).fit([u])
    (states,) = liquid.trajectory([u])
    states = states / states.std(axis=0)
    weights = lstsq(states[learn], past[learn], cond=1e-10)[0]
    recalled = states[test] @ weights
    return np.array(
        [np.corrcoef(recalled[:, k], past[test, k])[0, 1] ** 2 for k in range(len(lags))]
    )


# %%
# **Linear units.** Small inputs keep the units in the linear range of tanh. The capacity
# follows the number of units, and stays below it. Small networks come near it; of larger random
# ones some directions of the state are too weak to be read.
sizes = (10, 25, 50, 100)
chance = len(lags) / 2000  # of readouts that recall nothing
_, (left, right) = plt.subplots(1, 2, figsize=(7, 3), layout="constrained")
for n_units in sizes:
    curve = forgetting_curve(n_units, 1e-3)
    left.plot(lags, curve, label=f"{n_units} units: {curve.sum() - chance:.0f}")
left.set(xlabel="lag in steps", ylabel="squared correlation", title="linear units")
left.legend(title="capacity")

# %%
# **Nonlinear units.** Larger inputs saturate the units, which forget sooner.
for weight in (0.001, 0.1, 1.0, 10.0):
    curve = forgetting_curve(100, weight)
    right.plot(lags, curve, label=f"{weight:g}: {curve.sum() - chance:.0f}")
right.set(xlabel="lag in steps", title="100 units, input weight")
right.legend(title="capacity")
plt.show()
