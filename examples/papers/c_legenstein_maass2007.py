"""
Legenstein and Maass 2007: kernel quality and generalisation rank
=================================================================

R. Legenstein, W. Maass (2007). Edge of chaos and prediction of computational performance for
neural circuit models. Neural Networks 20, 323-334.

A liquid must separate different inputs: the rank of its states for unrelated inputs, its *kernel
quality*, should be high. It must also give similar states for variants of one input: their rank,
the *generalisation rank*, should be low. Both grow from ordered to chaotic liquids. The paper
maps them over lambda, the length of connections in the column, and the scale of the weights:
their difference is largest between order and chaos.

**Deviations.** 200 inputs instead of 500, but more than the 135 neurons, so that the rank is not
that of the number of inputs. Steps of 1 ms and delays of 1 ms; a singular value counts from a
hundredth of the largest.
"""

import warnings

import matplotlib.pyplot as plt
import numpy as np

from lsm import Liquid, Snapshots, SpikeArray
from lsm.datasets import jitter_spikes, make_poisson_trains
from lsm.measures import generalisation_rank, kernel_quality
from lsm.topology import Column, Weights

warnings.filterwarnings("ignore", "the liquid")  # chaotic liquids are the subject

# %%
# Four channels of 20 Hz for 200 ms; variants of one input have a jitter of 4 ms.
unrelated = make_poisson_trains(200, 4, 200.0, 20.0, random_state=0)
original = make_poisson_trains(1, 4, 200.0, 20.0, random_state=1)
variants = jitter_spikes(SpikeArray.concatenate([original] * 200), 4.0, random_state=2)

lambdas = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
scales = (0.1, 0.3, 0.7, 1.0, 2.0, 4.0, 8.0)
kernel, general = np.zeros((2, len(scales), len(lambdas)))
for i, scale in enumerate(scales):
    for j, lam in enumerate(lambdas):
        weights = Weights(
            excitation=(30 * scale, 60 * scale), inhibition=19 * scale, cv=1.0, normalization=None
        )
        liquid = Liquid.maass2002(
            topology=Column(lam=lam, weights=weights, delay=1.0),
            snapshots=Snapshots(feature="trace", tau=30.0),
            dt=1.0,
            random_state=0,
        ).fit(unrelated)
        kernel[i, j] = kernel_quality(liquid, unrelated)
        general[i, j] = generalisation_rank(liquid, variants)

_, axes = plt.subplots(1, 3, figsize=(9, 3.2), sharey=True, layout="constrained")
panels = {"kernel quality": kernel, "generalisation rank": general, "difference": kernel - general}
for ax, (name, ranks) in zip(axes, panels.items(), strict=True):
    image = ax.imshow(ranks, origin="lower", aspect="auto")
    ax.set(title=name, xlabel="lambda", xticks=range(len(lambdas)), xticklabels=lambdas)
    ax.figure.colorbar(image)
axes[0].set(ylabel="weight scale", yticks=range(len(scales)), yticklabels=scales)
plt.show()

# %%
# As in the paper, both ranks grow towards long connections and large weights, and the
# difference is largest along a diagonal between: large weights want short connections.
