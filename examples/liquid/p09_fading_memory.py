"""
Fading memory
=============

A rock falls into a bucket of water. The waves show for a while where and when it fell, and then they
are gone. The state of a liquid depends on its recent input, and less and less on what came before:
its memory *fades*. A readout that sees the state of one moment so knows the recent past. Because the
liquid forgets, its state does not depend on how it began.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import RidgeCV

from lsm import Liquid, Snapshots
from lsm.topology import RandomInput

# %%
# **Forgetting the beginning.** The same liquid starts in two states: at rest, and with random
# potentials. Its input is the same. The two runs become one.
u = np.random.default_rng(0).uniform(-1, 1, (4000, 1))
settings = {"n_neurons": 300, "snapshots": Snapshots(feature="trace", tau=20.0), "random_state": 0}
runs = [Liquid(initial=start, **settings).fit([u]) for start in ("rest", "random")]
first, second = (liquid.trajectory([u[:400]])[0] for liquid in runs)
_, ax = plt.subplots(figsize=(6, 2.5), layout="constrained")
ax.plot(np.linalg.norm(first - second, axis=1))
ax.set(xlabel="time in ms", ylabel="distance of the states", xlim=(0, 400))
plt.show()

# %%
# **Remembering the recent past.** The input is a random number in every step of 1 ms. Linear readouts
# learn to recall the number of k ms ago from the present state. A readout of the liquid recalls the
# last few; delays in the input synapses of up to 20 ms are a longer memory.
_, ax = plt.subplots(figsize=(6, 3), layout="constrained")
for name, delay in (("no delays of the input", 0.0), ("delays up to 20 ms", (0.0, 20.0))):
    liquid = Liquid(
        500,
        inputs=RandomInput(synapses=4, delay=delay),
        snapshots=Snapshots(feature="membrane_and_trace"),
        random_state=0,
    ).fit([u])
    (states,) = liquid.trajectory([u])
    recalled = []
    for k in range(1, 31):
        past = np.roll(u[:, 0], k)
        readout = RidgeCV(np.logspace(-6, 2, 9)).fit(states[100:2500], past[100:2500])
        recalled.append(np.corrcoef(readout.predict(states[2500:]), past[2500:])[0, 1] ** 2)
    ax.plot(range(1, 31), recalled, label=f"{name}: sum {sum(recalled):.1f}")
ax.set(xlabel="age of the input in ms", ylabel="squared correlation", ylim=(0, 1))
ax.legend()
plt.show()

# %%
# The sum over all ages is the *memory capacity*. Where all that a task needs is the past itself, a
# list of the last values has a perfect memory and costs nothing.
