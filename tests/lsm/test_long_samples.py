"""Samples that are long, or taken for long: memory goes by the events, or an error comes first."""

import numpy as np
import pytest
from scipy import sparse

from lsm import SpikeArray
from lsm.formats import from_neo, from_tonic
from tests.helpers.memory import peak_memory

DAY = 86_400_000  # rows


@pytest.mark.parametrize(
    ("events", "durations", "message"),
    [
        ([([1.0], [0])], 2.0**31 - 1, "durations: sample 0 is 2.14748e.09 ms long, more than 8640"),
        ([([1.0], [0])], [1e300], "durations: sample 0 .*: give times in ms"),
        ([([1.0], [0]), ([1e9], [0])], None, r"events: sample 1 .*nanoseconds divided by 1e6"),
        ([(np.array([10**18]), [0])], None, "events: sample 0"),
    ],
)
def test_times_in_another_unit_are_refused_before_memory_is_taken(events, durations, message):
    with peak_memory() as peak, pytest.raises(ValueError, match=message):
        SpikeArray.from_events(events, 3, durations)
    assert peak.n_bytes < 2**20


def test_the_remedy_for_nanoseconds_works():
    times = np.array([1e6, 2.5e9])
    with pytest.raises(ValueError, match="nanoseconds divided by 1e6"):
        SpikeArray.from_events([(times, [0, 1])], 2)
    packed = SpikeArray.from_events([(times / 1e6, [0, 1])], 2)
    assert packed.rows.tolist() == [1, 2500]


def test_memory_of_a_day_goes_by_its_spikes():
    with peak_memory() as peak:
        packed = SpikeArray.from_events([([5.0, 5.5, DAY - 1.0], [2, 2, 0])], 700, float(DAY))
    assert peak.n_bytes < 2**20
    assert packed.n_rows.tolist() == [DAY]
    assert packed.rows.tolist() == [5, DAY - 1]
    assert packed.channels.tolist() == [2, 0]
    assert packed.amplitudes.tolist() == [2, 1]


@pytest.mark.parametrize("form", [sparse.coo_array, sparse.coo_matrix])
def test_memory_of_a_long_sparse_sample_goes_by_its_events(form):
    cells = [2**31 - 2, 7, 7, 3], [0, 1, 1, 2]
    with peak_memory() as peak:
        packed = SpikeArray.from_sparse([form(([1, 1, 2, 0], cells), shape=(2**31 - 1, 3))])
    assert peak.n_bytes < 2**20
    assert packed.rows.tolist() == [7, 2**31 - 2]
    assert packed.amplitudes.tolist() == [3, 1]


@pytest.mark.parametrize("shape", [(2**40, 3), (5, 2**40)])
def test_sparse_samples_beyond_int32_are_refused(shape):
    sample = sparse.coo_array(([1], ([0], [1])), shape=shape)
    with peak_memory() as peak, pytest.raises(ValueError, match="n_rows must fit|n_channels must"):
        SpikeArray.from_sparse([sample])
    assert peak.n_bytes < 2**20


def test_sparse_samples_of_every_format_are_packed_as_dense_ones():
    rng = np.random.default_rng(0)
    dense = rng.poisson(0.1, (50, 7))
    expected = SpikeArray.from_dense([dense])
    for name in ("coo", "csr", "csc", "lil", "dok", "bsr", "dia"):
        packed = SpikeArray.from_sparse([sparse.coo_array(dense).asformat(name)])
        for part in ("rows", "channels", "amplitudes", "offsets", "n_rows"):
            np.testing.assert_array_equal(getattr(packed, part), getattr(expected, part))


def test_microseconds_of_tonic_that_are_nanoseconds_are_refused():
    events = np.array([(0, 1), (10**15, 0)], dtype=[("t", np.int64), ("x", int)])
    with peak_memory() as peak, pytest.raises(ValueError, match="sample 0 is 1e.12 ms long"):
        from_tonic([events], (2, 1, 1))
    assert peak.n_bytes < 2**20


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, "2001-01-01", [[1.0]]])
@pytest.mark.parametrize("where", ["spikes", "t_start", "t_stop"])
def test_times_of_neo_are_finite_numbers(bad, where):
    class Train:
        def __init__(self, magnitude):
            self.magnitude = np.asarray(magnitude)
            self.t_start = self.t_stop = None

        def rescale(self, unit):
            return self

    train = Train([1.0] if where != "spikes" else np.ravel(bad) if isinstance(bad, float) else bad)
    train.t_start = Train(bad if where == "t_start" else 0.0)
    train.t_stop = Train(bad if where == "t_stop" else 9.0)
    with pytest.raises(ValueError, match="segment 0: spikes, t_start and t_stop must be finite"):
        from_neo([[train]])


def test_channels_are_one_integer_for_each_time():
    for channels in ([0, [1]], [0], [[0, 1]], [0.5, 1.0], ["a", "b"]):
        with pytest.raises(ValueError, match="sample 0: .*channels must be"):
            SpikeArray.from_events([([1.0, 2.0], channels)], 3)
    for nothing in ([], np.array([], complex), np.array([], "M8[ms]")):
        assert len(SpikeArray.from_events([([], nothing)], 3, 5.0).rows) == 0
