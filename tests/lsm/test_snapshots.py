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


# ------------------------------------------------- without a liquid: readings of rasters by hand

N, RNG = 7, np.random.default_rng(0)
RASTERS = [(RNG.random((n, N)) < 0.3).astype(float) for n in (12, 1, 7)]
for raster in RASTERS:
    raster[0] = 1  # spikes in the first step


def read_by(plan, rasters=RASTERS):
    """Return the readings of a plan, and all spikes; each filter is a sum over ages."""
    readings = [
        plan.decays[:, None] ** np.arange(time)[::-1] @ raster[:time]
        for i, raster in enumerate(rasters)
        for time in plan.times[plan.offsets[i] : plan.offsets[i + 1]]
    ]
    return np.array(readings), [np.nonzero(raster) for raster in rasters]


def states_of(snapshots, rasters=RASTERS, dt=1.0):
    plan = snapshots.plan([len(raster) for raster in rasters], dt)
    return snapshots.assemble(read_by(plan, rasters)[0], plan, []).toarray()


@pytest.mark.parametrize(
    ("params", "dt", "times"),
    [
        ({}, 1.0, [12, 1, 7]),
        ({"n": 2}, 1.0, [6, 12, 1, 1, 4, 7]),
        ({"n": (1, 4)}, 0.1, [3, 6, 9, 12, 1, 1, 1, 1, 2, 4, 5, 7]),
        ({"at": (0.25, 0.75)}, 1.0, [3, 9, 1, 1, 2, 5]),
        ({"at": [0.5], "unit": "ms"}, 0.5, [1, 1, 1]),
        ({"at": [0.2], "unit": "ms"}, 0.5, [1, 1, 1]),
        ({"at": [0.4, 1.0], "unit": "ms"}, 1.0, [1, 1, 1, 1, 1, 1]),
    ],
)
def test_a_plan_reads_at_the_nearest_step_and_never_before_the_first(params, dt, times):
    plan = Snapshots(**params).plan([12, 1, 7], dt)
    assert plan.times.tolist() == times
    assert plan.offsets.tolist() == [0, len(times) // 3, 2 * len(times) // 3, len(times)]
    assert plan.times.dtype == plan.offsets.dtype == np.int64


def test_a_sample_may_end_with_the_last_reading_and_not_before():
    snapshots = Snapshots(at=[3.0, 6.0], unit="ms")
    assert snapshots.plan([12, 13], 0.5).times.tolist() == [6, 12, 6, 12]
    message = r"^Snapshots.at reads at 6 ms, but sample 1 lasts only 5.5 ms: give earlier times, or"
    with pytest.raises(ValueError, match=message):
        snapshots.plan([12, 11], 0.5)


@pytest.mark.parametrize(
    ("params", "windows"),
    [
        ({"n": 2}, [[0, 0.5], [0.5, 1]]),
        ({"at": [2.0, 5.0], "unit": "ms"}, [[0, 2], [2, 5]]),
        ({"at": [0.1, 0.5, 1.0]}, [[0, 0.1], [0.1, 0.5], [0.5, 1.0]]),
        ({"n": [1, 2]}, [[0, 1], [0, 0.5], [0.5, 1]]),
    ],
)
def test_windows_begin_where_the_one_before_ends(params, windows):
    np.testing.assert_array_equal(Snapshots(**params).windows(), windows)


def test_counts_are_those_of_the_windows():
    states = states_of(Snapshots(n=(1, 3))).reshape(3, 4, N)
    for state, raster in zip(states, RASTERS, strict=True):
        edges = np.maximum(np.rint(np.arange(4) / 3 * len(raster)).astype(int), [0, 1, 1, 1])
        parts = [raster, *(raster[a:b] for a, b in zip(edges[:-1], edges[1:], strict=True))]
        np.testing.assert_array_equal(state, [part.sum(axis=0) for part in parts])
    late = Snapshots(at=[2.0, 5.0], unit="ms")
    states = states_of(late, RASTERS[::2]).reshape(2, 2, N)
    for state, raster in zip(states, RASTERS[::2], strict=True):
        np.testing.assert_array_equal(state, [raster[:2].sum(axis=0), raster[2:5].sum(axis=0)])
    roots = states_of(Snapshots(n=(1, 3), feature="root_count"))
    np.testing.assert_allclose(roots**2, states_of(Snapshots(n=(1, 3))))


def test_traces_and_potentials_are_read_as_they_are():
    params = {"n": 2, "tau": (3.0, 8.0)}
    traces = states_of(Snapshots(feature="trace", **params), dt=0.5).reshape(3, 2, 2, N)
    for state, raster in zip(traces, RASTERS, strict=True):
        for end, of_time in zip((max(round(len(raster) / 2), 1), len(raster)), state, strict=True):
            ages = 0.5 * np.arange(end)[::-1]
            expected = [np.exp(-ages / tau) @ raster[:end] for tau in (3.0, 8.0)]
            np.testing.assert_allclose(of_time, expected)
    for feature, potential in (("trace", False), ("membrane_and_trace", True), ("membrane", True)):
        decays, of_potential = Snapshots(feature=feature, **params).filters(0.5)
        assert of_potential is potential
        first = [] if feature == "trace" else [1.0]
        others = [] if feature == "membrane" else [np.exp(-0.5 / 3), np.exp(-0.5 / 8)]
        np.testing.assert_allclose(decays, first + others)
    for feature in ("count", "root_count", "rank"):
        decays, of_potential = Snapshots(feature=feature).filters(1.0)
        assert decays.tolist() == [1.0]
        assert not of_potential


@pytest.mark.parametrize("params", [{}, {"n": (1, 2)}, {"at": [2.0, 5.0], "unit": "ms"}])
def test_ranks_go_from_one_for_the_first_neuron_down_to_zero(params):
    rasters = RASTERS[::2] if params.get("at") else RASTERS
    snapshots = Snapshots(feature="rank", **params)
    plan = snapshots.plan([len(raster) for raster in rasters], 1.0)
    readings, recorded = read_by(plan, rasters)
    states = snapshots.assemble(readings, plan, recorded).toarray().reshape(len(rasters), -1, N)
    for state, raster in zip(states, rasters, strict=True):
        end = len(raster)
        windows = {
            1: [(0, end)],
            3: [(0, end), (0, max(round(end / 2), 1)), (max(round(end / 2), 1), end)],
            2: [(0, 2), (2, 5)],
        }[len(state)]
        for ranks, (start, stop) in zip(state, windows, strict=True):
            part = raster[start:stop]
            first = np.array([np.flatnonzero(x)[0] if x.any() else np.inf for x in part.T])
            earlier = (first[:, None] > first).sum(axis=1)
            equal = (first[:, None] == first).sum(axis=1)
            # Neurons that spike together share the mean of their places.
            expected = np.where(np.isinf(first), 0, 1 - (earlier + (equal - 1) / 2) / N)
            np.testing.assert_allclose(ranks, expected, rtol=1e-6)


@pytest.mark.parametrize("feature", ["count", "root_count", "trace", "membrane"])
def test_features_at_rows_are_those_of_each_row(feature):
    row_start = np.array([0, 1, 3, 4, 6])
    snapshots = Snapshots(n=3, feature=feature, tau=4.0)
    plan = snapshots.plan_rows([4, 2], row_start, 0.5)
    assert plan.times.tolist() == [1, 3, 4, 6, 1, 3]
    assert plan.offsets.tolist() == [0, 4, 6]
    rasters = [RASTERS[0][:6], RASTERS[2][:3]]
    readings, _ = read_by(plan, rasters)
    states = snapshots.assemble_rows(readings, plan.offsets)
    if feature in ("trace", "membrane"):
        np.testing.assert_array_equal(states, readings[:, 0])
        return
    expected = np.concatenate([
        np.add.reduceat(raster, row_start[:n], axis=0)
        for raster, n in zip(rasters, (4, 2), strict=True)
    ])  # fmt: skip
    np.testing.assert_allclose(states**2 if feature == "root_count" else states, expected)


@pytest.mark.parametrize(
    ("params", "labels"),
    [
        ({}, ["count 0-1"]),
        ({"n": 2, "feature": "rank"}, ["rank 0-0.5", "rank 0.5-1"]),
        ({"n": 2, "unit": "ms"}, ["count 0-0.5", "count 0.5-1"]),
        ({"at": [0.5]}, ["count 0-0.5"]),
        ({"at": [2, 5], "unit": "ms"}, ["count 0-2 ms", "count 2-5 ms"]),
        ({"feature": "trace", "tau": (3, 8)}, ["trace 3 ms at 1", "trace 8 ms at 1"]),
        (
            {"at": [2], "unit": "ms", "feature": "membrane_and_trace"},
            ["membrane at 2 ms", "trace 30 ms at 2 ms"],
        ),
        ({"feature": "membrane"}, ["membrane 0-1"]),
    ],
)
def test_names_have_the_window_and_the_unit(params, labels):
    names = Snapshots(**params).feature_names(2)
    assert names.tolist() == [f"{label} neuron{n}" for label in labels for n in range(2)]
    assert names.dtype == object


@pytest.mark.parametrize("at", ["0.5", b"0.5", {0.5: 1}, 0.5, [[0.5]]])
def test_times_are_a_sequence(at):
    with pytest.raises(ValueError, match="Snapshots.at must be a sequence of times, got"):
        Snapshots(at=at).check()


def test_all_parameters_are_checked():
    for params in ({"tau": [1.0, -1.0]}, {"n": [2, 0]}, {"at": [0.0]}, {"at": [0.5, 0.2]}):
        with pytest.raises(ValueError, match=f"Snapshots.{next(iter(params))} must "):
            Snapshots(**params).check()
    Snapshots(at=[5.0, 0.5 + 5], unit="ms", tau=[0.1, 2.0]).check()
    Snapshots(at=[1.0], n=[2, 3]).check()
