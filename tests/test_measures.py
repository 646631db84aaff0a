"""Measures of liquids, against closed forms on systems that are known."""

import functools
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import RidgeClassifierCV
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from lsm import Liquid, LSMClassifier, SpikeArray, measures, statistics
from lsm.measures import dynamics, memory, states
from lsm.neurons import LIF
from lsm.synapses import Exponential
from lsm.topology import ErdosRenyi, RandomInput, Weights

OF_SAMPLES = [
    measures.branching_ratio,
    measures.cv_of_intervals,
    measures.dimension,
    measures.echo_state_index,
    measures.effective_spectral_radius,
    measures.fano_factor,
    measures.generalisation_rank,
    measures.kernel_quality,
    measures.perturbation_growth,
    measures.rate,
    measures.separation,
    measures.sparseness,
    measures.spikes_per_sample,
    measures.synaptic_events,
    measures.synchrony,
]
OF_SERIES = [
    functools.partial(measures.memory_capacity, max_lag=20),
    functools.partial(measures.information_processing_capacity, lags=(10, 3)),
]


def spike_samples(n_samples=12, n_channels=8, n_steps=150, rate=0.05, seed=0):
    return np.random.default_rng(seed).poisson(rate, (n_samples, n_steps, n_channels))


def series(n_series=1, n_steps=2000, seed=0):
    rng = np.random.default_rng(seed)
    return [rng.uniform(-1, 1, (n_steps, 1)) for _ in range(n_series)]


def fitted(X, n_neurons=60, **params):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a liquid of no use may be of known measure
        return Liquid(n_neurons, **({"random_state": 0} | params)).fit(X)


def relay(X, n_neurons=60, **params):
    """Fit neurons that spike once, at once, for each spike of a channel that they read."""
    return fitted(
        X, n_neurons, calibration=None, topology=ErdosRenyi(fan_out=0), neurons=LIF(refractory=0.0),
        synapses=Exponential(tau_syn_exc=0.2), **params,
        inputs=RandomInput(fan_in=1, weight=200.0, distribution="constant"),
    )  # fmt: skip


def clocks(n_neurons=50, **params):
    """Fit neurons without any input, which spike every 20 + 2 ms."""
    bias = 1 / (1 - np.exp(-19.5 / 20))
    deaf = RandomInput(weight=0.0)
    return fitted(
        spike_samples(3, n_steps=440), n_neurons, **{
            "calibration": None, "inputs": deaf, "topology": ErdosRenyi(fan_out=0),
            "neurons": LIF(bias=bias, refractory=2.0)} | params,
    )  # fmt: skip


# ---------------------------------------------------------------------------- any estimator


@pytest.mark.parametrize("measure", OF_SAMPLES)
def test_a_measure_scores_a_search_without_a_readout(measure):
    search = GridSearchCV(
        Liquid(n_neurons=40, random_state=0),
        {"topology": [ErdosRenyi(fan_out=0), ErdosRenyi(fan_out=20)]},
        scoring=measure, cv=2, error_score="raise",
    )  # fmt: skip
    search.fit(spike_samples())
    scores = search.cv_results_["mean_test_score"]
    assert np.isfinite(scores).all()
    full = measure in (measures.kernel_quality, measures.generalisation_rank)
    assert scores[0] == 6 if full else np.ptp(scores) > 0


@pytest.mark.parametrize("measure", OF_SERIES)
def test_a_measure_of_series_scores_a_search(measure):
    search = GridSearchCV(
        Liquid(n_neurons=20, random_state=0), {"neurons__tau_m": [5.0, 20.0]}, scoring=measure,
        cv=2, error_score="raise",
    ).fit(series(2))  # fmt: skip
    assert np.isfinite(search.best_score_)


