"""Tests of every readout that learns to spike at given times."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import SpikeArray
from lsm.distances import van_rossum
from lsm.readout import ReSuMe, SuperSpike

BOTH = pytest.mark.parametrize("rule", [ReSuMe, SuperSpike])


@parametrize_with_checks([rule(n_epochs=20, random_state=0) for rule in (ReSuMe, SuperSpike)])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def train_task(seed, n_channels=400, duration=400, rate=5.0):
    """Return one Poisson pattern and target times at 20 Hz, 5 ms apart or more."""
    rng = np.random.default_rng(seed)
    X = (rng.random((1, duration, n_channels)) < rate / 1000).astype(int)
    times = np.floor(np.cumsum(rng.exponential(50, 100) + 5))
    return X, times[(times > 20) & (times < duration)]


def as_target(times, duration=400.0):
    return SpikeArray.from_events([(times, np.zeros(len(times), int))], 1, duration)


@BOTH
@pytest.mark.parametrize("seed", range(3))
def test_a_target_train_is_learnt_within_two_milliseconds(seed, rule):
    X, times = train_task(seed)
    model = rule(random_state=seed).fit(X, as_target(times))
    ((response, _),) = model.predict(X).to_events()
    assert len(response) == len(times)
    assert np.abs(response - times).max() <= 2
    assert model.distances_[0] > 1 > model.distances_.min()


@BOTH
def test_the_distance_is_that_of_van_rossum(rule):
    X, times = train_task(3)
    target = as_target(times)
    model = rule(n_epochs=3, random_state=0).fit(X, target)
    both = SpikeArray.concatenate([model.predict(X), target])
    expected = van_rossum(both, tau=model.tau)[0, 1]
    assert model.distances_.min() == pytest.approx(expected)


def test_a_strong_input_makes_a_spike_and_the_reset_takes_its_effect():
    X = SpikeArray.from_events([([10.0], [0])], 1, 60.0)
    model = ReSuMe(n_epochs=1, random_state=0).fit(X, SpikeArray.from_events([([], [])], 1, 60.0))
    for weight, n_spikes in ((0.9, 0), (1.05, 1), (4.0, 3)):
        model.weights_ = np.array([[weight]])
        assert len(model.predict(X).rows) == n_spikes


@BOTH
def test_classes_are_told_by_their_trains(rule):
    rng = np.random.default_rng(0)
    y = np.array(["one", "two", "three"])[np.arange(45) % 3]
    templates = {label: rng.random((120, 40)) < 0.02 for label in np.unique(y)}
    X = [(templates[label] & (rng.random((120, 40)) < 0.8)).astype(int) for label in y]
    model = rule(random_state=0).fit(X[:30], y[:30])
    assert model.score(X[30:], y[30:]) > 0.9
    assert model.decision_function(X).shape == (45, 3)
    two = clone(model).fit(X[:20:3] + X[1:20:3], [0] * 7 + [1] * 7)
    assert two.decision_function(X).shape == (45,)


class TestRefusals:
    X = np.random.default_rng(0).poisson(0.1, (2, 30, 3))

    def test_other_targets_are_refused_with_a_way_out(self):
        with pytest.raises(ValueError, match="X has 2 samples, and y has 1 target trains"):
            ReSuMe().fit(self.X, as_target([3.0], 30.0))
        late = SpikeArray.from_events([([3.0], [0]), ([35.0], [0])], 1, 40.0)
        with pytest.raises(ValueError, match=r"y\[1\] has a target spike after the end of X\[1\]"):
            ReSuMe().fit(self.X, late)
        twice = SpikeArray.from_events([([3.0, 3.0], [0, 0]), ([], [])], 1, 30.0)
        with pytest.raises(ValueError, match="y has several target spikes of a neuron in a step"):
            ReSuMe().fit(self.X, twice)
        with pytest.raises(ValueError, match="y must hold spike trains, got graded currents"):
            ReSuMe().fit(self.X, SpikeArray.from_dense(np.ones((2, 30, 1))))

    def test_scores_of_classes_need_classes(self):
        trains = SpikeArray.from_events([([3.0], [0]), ([9.0], [0])], 1, 30.0)
        model = ReSuMe(n_epochs=1, random_state=0).fit(self.X, trains)
        with pytest.raises(AttributeError, match="call predict"):
            model.decision_function(self.X)

    @pytest.mark.parametrize(
        ("params", "message"),
        [
            ({"tau_s": 10.0}, r"ReSuMe\.tau_s must be a finite number > 0 and < 10"),
            ({"tau": 0.0}, r"ReSuMe\.tau must be a finite number > 0"),
            ({"a": -1.0}, r"ReSuMe\.a must be a finite number >= 0"),
            ({"w_max": 0.0}, r"ReSuMe\.w_max must be a finite number > 0"),
            ({"n_epochs": 0}, r"ReSuMe\.n_epochs must be an integer >= 1"),
        ],
    )
    def test_an_invalid_parameter_is_refused_by_its_name(self, params, message):
        with pytest.raises(ValueError, match=message):
            ReSuMe(**params).fit(self.X, [0, 1])


def test_parameters_of_the_trains_of_classes_that_are_set_after_fit():
    X = np.eye(3, dtype=int)[np.arange(60).reshape(4, 15) % 3]
    readout = ReSuMe(n_epochs=1, interval=1e300, random_state=0).fit(X, [0, 1, 0, 1])
    with pytest.raises(TypeError, match=r"ReSuMe\.interval must be"):
        readout.set_params(interval="x").predict(X)
