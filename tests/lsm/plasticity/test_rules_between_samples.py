"""Rules that act between samples: what they keep, and what they bring about."""

import warnings

import numpy as np
import pytest
from scipy import stats

from lsm import Liquid, Snapshots
from lsm.neurons import LIF, LeakyTanh
from lsm.plasticity import Homeostasis, IntrinsicPlasticity, PairSTDP, Rewiring, SynapticScaling
from lsm.synapses import TsodyksMarkram
from lsm.topology import Column, ErdosRenyi, FixedWeights, Weights


def samples(n_samples, n_steps=500, n_channels=20, seed=0):
    return np.random.default_rng(seed).poisson(0.05, (n_samples, n_steps, n_channels))


def fitted(X, **params):
    """Fit a liquid of a hundred neurons, without complaint about its health."""
    defaults = {"n_neurons": 100, "dtype": "float64", "random_state": 0}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return Liquid(**defaults | params).fit(X)


def excitatory_sums(network):
    return np.maximum(network.w.toarray(), 0).sum(axis=0)


def rates(liquid, X):
    """Return each neuron's rate in Hz."""
    counts = liquid.set_params(snapshots=Snapshots()).transform(X).toarray()
    return counts.mean(axis=0) / (X.shape[1] / 1000)


def test_scaling_keeps_each_neurons_sum_and_the_proportions_of_plasticity():
    X, rule = samples(10), PairSTDP(a_plus=0.05)
    fixed, free = fitted(X), fitted(X, plasticity=rule)
    scaled = fitted(X, plasticity=rule, homeostasis=SynapticScaling())
    before = excitatory_sums(fixed.network_)
    np.testing.assert_allclose(excitatory_sums(scaled.network_), before, rtol=1e-4)
    assert not np.allclose(excitatory_sums(free.network_), before, rtol=0.05)
    assert not np.allclose(scaled.network_.w.data, fixed.network_.w.data, rtol=0.05)
    # one sample: what plasticity did, times a factor for each neuron
    once = [fitted(X[:1], plasticity=rule, homeostasis=h) for h in (None, SynapticScaling())]
    free, scaled = (liquid.network_.w.data for liquid in once)
    target = once[0].network_.w.indices
    ratio = np.divide(scaled, free, out=np.ones_like(free), where=free > 0)
    for neuron in range(100):
        np.testing.assert_allclose(ratio[(target == neuron) & (free > 0)].std(), 0, atol=1e-6)


def test_scaling_brings_rates_to_their_target():
    """Without a bias and without inhibition, the weights alone set the rate."""
    X = samples(80)
    params = {
        "topology": ErdosRenyi(fan_in=20, inhibitory=0.0, weights=Weights(gain=0.5)),
        "neurons": LIF(bias=stats.uniform(0.9, 0.4)),
    }
    without = fitted(X[:1], **params)
    scaled = fitted(X, homeostasis=SynapticScaling(target_rate=30.0, tau=3000.0), **params)
    driven = excitatory_sums(scaled.network_) > 0
    found = rates(scaled, X[-20:])[driven]
    assert np.abs(rates(without, X[-20:]) - 30).mean() > 4 * np.abs(found - 30).mean()
    assert np.median(np.abs(found - 30)) < 3


@pytest.mark.parametrize("rate", [20.0, (30.0, 10.0), stats.uniform(20, 20)])
def test_intrinsic_plasticity_brings_spread_out_rates_to_their_target(rate):
    X = samples(80)
    without = fitted(X)
    liquid = fitted(X, homeostasis=IntrinsicPlasticity(target_rate=rate, learning_rate=0.3))
    if hasattr(rate, "rvs"):
        targets = np.sort(rate.ppf((np.arange(100) + 0.5) / 100))
        before, after = np.sort(rates(without, X[-20:])), np.sort(rates(liquid, X[-20:]))
    else:
        targets = np.where(liquid.inhibitory_, *np.broadcast_to(rate, 2)[::-1])
        before, after = rates(without, X[-20:]), rates(liquid, X[-20:])
    assert np.abs(before - targets).mean() > 8
    assert np.abs(after - targets).mean() < 2
    assert (liquid.network_.w != without.network_.w).nnz == 0