@pytest.mark.parametrize("measure", OF_SAMPLES)
def test_a_measure_finds_the_liquid_in_any_estimator(measure):
    X, y = spike_samples(), np.arange(12) % 2
    thinned = X * (np.arange(8) > 1)
    model = make_pipeline(
        FunctionTransformer(lambda X: X * (np.arange(8) > 1)), Liquid(30, random_state=0),
        RidgeClassifierCV(),
    ).fit(X, y)  # fmt: skip
    assert measure(model, X, y) == measure(model[1], thinned, y)
    composite = LSMClassifier(Liquid(30, random_state=0)).fit(thinned, y)
    assert measure(composite, thinned) == measure(model, X)
    nested = make_pipeline(FunctionTransformer(), composite)
    assert measure(nested, thinned) == measure(model, X)


def test_a_measure_scores_a_classifier():
    X, y = spike_samples(), np.arange(12) % 2
    scores = cross_val_score(
        LSMClassifier(Liquid(20, random_state=0)), X, y, scoring=measures.rate, cv=2
    )
    assert (scores > 5).all()


def test_what_holds_no_liquid_is_refused():
    with pytest.raises(TypeError, match="estimator must be a fitted Liquid, .* got RidgeC"):
        measures.rate(RidgeClassifierCV(), spike_samples())
    with pytest.raises(TypeError, match="got Pipeline"):
        measures.rate(make_pipeline(RidgeClassifierCV()), spike_samples())
    for unfitted in (Liquid(), make_pipeline(Liquid())):
        for measure in (measures.rate, measures.echo_state_index):
            with pytest.raises(NotFittedError):
                measure(unfitted, spike_samples())


# --------------------------------------------------------------------------------- activity


def test_activity_of_clocks():
    liquid, X = clocks(), spike_samples(3, n_steps=440)
    assert measures.rate(liquid, X) == pytest.approx(1000 / 22)
    assert measures.cv_of_intervals(liquid, X) == 0
    assert measures.fano_factor(liquid, X, window=110.0) == 0
    assert measures.synchrony(liquid, X) == pytest.approx(1)
    assert measures.sparseness(liquid, X) == pytest.approx(0)
    assert measures.spikes_per_sample(liquid, X) == 20 * 50
    assert measures.synaptic_events(liquid, X) == X.sum() * 50 / 3  # of the input, which all read


def test_activity_of_a_relay_is_that_of_its_input():
    X = spike_samples(4, n_steps=2000, rate=0.02).clip(max=1)
    liquid = relay(X, n_neurons=400)
    spikes = SpikeArray.from_dense(X)
    # each channel has as many readers as another, but for chance
    rates = statistics.rates(spikes)
    assert measures.rate(liquid, X) == pytest.approx(rates.mean(), rel=0.05)
    cvs = statistics.interval_cvs(spikes)
    assert measures.cv_of_intervals(liquid, X) == pytest.approx(cvs.mean(), rel=0.02)
    assert measures.branching_ratio(liquid, X) == pytest.approx(0, abs=0.05)
    assert measures.synchrony(liquid, X) == pytest.approx(1 / np.sqrt(8), rel=0.1)


@pytest.mark.parametrize(
    ("measure", "statistic"),
    [
        (measures.fano_factor, lambda s, window: statistics.fano_factors(s, window).mean()),
        (measures.synchrony, statistics.synchrony),
        (measures.branching_ratio, statistics.branching_ratio),
    ],
)
@pytest.mark.parametrize("window", [3.0, 17.0])
def test_activity_is_counted_in_the_windows_that_are_asked_for(measure, statistic, window):
    X = spike_samples()
    liquid = fitted(X)
    expected = statistic(liquid.record(X), window)
    assert measure(liquid, X, window=window) == pytest.approx(expected)


def test_silence_has_no_irregularity():
    X = 0 * spike_samples()
    liquid = relay(X)
    assert measures.rate(liquid, X) == 0
    for measure in (measures.cv_of_intervals, measures.fano_factor, measures.sparseness):
        assert np.isnan(measure(liquid, X))


