"""Liquids side by side, each behind a drawn front end."""

import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import Liquid, LiquidEnsemble, LSMClassifier, LSMRegressor, Snapshots, without_recurrence
from lsm.neurons import LIF
from lsm.readout import WindowedRidgeClassifier
from tests.helpers.samples import spike_samples

FEW = LiquidEnsemble(n_liquids=2, liquid=Liquid(20), random_state=0)


@parametrize_with_checks([FEW])
def test_scikit_learn_contract(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        check(estimator)


def waves(n=24):
    rng, t = np.random.default_rng(0), np.arange(50)
    y = np.arange(n) % 2
    phases = rng.uniform(0, 6, n)
    return [np.sin(t / (2 + label) + p)[:, None] for label, p in zip(y, phases, strict=True)], y


def test_states_are_those_of_the_liquids_window_by_window():
    X, _ = waves()
    ensemble = clone(FEW).set_params(snapshots=Snapshots(n=4)).fit(X)
    states = ensemble.transform(X).reshape(len(X), 4, 2, 20)
    for i, (encoder, liquid) in enumerate(zip(ensemble.encoders_, ensemble.liquids_, strict=True)):
        alone = liquid.transform(encoder.transform(X)).toarray().reshape(len(X), 4, 20)
        np.testing.assert_array_equal(states[:, :, i], alone)
    names = ensemble.get_feature_names_out().reshape(4, 2, 20)
    assert names[1, 1, 3] == "liquid1 count 0.25-0.5 neuron3"


def test_a_seed_decides_and_a_larger_ensemble_starts_alike():
    X, _ = waves()
    small = clone(FEW).fit(X)
    large = clone(FEW).set_params(n_liquids=3).fit(X)
    for a, b in zip(small.encoders_, large.encoders_, strict=False):
        assert a.get_params() == b.get_params()
    first, again = (e.transform(X).reshape(len(X), 8, -1, 20)[:, :, :2] for e in (small, large))
    np.testing.assert_array_equal(first, again)
    assert len({(e.features, e.squash, e.lag, e.row_duration) for e in large.encoders_}) == 3
    copy = pickle.loads(pickle.dumps(small))
    np.testing.assert_array_equal(copy.transform(X[:3]), small.transform(X)[:3])


def test_parts_that_are_given_are_not_drawn():
    X, _ = waves()
    ensemble = LiquidEnsemble(2, Liquid(20, neurons=LIF(tau_m=17.0)), random_state=0).fit(X)
    assert [liquid.neurons.tau_m for liquid in ensemble.liquids_] == [17.0, 17.0]
    assert len({liquid.inputs.fan_in for liquid in ensemble.liquids_}) == 2


def test_durations_are_within_the_limits():
    X, _ = waves()
    ensemble = clone(FEW).set_params(n_liquids=8, duration=(200.0, 400.0)).fit(X)
    durations = [50 * encoder.row_duration_ for encoder in ensemble.encoders_]
    assert min(durations) >= 200
    assert max(durations) <= 400
    with pytest.raises(ValueError, match="LiquidEnsemble.duration must be a pair"):
        clone(FEW).set_params(duration=300.0).fit(X)


def test_it_serves_in_a_classifier_and_has_encoders_of_its_own():
    X, y = waves()
    X[0][3:5] = np.nan
    model = LSMClassifier(clone(FEW)).fit(X, y)
    assert model.encoder_ is None
    assert model.n_features_in_ == 1
    assert model.readout_.n_windows == 8
    assert model.score(X, y) > 0.9
    states = clone(FEW).fit_transform(X)
    by_hand = WindowedRidgeClassifier(n_windows=8).fit(states, y)
    np.testing.assert_array_equal(model.decision_function(X), by_hand.decision_function(states))


def test_spikes_get_no_encoder():
    X = spike_samples()
    model = LSMClassifier(clone(FEW)).fit(X, np.arange(len(X)) % 2)
    assert model.liquid_.encoders_ == [None, None]
    assert model.predict(X).shape == (len(X),)


def test_targets_at_rows_need_a_liquid():
    X, _ = waves()
    with pytest.raises(TypeError, match="LSMRegressor.liquid has no states at rows"):
        LSMRegressor(clone(FEW)).fit(X, [x[:, 0] for x in X])


def test_recurrence_can_be_taken_away():
    X, _ = waves()
    control = without_recurrence(clone(FEW)).fit(X)
    assert all(liquid.network_.w.nnz == 0 for liquid in control.liquids_)
