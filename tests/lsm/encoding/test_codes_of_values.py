"""Codes in rates, groups and currents against their laws, and back within their error."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from lsm.encoding import (
    DeltaEncoder,
    DirectCurrentEncoder,
    IntegrateAndFireEncoder,
    LatencyEncoder,
    PopulationEncoder,
    RateEncoder,
    SynchronyEncoder,
)

UNIT = (0.0, 1.0)


def encode(encoder, x):
    """Return the spikes of one sample of values between 0 and 1, (n_steps, n_out)."""
    encoder.set_params(limits=UNIT)
    return encoder.fit([x]).transform([x]).to_dense(0)


def round_trip(encoder, x):
    encoder.set_params(limits=UNIT).fit([x])
    return encoder.inverse_transform(encoder.transform([x]))[0]


def held(x, n=4000):
    """Return a row with n channels of the same value."""
    return np.full((1, n), x)


def intervals(train):
    """Return the time of the first spike, and the intervals between all, of a 1-D train."""
    times = np.flatnonzero(train)
    return times[0], np.diff(times)


# Rates


@pytest.mark.parametrize("x", [0.0, 0.1, 0.5, 1.0])
def test_poisson_counts_have_the_mean_and_variance_of_their_law(x):
    counts = encode(RateEncoder(max_rate=200.0, min_rate=20.0, random_state=0), held(x)).sum(axis=0)
    mean = (20 + 180 * x) * 0.1
    assert abs(counts.mean() - mean) < 4 * np.sqrt(mean / 4000)
    # The variance of a variance of 4000 Poisson counts is (2 + 1 / mean) mean^2 / 4000.
    assert abs(counts.var() - mean) < 4 * mean * np.sqrt((2 + 1 / mean) / 4000)
    values = np.arange(int(mean + 4 * np.sqrt(mean)))
    found = [np.sum(counts == value) for value in values]
    expected = 4000 * stats.poisson(mean).pmf(values)
    enough = expected > 5
    chi = np.sum((np.array(found) - expected)[enough] ** 2 / expected[enough])
    assert stats.chi2(enough.sum()).sf(chi) > 1e-4


def test_poisson_steps_may_hold_several_spikes():
    dense = encode(RateEncoder(max_rate=1000.0, random_state=0), held(1.0))
    assert dense.max() >= 3
    assert abs(dense.mean() - 1) < 0.01


@pytest.mark.parametrize("x", [0.1, 0.5, 1.0])
def test_bernoulli_counts_are_binomial(x):
    dense = encode(RateEncoder("bernoulli", max_rate=800.0, random_state=0), held(x))
    assert dense.max() == 1
    law = stats.binom(100, 0.8 * x)
    counts = dense.sum(axis=0)
    assert abs(counts.mean() - law.mean()) < 4 * law.std() / np.sqrt(4000)
    assert abs(counts.var() / law.var() - 1) < 0.1
    # Steps are independent: so are even and odd ones.
    assert abs(np.corrcoef(dense[::2].sum(axis=0), dense[1::2].sum(axis=0))[0, 1]) < 0.07


def test_poisson_channels_are_independent():
    counts = encode(RateEncoder(random_state=0, duration=4000.0), held(0.5, 40))
    correlation = np.corrcoef(counts.T)[np.triu_indices(40, 1)]
    assert abs(correlation.mean()) < 0.01
    assert correlation.max() < 0.1


@given(st.floats(0.02, 1), st.floats(10, 1000))
def test_regular_spikes_are_evenly_spaced(x, max_rate):
    train = encode(RateEncoder("regular", max_rate=max_rate, duration=2000.0), held(x, 1))[:, 0]
    period = 1000 / (x * max_rate)
    assert abs(train.sum() - 2000 / period) <= 0.5 + 1e-6
    if train.sum() > 1:
        first, gaps = intervals(train)
        assert abs(first - period / 2) <= 1
        assert np.all(np.abs(gaps - period) < 1)


def test_regular_spikes_stay_even_for_long():
    train = encode(RateEncoder("regular", duration=1.0), np.ones((200_000, 1)))[:, 0]
    first, gaps = intervals(train)
    assert first == 4
    assert set(gaps) == {10}


@given(arrays(float, (5, 3), elements=st.floats(0, 1)), st.floats(10, 1000))
def test_regular_spikes_give_the_rate_back(x, max_rate):
    decoded = round_trip(RateEncoder("regular", max_rate=max_rate), x)
    n = 0.1 * max_rate
    assert np.abs(decoded - x).max() <= 1 / n + 1e-9
    assert np.abs(decoded - x)[0].max() <= 0.5 / n + 1e-9


@pytest.mark.parametrize("x", [0.2, 0.9])
def test_drawn_spikes_give_the_rate_back_with_the_error_of_a_count(x):
    for kind, deviation in (
        ("poisson", np.sqrt(x / 50)),
        ("bernoulli", np.sqrt(x * (1 - x / 2) / 50)),
    ):
        decoded = round_trip(RateEncoder(kind, max_rate=500.0, random_state=0), held(x))
        assert abs(decoded.mean() - x) < 4 * deviation / np.sqrt(4000)
        assert abs(decoded.std() / deviation - 1) < 0.05


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"max_rate": 1001.0}, "max_rate must be a finite number > 0 and <= 1000, got 1001"),
        ({"max_rate": 400.0, "dt": 4.0}, "max_rate must be a finite number > 0 and <= 250"),
        ({"min_rate": -1.0}, "min_rate must be a finite number >= 0"),
        ({"min_rate": 200.0}, "max_rate must be above min_rate, got max_rate=100.0 and min_rate"),
        ({"kind": "gamma"}, "kind must be one of 'poisson', 'bernoulli', 'regular', got 'gamma'"),
    ],
)
def test_bad_rates_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        RateEncoder(**parameters).fit(np.ones((2, 3)))


# Populations


@pytest.mark.parametrize(("n_fields", "beta"), [(3, 1.5), (8, 1.5), (12, 3.0)])
def test_tuning_curves_are_gaussian(n_fields, beta):
    x = np.linspace(0, 1, 50)[:, None]
    encoder = PopulationEncoder(n_fields, beta, DirectCurrentEncoder(), limits=UNIT).fit(x)
    responses = np.array([encoder.transform([[value]]).to_dense(0)[0] for value in x[:, 0]])
    for i, centre in enumerate(encoder.centres_):
        # Bohte et al. number the fields from 1: the centre is (2 i - 3) / 2 / (m - 2).
        assert np.isclose(centre, (2 * (i + 1) - 3) / 2 / (n_fields - 2))
        law = stats.norm(centre, 1 / (beta * (n_fields - 2)))
        np.testing.assert_allclose(responses[:, i], law.pdf(x[:, 0]) / law.pdf(centre), atol=1e-6)


@given(arrays(float, (3, 2), elements=st.floats(0, 1)), st.integers(3, 20), st.floats(0.5, 3))
def test_exact_responses_give_the_value_back(x, n_fields, beta):
    decoded = round_trip(PopulationEncoder(n_fields, beta, DirectCurrentEncoder()), x)
    np.testing.assert_allclose(decoded, x, atol=1e-5)


@pytest.mark.parametrize("n_fields", [3, 8, 30])
@pytest.mark.parametrize("n_steps", [2, 3, 4, 5, 7, 10, 25, 30, 99, 300])
def test_first_spikes_of_a_population_give_the_value_back(n_fields, n_steps):
    inner = LatencyEncoder(threshold=0.1, duration=float(n_steps))
    x = np.linspace(0, 1, 2001)[:, None]
    decoded = round_trip(PopulationEncoder(n_fields, encoder=inner), x)
    assert np.abs(decoded - x).max() < 1 / (n_steps * (n_fields - 2))


def test_a_population_with_one_active_field_is_where_this_field_is():
    encoder = PopulationEncoder(5, 6.0, limits=UNIT).fit([[0.0], [1.0]])
    centre = encoder.centres_[2]
    silent = encoder.centres_[1:3].mean() - 0.02
    X = encoder.transform([[centre], [silent]])
    assert [int(X.to_dense(i).sum()) for i in range(2)] == [1, 0]
    np.testing.assert_allclose(encoder.inverse_transform(X)[:, 0], [centre, 0])


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"n_fields": 2}, ValueError, "n_fields must be an integer >= 3, got 2"),
        ({"beta": 0.0}, ValueError, "beta must be a finite number > 0"),
        (
            {"encoder": DeltaEncoder()},
            TypeError,
            "encoder must be an encoder of values such as Lat",
        ),
        ({"encoder": PopulationEncoder()}, TypeError, "encoder must be an encoder of values"),
        ({"encoder": "rate"}, TypeError, "encoder must be .*, got 'rate'"),
    ],
)
def test_bad_populations_are_named(parameters, error, message):
    with pytest.raises(error, match=message):
        PopulationEncoder(**parameters).fit(np.ones((2, 3)))


def test_parameters_of_the_inner_code_are_reachable_by_name():
    encoder = PopulationEncoder().set_params(encoder__duration=30.0)
    assert encoder.fit_transform([[0.0], [1.0]]).n_rows.tolist() == [30, 30]


# Currents


@given(arrays(float, (4, 2), elements=st.floats(0, 1)), st.floats(0.01, 100))
def test_a_current_is_the_value(x, gain):
    encoder = DirectCurrentEncoder(gain=gain)
    np.testing.assert_allclose(encode(encoder, x), gain * x, rtol=1e-6, atol=1e-30)
    np.testing.assert_allclose(round_trip(encoder, x), x, atol=1e-7)


@pytest.mark.parametrize("gain", [0.0, 1e-42, 1e39])
def test_a_current_must_fit_its_amplitude(gain):
    with pytest.raises(ValueError, match="gain must be .* >= 1.17549e-38 and <= 3.40282e.38"):
        DirectCurrentEncoder(gain).fit([[1.0]])


# Synchrony


def test_all_neurons_fire_once_a_period_whatever_the_value():
    x = np.linspace(0, 1, 11)[None]
    dense = encode(SynchronyEncoder(n_neurons=5, rate=20.0, random_state=0), x)
    np.testing.assert_array_equal(dense.reshape(2, 50, 55).sum(axis=1), 1)


@pytest.mark.parametrize("x", [0.0, 0.3, 0.8])
def test_spike_times_are_uniform_around_the_middle_of_the_period(x):
    encoder = SynchronyEncoder(n_neurons=4000, rate=5.0, duration=200.0, random_state=0, dt=0.1)
    steps = encode(encoder, np.array([[x]])).argmax(axis=0)
    law = stats.uniform(100 - 100 * (1 - x), 200 * (1 - x))
    assert stats.kstest(0.1 * (steps + 0.5), law.cdf).pvalue > 1e-3


def test_the_upper_limit_spikes_as_one():
    dense = encode(SynchronyEncoder(n_neurons=30, random_state=0), np.ones((1, 1)))
    np.testing.assert_array_equal(np.flatnonzero(dense.any(axis=1)), [25, 75])


@pytest.mark.parametrize(("n_neurons", "duration"), [(5, 50.0), (10, 100.0), (20, 200.0)])
def test_synchrony_gives_the_value_back(n_neurons, duration):
    x = np.tile(np.linspace(0, 1, 11), 300)[None]
    encoder = SynchronyEncoder(n_neurons=n_neurons, duration=duration, random_state=0)
    errors = (round_trip(encoder, x) - x).reshape(300, 11)
    m = n_neurons * duration / 50
    assert np.sqrt((errors**2).mean(axis=0)).max() < 1 / m + 2 / 50
    assert np.abs(errors[:, 1:-1].mean(axis=0)).max() < 1 / 50


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"rate": 15.0}, "period of SynchronyEncoder.rate=15 Hz must be a multiple of dt=1 ms"),
        ({"rate": 8.0}, "whole number of periods of 125 ms, which .*[.]rate=8 Hz"),
        ({"n_neurons": 0}, "n_neurons must be an integer >= 1"),
    ],
)
def test_bad_groups_are_named(parameters, message):
    with pytest.raises(ValueError, match=message):
        SynchronyEncoder(**parameters).fit(np.ones((2, 3)))


# Encoding neurons


def closed_form(drive, tau_m, leaky):
    """Return the time in ms that a constant drive takes from 0 to the threshold of 1."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return tau_m * np.log(drive / (drive - 1)) if leaky else tau_m / drive


