"""Pictures of receptive fields."""

import numpy as np
import pytest

from lsm.plot import ReceptiveFieldDisplay
from lsm.readout import SpikingCompetition


@pytest.fixture(scope="module")
def competition():
    X = (np.random.default_rng(0).random((6, 30, 6)) < 0.2).astype(int)
    return SpikingCompetition(5, max_iter=1, random_state=0).fit(X)


def test_fields_lie_side_by_side_row_by_row(competition):
    display = ReceptiveFieldDisplay.from_estimator(competition, (2, 3))
    (image,) = display.ax_.images
    shown = image.get_array().filled(np.nan)
    assert display.figure_ is display.ax_.figure
    np.testing.assert_array_equal(shown[:2, :3], competition.weights_[0].reshape(2, 3))
    np.testing.assert_array_equal(shown[:2, 4:7], competition.weights_[1].reshape(2, 3))
    assert np.isfinite(shown).sum() == 5 * 6


def test_some_neurons_on_given_axes(competition):
    ax = ReceptiveFieldDisplay(np.ones((1, 2, 2))).plot().ax_
    display = ReceptiveFieldDisplay.from_estimator(competition, (3, 2), n=2, ax=ax)
    assert display.ax_ is ax
    assert len(display.fields) == 2


@pytest.mark.parametrize(("shape", "match"), [
    ((2, 2), "shape must be that of 6 inputs, got 2 times 2"), ((6,), "height, width"),
    ((0, 6), "shape must be an integer >= 1"),
])  # fmt: skip
def test_an_invalid_shape_is_refused(competition, shape, match):
    with pytest.raises(ValueError, match=match):
        ReceptiveFieldDisplay.from_estimator(competition, shape)


def test_other_objects_are_refused():
    with pytest.raises(TypeError, match="fitted SpikingCompetition"):
        ReceptiveFieldDisplay.from_estimator(SpikingCompetition(), (2, 3))
    with pytest.raises(ValueError, match="fields must be numbers of shape"):
        ReceptiveFieldDisplay(np.ones((2, 3))).plot()