@pytest.mark.parametrize("graded", [False, True])
def test_synaptic_events_are_spikes_times_synapses(graded):
    X = spike_samples().astype(float if graded else int)
    liquid = fitted(X)
    w, w_in = (liquid.network_.w.toarray() != 0), (liquid.network_.w_in.toarray() != 0)
    total = sum((liquid.record(X).to_dense(i) @ w).sum() for i in range(len(X)))
    if not graded:
        total += (X.sum(axis=(0, 1)) @ w_in).sum()
    assert measures.synaptic_events(liquid, X) == pytest.approx(total / len(X))


# ----------------------------------------------------------------------------------- states


def test_separation_of_trains_that_differ_by_far_spikes():
    """Of k spikes m more are a van Rossum distance of root(m / 2), and m counts, from them."""
    X = np.zeros((4, 400, 1), dtype=int)
    for k, sample in enumerate(X):
        sample[20 : 20 + 100 * k : 100] = 1
    liquid = relay(X, n_neurons=9)
    inputs, outputs = measures.separation_curve(liquid, X, tau=5.0)
    more = np.array([1, 2, 3, 1, 2, 1])  # pairs 01, 02, 03, 12, 13, 23
    np.testing.assert_allclose(inputs, np.sqrt(more / 2), rtol=1e-6)
    np.testing.assert_allclose(outputs, 3 * more, rtol=1e-6)  # in nine neurons
    slope = (np.sqrt(more / 2) * 3 * more).sum() / (more / 2).sum()
    assert measures.separation(liquid, X, tau=5.0) == pytest.approx(slope)
    with pytest.raises(ValueError, match="at least 2 samples"):
        measures.separation(liquid, X[:1])
    with pytest.raises(ValueError, match="different samples, got copies of one"):
        measures.separation(liquid, X[[1, 1]])


def test_ranks_of_inputs_that_span_few_directions():
    base = np.zeros((3, 120, 4), dtype=int)
    for k in range(3):
        base[k, 10 * (k + 1) :: 25, k] = 1  # channel k, and the next one less often
        base[k, 5 :: 40 + 10 * k, k + 1] = 1
    X = base[np.arange(12) % 3]
    liquid = relay(X, n_neurons=80)
    counts = X.sum(axis=1)
    assert measures.kernel_quality(liquid, X) == np.linalg.matrix_rank(counts) == 3
    assert measures.generalisation_rank(liquid, X) == 3
    assert measures.generalisation_rank(liquid, X, np.arange(12) % 3) == 1
    assert measures.generalisation_rank(liquid, X, np.arange(12) % 6 < 4) == 2.5
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        measures.generalisation_rank(liquid, X, [0, 1])
    for measure in (measures.kernel_quality, measures.generalisation_rank):
        with pytest.raises(ValueError, match="tolerance must be .* < 1, got 1"):
            measure(liquid, X, tolerance=1.0)


def test_rank_counts_singular_values_beyond_the_tolerance():
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(6, 6)))[0]
    matrix = rotation @ np.diag([10.0, 2.0, 0.5, 0.05, 1e-9, 0.0]) @ rotation
    for tolerance, rank in ((0.5, 1), (0.1, 2), (0.01, 3), (1e-3, 4), (1e-12, 5)):
        assert states._rank(matrix, tolerance) == rank
    assert states._rank(np.zeros((3, 4)), 0.01) == 0


@settings(max_examples=25)
@given(n=st.integers(1, 8), seed=st.integers(0, 100))
def test_dimension_of_an_isotropic_cloud(n, seed):
    rng = np.random.default_rng(seed)
    basis = np.linalg.qr(rng.normal(size=(10, 10)))[0][:, :n]
    cloud = 3 * rng.normal(size=(6000, n)) @ basis.T + rng.normal(size=10)
    assert states._participation_ratio(cloud) == pytest.approx(n, rel=0.02)


def test_dimension_of_known_variances():
    signs = np.array([[1, 1], [1, -1], [-1, 1], [-1, -1]])
    assert states._participation_ratio(signs * [2.0, 1.0]) == pytest.approx(25 / 17)
    assert states._participation_ratio(np.ones((5, 3))) == 0
    X = spike_samples(4)
    liquid = relay(X, n_neurons=30)
    counts = liquid.transform(X).toarray()
    eigenvalues = np.linalg.eigvalsh(np.cov(counts.T))
    expected = eigenvalues.sum() ** 2 / (eigenvalues**2).sum()
    assert measures.dimension(liquid, X) == pytest.approx(expected)


