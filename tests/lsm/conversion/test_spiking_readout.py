"""Converted models against the models themselves, closed forms and a readable simulation."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import is_classifier, is_regressor
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge, RidgeClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, PowerTransformer, StandardScaler
from sklearn.svm import SVC, LinearSVC
from sklearn.utils.estimator_checks import parametrize_with_checks

from lsm import Liquid, SpikeArray
from lsm.conversion import SpikingReadout, convert
from lsm.conversion.integrate_and_fire import reference_run, run
from tests.helpers.interpreted import as_python

X, Y = load_digits(return_X_y=True)
TRAIN, TEST = slice(0, None, 2), slice(1, None, 2)


SMALL = MLPClassifier(hidden_layer_sizes=10, solver="lbfgs", max_iter=50, random_state=0)


@parametrize_with_checks([
    SpikingReadout(RidgeClassifier()), SpikingReadout(Ridge()),
    SpikingReadout(SMALL),
])  # fmt: skip
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_scikit_learn_contract(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def mlp():
    return MLPClassifier(hidden_layer_sizes=32, random_state=0, max_iter=300).fit(
        X[TRAIN], Y[TRAIN]
    )


LINEAR = [
    RidgeClassifier(), LogisticRegression(max_iter=200), LinearSVC(),
    make_pipeline(StandardScaler(), MinMaxScaler((-1, 1)), RidgeClassifier()),
]  # fmt: skip


class TestKernel:
    @pytest.mark.parametrize("interpreted", [False, True])
    @pytest.mark.parametrize("subtract", [False, True])
    @pytest.mark.parametrize("sizes", [(4, 3), (4, 6, 3), (4, 6, 5, 2)])
    def test_it_is_the_readable_one(self, sizes, subtract, interpreted, monkeypatch):
        if interpreted:
            as_python(monkeypatch)
        rng = np.random.default_rng(0)
        # Multiples of 1/64 add up without rounding, in any order.
        pairs = list(zip(sizes, sizes[1:], strict=False))
        weights = [rng.integers(-30, 50, pair) / 64 for pair in pairs]
        biases = [rng.integers(-5, 20, n) / 64 for n in sizes[1:]]
        x = rng.integers(0, 2, 4) / 8
        events = rng.poisson(0.1, (60, 4))
        steps, channels = np.nonzero(events)
        shape = (60, sizes[-1])
        found = [np.empty(shape, int), np.empty(shape, int), np.empty(shape), np.empty(60, int)]
        run(
            x, steps, channels, events[steps, channels].astype(float), 60, np.array(sizes),
            np.concatenate([w.ravel() for w in weights]), np.concatenate(biases), subtract, *found,
        )  # fmt: skip
        expected = reference_run(x + events, weights, biases, subtract)
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_array_equal(one, other)
        assert expected[0][-1].max() > 5

    def test_a_rate_is_the_current_and_the_reset_to_zero_loses_what_is_above(self):
        drive = np.full((100, 1), 0.375)
        counts = {
            subtract: reference_run(drive, [np.ones((1, 1))], [np.zeros(1)], subtract)[0][-1, 0]
            for subtract in (True, False)
        }
        assert counts == {True: 37, False: 33}  # a spike in every third step


@pytest.mark.parametrize("model", LINEAR, ids=lambda model: type(model).__name__)
def test_a_linear_classifier_keeps_its_classes(model):
    model.fit(X[TRAIN], Y[TRAIN])
    spiking = SpikingReadout.from_linear(model, X[TRAIN])
    assert np.mean(spiking.predict(X[TEST]) == model.predict(X[TEST])) > 0.995
    assert is_classifier(spiking)


def test_counts_are_the_shifted_scores():
    model = RidgeClassifier().fit(X[TRAIN], Y[TRAIN])
    spiking = SpikingReadout.from_linear(model, X[TRAIN], percentile=100, n_steps=40)
    scores = model.decision_function(X[TRAIN])
    low, high = scores.max(axis=1).min(), scores.max()
    counts = np.floor(spiking.decision_function(X[TRAIN]))
    expected = 40 * np.clip((scores - low) / (high - low), 0, 1)
    assert np.all((counts <= expected + 1e-9) & (counts > expected - 1 - 1e-9))


@pytest.mark.parametrize("read", ["count", "first"])
def test_two_classes_have_a_neuron_each(read):
    few = Y < 2
    model = LogisticRegression().fit(X[few], Y[few])
    spiking = SpikingReadout.from_linear(model, X[few], read=read)
    np.testing.assert_array_equal(spiking.predict(X[few]), model.predict(X[few]))
    assert spiking.decision_function(X[few]).shape == (few.sum(),)
    np.testing.assert_array_equal(
        spiking.predict(X[few]), (spiking.decision_function(X[few]) > 0).astype(int)
    )


def test_sparse_states_are_the_same_as_dense_ones():
    model = RidgeClassifier().fit(sparse.csr_array(X), Y)
    spiking = SpikingReadout.from_linear(model, sparse.csr_array(X))
    dense = SpikingReadout.from_linear(model, X).predict(X)
    np.testing.assert_array_equal(spiking.predict(sparse.csr_array(X)), dense)


@pytest.mark.parametrize("percentile", [99.9, 100.0])
def test_a_perceptron_loses_little_in_100_steps(mlp, percentile):
    spiking = convert(mlp, X[TRAIN], percentile=percentile)
    accuracies = [np.mean(y_pred == Y[TEST]) for y_pred in spiking.staged_predict(X[TEST])]
    assert accuracies[-1] > mlp.score(X[TEST], Y[TEST]) - 0.005
    assert accuracies[2] < accuracies[-1] - 0.02
    np.testing.assert_array_equal(y_last(spiking), spiking.predict(X[TEST]))
    spikes = spiking.staged_spikes(X[TEST])
    assert spikes.shape == (100,)
    assert np.all(np.diff(spikes) > 0)


def y_last(spiking):
    *_, last = spiking.staged_predict(X[TEST])
    return last


def test_an_outlier_slows_the_largest_activation_and_not_the_percentile(mlp):
    outlier = np.vstack([X[TRAIN], 40 * X[:1]])
    after = {}
    for percentile in (99.9, 100.0):
        spiking = convert(mlp, outlier, percentile=percentile, n_steps=20)
        after[percentile] = spiking.score(X[TEST], Y[TEST])
    assert after[99.9] > after[100.0] + 0.1
    saturated = convert(mlp, X[TRAIN]).predict(40 * X[:3])  # spikes in every step, no error
    assert saturated.shape == (3,)


@pytest.mark.parametrize(
    "model",
    [
        Ridge(),
        make_pipeline(StandardScaler(), Ridge()),
        MLPRegressor(hidden_layer_sizes=20, random_state=0),
    ],
    ids=["ridge", "pipeline", "perceptron"],
)
@pytest.mark.parametrize("n_targets", [None, 2])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_regression_is_right_to_the_resolution_of_its_counts(model, n_targets):
    rng = np.random.default_rng(0)
    features = rng.normal(size=(200, 4))
    y = features @ rng.normal(size=4 if n_targets is None else (4, n_targets))
    spiking = SpikingReadout(model, n_steps=500, percentile=100).fit(features, y)
    fitted = spiking.estimator_.predict(features)
    assert spiking.predict(features).shape == y.shape
    tolerance = 0.04 if isinstance(model, MLPRegressor) else 1 / 500 + 1e-9
    error = np.abs(spiking.predict(features) - fitted).max()
    assert error <= tolerance * np.ptp(fitted, axis=0).max()
    assert is_regressor(spiking)


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(("name", "value"), [("n_steps", 0), ("reset", "none"), ("read", "last")])
def test_a_parameter_set_after_fit_is_checked(name, value):
    model = SpikingReadout(RidgeClassifier()).fit(X[:100], Y[:100]).set_params(**{name: value})
    with pytest.raises(ValueError, match=f"SpikingReadout.{name} must be"):
        model.predict(X[:100])


def test_it_reads_the_spikes_of_a_liquid_as_their_counts():
    rng = np.random.default_rng(0)
    y = np.arange(40) % 2
    samples = [rng.poisson(0.1 + 0.1 * label, (80 + i, 4)) for i, label in enumerate(y)]
    liquid = Liquid(30, random_state=0).fit(samples)
    states = liquid.transform(samples)
    ridge = RidgeClassifier(alpha=10.0).fit(states, y)
    spikes = liquid.record(samples)
    assert spikes.to_dense(0).sum() == states[[0]].sum()
    spiking = SpikingReadout.from_linear(ridge, states)
    assert np.mean(spiking.predict(spikes) == ridge.predict(states)) > 0.9
    with pytest.raises(ValueError, match="call predict, which reads each sample at its end"):
        list(spiking.staged_predict(spikes))
    with pytest.raises(ValueError, match="31 channels, but SpikingReadout is expecting 30"):
        spiking.predict(SpikeArray.from_dense(np.ones((1, 5, 31), dtype=int)))


class TestRefusals:
    @pytest.mark.parametrize(
        ("model", "message"),
        [
            (
                MLPClassifier(hidden_layer_sizes=5, activation="tanh", max_iter=5),
                "activation='tanh': fit one with",
            ),
            (SVC(kernel="rbf"), "must be a fitted linear model with coef_"),
            (SVC(kernel="linear"), "does not predict by its weights and a bias alone"),
            (PoissonRegressor(), "does not predict by its weights and a bias alone"),
            (make_pipeline(PowerTransformer(), Ridge()), "a step before the model must be one of"),
            (make_pipeline(MinMaxScaler(clip=True), Ridge()), "without clipping"),
        ],
    )
    @pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
    def test_another_model_is_refused_with_a_way_out(self, model, message):
        model.fit(X[:300, 20:24], Y[:300])
        with pytest.raises((TypeError, ValueError), match=message):
            SpikingReadout.from_linear(model, X[:300, 20:24])

    @pytest.mark.parametrize(
        ("params", "message"),
        [
            ({"n_steps": 0}, "n_steps must be an integer >= 1"),
            ({"percentile": 101.0}, "percentile must be a finite number >= 50 and <= 100"),
            ({"reset": "soft"}, "reset must be one of 'subtract', 'zero'"),
            ({"read": "rank"}, "read must be one of 'count', 'first'"),
            ({"read": "first"}, "read='first' chooses a class"),
        ],
    )
    def test_an_invalid_parameter_is_refused_by_its_name(self, params, message):
        with pytest.raises(ValueError, match=message):
            SpikingReadout(Ridge(), **params).fit(X, Y)

    def test_other_features_and_samples_are_refused(self, mlp):
        with pytest.raises(ValueError, match="X must have the 64 features of MLPClassifier"):
            convert(mlp, X[:, :5])
        with pytest.raises(ValueError, match="make one by SpikeArray.from_dense"):
            convert(mlp, X).predict(np.ones((3, 5, 64)))
