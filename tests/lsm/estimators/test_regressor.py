"""Targets at every row, feedback, and the readout that learns row by row."""

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR
from sklearn.tree import DecisionTreeRegressor
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import Feedback, Liquid, LSMClassifier, LSMRegressor, Snapshots
from lsm.estimators import closed_loop
from lsm.neurons import LIF
from lsm.readout import RLS


def liquid(**params):
    defaults = {"n_neurons": 60, "random_state": 0, "snapshots": Snapshots(feature="trace")}
    return Liquid(**(defaults | params))


def series(n_rows=300, seed=0):
    u = np.random.default_rng(seed).uniform(-1, 1, n_rows)
    return u[:, None], np.convolve(u, np.ones(5) / 5)[:n_rows]


@parametrize_with_checks([LSMRegressor(Liquid(n_neurons=50, random_state=0))])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def test_predictions_come_in_the_form_of_the_targets():
    (a, y_a), (b, y_b) = series(80, 0), series(120, 1)
    model = LSMRegressor(liquid())
    flat = model.fit([a, b], [y_a, y_b]).predict([a, b])
    assert [part.shape for part in flat] == [(80,), (120,)]
    wide = model.fit([a, b], [np.c_[y_a, -y_a], np.c_[y_b, -y_b]]).predict([b])
    assert [part.shape for part in wide] == [(120, 2)]
    np.testing.assert_allclose(wide[0][:, 0], -wide[0][:, 1], atol=1e-6)
    cube = model.fit(np.stack([a, a]), np.stack([y_a, y_a])[:, :, None]).predict(np.stack([a, a]))
    assert cube.shape == (2, 80, 1)
    one_each = model.fit([a, b], np.array([1.0, 2.0])).predict([a, b])
    assert one_each.shape == (2,)


def test_the_readout_is_a_regression_on_the_trajectory():
    X, y = series()
    model = LSMRegressor(liquid(), readout=Ridge(0.1), washout=40).fit([X], [y])
    states = model.liquid_.trajectory(model.encode([X]))[0]
    theirs = Ridge(0.1).fit(states[40:], y[40:])
    np.testing.assert_allclose(model.predict([X])[0], theirs.predict(states), atol=1e-5)
    assert model.score([X], [y]) == pytest.approx(theirs.score(states[40:], y[40:]), abs=1e-5)
    assert model.score([X], [y]) > 0.4


def test_labels_at_every_row():
    rng = np.random.default_rng(0)
    y = [np.repeat(rng.permutation([0, 1]), 160) for _ in range(12)]
    X = [rng.poisson(np.where(part[:, None] == np.arange(8) % 2, 0.2, 0.02)) for part in y]
    model = LSMClassifier(liquid(), washout=10).fit(X[:9], y[:9])
    assert model.predict(X[9:])[0].shape == (320,)
    assert model.decision_function(X[9:])[0].shape == (320,)
    assert model.score(X[9:], y[9:]) > 0.75


def test_a_readout_is_affine_or_not():
    X, y = series()
    X = np.c_[X, X**2]
    scaled = make_pipeline(StandardScaler(), Ridge()).fit(X, y)
    coef, intercept = closed_loop.affine_map(scaled, 2, 1)
    np.testing.assert_allclose(X @ coef[0] + intercept[0], scaled.predict(X))
    assert closed_loop.affine_map(KNeighborsRegressor().fit(X, y), 2, 1) is None


def wave(n_rows=600, period=40):
    return np.sin(2 * np.pi * np.arange(n_rows) / period)


def driven(readout, **feedback):
    parts = {
        "neurons__bias": 1.1,
        "neurons__tau_m": 10.0,
        "topology__fan_out": 10,
        "topology__weights__gain": 0.3,
    }
    model = LSMRegressor(
        liquid(n_neurons=200, calibration=None, initial="random").set_params(**parts),
        readout, Feedback(**feedback), washout=50,
    )  # fmt: skip
    return model.fit([np.zeros((800, 1))], [wave(800)])


@pytest.mark.filterwarnings("ignore:the liquid")
@pytest.mark.parametrize("delay", ["auto", 3.0])
def test_the_loop_in_the_kernel_and_the_stepped_one_agree(delay, monkeypatch):
    model = driven(Ridge(1.0), delay=delay)
    inside = model.generate(60, warmup=wave(100)), model.predict([np.zeros((80, 1))])[0]
    monkeypatch.setattr(closed_loop, "affine_map", lambda *arguments: None)
    stepped = model.generate(60, warmup=wave(100)), model.predict([np.zeros((80, 1))])[0]
    for ours, theirs in zip(inside, stepped, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-4)
    assert np.abs(inside[0]).max() > 0.1


@pytest.mark.filterwarnings("ignore:the liquid")
@pytest.mark.parametrize("readout", [Ridge(1.0), RLS(alpha=1.0)])
def test_a_model_with_feedback_goes_on_with_a_wave(readout):
    model = driven(readout, noise=0.1)
    ours = model.generate(80, warmup=wave(200))
    error = np.sqrt(np.mean((ours - wave(280)[200:]) ** 2))
    assert error < 0.35  # a flat line is at 0.71


@pytest.mark.filterwarnings("ignore:the liquid")
def test_without_input_a_model_of_spikes_gets_none_and_one_of_currents_gets_zero():
    spikes = [np.random.default_rng(0).poisson(0.1, (300, 3))]
    for X, dtype in ((spikes, int), ([x.astype(float) for x in spikes], float)):
        model = LSMRegressor(liquid(), Ridge(), Feedback(weight=0.1)).fit(X, [wave(300)])
        silent = np.zeros((50, 3), dtype)
        np.testing.assert_array_equal(
            model.generate(20, warmup=wave(30)), model.generate(20, warmup=wave(30), X=silent)
        )


