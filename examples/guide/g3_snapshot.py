"""
Snapshot
========

A *snapshot* is one reading of the liquid: a number for each neuron. :class:`lsm.Snapshots` says
when the liquid is read, and which feature of a neuron.

======================  ==================================================  ======================
feature                 meaning                                             for
======================  ==================================================  ======================
`"count"`               spikes since the previous reading                   classes of samples
`"root_count"`          its square root                                     neurons of many rates
`"trace"`               spikes so far, older ones less                      a value at every row
`"membrane"`            membrane potential                                  smooth series
`"membrane_and_trace"`  both                                                memory, forecasts
`"rank"`                order of the first spikes                           codes by latency
======================  ==================================================  ======================
"""

import matplotlib.pyplot as plt
import numpy as np

from lsm import Liquid, Snapshots
from lsm.datasets import make_poisson_trains

# %%
# **When.** `Snapshots(n=4)` reads at the end of each quarter of a sample, however long it is.
# `Snapshots(at=[50, 100], unit="ms")` reads at times. The readings stand side by side in the
# state.
X = make_poisson_trains(5, 10, 200.0, 30.0, random_state=0)
for snapshots in (Snapshots(), Snapshots(n=4), Snapshots(n=(1, 2)), Snapshots(at=[50], unit="ms")):
    print(snapshots, Liquid(100, snapshots=snapshots, random_state=0).fit_transform(X).shape)

# %%
# **What.** One neuron over time: its potential, its trace, and its count in quarters.
features = {
    "potential in mV": Snapshots(feature="membrane"),
    "trace of 30 ms": Snapshots(feature="trace", tau=30.0),
    "spikes in each quarter": Snapshots(n=4),
}
liquid = Liquid(100, random_state=0).fit(X)
neuron = int(np.argmax(liquid.transform(X[:1]).toarray()))
_, axes = plt.subplots(3, 1, figsize=(6, 4.5), sharex=True, layout="constrained")
for ax, (name, snapshots) in zip(axes, features.items(), strict=True):
    liquid.set_params(snapshots=snapshots)
    if snapshots.feature == "count":
        ax.bar(np.arange(25, 200, 50), liquid.transform(X[:1]).toarray()[0, neuron::100], width=48)
    else:
        ax.plot(liquid.trajectory(X[:1])[0][:, neuron])
    ax.set(title=name)
axes[-1].set(xlabel="time in ms")
plt.show()

# %%
# `trajectory` reads at every row, `transform` at the times of the snapshots. Snapshots may be
# changed after `fit`, since they do not change the network.
