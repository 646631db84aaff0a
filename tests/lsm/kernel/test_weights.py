"""Weights of a fitted liquid: read, replaced, and changed one by one."""

import numpy as np
import pytest
from scipy import sparse

from lsm import Liquid
from lsm.plasticity import PairSTDP, SynapticScaling
from lsm.synapses import TsodyksMarkram
from lsm.topology import ErdosRenyi, FixedWeights, Topology
from tests.helpers.samples import graded_samples, spike_samples

X = spike_samples(6)
N = 30


def drawn(seed, n=N):
    """Return weights and delays of a sparse network, excitatory and inhibitory."""
    rng = np.random.default_rng(seed)
    signs = np.where(np.arange(n) % 4 == 3, -4.0, 1.0)[:, None]
    W = rng.gamma(2.0, 0.2, (n, n)) * (rng.random((n, n)) < 0.3) * signs
    return W.astype(np.float32).astype(float), rng.integers(1, 9, (n, n)).astype(float)


def fixed(W, delay, **params):
    """Fit a liquid of which seeds do not choose the recurrence."""
    return Liquid(topology=FixedWeights(W, delay=delay), random_state=0, **params).fit(X)


def states(liquid):
    return liquid.transform(X).toarray()


@pytest.fixture(scope="module")
def liquid():
    return Liquid(N, topology=ErdosRenyi(delay=(1.0, 9.0)), random_state=0).fit(X)


def test_weights_are_those_of_the_network_and_cannot_be_written(liquid):
    assert (liquid.weights_ != liquid.network_.w).nnz == 0
    with pytest.raises(ValueError, match="read-only"):
        liquid.weights_.data[0] = 1.0
    with pytest.raises(ValueError, match="read-only"):
        liquid.weights_.indices[0] = 1
    W, _ = drawn(0)
    np.testing.assert_array_equal(fixed(W, 1.0).weights_.toarray(), W)


def test_its_own_weights_leave_a_liquid_as_it_is(liquid):
    same = liquid.with_weights(liquid.weights_)
    assert same is not liquid
    np.testing.assert_array_equal(states(same), states(liquid))


@pytest.mark.parametrize("as_matrix", [np.asarray, sparse.csr_array, sparse.coo_array])
def test_other_weights_make_the_liquid_that_is_fitted_with_them(as_matrix):
    (W, delays), (other, _) = drawn(0), drawn(1)
    before = fixed(W, delays)
    unchanged = states(before)
    changed = before.with_weights(as_matrix(other), delay=3.0)
    expected = fixed(other, np.where(W != 0, delays, 3.0))
    assert not np.array_equal(states(changed), unchanged)
    np.testing.assert_array_equal(states(changed), states(expected))
    np.testing.assert_array_equal(states(before), unchanged)
    assert not hasattr(changed, "health_")
    assert before.health_
    assert changed.diagnose(X) == expected.health_


def test_new_synapses_have_the_common_delay_or_must_be_given_one():
    (W, delays), (other, _) = drawn(0), drawn(1)
    np.testing.assert_array_equal(
        states(fixed(W, 2.0).with_weights(other)), states(fixed(other, 2.0))
    )
    with pytest.raises(ValueError, match=r"delay must be given for new synapses, .* delay=1.0"):
        fixed(W, delays).with_weights(other)
    np.testing.assert_array_equal(  # no new ones
        states(fixed(W, delays).with_weights(W / 2)), states(fixed(W / 2, delays))
    )


@pytest.mark.parametrize("delay", ["auto", 5.0])
@pytest.mark.parametrize("exists", [True, False])
def test_one_weight_is_set(exists, delay):
    W, _ = drawn(0)
    post = int(np.flatnonzero((W[2] != 0) == exists)[0])
    liquid = fixed(W, 2.0)
    assert liquid.set_weight(2, post, 3.5, delay=delay) is liquid
    W[2, post] = 3.5
    delays = np.full((N, N), 2.0)
    if delay != "auto":
        delays[2, post] = delay
    np.testing.assert_array_equal(liquid.weights_.toarray(), W)
    np.testing.assert_array_equal(states(liquid), states(fixed(W, delays)))
    assert not hasattr(liquid, "health_")


def test_a_weight_of_zero_has_no_effect_and_stays_a_synapse():
    W, _ = drawn(0)
    pre, post = np.argwhere(W < 0)[0]
    liquid = fixed(W, 1.0).set_weight(pre, post, 0.0)
    assert liquid.weights_.nnz == np.count_nonzero(W)
    assert np.signbit(liquid.weights_.data).sum() == (W < 0).sum()  # it still inhibits
    W[pre, post] = 0
    np.testing.assert_array_equal(states(liquid), states(fixed(W, 1.0)))


def test_dynamic_synapses_keep_their_parameters():
    W, _ = drawn(0)
    liquid = fixed(W, 1.0, short_term_plasticity=TsodyksMarkram(cv=0.3))
    kept = W * (np.random.default_rng(3).random((N, N)) < 0.5)
    silenced = sparse.csr_array(W)
    silenced.data[kept[silenced.tocoo().coords] == 0] = 0
    np.testing.assert_array_equal(
        states(liquid.with_weights(kept)), states(liquid.with_weights(silenced))
    )
    with pytest.raises(ValueError, match=r"1 synapses are new, .*Liquid.short_term_plasticity"):
        liquid.set_weight(*np.argwhere(W == 0)[0], 1.0)