def test_silenced_weights_stay_numbers_however_fast_the_scaling():
    X = [np.tile(x, (5, 1)) for x in samples(4)]
    rule = {"plasticity": PairSTDP(a_plus=0.0, a_minus=2.0)}
    liquid = fitted(X, homeostasis=SynapticScaling(target_rate=5.0, tau=0.5), **rule)
    assert (liquid.network_.w.data == 0).any()
    assert np.isfinite(liquid.network_.w.data).all()


def test_inhibitory_neurons_that_reach_nobody_have_their_own_rate():
    params = {"topology": ErdosRenyi(fan_in=1), "random_state": 1}
    X, rule = samples(1), IntrinsicPlasticity(target_rate=(5.0, 20.0), learning_rate=0.1)
    before, after = fitted(X, **params), fitted(X, homeostasis=rule, **params)
    alone = before.inhibitory_ & (np.diff(before.network_.w.indptr) == 0)
    assert alone.any()
    change = 0.1 * 0.5 * (1 - rates(before, X) / np.where(before.inhibitory_, 20, 5))
    moved = after.network_.bias - before.network_.bias
    np.testing.assert_allclose(moved, change, atol=1e-12)


def test_targets_of_a_distribution_are_drawn_once():
    X, rule = samples(3), IntrinsicPlasticity(target_rate=stats.expon(1, 9))
    [one] = {fitted(X, homeostasis=rule).network_.bias.tobytes() for _ in range(2)}
    assert fitted(X, homeostasis=rule, random_state=1).network_.bias.tobytes() != one


KINDS = {"U": (0.5, 0.05, 0.25, 0.32), "D": (1100.0, 125.0, 700.0, 144.0)}
DELAYS = (2.0, 3.0, 4.0, 5.0)


@pytest.fixture(scope="module")
def columns():
    """A column before and after rewiring, where delays and dynamics tell the kind of synapse."""
    X, topology = samples(5, 100), Column(shape=(6, 6, 3), delay=DELAYS)
    params = {"topology": topology, "n_neurons": "auto", "calibration": None}
    dynamics = TsodyksMarkram(**KINDS)
    before = fitted(X, short_term_plasticity=dynamics, **params)
    rule = Rewiring(share=0.1)
    after = fitted(X, short_term_plasticity=dynamics, homeostasis=rule, **params)
    return before, after


def test_rewiring_keeps_numbers_signs_and_order(columns):
    before, after = (liquid.network_.w for liquid in columns)
    assert after.nnz == before.nnz
    assert np.sum(after.data > 0) == np.sum(before.data > 0)
    inhibitory = columns[0].inhibitory_
    assert (after[inhibitory] != before[inhibitory]).nnz == 0
    assert after[~inhibitory].data.min() >= 0
    assert not after.diagonal().any()
    assert after.has_canonical_format  # sorted, without duplicates


def test_rewiring_prunes_the_weakest(columns):
    before, after = (liquid.network_.w.toarray() for liquid in columns)
    gone = (before > 0) & (after == 0)
    stayed = (before > 0) & (after == before)
    assert gone.sum() > 0.3 * np.sum(before > 0)
    assert before[gone].max() < np.median(before[stayed])


def test_what_is_regrown_is_of_the_wiring_rule_with_all_that_a_synapse_has(columns):
    liquid = columns[1]
    network, inhibitory = liquid.network_, liquid.inhibitory_
    pre = np.repeat(np.arange(len(inhibitory)), np.diff(network.w.indptr))
    kind = 2 * inhibitory[pre] + inhibitory[network.w.indices]
    np.testing.assert_array_equal(network.delays, np.array(DELAYS)[kind])
    for values, name in zip(network.short_term, KINDS, strict=False):
        np.testing.assert_array_equal(values, np.array(KINDS[name])[kind])
    new = (network.w.toarray() > 0) & (columns[0].network_.w.toarray() == 0)
    positions = liquid.positions_
    distances = np.linalg.norm(positions[:, None] - positions, axis=-1)
    old = columns[0].network_.w.toarray() > 0
    assert distances[new].mean() == pytest.approx(distances[old].mean(), rel=0.1)
    assert distances[old].mean() < 0.7 * distances.mean()


