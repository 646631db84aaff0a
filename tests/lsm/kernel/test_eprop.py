"""E-prop: compiled and reference, spikes as of the kernel, gradients as of backpropagation."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from lsm.kernel import Lessons, learn_by_eprop, simulate, simulate_reference
from lsm.kernel.eprop import EPropRun, Outputs
from lsm.kernel.eprop_reference import run_reference
from lsm.kernel.network import Plan
from lsm.neurons import LIF, AdaptiveLIF
from lsm.plasticity import EProp
from lsm.spikes import SpikeArray
from lsm.synapses import Delta, Exponential
from tests.helpers.interpreted import as_python
from tests.helpers.networks import make_network
from tests.reference.backpropagation import backpropagate

EPROP = EProp(dampening=0.4, width=0.8)


def outputs(n_neurons, *, softmax=True, random=False, seed=0):
    coef, feedback = np.random.default_rng(seed).normal(0, 0.3, (2, 3, n_neurons))
    return Outputs(coef, np.full(3, 0.1), feedback if random else coef, 0.9, softmax)


def lessons(steps):
    targets = np.random.default_rng(1).dirichlet(np.ones(3), len(steps))
    return Lessons(np.array(steps, dtype=np.int64), targets)


def counts(n_steps=60, n_channels=5, seed=0):
    return np.random.default_rng(seed).poisson(0.3, (n_steps, n_channels))


def close(a, b):
    return np.allclose(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("models", [(LIF, Exponential), (AdaptiveLIF, Delta)])
@pytest.mark.parametrize("graded", [False, True])
@pytest.mark.parametrize("interpreted", [False, True])
def test_the_compiled_run_equals_the_reference_and_has_the_spikes_of_the_kernel(
    models, graded, interpreted, monkeypatch
):
    network = make_network(
        12, models=models, graded=graded, max_delay=4, max_delay_in=3, heterogeneous=True,
        dale=False, noise=0.1,
    )  # fmt: skip
    signal = counts(25) * (1.5 if graded else 1)
    spikes = SpikeArray.from_dense([signal], row_duration=2.0)
    run = EPropRun(network, spikes, [lessons([11, 12, 50])], EPROP)
    head = outputs(12, random=True)
    expected = run.gradient(0, head, run_reference)
    if interpreted:
        as_python(monkeypatch)
        from lsm.kernel import _eprop

        found = run.gradient(0, head, _eprop.run)
    else:
        found = run.gradient(0, head)
    for name in expected._fields:
        assert close(getattr(found, name), getattr(expected, name)), name
    plan = Plan(np.array([0, 1]), np.array([50]), np.ones(1))
    readings, _ = simulate_reference(network, spikes, plan)
    np.testing.assert_array_equal(found.spikes, readings[0, 0])
    assert found.spikes.sum() > 5


@pytest.fixture(scope="module")
def adaptive():
    neurons = AdaptiveLIF(threshold_jump=0.2, tau_threshold=30.0, adaptation_jump=0.1)
    network = make_network(8, density=0.6, models=(AdaptiveLIF, Exponential), seed=3)
    inhibitory = network.inhibitory if network.inhibitory is not None else np.zeros(8, bool)
    parameters = neurons.draw(inhibitory, 1.0, np.random.default_rng(0))
    return replace(network, neurons=neurons, parameters=parameters, delays=2)


def gradients(network, head, lesson, *, x):
    """Return the gradients of e-prop as dense arrays (pre, post), of the input and recurrent."""
    run = EPropRun(network, SpikeArray.from_dense([x]), [lesson], EPROP)
    sums = run.gradient(0, head)
    source, target = run.synapses.source, run.synapses.target
    dense = np.zeros((x.shape[1] + network.n_neurons, network.n_neurons))
    dense[source, target] = sums.gradient
    return dense[: x.shape[1]], dense[x.shape[1] :]


def of_synapses(dense, w):
    return dense * (w.toarray() != 0)


@pytest.mark.parametrize("softmax", [False, True])
def test_the_gradient_is_backpropagation_through_time_without_other_neurons(adaptive, softmax):
    head, lesson, x = outputs(8, softmax=softmax), lessons(range(20, 61)), counts()
    found = gradients(adaptive, head, lesson, x=x)
    cut = backpropagate(adaptive, x, head, lesson, EPROP, recurrence=False, reset=False)
    for mine, theirs, w in zip(found, cut, (adaptive.w_in, adaptive.w), strict=True):
        assert np.abs(mine).max() > 1e-3
        assert close(mine, of_synapses(theirs, w))


def test_without_recurrence_the_gradient_is_backpropagation_through_time(adaptive):
    network = replace(adaptive, w=sparse.csr_array((8, 8)))
    head, lesson, x = outputs(8), lessons(range(1, 61, 3)), counts(seed=1)
    found, _ = gradients(network, head, lesson, x=x)
    whole, _ = backpropagate(network, x, head, lesson, EPROP, recurrence=True, reset=False)
    assert np.abs(found).max() > 1e-3
    assert close(found, of_synapses(whole, network.w_in))


def test_with_recurrence_the_gradient_leaves_a_part_out(adaptive):
    head, lesson, x = outputs(8), lessons(range(20, 61)), counts()
    _, found = gradients(adaptive, head, lesson, x=x)
    _, whole = backpropagate(adaptive, x, head, lesson, EPROP, recurrence=True, reset=False)
    whole = of_synapses(whole, adaptive.w)
    assert not close(found, whole)
    assert np.sum(found * whole) > 0.5 * np.linalg.norm(found) * np.linalg.norm(whole)


@pytest.mark.parametrize("softmax", [False, True])
def test_the_gradient_of_the_outputs_is_that_of_finite_differences(adaptive, softmax):
    lesson, head, h = lessons(range(30, 61)), outputs(8, softmax=softmax), 1e-6
    run = EPropRun(adaptive, SpikeArray.from_dense([counts()]), [lesson], EPROP)
    sums = run.gradient(0, head)
    for part in ("coef", "intercept"):
        array, gradient = getattr(head, part), getattr(sums, part)
        for place in np.ndindex(array.shape):
            losses = []
            for step in (h, -h):
                moved = array.copy()
                moved[place] += step
                losses.append(run.gradient(0, head._replace(**{part: moved})).loss[0])
            assert (losses[0] - losses[1]) / (2 * h) == pytest.approx(gradient[place], abs=1e-6)


def test_eligibility_is_the_derivative_of_the_number_of_spikes(adaptive):
    # With outputs that do not forget, weights of one and the loss y, the gradient is the same sum.
    head = Outputs(np.ones((1, 8)), np.zeros(1), np.ones((1, 8)), 1.0, False)
    spikes = SpikeArray.from_dense([counts()])
    run = EPropRun(adaptive, spikes, [Lessons(np.array([60]), np.zeros((1, 1)))], EPROP)
    y = run.gradient(0, head).spikes.sum()
    run.lessons = [Lessons(np.array([60]), np.array([[y - 1]]))]  # the error is one
    sums = run.gradient(0, head)
    assert close(sums.gradient, sums.eligibility)


@pytest.fixture(scope="module")
def task():
    rng = np.random.default_rng(0)
    labels = np.arange(24) % 2
    X = [rng.poisson(0.2, (60, 5)) * (np.arange(5) % 2 == label) for label in labels]
    taught = [Lessons(np.arange(41, 61), np.tile(np.eye(2)[label], (20, 1))) for label in labels]
    return make_network(15, max_delay=3), SpikeArray.from_dense(X), taught


def learnt(task, eprop, *, seed=0, softmax=True, **options):
    network, spikes, taught = task
    rng = np.random.default_rng(seed)
    return learn_by_eprop(network, spikes, taught, eprop, softmax=softmax, rng=rng, **options)


def signs(w):
    return np.signbit(w.data)


@pytest.mark.parametrize("optimizer", ["adam", "gradient"])
@pytest.mark.parametrize("feedback", ["symmetric", "random"])
def test_learning_lowers_the_loss(task, optimizer, feedback):
    rate = 0.02 if optimizer == "adam" else 0.3
    eprop = EProp(30, rate, feedback=feedback, optimizer=optimizer, batch_size=8)
    _, curve = learnt(task, eprop)
    assert curve.shape == (30,)
    assert curve[-3:].mean() < 0.6 * curve[:3].mean()


def test_synapses_delays_and_signs_stay_and_weights_are_bounded(task):
    before = task[0]
    after, _ = learnt(task, EProp(20, 0.2, w_max=2.0, batch_size=8))
    for old, new in ((before.w, after.w), (before.w_in, after.w_in)):
        np.testing.assert_array_equal(old.indptr, new.indptr)
        np.testing.assert_array_equal(old.indices, new.indices)
        np.testing.assert_array_equal(signs(old), signs(new))
        assert (old.data != new.data).any()
        bound = np.maximum(2 * np.abs(old.data).mean(), np.abs(old.data))
        assert np.all(np.abs(new.data) <= bound * (1 + 1e-12))
    assert np.any(after.w.data == 0)  # a weight that wanted to change its sign
    np.testing.assert_array_equal(before.delays, after.delays)


def test_signs_change_on_request(task):
    after, _ = learnt(task, EProp(20, 0.2, keep_signs=False, batch_size=8))
    assert (signs(after.w) != signs(task[0].w)).any()


@pytest.mark.parametrize(
    ("weights", "changes"), [("recurrent", (False, True)), ("inputs", (True, False))]
)
def test_the_chosen_weights_learn(task, weights, changes):
    after, _ = learnt(task, EProp(2, weights=weights))
    changed = [(getattr(after, w).data != getattr(task[0], w).data).any() for w in ("w_in", "w")]
    assert tuple(changed) == changes


def test_the_result_does_not_depend_on_threads_but_on_the_seed(task):
    eprop = EProp(2, feedback="random", batch_size=10)
    (one, curve), (two, other) = learnt(task, eprop), learnt(task, eprop, n_jobs=3)
    np.testing.assert_array_equal(one.w.data, two.w.data)
    np.testing.assert_array_equal(curve, other)
    assert (learnt(task, eprop, seed=1)[0].w.data != one.w.data).any()


def test_the_rate_penalty_pulls_rates_to_their_target(task):
    network, spikes, _ = task
    plan = Plan(np.arange(25), np.full(24, 60), np.ones(1))
    rates = {}
    for target in (20.0, 60.0):
        after, _ = learnt(
            task, EProp(15, 0.04, rate_penalty=1.0, target_rate=target, batch_size=12)
        )
        rates[target] = simulate(after, spikes, plan, dtype="float64")[0].mean() / 0.06
    assert rates[20.0] < rates[60.0]
    assert rates[20.0] == pytest.approx(20.0, abs=8)
    assert rates[60.0] == pytest.approx(60.0, abs=20)


def test_a_silent_liquid_needs_a_target_rate(task):
    network, spikes, taught = task
    silent = replace(network, bias=np.zeros(15), w_in=network.w_in * 0, w=network.w * 0)
    with pytest.raises(ValueError, match=r"EProp.target_rate='auto'.*set EProp.target_rate=10.0"):
        learnt((silent, spikes, taught), EProp(1))
    learnt((silent, spikes, taught), EProp(1, target_rate=10.0))


def test_a_loss_that_diverges_is_named(task):
    eprop = EProp(50, 1e200, optimizer="gradient", rate_penalty=0.0)
    with pytest.raises(FloatingPointError, match=r"lower EProp.learning_rate=1e\+200"):
        learnt(task, eprop, softmax=False)