# ----------------------------------------------------------------------------------- memory


def delayed(values, lags):
    """Return the values of each lag before, which are zero at first."""
    return np.stack([np.concatenate([np.zeros(k), values[: len(values) - k]]) for k in lags], 1)


@pytest.mark.parametrize("length", [1, 7, 20])
def test_memory_capacity_of_a_delay_line_is_its_length(length):
    values = series(n_steps=4000)[0][:, 0]
    mixed = delayed(values, range(1, length + 1))
    mixed = mixed @ np.random.default_rng(0).normal(size=(length, length + 3))
    assert memory._memory_capacity(mixed, values, 30) == pytest.approx(length, abs=0.05)


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_memory_capacity_of_a_leaky_integrator(keep):
    values = series(n_steps=8000)[0][:, 0]
    leaky = delayed(values, range(100)) @ keep ** np.arange(100)
    # the squared correlation with the value k back is (1 - keep^2) keep^2k
    assert memory._memory_capacity(leaky[:, None], values, 40) == pytest.approx(keep**2, abs=0.05)


def test_noise_has_no_memory():
    values = series(n_steps=4000)[0][:, 0]
    noise = np.random.default_rng(1).normal(size=(4000, 30))
    assert memory._memory_capacity(noise, values, 50) < 0.1
    assert memory._memory_capacity(0 * noise, values, 50) < 0.1


def test_memory_capacity_of_a_relay_is_that_of_its_traces():
    """The trace of a neuron that repeats its input is a leaky integrator of it."""
    values = np.random.default_rng(0).integers(0, 2, (40000, 1))
    X = SpikeArray.from_dense([values], dt=3.0)
    liquid = relay(X, n_neurons=2)
    capacity = measures.memory_capacity(liquid, X, max_lag=40, tau=10.0)
    assert capacity == pytest.approx(np.exp(-2 * 3 / 10), abs=0.06)
    # two traces hold two mixtures of the past, of which lag 0 takes its share
    past = np.exp(-3 * np.arange(40)[:, None] / np.array([5.0, 20.0]))
    basis = np.linalg.qr(past)[0]
    both = measures.memory_capacity(liquid, X, max_lag=39, tau=(5.0, 20.0))
    assert both == pytest.approx(2 - (basis[0] ** 2).sum(), abs=0.1)


def test_a_value_is_held_for_one_step_of_the_liquid():
    # The relay is a step late, so that its trace is all past.
    values = np.random.default_rng(0).integers(0, 2, (40000, 1))
    capacity = measures.memory_capacity(relay([values], 2), [values], max_lag=40, tau=10.0)
    assert capacity == pytest.approx(1, abs=0.1)


def test_series_pass_the_steps_of_a_pipeline():
    values = np.random.default_rng(0).integers(0, 2, (9000, 1))
    doubled = FunctionTransformer(lambda X: [np.repeat(x, 2, axis=1) for x in X])
    model = make_pipeline(doubled, relay(doubled.transform([values]), n_neurons=4))
    capacity = measures.memory_capacity(model, [values], max_lag=40, tau=10.0)
    assert capacity == pytest.approx(1, abs=0.15)
    halved = make_pipeline(FunctionTransformer(lambda X: [x[:-1] for x in X]), relay([values]))
    with pytest.raises(ValueError, match="whole number of steps for each of X"):
        measures.memory_capacity(halved, [values])


def test_several_series_are_averaged():
    one, other = np.split(np.random.default_rng(0).integers(0, 2, (2000, 1)), [900])
    liquid = relay([one], n_neurons=3)
    apart = [measures.memory_capacity(liquid, [x], max_lag=20) for x in (one, other)]
    together = measures.memory_capacity(liquid, [one, other], max_lag=20)
    assert together == pytest.approx(np.mean(apart))


