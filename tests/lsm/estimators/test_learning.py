"""Estimators whose liquid learns its own weights by e-prop."""

import pickle
import warnings

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.linear_model import Ridge, RidgeClassifier, SGDClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import (
    Feedback,
    Liquid,
    LiquidEnsemble,
    LSMClassifier,
    LSMRegressor,
    Snapshots,
    load,
    save,
)
from lsm.neurons import AdaptiveLIF, Izhikevich
from lsm.plasticity import EProp, PairSTDP
from lsm.readout import RLS
from lsm.synapses import Alpha, TsodyksMarkram
from lsm.topology import ErdosRenyi

QUICK = EProp(n_epochs=2, batch_size=8)


def liquid(**params):
    defaults = {"snapshots": Snapshots(feature="trace"), "random_state": 0}
    return Liquid(30, **defaults | params)


@pytest.fixture(scope="module")
def spikes():
    rng = np.random.default_rng(0)
    y = np.array(["left", "right"])[np.arange(16) % 2]
    return [rng.poisson(0.2, (60, 4)) * (np.arange(4) // 2 == (side == "left")) for side in y], y


@pytest.fixture(scope="module")
def model(spikes):
    return LSMClassifier(liquid(), learning=QUICK).fit(*spikes)


@pytest.fixture(scope="module")
def frozen(spikes):
    return LSMClassifier(liquid()).fit(*spikes)


def tiny():
    return Liquid(25, topology=ErdosRenyi(fan_out=3), static_steps=20, random_state=0)


@parametrize_with_checks([LSMRegressor(tiny(), Ridge(), learning=EProp(n_epochs=1))])
def test_scikit_learn_contract(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        check(estimator)


def test_the_liquid_has_learnt_and_the_readout_is_fitted_on_its_states(model, frozen, spikes):
    assert model.learning_curve_.shape == (2,)
    assert frozen.learning_curve_ is None
    learnt, before = model.liquid_, frozen.liquid_
    assert (learnt.weights_.data != before.weights_.data).any()
    np.testing.assert_array_equal(learnt.weights_before_.data, before.weights_.data)
    np.testing.assert_array_equal(learnt.weights_.indices, before.weights_.indices)
    assert learnt.health_ != before.health_
    X, y = spikes
    again = clone(model.readout_).fit(learnt.transform(X).toarray(), y)
    np.testing.assert_array_equal(again.predict(learnt.transform(X).toarray()), model.predict(X))


def test_the_loss_falls_for_labels_and_for_numbers_at_rows(spikes):
    X, y = spikes
    eprop = EProp(n_epochs=12, learning_rate=0.05, batch_size=8)
    neurons = AdaptiveLIF(threshold_jump=0.2)
    labels = LSMClassifier(liquid(neurons=neurons), learning=eprop).fit(X, y)
    wave = np.sin(np.arange(60) / 8)
    targets = [np.stack([wave, 100 + 5 * wave * (side == "left")], axis=1) for side in y]
    targets[0][:10] = np.nan
    rows = LSMRegressor(liquid(), Ridge(), learning=eprop, washout=5).fit(X, targets)
    for fitted in (labels, rows):
        curve = fitted.learning_curve_
        assert curve[-1] < 0.8 * curve[0]
    assert rows.predict(X[:1])[0].shape == (60, 2)


def test_labels_at_rows_and_numbers_of_samples_are_learnt_from(spikes):
    X, y = spikes
    objects = [np.array([None] * 10 + [side] * 50, dtype=object) for side in y]
    rows = LSMClassifier(liquid(), learning=QUICK).fit(X, objects)
    assert set(rows.predict(X[:1])[0]) <= {"left", "right"}
    numbers = LSMRegressor(liquid(), Ridge(), learning=QUICK).fit(X, (y == "left") * 1000.0)
    assert np.isfinite(numbers.learning_curve_).all()
    assert numbers.learning_curve_[0] < 10  # numbers are scaled


def test_a_fitted_model_is_pickled_saved_and_cloned(model, spikes, tmp_path):
    X, _ = spikes
    save(model, tmp_path / "model.skops")
    for copy in (pickle.loads(pickle.dumps(model)), load(tmp_path / "model.skops")):
        np.testing.assert_array_equal(copy.decision_function(X), model.decision_function(X))
        np.testing.assert_array_equal(copy.learning_curve_, model.learning_curve_)
    assert clone(model).set_params(learning__n_epochs=7).learning.n_epochs == 7


def test_the_same_seed_gives_the_same_model_whatever_the_threads(model, spikes):
    X, y = spikes
    again = clone(model).set_params(liquid__n_jobs=2).fit(X, y)
    np.testing.assert_array_equal(again.liquid_.weights_.data, model.liquid_.weights_.data)


def test_the_readout_of_a_liquid_that_has_learnt_goes_on_in_a_stream(spikes):
    X, y = spikes
    rows = [np.repeat(side, 60) for side in y]
    fitted = LSMClassifier(liquid(), SGDClassifier(random_state=0), learning=QUICK).fit(X, rows)
    weights = fitted.liquid_.weights_.data.copy()
    fitted.partial_fit(X[0], rows[0])
    np.testing.assert_array_equal(fitted.liquid_.weights_.data, weights)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"neurons": Izhikevich()}, r"no equations for Liquid.neurons=Izhikevich\(\): take LIF"),
        ({"synapses": Alpha()}, r"no equations for Liquid.synapses=Alpha\(\): take Exponential"),
        ({"short_term_plasticity": TsodyksMarkram()}, "Liquid.short_term_plasticity: set it to"),
    ],
)
def test_parts_without_equations_are_refused_by_name_before_anything_runs(params, message, spikes):
    model = LSMClassifier(liquid(**params), learning=QUICK)
    with pytest.raises(ValueError, match=message):
        model.fit(*spikes)
    assert not hasattr(model, "liquid_")


def test_what_learning_cannot_be_is_refused(spikes):
    X, y = spikes
    rows = [np.arange(60.0)] * 16
    cases = [
        (LSMClassifier(liquid(), learning=0.1), y, "LSMClassifier.learning must be an object"),
        (LSMClassifier(liquid(), learning=PairSTDP()), y, r"such as EProp\(\), or None"),
        (LSMClassifier(liquid(), learning=EProp), y, r"such as EProp\(\), or None"),
        (LSMClassifier(LiquidEnsemble([liquid()]), learning=QUICK), y, "of a Liquid"),
        (LSMClassifier(liquid(), learning=EProp(n_epochs=0)), y, "EProp.n_epochs"),
        (LSMRegressor(liquid(), feedback=Feedback(), learning=QUICK), rows, "no equations for"),
    ]
    for model, targets, message in cases:
        with pytest.raises((TypeError, ValueError), match=message):
            model.fit(X, targets)
    with pytest.raises(TypeError, match=r"Liquid.plasticity must be an object"):
        liquid(plasticity=QUICK).fit(X)


def test_a_stream_does_not_learn_weights(spikes):
    with pytest.raises(ValueError, match="not in partial_fit: call fit first"):
        LSMRegressor(liquid(), RLS(), learning=QUICK).partial_fit(spikes[0][0], np.zeros(60))


def test_several_labels_of_a_sample_are_refused(spikes):
    labels = np.eye(2, dtype=int)[np.arange(16) % 2]
    with pytest.raises(ValueError, match="EProp learns from one label"):
        LSMClassifier(liquid(), RidgeClassifier(), learning=QUICK).fit(spikes[0], labels)
