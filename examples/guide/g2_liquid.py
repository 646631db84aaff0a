"""
Liquid
======

A *liquid* is a network of spiking neurons that is drawn at random and not trained. It turns a
sample into a *state*: what its neurons did. It is a transformer of scikit-learn,
:class:`lsm.Liquid`.

================  =================================================  ==========================
parameter         meaning                                            default
================  =================================================  ==========================
`n_neurons`       number of neurons                                  1000
`neurons`         model of a neuron, :mod:`lsm.neurons`              `LIF`
`synapses`        current that a spike causes, :mod:`lsm.synapses`   `Exponential`
`topology`        recurrent connections, :mod:`lsm.topology`         `ErdosRenyi`
`inputs`          connections from the channels                      `RandomInput`
`snapshots`       when and what to read                              counts of the whole sample
`calibration`     search for the gains                               `Calibration`
================  =================================================  ==========================
"""

import matplotlib.pyplot as plt

from lsm import Liquid
from lsm.datasets import make_poisson_trains
from lsm.neurons import LIF
from lsm.plot import RasterDisplay
from lsm.topology import ErdosRenyi

# %%
# **Draw and calibrate.** `fit` draws the network from the seed. Then it searches for the gain
# of the input weights, so that the neurons spike at 25 Hz, and for the gain of the recurrent
# weights. It measures the health of the result, and warns if the liquid is useless.
X = make_poisson_trains(20, 20, 300.0, 30.0, random_state=0)
liquid = Liquid(
    300, neurons=LIF(tau_m=30.0), topology=ErdosRenyi(inhibitory=0.25), random_state=0
).fit(X)
print(liquid.calibrated_)
print(liquid.health_)

# %%
# **Run.** Each sample begins in the same state, so that its result does not depend on its
# neighbours.
states = liquid.transform(X)
print(states.shape)  # samples and neurons
_, ax = plt.subplots(figsize=(6, 4), layout="constrained")
RasterDisplay.from_estimator(liquid, X, sample=0, ax=ax)
plt.show()

# %%
# **Rows and steps.** A row of the input lasts `row_duration` ms, the simulation goes in steps
# of `dt` ms. Both are 1 ms by default. **Names.** `set_params(neurons__tau_m=20.0)` reaches
# every part. :doc:`Models </models>` lists all parts, :doc:`Networks </networks>` shows how to
# read and change the weights, and the :doc:`glossary </glossary>` explains the measures of
# health.