@pytest.mark.parametrize("batch", [4, 256])
def test_capacities_of_functions_that_are_there(batch, monkeypatch):
    monkeypatch.setattr(memory, "BATCH", batch)
    values = series(n_steps=20000)[0][:, 0]
    past = delayed(values, range(4))
    square, cube = 1.5 * past**2 - 0.5, 2.5 * past**3 - 1.5 * past
    there = np.stack(
        [past[:, 1], past[:, 2], square[:, 0], past[:, 0] * past[:, 1], cube[:, 3],
         past[:, 0] * square[:, 2]], axis=1,
    )  # fmt: skip
    mixed = there @ np.random.default_rng(0).normal(size=(6, 6)) + 3
    capacities = memory._capacity_by_degree(mixed, values, [6, 5, 4], 1e-4)
    np.testing.assert_allclose(capacities, 2, atol=0.01)
    # what the functions do not reach back to is not found
    capacities = memory._capacity_by_degree(mixed, values, [2, 1, 1], 1e-4)
    np.testing.assert_allclose(capacities, [1, 1, 0], atol=0.02)


def test_a_noisy_state_has_part_of_a_capacity():
    values = series(n_steps=20000)[0][:, 0]
    noise = np.random.default_rng(1).normal(scale=np.sqrt(1 / 3), size=20000)  # as the values
    capacities = memory._capacity_by_degree((values + noise)[:, None], values, [10, 5], 1e-4)
    np.testing.assert_allclose(capacities, [0.5, 0], atol=0.02)


def test_states_without_input_have_no_capacity():
    values = series(n_steps=3000)[0][:, 0]
    noise = np.random.default_rng(1).normal(size=(3000, 50))
    np.testing.assert_array_equal(memory._capacity_by_degree(noise, values, [50, 20, 8], 1e-4), 0)


def test_capacity_of_a_network_that_forgets_is_its_number_of_states():
    rng = np.random.default_rng(0)
    values = series(n_steps=30000)[0][:, 0]
    w, w_in = rng.normal(size=(8, 8)), rng.normal(size=8)
    w *= 0.6 / np.abs(np.linalg.eigvals(w)).max()
    network = np.zeros((30000, 8))
    for t in range(1, 30000):
        network[t] = np.tanh(0.5 * (w @ network[t - 1] + w_in * values[t] + 0.5))
    total = memory._capacity_by_degree(network, values, [30, 15, 8], 1e-4).sum()
    assert 7.5 < total < 8.01


def test_capacity_of_a_liquid_is_bounded_by_its_traces():
    X = series(n_steps=4000)
    liquid = fitted(X, 15)
    capacities = measures.capacity_by_degree(liquid, X, lags=(20, 5))
    assert measures.information_processing_capacity(liquid, X, lags=(20, 5)) == capacities.sum()
    assert capacities[0] > 0.3
    assert capacities.sum() < 15
    shifted = [100 + 7 * x for x in X]
    np.testing.assert_allclose(memory._to_uniform(shifted[0]), memory._to_uniform(X[0]), atol=1e-3)


@pytest.mark.parametrize(
    ("measure", "X", "params", "message"),
    [
        (measures.memory_capacity, series(), {"max_lag": 0}, "max_lag must be"),
        (measures.memory_capacity, series(), {"max_lag": 600}, "at least 2400 values, got 2000"),
        (measures.memory_capacity, series(), {"tau": (10.0, -1.0)}, "tau must be"),
        (measures.memory_capacity, spike_samples() * 0.5, {}, r"shape \(T, 1\), got 8"),
        (measures.capacity_by_degree, series(), {"lags": (5, 0)}, "lags must be"),
        (measures.capacity_by_degree, series(), {"p_value": 0.0}, "p_value must be"),
        (measures.capacity_by_degree, series(n_steps=60), {}, "many more values than .* traces"),
        (measures.capacity_by_degree, [series()[0] ** 3], {}, "distributed uniformly"),
        (measures.capacity_by_degree, [0 * series()[0]], {}, "distributed uniformly"),
    ],
)
def test_bad_series_and_parameters_are_refused(measure, X, params, message):
    with pytest.raises(ValueError, match=message):
        measure(fitted(series()), X, **params)


