"""
Feedback
========

*Feedback* leads the output of the readout back into the liquid, as a current. The closed loop can
generate a pattern without any input. :class:`lsm.Feedback` has its weights, delay and noise.

- In `fit` the targets come back in place of the outputs: *teacher forcing*.
- In `generate` the outputs come back: a *free run*.
- A readout :class:`~lsm.readout.RLS` learns while the loop is closed: *FORCE learning*.
"""

import matplotlib.pyplot as plt
import numpy as np

from lsm import Feedback, Liquid, LSMRegressor
from lsm.readout import HoldOutRidge

# %%
# **A generator.** `Liquid.self_driven` has neurons that spike without input. The model learns two
# seconds of a sum of two sines, and continues it.
wave = np.sin(np.arange(3000) / 20) + 0.5 * np.sin(np.arange(3000) / 10)
silence = np.zeros((2000, 1))
model = LSMRegressor(
    Liquid.self_driven(n_neurons=300, random_state=0),
    HoldOutRidge(),
    Feedback(weight=2.0, noise=0.01),
    washout=100,
).fit([silence], [wave[:2000]])
continued = model.generate(1000, wave[1500:2000])

_, ax = plt.subplots(figsize=(6, 3), layout="constrained")
ax.plot(wave[2000:], label="target")
ax.plot(continued, "--", label="free run")
ax.set(xlabel="time in ms", ylabel="output")
ax.legend()
plt.show()

# %%
# An error comes back, too, and may grow: a little noise on the targets in `fit` teaches the
# readout to correct it. An output that grows beyond all bounds stops the run with an error.
# :doc:`Closed loops in numbers </studies/time-series>`.
