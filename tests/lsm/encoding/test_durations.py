"""Durations of rows and steps that an encoder refuses, by name."""

import numpy as np
import pytest
from sklearn.base import clone

from lsm import SpikeArray, encoding
from lsm.encoding import LatencyEncoder, PopulationEncoder, RateEncoder


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"dt": 0.0}, "dt must be a finite number > 0, got 0"),
        ({"dt": "1"}, "dt must be a number > 0, got '1'"),
        ({"duration": -1.0}, "duration must be a finite number > 0, got -1"),
        ({"duration": 10.5}, "duration must be a multiple of dt=1 ms, got 10.5 ms"),
    ],
)
def test_a_bad_clock_is_named(parameters, message):
    with pytest.raises((TypeError, ValueError), match=message):
        RateEncoder(**parameters).fit([np.ones((2, 3))])


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (encoding.PhaseEncoder(duration=50.0), "^a row of X must be a whole number of periods"),
        (encoding.SynchronyEncoder(duration=50.0), "^a row of X must be a whole number of per"),
        (LatencyEncoder(dt=10.0), "^a row of X must be at least two steps, got 10 ms"),
        (encoding.BurstEncoder(), "a row of 10 ms: lengthen a row of X or lower one of them"),
        (encoding.RankOrderEncoder(dt=5.0), "in 2 steps: lengthen a row of X or lower n_spikes"),
        (PopulationEncoder(encoder=LatencyEncoder(dt=3.0)), "^a row of X must be a multiple of"),
        (PopulationEncoder(encoder=LatencyEncoder(dt=10.0)), "^a row of X must be at least two"),
    ],
    ids=repr,
)
def test_a_row_of_x_is_named_where_it_sets_the_duration(code, message):
    X = SpikeArray.from_dense(np.ones((1, 3, 3)), row_duration=10.0, graded=True)
    with pytest.raises(ValueError, match=message):
        code.fit(X)


@pytest.mark.parametrize("code", [RateEncoder(), encoding.DirectCurrentEncoder()], ids=repr)
def test_a_duration_is_checked_even_where_it_does_not_act(code):
    X = SpikeArray.from_dense(np.ones((1, 3, 2)), row_duration=10.0, graded=True)
    with pytest.raises(ValueError, match="duration must be a finite number > 0, got -5"):
        clone(code).set_params(duration=-5).fit(X)


def test_rows_of_a_spike_array_must_hold_whole_steps():
    X = SpikeArray.from_dense(np.ones((1, 3, 2)), row_duration=2.5, graded=True)
    with pytest.raises(ValueError, match="a row of X must be a multiple of dt=1 ms, got 2.5 ms"):
        RateEncoder().fit(X)
