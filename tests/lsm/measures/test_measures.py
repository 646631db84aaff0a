"""Measures of liquids, against closed forms for known systems."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import RidgeClassifierCV, RidgeCV
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from lsm import (
    Liquid,
    LSMClassifier,
    LSMRegressor,
    Snapshots,
    SpikeArray,
    measures,
    statistics,
)
from lsm.measures import dynamics, states
from lsm.neurons import LIF
from lsm.synapses import Exponential
from lsm.topology import ErdosRenyi, RandomInput, Weights

OF_SAMPLES = [
    measures.branching_ratio,
    measures.interval_cv,
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


def spike_samples(n_samples=12, n_channels=8, n_steps=150, rate=0.05, seed=0):
    return np.random.default_rng(seed).poisson(rate, (n_samples, n_steps, n_channels))


def fitted(X, n_neurons=60, **params):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a useless liquid may have a known measure
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


@pytest.mark.filterwarnings("ignore:the liquid")
@pytest.mark.parametrize("measure", OF_SAMPLES)
def test_a_measure_takes_static_patterns_as_a_liquid_does(measure):
    X, y = np.random.default_rng(0).normal(size=(12, 6)), np.arange(12) % 2
    liquid = Liquid(30, random_state=0, static_steps=200).fit(X)
    held = SpikeArray.from_dense(X[:, None], row_duration=200.0, graded=True)
    assert measure(liquid, X, y) == measure(liquid, held, y)


@pytest.mark.parametrize("measure", OF_SAMPLES)
def test_a_measure_finds_the_liquid_in_any_estimator(measure):
    X, y = spike_samples(), np.arange(12) % 2
    thinned = X * (np.arange(8) > 1)
    model = make_pipeline(
        FunctionTransformer(lambda X: X * (np.arange(8) > 1)), Liquid(30, random_state=0),
        RidgeClassifierCV(),
    ).fit(X, y)  # fmt: skip
    assert measure(model, X, y) == measure(model[1], thinned, y)
    composite = LSMClassifier(Liquid(30, snapshots=Snapshots(), random_state=0))
    composite.fit(thinned, y)
    assert measure(composite, thinned) == measure(model, X)
    nested = make_pipeline(FunctionTransformer(), composite)
    assert measure(nested, thinned) == measure(model, X)
    several = FeatureUnion([("first", model[:2]), ("second", Liquid(30, random_state=1))])
    union = make_pipeline(several, RidgeClassifierCV()).fit(X, y)
    assert measure(union, X) == measure(model, X)


OF_SERIES = [measures.memory_capacity, measures.information_processing_capacity]
OF_CURVES = [measures.capacity_by_degree, measures.separation_curve]


OF_SPIKES = {"CODES", "class_information", "code_features", "confusion_information"}  # no liquid


def test_every_measure_is_tested_with_all_models():
    tested = {*OF_SAMPLES, *OF_SERIES, *OF_CURVES, measures.card}
    assert tested == {getattr(measures, name) for name in {*measures.__all__} - OF_SPIKES}


@pytest.mark.parametrize("measure", [*OF_SERIES, *OF_CURVES, measures.card])
def test_other_measures_find_the_liquid_too(measure):
    X = np.random.default_rng(0).uniform(size=(4, 500, 1))
    options = {measures.memory_capacity: {"max_lag": 5}}.get(measure, {})
    if measure in (measures.information_processing_capacity, measures.capacity_by_degree):
        options = {"lags": (3, 2)}
    liquid = Liquid(20, random_state=0)
    expected = measure(liquid.fit(X), X, **options)
    composite = LSMRegressor(liquid, RidgeCV(), targets="row").fit(X, X[..., 0])
    for model in (composite, make_pipeline(FunctionTransformer(), composite)):
        np.testing.assert_array_equal(measure(model, X, **options), expected)
    halved = make_pipeline(FunctionTransformer(lambda X: X / 2), liquid).fit(2 * X)
    np.testing.assert_array_equal(measure(halved, 2 * X, **options), expected)


def test_a_measure_scores_a_classifier():
    X, y = spike_samples(), np.arange(12) % 2
    scores = cross_val_score(
        LSMClassifier(Liquid(20, random_state=0)), X, y, scoring=measures.rate, cv=2
    )
    assert (scores > 5).all()


def test_an_estimator_without_a_liquid_is_refused():
    with pytest.raises(TypeError, match="estimator must be a fitted Liquid, .* got RidgeC"):
        measures.rate(RidgeClassifierCV(), spike_samples())
    with pytest.raises(TypeError, match="got Pipeline"):
        measures.rate(make_pipeline(RidgeClassifierCV()), spike_samples())
    for unfitted in (Liquid(), make_pipeline(Liquid()), LSMClassifier(), LSMClassifier(Liquid())):
        for measure in (measures.rate, measures.echo_state_index):
            with pytest.raises(NotFittedError):
                measure(unfitted, spike_samples())


# --------------------------------------------------------------------------------- activity


def test_activity_of_clocks():
    liquid, X = clocks(), spike_samples(3, n_steps=440)
    assert measures.rate(liquid, X) == pytest.approx(1000 / 22)
    assert measures.interval_cv(liquid, X) == 0
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
    assert measures.interval_cv(liquid, X) == pytest.approx(cvs.mean(), rel=0.02)
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
def test_activity_is_counted_in_the_given_windows(measure, statistic, window):
    X = spike_samples()
    liquid = fitted(X)
    expected = statistic(liquid.record(X), window)
    assert measure(liquid, X, window=window) == pytest.approx(expected)


def test_silence_has_no_irregularity():
    X = 0 * spike_samples()
    liquid = relay(X)
    assert measures.rate(liquid, X) == 0
    for measure in (measures.interval_cv, measures.fano_factor, measures.sparseness):
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
        ({"horizon": 151.0}, "no longer than the samples; the shortest sample lasts 150 ms"),
        ({"horizon": 1.0}, "two steps or more"),
    ],
)
def test_bad_perturbations_are_refused(calm, params, message):
    with pytest.raises(ValueError, match=message):
        measures.perturbation_growth(calm, spike_samples(), **params)