class Twice(Topology):
    """Two synapses from each neuron to the next."""

    def __init__(self, inhibitory=0.2, weights="auto", delay=1.0):
        self.inhibitory, self.weights, self.delay = inhibitory, weights, delay

    def connect(self, n_neurons, inhibitory, rng):
        return np.arange(n_neurons + 1) * 2, np.repeat((np.arange(n_neurons) + 1) % n_neurons, 2)


def test_several_synapses_of_a_pair_are_refused():
    liquid = Liquid(20, topology=Twice(), calibration=None, random_state=0)
    liquid.set_params(inputs__weight=3.0).fit(X)
    for change in (lambda: liquid.with_weights(np.eye(20)), lambda: liquid.set_weight(0, 1, 1.0)):
        with pytest.raises(ValueError, match=r"several synapses .* topology=FixedWeights\(W\)"):
            change()
    assert fixed(liquid.weights_.toarray(), 1.0).weights_.nnz == 20  # the way out


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda one: one.with_weights(np.eye(3)), ValueError, "W must be a matrix of 30 x 30"),
        (lambda one: one.with_weights("W"), ValueError, "W must be a matrix of 30 x 30"),
        (lambda one: one.with_weights(np.full((N, N), np.nan)), ValueError, "got NaN, infinity"),
        (lambda one: one.with_weights(np.full((N, N), 1e300)), ValueError, "beyond float32"),
        (lambda one: one.with_weights(np.eye(N), delay=-1.0), ValueError, "delay must be"),
        (lambda one: one.with_weights(np.eye(N), delay="late"), TypeError, "delay must be"),
        (lambda one: one.with_weights(np.eye(N), delay=0.1), ValueError, "less than half a step"),
        (lambda one: one.set_weight(30, 0, 1.0), ValueError, "pre must be an integer .* <= 29"),
        (lambda one: one.set_weight(0, 1.5, 1.0), TypeError, "post must be an integer"),
        (lambda one: one.set_weight(0, 1, np.inf), ValueError, "weight must be a finite number"),
    ],
)
def test_bad_weights_are_refused_and_change_nothing(liquid, call, error, message):
    before = states(liquid)
    with pytest.raises(error, match=message):
        call(liquid)
    np.testing.assert_array_equal(states(liquid), before)
    assert liquid.health_


def test_weights_before_learning_are_kept():
    params = {"n_neurons": N, "random_state": 0, "dtype": "float64"}
    untaught, learnt = Liquid(**params).fit(X), Liquid(plasticity=PairSTDP(), **params).fit(X)
    assert untaught.weights_before_ is None
    assert (learnt.weights_before_ != untaught.weights_).nnz == 0
    assert (learnt.weights_ != learnt.weights_before_).nnz > 0
    learnt.partial_fit(X)
    assert (learnt.weights_before_ != untaught.weights_).nnz == 0
    assert learnt.set_params(plasticity=None).fit(X).weights_before_ is None


def test_a_copy_learns_on_its_own():
    liquid = Liquid(N, homeostasis=SynapticScaling(target_rate=20.0), random_state=0).fit(X)
    copy = liquid.with_weights(liquid.weights_)
    before = liquid.weights_.toarray()
    copy.partial_fit(X).set_params(neurons__tau_m=5.0)
    np.testing.assert_array_equal(liquid.weights_.toarray(), before)
    assert liquid.get_params()["neurons__tau_m"] != 5.0
    liquid.partial_fit(X)
    np.testing.assert_array_equal(liquid.weights_.toarray(), copy.weights_.toarray())


def test_cached_states_are_those_of_the_weights(tmp_path):
    W, _ = drawn(0)
    cached = fixed(W, 1.0, memory=tmp_path)
    states(cached)
    np.testing.assert_array_equal(
        states(cached.with_weights(W / 2)), states(fixed(W, 1.0).with_weights(W / 2))
    )
    np.testing.assert_array_equal(
        states(cached.set_weight(0, 1, 2.0)), states(fixed(W, 1.0).set_weight(0, 1, 2.0))
    )


def test_weights_of_rate_neurons_and_of_no_recurrence():
    currents = graded_samples(4)
    rates = Liquid.echo_state(n_neurons=20, random_state=0).fit(currents)
    halved = rates.with_weights(rates.weights_ / 2)
    np.testing.assert_array_equal(2 * halved.weights_.toarray(), rates.weights_.toarray())
    assert not np.array_equal(halved.trajectory(currents)[0], rates.trajectory(currents)[0])
    alone = Liquid(20, topology=ErdosRenyi(fan_out=0), random_state=0).fit(X)
    assert alone.set_weight(0, 1, 2.0).weights_.toarray()[0, 1] == 2.0


def test_an_unfitted_liquid_has_no_weights():
    for call in (lambda: Liquid().weights_, lambda: Liquid().with_weights(np.eye(3))):
        with pytest.raises(ValueError, match="not fitted"):
            call()
