"""Numbers that overflow in a run are found, and several synapses of a pair keep their precision."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from lsm import Liquid, Snapshots
from lsm.kernel import Plan, simulate
from lsm.kernel.reference import simulate_reference
from lsm.topology import FixedWeights

G = np.random.default_rng(0).random((3, 50, 8))


@pytest.mark.parametrize("feature", ["count", "membrane"])
@pytest.mark.parametrize("n_jobs", [1, 2])
def test_an_input_that_overflows_is_named(feature, n_jobs):
    snapshots = Snapshots(feature=feature)
    liquid = Liquid(30, snapshots=snapshots, n_jobs=n_jobs, random_state=0).fit(G)
    assert np.isfinite(liquid.transform(1e30 * G).toarray()).all()
    X = G.copy()
    X[1, 20:] *= 3e38
    with pytest.raises(ValueError, match=r"^neuron \d+ became NaN or infinite in step 20 of "):
        liquid.transform(X)


def test_recurrent_weights_that_overflow_are_named():
    weights = np.full((10, 10), 3e38)
    liquid = Liquid(topology=FixedWeights(weights), calibration=None, random_state=0)
    with pytest.raises(ValueError, match="became NaN or infinite in step"):
        liquid.fit(100 * G)


def test_several_synapses_of_a_pair_are_added_in_the_precision_of_the_run():
    liquid = Liquid(12, calibration=None, random_state=0).fit(G / 100)
    spikes, w_in = liquid.to_spikes(G / 100), liquid.network_.w_in
    # The same pattern twice, as float32 weights that no float32 holds the sums of.
    columns = np.concatenate([np.tile(row, 2) for row in np.split(w_in.indices, w_in.indptr[1:-1])])
    data = np.random.default_rng(0).random(2 * w_in.nnz).astype(np.float32)
    several = sparse.csr_array((data, columns, 2 * w_in.indptr), shape=w_in.shape)
    network = replace(liquid.network_, w_in=several)
    plan = Plan(np.arange(4), np.full(3, 50), np.ones(1), potential=True)
    readings, _ = simulate(network, spikes, plan, dtype="float64")
    expected, _ = simulate_reference(network, spikes, plan)
    np.testing.assert_allclose(readings, expected, rtol=1e-12)
