"""
A column that tells words apart
===============================

All parts together: sound becomes currents, currents excite a column of spiking neurons, the column
is read, and a linear readout names the word.
"""

import matplotlib.pyplot as plt
import numpy as np

from lsm import Liquid, LSMClassifier
from lsm.datasets import load_spoken_digits
from lsm.encoding import CochleagramEncoder
from lsm.plot import ColumnDisplay, ConfusionDisplay
from lsm.topology import Column

# %%
# **Words.** Recordings of "one", "two" and "three" by six speakers. The last three takes of
# each are the test.
digits = load_spoken_digits()
chosen = np.isin(digits.target, (1, 2, 3))
words, labels = digits.data[chosen], digits.target[chosen] - 1
train = digits.take[chosen] < 12

# %%
# **Encoder.** A cochleagram has the energy of the sound in bands of frequency, as the inner ear
# has.
encoder = CochleagramEncoder(sample_rate=digits.sample_rate).fit(words)
word = encoder.transform(words[:1])

# %%
# **Column.** Neurons on a grid of 3 x 3 x 15. Near neurons are connected more often than far ones.
liquid = Liquid(topology=Column(delay=1.0), random_state=0)
model = LSMClassifier(liquid, encoder=encoder).fit(words[train], labels[train])
ax = plt.figure(figsize=(5, 5), layout="constrained").add_subplot(projection="3d")
ColumnDisplay.from_estimator(model.liquid_, ax=ax)
plt.show()

# %%
# **From sound to spikes.** The word "one": its waveform, its energy in bands, and the spikes of
# the column.
times, neurons = model.liquid_.record(word).to_events()[0]
_, (sound, bands, raster) = plt.subplots(
    3, 1, figsize=(6, 6), sharex=True, height_ratios=(1, 1, 2), layout="constrained"
)
sound.plot(np.arange(len(words[0])) / digits.sample_rate * 1000, words[0], linewidth=0.5)
sound.set(ylabel="sound")
energy = word.to_dense(0)
duration = len(energy) * word.row_duration
bands.imshow(energy.T, aspect="auto", origin="lower", extent=(0, duration, 0, energy.shape[1]))
bands.set(ylabel="band")
raster.plot(times, neurons, "k.", markersize=2)
raster.set(xlabel="time in ms", ylabel="neuron")
plt.show()

# %%
# **Readout.** It was fitted on the other takes.
print(f"accuracy: {model.score(words[~train], labels[~train]):.0%}")
_, ax = plt.subplots(figsize=(4, 4), layout="constrained")
ConfusionDisplay.from_estimator(
    model, words[~train], labels[~train], names=["one", "two", "three"], ax=ax
)
plt.show()

# %%
# **And without the liquid?** This is the question to ask of every result. `lsm.compare` answers
# it: static features of the same energies often reach the same accuracy. See :doc:`When to use
# a liquid </when-to-use>` and :doc:`the study of words </studies/speech>`.
