"""Parameters that are set after a fit, and fits that fail."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from lsm import Liquid, Snapshots, SpikeArray
from lsm.neurons import LIF
from lsm.synapses import Sampled
from lsm.topology import FixedWeights

pytestmark = pytest.mark.filterwarnings("ignore:the liquid")


def samples(n_channels=5):
    return (np.random.default_rng(0).random((6, 200, n_channels)) < 0.05).astype(int)


def same(one, other):
    return (one != other).nnz == 0


@pytest.mark.parametrize("snapshots", [Snapshots(), Snapshots(feature="trace", n=2)], ids=repr)
def test_the_clock_of_a_fitted_liquid_stays_until_the_next_fit(snapshots):
    X = samples()
    liquid = Liquid(50, snapshots=snapshots, random_state=0).fit(X)
    packed = SpikeArray.from_dense(X)
    before = liquid.transform(X), liquid.trajectory(X[:1])[0], liquid.diagnose(X)
    liquid.set_params(dt=0.5)
    assert same(liquid.transform(X), before[0])
    assert same(liquid.transform(packed), before[0])
    np.testing.assert_array_equal(liquid.trajectory(X[:1])[0], before[1])
    assert liquid.diagnose(X) == before[2]
    assert not same(clone(liquid).fit(X).transform(X), before[0])
    patterns = X[:, 0] + np.arange(5.0)
    static = Liquid(50, snapshots=snapshots, random_state=0).fit(patterns)
    before = static.transform(patterns)
    assert same(static.set_params(static_steps=7).transform(patterns), before)


def test_a_model_changed_after_fit_acts_in_the_next_fit():
    X = samples()
    liquid = Liquid(50, synapses=Sampled((1.0, 0.5, 0.2)), random_state=0).fit(X)
    before = liquid.transform(X)
    liquid.set_params(synapses__kernel_exc=(1.0, 5.0, 5.0))
    assert same(liquid.transform(X), before)
    assert not same(liquid.fit(X).transform(X), before)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"dtype": "int32"}, "Liquid.dtype must be one of 'float32', 'float64', got 'int32'"),
        ({"dtype": "float16"}, "Liquid.dtype must be one of"),
        ({"snapshots__feature": "foo"}, "Snapshots.feature must be one of .* got 'foo'"),
        ({"snapshots__n": 0}, "Snapshots.n must be an integer >= 1, got 0"),
        ({"n_jobs": 1.5}, "Liquid.n_jobs must be an integer"),
    ],
)
def test_parameters_that_act_at_once_are_checked_at_once(params, message):
    X = samples()
    liquid = Liquid(20, random_state=0).fit(X).set_params(**params)
    for call in (liquid.transform, liquid.record, liquid.trajectory):
        with pytest.raises((TypeError, ValueError), match=message):
            call(X)
    with pytest.raises((TypeError, ValueError), match=message):
        liquid.get_feature_names_out()


def test_a_fit_that_fails_leaves_nothing_behind():
    constant = np.ones((2, 50, 3))
    liquid = Liquid(20, random_state=0)
    with pytest.raises(ValueError, match="constant"):
        liquid.fit(constant)
    with pytest.raises(NotFittedError):
        liquid.transform(constant)
    X = samples()
    fitted = vars(liquid.fit(X)).copy()
    liquid.set_params(n_neurons=30)
    with pytest.raises(ValueError, match="constant"):
        liquid.fit(constant)
    assert vars(liquid) == fitted | {"n_neurons": 30}


def test_an_array_for_two_neurons_has_the_value_of_each():
    pair = FixedWeights([[0.0, 0.5], [0.5, 0.0]])
    for tau_m, expected in ((np.array([10.0, 20.0]), [10, 20]), ((10.0, 20.0), [10, 10])):
        liquid = Liquid(topology=pair, neurons=LIF(tau_m=tau_m), calibration=None).fit(samples())
        np.testing.assert_array_equal(liquid.parameters_["tau_m"], expected)
    with pytest.raises(ValueError, match=r"LIF.refractory must be a finite number .*nan"):
        Liquid(20, neurons=LIF(refractory=[2.0, np.nan])).fit(samples())
