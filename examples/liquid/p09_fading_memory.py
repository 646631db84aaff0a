"""
Fading memory
=============

A rock falls into a bucket of water. The waves show for a while where and when it fell, and then
they are gone. The state of a liquid depends on its recent input, and less and less on what came
before: its memory *fades*. A readout that sees the state of one moment so knows the recent past.
Because the liquid forgets, its state does not depend on how it began.
"""

import matplotlib.pyplot as plt
import numpy as np

from lsm import Calibration, Liquid, Snapshots
from lsm.readout import HoldOutRidge
from lsm.topology import ErdosRenyi, RandomInput, Weights

# %%
# **Forgetting the beginning.** A liquid starts in two states: at rest, and with random
# potentials. Its input is the same. With weak recurrence the two runs become one within some
# hundred ms. With strong recurrence they stay apart: this liquid remembers its beginning, and
# is of no use.
u = np.random.default_rng(0).uniform(-1, 1, (4000, 1))
_, ax = plt.subplots(figsize=(6, 3), layout="constrained")
for gain in (0.3, 1.0, 8.0):
    runs = []
    for initial in ("rest", "random"):
        liquid = Liquid(
            200,
            topology=ErdosRenyi(weights=Weights(gain=gain)),
            snapshots=Snapshots(feature="trace", tau=20.0),
            calibration=Calibration(recurrence=False),
            initial=initial,
            random_state=0,
        ).fit([u])
        runs.append(liquid.trajectory([u[:500]])[0])
    ax.semilogy(np.linalg.norm(runs[0] - runs[1], axis=1), label=f"gain of {gain:g}")
ax.set(xlabel="time in ms", ylabel="distance of the states", ylim=(1e-3, None))
ax.legend()
plt.show()

# %%
# **Remembering the recent past.** The input is a random number in every step of 1 ms. Linear
# readouts learn to recall the number of k ms ago from the present state, and are scored on
# later input. Without delays a liquid of leaky neurons has only a blurred memory of such input.
# Delays of up to 20 ms in the input synapses keep it sharp.
ages = np.arange(1, 31)
past = np.stack([np.roll(u[:, 0], k) for k in ages], axis=1)
_, ax = plt.subplots(figsize=(6, 3), layout="constrained")
for name, delay in (("no delays", 0.0), ("delays up to 20 ms", (0.0, 20.0))):
    liquid = Liquid(
        300,
        inputs=RandomInput(synapses=4, delay=delay),
        snapshots=Snapshots(feature="membrane_and_trace"),
        random_state=0,
    ).fit([u])
    (states,) = liquid.trajectory([u])
    readout = HoldOutRidge().fit(states[100:2500], past[100:2500])
    error = ((readout.predict(states[2500:]) - past[2500:]) ** 2).mean(axis=0)
    recalled = 1 - error / past[2500:].var(axis=0)
    ax.plot(ages, recalled, label=f"{name}: sum {recalled.sum():.1f}")
ax.set(xlabel="age of the input in ms", ylabel="R squared", ylim=(0, 1))
ax.legend()
plt.show()

# %%
# The sum over all ages is the *memory capacity*. Where all that a task needs is the past itself, a
# list of the last values has a perfect memory and costs nothing.
