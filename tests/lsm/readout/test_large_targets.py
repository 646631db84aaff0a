"""Targets whose squares overflow."""

import warnings

import numpy as np
import pytest
from sklearn.linear_model import Ridge

from lsm import Forecaster, Liquid, LSMRegressor
from lsm.readout import RLS, HoldOutRidge, ResidualRidge, WindowedRidge

RNG = np.random.default_rng(0)
STATES = RNG.random((60, 8))
TARGETS = STATES @ RNG.normal(size=8)
SAMPLES = RNG.poisson(0.1, (20, 40, 5))
READOUTS = [HoldOutRidge, ResidualRidge, WindowedRidge]


@pytest.mark.parametrize("readout", READOUTS)
@pytest.mark.parametrize("scale", [1e151, 1e300, -1e307])
def test_a_readout_that_squares_refuses_large_targets_by_name(readout, scale):
    with pytest.raises(ValueError, match=r"y must hold .* <= 1e\+150, .* got .*: divide them by"):
        readout().fit(STATES, scale * TARGETS)


@pytest.mark.parametrize("readout", READOUTS)
def test_the_remedy_works(readout):
    large = 1e300 * TARGETS
    largest = np.abs(large).max()
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        y_pred = readout().fit(STATES, large / largest).predict(STATES)
    np.testing.assert_allclose(y_pred, TARGETS / np.abs(TARGETS).max(), atol=0.05)


@pytest.mark.parametrize("readout", [*READOUTS, RLS, Ridge])
def test_below_the_bound_predictions_scale_with_the_targets(readout):
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        y_pred = readout().fit(STATES, 1e149 * TARGETS).predict(STATES)
    np.testing.assert_allclose(y_pred / 1e149, readout().fit(STATES, TARGETS).predict(STATES))


@pytest.mark.parametrize(
    "y",
    [
        np.linspace(0, 1e300, 20),
        np.array([10**200] * 20, dtype=object),
        np.array([10**400] * 20, dtype=object),
        [np.r_[np.full(39, 1e200), np.nan]] * 20,
        [np.array([-1e200] + [None] * 39, dtype=object)] * 20,
    ],
)
def test_the_regressor_refuses_large_targets_before_it_runs(y):
    with pytest.raises(ValueError, match=r"y must hold numbers of magnitude <= 1e\+150"):
        LSMRegressor(Liquid(10, random_state=0), readout=Ridge()).fit(SAMPLES, y)


def test_the_forecaster_names_its_series():
    with pytest.raises(ValueError, match=r"series must hold numbers of magnitude <= 1e\+150"):
        Forecaster().fit(1e200 * np.sin(np.arange(300)))
