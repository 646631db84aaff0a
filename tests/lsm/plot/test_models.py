"""Every display draws the liquid inside a composite or a pipeline as it draws the liquid."""

import numpy as np
import pytest
from scipy import sparse
from sklearn.linear_model import RidgeClassifierCV, RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from lsm import Liquid, LSMClassifier, LSMRegressor, SpikeArray, plot
from lsm.plot import (
    AccuracyDisplay,
    ColumnDisplay,
    ConfusionDisplay,
    ConnectivityDisplay,
    GainDisplay,
    MembraneDisplay,
    RasterDisplay,
    SeparationDisplay,
    SnapshotDisplay,
    TrajectoryDisplay,
    WeightChangeDisplay,
)
from lsm.topology import Column

ARGUMENTS = {
    RasterDisplay: "X",
    MembraneDisplay: "X",
    ConnectivityDisplay: "",
    ColumnDisplay: "",
    SnapshotDisplay: "Xy",
    TrajectoryDisplay: "Xy",
    SeparationDisplay: "X",
    GainDisplay: "X",
    AccuracyDisplay: "Xy",
}


@pytest.fixture(scope="module")
def X():
    return (np.random.default_rng(0).random((12, 100, 5)) < 0.1).astype(int)


@pytest.fixture(scope="module")
def y():
    return np.arange(12) % 2


def data_of(display):
    """Return all arrays of numbers that a display holds."""
    arrays = []
    for name, value in vars(display).items():
        if isinstance(value, SpikeArray):
            arrays += [value.rows, value.channels]
        elif sparse.issparse(value):
            arrays.append(value.toarray())
        elif isinstance(value, np.ndarray) and not name.endswith("_"):
            arrays.append(value)
    return arrays


def models_with_a_liquid(X, y):
    """Return models with an equal liquid, and the samples that each takes."""
    liquid = Liquid(topology=Column(shape=(2, 2, 10)), random_state=0)
    mirror = FunctionTransformer(lambda X: X[:, ::-1])
    composite = LSMClassifier(liquid, RidgeClassifierCV()).fit(X, y)
    whole = make_pipeline(mirror, LSMClassifier(liquid, RidgeClassifierCV())).fit(X[:, ::-1], y)
    steps = make_pipeline(mirror, make_pipeline(liquid, RidgeClassifierCV()))
    at_rows = LSMRegressor(liquid, RidgeCV(), targets="row").fit(X, X[:, :, 0].astype(float))
    return [
        (composite, X), (at_rows, X), (whole, X[:, ::-1]), (steps.fit(X[:, ::-1], y), X[:, ::-1]),
    ]  # fmt: skip


@pytest.mark.parametrize("display", ARGUMENTS, ids=lambda display: display.__name__)
class TestModels:
    def test_a_display_draws_the_liquid_inside_any_model(self, display, X, y):
        liquid = Liquid(topology=Column(shape=(2, 2, 10)), random_state=0).fit(X)
        expected = data_of(display.from_estimator(liquid, *self.arguments(display, X, y)))
        assert expected
        for model, samples in models_with_a_liquid(X, y):
            drawn = data_of(display.from_estimator(model, *self.arguments(display, samples, y)))
            for one, other in zip(drawn, expected, strict=True):
                np.testing.assert_array_equal(one, other)

    def test_a_model_without_a_liquid_is_named(self, display, X, y):
        for model in (RidgeClassifierCV(), make_pipeline(RidgeClassifierCV())):
            with pytest.raises(TypeError, match=f"fitted Liquid, .* got {type(model).__name__}"):
                display.from_estimator(model, *self.arguments(display, X, y))

    @staticmethod
    def arguments(display, X, y):
        return [{"X": X, "y": y}[name] for name in ARGUMENTS[display]]


def test_every_display_of_a_model_is_tested_with_all_models():
    displays = [getattr(plot, name) for name in plot.__all__]
    of_readouts = {ConfusionDisplay, plot.ReceptiveFieldDisplay}
    assert {d for d in displays if hasattr(d, "from_estimator")} - of_readouts == {*ARGUMENTS}


def test_one_series_of_a_regressor_is_drawn():
    X = np.random.default_rng(0).normal(size=(300, 2))
    model = LSMRegressor(Liquid(20, random_state=0), targets="row").fit(X, X[:, 0])
    display = RasterDisplay.from_estimator(model, X)
    assert display.spikes.digest(0) == model.liquid_.record([X]).digest(0)


def test_weights_before_and_after_are_those_of_composites(X, y):
    liquid = Liquid(n_neurons=40, random_state=0).fit(X)
    composite = LSMClassifier(Liquid(n_neurons=40, random_state=0)).fit(X, y)
    display = WeightChangeDisplay.from_estimators(composite, liquid)
    np.testing.assert_array_equal(display.before, display.after)
