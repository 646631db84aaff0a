"""The default of LSMRegressor at rows: a linear map of the input first, then the liquid."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, RidgeCV

from lsm import Feedback, Liquid, LSMRegressor, Snapshots, SpikeArray
from lsm.estimators.taps import row_duration_for
from lsm.neurons import LeakyTanh
from lsm.readout import ResidualRidge, WindowedRidge
from lsm.taps import delay_rows

U = np.random.default_rng(0).uniform(-1, 1, 900)[:, None]


def fit(y, X=U, **params):
    model = LSMRegressor(Liquid(n_neurons=80, random_state=0), washout=10)
    return model.set_params(**params).fit([X], [y])


def test_what_is_linear_in_the_past_is_found_exactly():
    y = 3 + U[:, 0] - 2 * np.roll(U[:, 0], 4)
    model = fit(y)
    np.testing.assert_allclose(model.predict([U])[0][10:], y[10:], atol=1e-4)
    assert model.n_taps_ == 100
    assert model.readout_.n_inputs_ == 5


def test_the_liquid_gives_what_a_line_does_not():
    y = np.abs(np.convolve(U[:, 0], np.ones(3) / 3)[:900])
    model = fit(y[:700], U[:700])
    taps = delay_rows(U, 20)
    line = LinearRegression().fit(taps[:700], y[:700])
    assert line.score(taps[700:], y[700:]) < 0.1
    assert model.score([U[700:]], [y[700:]]) > 0.4


@pytest.mark.parametrize("targets", [1, 2])
def test_features_are_taps_and_states_and_samples_do_not_mix(targets):
    y = U if targets == 1 else np.hstack([U, U**2])
    samples, parts = [U[:300], U[300:420]], [y[:300], y[300:420]]
    model = LSMRegressor(Liquid(n_neurons=30, random_state=0)).fit(samples, parts)
    data = SpikeArray.from_dense(samples, row_duration=10.0)
    states = model.liquid_.trajectory(data)
    rows = [
        np.hstack([delay_rows(x.astype(np.float32), model.n_taps_), state])
        for x, state in zip(samples, states, strict=True)
    ]
    readout = ResidualRidge(model.readout_.n_inputs).fit(np.vstack(rows), np.vstack(parts))
    np.testing.assert_allclose(model.predict(samples)[1], readout.predict(rows[1]), atol=1e-6)
    np.testing.assert_allclose(model.predict(samples[1:])[0], model.predict(samples)[1], atol=1e-6)


def test_the_future_does_not_change_an_earlier_prediction():
    model, other = fit(U[:, 0] ** 2), U.copy()
    other[500:] = 0.9
    ours, theirs = model.predict([U])[0], model.predict([other])[0]
    np.testing.assert_array_equal(ours[:500], theirs[:500])
    assert (ours[500:] != theirs[500:]).any()


def test_missing_targets_and_weights_count():
    y = U[:, 0] ** 2
    wrong, missing, weights = y.copy(), y.copy(), np.ones(900)
    wrong[50::7], missing[50::7], weights[50::7] = 100.0, np.nan, 0.0
    known = fit(missing).predict([U])[0]
    model = LSMRegressor(Liquid(n_neurons=80, random_state=0), washout=10)
    weighted = model.fit([U], [wrong], sample_weight=[weights]).predict([U])[0]
    np.testing.assert_allclose(known, weighted, atol=0.02)
    assert np.abs(fit(wrong).predict([U])[0] - known).max() > 1


def test_a_liquid_and_rows_that_are_given_stay_as_they_are():
    snapshots = Snapshots(feature="membrane")
    explicit = fit(U[:, 0], liquid__snapshots=snapshots)
    assert explicit.liquid_.snapshots.feature == "membrane"
    assert explicit.liquid_.to_spikes([U]).row_duration == 1.0
    bare = fit(U[:, 0])
    assert bare.liquid_.snapshots.feature == "membrane_and_trace"
    assert bare.liquid_.to_spikes([U]).row_duration == 10.0
    assert bare.liquid.snapshots == "auto"
    assert row_duration_for(dt=4.0) == 12.0
    rates = fit(U[:, 0], liquid__neurons=LeakyTanh())
    assert rates.readout_.n_features_in_ == 100 + 80  # activations, of which there are no traces
    data = SpikeArray.from_dense([U], row_duration=2.0)
    timed = LSMRegressor(Liquid(30, random_state=0)).fit(data, [U[:, 0]])
    assert timed.liquid_.to_spikes([U]).row_duration == 2.0
    spikes = np.random.default_rng(0).poisson(0.1, (500, 3))
    assert fit(U[:500, 0], spikes).liquid_.to_spikes([spikes]).row_duration == 1.0


@pytest.mark.filterwarnings("ignore:the liquid")
def test_other_uses_keep_a_ridge_regression_on_the_states():
    free = fit(U[:, 0], feedback=Feedback(weight=0.05))
    assert isinstance(free.readout_, WindowedRidge)
    assert free.n_taps_ == 0
    assert free.generate(5, U[:50, 0]).shape == (5,)
    given = fit(U[:, 0], readout=RidgeCV())
    assert given.n_taps_ == 0
    assert given.readout_.n_features_in_ == 80
    whole = LSMRegressor(Liquid(30, random_state=0)).fit([U[:50], U[50:120]], np.arange(2.0))
    assert isinstance(whole.readout_, WindowedRidge)
