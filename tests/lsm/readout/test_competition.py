"""Competition of spiking neurons: against its reference, KMeans and closed forms."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.cluster import KMeans
from sklearn.datasets import make_blobs
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import Liquid, SpikeArray
from lsm.readout import ResponseVote, SpikingCompetition
from lsm.readout._competition import Competition, compete, reference_compete
from lsm.readout.spike_readout import Trains


@parametrize_with_checks([SpikingCompetition(n_clusters=10, random_state=0), ResponseVote()])
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def patterns(n_patterns=4, n_samples=40, seed=0):
    """Return spikes of patterns, each of which has five channels of its own, and the pattern."""
    rng = np.random.default_rng(seed)
    y = rng.integers(n_patterns, size=n_samples)
    rates = 0.2 * np.repeat(np.eye(n_patterns)[y], 5, axis=1)
    spikes = rng.random((n_samples, 60, 5 * n_patterns)) < rates[:, None]
    return SpikeArray.from_dense(spikes.astype(int)), y


RULE = Competition(
    leak=0.97, trace_decay=0.95, refractory_steps=3, inhibition=0.4, learning_rate=0.1, offset=0.3,
    mean_weight=0.3, rise=1.05, fall=0.98,
)  # fmt: skip


@pytest.mark.parametrize("learns", [False, True])
def test_the_compiled_function_equals_the_reference(learns):
    trains = Trains.of(patterns()[0], 1.0, "test")
    weights = np.random.default_rng(1).random((20, 6))
    networks = [(weights.copy(), np.full(6, 1.5)) for _ in range(2)]
    expected = reference_compete(trains, *networks[0], RULE, learns=learns)
    counts, peaks = np.zeros((40, 6)), np.full((40, 6), -np.inf)
    events = trains.steps, trains.channels, trains.amplitudes, trains.offsets, trains.n_steps
    compete(*events, *networks[1], RULE, 1.0, learns, counts, peaks)
    np.testing.assert_array_equal(counts, expected[0])
    np.testing.assert_allclose(peaks, expected[1], rtol=1e-10)
    for one, other in zip(*networks, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-10)
    assert (counts.sum(axis=0) > 0).all()
    assert (networks[1][1] != 1.5).any() == learns


@pytest.fixture(scope="module")
def fitted():
    X, y = patterns()
    return SpikingCompetition(n_clusters=4, max_iter=20, random_state=0).fit(X), X, y


def test_each_neuron_wins_one_pattern_and_its_weights_are_on_its_channels(fitted):
    competition, X, y = fitted
    assert adjusted_rand_score(y, competition.labels_) == 1
    assert (
        adjusted_rand_score(*(patterns(seed=1)[1], competition.predict(patterns(seed=1)[0]))) == 1
    )
    share = competition.weights_.reshape(4, 4, 5).sum(axis=2)
    share /= share.sum(axis=1, keepdims=True)
    np.testing.assert_array_less(0.95, share.max(axis=1))
    np.testing.assert_array_equal(share.argmax(axis=1)[competition.labels_], y)


def test_weights_are_bounded_and_have_their_mean(fitted):
    weights = fitted[0].weights_
    assert weights.min() >= 0
    assert weights.max() <= 1
    np.testing.assert_allclose(weights.mean(axis=1), 0.1)


def test_thresholds_settle_at_the_number_of_spikes_that_is_asked_for():
    X, _ = patterns(n_samples=60)
    for wanted in (1.0, 3.0):
        competition = SpikingCompetition(8, 30, spikes_per_sample=wanted, random_state=0).fit(X)
        assert competition.transform(X).sum(axis=1).mean() == pytest.approx(wanted, rel=0.15)


def test_an_isolated_neuron_spikes_as_often_as_the_equation_says():
    """One spike of weight w a step: v = w (1 - a^k) / (1 - a) after k steps, a = exp(-1 / 50)."""
    competition = SpikingCompetition(1, refractory=0.0, random_state=0)
    competition.fit([np.ones((100, 1), dtype=int)])
    ratio = competition.thresholds_[0] / competition.weights_[0, 0]
    a = np.exp(-1 / 50)
    steps = int(np.ceil(np.log(1 - ratio * (1 - a)) / np.log(a)))
    n_spikes = competition.transform([np.ones((1000, 1), dtype=int)])
    assert n_spikes == 1000 // steps


def test_blobs_are_found_about_as_well_as_by_k_means():
    X, y = make_blobs(90, centers=[[4, 4], [-4, 3], [0, -5]], random_state=0)
    ours = SpikingCompetition(6, random_state=0).fit_predict(X)
    theirs = KMeans(6, n_init=1, random_state=0).fit_predict(X)
    assert completeness_of_classes(y, ours) >= completeness_of_classes(y, theirs) - 0.02


def completeness_of_classes(y, labels):
    """Return the share of samples that have the most frequent class of their cluster."""
    return sum(np.bincount(y[labels == label]).max() for label in set(labels)) / len(y)


def test_a_prediction_depends_on_its_sample_alone(fitted):
    competition, X, _ = fitted
    counts = competition.transform(X)
    for part in ([3], [5, 2]):
        np.testing.assert_array_equal(competition.transform(X[part]), counts[part])


def test_the_same_seed_gives_the_same_network(fitted):
    competition, X, _ = fitted
    again = clone(competition).fit(X)
    np.testing.assert_array_equal(again.weights_, competition.weights_)
    other = clone(competition).set_params(random_state=1).fit(X)
    assert (other.weights_ != competition.weights_).any()


def test_it_reads_the_spikes_of_a_liquid():
    X, y = patterns(2)
    spikes = Liquid(n_neurons=40, output="spikes", random_state=0).fit(X).transform(X)
    counts = SpikingCompetition(10, random_state=0).fit_transform(spikes)
    assert ResponseVote().fit(counts, y).score(counts, y) > 0.9


@pytest.mark.parametrize("name", [
    "n_clusters", "max_iter", "spikes_per_sample", "tau_m", "tau_trace", "dt", "mean_weight",
])  # fmt: skip
@pytest.mark.parametrize("value", [0, -1, np.nan, "many", None])
def test_an_invalid_parameter_is_refused_by_its_name(name, value):
    with pytest.raises((TypeError, ValueError), match=rf"SpikingCompetition\.{name} must be"):
        SpikingCompetition().set_params(**{name: value}).fit(patterns()[0])


def test_silent_samples_are_refused_and_silence_has_a_cluster(fitted):
    silence = SpikeArray.from_dense(np.zeros((3, 60, 20), dtype=int))
    with pytest.raises(ValueError, match="raise the rate of the encoder"):
        SpikingCompetition(4).fit(silence)
    assert set(fitted[0].predict(silence)) <= set(range(4))
    assert fitted[0].transform(silence).sum() == 0


def test_weights_of_another_shape_are_refused(fitted):
    damaged = clone(fitted[0]).fit(fitted[1])
    damaged.weights_ = damaged.weights_[:, :5]
    with pytest.raises(ValueError, match="fit again"):
        damaged.predict(fitted[1])


def test_the_vote_leaves_out_neurons_without_a_response():
    vote = ResponseVote().fit([[1, 0, 0], [0, 2, 0], [0, 2, 0]], ["a", "b", "b"])
    assert vote.assigned_.tolist() == [0, 1, -1]
    assert vote.predict([[0, 0, 9], [1, 0, 9]]).tolist() == ["b", "a"]
    with pytest.raises(ValueError, match="Negative values in data passed to ResponseVote"):
        vote.predict([[0, -1, 0]])
