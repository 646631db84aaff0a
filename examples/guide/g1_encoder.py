"""
Encoder
=======

An *encoder* turns samples into the input of a liquid: spikes or currents. It is a transformer of
scikit-learn, and returns a :class:`lsm.SpikeArray`.

===================================  =============================================================
samples                              encoder
===================================  =============================================================
series of numbers                    :class:`~lsm.encoding.SeriesEncoder`, the default
sound                                :class:`~lsm.encoding.CochleagramEncoder`,
                                     :class:`~lsm.encoding.LyonEncoder`
values that must become spikes       :class:`~lsm.encoding.RateEncoder`,
                                     :class:`~lsm.encoding.LatencyEncoder` and others
changes that must become spikes      :class:`~lsm.encoding.DeltaEncoder`
counts of spikes                     none: integers are spikes already
===================================  =============================================================
"""

import matplotlib.pyplot as plt
import numpy as np

from lsm.encoding import SeriesEncoder

# %%
# **Two sensors** with different units, as 40 rows. The second has a gap.
t = np.arange(40)
sample = np.stack([20 + np.sin(t / 5), 1000 * np.cos(t / 8)], axis=1)
sample[12:16, 1] = np.nan

# %%
# **Fit and transform.** `fit` takes the centre and the spread of each channel from the training
# samples. Each channel becomes three: its value, its rise and its fall. `row_duration` is the
# time in ms that a row lasts for the liquid; without it, the encoder chooses one for which a
# sample lasts at least 250 ms.
encoder = SeriesEncoder(row_duration=10.0).fit([sample])
currents = encoder.transform([sample])
print(currents)

_, (above, below) = plt.subplots(2, 1, figsize=(6, 4), layout="constrained")
above.plot(t, (sample - [20, 0]) / [1, 1000])
above.set(xlabel="row", ylabel="sensors, scaled")
image = below.imshow(
    currents.to_dense(0).T, aspect="auto", cmap="RdBu_r", vmin=-2, vmax=2, extent=(0, 400, 6, 0)
)
below.set(xlabel="time of the liquid in ms", ylabel="channel")
below.figure.colorbar(image, label="current in nA")
plt.show()

# %%
# **In a model.** `LSMClassifier(encoder="auto")` puts this encoder before the liquid if the
# samples are floats; `encoder=None` passes floats on as currents. Every parameter has a name
# for a search, such as `encoder__row_duration`. Other pages: :doc:`Your own sensor data
# </sensor-data>`, :doc:`every code with every readout </studies/encoders>`.
