"""Long samples in blocks of events."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from lsm import Calibration, Liquid, SpikeArray, _packing
from lsm._packing import event_blocks


@pytest.fixture(params=[1, 7, 64])
def block(request, monkeypatch):
    monkeypatch.setattr(_packing, "BLOCK", request.param)


def make_samples(seed=0):
    rng = np.random.default_rng(seed)
    return [rng.poisson(0.3, (n, 5)) * rng.normal(size=(n, 5)) for n in (13, 1, 40, 2)]


def test_blocks_are_all_events_with_their_samples(block):
    offsets = np.array([0, 0, 5, 5, 17, 30, 30])
    events, samples = [], []
    for part, owners in event_blocks(offsets):
        events += range(part.start, part.stop)
        samples += [*owners]
    assert events == [*range(30)]
    np.testing.assert_array_equal(samples, np.repeat([1, 3, 4], [5, 12, 13]))


def test_dense_and_sparse_samples_have_their_nonzero_values(block):
    dense = make_samples()
    for samples in (
        dense,
        [sparse.csr_array(x) for x in dense],
        [sparse.coo_array(x) for x in dense],
    ):
        packed = SpikeArray.from_sparse(samples)
        for i, sample in enumerate(dense):
            np.testing.assert_array_equal(packed.to_dense(i), sample.astype(np.float32))


def test_moments_are_those_of_the_rows(block):
    packed = SpikeArray.from_dense(make_samples())
    rows = np.concatenate([packed.to_dense(i) for i in range(4)]).astype(float)
    mean, std = packed.channel_moments()
    np.testing.assert_allclose(mean, rows.mean(axis=0), rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(std, rows.std(axis=0), rtol=1e-12)
    # Several events in a cell are one value, in whatever order they stand in their row.
    doubled = SpikeArray([0, 0, 0, 1], [1, 0, 1, 1], None, [0, 4], [4], 2)
    np.testing.assert_allclose(
        doubled.channel_moments()[1], np.std([[1, 2], [0, 1]] + [[0, 0]] * 2, axis=0)
    )


def test_invalid_events_are_named_in_any_block(block):
    rows = np.repeat(np.arange(50), 2)
    channels = np.tile([0, 1], 50)
    for event, (row, channel), message in (
        (70, (35, 9), "row 35, channel 9: channels go from 0 to 1"),
        (70, (77, 0), "row 77, channel 0: the row lies outside"),
        (71, (3, 1), "row 3, channel 1: rows must not decrease"),
    ):
        other_rows, other_channels = rows.copy(), channels.copy()
        other_rows[event], other_channels[event] = row, channel
        with pytest.raises(ValueError, match=message):
            SpikeArray(other_rows, other_channels, None, [0, 100], [50], 2)
    SpikeArray([*rows, *rows], [*channels] * 2, None, [0, 100, 200], [50, 50], 2)


def test_probes_are_the_same_in_any_block(monkeypatch):
    packed = SpikeArray.from_dense([np.vstack([x, np.zeros((9, 5))]) for x in make_samples()])
    calibration = Calibration(n_samples=6, max_duration=4.0)
    probes = calibration.probes(packed)
    monkeypatch.setattr(_packing, "BLOCK", 3)
    for name in ("rows", "channels", "offsets", "n_rows"):
        np.testing.assert_array_equal(
            getattr(calibration.probes(packed), name), getattr(probes, name)
        )


def test_a_long_recording_needs_little_more_memory_than_its_events():
    x = np.random.default_rng(0).standard_normal((120_000, 64), dtype=np.float32)
    liquid = Liquid(20, random_state=0)
    liquid.fit([x[:300]])  # compiles
    tracemalloc.start()
    packed = SpikeArray.from_dense([x])
    _, of_packing = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()
    liquid.fit(packed)
    _, of_fit = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # An event has a row, a channel and an amplitude; blocks add a fixed amount.
    fixed = 80 * _packing.BLOCK
    assert of_packing < 3.1 * x.nbytes + fixed
    assert of_fit < 3.1 * x.nbytes + fixed
