"""Runs of a network: equal for all batches, threads and caches, and consistent with each other."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsm import Liquid, Memory, Snapshots, SpikeArray, simulator
from lsm.neurons import LeakyTanh
from lsm.samples import cut_rows, split_rows
from lsm.simulator import Simulator
from lsm.synapses import Delta
from tests.helpers.samples import graded_samples, spike_samples

SPIKES = SpikeArray.from_dense(spike_samples(7))
# Rows of currents last two steps.
CURRENTS = SpikeArray.from_dense(
    [x[: 60 + 9 * i] for i, x in enumerate(graded_samples(7))], row_duration=2.0
)
FEATURES = ["count", "root_count", "trace", "membrane", "membrane_and_trace", "rank"]

inputs = pytest.mark.parametrize("samples", [SPIKES, CURRENTS], ids=["spikes", "currents"])
features = pytest.mark.parametrize("feature", FEATURES)
# Counts and ranks begin anew in each row, these do not.
lasting_features = pytest.mark.parametrize("feature", ["trace", "membrane", "membrane_and_trace"])


@pytest.fixture(scope="module")
def networks():
    """Return a network for each kind of input, with noise, delays and a random initial state."""
    liquid = Liquid(40, calibration=None, noise=0.2, initial="random", random_state=0).set_params(
        neurons__bias=0.9, topology__delay=(1.0, 9.0), inputs__delay=(0.0, 5.0)
    )
    return {samples: liquid.fit(samples).network_ for samples in (SPIKES, CURRENTS)}


def make_simulator(network, feature, n=(1, 2), **options):
    snapshots = Snapshots(n=n, feature=feature, tau=(5.0, 30.0))
    return Simulator(network, snapshots, snapshots, **options)


@inputs
@features
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@settings(max_examples=5)
@given(order=st.permutations(range(7)), cuts=st.sets(st.integers(1, 6)), n_jobs=st.integers(1, 3))
def test_states_depend_on_neither_batches_nor_threads(
    networks, samples, feature, dtype, order, cuts, n_jobs
):
    one = make_simulator(networks[samples], feature, dtype=dtype)
    expected = one.states(samples).toarray()
    assert expected.any()
    several = replace(one, n_jobs=n_jobs)
    for batch in np.split(np.array(order), sorted(cuts)):
        np.testing.assert_array_equal(several.states(samples[batch]).toarray(), expected[batch])


@inputs
@pytest.mark.parametrize("n_jobs", [None, 2, -1])
def test_rows_and_spikes_depend_on_neither_batches_nor_threads(networks, samples, n_jobs):
    one = make_simulator(networks[samples], "trace")
    several = replace(one, n_jobs=n_jobs)
    rows, recorded = split_rows(one.rows(samples), samples), one.record(samples)
    for i in range(len(samples)):
        np.testing.assert_array_equal(several.rows(samples[[i]]), rows[i])
        assert several.record(samples[[i]]).digest(0) == recorded.digest(i)


@inputs
@lasting_features
def test_rows_at_the_ends_of_samples_are_states(networks, samples, feature):
    run = make_simulator(networks[samples], feature, n=1)
    rows = run.rows(samples)
    assert rows.shape == (samples.n_rows.sum(), run.n_row_features)
    last = np.cumsum(samples.n_rows) - 1
    np.testing.assert_allclose(rows[last], run.states(samples).toarray(), rtol=1e-5, atol=1e-6)


@inputs
def test_counts_of_rows_add_up_to_those_of_samples_and_of_spikes(networks, samples):
    run = make_simulator(networks[samples], "count", n=1)
    totals = [rows.sum(axis=0) for rows in split_rows(run.rows(samples), samples)]
    np.testing.assert_array_equal(totals, run.states(samples).toarray())
    recorded = run.record(samples)
    np.testing.assert_array_equal(totals, [recorded.to_dense(i).sum(axis=0) for i in range(7)])


@inputs
@lasting_features
def test_a_stream_reads_what_rows_read(networks, samples, feature):
    quiet = replace(networks[samples], noise=0.0)  # noise depends on the content of a sample
    run = make_simulator(quiet, feature)
    rows = cut_rows(samples, 3)
    stream = run.stream(rows[0])
    states = [stream.step(row).ravel() for row in rows]
    np.testing.assert_allclose(states, run.rows(samples[[3]]), rtol=1e-5, atol=1e-6)


def test_a_stream_of_a_fitted_liquid_reads_its_trajectory():
    X = SpikeArray.from_dense([(np.random.default_rng(0).random((40, 8)) < 0.2).astype(int)])
    liquid = Liquid(60, snapshots=Snapshots(feature="trace"), random_state=0).set_params(
        topology__delay=(1.0, 9.0), inputs__delay=(0.0, 5.0)
    )
    fitted = liquid.fit(X)
    rows = cut_rows(X, 0)
    stream = fitted.stream(rows[0])
    states = np.array([stream.step(row).ravel() for row in rows])
    np.testing.assert_allclose(states, fitted.trajectory(X)[0], rtol=1e-5, atol=1e-6)


@inputs
@features
def test_a_cache_holds_what_is_simulated_without_it(
    networks, samples, feature, tmp_path, monkeypatch
):
    plain = make_simulator(networks[samples], feature)
    if feature == "rank":  # which rows do not have
        plain = replace(plain, row_snapshots=Snapshots(feature="trace"))
    cached = replace(plain, memory=Memory(tmp_path))
    states, rows = plain.states(samples).toarray(), plain.rows(samples)
    some = samples[[4, 1]]  # computed before the others
    np.testing.assert_array_equal(cached.states(some).toarray(), states[[4, 1]])
    np.testing.assert_array_equal(cached.rows(some[[1]]), split_rows(rows, samples)[1])
    np.testing.assert_array_equal(cached.states(samples).toarray(), states)
    np.testing.assert_array_equal(cached.rows(samples), rows)
    monkeypatch.setattr(simulator, "simulate", None)
    np.testing.assert_array_equal(cached.states(samples).toarray(), states)
    np.testing.assert_array_equal(cached.rows(samples), rows)


@pytest.mark.parametrize("n_cached", [0, 2, 4])
def test_a_snapshot_beyond_the_end_is_refused_with_the_number_of_the_sample(
    networks, n_cached, tmp_path
):
    samples = SpikeArray.from_dense([np.ones((n, 8), dtype=int) for n in (90, 80, 99, 70, 95)])
    late = Snapshots(at=[75.0], unit="ms")
    run = Simulator(networks[SPIKES], late, late, memory=Memory(tmp_path))
    long = samples[np.flatnonzero(samples.n_rows > 75)[:n_cached]]
    if n_cached:
        run.states(long)
    with pytest.raises(ValueError, match="reads at 75 ms, but sample 3 lasts only 70 ms"):
        run.states(samples)


def test_neurons_that_send_no_spikes_cannot_be_recorded():
    X = SpikeArray.from_dense(graded_samples())
    liquid = Liquid(20, LeakyTanh(), Delta(), calibration=None, random_state=0).fit(X)
    run = make_simulator(liquid.network_, "membrane", n=1)
    with pytest.raises(ValueError, match="record returns spikes, which LeakyTanh neurons do not"):
        run.record(X)
    assert run.rows(X).shape == (X.n_rows.sum(), 20)  # the remedy


def test_ranks_cannot_be_read_at_rows():
    X = [np.random.default_rng(0).poisson(0.1, (40, 4)) for _ in range(3)]
    ranked = Liquid(20, snapshots=Snapshots(feature="rank"), random_state=0).fit(X)
    row = SpikeArray.from_dense([X[0][:1]])
    for read in (lambda: ranked.trajectory(X), lambda: ranked.stream(row)):
        with pytest.raises(ValueError, match="'rank' cannot be read at every row"):
            read()
