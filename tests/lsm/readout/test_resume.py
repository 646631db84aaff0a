"""The rule of ReSuMe against hand computations and its readable form."""

import numpy as np
import pytest

from lsm import SpikeArray
from lsm.readout.resume import learn, reference_learn
from lsm.readout.spike_readout import Trains, potential_kernel
from tests.helpers.interpreted import as_python

KERNEL = potential_kernel("ReSuMe", 10.0, 2.5, 1.0)


@pytest.mark.parametrize("interpreted", [False, True])
def test_the_compiled_rule_is_the_readable_one(interpreted, monkeypatch):
    if interpreted:
        as_python(monkeypatch)
    rng = np.random.default_rng(0)
    rasters = [rng.poisson(0.1, (40 + i, 6)) for i in range(5)]
    targets = [(rng.random((40 + i, 2)) < 0.05).astype(int) for i in range(5)]
    inputs, wanted = (
        Trains.of(SpikeArray.from_dense(part), 1.0, "ReSuMe") for part in (rasters, targets)
    )
    weights = rng.normal(size=(2, 6)) + 0.5
    expected = weights.copy()
    parameters = (0.1, 0.2, 0.5, KERNEL, 0.8)
    order = rng.permutation(5)
    total = learn(
        *inputs.arrays, wanted.steps, wanted.channels, wanted.offsets, order, weights, *parameters
    )
    assert total == pytest.approx(reference_learn(rasters, targets, order, expected, *parameters))
    assert total > 5
    np.testing.assert_allclose(weights, expected, rtol=1e-10)
    assert np.abs(weights).max() <= 0.5  # the bound, which most first weights exceed


def test_one_correction_by_hand():
    # A spike at 3 ms, no response, and a target at 8 ms: the trace is exp(-5 / 4).
    weights = np.zeros((1, 1))
    events = np.array([3]), np.array([0]), np.ones(1), np.array([0, 1]), np.array([20])
    wanted = np.array([8]), np.array([0]), np.array([0, 1])
    decay = np.exp(-1 / 4)
    total = learn(*events, *wanted, np.array([0]), weights, 0.5, 0.1, 9.0, KERNEL, decay)
    assert weights[0, 0] == pytest.approx(0.5 * (0.1 + np.exp(-5 / 4)))
    assert total == pytest.approx(0.5)  # one spike from an empty train
