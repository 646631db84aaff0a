"""Samples of spikes and of currents."""

import numpy as np


def spike_samples(n_samples=12, n_channels=8, rate=0.05, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.poisson(rate, (rng.integers(80, 200), n_channels)) for _ in range(n_samples)]


def graded_samples(n_samples=12, n_channels=3, scale=1.0, offset=0.0, seed=0):
    rng = np.random.default_rng(seed)
    return [
        offset + scale * np.sin(rng.uniform(0, 6, n_channels) + 0.05 * np.arange(300)[:, None])
        for _ in range(n_samples)
    ]