def test_rewiring_is_a_function_of_the_seed_and_of_delays_that_all_share():
    X, rule = samples(4, 100), Rewiring(share=0.2)
    one, same = (fitted(X, homeostasis=rule).network_ for _ in range(2))
    np.testing.assert_array_equal(one.w.toarray(), same.w.toarray())
    other = fitted(X, homeostasis=rule, random_state=1).network_
    assert not np.array_equal(one.w.toarray(), other.w.toarray())
    assert set(np.unique(one.delays)) == {1}


def test_a_wiring_that_offers_nothing_new_stays():
    matrix = np.diag(np.ones(9), 1)
    X, params = samples(3, 100), {"n_neurons": "auto", "topology": FixedWeights(matrix)}
    liquid = fitted(X, homeostasis=Rewiring(share=0.5), calibration=None, **params)
    np.testing.assert_array_equal(liquid.network_.w.toarray(), matrix)


def test_several_rules_act_together():
    X = samples(40)
    rule = Homeostasis(
        Rewiring(0.05), SynapticScaling(), IntrinsicPlasticity(12.0, learning_rate=0.3)
    )
    liquid, without = fitted(X, homeostasis=rule), fitted(X)
    before = excitatory_sums(without.network_)
    after = excitatory_sums(liquid.network_)
    both = (before > 0) & (after > 0)
    np.testing.assert_allclose(after[both], before[both], rtol=1e-3)
    assert (liquid.network_.w != without.network_.w).nnz > 0
    assert np.abs(rates(liquid, X[-20:]) - 12).mean() < 3
    named = Liquid(homeostasis=rule).set_params(homeostasis__intrinsic__target_rate=7.0)
    assert named.homeostasis.intrinsic.target_rate == 7.0


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (
            SynapticScaling(target_rate=0),
            "SynapticScaling.target_rate must be a finite number > 0 or None, got 0",
        ),
        (SynapticScaling(tau=-1.0), "SynapticScaling.tau must be a finite number > 0, got -1"),
        (
            IntrinsicPlasticity(target_rate=-3),
            "IntrinsicPlasticity.target_rate must be .* > 0, got -3",
        ),
        (IntrinsicPlasticity(target_rate=[1, 2, 3]), r"for each of 100 neurons, got shape \(3,\)"),
        (
            IntrinsicPlasticity(learning_rate="slow"),
            "IntrinsicPlasticity.learning_rate must be a number",
        ),
        (Rewiring(share=1.5), "Rewiring.share must be a finite number >= 0 and <= 1, got 1.5"),
        (Homeostasis(scaling=SynapticScaling(w_max=0)), "SynapticScaling.w_max must be"),
        (Homeostasis(rewiring=Rewiring), "Homeostasis.rewiring must be a rule that acts between"),
        (Homeostasis(rewiring=PairSTDP()), "Homeostasis.rewiring must be a rule that acts"),
        (PairSTDP(), "Liquid.homeostasis must be an object"),
    ],
)
def test_what_is_outside_its_meaning_is_refused(rule, message):
    with pytest.raises((ValueError, TypeError), match=message):
        fitted(samples(2, 50), homeostasis=rule)


@pytest.mark.parametrize("rule", [IntrinsicPlasticity(), SynapticScaling(target_rate=5.0)])
def test_rates_of_neurons_without_spikes_are_refused(rule):
    message = f"{type(rule).__name__} needs spikes, which neurons of LeakyTanh"
    with pytest.raises(ValueError, match=message):
        fitted(samples(2, 50), neurons=LeakyTanh(), homeostasis=rule)
