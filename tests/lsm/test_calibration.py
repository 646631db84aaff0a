"""Calibration: useful liquids for input of any kind, the gains, and invalid parameters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lsm import Calibration, Liquid, SpikeArray, statistics
from lsm.calibration import echo_state_index
from lsm.neurons import LIF
from lsm.synapses import Exponential
from lsm.topology import ErdosRenyi
from tests.helpers.samples import graded_samples, spike_samples


@settings(max_examples=12)
@given(
    scale=st.sampled_from([1e-3, 1.0, 1e3]),
    offset=st.sampled_from([0.0, 10.0]),
    n_channels=st.sampled_from([1, 2, 40]),
    seed=st.integers(0, 100),
)
def test_calibration_makes_graded_input_of_any_scale_useful(scale, offset, n_channels, seed):
    X = graded_samples(20, n_channels, scale, offset * scale, seed)
    liquid = Liquid(n_neurons=150, random_state=seed).fit(X)
    assert 15 < liquid.calibrated_.input_rate < 40
    assert 5 < liquid.health_.rate <= 60
    assert liquid.health_.echo_state_index <= 0.11
    assert liquid.health_.complaint() is None


@settings(max_examples=12)
@given(
    rate=st.sampled_from([0.005, 0.05, 0.5]),
    n_channels=st.sampled_from([2, 30, 300]),
    seed=st.integers(0, 100),
)
def test_calibration_makes_spike_trains_of_any_rate_useful(rate, n_channels, seed):
    liquid = Liquid(n_neurons=150, random_state=seed)
    liquid.fit(spike_samples(20, n_channels, rate, seed))
    assert 15 < liquid.calibrated_.input_rate < 40
    assert 5 < liquid.health_.rate <= 60
    assert liquid.health_.complaint() is None


def test_one_long_series_is_calibrated_on_its_pieces():
    series = np.random.default_rng(0).normal(size=(20000, 1)).cumsum(axis=0)
    liquid = Liquid(n_neurons=100, random_state=0).fit([series])
    assert liquid.health_.complaint() is None
    assert liquid.health_.duration == 500


def test_the_bias_cancels_the_mean_current_of_the_input():
    X = spike_samples(rate=0.2)
    liquid = Liquid(n_neurons=50, random_state=0, topology=ErdosRenyi(fan_out=0)).fit(X)
    network = liquid.network_
    rates = np.concatenate(X).mean(axis=0)
    # The exponential current of one spike has area weight * tau_syn, in nA ms.
    tau = np.where(network.w_in.toarray() > 0, 5.0, 10.0)
    mean = rates @ (network.w_in.toarray() * tau)
    # Exact in the limit of small steps; the current is a little smaller with steps of 1 ms.
    np.testing.assert_allclose(-network.bias, mean, rtol=0.12, atol=0.05)


@pytest.mark.parametrize("X", [np.ones((5, 30, 2)), np.zeros((5, 30, 2), dtype=int)])
def test_constant_and_silent_input_is_refused(X):
    with pytest.raises(ValueError, match="constant or silent in every channel"):
        Liquid(n_neurons=20, random_state=0).fit(X)
    with pytest.warns(UserWarning, match="the liquid is nearly silent"):
        Liquid(n_neurons=20, random_state=0, calibration=None).fit(0 * X)


def test_an_offset_that_single_precision_cannot_hold_is_named():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(8, 100, 2))
    with pytest.raises(ValueError, match=r"near 1e\+08 differ by 8 or more: .*subtract its mean"):
        Liquid(20, random_state=0).fit(X + 1e8)
    with pytest.warns(UserWarning, match=r"channel 1 of X has the mean 1e\+06 .*subtract"):
        Liquid(20, random_state=0).fit(X + [0.0, 1e6])
    with pytest.warns(UserWarning, match=r"channel 0 of X has the mean 1e\+09 .* deviation 0,"):
        Liquid(20, random_state=0).fit(X + [1e9, 0.0])
    moved, centred = X + 1e8, X - X.mean(axis=(0, 1))
    back = moved - moved.mean(axis=(0, 1))  # the way out
    rates = [Liquid(20, random_state=0).fit(part).health_.rate for part in (back, centred)]
    assert rates[0] == pytest.approx(rates[1], rel=0.05)


@pytest.mark.parametrize("constant", [0.1, -7.3, 1e5])
def test_a_constant_channel_beside_others_has_no_deviation(constant):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(7, 31, 2)) * [1.0, 0.0] + [0.0, constant]
    mean, std = SpikeArray.from_dense(X).channel_moments()
    assert std[1] == 0
    np.testing.assert_allclose(std[0], X[:, :, 0].std(), rtol=1e-6)
    np.testing.assert_allclose(mean, X.mean(axis=(0, 1)), rtol=1e-5)


def test_a_rate_that_no_gain_reaches_is_refused_with_a_remedy():
    X, tonic = spike_samples(), LIF(bias=50.0)
    message = "no input gain has a rate near Calibration.input_rate=25 Hz; .*threshold or bias"
    with pytest.raises(ValueError, match=message):
        Liquid(n_neurons=20, neurons=tonic, random_state=0).fit(X)
    liquid = Liquid(n_neurons=20, neurons=tonic.set_params(bias=0.0), random_state=0).fit(X)
    assert 15 < liquid.calibrated_.input_rate < 40


def test_samples_that_are_silent_at_first_are_probed_where_they_are_not():
    late = [np.concatenate([np.zeros((600, 8), dtype=int), x]) for x in spike_samples(30)]
    liquid = Liquid(n_neurons=100, random_state=0).fit(late)
    assert liquid.health_.echo_state_index <= 0.11
    graded = [np.concatenate([np.zeros((600, 3)), x]) for x in graded_samples()]
    assert Liquid(n_neurons=50, random_state=0).fit(graded).health_.complaint() is None


def test_probes_are_pieces_of_samples_that_are_not_silent():
    X = [np.arange(1, 101)[:, None] * (np.arange(100) >= 60)[:, None], np.ones((30, 1), dtype=int)]
    spikes = SpikeArray.from_dense(X)
    probes = Calibration(n_samples=9, max_duration=20.0).probes(spikes)
    found = [probes.to_dense(i).ravel().tolist() for i in range(len(probes))]
    assert found == [list(range(61, 81)), list(range(81, 101)), [1] * 20]
    assert len(Calibration(n_samples=2, max_duration=20.0).probes(spikes)) == 2


def test_the_echo_state_index_of_equal_initial_states_is_zero():
    X = SpikeArray.from_dense(spike_samples())
    liquid = Liquid(n_neurons=50, calibration=None, neurons=LIF(bias=1.1), random_state=0).fit(X)
    network = liquid.network_
    index, rate = echo_state_index(network, X, network.initial)
    assert index == 0
    assert rate == pytest.approx(statistics.rates(liquid.record(X)).mean())
    assert echo_state_index(network, X, liquid.other_initial_)[0] > 0


def test_copies_of_one_sample_do_not_let_the_recurrence_run_away():
    x = np.random.default_rng(0).normal(size=(300, 8))
    one = Liquid(n_neurons=100, random_state=0).fit([x]).calibrated_
    two = Liquid(n_neurons=100, random_state=0).fit([x, x]).calibrated_
    assert one == two


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"calibration": Calibration(max_rate=1.0)}, "max_rate must be at least"),
        ({"calibration": Calibration(input_rate=-2)}, "input_rate"),
        ({"calibration": Calibration(centre="no")}, "Calibration.centre must be True or False"),
        ({"synapses": Exponential(tau_syn_exc=1e300)}, "lasts longer than 1,000,000 steps"),
    ],
)
def test_bad_parameters_are_refused_in_fit(params, message):
    liquid = Liquid(n_neurons=20, random_state=0, **params)
    with pytest.raises((ValueError, TypeError), match=message):
        liquid.fit(spike_samples(4))


def stimulated(stimulus):
    return Liquid(30, stimulus=stimulus, random_state=0)


def test_a_stimulus_replaces_the_samples_in_calibration_and_health():
    X = SpikeArray.from_dense(spike_samples(60))
    some, other = stimulated(X[:20]).fit(X[30:]), stimulated(None).fit(X[:20])
    assert some.calibrated_ == other.calibrated_
    assert some.health_ == other.health_
    np.testing.assert_array_equal(some.network_.bias, other.network_.bias)


def test_a_stimulus_of_static_patterns():
    X = np.random.default_rng(0).normal(size=(30, 4))
    some = stimulated(X[:20]).fit(X[5:])
    assert some.calibrated_ == stimulated(None).fit(X[:20]).calibrated_


@pytest.mark.parametrize(
    "stimulus", [np.ones((3, 50, 7), dtype=int), np.ones((3, 8)), np.ones((3, 7))]
)
def test_a_stimulus_unlike_the_samples_is_refused(stimulus):
    with pytest.raises(ValueError, match=r"Liquid\.stimulus must be like X, 8 channels of sp"):
        stimulated(stimulus).set_params(calibration=None).fit(spike_samples())
