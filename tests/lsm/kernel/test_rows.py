"""Rows that are no multiple of a step: each begins at the step nearest to its time."""

from fractions import Fraction

import numpy as np
import pytest

from lsm.kernel import Plan, Stream, simulate
from lsm.samples import cut_rows
from lsm.spikes import SpikeArray
from tests.helpers.networks import make_input, make_network

RATES = (128, 256, 360, 30, 700)
networks = pytest.mark.parametrize(
    "options",
    [
        {},
        {"max_delay": 9, "max_delay_in": 12},
        {"max_delay": 3, "dynamic": True},
    ],
)


def in_steps(spikes, rate):
    """Write the rows of samples as rows of one step of 1 ms, by fractions."""
    samples = []
    for i in range(len(spikes)):
        rows = spikes.to_dense(i)
        begins = [int(row * Fraction(1000, rate) + Fraction(1, 2)) for row in range(len(rows) + 1)]
        if spikes.graded:
            samples.append(np.repeat(rows, np.diff(begins), axis=0))
        else:
            sample = np.zeros((begins[-1], rows.shape[1]), int)
            sample[begins[:-1]] = rows
            samples.append(sample)
    return SpikeArray.from_dense(samples, graded=spikes.graded)


@networks
@pytest.mark.parametrize("graded", [False, True])
@pytest.mark.parametrize("rate", RATES)
def test_a_row_lasts_until_the_next_one_begins(rate, graded, options):
    network = make_network(graded=graded, **options)
    spikes = make_input(graded=graded, hold=1000 / rate)
    written_out = in_steps(spikes, rate)
    np.testing.assert_array_equal(network.n_steps(spikes), written_out.n_rows)
    plan = Plan(np.arange(4), network.n_steps(spikes), np.array([1.0, 0.9]))
    ours, theirs = (
        simulate(network, samples, plan, dtype="float64", record=True)
        for samples in (spikes, written_out)
    )
    np.testing.assert_array_equal(ours[0], theirs[0])
    for pair, other in zip(ours[1], theirs[1], strict=True):
        np.testing.assert_array_equal(pair, other)
    assert ours[0][:, 0].sum() > 10


@networks
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("graded", [False, True])
@pytest.mark.parametrize("rate", [250, *RATES])
def test_a_stream_is_the_whole_run_to_the_last_bit(rate, graded, dtype, options):
    network = make_network(graded=graded, **options)
    spikes = make_input(1, graded=graded, hold=1000 / rate, seed=3)
    plan = Plan(
        np.array([0, spikes.n_rows[0]]), network.row_start(spikes)[1:], np.array([1.0, 0.9])
    )
    whole, _ = simulate(network, spikes, plan, dtype=dtype)
    rows = cut_rows(spikes, 0)
    stream = Stream(network, rows[0], plan, dtype=dtype)
    np.testing.assert_array_equal([stream.step(row)[0] for row in rows], whole)


def test_samples_share_the_rows_of_the_longest():
    network, spikes = make_network(), make_input(5, hold=1000 / 360)
    starts = network.row_start(spikes)
    assert len(starts) == spikes.n_rows.max() + 1
    for sample in range(5):
        alone = network.row_start(spikes[[sample]])
        np.testing.assert_array_equal(alone, starts[: len(alone)])
    later = [int((7 + row) * Fraction(25, 9) + Fraction(1, 2)) for row in range(alone.size)]
    np.testing.assert_array_equal(network.row_start(spikes[[4]], 7), later)


def test_more_steps_than_can_be_counted_are_refused():
    spikes = SpikeArray.from_dense([np.ones((10, 5), int)], row_duration=1e9)
    with pytest.raises(ValueError, match=r"lasts 1e\+10 ms, more than 2147483647 steps"):
        make_network().n_steps(spikes)
