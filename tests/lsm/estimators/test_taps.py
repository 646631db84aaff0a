"""Taps of a series, and the scaling of its channels."""

import numpy as np
import pytest

from lsm import Liquid, Snapshots
from lsm.estimators.series_scaler import SeriesScaler
from lsm.estimators.taps import Tapped, read_for_series, row_duration_for
from lsm.neurons import LIF, LeakyTanh
from lsm.spikes import SpikeArray
from lsm.taps import delay_rows


@pytest.mark.parametrize(("dt", "duration"), [(1.0, 10), (0.5, 10), (3.0, 12), (20.0, 20)])
def test_a_row_of_a_series_lasts_ten_ms_in_whole_steps(dt, duration):
    assert row_duration_for(dt) == duration


def test_default_snapshots_are_those_of_a_series():
    liquid = Liquid()
    assert read_for_series(liquid) is True
    assert (
        liquid.snapshots.get_params()
        == Snapshots(feature="membrane_and_trace", tau=(30.0, 300.0)).get_params()
    )
    assert read_for_series(liquid) is False
    rates = Liquid(neurons=LeakyTanh())
    assert read_for_series(rates) is False
    assert rates.snapshots == "auto"
    assert read_for_series(Liquid(neurons=LIF())) is True
    assert read_for_series("no liquid") is False


class Simulator:
    """Runs of a liquid whose state is the sum of a row."""

    def rows(self, spikes):
        dense = np.concatenate([spikes.to_dense(i) for i in range(len(spikes))])
        return dense.sum(axis=1, keepdims=True)

    def stream(self, row):
        return self

    def step(self, rows, current):
        assert current == 7
        return self.rows(rows)[:, None]


def test_taps_come_before_the_states_and_do_not_mix_samples():
    x, y = np.arange(1.0, 7).reshape(3, 2), np.arange(10.0, 14).reshape(2, 2)
    features = Tapped(Simulator(), 2).rows(SpikeArray.from_dense([x, y]))
    expected = [np.column_stack([delay_rows(z, 2), z.sum(axis=1)]) for z in (x, y)]
    np.testing.assert_array_equal(features, np.concatenate(expected))


@pytest.mark.parametrize("cuts", [[6], [1, 6], [1, 2, 3, 4, 5, 6], [4, 6]])
@pytest.mark.parametrize("n_taps", [1, 3])
def test_taps_of_a_stream_are_those_of_the_whole(cuts, n_taps):
    x = np.random.default_rng(0).normal(size=(6, 2)).astype(np.float32)
    spikes, tapped = SpikeArray.from_dense([x]), Tapped(Simulator(), n_taps)
    stream, start, pieces = tapped.stream(None), 0, []
    for stop in cuts:
        pieces.append(stream.step(spikes.pieces([0], [start], [stop]), 7))
        start = stop
    np.testing.assert_array_equal(np.concatenate(pieces), tapped.rows(spikes))
    assert len(stream.past) == n_taps  # memory does not grow


NORMAL = np.random.default_rng(0).normal([3.0, -50.0], [2.0, 0.1], size=(20_000, 2))


def test_channels_are_scaled_by_median_and_quartiles():
    scaler = SeriesScaler().fit(NORMAL)
    np.testing.assert_allclose(scaler.median_, [3, -50], rtol=0.02)
    np.testing.assert_allclose(scaler.spread_, [2, 0.1], rtol=0.03)
    np.testing.assert_allclose(scaler.change_spread_, [np.sqrt(2)] * 2, rtol=0.03)
    wild = NORMAL.copy()
    wild[::100] = 1e6
    np.testing.assert_allclose(SeriesScaler().fit(wild).spread_, [2, 0.1], rtol=0.05)


def test_scaling_is_undone():
    scaler = SeriesScaler().fit(NORMAL)
    scaled = scaler.scale(NORMAL[:5])
    np.testing.assert_allclose(scaled, (NORMAL[:5] - scaler.median_) / scaler.spread_)
    np.testing.assert_allclose(scaler.inverse(scaled), NORMAL[:5])
    first = scaler.scale(NORMAL[:5, :1])  # without the channels of further inputs
    np.testing.assert_allclose(first, scaled[:, :1])
    np.testing.assert_allclose(scaler.inverse(first), NORMAL[:5, :1])


def test_gaps_are_filled_by_the_last_known_value_or_first_by_the_median():
    scaler, nan = SeriesScaler().fit(NORMAL), np.nan
    values = np.array([[nan, 1.0], [2.0, nan], [nan, nan], [5.0, 4.0]])
    filled = np.array([[scaler.median_[0], 1.0], [2.0, 1.0], [2.0, 1.0], [5.0, 4.0]])
    np.testing.assert_allclose(scaler.transform(values), scaler.scale(filled))
    np.testing.assert_array_equal(np.isnan(scaler.scale(values)), np.isnan(values))


def test_a_channel_that_rests_or_is_unknown_has_a_spread():
    rests = np.zeros(100)
    rests[:10] = 1.0  # its quartiles are equal
    values = np.column_stack([rests, np.full(100, 4.0), np.full(100, np.nan)])
    scaler = SeriesScaler().fit(values)
    np.testing.assert_allclose(scaler.spread_, [rests.std(), 1.0, 1.0])
    np.testing.assert_allclose(scaler.median_, [0.0, 4.0, 0.0])
    assert np.isfinite(scaler.transform(values)).all()


def test_the_input_of_a_liquid_is_levels_and_changes():
    scaler = SeriesScaler().fit(NORMAL)
    scaled = scaler.transform(NORMAL[:4])
    drive = scaler.drive(scaled)
    np.testing.assert_array_equal(drive[:, :2], scaled)
    np.testing.assert_array_equal(drive[0, 2:], 0)
    np.testing.assert_allclose(drive[1:, 2:], np.diff(scaled, axis=0) / scaler.change_spread_)
    later = scaler.drive(scaled[2:], before=scaled[1])
    np.testing.assert_allclose(later, drive[2:])
