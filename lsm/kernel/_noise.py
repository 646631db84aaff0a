"""Random numbers as a function of a sample's key, the step and the neuron.

No generator keeps a state: a number is a hash of the three, so that it depends neither on other
samples nor on the number of threads. The compiled kernel calls the functions with numbers, the
NumPy reference with arrays of neurons.
"""

import numpy as np

__all__ = ["PARTS", "gaussian", "mix", "uniform"]

STEP, NEURON, SECOND = np.uint32(0x9E3779B9), np.uint32(0x85EBCA6B), np.uint32(0xC2B2AE35)


def mix(x):
    """Hash a 32-bit number (the finaliser `lowbias32` of C. Wellons)."""
    x = np.uint32(x ^ (x >> np.uint32(16)))
    x = np.uint32(x * np.uint32(0x7FEB352D))
    x = np.uint32(x ^ (x >> np.uint32(15)))
    x = np.uint32(x * np.uint32(0x846CA68B))
    return np.uint32(x ^ (x >> np.uint32(16)))


def uniform(key, step, n):
    """Return a number from 0 to below 1, a multiple of 2**-24, uniformly distributed."""
    here = mix(np.uint32(key + np.uint32(step) * STEP))
    return (mix(np.uint32(here + np.uint32(n) * NEURON)) >> np.uint32(8)) * 2.0**-24


def gaussian(key, step, n):
    """Return a number of the standard normal distribution (Box & Muller 1958)."""
    radius = np.sqrt(-2.0 * np.log(1.0 - uniform(key ^ STEP, step, n)))
    return radius * np.cos(2.0 * np.pi * uniform(key ^ SECOND, step, n))


PARTS = (mix, uniform, gaussian)
