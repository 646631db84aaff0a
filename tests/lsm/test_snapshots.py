"""Features at snapshots, against rasters that are read by hand."""

import numpy as np
import pytest
from sklearn.base import clone

from lsm import Liquid, Snapshots


@pytest.fixture(scope="module")
def liquid():
    rng = np.random.default_rng(0)
    X = [(rng.random((n, 6)) < 0.1).astype(int) for n in (80, 120, 101)]
    return Liquid(n_neurons=40, random_state=0).fit(X), X


def unfitted(**params):
    return Liquid(n_neurons=60, random_state=0, **params)


def read(liquid, X, **params):
    liquid = liquid.set_params(snapshots=Snapshots(**params))
    raster = [liquid.record(X).to_dense(i) for i in range(len(X))]
    return liquid.transform(X).toarray().reshape(len(X), -1, 40), raster


def test_counts_of_parts(liquid):
    states, rasters = read(*liquid, n=(1, 2, 3))
    for state, raster in zip(states, rasters, strict=True):
        n = len(raster)
        edges = [0, n, 0, round(n / 2), n, 0, round(n / 3), round(2 * n / 3), n]
        windows = [edges[0:2], edges[2:4], edges[3:5], edges[5:7], edges[6:8], edges[7:9]]
        expected = [raster[a:b].sum(axis=0) for a, b in windows]
        np.testing.assert_array_equal(state, expected)


def test_root_counts_are_roots(liquid):
    counts, _ = read(*liquid, n=2)
    roots, _ = read(*liquid, n=2, feature="root_count")
    np.testing.assert_allclose(roots**2, counts, rtol=1e-6)


def test_traces_are_filtered_spikes(liquid):
    states, rasters = read(*liquid, n=2, feature="trace", tau=(10.0, 40.0))
    for state, raster in zip(states, rasters, strict=True):
        expected = []
        for end in (round(len(raster) / 2), len(raster)):
            ages = np.arange(end)[::-1]
            expected += [np.exp(-ages / tau) @ raster[:end] for tau in (10, 40)]
        np.testing.assert_allclose(state, expected, rtol=1e-5, atol=1e-6)


def test_absolute_times(liquid):
    states, rasters = read(*liquid, at=[30.0, 75.0], unit="ms")
    for state, raster in zip(states, rasters, strict=True):
        np.testing.assert_array_equal(state, [raster[:30].sum(0), raster[30:75].sum(0)])
    with pytest.raises(ValueError, match="reads at 100 ms, but sample 0 lasts only 80 ms"):
        read(*liquid, at=[50.0, 100.0], unit="ms")
    with pytest.raises(ValueError, match=r"or fractions with Snapshots\.unit='fraction'"):
        read(*liquid, at=[50.0, 100.0], unit="ms")
    assert read(*liquid, at=[0.5, 1.0], unit="fraction")[0].shape == (3, 2, 40)


def test_names_tell_the_columns(liquid):
    model, X = liquid
    for params in ({"n": (1, 2)}, {"n": 2, "feature": "trace", "tau": (5.0, 9.0)}):
        model.set_params(snapshots=Snapshots(**params))
        names = model.get_feature_names_out()
        assert len(set(names)) == model.transform(X).shape[1]
    assert names[41] == "trace 9 ms at 0.5 neuron1"


def test_potentials_and_traces_are_what_each_alone_gives(liquid):
    model, X = liquid
    read = {}
    for feature in ("membrane", "trace", "membrane_and_trace"):
        model.set_params(snapshots=Snapshots(n=2, feature=feature, tau=(5.0, 9.0)))
        read[feature] = model.transform(X).toarray().reshape(len(X), 2, -1)
        assert len(model.get_feature_names_out()) == 2 * read[feature].shape[2]
    both = np.concatenate([read["membrane"], read["trace"]], axis=2)
    np.testing.assert_array_equal(read["membrane_and_trace"], both)
    n = read["membrane"].shape[2]
    assert model.get_feature_names_out()[[0, n]].tolist() == [
        "membrane at 0.5 neuron0",
        "trace 5 ms at 0.5 neuron0",
    ]


def test_a_trajectory_reads_what_snapshots_at_those_times_read():
    X = [(np.random.default_rng(0).random((50, 8)) < 0.1).astype(int)]
    fitted = unfitted(snapshots=Snapshots(feature="trace")).fit(X)
    rows = fitted.trajectory(X)[0]
    late = clone(fitted).set_params(snapshots__at=[20.0, 50.0], snapshots__unit="ms").fit(X)
    states = late.transform(X).toarray().reshape(2, -1)
    np.testing.assert_allclose(rows[[19, 49]], states, rtol=1e-5, atol=1e-6)
    counts = unfitted(snapshots=Snapshots()).fit(X).trajectory(X)[0]
    np.testing.assert_array_equal(counts, fitted.record(X).to_dense(0))


def test_membrane_and_rank_are_read():
    X = [(np.random.default_rng(seed).random((60, 8)) < 0.2).astype(int) for seed in range(2)]
    ranks = unfitted(snapshots=Snapshots(feature="rank")).fit(X)
    first = np.full(60, np.inf)
    spikes = ranks.record(X[:1])
    for step, neuron in zip(spikes.rows[::-1], spikes.channels[::-1], strict=True):
        first[neuron] = step
    states = ranks.transform(X[:1]).toarray()[0]
    assert np.all(states[np.isinf(first)] == 0)
    seen = np.flatnonzero(np.isfinite(first))
    earlier = first[seen][:, None] < first[seen]
    assert np.all((states[seen][:, None] > states[seen]) == earlier)
    potentials = unfitted(snapshots=Snapshots(feature="membrane")).fit(X).transform(X)
    assert potentials.toarray().max() < 1.0  # the threshold
    assert potentials.nnz > 60


def test_a_sample_shorter_than_its_parts_is_still_read():
    X = [np.ones((1, 2), dtype=int), np.ones((9, 2), dtype=int), np.zeros((5, 2), dtype=int)]
    liquid = Liquid(n_neurons=10, calibration=None, snapshots=Snapshots(n=4), random_state=0)
    states = liquid.fit(X).transform(X)
    assert states.shape == (3, 40)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n": 0}, "Snapshots.n must be an integer >= 1, got 0"),
        ({"n": ()}, "must not be empty"),
        ({"feature": "spikes"}, "feature must be one of"),
        ({"at": [0.5, 0.5]}, "increasing"),
        ({"at": [1.5]}, "Snapshots.at must be"),
        ({"at": 0.5}, "Snapshots.at must be a sequence of times, got 0.5"),
        ({"at": {0.5: 1}}, "Snapshots.at must be a sequence of times, got {0.5: 1}"),
        ({"at": [1e19], "unit": "ms"}, r"reads at 1e.19 ms, but sample 1 lasts only"),
        ({"feature": "trace", "tau": ()}, "Snapshots.tau must not be empty"),
        ({"at": []}, "increasing times"),
        ({"unit": "s"}, "unit must be one of"),
        ({"feature": "trace", "tau": 0.0}, "tau must be"),
    ],
)
def test_bad_parameters_are_refused(params, message):
    X = [np.ones((9, 2), dtype=int), np.zeros((5, 2), dtype=int)]
    with pytest.raises((ValueError, TypeError), match=message):
        Liquid(n_neurons=10, snapshots=Snapshots(**params), random_state=0).fit(X)