@given(
    drive=st.floats(1.05, 8),
    tau_m=st.floats(15, 50),
    leaky=st.booleans(),
    refractory=st.integers(0, 5),
    dt=st.sampled_from([0.5, 1.0]),
)
def test_intervals_are_those_of_the_closed_form(drive, tau_m, leaky, refractory, dt):
    encoder = IntegrateAndFireEncoder(
        gain=drive, tau_m=tau_m, leaky=leaky, refractory=float(refractory), duration=1000.0, dt=dt
    )
    train = encode(encoder, np.ones((1, 1)))[:, 0]
    expected = closed_form(drive, tau_m, leaky) / dt
    first, gaps = intervals(train)
    assert expected - 1e-6 <= first + 1 < expected + 1 + 1e-6
    assert np.all(gaps == first + 1 + refractory / dt)


def test_the_potential_outlasts_the_row():
    encoder = IntegrateAndFireEncoder(
        gain=10.0, leaky=False, tau_m=100.0, refractory=0.0, duration=1.0, limits=UNIT
    )
    x = np.random.default_rng(0).random((200, 1))
    # Without a leak the charge that has come in is what the spikes have carried away, but for
    # the little above the threshold that each reset loses.
    train = encode(encoder, x)[:, 0]
    charge = 0.0
    for value, spike in zip(x[:, 0], train, strict=True):
        charge += 0.1 * value
        assert spike == (charge >= 1)
        charge *= 1 - spike
    assert train.sum() > 5