@pytest.mark.filterwarnings("ignore:the liquid")
@pytest.mark.parametrize("readout", [DecisionTreeRegressor(max_depth=5), SVR(C=10.0)], ids=repr)
def test_a_readout_that_is_constant_far_from_the_states_is_not_taken_for_linear(
    readout, monkeypatch
):
    u, y = np.random.default_rng(0).normal(size=(200, 2)), np.sin(np.arange(200) / 20)
    far = LIF(v_rest=-65.0, v_threshold=-50.0, v_reset=-65.0)
    membrane = liquid(n_neurons=20, neurons=far, snapshots=Snapshots(feature="membrane"))
    model = LSMRegressor(membrane, readout, Feedback(weight=0.1), washout=20).fit([u], [y])
    y_pred = model.predict([u])[0]
    assert y_pred.std() > 0.1
    monkeypatch.setattr(closed_loop, "affine_map", lambda *arguments: None)
    np.testing.assert_array_equal(y_pred, model.predict([u])[0])


@pytest.mark.filterwarnings("ignore:the liquid")
def test_a_washout_is_not_learnt_from_in_the_closed_loop():
    u, y = series()
    other = np.r_[np.random.default_rng(1).normal(size=100), y[100:]]
    model = LSMRegressor(liquid(), RLS(), Feedback(weight=0.05), washout=100)
    coef = model.fit([u], [y]).readout_.coef_
    assert np.abs(coef).max() > 0.01
    np.testing.assert_array_equal(clone(model).fit([u], [other]).readout_.coef_, coef)


@pytest.mark.filterwarnings("ignore:the liquid")
@pytest.mark.parametrize("warmup", [[], 3.0, [np.nan] * 5, ["1.0"] * 5, [True] * 5, [1j] * 5])
def test_what_warms_up_is_numbers(warmup):
    with pytest.raises(ValueError, match="warmup must be finite numbers, with 1 outputs in a row"):
        driven(Ridge(1.0)).generate(5, warmup)


@pytest.mark.parametrize("bad", [np.inf, 1j, "a"])
@pytest.mark.parametrize("feedback", [None, Feedback()])
def test_targets_are_checked_before_anything_runs(bad, feedback, monkeypatch):
    u, y = series(50)
    model = LSMRegressor(liquid(), RLS(), feedback).fit([u], [y])
    fitted = vars(model).copy()
    wrong = y.astype(np.result_type(type(bad)))
    wrong[-1] = bad
    monkeypatch.setattr(Liquid, "fit", None)
    for call in (model.fit, model.partial_fit, LSMRegressor(liquid(), RLS()).partial_fit):
        with pytest.raises(ValueError, match=r"y\[0\] must be finite numbers"):
            call([u], [wrong])
    assert vars(model) == fitted


@pytest.mark.parametrize("missing", [np.nan, None])
def test_feedback_refuses_missing_targets_before_anything_runs(missing, monkeypatch):
    u, y = series(50)
    y = y.astype(object if missing is None else float)
    y[7] = missing
    monkeypatch.setattr(Liquid, "fit", None)
    with pytest.raises(ValueError, match="y has missing targets, which LSMRegressor.feedback"):
        LSMRegressor(liquid(), Ridge(), Feedback()).fit([u], [y])


def test_a_fit_that_fails_leaves_what_was_fitted_before():
    u, y = series(50)
    model = LSMRegressor(liquid(), Ridge()).fit([u], [y])
    y_pred = model.predict([u])[0]
    model.set_params(liquid__random_state=5, readout__alpha=-1.0)
    with pytest.raises(ValueError, match="alpha"):
        model.fit([u], [y])
    np.testing.assert_array_equal(model.predict([u])[0], y_pred)
    labels = LSMClassifier(liquid(snapshots="auto"), Ridge(alpha=-1.0))
    with pytest.raises(ValueError, match="alpha"):
        labels.fit([u, u], [0, 1])
    with pytest.raises(NotFittedError):
        labels.predict([u])


@pytest.mark.filterwarnings("ignore:the liquid")
def test_feedback_survives_pickling_and_refuses_what_does_not_fit():
    model = driven(Ridge(1.0))
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(model.generate(9, wave(50)), again.generate(9, wave(50)))
    with pytest.raises(ValueError, match="must have 59 rows"):
        model.generate(9, wave(50), X=np.zeros((10, 1)))
    with pytest.raises(ValueError, match="1 outputs in a row"):
        model.generate(9, np.zeros((50, 2)))
    with pytest.raises(ValueError, match="targets at every row"):
        clone(model).fit([np.zeros((5, 1))] * 3, np.arange(3.0))
    with pytest.warns(UserWarning, match=r"Feedback.delay from 1.6 to 2 ms"):
        assert driven(Ridge(), delay=1.6).closed_loop_.delay == 2
    X, y = series(50)
    with pytest.raises(ValueError, match="feedback, got None"):
        LSMRegressor(liquid()).fit([X], [y]).generate(3, y)
    with pytest.raises(ValueError, match=r"a target for each of the 50 rows of X\[0\]"):
        LSMRegressor(liquid()).fit([X], [y[:-1]])
    with pytest.raises(ValueError, match="washout of 50 rows leaves nothing of a sample of 50"):
        LSMRegressor(liquid(), washout=50).fit([X], [y])
