"""ReSuMe against hand computations, the distances of lsm.distances and its readable form."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import SpikeArray
from lsm.distances import van_rossum
from lsm.readout import ReSuMe
from lsm.readout.resume import learn, reference_learn
from lsm.readout.spike_readout import Trains, potential_kernel
from tests.helpers.interpreted import as_python


@parametrize_with_checks([ReSuMe(n_epochs=50, random_state=0)])
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


@pytest.mark.parametrize("seed", range(3))
def test_a_target_train_is_learnt_within_two_milliseconds(seed):
    X, times = train_task(seed)
    model = ReSuMe(random_state=seed).fit(X, as_target(times))
    ((response, _),) = model.predict(X).to_events()
    assert len(response) == len(times)
    assert np.abs(response - times).max() <= 2
    assert model.distances_[0] > 1 > model.distances_.min()


def test_the_distance_is_that_of_van_rossum():
    X, times = train_task(3)
    target = as_target(times)
    model = ReSuMe(n_epochs=3, random_state=0).fit(X, target)
    both = SpikeArray.concatenate([model.predict(X), target])
    expected = van_rossum(both, tau=model.tau)[0, 1]
    assert model.distances_.min() == pytest.approx(expected)


KERNEL = potential_kernel("ReSuMe", 10.0, 2.5, 1.0)


@pytest.mark.parametrize("interpreted", [False, True])
def test_the_compiled_rule_is_the_readable_one(interpreted, monkeypatch):
    if interpreted:
        as_python(monkeypatch)
    rng = np.random.default_rng(0)
    rasters = [rng.poisson(0.1, (40 + i, 6)) for i in range(5)]
    targets = [(rng.random((40 + i, 2)) < 0.05).astype(int) for i in range(5)]
    inputs, wanted = (
        Trains.of(SpikeArray.from_dense(part), 1.0, "ReSuMe") for part in (rasters, targets)
    )
    weights = rng.normal(size=(2, 6)) + 0.5
    expected = weights.copy()
    parameters = (0.1, 0.2, 0.5, KERNEL, 0.8)
    order = rng.permutation(5)
    total = learn(
        *inputs.arrays, wanted.steps, wanted.channels, wanted.offsets, order, weights, *parameters
    )
    assert total == pytest.approx(reference_learn(rasters, targets, order, expected, *parameters))
    assert total > 5
    np.testing.assert_allclose(weights, expected, rtol=1e-10)
    assert np.abs(weights).max() <= 0.5  # the bound, which most first weights exceed


def test_one_correction_by_hand():
    # A spike at 3 ms, no response, and a target at 8 ms: the trace is exp(-5 / 4).
    weights = np.zeros((1, 1))
    events = np.array([3]), np.array([0]), np.ones(1), np.array([0, 1]), np.array([20])
    wanted = np.array([8]), np.array([0]), np.array([0, 1])
    decay = np.exp(-1 / 4)
    total = learn(*events, *wanted, np.array([0]), weights, 0.5, 0.1, 9.0, KERNEL, decay)
    assert weights[0, 0] == pytest.approx(0.5 * (0.1 + np.exp(-5 / 4)))
    assert total == pytest.approx(0.5)  # one spike from an empty train


def test_a_strong_input_makes_a_spike_and_the_reset_takes_its_effect():
    X = SpikeArray.from_events([([10.0], [0])], 1, 60.0)
    model = ReSuMe(n_epochs=1, random_state=0).fit(X, SpikeArray.from_events([([], [])], 1, 60.0))
    for weight, n_spikes in ((0.9, 0), (1.05, 1), (4.0, 3)):
        model.weights_ = np.array([[weight]])
        assert len(model.predict(X).rows) == n_spikes


def test_classes_are_told_by_their_trains():
    rng = np.random.default_rng(0)
    y = np.array(["one", "two", "three"])[np.arange(45) % 3]
    templates = {label: rng.random((120, 40)) < 0.02 for label in set(y)}
    X = [(templates[label] & (rng.random((120, 40)) < 0.8)).astype(int) for label in y]
    model = ReSuMe(random_state=0).fit(X[:30], y[:30])
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
            ({"n_epochs": 0}, r"ReSuMe\.n_epochs must be an integer >= 1"),
        ],
    )
    def test_an_invalid_parameter_is_refused_by_its_name(self, params, message):
        with pytest.raises(ValueError, match=message):
            ReSuMe(**params).fit(self.X, [0, 1])