@given(
    arrays(float, (1, 5), elements=st.floats(0, 1)),
    st.floats(1.5, 6),
    st.floats(-0.5, 0.5),
    st.booleans(),
    st.integers(0, 4),
)
def test_a_constant_value_comes_back_to_within_a_step_of_its_interval(
    x, gain, bias, leaky, refractory
):
    encoder = IntegrateAndFireEncoder(
        gain=gain, bias=bias, leaky=leaky, refractory=float(refractory), duration=300.0
    )
    decoded = round_trip(encoder, x)[0]
    spikes = encoder.transform([x]).to_dense(0)
    for value, found, train in zip(x[0], decoded, spikes.T, strict=True):
        if not train.any():
            assert found == 0
            assert bias + gain * value < (1 if leaky else 20 / 300) + 1e-3
            continue
        n = np.flatnonzero(train)[0] + 1  # steps of charging
        if leaky:
            least, most = 1 / -np.expm1(-n / 20), 1 / -np.expm1(-(n - 1) / 20) if n > 1 else np.inf
        else:
            least, most = 20 / n, 20 / (n - 1) if n > 1 else np.inf
        assert least - 1e-6 <= bias + gain * value <= most + 1e-6
        assert least - 1e-6 <= bias + gain * found <= most + 1e-6


@pytest.mark.parametrize("dt", [0.1, 0.3, 1.0])
def test_a_drive_of_one_spike_a_step_is_allowed(dt):
    for n in range(1, 40):
        encoder = IntegrateAndFireEncoder(
            float(n), tau_m=round(n * dt, 1), leaky=False, refractory=0.0, duration=10 * dt, dt=dt
        )
        assert encode(encoder, np.ones((1, 1))).sum() == 10


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"gain": 30.0}, "gain=30 with bias=0 passes the threshold in less than a step of 1 ms"),
        ({"gain": 0.0}, "gain must be a finite number > 0"),
        ({"tau_m": 0.0}, "tau_m must be a finite number > 0"),
        ({"refractory": 1.5}, "refractory must be a multiple of dt=1 ms, got 1.5 ms"),
        ({"bias": np.nan}, "bias must be a finite number"),
        ({"leaky": "False"}, "leaky must be True or False, got 'False'"),
    ],
)
def test_bad_neurons_are_named(parameters, message):
    with pytest.raises((TypeError, ValueError), match=message):
        IntegrateAndFireEncoder(**parameters).fit(np.ones((2, 3)))
