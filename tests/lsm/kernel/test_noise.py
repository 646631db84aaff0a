"""Random numbers of the kernel, against an implementation in integers of Python."""

import numpy as np
import pytest
from scipy import stats

from lsm.kernel._noise import gaussian, mix, uniform

pytestmark = pytest.mark.filterwarnings("ignore:overflow encountered in scalar")
MASK = 2**32 - 1


def lowbias32(x):
    """Hash as C. Wellons, https://nullprogram.com/blog/2018/07/31, prints it."""
    x ^= x >> 16
    x = x * 0x7FEB352D & MASK
    x ^= x >> 15
    x = x * 0x846CA68B & MASK
    return x ^ x >> 16


def uniform_of(key, step, n):
    here = lowbias32(key + step * 0x9E3779B9 & MASK)
    return (lowbias32(here + n * 0x85EBCA6B & MASK) >> 8) / 2**24


PLACES = [(0, 0, 0), (1, 2, 3), (2**32 - 1, 10**6, 10**6), (12345, 0, 7), (77, 31, 0)]


@pytest.mark.parametrize("place", PLACES)
def test_a_number_is_a_hash_of_key_step_and_neuron(place):
    key, step, n = place
    assert mix(np.uint32(key)) == lowbias32(key)
    assert uniform(np.uint32(key), step, n) == uniform_of(key, step, n)
    # Box & Muller with two numbers of keys that differ.
    radius = np.sqrt(-2 * np.log(1 - uniform_of(key ^ 0x9E3779B9, step, n)))
    expected = radius * np.cos(2 * np.pi * uniform_of(key ^ 0xC2B2AE35, step, n))
    assert gaussian(np.uint32(key), step, n) == pytest.approx(expected, rel=1e-12)


def test_arrays_of_neurons_get_what_each_gets_alone():
    n = np.arange(50)
    keys, steps = np.full(50, 9, np.uint32), np.full(50, 4)
    for draw in (uniform, gaussian):
        alone = [draw(np.uint32(9), 4, i) for i in n]
        np.testing.assert_array_equal(draw(keys, steps, n), alone)


def test_numbers_are_distributed_as_they_should_and_independent():
    n, steps = np.arange(200), np.arange(200)[:, None]
    u, z = (draw(np.uint32(3), steps, n) for draw in (uniform, gaussian))
    assert u.min() >= 0
    assert u.max() < 1
    assert stats.kstest(u.ravel(), "uniform").pvalue > 0.01
    assert stats.kstest(z.ravel(), "norm").pvalue > 0.01
    for axis in (0, 1):
        correlation = (np.roll(z, 1, axis) * z).mean()
        assert abs(correlation) < 0.02  # 4 / 200
    assert abs((z * gaussian(np.uint32(4), steps, n)).mean()) < 0.02
    assert abs(((u - 0.5) * z).mean()) < 0.01
