"""Tests of the examples that are too large for the suite, on small versions."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def microcircuit():
    path = ROOT / "examples" / "microcircuit.py"
    spec = importlib.util.spec_from_file_location("microcircuit", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_weight_of_the_microcircuit_gives_its_postsynaptic_potential(microcircuit):
    """Euler's method in steps of a microsecond, of a membrane that gets one current."""
    dt, peak, v, current = 0.001, 0.0, 0.0, microcircuit.weight_of(0.15)
    for _ in range(5000):
        v += dt * (-v / microcircuit.TAU_M + 1000 * current / microcircuit.CAPACITANCE)
        current -= dt * current / microcircuit.TAU_SYN
        peak = max(peak, v)
    assert peak == pytest.approx(0.15, rel=1e-3)


def test_the_microcircuit_has_the_published_synapses(microcircuit):
    """Totals of the paper: 77,169 neurons, 0.3 billion synapses; in-degrees by population."""
    assert microcircuit.SIZES.sum() == 77_169
    assert microcircuit.n_synapses().sum() == pytest.approx(2.99e8, rel=0.01)
    wiring = microcircuit.Microcircuit(0.05)
    w, inhibitory, delays, _ = wiring.draw(wiring.n_neurons, np.random.default_rng(0))
    ends = np.cumsum(wiring.sizes)
    population = np.repeat(np.arange(8), wiring.sizes)
    sources = population[np.repeat(np.arange(wiring.n_neurons), np.diff(w.indptr))]
    counted = np.zeros((8, 8))
    np.add.at(counted, (population[w.indices], sources), 1)
    assert np.abs(counted - microcircuit.n_synapses() * 0.05**2).max() <= 0.5
    assert ends[-1] == w.shape[0] == len(inhibitory)
    assert (np.sign(w.data) == np.where(sources % 2, -1, 1)).all()
    doubled = w.data[(sources == 2) & (population[w.indices] == 0)].mean()
    assert doubled == pytest.approx(2 * w.data[(sources == 0)].mean(), rel=0.01)
    # Normal delays without their lower tail: means of scipy's truncated normal distribution.
    assert delays.min() >= np.float32(0.1)
    assert delays[sources % 2 == 0].mean() == pytest.approx(1.55, abs=0.03)
    assert delays[sources % 2 == 1].mean() == pytest.approx(0.79, abs=0.03)


def test_the_microcircuit_is_active(microcircuit):
    rng = np.random.default_rng(0)
    liquid = microcircuit.make_liquid(0.05, "poisson")
    liquid.fit(microcircuit.external_spikes(0.05, "poisson", 20, rng))
    counts, _ = microcircuit.spike_counts(liquid, 0.05, "poisson", 0.1, 0.1, rng)
    assert 1 < counts.mean() / 0.1 < 6  # 3.6 Hz in the whole network
