"""
Separation
==========

A readout can tell two inputs apart only if they leave different states in the liquid. This is the
*separation property*: the more two inputs differ, the farther apart are their states. A linear
readout needs more: the states of the classes must lie on two sides of a plane. The liquid helps by
throwing few channels into many dimensions, nonlinearly.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from lsm import Liquid, Snapshots
from lsm.datasets import jitter_spikes, make_poisson_trains

# %%
# One spike train, and copies of it with more and more jitter.
original = make_poisson_trains(1, 4, 500.0, 20.0, random_state=0)
jitters = (1.0, 4.0, 16.0)  # ms
copies = [jitter_spikes(original, sd, random_state=1) for sd in jitters]
liquid = Liquid(
    300,
    snapshots=Snapshots(feature="trace"),
    stimulus=make_poisson_trains(10, 4, 500.0, 20.0, random_state=2),
    random_state=0,
).fit(original)
(reference,) = liquid.trajectory(original)

_, ax = plt.subplots(figsize=(6, 3), layout="constrained")
for sd, copy in zip(jitters, copies, strict=True):
    (states,) = liquid.trajectory(copy)
    ax.plot(np.linalg.norm(states - reference, axis=1), label=f"jitter of {sd:g} ms")
ax.set(xlabel="time in ms", ylabel="distance of the states")
ax.legend()
plt.show()

# %%
# **A plane that was not there before.** Two channels either spike or do not. The class is 1 if
# exactly one of them spikes: the *exclusive or*. No weighted sum of the two channels has this
# class. A weighted sum of the liquid's neurons has it.
rng = np.random.default_rng(0)
bits = rng.integers(0, 2, (200, 2))
X = rng.random((200, 100, 2)) < 0.02 + 0.15 * bits[:, None, :]
X = X.astype(int)
y = bits[:, 0] ^ bits[:, 1]

counts = X.sum(axis=1)
print("sums of the channels:", cross_val_score(RidgeClassifier(), counts, y).mean())
model = make_pipeline(Liquid(200, random_state=0), RidgeClassifier())
print("states of the liquid:", cross_val_score(model, X, y).mean())