# --------------------------------------------------------------------------------- dynamics


@pytest.fixture(scope="module")
def calm():
    return fitted(spike_samples(), 100)


@pytest.fixture(scope="module")
def chaotic():
    return fitted(
        spike_samples(), 200, calibration=None, topology=ErdosRenyi(weights=Weights(gain=40.0)),
        neurons=LIF(bias=1.2),
    )  # fmt: skip


def test_echo_state_index_tells_calm_from_chaos(calm, chaotic):
    X = spike_samples()
    assert measures.echo_state_index(calm, X) < 0.15
    assert measures.echo_state_index(chaotic, X) > 0.5
    relayed = relay(X)
    assert measures.echo_state_index(relayed, X) == pytest.approx(0, abs=1e-3)


def test_perturbations_grow_in_chaos_and_die_out_without_recurrence(calm, chaotic):
    X = spike_samples()
    without = fitted(X, 100, topology=ErdosRenyi(fan_out=0))
    growths = [measures.perturbation_growth(liquid, X) for liquid in (without, calm, chaotic)]
    assert growths[0] < -10
    assert growths[2] > 10
    assert sorted(growths) == growths
    # A relay forgets at once, and then its traces do.
    assert measures.perturbation_growth(relay(X), X, size=1.0, tau=8.0) == -125


def test_clocks_neither_forget_nor_amplify_their_phase():
    liquid = clocks(200, initial="random")
    X = spike_samples(3, n_steps=440)
    growth = measures.perturbation_growth(liquid, X, size=0.3, horizon=440.0)
    assert growth == pytest.approx(0, abs=0.5)


@pytest.mark.parametrize("rate", [-30.0, 0.0, 80.0])
def test_growth_rate_is_that_of_an_exponential(rate):
    seconds = np.linspace(0.01, 0.3, 40)
    distances = 1e-3 * np.exp(rate * seconds)
    assert dynamics._growth_rate(distances, seconds, -100.0) == pytest.approx(rate)
    distances[:5] = 0  # not apart yet
    assert dynamics._growth_rate(distances, seconds, -100.0) == pytest.approx(rate)
    assert dynamics._growth_rate(0 * distances, seconds, -100.0) == -100


def test_spectral_radius_of_perfect_integrators():
    """Charge q brings a perfect integrator the fraction q / threshold of a spike."""
    X = [np.zeros((10000, 1), dtype=int)] * 5
    liquid = fitted(
        X, 40, calibration=None, topology=ErdosRenyi(fan_out=8, weights=Weights(gain=0.2)),
        inputs=RandomInput(weight=0.0), synapses=Exponential(5.0, 10.0), initial="random",
        neurons=LIF(tau_m=1e5, resistance=1e5, v_threshold=20.0, refractory=0.0, bias=0.2),
    )  # fmt: skip
    w = liquid.network_.w.toarray()
    charges = w * np.where(w > 0, 5.0, 10.0)
    expected = np.abs(np.linalg.eigvals(charges / 20.0)).max()
    assert measures.effective_spectral_radius(liquid, X) == pytest.approx(expected, rel=0.02)


def test_no_recurrence_no_spectral_radius():
    X = spike_samples()
    assert measures.effective_spectral_radius(relay(X), X) == 0


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"size": 0.0}, "size must be"),
        ({"size": 1.5}, "size must be"),
        ({"tau": 0.0}, "tau must be"),
        ({"horizon": 151.0}, "no longer than the samples, the shortest of which lasts 150 ms"),
        ({"horizon": 1.0}, "two steps or more"),
    ],
)
def test_bad_perturbations_are_refused(calm, params, message):
    with pytest.raises(ValueError, match=message):
        measures.perturbation_growth(calm, spike_samples(), **params)
