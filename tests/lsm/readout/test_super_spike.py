"""The surrogate gradient against finite differences of a smooth neuron, and its readable form."""

import numpy as np
import pytest
from scipy.signal import lfilter

from lsm.readout import SuperSpike
from lsm.readout.spike_readout import potential_kernel
from lsm.readout.super_spike import gradient, learn, reference_gradient
from tests.helpers.interpreted import as_python

KERNEL = potential_kernel("SuperSpike", 10.0, 2.5, 1.0)
DECAY = np.exp(-1 / 5)


def problem():
    rng = np.random.default_rng(0)
    raster = rng.poisson(0.1, (70, 5))
    return raster, rng.normal(size=5), (rng.random(70) < 0.1).astype(float)


def packed(raster):
    steps, channels = np.nonzero(raster)
    return steps, channels, raster[steps, channels].astype(float)


def potentials_of(raster, w):
    slow, fast, factor = KERNEL
    drive = raster @ w
    parts = [lfilter([0.0, d], [1.0, -d], drive) for d in (slow, fast)]
    return factor * (parts[0] - parts[1])


def test_it_is_the_gradient_of_a_neuron_with_smooth_spikes():
    raster, w, target = problem()
    beta = 4.0

    def spikes(w):
        x = potentials_of(raster, w) - 1
        return x / (1 + beta * np.abs(x))

    def loss(w):
        return np.sum(lfilter([1.0], [1.0, -DECAY], spikes(w) - target) ** 2) / 2

    slope = np.zeros(5)
    errors = spikes(w) - target
    twice = gradient(*packed(raster), errors, potentials_of(raster, w), beta, KERNEL, DECAY, slope)
    assert twice == pytest.approx(2 * loss(w))
    small = 1e-6 * np.eye(5)
    expected = [(loss(w + d) - loss(w - d)) / 2e-6 for d in small]
    np.testing.assert_allclose(slope, expected, rtol=1e-6)


@pytest.mark.parametrize("interpreted", [False, True])
def test_the_compiled_gradient_is_the_readable_one(interpreted, monkeypatch):
    if interpreted:
        as_python(monkeypatch)
    raster, w, target = problem()
    potentials = potentials_of(raster, w)
    slope = np.zeros(5)
    errors = (potentials >= 1) - target
    gradient(*packed(raster), errors, potentials, 10.0, KERNEL, DECAY, slope)
    expected = reference_gradient(raster, errors, potentials, 10.0, KERNEL, DECAY)
    np.testing.assert_allclose(slope, expected, rtol=1e-10)


@pytest.mark.parametrize("interpreted", [False, True])
def test_a_step_goes_against_the_gradient_within_the_bound(interpreted, monkeypatch):
    if interpreted:
        as_python(monkeypatch)
    raster, w, target = problem()
    w = 0.2 * w  # no spikes, so no resets
    weights = w[None].copy()
    steps = np.flatnonzero(target)
    total = learn(
        *packed(raster), np.array([0, raster.astype(bool).sum()]), np.array([70]), steps,
        np.zeros(len(steps), int), np.array([0, len(steps)]), np.array([0]), weights, 0.01, 10.0,
        0.12, KERNEL, DECAY,
    )  # fmt: skip
    slope = reference_gradient(raster, -target, potentials_of(raster, w), 10.0, KERNEL, DECAY)
    np.testing.assert_allclose(weights[0], np.clip(w - 0.01 * slope, -0.12, 0.12), rtol=1e-10)
    trace = lfilter([1.0], [1.0, -DECAY], np.append(target, np.zeros(500)))
    assert total == pytest.approx((1 - DECAY**2) / 2 * np.sum(trace**2))
    assert np.any(np.abs(weights) == 0.12)


def test_an_invalid_steepness_is_refused_by_its_name():
    with pytest.raises(ValueError, match=r"SuperSpike\.beta must be a finite number > 0"):
        SuperSpike(beta=0.0).fit([[0.0], [1.0]], [0, 1])
