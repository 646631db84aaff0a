"""The liquid inside a model, and the input that reaches it."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import Ridge, RidgeClassifierCV
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from lsm import Liquid, LSMClassifier, LSMRegressor, SpikeArray
from lsm.encoding import RateEncoder
from lsm.inside import find_liquid, input_spikes

X = np.random.default_rng(0).poisson(0.1, (12, 80, 6))
Y = np.arange(12) % 2


def halve(X):
    return X[:, :, :3]


def small():
    return Liquid(20, random_state=0)


def test_a_liquid_receives_what_the_steps_before_it_return():
    before = make_pipeline(FunctionTransformer(halve), FunctionTransformer())  # has no liquid
    for last in (make_pipeline(small(), RidgeClassifierCV()), LSMClassifier(small())):
        model = make_pipeline("passthrough", before, last).fit(X, Y)
        liquid, spikes = input_spikes(model, X[:5])
        assert liquid is find_liquid(model)
        assert liquid.n_features_in_ == spikes.n_channels == 3
        np.testing.assert_array_equal(np.asarray(spikes), X[:5, :, :3])


def test_the_first_branch_with_a_liquid_counts():
    means = FunctionTransformer(lambda X: X.mean(axis=1))
    second = make_pipeline(FunctionTransformer(halve), small())
    union = FeatureUnion([("means", means), ("liquid", second), ("other", Liquid(10))])
    model = make_pipeline(union, RidgeClassifierCV()).fit(X, Y)
    assert find_liquid(model).n_neurons_ == 20
    assert input_spikes(model, X)[1].n_channels == 3


def test_an_encoder_before_a_composite_encodes():
    signals = [np.random.default_rng(i).random((30, 2)) for i in range(6)]
    model = make_pipeline(RateEncoder(random_state=0), LSMClassifier(small())).fit(signals, Y[:6])
    _, spikes = input_spikes(model, signals)
    encoded = model[0].transform(signals)
    assert isinstance(encoded, SpikeArray)
    assert [spikes.digest(i) for i in range(6)] == [encoded.digest(i) for i in range(6)]


@pytest.mark.filterwarnings("ignore:the liquid")
def test_composites_take_the_forms_of_their_fit():
    table = np.random.default_rng(0).normal(size=(20, 3))
    patterns = LSMClassifier(small(), targets="sample").fit(table, np.arange(20) % 2)
    liquid, spikes = input_spikes(patterns, table)
    assert (spikes.n_rows == 1).all()
    assert [spikes.digest(i) for i in range(20)] == [
        liquid.to_spikes(table).digest(i) for i in range(20)
    ]
    one = LSMRegressor(small(), Ridge(), targets="row").fit(table, table[:, 0])
    _, spikes = input_spikes(one, table)
    assert spikes.n_rows.tolist() == [20]
    np.testing.assert_array_equal(spikes.to_dense(0), table.astype(np.float32))


def test_a_model_without_a_fitted_liquid_is_named():
    for model in (Ridge(), make_pipeline(StandardScaler(), Ridge()), "liquid", None):
        with pytest.raises(TypeError, match="must be a fitted Liquid, .* got (Ridge|Pipe|'l|None)"):
            find_liquid(model)
    for model in (small(), LSMClassifier(), make_pipeline(StandardScaler(), LSMRegressor())):
        with pytest.raises(NotFittedError):
            input_spikes(model, X)
