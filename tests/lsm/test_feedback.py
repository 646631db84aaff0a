"""Parameters of the feedback: its weights, its delay, and invalid values."""

import numpy as np
import pytest
from scipy.stats import kstest
from sklearn.base import clone

from lsm import Feedback, Liquid, LSMRegressor
from lsm.readout import RLS


def draw(seed=0, **params):
    return Feedback(**params).draw(3, 4000, np.random.default_rng(seed))


def test_weights_are_uniform_and_as_dense_as_asked():
    weights = draw(density=0.3, weight=2.0)
    assert weights.shape == (3, 4000)
    assert np.mean(weights != 0) == pytest.approx(0.3, abs=0.02)
    assert kstest(weights[weights != 0], "uniform", (-2, 4)).pvalue > 0.01
    assert not draw(density=0.0).any()
    assert not draw(weight=0.0).any()


def test_weight_scales_and_density_selects_the_same_draws():
    full, half = draw(), draw(density=0.5)
    np.testing.assert_allclose(draw(weight=3.0), 3 * full, rtol=1e-9)
    np.testing.assert_array_equal(half[half != 0], full[half != 0])
    assert not np.array_equal(full, draw(seed=1))


def test_a_delay_is_a_whole_number_of_rows():
    for row_duration in (0.5, 1.0, 7.0):
        assert Feedback().delay_rows(row_duration) == 1
    assert Feedback(delay=3.0).delay_rows(1.0) == 3
    assert Feedback(delay=3.0).delay_rows(1.5) == 2
    assert Feedback(delay=10.0).delay_rows(1000 / 360) == 4
    assert Feedback(delay=0.4).delay_rows(1.0) == 1


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"density": 2}, r"Feedback.density must be .* >= 0 and <= 1, got 2"),
        ({"density": "all"}, r"Feedback.density must be a number .*, got 'all'"),
        ({"weight": -1.0}, r"Feedback.weight must be .* >= 0, got -1.0"),
        ({"weight": np.nan}, r"Feedback.weight must be a finite number .*, got nan"),
        ({"noise": -0.1}, r"Feedback.noise must be .* >= 0, got -0.1"),
        ({"clip": "yes"}, r"Feedback.clip must be True or False, got 'yes'"),
        ({"delay": 0.0}, r"Feedback.delay must be .* > 0, got 0.0"),
        ({"delay": "late"}, r"Feedback.delay must be a number > 0, got 'late'"),
    ],
)
def test_invalid_parameters_are_refused_by_a_fit_too(params, message):
    feedback = Feedback(**params)
    with pytest.raises((TypeError, ValueError), match=message):
        feedback.check()
    u = np.random.default_rng(0).uniform(-1, 1, 50)
    with pytest.raises((TypeError, ValueError), match=message):
        LSMRegressor(Liquid(20), feedback=feedback).fit([u[:, None]], [u])


def held_bit(n_rows, seed):
    """Return pulses of either sign, and the sign of the last one."""
    rng = np.random.default_rng(seed)
    pulses = rng.choice([-1.0, 1.0], n_rows) * (rng.random(n_rows) < 0.02)
    pulses[0] = 1.0
    last = np.maximum.accumulate(np.where(pulses != 0, np.arange(n_rows), 0))
    return pulses[:, None], pulses[last]


def test_clipping_is_the_same_in_one_run_and_row_by_row():
    (X, y), (later, _) = held_bit(400, 0), held_bit(60, 1)
    liquid = Liquid(40, row_duration=10.0, dtype="float64", random_state=0)
    feedback = Feedback(noise=0.1, clip=True)
    model = LSMRegressor(liquid, RLS(), feedback).fit([X], [y])
    assert model.closed_loop_.clip.tolist() == [[-1.0], [1.0]]
    outputs = model.predict([later])[0]
    assert np.abs(outputs).max() > 1.001  # so that there is something to clip
    rows = np.concatenate([model.predict_next(later[i : i + 20]) for i in (0, 20, 40)])
    np.testing.assert_allclose(rows, outputs, rtol=1e-6, atol=1e-9)
    free = LSMRegressor(liquid, RLS(), Feedback(noise=0.1)).fit([X], [y])
    assert free.closed_loop_.clip is None
    assert not np.allclose(free.predict([later])[0], outputs, atol=1e-3)


def test_a_feedback_saved_before_it_could_clip():
    feedback = Feedback(weight=0.5)
    del feedback.clip  # as of a file of version 0.2.0
    assert clone(feedback).get_params() == Feedback(weight=0.5).get_params()
    feedback.check()
