"""
Rate codes and pulse codes
==========================

Numbers must become spikes or currents before a liquid can take them. The rule is a *neural code*,
and its transformer an *encoder*.

- **Rate code.** A larger value makes more spikes. It is robust, and needs time to be read.
- **Pulse codes.** The time of a spike has the value: the larger, the earlier. One spike suffices.
- **Delta code.** A spike says that the signal has risen or fallen by a threshold: nothing happens
  while nothing changes.
"""

import matplotlib.pyplot as plt
import numpy as np

from lsm.encoding import DeltaEncoder, IntegrateAndFireEncoder, LatencyEncoder, RateEncoder

# %%
# One channel, ten values, each held for 50 ms; the delta encoder takes the signal in steps of 1
# ms.
values = np.array([0.1, 0.3, 0.6, 1.0, 0.8, 0.8, 0.4, 0.2, 0.0, 0.5])
signal = np.repeat(values, 50)
codes = {
    "rate: random spikes, up to 200 Hz": (
        RateEncoder(max_rate=200.0, duration=50.0, random_state=0),
        values,
    ),
    "rate: regular spikes": (IntegrateAndFireEncoder(duration=50.0), values),
    "pulse: the larger, the earlier": (LatencyEncoder(duration=50.0), values),
    "delta: up and down": (DeltaEncoder(threshold=0.1), signal),
}
_, axes = plt.subplots(5, 1, figsize=(6, 6), sharex=True, layout="constrained")
axes[0].plot(signal)
axes[0].set(ylabel="value")
for ax, (name, (encoder, x)) in zip(axes[1:], codes.items(), strict=True):
    spikes = encoder.fit_transform([x[:, None]])
    times, channels = spikes.to_events()[0]
    ax.vlines(times, channels - 0.4, channels + 0.4, color="black", linewidth=1)
    ax.set(title=f"{name}: {len(times)} spikes", yticks=range(spikes.n_channels))
axes[-1].set(xlabel="time in ms")
plt.show()

# %%
# A liquid also takes currents, without any spikes: floats in `X`. This is the best code in most of
# our comparisons, and the default for series of numbers.
