"""The tempotron against closed forms, hand computations and its readable form."""

import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import Liquid, SpikeArray
from lsm.readout import Tempotron
from lsm.readout.tempotron import learn, peak, reference_learn, reference_potential
from tests.helpers.interpreted import as_python

KERNEL = (np.exp(-1 / 15), np.exp(-4 / 15), 4 ** (4 / 3) / 3)  # tau 15 and 3.75 ms


@parametrize_with_checks([Tempotron(max_iter=20, random_state=0)])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def latency_patterns(n_channels, n_samples, seed=0, duration=500.0):
    """Return patterns of one spike in each channel at a random time, and random classes."""
    rng = np.random.default_rng(seed)
    channels = np.arange(n_channels)
    events = [(rng.uniform(0, duration, n_channels), channels) for _ in range(n_samples)]
    return SpikeArray.from_events(events, n_channels, duration), np.arange(n_samples) % 2


def test_random_latency_patterns_at_a_load_of_two_are_learnt_without_errors():
    X, y = latency_patterns(100, 200)
    model = Tempotron(random_state=0, max_iter=1000).fit(X, y)
    assert model.score(X, y) == 1.0
    assert model.errors_[-1] == 0
    assert len(model.errors_) == model.n_iter_ < 1000


def test_the_potential_of_one_spike_peaks_at_its_weight():
    spikes = SpikeArray.from_events([([20.0], [0]), ([20.0], [1])], 2, 200.0, row_duration=0.01)
    model = Tempotron(dt=0.01, max_iter=1, random_state=0).fit(spikes, [0, 1])
    model.weights_ = np.array([[0.7, -0.3]])
    up, down = (potential[:, 0] for potential in model.potentials(spikes))
    assert up.max() == pytest.approx(0.7, abs=1e-5)
    # The peak of exp(-t / 15) - exp(-4 t / 15) is at 5 ln 4 ms.
    assert 0.01 * up.argmax() == pytest.approx(20 + 5 * np.log(4), abs=0.01)
    assert down.min() == pytest.approx(-0.3, abs=1e-5)


@pytest.mark.parametrize("interpreted", [False, True])
def test_the_compiled_potential_is_the_readable_one(interpreted, monkeypatch):
    if interpreted:
        as_python(monkeypatch)
    rng = np.random.default_rng(0)
    raster, w = rng.poisson(0.05, (80, 6)), rng.normal(size=6)
    steps, channels = np.nonzero(raster)
    best, at = peak(w, steps, channels, raster[steps, channels].astype(float), 80, KERNEL)
    potential = reference_potential(raster, w[None], KERNEL)[:, 0]
    assert best == pytest.approx(potential.max())
    assert at == potential.argmax()


@pytest.mark.parametrize("interpreted", [False, True])
def test_the_compiled_rule_is_the_readable_one(interpreted, monkeypatch):
    if interpreted:
        as_python(monkeypatch)
    rng = np.random.default_rng(1)
    rasters = [rng.poisson(0.03, (60, 5)) for _ in range(12)]
    spikes = SpikeArray.from_dense(rasters)
    wanted = rng.integers(0, 2, (12, 2)).astype(bool)
    weights = rng.normal(size=(2, 5))
    expected, last = weights.copy(), np.zeros((2, 5))
    order = rng.permutation(12)
    steps = [reference_potential(raster, np.ones((1, 5)), KERNEL)[:, 0].argmax()
             for raster in rasters]  # fmt: skip
    parameters = (0.05, 0.5, 0.1, 1.0, KERNEL)
    amplitudes = np.ones(len(spikes.rows)) if spikes.amplitudes is None else spikes.amplitudes
    n_errors = learn(
        spikes.rows.astype(int), spikes.channels.astype(int), amplitudes.astype(float),
        spikes.offsets, spikes.n_rows.astype(int), wanted, np.array(steps), order, weights,
        np.zeros((2, 5)), *parameters,
    )  # fmt: skip
    assert n_errors == reference_learn(rasters, wanted, order, expected, last, *parameters) > 4
    np.testing.assert_allclose(weights, expected, rtol=1e-10)
    assert np.abs(weights).max() == 1.0  # the bound


def test_one_correction_by_hand():
    # The only spike has weight 0 at first, so its correction is the rate times the peak of K.
    X = SpikeArray.from_events([([3.0], [0]), ([], [])], 1, 100.0)
    model = Tempotron(learning_rate=0.25, momentum=0.0, max_iter=1, random_state=0)
    model.fit(X, ["yes", "no"])
    (before,) = Tempotron(learning_rate=1e-12, max_iter=1, random_state=0).fit(X, [1, 0]).weights_
    model = Tempotron(learning_rate=0.25, momentum=0.0, max_iter=2, random_state=0)
    (after,) = model.fit(X, [1, 0]).weights_
    # There is half a spike a sample, so the rate is 0.25 / 0.5, and the time of the peak a step.
    height = KERNEL[2] * (KERNEL[0] ** 7 - KERNEL[1] ** 7)
    assert (after - before)[0] == pytest.approx(0.5 * height)


def test_the_order_of_spikes_is_learnt_where_counts_say_nothing():
    rng = np.random.default_rng(0)
    y = np.arange(60) % 3
    starts = np.array([[10, 40, 70], [40, 70, 10], [70, 10, 40]])
    events = [(starts[label] + rng.uniform(0, 5, 3), np.arange(3)) for label in y]
    X = SpikeArray.from_events(events, 3, 100.0)
    model = Tempotron(random_state=0).fit(X[:30], y[:30])
    assert model.decision_function(X).shape == (60, 3)
    assert model.score(X[30:], y[30:]) == 1.0


def test_a_neuron_spikes_once_where_the_potential_first_reaches_the_threshold():
    X, y = latency_patterns(60, 20)
    model = Tempotron(random_state=0).fit(X, y)
    spikes, potentials = model.respond(X), model.potentials(X)
    for i, potential in enumerate(potentials):
        times, _ = spikes[[i]].to_events()[0]
        assert times.tolist() == np.flatnonzero(potential[:, 0] >= 1)[:1].tolist()
    assert np.array_equal(np.diff(spikes.offsets), y)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_it_reads_the_spikes_of_a_liquid():
    rng = np.random.default_rng(0)
    y = np.arange(30) % 2
    X = [rng.poisson(0.05 + 0.1 * label, (100, 4)) for label in y]
    model = make_pipeline(Liquid(40, output="spikes", random_state=0), Tempotron(random_state=0))
    assert model.fit(X, y).score(X, y) > 0.9


def test_results_depend_on_the_seed_alone():
    X, y = latency_patterns(30, 40)
    one, other = (Tempotron(max_iter=5, random_state=3).fit(X, y) for _ in range(2))
    np.testing.assert_array_equal(one.weights_, other.weights_)
    assert np.any(Tempotron(max_iter=5, random_state=4).fit(X, y).weights_ != one.weights_)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"tau_s": 15.0}, r"Tempotron\.tau_s must be a finite number > 0 and < 15"),
        ({"momentum": 1.0}, r"Tempotron\.momentum must be a finite number >= 0 and < 1"),
        ({"learning_rate": 0.0}, r"Tempotron\.learning_rate must be a finite number > 0"),
        ({"max_iter": 0}, r"Tempotron\.max_iter must be an integer >= 1"),
        ({"w_max": np.inf}, r"Tempotron\.w_max must be a finite number > 0"),
    ],
)
def test_an_invalid_parameter_is_refused_by_its_name(params, message):
    with pytest.raises(ValueError, match=message):
        Tempotron(**params).fit([[0.0], [1.0]], [0, 1])
