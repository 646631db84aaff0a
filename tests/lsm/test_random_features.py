"""Static random features: values, pooling, and their place in models."""

import pickle
import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import clone
from sklearn.linear_model import Ridge, RidgeClassifier
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import (
    Feedback,
    Liquid,
    LiquidEnsemble,
    LSMClassifier,
    LSMRegressor,
    RandomFeatures,
    Snapshots,
    SpikeArray,
)
from lsm.pooled import Pooled
from lsm.taps import tap_counts
from lsm.topology import RandomInput
from tests.helpers.samples import graded_samples, spike_samples


@parametrize_with_checks([RandomFeatures(n_units=20, random_state=0), Pooled()])
def test_scikit_learn_contract(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        check(estimator)


def small(**params):
    return RandomFeatures(n_units=30, random_state=0, **params)


def units_by_hand(features, rows):
    """Return the sums of all units at each row, from the formula, in double precision."""
    scaled = (rows - features.center_) / features.scale_
    return scaled @ features.weights_.toarray().astype(float).T + features.bias_


@pytest.mark.parametrize("activation", ["rectify", "threshold"])
def test_a_unit_is_a_rectified_or_thresholded_sum_of_one_row(activation):
    X = graded_samples(5)
    features = small(activation=activation).fit(X)
    rows = np.concatenate(X)
    np.testing.assert_allclose(features.center_, rows.mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(features.scale_, rows.std(axis=0), rtol=1e-5)
    for x, values in zip(X, features.trajectory(X), strict=True):
        sums = units_by_hand(features, x)
        expected = np.maximum(sums, 0) if activation == "rectify" else sums > 0
        differs = np.abs(values - expected) > 1e-4
        assert not (differs & (np.abs(sums) > 1e-4)).any()
    backwards = features.trajectory([x[::-1] for x in X])
    np.testing.assert_array_equal(backwards[0][::-1], features.trajectory(X)[0])


def test_units_read_as_many_channels_as_the_neurons_and_the_same_ones():
    X = spike_samples(n_channels=30)
    features = small(inputs=RandomInput(fan_in=4)).fit(X)
    assert set(np.diff(features.weights_.indptr)) == {4}
    np.testing.assert_allclose(sparse.linalg.norm(features.weights_, axis=1), 1, rtol=1e-5)
    liquid = Liquid(30, inputs=RandomInput(fan_in=4), random_state=0).fit(X)
    read = sparse.csr_array(liquid.network_.w_in)[:30].toarray() != 0
    np.testing.assert_array_equal(read.T, features.weights_.toarray() != 0)


def test_windows_pool_rows_and_parts_of_rows():
    X = [np.array([[1.0], [2.0], [4.0]]), np.array([[1.0], [3.0]])]
    pooled = Pooled(Snapshots(n=2), pool="sum").fit(X)
    np.testing.assert_allclose(pooled.transform(X), [[2.0, 5.0], [1.0, 3.0]])
    means = pooled.set_params(pool="mean").transform(X)
    np.testing.assert_allclose(means, [[2 / 1.5, 5 / 1.5], [1.0, 3.0]])
    at = Pooled(Snapshots(at=[1.0, 2.0], unit="ms"), pool="sum").fit(X)
    np.testing.assert_allclose(at.transform(X), [[1.0, 2.0], [1.0, 3.0]])


def test_fine_windows_add_up_to_coarse_ones():
    X = graded_samples(4)
    fine = small(snapshots=Snapshots(n=4)).fit(X).transform(X).reshape(4, 4, 30)
    whole = small().fit(X).transform(X)
    np.testing.assert_allclose(fine.sum(axis=1), whole, rtol=1e-5)
    roots = small(snapshots=Snapshots(feature="root_count")).fit(X).transform(X)
    np.testing.assert_allclose(roots**2, whole, rtol=1e-5)


def test_spikes_are_read_as_traces():
    X = spike_samples(3)
    (values, *_) = Pooled(tau=20.0).fit(X).trajectory(X)
    trace = np.zeros(8)
    for row, value in zip(X[0], values, strict=True):
        trace = trace * np.exp(-1 / 20) + row
        np.testing.assert_allclose(value, trace, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(Pooled(tau=None).fit(X).trajectory(X)[0], X[0])
    as_currents = SpikeArray.from_dense(X, graded=True)
    np.testing.assert_array_equal(Pooled().fit(as_currents).trajectory(as_currents)[0], X[0])


def test_windows_have_a_largest_and_a_last_value():
    X = [np.array([[1.0], [4.0], [2.0], [3.0]]), np.array([[5.0], [3.0]])]
    largest = Pooled(Snapshots(n=2), pool="max").fit(X)
    np.testing.assert_array_equal(largest.transform(X), [[4.0, 3.0], [5.0, 3.0]])
    last = Pooled(Snapshots(n=(1, 2)), pool="last").fit(X)
    np.testing.assert_array_equal(last.transform(X), [[3.0, 4.0, 3.0], [3.0, 5.0, 3.0]])


def test_several_traces_of_several_rows_are_read_together():
    X = spike_samples(3)
    pooled = Pooled(tau=(10.0, 50.0), n_taps=3).fit(X)
    (values, *_) = pooled.trajectory(X)
    assert values.shape == (len(X[0]), 3 * 2 * 8)
    single = [Pooled(tau=tau).fit(X).trajectory(X)[0] for tau in (10.0, 50.0)]
    traces = np.hstack(single)
    np.testing.assert_array_equal(values[5], np.concatenate([traces[5], traces[4], traces[3]]))
    assert pooled.transform(X).shape == (3, 48)
    assert Pooled(n_taps="auto").fit(X).n_taps_ == max(tap_counts(sum(map(len, X)), 8))


def test_units_read_a_window_of_rows_and_no_more():
    X = graded_samples(3)
    features = small(n_taps=4).fit(X)
    assert features.weights_.shape == (30, 4 * X[0].shape[1])
    before = features.trajectory([X[0]])[0]
    changed = X[0].copy()
    changed[10] += 1.0
    differs = (features.trajectory([changed])[0] != before).any(axis=1)
    np.testing.assert_array_equal(np.flatnonzero(differs), [10, 11, 12, 13])


@pytest.mark.parametrize("X", [spike_samples(2), graded_samples(2)])
def test_a_stream_gives_the_values_of_a_whole_sample(X):
    features = small(n_taps=5, tau=(10.0, 40.0)).fit(X)
    spikes = features.to_spikes(X[:1])
    stream = features.stream(spikes.pieces([0], [0], [1]))
    rows = [stream.step(spikes.pieces([0], [i], [i + 1])) for i in range(len(X[0]))]
    np.testing.assert_allclose(np.concatenate(rows), features.trajectory(X)[0], atol=1e-5)


def test_thresholds_are_drawn_around_their_mean():
    features = RandomFeatures(4000, threshold=0.5, spread=0.2, random_state=0)
    bias = features.fit(graded_samples(3)).bias_
    assert -bias.mean() == pytest.approx(0.5, abs=0.02)
    assert bias.std() == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize("X", [spike_samples(), graded_samples()])
def test_a_sample_depends_on_no_other_sample_and_on_the_seed(X):
    features = small(snapshots=Snapshots(n=3)).fit(X)
    together = features.transform(X)
    assert together.dtype == np.float32
    alone = np.concatenate([features.transform([x]) for x in X])
    np.testing.assert_array_equal(together, alone)
    copy = pickle.loads(pickle.dumps(features))
    np.testing.assert_array_equal(copy.transform(X), together)
    np.testing.assert_array_equal(clone(features).fit(X).transform(X), together)
    assert (clone(features).set_params(random_state=1).fit(X).transform(X) != together).any()


def test_forms_of_samples_are_those_of_a_liquid():
    X = spike_samples()
    features = small().fit(X)
    np.testing.assert_array_equal(
        features.transform(SpikeArray.from_dense(X)), features.transform(X)
    )
    with pytest.raises(ValueError, match="expecting 8 channels"):
        features.transform([np.ones((9, 3), dtype=int)])
    table = np.random.default_rng(0).normal(size=(9, 4))
    assert small().fit_transform(table).shape == (9, 30)
    assert list(small(snapshots=Snapshots(n=2)).fit(X).get_feature_names_out()[[0, 31]]) == [
        "0-0.5 value0", "0.5-1 value1",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_units": 0}, r"RandomFeatures.n_units must be an integer >= 1, got 0"),
        ({"activation": "tanh"}, r"RandomFeatures.activation must be one of 'rectify', 'thresh"),
        ({"pool": "min"}, r"RandomFeatures.pool must be one of 'mean', 'sum', 'max', 'last', got"),
        ({"n_taps": 0}, r"RandomFeatures.n_taps must be an integer >= 1 or 'auto', got 0"),
        ({"spread": -1.0}, r"RandomFeatures.spread must be a finite number >= 0, got -1.0"),
        ({"tau": (10.0, 0.0)}, r"RandomFeatures.tau must be a finite number > 0, 'auto' or None"),
        ({"tau": -1.0}, r"RandomFeatures.tau must be a finite number > 0, 'auto' or None"),
        ({"row_duration": 0}, r"RandomFeatures.row_duration must be a finite number > 0 or 'auto'"),
        ({"snapshots__n": 0}, r"Snapshots.n must be an integer >= 1"),
    ],
)
def test_invalid_parameters_are_named(params, message):
    with pytest.raises(ValueError, match=message):
        small().set_params(**params).fit(spike_samples())


def test_it_takes_the_place_of_a_liquid():
    X, y = graded_samples(20), np.arange(20) % 2
    model = LSMClassifier(small()).fit(X, y)
    assert model.encoder_ is not None
    assert model.readout_.n_windows == 8
    assert model.predict(X).shape == (20,)
    pipeline = make_pipeline(small(snapshots=Snapshots(n=2)), RidgeClassifier()).fit(X, y)
    assert pipeline.score(X, y) > 0.5
    ensemble = LiquidEnsemble(2, small(), random_state=0)
    assert ensemble.fit_transform(X).shape == (20, 8 * 2 * 30)
    one, other = ensemble.liquids_
    assert (one.random_state, one.inputs.fan_in) != (other.random_state, other.inputs.fan_in)


@pytest.mark.parametrize("readout", ["auto", Ridge()])
def test_it_serves_for_targets_at_rows(readout):
    rng = np.random.default_rng(0)
    X = [rng.uniform(-1, 1, (300, 1)) for _ in range(2)]
    present = [np.abs(x[:, 0]) for x in X]
    past = [np.roll(np.abs(x[:, 0]), 3) for x in X]
    model = LSMRegressor(RandomFeatures(200, random_state=0), readout, washout=5)
    assert model.fit(X[:1], present[:1]).score(X[1:], present[1:]) > 0.99
    assert model.fit(X[:1], past[:1]).score(X[1:], past[1:]) < 0.1
    labels = [x[:, 0] > 0 for x in X]
    assert LSMClassifier(small()).fit(X[:1], labels[:1]).score(X[1:], labels[1:]) > 0.9


def test_what_needs_a_liquid_says_so():
    X = [np.random.default_rng(0).uniform(-1, 1, (50, 1))]
    y = [X[0][:, 0]]
    model = LSMRegressor(small(), feedback=Feedback())
    with pytest.raises(TypeError, match=r"feedback needs a Liquid, got RandomFeatures.*None"):
        model.fit(X, y)
    model.set_params(feedback=None, readout=Ridge()).fit(X, y)
    with pytest.raises(TypeError, match="a stream needs a Liquid, got RandomFeatures"):
        model.predict_next(X)
