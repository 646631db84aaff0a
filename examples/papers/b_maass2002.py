"""
Maass, Natschläger and Markram 2002: separation, and templates
==============================================================

W. Maass, T. Natschläger, H. Markram (2002). Real-time computing without stable states: a new
framework for neural computation based on perturbations. Neural Computation 14, 2531-2560.

A column of 135 neurons with the published parameters, `Liquid.maass2002`, receives one spike
train of 20 Hz.

**Deviations.** 24 pairs of trains for each distance instead of 200. The distance of two trains is
that of van Rossum (2001) with exponentials of 10 ms, and pairs are made by moving spikes; the
paper filters by Gaussians. The templates are read by ridge regression, where the paper trains
linear regression, and are fewer.
"""

import matplotlib.pyplot as plt
import numpy as np
from sklearn.linear_model import RidgeClassifierCV

from lsm import Liquid, Snapshots, SpikeArray
from lsm.datasets import jitter_spikes, make_poisson_trains, make_spike_templates
from lsm.distances import van_rossum

# %%
# **Separation.** Pairs of trains are jittered copies. The distance of their states, with a
# trace of 30 ms of each neuron, is averaged over the pairs. A distance of 0 is the same train
# from two initial states.
n_pairs = 24
trains = make_poisson_trains(n_pairs, 1, 500.0, 20.0, random_state=0)
settings = {"row_duration": 1.0, "snapshots": Snapshots(feature="trace", tau=30.0)}
liquid = Liquid.maass2002(random_state=0, **settings).fit(trains)
at_rest = Liquid.maass2002(random_state=0, initial="rest", **settings).fit(trains)
first = np.stack(liquid.trajectory(trains))

_, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
for sd in (32.0, 4.0, 1.0):
    others = jitter_spikes(trains, sd, random_state=1)
    pairs = [
        van_rossum(SpikeArray.concatenate([trains[i], others[i]]))[0, 1] for i in range(n_pairs)
    ]
    states = np.stack(liquid.trajectory(others))
    distance = np.linalg.norm(states - first, axis=2).mean(axis=0)
    ax.plot(distance, label=f"trains at a distance of {np.mean(pairs):.1f}")
distance = np.linalg.norm(np.stack(at_rest.trajectory(trains)) - first, axis=2).mean(axis=0)
ax.plot(distance, "k--", label="0, with other initial states")
ax.set(xlabel="time in ms", ylabel="distance of the states")
ax.legend()
plt.show()

# %%
# As in the paper, the distance of the states grows with the distance of the inputs. The effect
# of the initial state fades within some 300 ms; it is large here, since one of the two runs
# starts with all neurons at rest.
#
# **Templates.** A sample has four segments of 250 ms, and each is one of two jittered
# templates. At the end of the sample, linear readouts name the template of each segment, mean
# of four tasks. The last is easy; the first ended 750 ms ago.
accuracy = np.zeros((4, 4))
for seed in range(4):
    task = make_spike_templates(200, n_channels=1, random_state=seed)
    states = Liquid.maass2002(random_state=seed, **settings).fit_transform(task.data)
    for segment in range(4):
        y = task.target[:, segment]
        readout = RidgeClassifierCV(np.logspace(-3, 3, 7)).fit(states[task.train], y[task.train])
        accuracy[seed, segment] = readout.score(states[task.test], y[task.test])
for segment, mean in enumerate(accuracy.mean(axis=0), start=1):
    print(f"segment {segment}: {mean:.0%}")
